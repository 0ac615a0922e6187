"""Words that come twice because sound was sent again, taken out of a transcript. Pure.

After a lost connection the sound without confirmed text is sent again. Where some of its text had come already, the
new transcripts begin with words that are there. A repetition is taken for one only when the words leave little doubt:
what a person really said twice must not be lost (promise 1 comes before neatness).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_ONE_BY_ONE = re.compile(f"[{_CJK}]|[^{_CJK}]+")
"""Chinese and Japanese put no spaces between words: there every character counts as one."""

_LEAST = 2
"""Words that must agree where only a part of what is known agrees with only a part of what came."""

_INSIDE = 3
"""Words that must agree where they lie in the middle of what is known."""


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    end: int


def _words(text: str) -> list[_Word]:
    """The words of `text` as they are compared (no case, no punctuation) and where each ends in it."""
    found = []
    for match in _WORD.finditer(text):
        for part in _ONE_BY_ONE.finditer(match[0]):
            key = unicodedata.normalize("NFKC", part[0]).casefold().replace("’", "'")
            found.append(_Word(key, match.start() + part.end()))
    return found


class OverlapDeduplicator:
    """The words that may come again, in their order."""

    def __init__(self) -> None:
        self._known: list[str] = []

    def expect(self, texts: Iterable[str]) -> None:
        """From now on the words of these texts may come again; what was expected before may not."""
        self._known = [word.key for text in texts for word in _words(text)]

    def strip(self, text: str) -> str:
        """`text` without the words at its beginning that are there already."""
        words = _words(text)
        repeated = self._repeated([word.key for word in words])
        if not repeated:
            return text
        if repeated == len(words):
            return ""
        return text[words[repeated - 1].end :].lstrip(" \t\r\n.,;:!?…。、，；：！？")

    def _repeated(self, new: list[str]) -> int:
        """How many of the first words of `new` are repetitions; forgets what can no longer come again."""
        known, size = self._known, len(new)
        if not known or not new:
            return 0
        if known[:size] == new:
            self._known = known[size:]
            return size
        if new[: len(known)] == known:
            self._known = []
            return len(known)
        for at in range(1, len(known) - size + 1):
            at_the_end = at == len(known) - size
            if known[at : at + size] == new and size >= (_LEAST if at_the_end else _INSIDE):
                self._known = known[at + size :]
                return size
        for length in range(min(size, len(known)), _LEAST - 1, -1):
            if known[-length:] == new[:length]:
                self._known = []
                return length
        return 0
