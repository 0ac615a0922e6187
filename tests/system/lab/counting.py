"""What became of the words: which are lost, which came twice, which are in another place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

EXACT = 2_000
"""Words up to which the longest common subsequence is found exactly."""


@dataclass(frozen=True)
class Count:
    lost: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    disordered: tuple[str, ...] = ()

    @property
    def perfect(self) -> bool:
        return not (self.lost or self.twice or self.disordered)


def words_of(text: str) -> list[str]:
    """Without capitals and punctuation."""
    return re.findall(r"[a-z]+", text.lower())


def count(said: Sequence[str], written: Sequence[str]) -> Count:
    """`lost`: said, not written. `twice`: written more often than said. `disordered`: written in another place."""
    if list(said) == list(written):
        return Count()
    kept_said, kept_written = _common(said, written)
    missing = Counter(word for at, word in enumerate(said) if at not in kept_said)
    extra = Counter(word for at, word in enumerate(written) if at not in kept_written)
    moved = missing & extra
    return Count(*(tuple(sorted(each.elements())) for each in (missing - moved, extra - moved, moved)))


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[set[int], set[int]]:
    """The places of a longest common subsequence in both."""
    if max(len(a), len(b)) > EXACT:
        blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
        places = [(block.a + n, block.b + n) for block in blocks for n in range(block.size)]
        return {one for one, _ in places}, {other for _, other in places}
    length = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            longer = max(length[i + 1][j], length[i][j + 1])
            length[i][j] = length[i + 1][j + 1] + 1 if a[i] == b[j] else longer
    i = j = 0
    in_a, in_b = set(), set()
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            in_a.add(i)
            in_b.add(j)
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return in_a, in_b
