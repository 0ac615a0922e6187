"""The one thread that listens to the desktop: hotkeys, D-Bus, tray hosts, network, remote control.

Each of these watches a few sockets that are silent for hours, so they share a thread, which wakes only for them.
Handlers and jobs run on it one after the other; none of them may block for longer than a person would notice.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time

from saywrite.foundation.selector_thread import Job, SelectorThread

log = logging.getLogger(__name__)

NAME = "desktop"

CLOSE_LIMIT_S = 2.0
"""Seconds that `run` and `close` wait for the thread."""


class Timer:
    """A job that is due once; `cancel` on the thread before then drops it."""

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job

    def cancel(self) -> None:
        self.job = None


class DesktopThread:
    """Calls handlers when sockets can be read and jobs when they are due. Starts with the first job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: SelectorThread | None = None
        self._closed = False
        # From here on used on the thread only.
        self._readers: dict[int, Job] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()

    def submit(self, job: Job) -> None:
        """Run `job` on the thread soon. Any thread may call this; after `close` it has no effect."""
        with self._lock:
            if self._closed:
                return
            if self._thread is None:
                self._thread = SelectorThread(NAME, self._run)
        self._thread.submit(lambda: self.guard(job))

    def run(self, job: Job, limit_s: float = CLOSE_LIMIT_S) -> bool:
        """Run `job` on the thread and wait for its end; False if it has not ended after `limit_s` seconds.

        Any thread may call this. After `close`, and where the thread has never been started, `job` runs at once.
        """
        thread = self._thread
        if thread is None or self._closed or thread.is_current:
            self.guard(job)
            return True
        done = threading.Event()

        def run_and_report() -> None:
            self.guard(job)
            done.set()

        thread.submit(run_and_report)
        if done.wait(limit_s):
            return True
        log.warning("the desktop thread has not answered for %.0f s", limit_s)
        return False

    def close(self) -> None:
        """End the thread. Its users close their sockets and timers before."""
        with self._lock:
            self._closed, thread = True, self._thread
        if thread is not None and not thread.close(CLOSE_LIMIT_S):
            log.warning("the desktop thread did not end in time")

    def watch(self, descriptor: int, readable: Job) -> None:
        """Call `readable` whenever the socket can be read or has failed. On the thread only."""
        self._readers[descriptor] = readable

    def unwatch(self, descriptor: int) -> None:
        """Call nothing for this socket any more. Before the socket is closed; on the thread only."""
        self._readers.pop(descriptor, None)

    def call_later(self, delay_s: float, job: Job) -> Timer:
        """Run `job` in `delay_s` seconds. On the thread only."""
        timer = Timer(job)
        heapq.heappush(self._timers, (time.monotonic() + delay_s, next(self._numbers), timer))
        return timer

    def _run(self, thread: SelectorThread) -> None:
        while not thread.closing:
            for descriptor in thread.wait(list(self._readers), self._pause_s()):
                readable = self._readers.get(descriptor)  # an earlier handler may have removed it
                if readable is not None and not self._is_done(readable):
                    self.unwatch(descriptor)  # it would be called again at once, and fail again
            self._run_due()

    def _pause_s(self) -> float | None:
        while self._timers and self._timers[0][2].job is None:
            heapq.heappop(self._timers)
        return max(self._timers[0][0] - time.monotonic(), 0.0) if self._timers else None

    def _run_due(self) -> None:
        while self._timers and self._timers[0][0] <= time.monotonic():
            job = heapq.heappop(self._timers)[2].job
            if job is not None:
                self.guard(job)

    def guard(self, job: Job) -> None:
        """Run `job` now. Its failure is logged and ends nothing else. On the thread only."""
        self._is_done(job)

    def _is_done(self, job: Job) -> bool:
        """Run `job`; whether it ran to its end. The failure of one part must not end the others."""
        try:
            job()
        except Exception:  # the outermost edge of every job on this thread
            log.exception("a part of the desktop thread failed")
            return False
        return True
