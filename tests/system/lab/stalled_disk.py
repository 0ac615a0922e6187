"""A disk that stops answering: every write to it hangs until it is let go, as with a sleeping or failing drive.

A small ext4 in a file, frozen with `fsfreeze`. A process that writes meanwhile cannot even be killed, so it is let
go before anything else is cleaned up.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SIZE = 32 << 20


@dataclass(frozen=True, slots=True)
class StallingDisk:
    """`path`: its root folder."""

    path: Path

    def stall(self) -> None:
        subprocess.run(["fsfreeze", "--freeze", str(self.path)], check=True)

    def resume(self) -> None:
        """Let go; no error when it was not stalled."""
        subprocess.run(["fsfreeze", "--unfreeze", str(self.path)], check=False, capture_output=True)


@contextmanager
def stalling_disk(folder: Path) -> Iterator[StallingDisk]:
    """Mount such a disk in `folder`; it is gone with everything on it afterwards."""
    programs = ("mkfs.ext4", "fsfreeze", "mount", "umount")
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("Only on Linux as root with loop devices: a disk of our own is frozen")
    if missing := [name for name in programs if shutil.which(name) is None]:
        pytest.skip(f"{', '.join(missing)}: apt-get install e2fsprogs util-linux")
    folder.mkdir(parents=True, exist_ok=True)
    image = folder.with_suffix(".img")
    with image.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True)
    disk = StallingDisk(folder)
    try:
        yield disk
    finally:
        disk.resume()
        # Lazy: a test that failed with an open file must not leave the mount behind.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        image.unlink()
