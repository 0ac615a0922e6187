"""A unit of the local words, its state, and what two of them say of each other. Pure.

Offsets are samples of the dictation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.text.characters import is_cjk

PAUSE = SAMPLE_RATE * 15 // 100
"""Samples between two words from which on a segment may end there."""

MULTIPLIERS = frozenset(("10", "100", "1000"))
"""Numbers that are spoken, but not written, as parts of a greater one."""


@dataclass(slots=True)
class LocalUnit:
    """A unit in the samples `[start, end)`.

    `text`: its word as the local recognizer wrote it; empty behind the first unit of a word. `answered`: it has its
    text. `connections`: those that answered it. `asked`: the service was asked for it again. `given_up`:
    it was asked for in vain. `omitted`: the service left it out of the text around it. `until`: the offset before which
    its sound lies; it is later than `end` where no local word tells the place of a text. `loose`: the number of such a
    text, 0 for a unit with a certain place. `reworded`: the local recognizer heard another word there. `begins`: a
    text begins with it.
    """

    key: str
    start: int
    end: int
    text: str
    answered: bool = False
    connections: frozenset[int] = frozenset()
    asked: bool = False
    given_up: bool = False
    omitted: bool = False
    until: int = 0
    loose: int = 0
    reworded: bool = False
    begins: bool = False

    @property
    def connection(self) -> int:
        """The last connection that answered it, -1 for none."""
        return max(self.connections, default=-1)

    @property
    def is_open(self) -> bool:
        """Whether a text is still expected for it."""
        return not (self.answered or self.given_up or self.omitted)


def is_part_of_number(unit: LocalUnit, digits: str) -> bool:
    """Whether an open unit is heard for some of these digits."""
    is_number = unit.is_open and unit.key.isdecimal()
    return is_number and (unit.key in MULTIPLIERS or unit.key.rstrip("0") in digits)


def text_of_units(stretch: Iterable[LocalUnit]) -> str:
    """The text of the local recognizer for these units."""
    text = ""
    for word in (unit.text for unit in stretch if unit.text):
        space = text and not (is_cjk(text[-1]) and is_cjk(word[0]))
        text += f" {word}" if space else word
    return text
