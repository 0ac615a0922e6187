"""Decides by words which sound has its text, as far as the recognizer on this computer has heard it. Pure.

A text is placed on the local words that it agrees with best. Words that no text covers are open: the service is asked
for them once more, and then they are given up. A text that has no place yet, because the local recognizer lags behind
the service, waits for the local words where its place is doubtful. Offsets are samples of the dictation, times
monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import USUAL_PAUSE, PlacedText, Utterance, spoken_letters, usual_length
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.words.local_speech import LocalSpeech
from saywrite.speech.aiola.delivery.words.local_unit import LocalUnit, text_of_units
from saywrite.speech.aiola.delivery.words.placement import Placement
from saywrite.speech.aiola.delivery.words.unheard import UnheardStretches
from saywrite.speech.aiola.delivery.words.units import units
from saywrite.speech.aiola.delivery.words.waiting_text import WaitingText, first_new, new_parts
from saywrite.speech.engine import LocalWords

AROUND = SAMPLE_RATE * 3 // 10
"""Samples by which the local recognizer may place a word earlier than the service."""

HINT_SLACK = SAMPLE_RATE
"""Samples by which a place that the service gives, or that was guessed, may differ from that of the local words."""

MORE = SAMPLE_RATE
"""Samples behind the place of a text that must be settled, once and for each unit that does not agree."""

SETTLED_SLACK = SAMPLE_RATE // 4
"""Samples at the end of the sound that the local recognizer need not settle."""

HOLD_S = 2.0
"""Seconds that a text waits for the local words that show its place."""

REMEMBERED = 30
"""Texts with a guessed place that are kept for the order of later ones."""

ASK_EVERY_S = 20.0
"""Seconds between two questions for open words while the dictation goes on."""


class WordTracker:
    """The local words of one dictation, and the texts of the service that were placed on them."""

    def __init__(self, silence: int, log: ConnectionLog, latency: LatencyEstimator) -> None:
        """`silence`: samples after which the service ends a segment."""
        self.speech = LocalSpeech(latency)
        self._silence = silence
        self._log = log
        self._latency = latency
        self.waiting: list[WaitingText] = []
        self.unheard = UnheardStretches(self.speech, silence, log, latency)
        self.listens = False
        """Whether the local recognizer has said that it listens along, if only that it has settled nothing."""
        self._guessed: deque[tuple[WaitingText, int]] = deque(maxlen=REMEMBERED)
        """The newest texts that were shown before their place was known, and where they stand in the transcript."""
        self._placed_to = 0
        self._connection = self._connection_to = 0
        self._asked_at: float | None = None
        self._known_to = inf
        """The offset behind which the local words do not come any more, if the dictation ends without them."""

    @property
    def settled(self) -> int:
        return self.speech.settled

    @property
    def holds_text(self) -> bool:
        """Whether a text waits to be shown."""
        return any(text.shown is None for text in self.waiting)

    def note(self, heard: LocalWords) -> list[PlacedText]:
        """Take new local words; returns the texts that have their place now."""
        self.listens = True
        self.speech.add(heard.words, heard.settled)
        placed = self._settle_waiting()
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
        number, replayed = self._log.number, self._log.replayed
        return WaitingText(text, units(text), number, reach, must_settle, now, hint, replayed=replayed)

    def place(self, text: WaitingText, *, must_decide: bool = False) -> list[PlacedText] | None:
        """Place a text on local words and return its new parts; None where none agree with it (yet).

        `must_decide`: it has waited long enough to be taken for the repetition that it seems to be.
        """
        place = self.speech.place(text.keys, text.reach, text.connection, text.replayed, own=text.inserted)
        if place is None:
            return None
        more = 0 if place.agrees_at_both_ends(text.keys) else (1 + round(place.missing)) * MORE
        is_early = place.missing > 0 and self.settled < place.between[-1].end + more
        repeats = not must_decide and all(unit.answered for unit in place.between)
        shown = text.shown
        if shown is not None and shown.end > self._known_to and place.between[-1].end + HINT_SLACK < shown.start:
            return None  # the same words were said once more, where no local words come any more
        if self.settled < text.heard and (is_early or repeats or not place.is_certain):
            return None  # local words that follow may agree better, or be the same ones once more
        if self._is_of_unheard_speech(text, place):
            return None
        if text.connection == self._log.number != place.between[-1].connection and text.shown is None:
            self._learn(place.between[-1].end, text.at)
        text.begins = place.between[0].start
        new = [self._in_order(text, part) for part in new_parts(text, place)]
        self.speech.answer(text.keys, place, text.reach[1], self._forget_inserted(text))
        for other in self.waiting:
            other.inserted = self.speech.rewritten(other.inserted)
        self._note_placed(place.between[-1].end, text.connection)
        return new

    def _in_order(self, text: WaitingText, part: PlacedText) -> PlacedText:
        """Move a part behind earlier texts whose guessed places are too far behind.

        The transcript is sorted by the places.
        """
        start = part.start
        for other, shown_at in () if text.hint else self._guessed:
            if text.begins is None or other.begins is None:
                is_earlier = other.connection == text.connection
            else:
                is_earlier = other.begins < part.start
            if is_earlier:
                start = max(start, shown_at + 1)
        return replace(part, start=start, end=max(part.end, start + 1))

    def _is_of_unheard_speech(self, text: WaitingText, place: Placement) -> bool:
        """Whether a text that shares words with texts of uncertain place is that of speech without a text."""
        if not all(unit.answered for unit in place.between):
            return False
        repeats_earlier = any(unit.connection != text.connection for unit in place.between)
        if repeats_earlier and (place.missing == 0 or not all(unit.loose for unit in place.between)):
            return False
        is_near = self.unheard.find(text.text, text.reach[1]) is not None
        return is_near or bool(self.unheard.candidates(text.text, text.reach))

    def place_unheard(self, text: WaitingText) -> list[PlacedText]:
        """Place a text in whose sound the local recognizer heard other words, or none."""
        connections, until = self._forget_inserted(text), max(text.reach[1] - self._silence, text.reach[0] + 1)
        hint = (text.shown.start, text.shown.end) if text.hint is None and text.shown is not None else text.hint
        spoken = self.unheard.candidates(text.text, text.reach) if hint is None else []
        unheard = self.unheard.take(text.text, text.reach[1]) if hint is None else None
        start, end = hint or unheard or next(iter(spoken), None) or (max(self._placed_to, text.reach[0]), until)
        if unheard is not None and text.connection == self._log.number and text.shown is None:
            self._learn(end, text.at)
        covered: list[LocalUnit] = []
        if hint is not None or len(spoken) == 1:
            covered = [unit for unit in self.speech.within(start, end) if unit.is_open or unit.given_up]
        if covered:
            self.unheard.add_covered(start, end)
            self.speech.cover(covered, text.keys, until, connections)
        else:
            self.speech.insert(text.keys, (start, max(end, start + 1)), until, connections)
        self._note_placed(end, text.connection)
        return [PlacedText(text.text, start, max(end, start + 1))] if text.shown is None else []

    def note_utterances(self, ended: Iterable[Utterance]) -> None:
        """Take the utterances without text that lie before the settled offset."""
        self.unheard.add(ended, has_text=self._placed_to > 0)

    def unheard_until(self, now: float) -> float | None:
        """Until when a text may come for speech without local words."""
        if self.holds_text:
            return now if self.unheard.spans else None
        return self.unheard.wait_until(now)

    def first_unanswered(self) -> int | None:
        """The start of the first sound for which a text is due, or was asked for in vain."""
        first, starts = self.speech.first_unanswered(), [start for start, _end in self.unheard.spans]
        return min(starts if first is None else [first, *starts], default=None)

    def wait(self, text: WaitingText) -> None:
        """Let a text wait for the local words at its place. Its repetition is recognized from now on."""
        self.waiting.append(text)
        if text.shown is not None and self.listens:
            self._guessed.append((text, text.shown.start))
            self._insert(text, text.shown)

    def _insert(self, text: WaitingText, shown: PlacedText, new_from: int = 0) -> None:
        span = shown.start, shown.end
        text.inserted = self.speech.insert(text.keys[new_from:], span, text.reach[1], frozenset({text.connection}))

    def may_lack_words_before(self, utterance: Utterance) -> bool:
        """Whether speech before an utterance has words that are not known yet, and may bring more texts."""
        earlier = (each for each in self.unheard.spoken if each.start < utterance.start)
        return any(each.voice[1] > self.settled and each.may_continue() for each in earlier)

    def _note_placed(self, end: int, connection: int) -> None:
        self._placed_to = max(self._placed_to, end)
        if connection > self._connection:
            self._connection, self._connection_to = connection, 0
        if connection == self._connection:
            self._connection_to = max(self._connection_to, end)
        if connection == self._log.number:
            self.unheard.note_text(end)
        self.unheard.forget_heard()

    def _forget_inserted(self, text: WaitingText) -> frozenset[int]:
        """Remove the units that were added without a place; returns the connections that brought the text."""
        connections = frozenset({text.connection}).union(*(unit.connections for unit in text.inserted))
        self.speech.remove(text.inserted)
        text.inserted = []
        return connections

    def review(self, now: float) -> list[PlacedText]:
        """Show the texts that have waited long enough, and pass over words that the service left out."""
        placed: list[PlacedText] = []
        for text in [each for each in self.waiting if each.shown is None]:
            if now < text.at + HOLD_S:
                break
            found = self.place(text, must_decide=True)
            if found is None and self.settled < text.heard:
                placed.append(self.show(text))
                continue
            placed += self._end_waiting(text, found)
        self.unheard_until(now)
        if self._log.received is not None and not self.holds_text:
            since = min(now, self._log.last_sign_of_life) - 1.25 * self._latency.longest - 0.3
            self.speech.skip_omitted(self._log.offset_at(since) - self._silence)
        return placed

    def _expected_span(self, text: WaitingText) -> tuple[int, int]:
        """Where a text probably lies: behind the one before, for as long as it takes to say it."""
        before = self._connection_to if text.connection == self._connection else 0
        until = max(text.reach[1] - self._silence, before + 1)
        spoken = next((span for span in self.unheard.candidates(text.text, text.reach) if span[1] > before), None)
        start, end = spoken or (max(before + USUAL_PAUSE, text.reach[0], self.speech.voice_behind(before)), until)
        start = max(min(start, until - 1), before)  # within the sound, where a repetition is looked for
        length = usual_length(spoken_letters(text.text))
        return start, max(min(end, start + length), start + 1)

    def _known_beginning(self, text: WaitingText) -> tuple[int, tuple[int, int]] | None:
        """The number of the first unit without a text, and where the text from there on lies; None if unknown."""
        place = self.speech.place(text.keys, text.reach, text.connection, text.replayed, goes_on=True)
        found = first_new(text, place) if place is not None else None
        if place is None or found is None:
            return None
        number, start = found
        return number, (start, max(self._expected_span(text)[1], place.between[-1].end))

    def show(self, text: WaitingText) -> PlacedText:
        """Show a text whose local words are late. It keeps waiting for them, because they tell its place.

        Where the words that are known agree with its beginning, it begins with the first one without a text.
        """
        known = self._known_beginning(text) if text.hint is None else None
        new_from, span = known or (0, text.hint or self._expected_span(text))
        text.shown, text.shown_from = PlacedText(text.text[text.starts_at(new_from) :], *span), new_from
        placed = self._in_order(text, text.shown)
        self._guessed.append((text, placed.start))
        self._note_placed(text.shown.end, text.connection)
        self._insert(text, text.shown, new_from)
        return placed

    def resolve_waiting(self) -> list[PlacedText]:
        """Place the texts that wait, because no more local words come."""
        self._known_to = min(self._known_to, self.settled)
        self.speech.settled = max([self.speech.settled, *(text.heard for text in self.waiting)])
        return self._settle_waiting()

    def next_release(self) -> float | None:
        """When the first text has waited long enough."""
        return next((text.at + HOLD_S for text in self.waiting if text.shown is None), None)

    def closed_at(self, unit: LocalUnit) -> float | None:
        """When the service had received the word and the silence behind it, on this connection."""
        return self._log.time_of(unit.end + self._silence)

    def open_stretches(self) -> list[list[LocalUnit]]:
        """The stretches of local words for which a text is expected.

        A text that was shown before its local words were complete is probably theirs: it lies there, or has the words.
        """
        shown = [(text, text.shown) for text in self.waiting if text.shown is not None]
        return [
            stretch
            for stretch in self.speech.open_stretches()
            if not any(
                (stretch[0].start < span.end and span.start < stretch[-1].end)
                or text.has([unit.key for unit in stretch])
                for text, span in shown
            )
        ]

    def first_open(self) -> LocalUnit | None:
        """The first local word for which a text is expected."""
        return next((stretch[0] for stretch in self.open_stretches()), None)

    @property
    def misses_text(self) -> bool:
        """Whether there is speech without text, as far as the local words have come."""
        has_gap = any(unit.given_up for unit in self.speech.units) or bool(self.unheard.spans)
        return has_gap or not all(map(self._is_shown, self.speech.open_stretches()))

    def _is_shown(self, stretch: Sequence[LocalUnit]) -> bool:
        """Whether a text that waits was shown close to a stretch, and has its words."""
        start, end = stretch[0].start - HINT_SLACK, stretch[-1].end + HINT_SLACK
        near = [text for text in self.waiting if text.shown and text.shown.start < end and start < text.shown.end]
        keys = {key for text in near for key in text.keys}
        others = [unit.key not in keys for unit in stretch]
        return not all(others) and not any(before and after for before, after in pairwise(others))

    def overdue_stretches(self, now: float, extra_s: float = 0.0) -> tuple[list[list[LocalUnit]], float | None]:
        """The open stretches whose text is overdue, and when the next one is."""
        late: list[list[LocalUnit]] = []
        next_at: float | None = None
        for stretch in self.open_stretches():
            closed_at = self.closed_at(stretch[-1])
            if closed_at is None:
                break
            due = closed_at + self._latency.patience + extra_s
            if stretch[0].asked and self.speech.was_left_out(stretch, self._log.number):
                due = closed_at + 1.25 * self._latency.longest + 0.3
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
        late, _next = self.overdue_stretches(now)
        return any(not each[0].asked and each[-1].end < self._placed_to for each in late)

    def ask(self, now: float) -> None:
        """Take note that the open words are sent again."""
        self._asked_at = now
        for stretch in self.open_stretches():
            for unit in stretch:
                unit.asked = True

    def give_up(self, now: float, *, take: bool, extra_s: float = 0.0) -> list[PlacedText]:
        """Give up the words that the service was asked for in vain. `take`: return them as texts of this computer."""
        placed: list[PlacedText] = []
        asked = [stretch for stretch in self.overdue_stretches(now, extra_s)[0] if stretch[0].asked]
        elsewhere = [unit for text in self.waiting for unit in text.inserted]
        elsewhere += [unit for unit in self.speech.units if unit.until > self._known_to]
        if self.speech.pair(asked, self._log.number, elsewhere):
            return []
        for stretch in self.speech.omit_left_out(asked, self._log.number):
            for unit in stretch:
                unit.given_up, unit.answered = not take, take
                unit.connections |= {self._log.number}
            text = text_of_units(stretch)
            if take and text:
                placed.append(PlacedText(text, stretch[0].start, stretch[-1].end, local=True))
        return placed

    def has_ahead(self, text: WaitingText) -> bool:
        """Whether a text with some of the same words waits, whose place this one might take."""
        return self.settled < text.heard and any(not set(text.keys).isdisjoint(each.keys) for each in self.waiting)

    def _settle_waiting(self) -> list[PlacedText]:
        """Place the waiting texts as far as the local words tell, in their order."""
        placed: list[PlacedText] = []
        ahead: set[str] = set()
        for text in list(self.waiting):
            keys = set(text.keys)
            # A text does not overtake one with the same words, whose place it might take.
            is_first = keys.isdisjoint(ahead) or self.settled >= text.heard
            found = self.place(text) if is_first else None
            if found is None and self.settled < text.heard:
                ahead |= keys
                continue
            placed += self._end_waiting(text, found)
        return placed

    def _end_waiting(self, text: WaitingText, found: list[PlacedText] | None) -> list[PlacedText]:
        """Take a text off the waiting ones. `found`: its new parts; None where no local words agree with it."""
        self.waiting.remove(text)
        return self.place_unheard(text) if found is None else found

    def _learn(self, end: int, at: float) -> None:
        """Learn from a text that came at the time `at`, and whose sound ends at the offset `end`."""
        closed_at = self._log.time_of(end + self._silence)
        # A local word may seem to end later than it did: then the text comes before the sound that seems to close it.
        self._latency.observe([at if closed_at is None else min(closed_at, at)], at)
