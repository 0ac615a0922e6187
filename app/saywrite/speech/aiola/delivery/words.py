"""Decides by words which sound has its text, as far as the recognizer on this computer has heard it. Pure.

A text is placed on the local words that it agrees with best. Words that no text covers are open: the service is asked
for them once more, and then they are given up. A text that has no place yet, because the local recognizer lags behind
the service, waits for the local words where its place is doubtful. Offsets are samples of the dictation, times
monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.local_speech import LocalSpeech, LocalUnit, Placement, text_of_units
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.units import Unit, units
from saywrite.speech.aiola.delivery.utterances import PlacedText
from saywrite.speech.engine import LocalWords

AROUND = SAMPLE_RATE * 3 // 10
"""Samples by which the local recognizer may place a word earlier than the service."""

HINT_SLACK = SAMPLE_RATE
"""Samples by which a place that the service gives may differ from that of the local words."""

MORE = SAMPLE_RATE
"""Samples behind the place of a text that must be settled, once and for each unit that does not agree."""

SETTLED_SLACK = SAMPLE_RATE // 4
"""Samples at the end of the sound that the local recognizer need not settle."""

HOLD_S = 3.0
"""Seconds that a text waits for the local words that show its place."""

ASK_EVERY_S = 20.0
"""Seconds between two questions for open words while the dictation goes on."""


@dataclass(slots=True)
class WaitingText:
    """A text without local words at its place so far. `shown`: where it was placed without them; None: not shown."""

    text: str
    units: list[Unit]
    connection: int
    reach: tuple[int, int]
    heard: int
    """The sound that must be settled so that all local words of the text are known."""
    at: float
    hint: tuple[int, int] | None = None
    shown: PlacedText | None = None
    replayed: int = 0


class WordTracker:
    """The local words of one dictation, and the texts of the service that were placed on them."""

    def __init__(self, silence: int, log: ConnectionLog, latency: LatencyEstimator) -> None:
        """`silence`: samples after which the service ends a segment."""
        self.speech = LocalSpeech()
        self._silence = silence
        self._log = log
        self._latency = latency
        self.waiting: list[WaitingText] = []
        self.listens = False
        """Whether the local recognizer has said that it listens along, if only that it has settled nothing."""
        self._placed_to = 0
        self._asked_at: float | None = None

    @property
    def settled(self) -> int:
        return self.speech.settled

    @property
    def holds_text(self) -> bool:
        """Whether a text waits to be shown."""
        return any(text.shown is None for text in self.waiting)

    def note(self, heard: LocalWords, now: float) -> list[PlacedText]:
        """Take new local words; returns the texts that have their place now."""
        self.listens = True
        self.speech.add(heard.words, heard.settled)
        placed = self._settle_waiting(now)
        self.speech.forget()
        return placed

    def make_text(self, text: str, hint: tuple[int, int] | None, heard: int, now: float) -> WaitingText:
        """A text that has just come on the present connection. `heard`: the sound of the dictation so far."""
        assert self._log.received is not None
        reach = (max(self._log.start - AROUND, 0), min(self._log.received.latest, heard))
        if hint is not None:
            reach = (hint[0] - HINT_SLACK, hint[1] + HINT_SLACK)
        must_settle = min(reach[1], heard - SETTLED_SLACK)
        return WaitingText(text, units(text), self._log.number, reach, must_settle, now, hint, None, self._log.replayed)

    def place(self, text: WaitingText) -> list[PlacedText] | None:
        """Place a text on local words and return its new parts; None where none agree with it (yet)."""
        keys = [unit.key for unit in text.units]
        place = self.speech.place(keys, text.reach, text.connection, text.replayed)
        if place is None:
            return None
        is_early = place.missing > 0 and self.settled < place.between[-1].end + (1 + round(place.missing)) * MORE
        if self.settled < text.heard and (is_early or not place.is_certain):
            return None  # local words that follow may agree better
        if text.connection == self._log.number and text.shown is None:
            self._learn(place.between[-1], text.at)
        new = [] if text.shown is not None else _new_parts(text, place)
        for unit in place.between:
            unit.answered, unit.connection = True, max(text.connection, unit.connection)
        self._placed_to = max(self._placed_to, place.between[-1].end)
        return new

    def place_unheard(self, text: WaitingText) -> list[PlacedText]:
        """Place a text in whose sound the local recognizer heard other words, or none."""
        start, end = text.hint or (max(self._placed_to, text.reach[0]), text.reach[1] - self._silence)
        count = len(text.units)
        if text.hint is not None:
            covered = self.speech.within(start, end)
        else:
            stretches = [each for each in self.speech.open_stretches() if each[0].start < text.reach[1]]
            alike = [each for each in stretches if abs(len(each) - count) <= count // 3]
            covered = alike[0] if alike and stretches[0] is alike[0] else []
        if covered and text.hint is None:
            start, end = covered[0].start, covered[-1].end
        for unit in covered:
            unit.answered, unit.connection = True, text.connection
        self._placed_to = max(self._placed_to, end)
        return [PlacedText(text.text, start, max(end, start + 1))] if text.shown is None else []

    def review(self, now: float) -> list[PlacedText]:
        """Show the texts that have waited long enough, and pass over words that the service left out."""
        placed: list[PlacedText] = []
        for text in [each for each in self.waiting if each.shown is None]:
            if now < text.at + HOLD_S:
                break
            self.waiting.remove(text)
            placed += self.place_unheard(text)
        if self._log.received is not None and not self.holds_text:
            since = min(now, self._log.last_sign_of_life) - 1.25 * self._latency.longest - 0.3
            self.speech.skip_omitted(self._log.offset_at(since) - self._silence)
        return placed

    def next_release(self) -> float | None:
        """When the first text has waited long enough."""
        return next((text.at + HOLD_S for text in self.waiting if text.shown is None), None)

    def closed_at(self, unit: LocalUnit) -> float | None:
        """When the service had received the word and the silence behind it, on this connection."""
        return self._log.time_of(unit.end + self._silence)

    def overdue(self, now: float, extra_s: float = 0.0) -> tuple[list[list[LocalUnit]], float | None]:
        """The open stretches whose text is overdue, and when the next one is."""
        late: list[list[LocalUnit]] = []
        next_at: float | None = None
        for stretch in self.speech.open_stretches():
            closed_at = self.closed_at(stretch[-1])
            if closed_at is None:
                break
            due = closed_at + self._latency.patience + extra_s
            if self._log.last_sign_of_life >= due:
                late.append(stretch)
            elif next_at is None:
                next_at = due if due > now else now + 0.1
        return late, next_at

    def question_due(self, now: float) -> bool:
        """Whether the service has to be asked again while the dictation goes on.

        That is so for words without text to which it has brought a later text.
        """
        if self._asked_at is not None and now < self._asked_at + ASK_EVERY_S:
            return False
        late, _next = self.overdue(now)
        return any(not each[0].asked and each[-1].end < self._placed_to for each in late)

    def ask(self, now: float) -> None:
        """Take note that the open words are sent again."""
        self._asked_at = now
        for stretch in self.speech.open_stretches():
            for unit in stretch:
                unit.asked = True

    def give_up(self, now: float, *, take: bool, extra_s: float = 0.0) -> list[PlacedText]:
        """Give up the words that the service was asked for in vain. `take`: return them as texts of this computer."""
        placed: list[PlacedText] = []
        for stretch in self.overdue(now, extra_s)[0]:
            if not stretch[0].asked:
                continue
            for unit in stretch:
                unit.given_up, unit.answered, unit.connection = not take, take, self._log.number
            text = text_of_units(stretch)
            if take and text:
                placed.append(PlacedText(text, stretch[0].start, stretch[-1].end, local=True))
        return placed

    def _settle_waiting(self, now: float) -> list[PlacedText]:
        """Place the waiting texts as far as the local words tell, in their order."""
        placed: list[PlacedText] = []
        ahead: set[str] = set()
        for text in list(self.waiting):
            keys = {unit.key for unit in text.units}
            # A text does not overtake one with the same words, whose place it might take.
            found = self.place(text) if keys.isdisjoint(ahead) else None
            if found is None and self.speech.settled < text.heard:
                ahead |= keys
                continue
            self.waiting.remove(text)
            placed += self.place_unheard(text) if found is None else found
        return placed

    def _learn(self, last: LocalUnit, at: float) -> None:
        closed_at = self.closed_at(last)
        if closed_at is not None and last.connection != self._log.number:
            self._latency.learn([min(closed_at, at)], at)


def _new_parts(text: WaitingText, place: Placement) -> list[PlacedText]:
    """The parts of a text whose local words have no text yet. A unit without partner belongs to the one before."""
    known: list[bool] = []
    for partner in place.partners:
        known.append(partner.answered if partner is not None else known[-1] if known else False)
    first = next(number for number, partner in enumerate(place.partners) if partner is not None)
    known[:first] = [known[first]] * first
    parts: list[PlacedText] = []
    for is_known, group in groupby(range(len(known)), key=known.__getitem__):
        numbers = list(group)
        partners = [unit for unit in place.partners[numbers[0] : numbers[-1] + 1] if unit is not None]
        if is_known or not partners:
            continue
        begin = text.units[numbers[0]].start if numbers[0] else 0
        after = numbers[-1] + 1
        end = text.units[after].start if after < len(known) else len(text.text)
        part = text.text[begin:end].strip()
        start = min(unit.start for unit in partners)
        parts.append(PlacedText(part, start, max(max(unit.end for unit in partners), start + 1)))
    return parts
