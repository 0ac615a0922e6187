"""The queue of dictated texts that are inserted into other programs. Dictation thread only.

A text is inserted when its dictation has ended, in the order of the dictations, once it is in the history, and while
none of our keys is down: keys sent to a program while a hotkey is down would come to us. In the hands-free mode each
utterance of a dictation is inserted when it is final.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow
from saywrite.desktop.insertion.programs import ProgramRules, parse
from saywrite.desktop.insertion.worker import Inserter, Insertion
from saywrite.foundation.events import Finished, FrontEndEvent, Segment, SegmentAdded, SegmentsRemoved
from saywrite.storage.settings.schema import Settings

log = logging.getLogger(__name__)

DISK_PATIENCE_S = 1.0
"""Seconds after which a text is inserted although a disk that does not answer has not stored it yet."""


@dataclass(slots=True)
class PendingInsertion:
    """A dictation whose text is wanted in another program. `at_once`: each segment when it is there."""

    language: str
    pressed_in: TargetWindow | None
    segments: dict[int, Segment] = field(default_factory=dict)
    cancelled: bool = False
    at_once: bool = False


@dataclass(slots=True)
class QueuedText:
    """A text to insert. `due`: monotonic seconds after which it no longer waits for the history."""

    insertion: Insertion
    due: float
    in_history: bool = False


class InsertionQueue:
    """Collects the texts of the dictations from their events, and hands them to the inserter in order."""

    def __init__(
        self,
        inserter: Inserter,
        behind_the_history: Callable[[Callable[[], None]], None],
        post: Callable[[object], None],
        clock: Callable[[], float],
    ) -> None:
        """`behind_the_history` calls a function, on any thread, once all text so far is in the history."""
        self.inserter = inserter
        self._behind_the_history = behind_the_history
        self._post = post
        self._clock = clock
        self._expected: dict[str, PendingInsertion] = {}
        self._texts: deque[QueuedText] = deque()
        self._rules = ProgramRules()

    def apply(self, settings: Settings) -> None:
        """Use the rules of these settings from the next text on."""
        self._choose(replace(choices_of(settings), own_window=self._rules.own_window))

    def accept_own_window(self, accepted: bool) -> None:
        """Insert text into a window of this program, too: a field to try it in has the focus there."""
        self._choose(replace(self._rules, own_window=accepted))

    def expect(self, dictation: str, language: str, *, at_once: bool = False) -> None:
        """Insert the text of this dictation, which begins now, into the program that is in front now.

        `at_once`: insert each segment when it is there, not the whole text at the end.
        """
        self._expected[dictation] = PendingInsertion(language, self.inserter.focus(), at_once=at_once)

    def wants(self, dictation: str) -> bool:
        """Whether the text of this running dictation is for another program."""
        expected = self._expected.get(dictation)
        return expected is not None and (expected.pressed_in is None or not expected.pressed_in.own)

    def cancel(self, dictation: str) -> None:
        """Do not insert its text, unless the dictation is restored."""
        if dictation in self._expected:
            self._expected[dictation].cancelled = True

    def restore(self, dictation: str) -> None:
        """Insert the text of the cancelled dictation after all."""
        if dictation in self._expected:
            self._expected[dictation].cancelled = False

    def forget(self, dictation: str) -> None:
        self._expected.pop(dictation, None)

    def add_earlier(self, dictation: str, text: str, language: str) -> None:
        """Insert a text that is in the history already, behind those that wait."""
        self._texts.append(QueuedText(Insertion(dictation, text, language), self._clock(), in_history=True))

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation."""
        match event:
            case SegmentAdded(dictation=which, segment=segment) if expected := self._expected.get(which):
                if expected.at_once and segment.number not in expected.segments and not expected.cancelled:
                    self._queue(which, segment.text, expected, segment)
                expected.segments[segment.number] = segment
            case SegmentsRemoved(dictation=which, numbers=numbers) if expected := self._expected.get(which):
                if expected.at_once and expected.segments and max(expected.segments) in numbers:
                    self._take_back(which)
                for number in numbers:
                    expected.segments.pop(number, None)
            case Finished() if (expected := self._expected.get(event.dictation)) and not expected.cancelled:
                del self._expected[event.dictation]
                if not expected.at_once:
                    first = expected.segments[min(expected.segments)] if expected.segments else None
                    self._queue(event.dictation, event.text, expected, first)

    def wake(self, now: float, *, held: bool) -> float | None:
        """Hand over what may be inserted; return when to be called again. `held`: one of our keys is down."""
        while self._texts and not held and (self._texts[0].in_history or now >= self._texts[0].due):
            self.inserter.insert(self._texts.popleft().insertion)
        if held or not self._texts:
            return None
        return self._texts[0].due

    def _choose(self, rules: ProgramRules) -> None:
        self._rules = rules
        self.inserter.choose(rules)

    def _queue(self, dictation: str, text: str, expected: PendingInsertion, first: Segment | None) -> None:
        """Queue a text that begins with the segment `first`."""
        if not text.strip():
            return
        if expected.pressed_in is not None and expected.pressed_in.own and not self._rules.own_window:
            now = self.inserter.focus()
            if now is None or now.own:
                return  # dictated into our own window, which shows the text already
        insertion = Insertion(
            dictation,
            text,
            expected.language,
            expected.pressed_in,
            added_capital=first is not None and added_capital(first),
            is_part=expected.at_once,
        )
        queued = QueuedText(insertion, self._clock() + DISK_PATIENCE_S)
        self._texts.append(queued)
        self._behind_the_history(lambda: self._post(lambda: setattr(queued, "in_history", True)))

    def _take_back(self, dictation: str) -> None:
        """Undo the last text of a dictation, which its speaker has scratched; drop it where it still waits."""
        if self._texts and self._texts[-1].insertion.dictation == dictation:
            self._texts.pop()
        else:
            self.inserter.take_back()


def added_capital(first: Segment) -> bool:
    """Whether the first letter of the text is a capital only because no text was before it."""
    said, written = first.raw.lstrip()[:1], first.text.lstrip()[:1]
    return said != written and said.islower() and written.lower() == said


def choices_of(settings: Settings) -> ProgramRules:
    """The rules of the insertion that the settings name."""
    method = {"type": PasteMethod.TYPE, "clipboard": PasteMethod.CLIPBOARD}.get(settings.insertion_means)
    programs, bad = parse(settings.insertion_programs)
    if bad:
        log.info("insertion: %d of the exceptions cannot be read", len(bad))
    return ProgramRules(
        method, settings.insertion_other_window, settings.insertion_continue, settings.insertion_line_breaks, programs
    )
