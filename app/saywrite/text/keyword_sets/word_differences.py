"""Finds where two texts differ, by words; Chinese and Japanese by characters. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

Span = tuple[int, int]
"""Start and end in characters."""

WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3001-\u3011\uff00-\uffef]|[^\s\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+"
)
"""A run without spaces; a Chinese or Japanese character or mark is one by itself."""

EXACT_WORDS = 2_000
"""Above this many words `difflib` may ignore frequent words, or an hour of speech would take a minute."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The parts of each text that differ from the other.

    `words` is the number of different words, of the text that has more of them in each part; `total` is the number of
    words of the longer text.
    """

    now: tuple[Span, ...]
    tried: tuple[Span, ...]
    words: int
    total: int


def compare(now: str, tried: str) -> Differences:
    """Compare the current text of a dictation with the text of a trial."""
    left, right = list(WORD.finditer(now)), list(WORD.finditer(tried))
    matcher = SequenceMatcher(
        None, [word[0] for word in left], [word[0] for word in right], autojunk=len(left) + len(right) > EXACT_WORDS
    )
    marks_now: list[Span] = []
    marks_tried: list[Span] = []
    words = 0
    for operation, start, end, begin, stop in matcher.get_opcodes():
        if operation == "equal":
            continue
        words += max(end - start, stop - begin)
        if end > start:
            marks_now.append((left[start].start(), left[end - 1].end()))
        if stop > begin:
            marks_tried.append((right[begin].start(), right[stop - 1].end()))
    return Differences(tuple(marks_now), tuple(marks_tried), words, max(len(left), len(right)))
