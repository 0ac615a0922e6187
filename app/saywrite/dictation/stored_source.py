"""A recording on disk as the source of a dictation: what was said before a crash, an outage or a failure."""

from __future__ import annotations

from collections.abc import Callable

from saywrite.audio.levels import measure
from saywrite.audio.source import SoundSink
from saywrite.dictation.archive import Stored
from saywrite.errors import AudioError, JournalError
from saywrite.events import SAMPLE_RATE

BLOCK = SAMPLE_RATE
"""Samples read at a time: one second. Reading is cheap; the recogniser sets the pace through `allow()`."""


class StoredSource:
    """Gives the sound from the confirmed offset on, as fast as the recogniser takes it."""

    def __init__(self, stored: Stored, clock: Callable[[], float]) -> None:
        self._stored = stored
        self._clock = clock
        self._at = stored.confirmed
        self._sink: SoundSink | None = None
        self._ended = False

    def start(self, sink: SoundSink) -> None:
        self._sink = sink
        sink.opened("", self._clock())

    def allow(self, samples: int) -> None:
        """The recogniser has room for `samples` more."""
        sink, recording = self._sink, self._stored.recording
        while sink is not None and not self._ended and samples > 0:
            try:
                pcm = recording.read(self._at, min(self._at + BLOCK, recording.length))
            except JournalError as error:
                self.abort()
                sink.failed(AudioError(error.what, error.remedy), fatal=True)
                return
            if not pcm:
                self.abort()
                return
            self._at += len(pcm) // 2
            samples -= len(pcm) // 2
            sink.sound(pcm, measure(pcm, self._clock()))

    def stop(self, now: float) -> None:
        """The user stops the work, not the speech: what was not read stays unfinished."""
        self.abort()

    def abort(self) -> None:
        if not self._ended:
            self._ended = True
            self._stored.recording.close()
            if self._sink is not None:
                self._sink.ended()

    def receive(self, message: object) -> None:
        pass

    def wake(self, now: float) -> float | None:
        return None
