"""Builds the portable archive for Linux: the frozen folder, the files of the menu, and `install.sh`.

A user unpacks it and runs `saywrite` in it; `./install.sh --install` puts it below the user's own folders.
"""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import tree
from freeze import BUILD, run, source_date, write_record

from saywrite import __version__

STAGE = BUILD / "archive"


def build(dist: Path) -> Path:
    """Write the archive into `dist`; its path. The folder is frozen already. Raises PackagingError."""
    name = f"saywrite-{__version__}"
    shutil.rmtree(STAGE, ignore_errors=True)
    program = STAGE / name
    STAGE.mkdir(parents=True)
    tree.copy_program(program)
    write_record(program, "archive")
    tree.share(program)  # the model is in `share/saywrite` already
    (program / "licenses/REPLACING.txt").write_text(tree.license_notes("this folder"), encoding="utf-8")
    shutil.copy(tree.LINUX / "install.sh", program / "install.sh")
    tree.normalize(STAGE)
    dist.mkdir(exist_ok=True)
    path = dist / f"{name}-linux-{platform.machine()}.tar.zst"
    tar = ["tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{source_date()}"]
    tar += ["--format=posix", "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"]
    run([*tar, "--use-compress-program=zstd -12 --single-thread -q", "-C", STAGE, "-cf", path, name])
    return path
