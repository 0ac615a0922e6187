"""Builds the Debian package from the frozen folder, without debhelper: `dpkg-deb` packs a tree made here.

It has no maintainer scripts: the menu, the icons and the man pages are registered by dpkg's triggers, and Saywrite
writes nothing outside of the user's folders, so that removing the package leaves the user's data only.
"""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import os
import shutil
from pathlib import Path

import contents
import elf
import tree
from freeze import BUILD, FOLDER, ROOT, run, source_date, write_record

from saywrite import __version__

STAGE = BUILD / "deb"
PROGRAM = "usr/lib/saywrite"
MAINTAINER = "The Saywrite project <saywrite@users.noreply.github.com>"
HOMEPAGE = "https://github.com/saywrite/saywrite"

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Saywrite
Source: {homepage}
Comment:
{notes}

Files: *
Copyright: The Saywrite project
License: Expat

Files: usr/lib/saywrite/_internal/*
Copyright: the authors of the libraries, named in the metadata of each
License: other
Comment: The license of each library lies in its folder *.dist-info, those of the parts that are no Python packages
 in usr/lib/saywrite/licenses; components.toml there lists them. Help > About shows the same.

License: Expat
{license}

License: other
 See usr/lib/saywrite/licenses and usr/lib/saywrite/_internal/*.dist-info. On Debian systems the GPL and the LGPL are
 in /usr/share/common-licenses as well.
"""

DESCRIPTION = """\
dictation with a live transcript, on this computer
 Press one key, speak, watch the level move and read your words as you say
 them: in the window, or in the program that you are working in. The recognizer
 and its model are inside: no account and no network are needed.
 .
 The sound is on disk before anything else happens to it, so that nothing said
 is lost.
"""


def build(dist: Path) -> Path:
    """Write the package into `dist`; its path. The folder is frozen already. Raises PackagingError."""
    shutil.rmtree(STAGE, ignore_errors=True)
    usr, program = STAGE / "usr", STAGE / PROGRAM
    tree.copy_program(program)
    write_record(program, "deb")
    tree.share(usr)
    (usr / "bin").mkdir()
    (usr / "bin/saywrite").symlink_to("../lib/saywrite/saywrite")
    _documentation(usr / "share/doc/saywrite")
    (usr / "share/lintian/overrides").mkdir(parents=True)
    shutil.copyfile(Path(__file__).with_name("lintian-overrides"), usr / "share/lintian/overrides/saywrite")
    _control(STAGE / "DEBIAN")
    tree.normalize(STAGE)
    dist.mkdir(exist_ok=True)
    path = dist / f"saywrite_{__version__}_{tree.machine()}.deb"
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(source_date())}
    # zstd: xz takes ten times as long. One thread: with several, the bytes depend on how many there are.
    run(
        ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--threads-max=1", "--build", STAGE, path], env=environment
    )
    return path


def depends(folder: Path) -> list[str]:
    """The packages that the folder needs, each once, in order: found in its files, and those loaded by name."""
    glibc = elf.newest_version(elf.libraries(folder), "GLIBC")
    names = {contents.SYSTEM_LIBRARIES[name] for name in elf.outside(folder, contents.is_optional)}
    floor = f"libc6 (>= {'.'.join(map(str, glibc))})"
    return [floor, *sorted(names - {"libc6"}), *contents.LOADED_BY_NAME]


def _control(folder: Path) -> None:
    folder.mkdir()
    fields = {
        "Package": "saywrite",
        "Version": __version__,
        "Architecture": tree.machine(),
        "Maintainer": MAINTAINER,
        "Installed-Size": str(tree.installed_size(STAGE) // 1024),
        "Depends": ", ".join(depends(FOLDER)),
        "Recommends": ", ".join(contents.RECOMMENDED),
        "Suggests": ", ".join(contents.SUGGESTED),
        "Section": "sound",
        "Priority": "optional",
        "Homepage": HOMEPAGE,
        "Description": DESCRIPTION.rstrip("\n"),
    }
    (folder / "control").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()), encoding="utf-8")
    sums = ""
    for path in sorted((STAGE / "usr").rglob("*")):
        if path.is_file() and not path.is_symlink():
            sums += f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(STAGE)}\n"
    (folder / "md5sums").write_text(sums, encoding="utf-8")


def _documentation(folder: Path) -> None:
    folder.mkdir(parents=True)
    notes, text = tree.license_notes(f"/{PROGRAM}"), (ROOT / "LICENSE").read_text(encoding="utf-8")
    copyright_text = COPYRIGHT.format(homepage=HOMEPAGE, notes=_indented(notes), license=_indented(text))
    (folder / "copyright").write_text(copyright_text, encoding="utf-8")
    date = email.utils.formatdate(source_date())
    entry = f"saywrite ({__version__}) unstable; urgency=medium\n\n  * See {HOMEPAGE}/releases\n\n"
    entry += f" -- {MAINTAINER}  {date}\n"
    (folder / "changelog.gz").write_bytes(gzip.compress(entry.encode(), 9, mtime=0))


def _indented(text: str) -> str:
    return "\n".join(f" {line}" if line.strip() else " ." for line in text.rstrip().splitlines())
