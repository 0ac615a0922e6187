"""A text of the service that waits for the local words at its place, and the parts of it that are new. Pure.

Offsets are samples of the dictation, times monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby, pairwise

from saywrite.speech.aiola.delivery.overlap import LEAST_REPEATED
from saywrite.speech.aiola.delivery.pending import PlacedText
from saywrite.speech.aiola.delivery.words.local_unit import LocalUnit
from saywrite.speech.aiola.delivery.words.placement import Placement
from saywrite.speech.aiola.delivery.words.units import Unit


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
    shown_from: int = 0
    """The number of its first unit that is shown."""
    replayed: int = 0
    inserted: list[LocalUnit] = field(default_factory=list)
    """Its units among the local words, as long as its place is not known."""
    begins: int | None = None
    """Where its sound begins, once its place is known."""

    @property
    def keys(self) -> list[str]:
        return [unit.key for unit in self.units]

    def has(self, keys: list[str]) -> bool:
        """Whether the text has these units, one behind the other."""
        ours, length = self.keys, len(keys)
        return any(ours[at : at + length] == keys for at in range(len(ours) - length + 1))

    def starts_at(self, number: int) -> int:
        """Where a unit starts in the text.

        The first one starts with the signs before it, the one behind the last at the end of the text.
        """
        if number == len(self.units):
            return len(self.text)
        return self.units[number].start if number else 0


def new_parts(text: WaitingText, place: Placement) -> list[PlacedText]:
    """The parts of a text whose local words have no text yet. A unit without partner belongs to the one before."""
    known = _known(place)
    if text.shown is not None:
        known[text.shown_from :] = [True] * (len(known) - text.shown_from)
    parts: list[PlacedText] = []
    for is_known, group in groupby(range(len(known)), key=known.__getitem__):
        numbers = list(group)
        partners = [unit for unit in place.partners[numbers[0] : numbers[-1] + 1] if unit is not None]
        if is_known or not partners:
            continue
        part = text.text[text.starts_at(numbers[0]) : text.starts_at(numbers[-1] + 1)].strip()
        start = min(unit.start for unit in partners)
        parts.append(PlacedText(part, start, max(max(unit.end for unit in partners), start + 1)))
    return parts


def first_new(text: WaitingText, place: Placement) -> tuple[int, int] | None:
    """The number of the first unit that has not come before, and the start of its local word in the sound.

    None where the local words, which may be few so far, do not tell: what has come before must have come on an earlier
    connection, and a word without a text must follow it, because the same words may be said once more. Where no word
    behind it is known yet, two that have come are enough: if they were said once more, `new_parts` brings them later.
    """
    before: LocalUnit | None = None
    for number, partner in enumerate(place.partners):
        if partner is not None and partner.is_open:
            return number, partner.start
        if partner is None and before is not None and number >= LEAST_REPEATED and not any(place.partners[number:]):
            return number, max(before.end, before.start + 1)
        if partner is None or partner.connection == text.connection:
            return None
        before = partner
    return None


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
