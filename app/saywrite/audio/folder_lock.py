"""The lock on a recording's folder: held by the one who writes it, freed by the system however that one dies."""

from __future__ import annotations

import os
from pathlib import Path

from saywrite.file_lock import lock_file

LOCK = "lock"

_BINARY = getattr(os, "O_BINARY", 0)


class FolderLock:
    """The lock on a recording's folder, held from here to `release()`."""

    def __init__(self, folder: Path) -> None:
        """Take it. Raises BlockingIOError when it is held, in this process or another, and OSError."""
        self._fd = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | _BINARY, 0o600)
        try:
            lock_file(self._fd, shared=False)
        except BlockingIOError:
            os.close(self._fd)
            raise

    def release(self) -> None:
        # The file stays: removing it would let a second holder lock a name that no longer leads here.
        os.close(self._fd)


def is_held(folder: Path) -> bool:
    """Is somebody writing this recording right now?"""
    try:
        fd = os.open(folder / LOCK, os.O_RDONLY | _BINARY)
    except OSError:
        return False
    try:
        lock_file(fd, shared=True)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False
