"""The audio thread, on which every call into the sound system is made, because it may hang."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

from saywrite.audio.backend.portaudio import Backend, PortAudio

log = logging.getLogger(__name__)

Job = Callable[[Backend], None]
"""Runs on the audio thread, posts its result and raises nothing."""

HANG_S = 3.0
"""A job that has kept the thread for so long hangs.

Opening a stream takes 5 ms, with Bluetooth about a second, closing one 1 ms, with a frozen sound server for ever.
"""

STUCK_LIMIT = 4
"""Threads left behind that may hang at once. With that many no new stream is opened, because it would hang, too."""


class AudioThread:
    """Runs jobs on the audio thread, which the first job starts. Safe on every thread."""

    def __init__(self, backend: Backend | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._backend: Backend = backend or PortAudio()
        self._clock = clock
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._left_behind: list[_Worker] = []

    def submit(self, job: Job) -> object:
        """Queue `job`; returns its worker, for `job_began()`.

        Where the job that runs hangs, a new worker does it, unless too many hang already.
        """
        with self._lock:
            if self._worker is not None and self._clock() >= self._began(self._worker) + HANG_S and not self._stuck():
                self._leave_behind(self._worker)
            if self._worker is None:
                self._worker = _Worker(self._backend, self._clock)
                self._worker.start()
            self._worker.jobs.put(job)
            return self._worker

    def prepare(self) -> None:
        """Load PortAudio, numpy and soxr now, so that the first recording need not wait for them."""
        self.submit(_load_library)

    def job_began(self, worker: object) -> float:
        """When `worker` began with its job, in monotonic seconds.

        Without a job it is the time now, and −inf for a worker that was left behind.
        """
        with self._lock:
            return self._began(self._worker) if self._worker is not None and self._worker is worker else float("-inf")

    @property
    def stuck(self) -> bool:
        """Whether so many threads hang that another try is pointless for now."""
        with self._lock:
            return self._stuck()

    def close(self, wait: float = 0.0) -> None:
        """End the thread behind its last job; wait up to `wait` seconds for it."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.jobs.put(None)
            worker.join(wait)

    def _began(self, worker: _Worker) -> float:
        began = worker.job_began
        return self._clock() if began is None else began

    def _leave_behind(self, worker: _Worker) -> None:
        log.warning("the sound system does not answer: going on with a new audio thread")
        worker.jobs.put(None)
        self._left_behind = [one for one in self._left_behind if one.is_alive()]
        self._left_behind.append(worker)
        self._worker = None

    def _stuck(self) -> bool:
        return sum(worker.is_alive() for worker in self._left_behind) >= STUCK_LIMIT


class _Worker(threading.Thread):
    def __init__(self, backend: Backend, clock: Callable[[], float]) -> None:
        super().__init__(name="audio", daemon=True)
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.job_began: float | None = None  # no lock: one reference, which only this thread writes
        self._backend = backend
        self._clock = clock

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            self.job_began = self._clock()
            try:
                job(self._backend)
            except Exception:
                log.exception("a job of the audio thread failed")
            self.job_began = None


def _load_library(backend: Backend) -> None:
    """Everything that a first recording needs and that takes long to import: a third of a second together."""
    import numpy as np
    import soxr

    soxr.resample(np.zeros(480, np.float32), 48_000, 16_000)
    try:
        backend.devices()
    except Exception as error:  # noqa: BLE001 - reported when a recording needs it
        log.debug("no sound yet: %s", error)
