"""An advisory lock on a file, which the system frees when its holder ends, however it ends.

`flock` (per open file, so it also keeps two users of one process apart) or, on Windows, `msvcrt.locking`. Any thread.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from pathlib import Path

from saywrite.foundation.files import os_error_reason

log = logging.getLogger(__name__)

_BINARY = getattr(os, "O_BINARY", 0)


class FileLock:
    """The lock on the file `path`, held from here to `release()`."""

    def __init__(self, path: Path) -> None:
        """Take it. Raises BlockingIOError when it is held, in this process or another, and OSError."""
        self._fd = os.open(path, os.O_CREAT | os.O_RDWR | _BINARY, 0o600)
        try:
            lock_descriptor(self._fd, shared=False)
        except BlockingIOError:
            os.close(self._fd)
            raise

    def release(self) -> None:
        # The file stays: removing it would let a second holder lock a name that no longer leads here.
        os.close(self._fd)


def is_locked(path: Path) -> bool:
    """Does somebody hold the lock right now?"""
    try:
        fd = os.open(path, os.O_RDONLY | _BINARY)
    except OSError:
        return False
    try:
        lock_descriptor(fd, shared=True)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def lock_descriptor(fd: int, *, shared: bool) -> None:
    """Lock an open file without waiting. Raises BlockingIOError when somebody else holds it."""
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
            # Some network file systems have no locks. Going on without one is better than not working there.
            log.warning("no lock on a file: %s", os_error_reason(error))
