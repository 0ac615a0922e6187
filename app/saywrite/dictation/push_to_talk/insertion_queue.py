"""Dictated texts on their way into other programs: what was dictated where, and when it may go. Dictation thread.

A text goes when its dictation is over, in the order of the dictations, once it is in the history, and while no key
of ours is held: keys sent to a program while a hotkey is down would come to us.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow
from saywrite.desktop.insertion.programs import ProgramRules, parse
from saywrite.desktop.insertion.worker import Insertion
from saywrite.foundation.events import Finished, FrontEndEvent, Segment, SegmentAdded, SegmentsRemoved
from saywrite.storage.settings.schema import Settings

log = logging.getLogger(__name__)

DISK_PATIENCE_S = 1.0
"""A text is not kept from its program for longer than this by a disk that does not answer."""


class InsertionPort(Protocol):
    """`desktop.insertion.inserter.Inserter`; nothing here waits but `close`."""

    def start(self) -> None: ...
    def choose(self, choices: ProgramRules) -> None: ...
    def focus(self) -> TargetWindow | None: ...
    def note_own_key(self, at: float, *, down: bool | None) -> None: ...
    def insert(self, insertion: Insertion) -> None: ...
    def again(self) -> None: ...
    def take_back(self) -> None: ...
    def close(self, limit_s: float) -> None: ...


@dataclass(slots=True)
class PendingInsertion:
    """A dictation whose text is wanted in another program."""

    language: str
    pressed_in: TargetWindow | None
    segments: dict[int, Segment] = field(default_factory=dict)
    cancelled: bool = False


@dataclass(slots=True)
class QueuedText:
    """A text that is to go. `due`: monotonic seconds after which it no longer waits for the history."""

    insertion: Insertion
    due: float
    kept: bool = False


class InsertionQueue:
    """Give it every event of the dictation; it hands the texts to the insertion."""

    def __init__(
        self,
        inserter: InsertionPort,
        behind_the_history: Callable[[Callable[[], None]], None],
        post: Callable[[object], None],
        clock: Callable[[], float],
    ) -> None:
        """`behind_the_history` calls what it is given once everything told so far is in the history, on any thread."""
        self.inserter = inserter
        self._behind_the_history = behind_the_history
        self._post = post
        self._clock = clock
        self._expected: dict[str, PendingInsertion] = {}
        self._texts: deque[QueuedText] = deque()

    def apply(self, settings: Settings) -> None:
        self.inserter.choose(choices_of(settings))

    def expect(self, dictation: str, language: str) -> None:
        """The text of the dictation that begins now goes into the program in front."""
        self._expected[dictation] = PendingInsertion(language, self.inserter.focus())

    def cancel(self, dictation: str) -> None:
        """Its text is not wanted, at least for now."""
        if dictation in self._expected:
            self._expected[dictation].cancelled = True

    def want_again(self, dictation: str) -> None:
        """The cancelled dictation was taken back."""
        if dictation in self._expected:
            self._expected[dictation].cancelled = False

    def forget(self, dictation: str) -> None:
        self._expected.pop(dictation, None)

    def receive(self, event: FrontEndEvent) -> None:
        """One event of the dictation."""
        match event:
            case SegmentAdded(dictation=which, segment=segment) if expected := self._expected.get(which):
                expected.segments[segment.number] = segment
            case SegmentsRemoved(dictation=which, numbers=numbers) if expected := self._expected.get(which):
                for number in numbers:
                    expected.segments.pop(number, None)
            case Finished() if (expected := self._expected.get(event.dictation)) and not expected.cancelled:
                del self._expected[event.dictation]
                self._queue(event, expected)

    def wake(self, now: float, *, held: bool) -> float | None:
        """Hand over what may go; when to be called again. `held`: a key of ours is down."""
        while self._texts and not held and (self._texts[0].kept or now >= self._texts[0].due):
            self.inserter.insert(self._texts.popleft().insertion)
        if held or not self._texts:
            return None
        return self._texts[0].due

    def _queue(self, finished: Finished, expected: PendingInsertion) -> None:
        if not finished.text.strip():
            return
        if expected.pressed_in is not None and expected.pressed_in.own:
            now = self.inserter.focus()
            if now is None or now.own:
                return  # dictated into our own window: there it stands already
        first = expected.segments[min(expected.segments)] if expected.segments else None
        insertion = Insertion(
            finished.dictation,
            finished.text,
            expected.language,
            expected.pressed_in,
            added_capital=first is not None and added_capital(first),
        )
        text = QueuedText(insertion, self._clock() + DISK_PATIENCE_S)
        self._texts.append(text)
        self._behind_the_history(lambda: self._post(lambda: setattr(text, "kept", True)))


def added_capital(first: Segment) -> bool:
    """Whether the text's first letter is a capital only because nothing stood before it."""
    said, written = first.raw.lstrip()[:1], first.text.lstrip()[:1]
    return said != written and said.islower() and written.lower() == said


def choices_of(settings: Settings) -> ProgramRules:
    """The settings as the insertion knows them."""
    means = {"type": PasteMethod.TYPE, "clipboard": PasteMethod.CLIPBOARD}.get(settings.insertion_means)
    programs, bad = parse(settings.insertion_programs)
    if bad:
        log.info("insertion: %d of the exceptions make no sense", len(bad))
    return ProgramRules(
        means, settings.insertion_other_window, settings.insertion_continue, settings.insertion_line_breaks, programs
    )
