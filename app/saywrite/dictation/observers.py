"""Observers of the events of a dictation: sound effects, the latency of its steps, the status. Dictation thread only.

They read no clock: times are arguments. The times of keys and insertions come from push-to-talk; without it, the
latency counts from the first state of the dictation to its text.
"""

from __future__ import annotations

import logging
import wave
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from saywrite.audio.source import SoundSink, Source
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    Finished,
    FrontEndEvent,
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

if TYPE_CHECKING:
    from saywrite.audio.player import Player

log = logging.getLogger(__name__)

PREVIEW_GAP_S = 0.4
"""The silence between two sounds of a preview."""
START, END, FAILURE = "start", "end", "failure"


class SoundEffects:
    """Plays sounds at the start, at the end and at a failure of a dictation, as the settings say."""

    def __init__(self, player: Player, settings: Callable[[], Settings]) -> None:
        self._player = player
        self._settings = settings
        self._failed = False

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation."""
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
        """Note that the microphone of a dictation was closed."""
        if self._settings().sounds and not self._failed:
            self._play(END)

    def wrap_source(self, source: Source) -> Source:
        """Return the source with a sound at its end."""
        return SourceWithEnd(source, self.closed)

    def wrap_emit(self, emit: Callable[[FrontEndEvent], None]) -> Callable[[FrontEndEvent], None]:
        """Return a function that takes the event here, then calls `emit`."""

        def both(event: FrontEndEvent) -> None:
            self.receive(event)
            emit(event)

        return both

    def _play(self, name: str) -> None:
        try:
            self._player.play(quieter(sound(name), self._settings().sound_volume))
        except OSError as error:  # an installation without its resources: dictation works without the sound
            log.error("the sound %s was not read: %s", name, type(error).__name__)


@lru_cache(maxsize=4)
def sound(name: str) -> bytes:
    """Read `resources/sounds/<name>.wav`, 16 kHz mono s16le. Raises OSError."""
    with wave.open(str(resource(f"sounds/{name}.wav")), "rb") as file:
        return file.readframes(file.getnframes())


@lru_cache(maxsize=4)
def quieter(pcm: bytes, percent: int) -> bytes:
    """Return s16le sound at a volume of 0…100 percent; half the volume is half the amplitude, −6 dB."""
    if percent == 100:
        return pcm
    return array("h", (round(sample * percent / 100) for sample in array("h", pcm))).tobytes()


def preview(percent: int) -> bytes:
    """Return the three sounds one after the other at a volume. Raises OSError."""
    gap = bytes(2 * round(PREVIEW_GAP_S * SAMPLE_RATE))
    return quieter(gap.join(sound(name) for name in (START, END, FAILURE)), percent)


class SourceWithEnd:
    """A `Source` that calls `on_end` after the `ended()` of its sink."""

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
        self.sound = sink.sound
        self.gap = sink.gap
        self.source_changed = sink.source_changed
        self.failed = sink.failed

    def ended(self) -> None:
        self._sink.ended()
        self._on_end()


KEPT = 4
"""Dictations that are remembered after their end, because their insertion comes later."""

Keep = Callable[[str, str, Latency], None]
"""Takes the dictation, the label of the microphone and the latency as far as known; called once or twice."""


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
    """Measures the steps of each dictation from its events and key times, and hands the result to `keep`."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._pressed: float | None = None
        self._dictations: dict[str, _DictationTimes] = {}

    def key_down(self, at: float) -> None:
        """Note that the key of the next dictation was pressed at `at` (monotonic seconds)."""
        self._pressed = at

    def key_up(self, dictation: str, at: float) -> None:
        """Note that the key of the dictation was released at `at`."""
        times = self._dictations.get(dictation)
        if times is not None:
            times.released = at

    def inserted(self, dictation: str, at: float) -> None:
        """Note that the text was in the other program at `at`; after the end, the latency is kept again."""
        times = self._dictations.get(dictation)
        if times is None:
            return
        times.inserted = at
        if times.over:
            self._hand_over(dictation, times)

    def receive(self, event: FrontEndEvent, now: float) -> None:
        """Take one event of a dictation, at `now`."""
        match event:
            case StateChanged(dictation=which, state=State.STARTING):
                self._begin(which, now)
            case StateChanged(dictation=which, state=State.FINISHING) if times := self._dictations.get(which):
                times.released = now if times.released is None else times.released
            case Started(dictation=which, source=source, at=at) if times := self._dictations.get(which):
                if source == "microphone":
                    times.first_audio = at
                else:
                    del self._dictations[which]
            case SourceChanged(dictation=which, device=device) if times := self._dictations.get(which):
                times.microphone = times.microphone or device
                if not times.microphone:
                    del self._dictations[which]  # a stored recording gets its missing text
            case Partial(dictation=which, text=text) if text and (times := self._dictations.get(which)):
                times.first_partial = now if times.first_partial is None else times.first_partial
            case SegmentAdded(dictation=which) if times := self._dictations.get(which):
                times.first_partial = now if times.first_partial is None else times.first_partial
                times.final = now
            case Finished(dictation=which) if times := self._dictations.get(which):
                self._end(which, times)

    def _begin(self, dictation: str, now: float) -> None:
        asked, self._pressed = self._pressed, None
        self._dictations[dictation] = _DictationTimes(now if asked is None else min(asked, now))
        while len(self._dictations) > KEPT:
            del self._dictations[next(iter(self._dictations))]

    def _end(self, dictation: str, times: _DictationTimes) -> None:
        times.over = True
        if times.final is None:
            del self._dictations[dictation]  # nothing was said, so there is no latency
        else:
            self._hand_over(dictation, times)

    def _hand_over(self, dictation: str, times: _DictationTimes) -> None:
        def since(at: float | None) -> int | None:
            return None if at is None else max(0, round(1000 * (at - times.asked)))

        latency = Latency(
            since(times.first_audio),
            since(times.first_partial),
            since(times.released),
            since(times.final),
            since(times.inserted),
        )
        self._keep(dictation, times.microphone, latency)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the newest dictation that runs or has failed; `dictation` is "" when idle.

    `heard_s`: seconds in the journal; `pending_s`: seconds without text. `problem`: what ended the dictation or
    prevented it, and the remedy; () where nothing did.
    """

    state: State = State.IDLE
    dictation: str = ""
    heard_s: float = 0.0
    pending_s: float = 0.0
    problem: tuple[str, ...] = ()


class StatusBoard:
    """Keeps `now` up to date. It is replaced as a whole, so that any thread may read it."""

    def __init__(self) -> None:
        self.now = Status()

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation, before or after the front end has it."""
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
