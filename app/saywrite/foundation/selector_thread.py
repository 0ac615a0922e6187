"""A thread that sleeps in the kernel until one of its sockets or somebody with an order wakes it.

Zero wakeups while nothing happens: what D-Bus and X11 listeners live in. Linux and other POSIX systems.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue

log = logging.getLogger(__name__)

Order = Callable[[], None]
"""Runs on the thread; it raises nothing."""


class SelectorThread:
    """Orders for a thread, and the pipe that tells it of them. The thread's own code calls `wait` and `closed`."""

    def __init__(self, name: str, run: Callable[[SelectorThread], None]) -> None:
        """Starts a thread that calls `run`; when that returns, the thread is over."""
        self.closing = False
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._lock = threading.Lock()
        self._pipe: tuple[int, int] | None = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        self._thread = threading.Thread(target=self._live, args=(run,), name=name, daemon=True)
        self._thread.start()

    def order(self, order: Order) -> None:
        """Have `order` run on the thread soon. Safe on every thread; ignored once the thread is over."""
        self._orders.put(order)
        self._nudge()

    def close(self, wait_s: float) -> bool:
        """Ask the thread to end and wait for it; True if it has ended in time."""
        self.closing = True
        self._nudge()
        if threading.current_thread() is not self._thread:
            self._thread.join(wait_s)
        return not self._thread.is_alive()

    def wait(self, sockets: Iterable[int], timeout_s: float | None = None) -> bool:
        """On the thread: sleep until one of `sockets` can be read (True), or orders have run or time is up (False).

        Does not sleep any more once the end is asked for: an inner wait may have taken the byte that told of it.
        """
        if self.closing:
            return False
        reader = self._reader()
        ready, _, _ = select.select([*sockets, reader], [], [], timeout_s)
        if reader in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(reader, 4096)
            while not self._orders.empty():
                self._orders.get()()
        return any(each != reader for each in ready)

    def _reader(self) -> int:
        assert self._pipe is not None, "the thread is over"
        return self._pipe[0]

    def _nudge(self) -> None:
        with self._lock:
            if self._pipe is not None:
                with contextlib.suppress(BlockingIOError):  # full: it is awake as it is
                    os.write(self._pipe[1], b"!")

    def _live(self, run: Callable[[SelectorThread], None]) -> None:
        try:
            run(self)
        except Exception:
            log.exception("the thread %s ended", threading.current_thread().name)
        finally:
            with self._lock:
                pipe, self._pipe = self._pipe, None
                for end in pipe or ():
                    os.close(end)
