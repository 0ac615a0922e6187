"""Decides by words which sound has its text, as far as the recognizer on this computer has heard it. Pure.

A text is placed on the local words that it agrees with best. Words that no text covers are open: the service is asked
for them once more, and then they are given up. A text that has no place yet, because the local recognizer lags behind
the service, waits for the local words where its place is doubtful. Offsets are samples of the dictation, times
monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.local_speech import LocalSpeech, LocalUnit, Placement, text_of_units
from saywrite.speech.aiola.delivery.pending import COUGH, PlacedText, Utterance, spoken_letters
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.units import Unit, units
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

LEAST_SILENCE = SAMPLE_RATE // 5
"""Samples of silence that close a segment of the service, at least."""

SENTENCE = SAMPLE_RATE
"""Samples of voice from which on speech without local words is more likely a sentence than a noise."""

FARTHEST = 60 * SAMPLE_RATE
"""Samples behind which a text for speech without local words is not waited for."""

LETTERS_PER_S = 15
"""Letters in a second of voice."""

PART, MOST_LETTERS = 0.4, 3.0
"""Share of the usual letters of speech below which a text is that of a part of it, and above which of other speech."""

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
    inserted: list[LocalUnit] = field(default_factory=list)
    """Its units among the local words, as long as its place is not known."""

    @property
    def keys(self) -> list[str]:
        return [unit.key for unit in self.units]


@dataclass(slots=True)
class UnheardSpeech:
    """Speech whose text the local words do not tell. `voiced`: samples of voice.

    It is speech of our detector in which the local recognizer heard no word, or, if `is_covered`, words in whose
    place a text without any of them stands. A text for it may still come.
    """

    start: int
    end: int
    voiced: int
    is_covered: bool = False


class WordTracker:
    """The local words of one dictation, and the texts of the service that were placed on them."""

    def __init__(self, silence: int, log: ConnectionLog, latency: LatencyEstimator) -> None:
        """`silence`: samples after which the service ends a segment."""
        self.speech = LocalSpeech()
        self._silence = silence
        self._log = log
        self._latency = latency
        self.waiting: list[WaitingText] = []
        self.spoken: Sequence[Utterance] = ()
        """The newest utterances of our detector that have ended."""
        self.unheard: list[UnheardSpeech] = []
        """Speech without local words for which the service may still bring a text, in order."""
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
        assert self._log.sent is not None
        # The service has at least what the pongs say, and at most what was sent: a gateway may swallow pongs.
        latest = max(self._log.received.latest, self._log.sent.latest)
        reach = (max(self._log.start - AROUND, 0), min(latest, heard))
        if hint is not None:
            reach = (hint[0] - HINT_SLACK, hint[1] + HINT_SLACK)
        must_settle = min(reach[1], heard - SETTLED_SLACK)
        return WaitingText(text, units(text), self._log.number, reach, must_settle, now, hint, None, self._log.replayed)

    def place(self, text: WaitingText) -> list[PlacedText] | None:
        """Place a text on local words and return its new parts; None where none agree with it (yet)."""
        place = self.speech.place(text.keys, text.reach, text.connection, text.replayed, own=text.inserted)
        if place is None:
            return None
        is_early = place.missing > 0 and self.settled < place.between[-1].end + (1 + round(place.missing)) * MORE
        if self.settled < text.heard and (is_early or not place.is_certain):
            return None  # local words that follow may agree better
        if text.connection == self._log.number and text.shown is None:
            self._learn(place.between[-1], text.at)
        new = [] if text.shown is not None else _new_parts(text, place)
        self.speech.answer(text.keys, place, text.reach[1], self._forget_inserted(text))
        self._note_placed(place.between[-1].end)
        return new

    def place_unheard(self, text: WaitingText) -> list[PlacedText]:
        """Place a text in whose sound the local recognizer heard other words, or none."""
        connection, until = self._forget_inserted(text), max(text.reach[1] - self._silence, text.reach[0] + 1)
        hint = (text.shown.start, text.shown.end) if text.hint is None and text.shown is not None else text.hint
        spoken = self._without_text(text) if hint is None else []
        start, end = (
            hint or self._take_unheard(text) or next(iter(spoken), (max(self._placed_to, text.reach[0]), until))
        )
        covered: list[LocalUnit] = []
        if hint is not None or len(spoken) == 1:
            covered = [unit for unit in self.speech.within(start, end) if unit.is_open or unit.given_up]
        if covered:
            self.unheard.append(UnheardSpeech(start, end, end - start, is_covered=True))
            self.speech.cover(covered, text.keys, until, connection)
        else:
            self.speech.insert(text.keys, (start, max(end, start + 1)), until, connection)
        self._note_placed(end)
        return [PlacedText(text.text, start, max(end, start + 1))] if text.shown is None else []

    def note_utterances(self, ended: Iterable[Utterance]) -> None:
        """Take the utterances without text that lie before the settled offset."""
        self.unheard += [
            UnheardSpeech(*each.voice, each.voiced)
            for each in ended
            if each.end is not None and each.voiced >= COUGH and not self.speech.within(*each.voice)
        ]

    def unheard_until(self, now: float) -> float | None:
        """Until when a text may come for speech without local words.

        Forgets that for which none came, though the service has brought another one since it had the speech.
        """
        if self.holds_text:
            return now if self.unheard else None
        alive, answer = self._log.last_sign_of_life, self._log.last_answer
        until, kept = None, list[UnheardSpeech]()
        for speech in self.unheard:
            closed_at = self._log.time_of(speech.end + self._silence)
            due = now if closed_at is None else closed_at + self._wait_for(speech)
            if closed_at is None or alive < due:
                until = due if until is None else max(until, due)
            elif (answer is not None and answer >= closed_at) or self.settled - speech.end > FARTHEST:
                continue
            kept.append(speech)
        self.unheard = kept
        return until

    def _wait_for(self, speech: UnheardSpeech) -> float:
        """Seconds that a text for it is waited for. A short one is more likely a noise."""
        is_sentence = speech.voiced >= SENTENCE and not speech.is_covered
        return self._latency.patience if is_sentence else 1.25 * self._latency.longest + 0.3

    def first_unanswered(self) -> int | None:
        """The start of the first sound for which a text is due, or was asked for in vain."""
        first, starts = self.speech.first_unanswered(), [each.start for each in self.unheard]
        return min(starts if first is None else [first, *starts], default=None)

    def wait(self, text: WaitingText) -> None:
        """Let a text wait for the local words at its place. Its repetition is recognized from now on."""
        self.waiting.append(text)
        if text.shown is not None and self.listens:
            span = text.shown.start, text.shown.end
            text.inserted = self.speech.insert(text.keys, span, text.reach[1], text.connection)

    def _without_text(self, text: WaitingText) -> list[tuple[int, int]]:
        """The utterances without text that a text may be that of, as (start, end)."""
        letters, found = spoken_letters(text.text) * SAMPLE_RATE / LETTERS_PER_S, list[tuple[int, int]]()
        for utterance in self.spoken:
            start, end = utterance.voice
            if start < text.reach[0] or end + LEAST_SILENCE > text.reach[1]:
                continue
            is_answered = any(unit.answered for unit in self.speech.within(start, end))
            if not is_answered and PART * utterance.voiced <= letters <= MOST_LETTERS * utterance.voiced:
                found.append((start, end))
        return found

    def _take_unheard(self, text: WaitingText) -> tuple[int, int] | None:
        """The first speech without local words that a text may be that of; the rest of it still waits for one."""
        letters = spoken_letters(text.text)
        for speech in self.unheard:
            if speech.is_covered or speech.start >= text.reach[1] or not letters:
                continue
            share = letters * SAMPLE_RATE / LETTERS_PER_S / speech.voiced
            if share > MOST_LETTERS:
                continue
            start, end = speech.start, speech.end
            if share < PART:
                end = start + round((end - start) * share)
                speech.start, speech.voiced = end, round(speech.voiced * (1 - share))
            else:
                self.unheard.remove(speech)
            return start, end
        return None

    def _note_placed(self, end: int) -> None:
        self._placed_to = max(self._placed_to, end)
        self.unheard = [
            each for each in self.unheard if each.is_covered or not self.speech.within(each.start, each.end)
        ]

    def _forget_inserted(self, text: WaitingText) -> int:
        """Remove the units that were added without a place; returns the last connection that brought the text."""
        connection = max([text.connection, *(unit.connection for unit in text.inserted)])
        self.speech.remove(text.inserted)
        text.inserted = []
        return connection

    def review(self, now: float) -> list[PlacedText]:
        """Show the texts that have waited long enough, and pass over words that the service left out."""
        placed: list[PlacedText] = []
        for text in [each for each in self.waiting if each.shown is None]:
            if now < text.at + HOLD_S:
                break
            self.waiting.remove(text)
            found = self.place(text)
            placed += self.place_unheard(text) if found is None else found
        self.unheard_until(now)
        if self._log.received is not None and not self.holds_text:
            since = min(now, self._log.last_sign_of_life) - 1.25 * self._latency.longest - 0.3
            self.speech.skip_omitted(self._log.offset_at(since) - self._silence)
        return placed

    def resolve_waiting(self, now: float) -> list[PlacedText]:
        """Place the texts that wait, because no more local words come."""
        self.speech.settled = max([self.speech.settled, *(text.heard for text in self.waiting)])
        return self._settle_waiting(now)

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
        shown = [(text.shown.start, text.shown.end) for text in self.waiting if text.shown is not None]
        for stretch in self.speech.open_stretches():
            closed_at = self.closed_at(stretch[-1])
            if closed_at is None:
                break
            if any(stretch[0].start < end and start < stretch[-1].end for start, end in shown):
                continue  # whether that text is theirs is seen once the local words are complete
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
        asked = [stretch for stretch in self.overdue(now, extra_s)[0] if stretch[0].asked]
        if self.speech.pair(asked, self._log.number):
            return []
        for stretch in asked:
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
            keys = set(text.keys)
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
    known = _known(place)
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


def _known(place: Placement) -> list[bool]:
    """For each unit of a text, whether it has come before.

    A unit without partner between two that have come is another wording of the same sound. At the ends of a text it is
    new: a text that has come lies there in the service's own words.
    """
    found = [partner is not None and partner.answered for partner in place.partners]
    paired = [number for number, partner in enumerate(place.partners) if partner is not None]
    for before, after in pairwise(paired):
        found[before + 1 : after] = [found[before]] * (after - before - 1)
    return found
