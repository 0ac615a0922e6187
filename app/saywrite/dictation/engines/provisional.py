"""Which words of the recognizer on this computer have no text of the service yet. Pure; offsets in the dictation.

The recognizer on this computer listens along with a service (`listening_along.py`). Its words stand in for the text of
the service until that text comes: a final of the service covers the words that lie in its sound, and what the service
has confirmed without text needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE, Partial, ProvisionalStretch
from saywrite.speech.engine import LocalWord, LocalWords

KEEP = 600 * SAMPLE_RATE
"""Samples behind the confirmed offset after which a word is forgotten: no recognizer asks for it any more."""


EDGE = SAMPLE_RATE // 4
"""Samples by which a word of a partial may lie outside a text and still belong to it.

The recognizer often counts a part of the pause before or behind a sentence among its first or last word.
"""


@dataclass(frozen=True, slots=True)
class HeardUtterance:
    """The final of the recognizer on this computer for one utterance. `number`: counts from 1."""

    number: int
    text: str
    start: int
    end: int
    words: tuple[LocalWord, ...]


class LocalText:
    """What the recognizer on this computer heard, and what of it the service has covered."""

    def __init__(self) -> None:
        self._utterances: list[HeardUtterance] = []
        self._covered: list[tuple[int, int]] = []
        self._confirmed = 0
        self._count = 0

    def add(self, text: str, start: int, end: int, words: Sequence[LocalWord]) -> None:
        """Take a final. Without `words` its text counts as one word."""
        if end <= self.heard_until:
            return  # heard again after the worker was replaced
        self._count += 1
        placed = tuple(words) or (LocalWord(text, start, end),)
        self._utterances.append(HeardUtterance(self._count, text, start, end, placed))

    def cover(self, start: int, end: int) -> None:
        """Note that the service has a text for the sound between two offsets."""
        self._covered.append((start, end))

    def confirm(self, to: int) -> None:
        """Note that all sound before `to` has its text, or has none."""
        self._confirmed = max(self._confirmed, to)
        self._covered = [(start, end) for start, end in self._covered if end > self._confirmed - KEEP]
        self._utterances = [each for each in self._utterances if each.end > self._confirmed - KEEP]

    @property
    def heard_until(self) -> int:
        """The end of the last utterance."""
        return self._utterances[-1].end if self._utterances else 0

    def stretches(self) -> tuple[ProvisionalStretch, ...]:
        """The utterances with words that no text covers, in order, each reduced to these words."""
        found: list[ProvisionalStretch] = []
        for utterance in self._utterances:
            words, kept = utterance.words, self._uncovered(utterance.words)
            if kept:
                text = text_of(utterance.text, words, kept)
                found.append(ProvisionalStretch(utterance.number, text, words[kept[0]].start, words[kept[-1]].end))
        return tuple(found)

    def part(self, start: int, end: int) -> str:
        """The words whose middle lies between two offsets, covered or not."""
        parts = [
            text_of(each.text, each.words, kept)
            for each in self._utterances
            if (kept := [at for at, word in enumerate(each.words) if start <= (word.start + word.end) // 2 < end])
        ]
        return " ".join(parts)

    def trim(self, partial: Partial, words: Sequence[LocalWord]) -> Partial:
        """Leave out what a text covers, or nearly (`EDGE`), of `partial`; what was agreed on stays so."""
        text = text_of(partial.text, words, self._uncovered(words, EDGE))
        cut = len(partial.text) - len(text)
        return Partial(partial.dictation, text, max(partial.agreed - cut, 0))

    def words_from(self, start: int) -> tuple[LocalWord, ...]:
        """All words of the sound from `start` on, covered or not."""
        return tuple(word for each in self._utterances for word in each.words if word.start >= start)

    def _uncovered(self, words: Sequence[LocalWord], edge: int = 0) -> list[int]:
        """The indices of the words behind the confirmed sound whose middle is `edge` samples off every text."""
        return [at for at, word in enumerate(words) if not self._is_covered((word.start + word.end) // 2, edge)]

    def _is_covered(self, middle: int, edge: int) -> bool:
        return middle < self._confirmed or any(start - edge <= middle < end + edge for start, end in self._covered)


def text_of(text: str, words: Sequence[LocalWord], kept: Sequence[int]) -> str:
    """The part of `text` with the words whose indices are `kept`, and the spaces between them."""
    if len(kept) == len(words):
        return text
    ends: list[int] = []
    at = 0
    for word in words:
        found = text.find(word.text, at)
        if found < 0:
            return " ".join(words[index].text for index in kept)
        at = found + len(word.text)
        ends.append(at)
    parts = [text[ends[index - 1] if index else 0 : ends[index]] for index in kept]
    return "".join(parts).strip()


def shifted(words: Sequence[LocalWord], settled: int, base: int, *, ended: bool = False) -> LocalWords:
    """The words in the offsets of a recognizer whose sound begins at `base`; earlier words are left out."""
    kept = tuple(LocalWord(word.text, word.start - base, word.end - base) for word in words if word.start >= base)
    return LocalWords(kept, max(settled - base, 0), ended)
