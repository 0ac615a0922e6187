"""The words of a dictation, and which of them have a text of the service. Pure.

The recognizer on this computer brings the words, and the texts of the service replace them as they come. Each word is
kept as units (see `units`). A unit is answered once a text of the service was placed on it; from then on it has the key
that the service gave it, because a repetition of that text has the same words, whatever this computer heard. On each
connection a unit is answered at most once, so a text whose units were all answered on an earlier connection is a
repetition, and the same words said again are not. Offsets are samples of the dictation.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise, takewhile
from operator import attrgetter, itemgetter

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CUT, Utterance
from saywrite.speech.aiola.delivery.timings import LatencyEstimator
from saywrite.speech.aiola.delivery.words.alignment import align
from saywrite.speech.aiola.delivery.words.local_unit import (
    MULTIPLIERS,
    PAUSE,
    LocalUnit,
    is_part_of_number,
)
from saywrite.speech.aiola.delivery.words.placement import MOST, Placement, breaks_of, place_of, spans_of
from saywrite.speech.aiola.delivery.words.units import units
from saywrite.speech.engine import LocalWord
from saywrite.text.folding import fold

STRETCH = SAMPLE_RATE * 7 // 10
"""Samples without a word that divide unanswered words into two stretches."""

TAIL = 20 * SAMPLE_RATE
"""Samples of answered words that are kept behind the oldest unanswered one, to recognize repetitions."""

FILLERS = frozenset(("uh", "um", "uhm", "er", "erm", "hm", "hmm", "mm", "ah", "ahm", "euh", "eh", "ehm"))
"""Sounds of hesitation, which the service leaves out, folded. "um" is a word in Portuguese, too, but a short one."""

PHRASE = 15 * SAMPLE_RATE
"""Samples of answered words that are sent again before an open one, at most."""

MOST_REWORDED = 3
"""Words that the local recognizer may have heard too many where it heard another word than the service."""

LENGTH_SLACK = SAMPLE_RATE * 3 // 10
"""Samples by which the length of speech, as its local words have it, may differ from that of the service."""


class LocalSpeech:
    """The local words in their order. `latency`: what is known of the service."""

    def __init__(self, latency: LatencyEstimator | None = None) -> None:
        self._latency = latency or LatencyEstimator()
        self.units: list[LocalUnit] = []
        self.spoken: Callable[[], Iterable[Utterance]] = tuple
        """Gives the newest utterances of our detector: a word begins where the one before ends, even across a pause."""
        self._loose = 0
        self.known_from = 0
        """The offset before which units were dropped."""
        self.settled = 0
        """The local recognizer brings no more words before this offset."""

    def add(self, words: Iterable[LocalWord], settled: int) -> None:
        """Take new words. A word of a text with several units shares its samples among them.

        Words in settled sound come too late: the texts have been placed without them.
        """
        for word in words:
            if word.end <= self.settled:
                continue
            found = [unit for unit in units(word.text) if fold(word.text[unit.start : unit.end]) not in FILLERS]
            length = max(word.end - word.start, 1)
            for number, unit in enumerate(found):
                start, end = (word.start + length * at // len(found) for at in (number, number + 1))
                self._add(LocalUnit(unit.key, start, end, "" if number else word.text.strip()))
        self.settled = max(self.settled, settled)

    def _add(self, unit: LocalUnit) -> None:
        """Add a local word behind those before it: texts that came before it may lie behind it."""
        at = len(self.units)
        while at and self.units[at - 1].start > unit.start:
            at -= 1
        self.units.insert(self._behind_text(at), unit)

    def _behind_text(self, at: int) -> int:
        """The first place from `at` on that is not in the middle of a text without a certain place."""
        while 0 < at < len(self.units) and self.units[at].loose and self.units[at - 1].loose == self.units[at].loose:
            at += 1
        return at

    def forget(self) -> None:
        """Drop answered units that lie far behind the oldest open one."""
        first = next((unit.start for unit in self.units if unit.is_open), self.units[-1].end if self.units else 0)
        before = next((at for at, unit in enumerate(self.units) if max(unit.end, unit.until) >= first - TAIL), 0)
        if before > 64:
            self.known_from = max(self.known_from, *(unit.end for unit in self.units[:before]))
            self.units = [unit for unit in self.units[:before] if unit.given_up] + self.units[before:]

    def place(
        self,
        keys: Sequence[str],
        reach: tuple[int, int],
        connection: int,
        replayed: int,
        *,
        own: Sequence[LocalUnit] = (),
        goes_on: bool = False,
    ) -> Placement | None:
        """Find the place of a text with these keys among the words that may lie in `reach`.

        Words that `connection` has answered are no place, except for a clear repetition of words before `replayed`:
        the service may bring a text that it owed to an earlier connection, and then hear the same sound again.
        `own`: the units that `insert` made of this text. `goes_on`: its last words are not heard yet.
        """
        heard = [unit for unit in self.units if unit.start < reach[1] and max(unit.start, unit.until) >= reach[0]]
        if own:
            heard = [unit for unit in heard if not any(unit is each for each in own)]
        unseen = [unit for unit in heard if connection not in unit.connections]
        last = max((unit.end for unit in self.units if connection in unit.connections and not unit.loose), default=0)
        expected_from = sum(unit.end <= last for unit in unseen)
        found = align(keys, [unit.key for unit in unseen], breaks_of(unseen), expected_from, goes_on=goes_on)
        seen = [unit for unit in heard if connection in unit.connections and unit.end <= replayed]
        if seen and len(keys) > 1 and (found is None or found.matched < len(keys) * MOST):
            again = align(keys, [unit.key for unit in seen], breaks_of(seen))
            if again is not None and again.matched >= len(keys) * MOST:
                return place_of(again, seen, keys)
        place = place_of(found, unseen, keys) if found is not None else None
        return place if place is not None and place.between else None

    def answer(self, keys: Sequence[str], place: Placement, until: int, connections: frozenset[int]) -> None:
        """Replace the units of a place by those of the text that was placed there.

        Its last units may lie further on. `until`: the offset before which all sound of the text lies.
        """
        latest = max(max(connections), *(unit.connection for unit in place.between))
        written = [LocalUnit(key, *span, "", True) for key, span in zip(keys, spans_of(place), strict=True)]
        for unit, partner in zip(written, place.partners, strict=True):
            unit.connections = connections | {latest}
            unit.reworded = partner is None or (partner.reworded if partner.answered else partner.key != unit.key)
            if partner is not None:
                unit.connections |= partner.connections
                unit.until, unit.loose = partner.until, partner.loose
        for unit, partner in zip(reversed(written), reversed(place.partners), strict=True):
            if partner is not None:
                break
            unit.until = until
        written[0].begins = True
        utterance = self._utterance_of(place.between[0], place.between[-1])
        if place.agrees_at_both_ends(keys) and utterance is not None:
            self._latency.note_length(place.between[-1].end - max(place.between[0].start, utterance.voice_start))
        self._replace(place.between, written)
        self._take_numbers(written)

    def _take_numbers(self, written: Sequence[LocalUnit]) -> None:
        """Pass over local words that are the rest of a number at the edge of a text: "2026", "twenty six"."""
        for inwards, step in ((written, -1), (written[::-1], 1)):
            number = list(takewhile(lambda unit: unit.key.isdecimal(), inwards))
            digits = "".join(unit.key for unit in number)
            if not any(unit.reworded or unit.key in MULTIPLIERS for unit in number):
                continue
            before, at = inwards[0], next(at for at, unit in enumerate(self.units) if unit is inwards[0]) + step
            while 0 <= at < len(self.units) and is_part_of_number(self.units[at], digits):
                if not self._are_beside(before, self.units[at]):
                    break
                self.units[at].omitted = True
                before, at = self.units[at], at + step

    def omit_left_out(self, stretches: Iterable[list[LocalUnit]], connection: int) -> list[list[LocalUnit]]:
        """Pass over the stretches that were left out of the texts around them; returns the others."""
        others: list[list[LocalUnit]] = []
        for stretch in stretches:
            if not self.was_left_out(stretch, connection):
                others.append(stretch)
                continue
            for unit in stretch:
                unit.omitted = True
        return others

    def was_left_out(self, stretch: Sequence[LocalUnit], connection: int) -> bool:
        """Whether `connection`, too, brought the words beside a short stretch and no text for it.

        The local recognizer heard more words there than were said, or said them otherwise: "don't", "do not". Where the
        words beside it are equal, they are a text of their own only if the service cuts there: at a pause, or because
        the speech is longer than it takes at once.
        """
        texts = [pair for pair in pairwise(self.units) if pair[1].begins and pair[0].answered]
        if any(self._are_beside(before, unit) for before, unit in texts):
            return False  # a service that cuts without a pause may bring these words as a text of their own
        at = next(at for at, unit in enumerate(self.units) if unit is stretch[0])
        before, behind = self.units[max(at - 2, 0) : at][::-1], self.units[at + len(stretch) :][:2]
        return len(stretch) <= MOST_REWORDED and any(
            beside
            and connection in beside[0].connections
            and self._are_beside(beside[0], edge)
            and (any(unit.reworded for unit in beside) or self._is_uncut(stretch, beside[0]))
            for beside, edge in ((before, stretch[0]), (behind, stretch[-1]))
        )

    def insert(
        self, keys: Sequence[str], span: tuple[int, int], until: int, connections: frozenset[int]
    ) -> list[LocalUnit]:
        """Add the units of a text whose place no local word tells: in `span`, or behind it before `until`."""
        written = _spread(keys, span, connections)
        for unit in written:
            unit.until = until
        at = next((at for at, unit in enumerate(self.units) if unit.start > span[0]), len(self.units))
        at = self._behind_text(at)
        self._loose += 1
        for unit in written:
            unit.loose = self._loose
        self.units[at:at] = written
        return written

    def rewritten(self, inserted: Sequence[LocalUnit]) -> list[LocalUnit]:
        """What became of units that `insert` has added, once a repetition of their text was placed on them."""
        number = next((unit.loose for unit in inserted), 0)
        return [unit for unit in self.units if unit.loose == number > 0]

    def cover(self, stretch: Sequence[LocalUnit], keys: Sequence[str], until: int, connections: frozenset[int]) -> None:
        """Replace a stretch by a text that has other words for the same sound."""
        written = _spread(keys, (stretch[0].start, max(unit.end for unit in stretch)), connections)
        for unit in written:
            unit.until = until
        self._replace(stretch, written)

    def pair(
        self, stretches: Sequence[Sequence[LocalUnit]], connection: int, elsewhere: Iterable[LocalUnit] = ()
    ) -> bool:
        """Cover stretches by the texts without a place that this connection has repeated, if they are as many.

        `elsewhere`: units that lie elsewhere, or whose place the local words may still tell.
        """
        known = {id(unit) for unit in elsewhere}
        loose = [unit for unit in self.units if unit.loose and unit.connection == connection and id(unit) not in known]
        texts = [list(text) for _number, text in groupby(loose, lambda unit: unit.loose)]
        if len(texts) != len(stretches):
            return False
        for stretch, text in zip(stretches, texts, strict=True):
            self.remove(text)
            self.cover(stretch, [unit.key for unit in text], text[-1].until, text[-1].connections)
        return True

    def remove(self, units: Sequence[LocalUnit]) -> None:
        """Remove units that `insert` has added."""
        self._replace(units, ())

    def _replace(self, units: Sequence[LocalUnit], by: Sequence[LocalUnit]) -> None:
        gone = {id(unit) for unit in units}
        at = next((at for at, unit in enumerate(self.units) if id(unit) in gone), len(self.units))
        self.units = [*self.units[:at], *by, *(unit for unit in self.units[at:] if id(unit) not in gone)]

    def within(self, start: int, end: int) -> list[LocalUnit]:
        """The units whose middle lies in `[start, end)`."""
        return [unit for unit in self.units if start <= (unit.start + unit.end) // 2 < end]

    def open_stretches(self) -> list[list[LocalUnit]]:
        """The stretches of open units: neighbors without another unit or a pause between them."""
        return _stretches(self.units, lambda unit: unit.is_open)

    def unanswered(self, spoken: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """The stretches without text as (start, end), also those that the service was asked for in vain.

        The service may hear more than the local recognizer, so a stretch reaches to the ends of the utterances of
        `spoken` that it touches, as far as these have no text.
        """
        answered = [unit for unit in self.units if unit.answered]
        starts, ends = sorted(unit.start for unit in answered), sorted(unit.end for unit in answered)
        utterances = sorted(spoken)
        spans: list[tuple[int, int]] = []
        for stretch in _stretches(self.units, lambda unit: unit.is_open or unit.given_up):
            first, last = stretch[0].start, stretch[-1].end
            touched = utterances[_first_behind(utterances, first) : bisect_left(utterances, (last, 0))]
            start = min([first, *(begin for begin, _end in touched)])
            end = max([last, *(end for _begin, end in touched)])
            before, behind = bisect_right(ends, first), bisect_left(starts, last)
            start = max([start, *ends[before - 1 : before], *(before for _start, before in spans[-1:])])
            end = min([end, *starts[behind : behind + 1]])
            spans.append((start, max(end, last)))
        return tuple(spans)

    def first_unanswered(self) -> int | None:
        return next((unit.start for unit in self.units if unit.is_open or unit.given_up), None)

    def phrase_start(self, unit: LocalUnit) -> int:
        """Where the words without a pause begin in which a unit lies: the service hears it as it was said."""
        at = next(at for at, each in enumerate(self.units) if each is unit)
        start = unit.start
        while (
            at
            and self._are_beside(self.units[at - 1], self.units[at])
            and unit.start - self.units[at - 1].start < PHRASE
        ):
            at -= 1
            start = min(start, self.units[at].start)
        return start

    def _are_beside(self, unit: LocalUnit, other: LocalUnit) -> bool:
        """Whether there is no pause between two units."""
        first, second = sorted((unit, other), key=lambda each: each.start)
        late = first.end - min((first.end - first.start) // 2, PAUSE)  # it may be heard up to the next voice
        has_break = any(late <= each.voice_start < second.end for each in self.spoken())
        return second.start - first.end < PAUSE and not has_break

    def _is_uncut(self, stretch: Sequence[LocalUnit], unit: LocalUnit) -> bool:
        """Whether the service cannot have cut between a stretch and the unit beside it.

        They lie in one utterance without a pause, and the service has taken longer speech at once.
        """
        is_before = unit.start < stretch[0].start
        utterance = self._utterance_of(unit, stretch[-1] if is_before else stretch[0])
        if utterance is None or utterance.pause >= CUT:
            return False
        begins = (each for each in self.units if each.begins and each.start <= unit.start)
        begun = max(begins, key=attrgetter("start"), default=unit)
        if is_before and begun.end <= utterance.voice_start:
            return False  # it has taken this utterance together with speech before it
        start, end = (begun.start, stretch[0].end) if is_before else (stretch[0].start, unit.end)
        return end - max(start, utterance.voice_start) + LENGTH_SLACK <= self._latency.longest_text

    def _utterance_of(self, unit: LocalUnit, other: LocalUnit) -> Utterance | None:
        """The utterance of our detector, which has ended, with two units."""
        first, last = sorted((each.start + each.end) // 2 for each in (unit, other))
        return next((each for each in self.spoken() if each.start <= first and last < (each.end or 0)), None)

    def voice_behind(self, offset: int) -> int:
        """Where the first voice behind an offset begins, or 0; the next text of open speech lies there."""
        return next((each.voice_start for each in self.spoken() if each.end is None or each.voice[1] > offset), 0)

    def answered_to(self) -> int:
        """The end of the last answered unit before the first unanswered one."""
        end = 0
        for unit in self.units:
            if unit.is_open or unit.given_up:
                break
            end = max(end, unit.end)
        return end

    def skip_omitted(self, before: int) -> None:
        """Pass over single words before an offset that the service left out of the text around them."""
        limit = min(before, self.settled - STRETCH)
        for previous, unit, after in zip(self.units, self.units[1:], self.units[2:], strict=False):
            if unit.is_open and unit.end <= limit and previous.answered and after.answered:
                unit.omitted = self._are_beside(previous, unit) and self._are_beside(unit, after)


def _spread(keys: Sequence[str], span: tuple[int, int], connections: frozenset[int]) -> list[LocalUnit]:
    start, length = span[0], max(span[1] - span[0], len(keys))
    edges = [start + length * at // max(len(keys), 1) for at in range(len(keys) + 1)]
    return [LocalUnit(key, *edge, "", True, connections) for key, edge in zip(keys, pairwise(edges), strict=True)]


def _first_behind(utterances: Sequence[tuple[int, int]], offset: int) -> int:
    """The number of the first utterance that ends behind an offset. They are in order, and none lies in another."""
    return bisect_right(utterances, offset, key=itemgetter(1))


def _stretches(found: Sequence[LocalUnit], belongs: Callable[[LocalUnit], bool]) -> list[list[LocalUnit]]:
    stretches: list[list[LocalUnit]] = []
    last: LocalUnit | None = None
    for unit in found:
        if belongs(unit):
            if stretches and last is stretches[-1][-1] and unit.start - last.end < STRETCH:
                stretches[-1].append(unit)
            else:
                stretches.append([unit])
        last = unit
    return stretches
