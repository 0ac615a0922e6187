"""The queue of the dictation thread. Any thread posts to it, the loop takes from it.

Front ends make it before the loop exists, so that the window is painted before the rest is imported.
"""

from __future__ import annotations

import queue


class Inbox:
    """The queue of the dictation thread: messages of other threads, and calls to make on it."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    def post(self, message: object) -> None:
        """Append one value; a callable is called on the dictation thread. Any thread; never blocks."""
        self._queue.put(message)

    def take(self, timeout: float | None) -> object | None:
        """Return the next message, or None when `timeout` seconds passed without one."""
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
