"""A real file system of one megabyte, to fill to the last byte or to make read-only.

As root it is a tmpfs of its own. Without root the test is skipped, which CI counts as a failure:
`unshare --user --map-root-user --mount python -m pytest tests/system/test_full_disk.py` runs it for any user.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """`path`: its root folder."""

    path: Path

    def fill(self, leave: int = 0) -> None:
        """Take all space but about `leave` bytes (whole pages of 4 kB)."""
        with (self.path / "ballast").open("ab", buffering=0) as ballast:
            with suppress(OSError):
                while ballast.write(bytes(4096)):
                    pass
            if leave:
                ballast.truncate(max(ballast.tell() - -(-leave // 4096) * 4096, 0))

    def free(self) -> None:
        """Give back what `fill` took."""
        (self.path / "ballast").unlink()

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.path)], check=True)


@contextmanager
def small_disk(folder: Path, size: int = MEGABYTE) -> Iterator[SmallDisk]:
    """Mount a disk of `size` bytes in `folder`; it is gone with everything on it afterwards."""
    if sys.platform != "linux":
        pytest.skip("Only on Linux: a disk of one megabyte is a tmpfs")
    if os.geteuid() != 0:
        pytest.skip("mounting needs root, or `unshare --user --map-root-user --mount` around pytest")
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={size},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "saywrite-test", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        # Lazy: a test that failed with an open file must not leave the mount behind.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
