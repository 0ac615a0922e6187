"""Classifies characters: words, symbols, white space, scripts without spaces between words. Pure.

Python's `\\w` excludes combining marks (category M), so a word would end at "e" followed by U+0301. Here a mark belongs
to the character before it.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from enum import IntEnum
from functools import lru_cache

JOINERS = "\u200c\u200d"
"""ZWNJ and ZWJ: they stand within Persian and Indic words and emoji and are no boundary."""

APOSTROPHES = "'\u2019\u02bc\uff07\u2018\u00b4"
"""Straight, typographic (also as opening quotation mark), modifier letter, full width, and the acute accent."""

ZERO_WIDTH_JOINER = "\u200d"


class CharacterKind(IntEnum):
    """What a character is to the search for words."""

    SPACE = 0
    WORD = 1
    """A letter, digit or underscore of a script that puts spaces between its words."""
    UNSPACED = 2
    """A letter of a script without spaces between words: a word may begin or end at any of them."""
    MARK = 3
    """A combining mark or joiner: it belongs to the character before it."""
    SYMBOL = 4
    HYPHEN = 5
    """A hyphen inside a word. It is compared as a space."""


_CJK = (
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),  # 々〆〇
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x3038, 0x303C),
    (0x3040, 0x30FF),  # hiragana, katakana
    (0x3100, 0x312F),  # bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width katakana
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
)
_SOUTH_EAST_ASIAN = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Burmese
    (0x1780, 0x17FF),  # Khmer
    (0xA9E0, 0xA9FF),  # Burmese extended
    (0xAA60, 0xAA7F),
)
_CJK_PUNCTUATION = ((0x3000, 0x303F), (0xFE30, 0xFE4F), (0xFF01, 0xFF65))


class _Ranges:
    def __init__(self, *ranges: tuple[int, int]) -> None:
        ordered = sorted(ranges)
        self._first = [first for first, _ in ordered]
        self._last = [last for _, last in ordered]

    def __contains__(self, char: str) -> bool:
        at = bisect_right(self._first, ord(char)) - 1
        return at >= 0 and ord(char) <= self._last[at]


_CJK_LETTERS = _Ranges(*_CJK)
_UNSPACED = _Ranges(*_CJK, *_SOUTH_EAST_ASIAN)
_CJK_SIGNS = _Ranges(*_CJK_PUNCTUATION)
_KATAKANA = _Ranges((0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F))


@lru_cache(maxsize=8192)
def kind(char: str) -> CharacterKind:
    """Classify a character. `HYPHEN` is not among the results: it depends on the characters around it."""
    if char.isspace():
        return CharacterKind.SPACE
    if char in APOSTROPHES:
        return CharacterKind.SYMBOL
    if char in JOINERS or unicodedata.category(char)[0] == "M":
        return CharacterKind.MARK
    if char.isalnum() or char == "_":
        return CharacterKind.UNSPACED if char in _UNSPACED else CharacterKind.WORD
    return CharacterKind.SYMBOL


def has_letter_or_digit(text: str) -> bool:
    """Whether `text` is more than white space, punctuation and symbols."""
    return any(char.isalnum() for char in text)


def clusters(text: str) -> list[str]:
    """Split text into what people see as characters: a letter with its marks, a flag, a joined emoji.

    Implements GB9, GB9a, GB11 and GB12 of Unicode Standard Annex 29. A joiner joins any character that follows.
    """
    found: list[str] = []
    for char in text:
        if found and _continues(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _continues(cluster: str, char: str) -> bool:
    if cluster[-1] == ZERO_WIDTH_JOINER or kind(char) is CharacterKind.MARK:
        return not cluster.isspace()
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":  # skin tones, tags of flags
        return True
    return len(cluster) == 1 and _is_regional(cluster) and _is_regional(char)


def _is_regional(char: str) -> bool:
    """Whether `char` is a regional indicator; two of them make a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def is_word(char: str) -> bool:
    """Whether `char` is part of a word in any script."""
    return kind(char) in (CharacterKind.WORD, CharacterKind.UNSPACED, CharacterKind.MARK)


def is_cjk(char: str) -> bool:
    """Whether `char` is a Chinese or Japanese letter or mark: there is no space between two of them."""
    return char in _CJK_LETTERS or char in _CJK_SIGNS


def is_katakana(char: str) -> bool:
    return char in _KATAKANA


@lru_cache(maxsize=8192)
def is_wide(char: str) -> bool:
    """Whether `char` fills two columns (Unicode Standard Annex 11: wide or full-width)."""
    return unicodedata.east_asian_width(char) in "WF"


_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark, or UTF-16 with one. Raises UnicodeDecodeError."""
    if data.startswith(_UTF_16_MARKS):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")
