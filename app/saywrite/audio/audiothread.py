"""The audio thread: one at a time makes every PortAudio call, in the order of its queue.

A call may hang for ever (frozen sound server, broken driver). Whoever waits for an answer notices by the
clock and calls `abandon()`: a fresh thread takes over and nothing ever waits for the old one, which does what
is left in its own queue should it come back, and ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from saywrite.audio.portaudio import Backend, PortAudio

log = logging.getLogger(__name__)

Job = Callable[[Backend], None]
"""Runs on the audio thread; it tells its outcome by posting, and raises nothing."""

STUCK_LIMIT = 4
"""So many given-up threads may be hanging at once; then new ones wait, as they would only hang too."""


class AudioThread:
    """Hands jobs to the thread, starting it when needed. Safe on every thread."""

    def __init__(self, backend: Backend | None = None) -> None:
        self._backend: Backend = backend or PortAudio()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._abandoned: list[threading.Thread] = []

    def submit(self, job: Job) -> object:
        """Queue `job`; returns its worker, for `abandon()`."""
        with self._lock:
            if self._thread is None:
                self._jobs = SimpleQueue()
                self._thread = threading.Thread(
                    target=_work, args=(self._backend, self._jobs), name="audio", daemon=True
                )
                self._thread.start()
            self._jobs.put(job)
            return self._thread

    def prepare(self) -> None:
        """Load PortAudio, numpy and soxr now, so that the first recording need not wait for them."""
        self.submit(_load)

    def abandon(self, worker: object) -> None:
        """Give up the worker that did not answer in time, if it has not been already."""
        with self._lock:
            if self._thread is not worker or self._thread is None:
                return
            log.warning("the sound system does not answer: going on with a new audio thread")
            self._jobs.put(None)
            self._abandoned = [thread for thread in self._abandoned if thread.is_alive()]
            self._abandoned.append(self._thread)
            self._thread = None

    @property
    def stuck(self) -> bool:
        """So many threads hang that another try is pointless for now."""
        with self._lock:
            return sum(thread.is_alive() for thread in self._abandoned) >= STUCK_LIMIT

    def close(self, wait: float = 0.0) -> None:
        """End the thread behind its last job; wait up to `wait` seconds for it."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._jobs.put(None)
        if thread is not None:
            thread.join(wait)


def _work(backend: Backend, jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        try:
            job(backend)
        except Exception:
            log.exception("an order to the sound system failed")


def _load(backend: Backend) -> None:
    """Everything that a first recording needs and that takes long to import: a third of a second together."""
    import numpy as np
    import soxr

    soxr.resample(np.zeros(480, np.float32), 48_000, 16_000)
    try:
        backend.devices()
    except Exception as error:  # noqa: BLE001 - told when a recording needs it
        log.debug("no sound yet: %s", error)
