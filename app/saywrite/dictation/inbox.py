"""The one inbox of the dictation thread. Everybody posts; only the dictation thread takes."""

from __future__ import annotations

import queue
from collections.abc import Callable

Action = Callable[[], None]


class Inbox:
    """Messages and actions in the order they came. `post` is safe on every thread and never blocks."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    def post(self, message: object) -> None:
        """Put one value behind all others. A callable is run on the dictation thread."""
        self._queue.put(message)

    def take(self, timeout: float | None) -> object | None:
        """The next message, or None when `timeout` seconds passed without one."""
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
