"""How long each step of a dictation takes, from what is told of it anyway. Pure: times are handed in. Dictation thread.

The key's own times and the insertion come from whoever hears keys and inserts; where nobody does, the dictation
counts from its first state and ends with its text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from saywrite.events import (
    Finished,
    FrontEndEvent,
    Partial,
    SegmentAdded,
    SourceChanged,
    Started,
    State,
    StateChanged,
)
from saywrite.history.latencies import Latency

KEPT = 4
"""Dictations that are remembered after their end: the insertion's receipt comes behind it."""

Keep = Callable[[str, str, Latency], None]
"""Takes the dictation, the microphone's label and what is known of its latency by now; called once or twice."""


@dataclass(slots=True)
class _Course:
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
        self._courses: dict[str, _Course] = {}

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
        self._courses[dictation] = _Course(now if asked is None else min(asked, now))
        while len(self._courses) > KEPT:
            del self._courses[next(iter(self._courses))]

    def _end(self, dictation: str, course: _Course) -> None:
        course.over = True
        if course.final is None:
            del self._courses[dictation]  # nothing was said: there is nothing to be quick about
        else:
            self._hand_over(dictation, course)

    def _hand_over(self, dictation: str, course: _Course) -> None:
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
