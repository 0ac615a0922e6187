"""A thread that sleeps in the kernel until a socket can be read or another thread submits a job. Every system.

It wakes up at no other time: D-Bus, X11 and the remote control are read on such threads.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue

log = logging.getLogger(__name__)

Job = Callable[[], None]
"""Runs on the thread and raises nothing."""


class SelectorThread:
    """A thread, its queue of jobs, and the socket that wakes it. Its own code calls `wait` and reads `closing`."""

    def __init__(self, name: str, run: Callable[[SelectorThread], None]) -> None:
        """Start a thread that calls `run` and ends when `run` returns."""
        self.closing = False
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._reader, self._writer = socket.socketpair()  # not a pipe: select() of Windows takes sockets only
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._thread = threading.Thread(target=self._live, args=(run,), name=name, daemon=True)
        self._thread.start()

    @property
    def is_current(self) -> bool:
        """Whether the caller runs on this thread."""
        return threading.current_thread() is self._thread

    def submit(self, job: Job) -> None:
        """Run `job` on the thread soon. Any thread may call this; after the end of the thread it has no effect."""
        self._jobs.put(job)
        self._wake()

    def close(self, limit_s: float) -> bool:
        """Ask the thread to end and wait `limit_s` seconds for it; whether it has ended by then."""
        self.closing = True
        self._wake()
        if not self.is_current:
            self._thread.join(limit_s)
        return not self._thread.is_alive()

    def wait(self, sockets: Iterable[int], timeout_s: float | None = None) -> list[int]:
        """Sleep until one of `sockets` can be read, a job was submitted or the time has passed. On the thread only.

        Runs the jobs and returns the sockets that can be read. Returns at once while `closing`: an inner call may
        have read the byte that announced the end.
        """
        if self.closing:
            return []
        ready = wait_readable([*sockets, self._reader.fileno()], timeout_s)
        if self._reader.fileno() in ready:
            ready.remove(self._reader.fileno())
            with contextlib.suppress(BlockingIOError):
                self._reader.recv(4096)
            while not self._jobs.empty():
                self._jobs.get()()
        return ready

    def _wake(self) -> None:
        with self._lock, contextlib.suppress(BlockingIOError, OSError):  # full: it wakes anyway; closed: it has ended
            self._writer.send(b"!")

    def _live(self, run: Callable[[SelectorThread], None]) -> None:
        try:
            run(self)
        except Exception:
            log.exception("the thread %s ended", threading.current_thread().name)
        finally:
            with self._lock:
                self._reader.close()
                self._writer.close()


def wait_readable(sockets: list[int], timeout_s: float | None) -> list[int]:
    """Those that can be read or have failed, after waiting for one; `poll` has no limit on their numbers."""
    if not hasattr(select, "poll"):
        return select.select(sockets, [], [], timeout_s)[0]
    poll = select.poll()
    for each in sockets:
        poll.register(each, select.POLLIN)
    return [number for number, _event in poll.poll(None if timeout_s is None else max(timeout_s, 0.0) * 1000)]
