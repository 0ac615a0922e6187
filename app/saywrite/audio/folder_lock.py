"""Who is writing a recording: an advisory lock that the system frees when its holder dies, however it dies.

`flock` (per open file, so it also tells two writers of one process apart) or, on Windows, `msvcrt.locking`.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path

log = logging.getLogger(__name__)

LOCK = "lock"

_BINARY = getattr(os, "O_BINARY", 0)


class FolderLock:
    """The lock on a recording's folder, held from here to `release()`."""

    def __init__(self, folder: Path) -> None:
        """Take it. Raises BlockingIOError when it is held, in this process or another, and OSError."""
        self._fd = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | _BINARY, 0o600)
        try:
            _lock(self._fd, shared=False)
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
        _lock(fd, shared=True)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _lock(fd: int, *, shared: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(errno.EAGAIN, "held") from error
    else:
        import fcntl

        try:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError as error:
            # Some network file systems have no locks. Dictating without one is better than not dictating.
            log.warning("no lock on the recording: %s", error.strerror)
