"""The place of a text among local words, made from its alignment with them. Pure. Offsets are samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from saywrite.speech.aiola.delivery.words.alignment import Alignment, is_alike
from saywrite.speech.aiola.delivery.words.local_unit import PAUSE, LocalUnit

MOST = 0.7
"""The share of a text that must agree with local words so that its place is certain."""

WITHIN = 0.2
"""The share of a text's units that may differ where both of its ends agree."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a text belongs. `partners`: for each unit of the text its local unit, None without one."""

    partners: tuple[LocalUnit | None, ...]
    between: tuple[LocalUnit, ...]
    """All local units from the first to the last of the place."""
    is_certain: bool
    """Whether most of the text agrees, up to its last unit."""
    missing: float
    """The units of the text that do not agree; a similar one counts half."""

    def agrees_at_both_ends(self, keys: Sequence[str]) -> bool:
        """Whether the text, which has these keys, differs within only, by a fifth of its units at most.

        Local words that follow cannot agree with what differs between its ends.
        """
        ends = (self.partners[0], keys[0]), (self.partners[-1], keys[-1])
        return self.missing <= len(keys) * WITHIN and all(unit is not None and unit.key == key for unit, key in ends)


def breaks_of(found: Sequence[LocalUnit]) -> list[bool]:
    """For each unit, and behind the last one, whether a text may well begin there."""
    inner = [
        after.start - before.end >= PAUSE or before.answered != after.answered for before, after in pairwise(found)
    ]
    return [True, *inner, True] if found else [True]


def place_of(found: Alignment, among: Sequence[LocalUnit], keys: Sequence[str]) -> Placement:
    """The place that an alignment of these keys gives, without units of other texts at its ends."""
    partners = [None if at is None else among[at] for at in found.partners]
    for edge in (range(len(partners)), reversed(range(len(partners)))):
        for at in edge:
            partner = partners[at]
            if partner is None:
                continue
            if not partner.answered or is_alike(keys[at], partner.key):
                break
            partners[at] = None  # another word of a text that came before: it is not this one's place
    kept = [at for at, partner in zip(found.partners, partners, strict=True) if at is not None and partner is not None]
    if not kept:
        return Placement((), (), False, len(keys))
    between = among[kept[0] : max(kept[-1], found.last if partners[-1] is not None else kept[-1]) + 1]
    is_certain = found.matched >= MOST * len(partners) and partners[-1] is not None
    return Placement(tuple(partners), tuple(between), is_certain, len(partners) - found.matched)


def spans_of(place: Placement) -> list[tuple[int, int]]:
    """The place of each unit of a text. One without partner lies between its neighbors."""
    spans: list[tuple[int, int]] = []
    after = [place.between[-1].end] * len(place.partners)
    for at in range(len(place.partners) - 2, -1, -1):
        partner = place.partners[at + 1]
        after[at] = partner.start if partner is not None else after[at + 1]
    before = place.between[0].start
    for partner, behind in zip(place.partners, after, strict=True):
        start, end = (partner.start, partner.end) if partner is not None else (before, behind)
        spans.append((start, max(end, start + 1)))
        before = spans[-1][1]
    return spans
