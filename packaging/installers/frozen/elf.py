"""Libraries of the frozen folder on Linux: what they need, which are superfluous, and the oldest glibc that runs them.

Uses `objdump` and `strip` of binutils, which PyInstaller needs too.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

PT_LOAD, PT_DYNAMIC = 1, 2
DT_STRTAB, DT_RPATH, DT_RUNPATH = 5, 15, 29
"""Numbers of elf.h."""


def libraries(folder: Path) -> Iterator[Path]:
    """Every ELF file of the folder, in order; symbolic links are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def needed(path: Path) -> set[str]:
    """The names of the libraries that a file is linked to."""
    shown = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True)
    return set(re.findall(r"^\s+NEEDED\s+(\S+)", shown.stdout, re.MULTILINE))


def remove_unneeded(folder: Path, below: str) -> list[str]:
    """Remove the libraries in `below` that no other file is linked to, until there are none; their names."""
    links = {path: needed(path) for path in libraries(folder)}
    removed: list[str] = []
    while True:
        wanted = set().union(*links.values())
        spare = [path for path in links if path.parent == folder / below and path.name not in wanted]
        if not spare:
            break
        for path in spare:
            del links[path]
            path.unlink()
            removed.append(path.name)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.exists():
            path.unlink()
    return removed


def strip(folder: Path) -> None:
    """Remove debugging information and local symbols. The program itself holds Python code in a section: it stays."""
    for path in libraries(folder):
        if ".so" in path.name:
            subprocess.run(["strip", "--strip-unneeded", "--preserve-dates", path], check=True)


def remove_search_paths(folder: Path) -> list[str]:
    """Remove absolute search paths of libraries, which name folders of the machine that built them; the files' names.

    Such a path is no use elsewhere, and whoever can write there could put code into the program.
    """
    changed = []
    for path in libraries(folder):
        content = bytearray(path.read_bytes())
        if _remove_absolute_path(content):
            path.write_bytes(content)
            changed.append(path.name)
    return changed


def _remove_absolute_path(content: bytearray) -> bool:
    """Take the entries DT_RPATH and DT_RUNPATH that begin with "/" out of the dynamic section; whether one was there.

    Only 64-bit little-endian files have such entries here. Formats: elf(5), Elf64_Phdr and Elf64_Dyn.
    """
    if content[4:6] != b"\x02\x01":
        return False
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    headers = [struct.unpack_from("<IIQQQQ", content, table + number * size) for number in range(count)]
    dynamic = next((header for header in headers if header[0] == PT_DYNAMIC), None)
    if dynamic is None:
        return False
    start, length = dynamic[2], dynamic[5]
    entries = [struct.unpack_from("<QQ", content, start + offset) for offset in range(0, length, 16)]
    (address,) = (value for tag, value in entries if tag == DT_STRTAB)
    loaded = next(each for each in headers if each[0] == PT_LOAD and each[3] <= address < each[3] + each[5])
    strings = address - loaded[3] + loaded[2]
    kept = [
        (tag, value)
        for tag, value in entries
        if tag not in (DT_RPATH, DT_RUNPATH) or content[strings + value : strings + value + 1] != b"/"
    ]
    for number, entry in enumerate([*kept, *[(0, 0)] * (len(entries) - len(kept))]):
        struct.pack_into("<QQ", content, start + number * 16, *entry)
    return len(kept) < len(entries)


def outside(folder: Path, is_optional: Callable[[str], bool]) -> set[str]:
    """The names of the libraries that the files of the folder need and the folder does not have."""
    inside = {path.name for path in folder.rglob("*.so*")}
    wanted: set[str] = set()
    for path in libraries(folder):
        if not is_optional(path.as_posix()):
            wanted |= needed(path)
    return wanted - inside


def missing_libraries(folder: Path, known: Mapping[str, str], is_optional: Callable[[str], bool]) -> list[str]:
    """The needed libraries that neither the folder nor the table of system libraries has."""
    return sorted(outside(folder, is_optional) - known.keys())


def newest_version(paths: Iterable[Path], prefix: str) -> tuple[int, ...]:
    """The newest symbol version of a system library ("GLIBC", "GLIBCXX") that the files ask for."""
    found: set[tuple[int, ...]] = {(0,)}
    for path in paths:
        shown = subprocess.run(["objdump", "-T", path], capture_output=True, text=True, check=False)
        versions = re.findall(rf"\*UND\*.*\b{prefix}_([0-9.]+)", shown.stdout)
        found |= {tuple(map(int, version.split("."))) for version in versions}
    return max(found)
