"""Who is writing a recording: a lock file in its folder, freed by the system when its holder dies."""

from __future__ import annotations

from pathlib import Path

from saywrite.foundation.file_lock import FileLock, is_locked

LOCK = "lock"


class FolderLock(FileLock):
    """The lock on a recording's folder, held from here to `release()`."""

    def __init__(self, folder: Path) -> None:
        """Take it. Raises BlockingIOError when it is held, in this process or another, and OSError."""
        super().__init__(folder / LOCK)


def is_held(folder: Path) -> bool:
    """Is somebody writing this recording right now?"""
    return is_locked(folder / LOCK)
