"""The files around the frozen folder in a Linux package: menu entry, icons, man page, completions, licenses.

`deb.py` puts them below /usr, `archive.py` into the folder that a user unpacks.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from pathlib import Path

import documents
from freeze import FOLDER, ROOT, source_date

from saywrite import __version__
from saywrite.cli.arguments import build_parser
from saywrite.foundation.catalog import APP_ID

LINUX = ROOT / "packaging/linux"
ICON_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)

REPLACEABLE = """\
Qt, PySide6, Shiboken, FFmpeg and libsoxr are under the LGPL. They are separate shared libraries in
{folder}/_internal: replace one by your own build with the same interface and file name, and Saywrite
uses yours. Nothing checks their contents. Their sources, of the versions in the names of the
`*.dist-info` folders there:

  Qt, PySide6, Shiboken   https://download.qt.io/official_releases/
  PyAV                    https://github.com/PyAV-Org/PyAV
  FFmpeg and the libraries in av.libs, x264 and x265 among them, with the recipes of their build
                          https://github.com/PyAV-Org/pyav-ffmpeg
  soxr                    https://github.com/dofuuz/python-soxr
  libgomp                 https://gcc.gnu.org/

Why FFmpeg is that of PyAV's wheels: it is the version that Saywrite is tested with, and PyAV {av} needs
FFmpeg 8, which neither Debian 12 (5.1) nor Debian 13 (7.1) has; Debian's `python3-av` is for Debian's
own Python. The wheels' libavcodec is linked to the video encoders x264 and x265 (GPL 2 or later), which
a dictation program never calls. The combination may therefore be passed on under the GPL only.
Saywrite's own source is under the MIT license, which allows that.
"""


def share(usr: Path) -> None:
    """Write what belongs below `usr`/share except the documentation folder of the package."""
    _copy(LINUX / f"{APP_ID}.desktop", usr / f"share/applications/{APP_ID}.desktop")
    _copy(LINUX / f"{APP_ID}.metainfo.xml", usr / f"share/metainfo/{APP_ID}.metainfo.xml")
    icons = usr / "share/icons/hicolor"
    for size in ICON_SIZES:
        _copy(ROOT / f"resources/icons/saywrite-{size}.png", icons / f"{size}x{size}/apps/saywrite.png")
    _copy(ROOT / "resources/icons/saywrite.svg", icons / "scalable/apps/saywrite.svg")
    parser = build_parser()
    page = documents.man_page(parser, __version__, source_date()).encode()
    _write(usr / "share/man/man1/saywrite.1.gz", gzip.compress(page, 9, mtime=0))
    _write(usr / "share/bash-completion/completions/saywrite", documents.bash_completion(parser).encode())
    _write(usr / "share/zsh/vendor-completions/_saywrite", documents.zsh_completion(parser).encode())
    _write(usr / "share/fish/vendor_completions.d/saywrite.fish", documents.fish_completion(parser).encode())


def license_notes(installed_in: str) -> str:
    """How the parts under the LGPL are replaced, and where the sources are. `installed_in`: the program's folder."""
    (info,) = (FOLDER / "_internal").glob("av-*.dist-info")
    return REPLACEABLE.format(folder=installed_in, av=info.name.split("-")[1].removesuffix(".dist"))


def copy_program(target: Path) -> None:
    """Copy the frozen folder; its symbolic links stay links."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(FOLDER, target, symlinks=True)


def normalize(root: Path) -> None:
    """Give every file the time of the commit, and modes that do not depend on the umask of the build."""
    time = source_date()
    for path in sorted([root, *root.rglob("*")]):
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & 0o100 and not path.name.endswith((".so", ".md", ".txt")))
            path.chmod(0o755 if runs and ".so." not in path.name else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)


def installed_size(root: Path) -> int:
    """Bytes of all files, without links."""
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def machine() -> str:
    """The processor by the name that Debian uses."""
    import platform

    names = {"x86_64": "amd64", "aarch64": "arm64"}
    if sys.platform != "linux" or platform.machine() not in names:
        raise SystemExit("saywrite package: this is built on Linux, on x86_64 or aarch64.")
    return names[platform.machine()]
