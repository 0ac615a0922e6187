"""An advisory lock on an open file, which the system frees when its holder dies. Any thread.

`flock` belongs to the open file: closing another descriptor of the same file does not release it, unlike the `fcntl`
locks that SQLite uses, and it tells two holders within one process apart. Windows has `msvcrt.locking`.
"""

from __future__ import annotations

import errno
import logging
import sys

log = logging.getLogger(__name__)


def lock_file(fd: int, *, shared: bool) -> None:
    """Lock without waiting. Raises BlockingIOError when the file is held. `shared` is exclusive on Windows.

    A file system without locks grants every lock: dictating without one is better than not dictating.
    """
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
            log.warning("no lock on a file: %s", error.strerror)
