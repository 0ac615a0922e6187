"""Removes words from a transcript that came before, because their sound was sent again. Pure.

After a lost connection the sound without confirmed text is sent again. Where a part of its text had come already, the
new transcripts begin with the same words. Words are removed only when they clearly repeat: what a person really said
twice must not be lost.
"""

from __future__ import annotations

from collections.abc import Iterable

from saywrite.speech.aiola.delivery.words.units import units

LEAST_REPEATED = 2
"""Words that must agree where a part of the known words agrees with a part of the new ones."""

_INSIDE = 3
"""Words that must agree in the middle of the known words, where they are not a whole text that has come."""


class OverlapDeduplicator:
    """Knows the words that may come again, in their order."""

    def __init__(self) -> None:
        self._known: list[str] = []
        self._texts: set[tuple[str, ...]] = set()
        self._passed: set[tuple[str, ...]] = set()
        """Whole texts that were passed over because a later one came first: a service may change their order."""

    def expect(self, texts: Iterable[str]) -> None:
        """Expect the words of these texts to come again, and no others."""
        known = [tuple(word.key for word in units(text)) for text in texts]
        self._known = [key for text in known for key in text]
        self._texts = set(known)
        self._passed = set[tuple[str, ...]]()

    def strip(self, text: str) -> str:
        """`text` without the words at its beginning that have come before."""
        words = units(text)
        repeated = self._repeated([word.key for word in words])
        if not repeated:
            return text
        if repeated == len(words):
            return ""
        return text[words[repeated - 1].end :].lstrip(" \t\r\n.,;:!?…。、，；：！？")

    def _repeated(self, new: list[str]) -> int:
        """How many of the first words of `new` are repetitions. Forgets known words that can no longer come again."""
        known, size = self._known, len(new)
        if tuple(new) in self._passed:
            self._passed.remove(tuple(new))
            return size
        if known[:size] == new:
            self._known = known[size:]
            return size
        if new[: len(known)] == known:
            self._known = []
            return len(known)
        for at in range(1, len(known) - size + 1):
            at_the_end = at == len(known) - size
            least = LEAST_REPEATED if at_the_end or tuple(new) in self._texts else _INSIDE
            if known[at : at + size] == new and size >= least:
                self._pass(known[:at])
                self._known = known[at + size :]
                return size
        for length in range(min(size, len(known)), LEAST_REPEATED - 1, -1):
            if known[-length:] == new[:length]:
                self._known = []
                return length
        return 0

    def _pass(self, words: list[str]) -> None:
        """Note the whole texts among words that were passed over, but for single words."""
        self._passed |= {
            text
            for text in self._texts
            if len(text) >= LEAST_REPEATED
            and any(tuple(words[at : at + len(text)]) == text for at in range(len(words)))
        }
