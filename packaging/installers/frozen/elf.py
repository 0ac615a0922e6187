"""Libraries of the frozen folder on Linux: what they need, which are superfluous, and the oldest glibc that runs them.

Uses `objdump` and `strip` of binutils, which PyInstaller needs too.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path


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
