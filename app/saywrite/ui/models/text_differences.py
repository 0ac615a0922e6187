"""Where two texts of the same speech differ, word by word; Chinese and Japanese by characters. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

Span = tuple[int, int]
"""From and to, in characters."""

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u3001-\u3011\uff00-\uffef]|[^\s\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]+"
)
EXACT_WORDS = 2_000
"""Above this many words `difflib` may leave frequent ones out of account, so that an hour of speech takes no minute."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The places in either text whose words the other has not, and how many `words` of the longer side those are."""

    now: tuple[Span, ...]
    tried: tuple[Span, ...]
    words: int
    total: int


def compare(now: str, tried: str) -> Differences:
    left, right = list(_WORD.finditer(now)), list(_WORD.finditer(tried))
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
