"""Finds the place of a text of the service among the words of the recognizer on this computer. Pure.

Both heard the same sound and may differ in wording. The best alignment has the most equal units in a row; units of the
local side before and behind it count nothing, so the text may belong to any part of them. Where several places are
equally good, the first one that begins and ends at a pause is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_EQUAL = 20
_ALIKE = 10
_DIFFERENT = -5
_ALONE = -7
"""Points of a pair of units, and of a unit without partner inside the alignment; integers, so that sums are exact."""

_AT_A_BREAK = 6
"""Points of an alignment that begins, or ends, at a pause or beside a unit that has its text."""

_IN_ORDER = 4
"""Points for each unit of the text where the alignment begins behind the text before, as a service in order has it."""

_SHARE = 0.4
"""The share of a text's units that must have an equal partner; a similar one counts half."""

_SIMILAR = 0.5
"""The share of common pairs of letters (Dice) from which on two words are similar."""

_CELLS = 8_000
"""Pairs of units that are compared at most, which takes about 8 ms; a longer window is narrowed before."""

_STOP, _PAIR, _TEXT_ALONE, _LOCAL_ALONE, _TWO_LOCAL, _TWO_TEXT = range(6)


@dataclass(frozen=True, slots=True)
class Alignment:
    """The place of a text among local units.

    `partners`: for each unit of the text the index of its local unit, None without one. `first`, `last`: the
    first and the last local unit of the place. `matched`: the units with an equal partner; a similar one counts half.
    """

    partners: tuple[int | None, ...]
    first: int
    last: int
    matched: float


def align(
    text: Sequence[str],
    local: Sequence[str],
    breaks: Sequence[bool],
    expected_from: int = 0,
    *,
    goes_on: bool = False,
) -> Alignment | None:
    """Align the keys of a text with local keys; None where too few agree.

    `goes_on`: more local keys will come. Where the alignment reaches the last one, the rest of the text lies behind it.

    `breaks[n]`: whether a text may well begin with the local unit `n`, or end before it. It has one entry more than
    `local`. `expected_from`: the local unit from which on the text lies if the service keeps the order.
    """
    if not text or not local:
        return None
    begin, end = 0, len(local)
    if len(text) * len(local) > _CELLS:
        begin, end = _narrowed(text, local)
    found = _Table(text, local[begin:end], breaks[begin : end + 1], goes_on).best(expected_from - begin)
    if found is None or not begin:
        return found
    partners = tuple(None if at is None else at + begin for at in found.partners)
    return Alignment(partners, found.first + begin, found.last + begin, found.matched)


def _narrowed(text: Sequence[str], local: Sequence[str]) -> tuple[int, int]:
    """The part of `local` around the stretch that has the most keys of `text`."""
    keys = set(text)
    sums = [0, *accumulate(key in keys for key in local)]
    length = len(text) + len(text) // 4
    starts = range(max(len(local) - length, 0) + 1)
    best = max(starts, key=lambda at: (sums[min(at + length, len(local))] - sums[at], -at))
    room = max(_CELLS // len(text) - length, 2 * len(text)) // 2
    return max(best - room, 0), min(best + length + room, len(local))


def is_alike(key: str, other: str) -> bool:
    """Whether two keys are equal or similar."""
    return key == other or _are_similar(_pairs_of_letters(key), _pairs_of_letters(other))


def _are_similar(letters: frozenset[str], other: frozenset[str]) -> bool:
    return bool(letters and other) and 2 * len(letters & other) >= _SIMILAR * (len(letters) + len(other))


def _are_parts_of_a_number(key: str, other: str) -> bool:
    """Whether both are numbers, and one is so large that it may be spoken as several: "100"."""
    return key.isdecimal() and other.isdecimal() and max(len(key), len(other)) > len("99")


def _pairs_of_letters(key: str) -> frozenset[str]:
    return frozenset(key[at : at + 2] for at in range(len(key) - 1))


class _Table:
    """The scores of all alignments of the first units of both sides."""

    def __init__(self, text: Sequence[str], local: Sequence[str], breaks: Sequence[bool], goes_on: bool) -> None:
        self._text, self._local, self._breaks, self._goes_on = text, local, breaks, goes_on
        self._text_pairs = [_pairs_of_letters(key) for key in text]
        self._local_pairs = [_pairs_of_letters(key) for key in local]
        self._steps: list[list[int]] = [[_STOP] * (len(local) + 1)]

    def best(self, expected_from: int) -> Alignment | None:
        """Compute the table and follow the best alignment back."""
        in_order = _IN_ORDER * len(self._text)
        rows = [[_AT_A_BREAK * each + in_order * (at >= expected_from) for at, each in enumerate(self._breaks)]]
        for at in range(1, len(self._text) + 1):
            rows.append(self._row(at, rows))
        last = [score + _AT_A_BREAK * self._breaks[at] for at, score in enumerate(rows[-1])]
        return self._follow(max(range(len(last)), key=lambda at: (last[at], -at)))

    def _row(self, row: int, rows: list[list[int]]) -> list[int]:
        text, local, above = self._text, self._local, rows[row - 1]
        key, letters, before = text[row - 1], self._text_pairs[row - 1], text[row - 2] if row > 1 else ""
        scores, steps = [above[0] + _ALONE], [_TEXT_ALONE]
        for at in range(1, len(local) + 1):
            other = local[at - 1]
            score, step = above[at - 1] + (_EQUAL if key == other else self._unequal(key, letters, at - 1)), _PAIR
            if above[at] + _ALONE >= score:  # the last units may lie in sound that is not heard yet
                score, step = above[at] + _ALONE, _TEXT_ALONE
            if scores[at - 1] + _ALONE > score:
                score, step = scores[at - 1] + _ALONE, _LOCAL_ALONE
            if at > 1 and above[at - 2] + _EQUAL > score and local[at - 2] + other == key:
                score, step = above[at - 2] + _EQUAL, _TWO_LOCAL
            if before and rows[row - 2][at - 1] + 2 * _EQUAL > score and before + key == other:
                score, step = rows[row - 2][at - 1] + 2 * _EQUAL, _TWO_TEXT
            scores.append(score)
            steps.append(step)
        self._steps.append(steps)
        return scores

    def _unequal(self, key: str, letters: frozenset[str], at: int) -> int:
        is_alike = _are_similar(letters, self._local_pairs[at]) or _are_parts_of_a_number(key, self._local[at])
        return _ALIKE if is_alike else _DIFFERENT

    def _worth(self, row: int, at: int) -> float:
        if self._text[row] == self._local[at]:
            return 1.0
        return 0.5 if self._unequal(self._text[row], self._text_pairs[row], at) > 0 else 0.0

    def _follow(self, end: int) -> Alignment | None:
        partners: list[int | None] = [None] * len(self._text)
        row, at, matched = len(self._text), end, 0.0
        touched: list[int] = []
        while (step := self._steps[row][at]) != _STOP:
            if step == _PAIR:
                row, at = row - 1, at - 1
                partners[row] = at
                touched.append(at)
                matched += self._worth(row, at)
            elif step == _TEXT_ALONE:
                row -= 1
            elif step == _LOCAL_ALONE:
                at -= 1
            elif step == _TWO_LOCAL:
                row, at = row - 1, at - 2
                partners[row] = at
                touched += (at, at + 1)
                matched += 1
            else:
                row, at = row - 2, at - 1
                partners[row] = partners[row + 1] = at
                touched.append(at)
                matched += 2
        if not touched:
            return None
        length = len(self._text)
        if self._goes_on and max(touched) == len(self._local) - 1:
            length = max(number for number, partner in enumerate(partners) if partner is not None) + 1
        if matched < max(_SHARE * length, 0.5):
            return None
        return Alignment(tuple(partners), min(touched), max(touched), matched)
