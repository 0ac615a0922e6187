"""A file that only its service can hear (M4A): a source without sound of its own. Dictation thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from saywrite.audio.source import SoundSink
from saywrite.paths import display_path


class SentFile:
    """Implements `source.Source`: begins and ends at once; the text comes from whoever is sent the file."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def start(self, sink: SoundSink) -> None:
        sink.opened(display_path(self._path), self._clock())
        sink.ended()

    def allow(self, samples: int) -> None:
        pass

    def stop(self, now: float) -> None:
        pass

    def abort(self) -> None:
        pass

    def receive(self, message: object) -> None:
        pass

    def wake(self, now: float) -> float | None:
        return None
