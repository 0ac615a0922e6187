"""The place of each word in the sound, from the timestamps that Whisper writes around a segment. Pure.

Whisper's timestamp tokens place segments in steps of 20 ms. The words of a segment share its time in proportion to
their characters, which is cheap; the cross-attention of the model would be more exact. The words serve to place the
texts of another recognizer, where half a second suffices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from saywrite.text.characters import is_cjk, is_word

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class WordTime:
    """A word with the marks that stand at it. `start_s`, `end_s`: seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float


def split_words(text: str) -> list[str]:
    """The words of `text` with their marks; characters of Chinese and Japanese count as words.

    Joined without white space, they are `text` without white space.
    """
    return [word for found in _WORD.finditer(text) for word in _split_unspaced(found[0])]


def divide(text: str, start_s: float, end_s: float) -> list[WordTime]:
    """The words of a segment, which share the time between `start_s` and `end_s` by their characters."""
    words = split_words(text)
    total = sum(map(len, words))
    length_s = max(end_s - start_s, 0.0)
    timed: list[WordTime] = []
    before = 0
    for word in words:
        after = before + len(word)
        timed.append(WordTime(word, start_s + length_s * before / total, start_s + length_s * after / total))
        before = after
    return timed


def place_between(
    segments: Sequence[tuple[str, float, float | None]], offset_s: float, length_s: float
) -> tuple[WordTime, ...]:
    """The words of one window, from its segments (text, start, end or None).

    `offset_s`: where the window begins. `length_s`: of the sound in it, where a segment without an end ends.
    """
    return tuple(
        word
        for text, start, end in segments
        for word in divide(text, offset_s + start, offset_s + min(length_s if end is None else end, length_s))
    )


def _split_unspaced(run: str) -> list[str]:
    """Split before each Chinese or Japanese character; other characters stay with what precedes them."""
    parts: list[str] = []
    for character in run:
        if parts and not (is_cjk(character) and is_word(character)):
            parts[-1] += character
        else:
            parts.append(character)
    return parts
