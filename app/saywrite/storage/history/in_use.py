"""The lock that shows whether a process has a history open. Any thread.

It is a file of its own, `<history>.lock`, because closing a descriptor of the database would release SQLite's locks.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType

from saywrite.foundation.file_lock import FileLock


class UseLock:
    """The lock on a history, from construction to `release()`.

    Windows does not need it, because a database that is open there cannot be renamed.
    """

    def __init__(self, history: Path, *, shared: bool) -> None:
        """Lock the history. Raises BlockingIOError when another user's lock excludes this one; OSError."""
        path = history.with_name(history.name + ".lock")
        self._lock = None if sys.platform == "win32" else FileLock(path, shared=shared)

    def release(self) -> None:
        """Unlock the history. A second call has no effect."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def __enter__(self) -> UseLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
