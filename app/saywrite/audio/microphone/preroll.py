"""A microphone that is open between dictations, so that a dictation can begin a little before its key press.

Only where the user wants it. What is heard is kept in memory, never longer than wished, and forgotten unless a
dictation takes it over. Dictation thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from saywrite.audio.source import SoundSink, Source
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, Level

RETRY_S = 5.0
"""Between two tries to open a microphone that is not there."""


class PrerollBuffer:
    """An open microphone: keeps the newest sound until a dictation starts it as its source, then passes all on."""

    def __init__(self, microphone: Source, samples: int) -> None:
        self.device = ""
        self.over = False
        self._microphone = microphone
        self._most = samples
        self._sink: SoundSink | None = None
        self._kept: deque[tuple[bytes, Level]] = deque()
        self._length = 0
        self._problem: AudioError | None = None
        self._at = 0.0
        microphone.start(self)

    # The source of the dictation that takes it over.

    def start(self, sink: SoundSink) -> None:
        """Hand over what was heard, as if it came just now."""
        self._sink = sink
        if self.device:
            sink.opened(self.device, self._first_at())
            for pcm, level in self._kept:
                sink.sound(pcm, level)
            if self._problem is not None:
                sink.failed(self._problem, False)
        self._kept.clear()

    def allow(self, samples: int) -> None:
        self._microphone.allow(samples)

    def stop(self, now: float) -> None:
        self._microphone.stop(now)

    def abort(self) -> None:
        self._microphone.abort()

    def receive(self, message: object) -> None:
        self._microphone.receive(message)

    def wake(self, now: float) -> float | None:
        return self._microphone.wake(now)

    # The sink of the microphone.

    def opened(self, device: str, at: float) -> None:
        self.device = device
        self._at = at
        if self._sink is not None:
            self._sink.opened(device, at)

    def sound(self, pcm: bytes, level: Level) -> None:
        if self._sink is not None:
            self._sink.sound(pcm, level)
            return
        self._kept.append((pcm, level))
        self._length += len(pcm) // BYTES_PER_SAMPLE
        while self._length - len(self._kept[0][0]) // BYTES_PER_SAMPLE >= self._most:
            self._length -= len(self._kept.popleft()[0]) // BYTES_PER_SAMPLE

    def gap(self, length: int, cause: str) -> None:
        if self._sink is not None:
            self._sink.gap(length, cause)
        else:
            self._kept.clear()  # what is before a gap does not belong to what follows
            self._length = 0

    def source_changed(self, device: str, note: str) -> None:
        self.device, self._problem = device, None
        if self._sink is not None:
            self._sink.source_changed(device, note)

    def failed(self, error: AudioError, fatal: bool) -> None:
        self._problem = error
        if self._sink is not None:
            self._sink.failed(error, fatal)

    def ended(self) -> None:
        self.over = True
        if self._sink is not None:
            self._sink.ended()

    def _first_at(self) -> float:
        """Monotonic time of the first sample that is kept."""
        newest = self._kept[-1][1].at if self._kept else self._at
        return newest - self._length / SAMPLE_RATE


class PrerollController:
    """Keeps a microphone open between dictations if the user wants it."""

    def __init__(self, microphone: Callable[[], Source], report: Callable[[str], None]) -> None:
        """`microphone`: the one of the settings. `report` gets the name of the open one, "" for none."""
        self._microphone = microphone
        self._announce = report
        self._samples = 0
        self._ahead: PrerollBuffer | None = None
        self._in_use: PrerollBuffer | None = None
        self._told = ""
        self._retry_at = 0.0

    def keep(self, milliseconds: int) -> None:
        """So much is kept from now on; 0: nothing listens. To be called when the microphone is another one, too."""
        self._samples = milliseconds * SAMPLE_RATE // 1000
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.abort()
        self._retry_at = 0.0
        self._report()

    def hand_over(self) -> Source | None:
        """The open microphone with what it has heard, for a dictation that begins now; None: open one."""
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.over:
            return None
        self._in_use = ahead
        self._report()
        return ahead

    def receive(self, message: object) -> None:
        """A message of a microphone's own threads, out of `FromSource`."""
        if self._ahead is not None:
            self._ahead.receive(message)
            self._report()

    def wake(self, now: float) -> float | None:
        """Open, or do what is due; when to be called again. To be called after every message."""
        if self._in_use is not None and self._in_use.over:
            self._in_use = None
        if self._ahead is not None and self._ahead.over:
            self._ahead, self._retry_at = None, now + RETRY_S
        if not self._samples or self._in_use is not None:
            return None
        if self._ahead is None:
            if now < self._retry_at:
                return self._retry_at
            self._ahead = PrerollBuffer(self._microphone(), self._samples)
        self._report()
        return self._ahead.wake(now)

    def _report(self) -> None:
        device = self._ahead.device if self._ahead is not None and not self._ahead.over else ""
        if device != self._told:
            self._told = device
            self._announce(device)
