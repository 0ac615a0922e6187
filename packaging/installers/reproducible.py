"""Builds the Linux packages twice from one commit and compares every byte; names the files that differ."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

import archive
import deb
import freeze


def compare() -> int:
    """Build twice; 0 when all bytes are the same. Raises PackagingError."""
    first, second = freeze.BUILD / "first", freeze.BUILD / "second"
    for dist in (first, second):
        shutil.rmtree(dist, ignore_errors=True)
        freeze.freeze()
        deb.build(dist)
        archive.build(dist)
        shutil.copytree(freeze.FOLDER, dist / "folder", symlinks=True)
    different = differences(first, second)
    for path in different:
        print(f"differs: {path}")
    if not different:
        print("The two builds have the same bytes.")
    return 1 if different else 0


def differences(first: Path, second: Path) -> list[str]:
    """The paths below both folders that differ in content or exist in one only."""
    names = {path.relative_to(root).as_posix() for root in (first, second) for path in root.rglob("*")}
    return sorted(name for name in names if not _same(first / name, second / name))


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    if one.is_dir() or other.is_dir():
        return one.is_dir() and other.is_dir()
    return one.exists() and other.exists() and filecmp.cmp(one, other, shallow=False)
