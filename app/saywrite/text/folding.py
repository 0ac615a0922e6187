"""Folds text for search: case, accents and alternative spellings of letters do not count. Pure.

"strasse" finds "Straße", "coeur" finds "cœur", "lodz" finds "Łódź", "ανθρωπος" finds "άνθρωπος", "abc" finds "ＡＢＣ",
and the reverse. Each character is folded by itself (NFKD, case folding, no diacritics, then the letters below), so a
position in the folded text leads back to one in the text. Kana and Hangul keep their marks and syllables.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saywrite.text.characters import APOSTROPHES

_LETTERS = str.maketrans(
    {
        "œ": "oe", "æ": "ae", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i",
        "ŋ": "n", "ĸ": "k", "ɨ": "i", "ƶ": "z", "ƀ": "b", "ǥ": "g", "ə": "e",
    }
)  # fmt: skip
"""Letters without a decomposition in Unicode, as people type them who do not have them on the keyboard."""
_DIACRITICS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\u0640]"
)
_HANGUL = ("\uac00", "\ud7a3")

ASCII_TWINS = (
    "ßẞœŒæÆłŁøØđĐðÐþÞħĦŧŦıİŋŊſﬀ-ﬆĳĲ\u0300-\u036f\u0370-\u03ff\u0400-\u04ff\u0590-\u06ff\u1f00-\u1fff\uff01-\uff5e‘’ʼ´"
)
"""Characters that are folded here in another way than by SQLite's `unicode61`, as in the brackets of a GLOB."""


class _Folds(dict[int, str]):
    """The folded form of each character, computed at its first use."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_char(chr(code))
        return folded


def _fold_char(char: str) -> str:
    if char in APOSTROPHES:
        return "'"
    if _HANGUL[0] <= char <= _HANGUL[1]:
        return char
    decomposed = unicodedata.normalize("NFKD", char).casefold()
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFKD", decomposed))
    return unicodedata.normalize("NFC", bare.translate(_LETTERS))


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return `text` as a search compares it. Its length may differ from that of `text`: see `places()`."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words to search for. `folded`: compare folded texts; otherwise compare character by character."""

    expression: re.Pattern[str]
    folded: bool

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the begin and end (exclusive) of each match in `text`, in order. No match is empty."""
        if not self.folded or text.isascii():
            for found in self.expression.finditer(text.lower() if self.folded else text):
                yield found.span()
            return
        starts: Sequence[int] = ()
        for found in self.expression.finditer(fold(text)):
            starts = starts or _starts(text)
            first, last = starts[found.start()], starts[found.end() - 1] + 1
            following = starts[found.end()] if found.end() < len(starts) else len(text)
            # Diacritics that are separate characters belong to the letter before them.
            yield first, max(last, following) if following > last else last


def pattern(words: str, *, case: bool = False, marks: bool = False) -> Pattern | None:
    """Make a pattern of literal words with any white space between them; None for a blank text.

    `marks`: punctuation may stand there, too, as in the search of the history.
    """
    parts = [part for part in (words if case else fold(words)).split() if part]
    if not parts:
        return None
    between = r"[\W_]+" if marks else r"\s+"
    return Pattern(re.compile(between.join(re.escape(part) for part in parts)), not case)


def _starts(text: str) -> Sequence[int]:
    """For each character of `fold(text)`, the position in `text` that it comes from."""
    lengths = [len(folded) for folded in map(_FOLDS.__getitem__, map(ord, text))]
    if lengths.count(1) == len(lengths):
        return range(len(text))
    return [at for at, length in enumerate(lengths) for _ in range(length)]
