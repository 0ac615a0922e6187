"""The lock that tells whether any Saywrite has a history open. Any thread.

It is a file of its own, `<history>.lock`, because SQLite's locks on the database itself must not be touched.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from saywrite.foundation.file_lock import lock_descriptor


class UseLock:
    """Held from here to `release()`. Raises BlockingIOError when it is held otherwise, and OSError.

    On Windows nothing is locked: a database that is open there cannot be renamed.
    """

    def __init__(self, history: Path, *, shared: bool) -> None:
        self._fd = -1
        if sys.platform == "win32":
            return
        self._fd = os.open(history.with_name(history.name + ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            lock_descriptor(self._fd, shared=shared)
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        """May be called twice. The file stays: another process may have it open already."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> UseLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
