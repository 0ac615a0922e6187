"""The lock of a recording that is being written: a file in its folder. Any thread."""

from __future__ import annotations

from pathlib import Path

from saywrite.foundation.file_lock import FileLock, is_locked

LOCK = "lock"


class FolderLock(FileLock):
    """The lock on a recording's folder, from construction to `release()`."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder. Raises BlockingIOError when it is locked in this process or another, and OSError."""
        super().__init__(folder / LOCK)


def is_held(folder: Path) -> bool:
    """Whether a process is writing this recording now."""
    return is_locked(folder / LOCK)
