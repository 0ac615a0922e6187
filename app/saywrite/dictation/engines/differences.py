"""Finds the words that the recognizer on this computer heard differently from the service. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

from saywrite.dictation.engines.provisional import LocalText
from saywrite.foundation.events import SAMPLE_RATE, Difference, Segment, WordsDiffer

_WORD = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"  # Chinese and Japanese: each character by itself
    "|[^\\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+(?:['’-][^\\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)*"
)

MOST_WORDS = 4
"""Longer differences are no misheard words, but a sentence that one of the two did not understand."""

END = SAMPLE_RATE // 2
"""Samples by which the two may see the end of an utterance in different places."""


def compare(text: str, other: str) -> tuple[Difference, ...]:
    """The words of `text` that `other` has differently, apart from case and punctuation.

    Words that only one of the two has are left out: there is nothing to swap them with.
    """
    left, right = list(_WORD.finditer(text)), list(_WORD.finditer(other))
    matcher = SequenceMatcher(
        None, [word[0].casefold() for word in left], [word[0].casefold() for word in right], autojunk=False
    )
    return tuple(
        Difference(left[start].start(), left[end - 1].end(), other[right[begin].start() : right[stop - 1].end()])
        for operation, start, end, begin, stop in matcher.get_opcodes()
        if operation == "replace" and max(end - start, stop - begin) <= MOST_WORDS
    )


class DifferenceFinder:
    """Compares each segment of the service once this computer has heard its sound."""

    def __init__(self, dictation: str) -> None:
        self._dictation = dictation
        self._waiting: list[Segment] = []

    def add(self, segments: tuple[Segment, ...]) -> None:
        """Take new segments, or ones whose text changed."""
        numbers = {segment.number for segment in segments}
        self._waiting = [each for each in self._waiting if each.number not in numbers] + list(segments)

    def find(self, heard: LocalText, until: int, rewrite: Callable[[str], str]) -> tuple[WordsDiffer, ...]:
        """The differences of the segments that end before the sample offset `until`; each is compared once.

        `rewrite`: applies the keywords to what was heard.
        """
        ready = [segment for segment in self._waiting if segment.end <= until + END]
        self._waiting = [segment for segment in self._waiting if segment.end > until + END]
        found = [
            WordsDiffer(self._dictation, segment.number, segment.text, compare(segment.text, rewrite(other)))
            for segment in ready
            if (other := heard.part(segment.start, segment.end))
        ]
        return tuple(event for event in found if event.differences)
