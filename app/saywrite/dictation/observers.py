"""How long each step of a dictation takes, from what is told of it anyway. Pure: times are handed in. Dictation thread.

The key's own times and the insertion come from whoever hears keys and inserts; where nobody does, the dictation
counts from its first state and ends with its text.
"""

from __future__ import annotations

import logging
import wave
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from saywrite.audio.source import SoundSink, Source
from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import (
    Failed,
    Finished,
    FrontEndEvent,
    Level,
    Partial,
    ProgressChanged,
    SegmentAdded,
    SourceChanged,
    Started,
    State,
    StateChanged,
    seconds,
)
from saywrite.foundation.paths import resource
from saywrite.storage.history.timings import Latency
from saywrite.storage.settings.schema import Settings

log = logging.getLogger(__name__)

START, END, FAILURE = "start", "end", "failure"


class PlaybackPort(Protocol):
    def play(self, pcm: bytes) -> None: ...


class SoundEffects:
    """Hears what is told of a dictation, and when a microphone is closed; plays what the settings wish."""

    def __init__(self, player: PlaybackPort, settings: Callable[[], Settings]) -> None:
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


KEPT = 4
"""Dictations that are remembered after their end: the insertion's receipt comes behind it."""

Keep = Callable[[str, str, Latency], None]
"""Takes the dictation, the microphone's label and what is known of its latency by now; called once or twice."""


@dataclass(slots=True)
class _DictationTimes:
    """Monotonic times of one dictation, in seconds."""

    asked: float
    microphone: str = ""
    first_audio: float | None = None
    first_partial: float | None = None
    released: float | None = None
    final: float | None = None
    inserted: float | None = None
    over: bool = False


class LatencyWatch:
    """Give it every event in its order, and the key's times; it hands finished receipts to `keep`."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._pressed: float | None = None
        self._courses: dict[str, _DictationTimes] = {}

    def key_down(self, at: float) -> None:
        """The key that begins the next dictation went down at `at` (monotonic seconds)."""
        self._pressed = at

    def key_up(self, dictation: str, at: float) -> None:
        """The key that ends the dictation went up at `at`."""
        course = self._courses.get(dictation)
        if course is not None:
            course.released = at

    def inserted(self, dictation: str, at: float) -> None:
        """Its text was in the other program at `at`. Behind the end of the dictation, the receipt is kept anew."""
        course = self._courses.get(dictation)
        if course is None:
            return
        course.inserted = at
        if course.over:
            self._hand_over(dictation, course)

    def receive(self, event: FrontEndEvent, now: float) -> None:
        """One event of the dictation, told at `now`."""
        match event:
            case StateChanged(dictation=which, state=State.STARTING):
                self._begin(which, now)
            case StateChanged(dictation=which, state=State.FINISHING) if course := self._courses.get(which):
                course.released = now if course.released is None else course.released
            case Started(dictation=which, source=source, at=at) if course := self._courses.get(which):
                if source == "microphone":
                    course.first_audio = at
                else:
                    del self._courses[which]
            case SourceChanged(dictation=which, device=device) if course := self._courses.get(which):
                course.microphone = course.microphone or device
                if not course.microphone:
                    del self._courses[which]  # a stored recording gets its missing text
            case Partial(dictation=which, text=text) if text and (course := self._courses.get(which)):
                course.first_partial = now if course.first_partial is None else course.first_partial
            case SegmentAdded(dictation=which) if course := self._courses.get(which):
                course.first_partial = now if course.first_partial is None else course.first_partial
                course.final = now
            case Finished(dictation=which) if course := self._courses.get(which):
                self._end(which, course)

    def _begin(self, dictation: str, now: float) -> None:
        asked, self._pressed = self._pressed, None
        self._courses[dictation] = _DictationTimes(now if asked is None else min(asked, now))
        while len(self._courses) > KEPT:
            del self._courses[next(iter(self._courses))]

    def _end(self, dictation: str, course: _DictationTimes) -> None:
        course.over = True
        if course.final is None:
            del self._courses[dictation]  # nothing was said: there is nothing to be quick about
        else:
            self._hand_over(dictation, course)

    def _hand_over(self, dictation: str, course: _DictationTimes) -> None:
        def since(at: float | None) -> int | None:
            return None if at is None else max(0, round(1000 * (at - course.asked)))

        latency = Latency(
            since(course.first_audio),
            since(course.first_partial),
            since(course.released),
            since(course.final),
            since(course.inserted),
        )
        self._keep(dictation, course.microphone, latency)


@dataclass(frozen=True, slots=True)
class Status:
    """`dictation`: the newest one that is not over, or that failed; "" when idle. `pending_s`: seconds of it without
    text so far; `heard_s`: seconds of it in the journal. `problem`: what ended it or kept it from beginning, and the
    remedy; () when nothing did.
    """

    state: State = State.IDLE
    dictation: str = ""
    heard_s: float = 0.0
    pending_s: float = 0.0
    problem: tuple[str, ...] = ()


class StatusBoard:
    """Keeps `now` up to date. Frozen and replaced as a whole, so a reader never sees half of a change."""

    def __init__(self) -> None:
        self.now = Status()

    def before(self, tell: Callable[[FrontEndEvent], None]) -> Callable[[FrontEndEvent], None]:
        """A function that updates the status with an event and then passes it to `tell`."""

        def update_and_tell(event: FrontEndEvent) -> None:
            self.receive(event)
            tell(event)

        return update_and_tell

    def receive(self, event: FrontEndEvent) -> None:
        """One event of the dictation, before or after the front end has it."""
        match event:
            case StateChanged(state=State.IDLE):
                self.now = Status()
            case StateChanged(dictation=which, state=state) if which == self.now.dictation:
                self.now = replace(self.now, state=state)
            case StateChanged(dictation=which, state=state):
                self.now = Status(state, which)
            case Failed(dictation=which, fatal=True, what=what, remedy=remedy) if which in ("", self.now.dictation):
                self.now = replace(self.now, problem=(what, remedy))
            case ProgressChanged(dictation=which) if which == self.now.dictation:
                self._measure(event.heard, event.heard - event.confirmed)
            case Finished(dictation=which) if which == self.now.dictation:
                self._measure(event.heard, event.pending)

    def _measure(self, heard: int, pending: int) -> None:
        self.now = replace(self.now, heard_s=round(seconds(heard), 2), pending_s=round(seconds(pending), 2))
