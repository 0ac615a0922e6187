"""Short sounds that tell the state to those who do not look: start, end, failure. Dictation thread only.

The sound of the end is played when the microphone has been closed, and that of a failure in place of it: neither is in
the recording. The sound of the start is played while the microphone is open already, because waiting for it would cost
the first word; so it is an option of its own.
"""

from __future__ import annotations

import logging
import wave
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from saywrite.audio.source import SoundSink, Source
from saywrite.errors import AudioError
from saywrite.events import Failed, FrontEndEvent, Level, Started, State, StateChanged
from saywrite.paths import resource
from saywrite.settings.schema import Settings

log = logging.getLogger(__name__)

START, END, FAILURE = "start", "end", "failure"


class Plays(Protocol):
    def play(self, pcm: bytes) -> None: ...


class Chimes:
    """Hears what is told of a dictation, and when a microphone is closed; plays what the settings wish."""

    def __init__(self, player: Plays, settings: Callable[[], Settings]) -> None:
        self._player = player
        self._settings = settings
        self._failed = False

    def receive(self, event: FrontEndEvent) -> None:
        match event:
            case StateChanged(state=State.STARTING):
                self._failed = False
            case Started(source="microphone") if self._settings().start_sound:
                self._play(START)
            case Failed(fatal=True) if not self._failed:
                self._failed = True
                if self._settings().sounds:
                    self._play(FAILURE)

    def closed(self) -> None:
        """The microphone of a dictation was closed; nothing is captured any more."""
        if self._settings().sounds and not self._failed:
            self._play(END)

    def around(self, source: Source) -> Source:
        """The same source, whose end is heard."""
        return SourceWithEnd(source, self.closed)

    def before(self, tell: Callable[[FrontEndEvent], None]) -> Callable[[FrontEndEvent], None]:
        """The same `tell`, listened to."""

        def both(event: FrontEndEvent) -> None:
            self.receive(event)
            tell(event)

        return both

    def _play(self, name: str) -> None:
        try:
            self._player.play(sound(name))
        except OSError as error:  # an installation without its resources: a sound is not worth more
            log.error("the sound %s was not read: %s", name, type(error).__name__)


@lru_cache(maxsize=4)
def sound(name: str) -> bytes:
    """16 kHz mono s16le of `resources/sounds/<name>.wav`. Raises OSError."""
    with wave.open(str(resource(f"sounds/{name}.wav")), "rb") as file:
        return file.readframes(file.getnframes())


class SourceWithEnd:
    """A `Source` that calls `on_end` behind the `ended()` of its sink."""

    def __init__(self, source: Source, on_end: Callable[[], None]) -> None:
        self._source = source
        self._on_end = on_end
        self.allow = source.allow
        self.stop = source.stop
        self.abort = source.abort
        self.receive = source.receive
        self.wake = source.wake

    def start(self, sink: SoundSink) -> None:
        self._source.start(_SinkWithEnd(sink, self._on_end))


class _SinkWithEnd:
    def __init__(self, sink: SoundSink, on_end: Callable[[], None]) -> None:
        self._sink = sink
        self._on_end = on_end
        self.opened = sink.opened
        self.gap = sink.gap
        self.source_changed = sink.source_changed

    def sound(self, pcm: bytes, level: Level) -> None:
        self._sink.sound(pcm, level)

    def failed(self, error: AudioError, fatal: bool) -> None:
        self._sink.failed(error, fatal)

    def ended(self) -> None:
        self._sink.ended()
        self._on_end()
