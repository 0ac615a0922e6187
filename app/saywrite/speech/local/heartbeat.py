"""Repeats a progress message while a long utterance is decoded and the process computes.

The parent replaces a child that is silent for `supervisor.PATIENCE_S`. Decoding takes longer than that with a large
model on a slow computer, and the main thread cannot send anything within a call of native code. So a thread repeats
the last progress every `EVERY_S` while the processor time of the process grows, up to a time limit: a child that is
stopped, deadlocked or in an endless loop becomes silent and is replaced.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

EVERY_S = 3.0

LIMIT_S = 60.0
PER_AUDIO_SECOND = 15.0
"""The longest decoding that counts as work: a minute, and fifteen times the length of the sound."""

LEAST_CPU_S = 0.05
"""Processor time between two beats below which nothing is being computed."""


class Heartbeat:
    """Repeats a message while its context is open. `clock` and `cpu` in seconds; tests pass their own."""

    def __init__(
        self,
        send: Callable[[dict[str, Any]], None],
        *,
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._send = send
        self._every_s = every_s
        self._clock = clock
        self._cpu = cpu

    @contextmanager
    def beating(self, message: dict[str, Any], audio_s: float) -> Iterator[None]:
        """Send `message` at once, and again while the body computes."""
        self._send(message)
        over = threading.Event()
        limit = self._clock() + LIMIT_S + PER_AUDIO_SECOND * audio_s
        beats = threading.Thread(target=self._beat, args=(message, limit, over), name="heartbeat", daemon=True)
        beats.start()
        try:
            yield
        finally:
            over.set()
            beats.join()

    def _beat(self, message: dict[str, Any], limit: float, over: threading.Event) -> None:
        computed = self._cpu()
        while not over.wait(self._every_s) and self._clock() < limit:
            now = self._cpu()
            if now - computed >= LEAST_CPU_S:
                self._send(message)
            computed = now
