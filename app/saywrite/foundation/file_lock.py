"""An advisory lock on a file. The system releases it when the process ends, also after a crash. Any thread.

`flock` belongs to the open file, so it also excludes a second user in the same process. Windows has `msvcrt.locking`.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import time
from pathlib import Path

from saywrite.foundation.files import os_error_reason

log = logging.getLogger(__name__)

_BINARY = getattr(os, "O_BINARY", 0)


QUERY_S = 0.02
"""`is_locked` holds a lock for far less than these seconds; a lock that is refused is tried once more after them."""


class FileLock:
    """The lock on a file, from construction to `release()`."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """Lock the file `path`, alone or `shared` with others that share it.

        Raises BlockingIOError when the file is locked in this process or another one, and OSError.
        """
        self._fd = os.open(path, os.O_CREAT | os.O_RDWR | _BINARY, 0o600)
        try:
            _lock_beside_queries(self._fd, shared)
        except BlockingIOError:
            os.close(self._fd)
            raise

    def release(self) -> None:
        """Unlock the file."""
        # It is not removed: a process that waits for this lock would get it on a file that has no name any more.
        os.close(self._fd)


def is_locked(path: Path) -> bool:
    """Whether the file is locked now."""
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


def _lock_beside_queries(fd: int, shared: bool) -> None:
    try:
        lock_descriptor(fd, shared=shared)
    except BlockingIOError:
        time.sleep(QUERY_S)
        lock_descriptor(fd, shared=shared)


def lock_descriptor(fd: int, *, shared: bool) -> None:
    """Lock an open file without waiting. Raises BlockingIOError when it is locked."""
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
            # Some network file systems have no locks. Saywrite works there without them.
            log.warning("no lock on a file: %s", os_error_reason(error))
