"""Opens the microphone without a dictation, so that the user can see whether it hears them.

The sound is measured and forgotten: nothing is recorded, sent or kept. Runs on the dictation thread; another thread
polls `latest` and `status`, which are replaced as a whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from saywrite.audio.levels import LatestLevel
from saywrite.audio.source import FromSource, SoundSink, Source
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Level

RETRY_S = 1.0
"""Seconds between two attempts to open a microphone that failed."""


@dataclass(frozen=True, slots=True)
class MonitorStatus:
    """The open `device`, "" while there is none. `what`: a problem as a sentence, with its `remedy`."""

    device: str = ""
    what: str = ""
    remedy: str = ""


class MicrophoneMonitor:
    """Measures the microphone between `start()` and `stop()`, and opens it again after a failure."""

    def __init__(self, open_microphone: Callable[[], Source], clock: Callable[[], float] = time.monotonic) -> None:
        """`open_microphone` makes the microphone of the settings; `clock` is in monotonic seconds."""
        self.latest = LatestLevel()
        self.status = MonitorStatus()
        self._open_microphone = open_microphone
        self._clock = clock
        self._wanted = False
        self._sink: _MeasuringSink | None = None
        self._source: Source | None = None
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether a microphone is open, or being opened."""
        return self._source is not None

    def start(self) -> None:
        """Open the microphone of the settings, which may be another one than before."""
        self.stop()
        self._wanted, self._retry_at = True, 0.0
        self._open()

    def stop(self) -> None:
        """Close the microphone; a dictation may open it at once."""
        self._wanted = False
        source, self._source = self._source, None
        if self._sink is not None:
            self._sink.monitor = None
            self._sink = None
        if source is not None:
            source.abort()
        self.status = MonitorStatus()

    def handle(self, message: object) -> bool:
        """Take a message of a microphone's own threads; returns whether the message was one."""
        if isinstance(message, FromSource) and self._source is not None:
            self._source.receive(message.message)
        return isinstance(message, FromSource)

    def wake(self, now: float) -> float | None:
        """Do what is due at `now` (monotonic seconds); returns when to be called again."""
        if self._wanted and self._source is None:
            if now < self._retry_at:
                return self._retry_at
            self._open()
        return self._source.wake(now) if self._source is not None else None

    def ended(self) -> None:
        """Take the end of a source that failed: it is opened again after `RETRY_S`."""
        self._source, self._sink = None, None
        self._retry_at = self._clock() + RETRY_S

    def _open(self) -> None:
        self._sink = _MeasuringSink(self)
        self._source = self._open_microphone()
        self._source.start(self._sink)


class _MeasuringSink(SoundSink):
    """Passes levels and problems to its monitor until the monitor leaves it."""

    def __init__(self, monitor: MicrophoneMonitor) -> None:
        self.monitor: MicrophoneMonitor | None = monitor

    def opened(self, device: str, at: float) -> None:
        self._show(MonitorStatus(device))

    def sound(self, pcm: bytes, level: Level) -> None:
        if self.monitor is not None:
            self.monitor.latest.put(level)

    def gap(self, length: int, cause: str) -> None:
        """Ignore lost sound: nothing is recorded."""

    def source_changed(self, device: str, note: str) -> None:
        self._show(MonitorStatus(device))

    def failed(self, error: AudioError, fatal: bool) -> None:
        device = self.monitor.status.device if self.monitor is not None and not fatal else ""
        self._show(MonitorStatus(device, error.what, error.remedy))

    def ended(self) -> None:
        if self.monitor is not None:
            self.monitor.ended()

    def _show(self, status: MonitorStatus) -> None:
        if self.monitor is not None:
            self.monitor.status = status
