"""Keeps a microphone open between dictations, for the time before a key press or for a phrase.

Only where the user wants it. The sound is kept in memory, no longer than the user has set (with a listener, no longer
than `LISTENED_S`), and is forgotten unless a dictation takes it over. Runs on the dictation thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from saywrite.audio.levels import FLOOR_DBFS
from saywrite.audio.source import SoundSink, Source
from saywrite.foundation.errors import AudioError, MicrophoneDenied, MicrophoneLost
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, Level

RETRY_S = 5.0
"""Seconds between two tries to open a microphone that is not there."""

LISTENED_S = 10
"""Seconds of sound that are kept for a listener, because a dictation may begin some time before it is asked for."""


class SoundListener(Protocol):
    """Hears the sound of a microphone between dictations, and further when a dictation has taken it over."""

    def microphone_opened(self) -> None:
        """Note that other sound follows: a microphone was opened, or sound is missing."""

    def hear(self, pcm: bytes) -> None:
        """Take the next sound, 16 kHz mono s16le."""

    def microphone_failed(self, error: AudioError, ended: bool) -> None:
        """Note a problem. `ended`: there is no sound, and the microphone is opened again later."""


class PrerollBuffer:
    """Keeps the newest sound of an open microphone until a dictation takes it over as its source.

    From then on it passes all sound on. `samples`: how much it keeps. `newest`: how much of that the dictation gets.
    """

    def __init__(self, microphone: Source, samples: int, listener: SoundListener | None = None) -> None:
        self.device = ""
        self.over = False
        self.newest = samples
        self._microphone = microphone
        self._most = samples
        self._listener = listener
        self._sink: SoundSink | None = None
        self._kept: deque[tuple[bytes, Level]] = deque()
        self._length = 0
        self._problem: AudioError | None = None
        self._newest_at = 0.0
        microphone.start(self)

    # `Source`, for the dictation that takes it over:

    def start(self, sink: SoundSink) -> None:
        """Deliver the newest sound that was kept; what follows is passed on."""
        self._sink = sink
        self._trim()
        if self.device:
            sink.opened(self.device, self._first_at())
            for pcm, level in self._kept:
                sink.sound(pcm, level)
        if self._problem is not None and not self._is_unmuted():
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

    # `SoundSink`, for the microphone:

    def opened(self, device: str, at: float) -> None:
        self.device, self._problem = device, None
        self._newest_at = at
        if self._listener is not None:
            self._listener.microphone_opened()
        if self._sink is not None:
            self._sink.opened(device, at)

    def sound(self, pcm: bytes, level: Level) -> None:
        """Pass the next sound on, or keep it and forget what is too old."""
        if self._listener is not None:
            self._listener.hear(pcm)
        if self._sink is not None:
            self._sink.sound(pcm, level)
            return
        if isinstance(self._problem, MicrophoneLost):
            self._problem = None  # the microphone is back
        self._newest_at = level.at
        self._kept.append((pcm, level))
        self._length += len(pcm) // BYTES_PER_SAMPLE
        while self._length - len(self._kept[0][0]) // BYTES_PER_SAMPLE >= self._most:
            self._length -= len(self._kept.popleft()[0]) // BYTES_PER_SAMPLE

    def gap(self, length: int, cause: str) -> None:
        if self._listener is not None:
            self._listener.microphone_opened()
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
        elif self._listener is not None:
            self._listener.microphone_failed(error, fatal or isinstance(error, MicrophoneLost))

    def ended(self) -> None:
        self.over = True
        if self._sink is not None:
            self._sink.ended()

    def _trim(self) -> None:
        """Forget all but the `newest` samples."""
        while self._kept and self._length > self.newest:
            pcm, level = self._kept.popleft()
            left = max(0, self.newest - self._length + len(pcm) // BYTES_PER_SAMPLE)
            self._length -= len(pcm) // BYTES_PER_SAMPLE - left
            if left:
                self._kept.appendleft((pcm[-left * BYTES_PER_SAMPLE :], level))

    def _is_unmuted(self) -> bool:
        """Whether a microphone that was muted delivers sound again; a muted one delivers exact zeros."""
        return isinstance(self._problem, MicrophoneDenied) and any(
            level.peak_dbfs > FLOOR_DBFS for _, level in self._kept
        )

    def _first_at(self) -> float:
        """Monotonic time of the first sample that is kept."""
        return self._newest_at - self._length / SAMPLE_RATE


class PrerollController:
    """Keeps a microphone open between dictations if the user wants it."""

    def __init__(self, microphone: Callable[[], Source], report: Callable[[str], None]) -> None:
        """`microphone` makes the one of the settings. `report` gets the name of the open one, "" for none."""
        self._microphone = microphone
        self._report = report
        self._samples = 0
        self._listener: SoundListener | None = None
        self._newest: int | None = None
        self._ahead: PrerollBuffer | None = None
        self._in_use: PrerollBuffer | None = None
        self._reported = ""
        self._retry_at = 0.0

    def keep(self, milliseconds: int, listener: SoundListener | None = None) -> None:
        """Keep so much sound from now on, 0 for none. Call it also when the microphone is another one.

        A `listener` hears the sound; the microphone is then open in any case.
        """
        self._samples = milliseconds * SAMPLE_RATE // 1000
        self._listener = listener
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.abort()
        self._retry_at = 0.0
        self._report_change()

    def pass_on(self, newest: int | None) -> None:
        """Hand over so many of the newest samples next time; None: as many as the user has set."""
        self._newest = newest

    def hand_over(self) -> Source | None:
        """Return the open microphone with its sound for a dictation that begins now; None if none is open."""
        ahead, self._ahead = self._ahead, None
        newest, self._newest = self._newest, None
        if ahead is None or ahead.over:
            return None
        ahead.newest = self._samples if newest is None else newest
        self._in_use = ahead
        self._report_change()
        return ahead

    def receive(self, message: object) -> None:
        """Take a message of a microphone's own threads, out of `FromSource`."""
        if self._ahead is not None:
            self._ahead.receive(message)
            self._report_change()

    def wake(self, now: float) -> float | None:
        """Open the microphone or do what is due; return when to be called again. Call it after every message."""
        if self._in_use is not None and self._in_use.over:
            self._in_use = None
        if self._ahead is not None and self._ahead.over:
            self._ahead, self._retry_at = None, now + RETRY_S
        if (not self._samples and self._listener is None) or self._in_use is not None:
            return None
        if self._ahead is None:
            if now < self._retry_at:
                return self._retry_at
            kept = self._samples if self._listener is None else LISTENED_S * SAMPLE_RATE
            self._ahead = PrerollBuffer(self._microphone(), kept, self._listener)
        self._report_change()
        return self._ahead.wake(now)

    def _report_change(self) -> None:
        """Report the microphone that is open for the sound before a key; a listener reports its own."""
        there = self._ahead is not None and not self._ahead.over and self._samples
        device = self._ahead.device if self._ahead is not None and there else ""
        if device != self._reported:
            self._reported = device
            self._report(device)
