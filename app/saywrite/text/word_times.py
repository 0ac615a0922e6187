"""Places the words of a dictation in its sound, and distributes an edited text to its segments. Pure.

A segment has one start and one end; the time within it is divided among its words by their number of characters, which
is right to a few tenths of a second at a normal pace. Positions of sound are sample offsets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from saywrite.foundation.events import Segment
from saywrite.text.characters import is_cjk
from saywrite.text.spacing import CONTEXT, THIN_SPACE, gap

_WORD = re.compile(r"\S+")
_PIECE = re.compile(r"\w+|\s+|.", re.DOTALL)

SPACES = f" {THIN_SPACE}"
"""What may stand between two segments of a paragraph."""
PARAGRAPH_END = "\n"
"""What stands between two segments where a paragraph begins."""

COMPARED = 4_000
"""Pieces (words, spaces, marks) of two texts that are aligned; of longer ones only the unchanged ends are."""

LONGEST_WORD = 100
"""Characters."""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of a passage: its characters `first..last` (exclusive), and its sound `start..end`."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of a dictation as prose. `bounds`: for each segment the first and last (exclusive) character."""

    text: str
    segments: tuple[Segment, ...]
    bounds: tuple[tuple[int, int], ...]
    words: tuple[PlacedWord, ...]

    def word_at(self, character: int) -> PlacedWord | None:
        """The word that contains or follows a character; None behind the last one."""
        at = bisect_right(self.words, character, key=lambda word: word.last)
        return self.words[at] if at < len(self.words) else None

    def word_heard_at(self, sample: int) -> PlacedWord | None:
        """The word whose sound contains a sample; None between two words."""
        at = bisect_right(self.words, sample, key=lambda word: word.start) - 1
        return self.words[at] if at >= 0 and sample < self.words[at].end else None

    def bounds_of(self, number: int) -> tuple[int, int] | None:
        """The characters of the segment with a number; None when there is none."""
        found = zip(self.segments, self.bounds, strict=True)
        return next((bounds for segment, bounds in found if segment.number == number), None)


def make_passage(segments: Iterable[Segment], language: str, leads: Sequence[str] | None = None) -> Passage:
    """Join segments to prose, and place each word in the sound.

    `leads`: what stands before each segment that has text, a space or `PARAGRAPH_END`; the first one is ignored.
    Without them the text is one paragraph.
    """
    kept = tuple(segment for segment in segments if segment.text)
    text, bounds = "", []
    parts: list[str] = []
    length = 0
    for number, segment in enumerate(kept):
        space = gap(text, segment.text, language) if leads is None else leads[number] * bool(number)
        first = length + len(space)
        parts += (space, segment.text)
        length = first + len(segment.text)
        bounds.append((first, length))
        text = (text + space + segment.text)[-CONTEXT:]
    whole = "".join(parts)
    words = [
        word
        for segment, (first, _last) in zip(kept, bounds, strict=True)
        for word in time_words(segment.text, segment.start, segment.end, first)
    ]
    return Passage(whole, kept, tuple(bounds), tuple(words))


def time_words(text: str, start: int, end: int, offset: int = 0) -> list[PlacedWord]:
    """Divide the sound `start..end` among the words of `text` by their characters.

    Each Chinese or Japanese character is a word. `offset`: the position of the text in its passage. The spans are in
    order and do not overlap.
    """
    spans = word_spans(text)
    total = sum(last - first for first, last in spans)
    length = max(0, end - start)
    words, before = [], 0
    for first, last in spans:
        begin = start + length * before // total
        before += last - first
        words.append(PlacedWord(offset + first, offset + last, begin, start + length * before // total))
    return words


def word_spans(text: str) -> list[tuple[int, int]]:
    """The words of `text` with their marks, as characters `first..last` (exclusive)."""
    return [span for match in _WORD.finditer(text) for span in _split(text, *match.span())]


def _split(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """Split a run without spaces at every Chinese or Japanese character."""
    spans: list[tuple[int, int]] = []
    for at in range(first, last):
        begins = text[at].isalnum() and (is_cjk(text[at]) or (at > first and is_cjk(text[spans[-1][0]])))
        if spans and not begins:  # a mark belongs to the character before it
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


def changed_segments(passage: Passage, edited: str) -> dict[int, str]:
    """Return the new text of every segment that an edit of the passage changed, by its number.

    Unchanged parts of the text stay in their segments; what was typed between two segments belongs to the one before.
    The new texts contain every character of `edited` that is not a space between segments.
    """
    if not passage.segments or edited == passage.text:
        return {}
    cuts = _map_positions(passage.text, edited, [first for first, _ in passage.bounds[1:]])
    edges = [0, *cuts, len(edited)]
    result: dict[int, str] = {}
    for number, segment in enumerate(passage.segments):
        text = edited[edges[number] : edges[number + 1]]
        if number + 1 < len(passage.segments):
            lead = passage.text[passage.bounds[number][1] : passage.bounds[number + 1][0]]
            text = text.removesuffix(PARAGRAPH_END if lead == PARAGRAPH_END else "").rstrip(SPACES)
        before = segment.text
        if text != before and text.strip() != before.strip():
            result[segment.number] = text
    return result


def _map_positions(old: str, new: str, positions: Sequence[int]) -> list[int]:
    """Where positions of `old` are in `new`; in order, as `positions` are."""
    head = _back_to_space(old, _common(old, new))
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    tail = _back_to_space(old[::-1], tail)
    middle = _PIECE.findall(old[head : len(old) - tail]), _PIECE.findall(new[head : len(new) - tail])
    blocks = [(0, 0, head), (len(old) - tail, len(new) - tail, tail)]
    if max(map(len, middle)) <= COMPARED:
        blocks[1:1] = _aligned(*middle, head)
    mapped: list[int] = []
    for position in positions:
        at = bisect_right(blocks, position, key=lambda block: block[0]) - 1
        old_first, new_first, length = blocks[at]
        inside = min(position - old_first, length)
        mapped.append(max(new_first + inside, mapped[-1] if mapped else 0))
    return mapped


def _aligned(old: Sequence[str], new: Sequence[str], offset: int) -> list[tuple[int, int, int]]:
    """The equal runs of two sequences of pieces, as (old position, new position, length) in characters."""
    starts = [[offset], [offset]]
    for places, pieces in zip(starts, (old, new), strict=True):
        for piece in pieces:
            places.append(places[-1] + len(piece))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        (starts[0][a], starts[1][b], starts[0][a + size] - starts[0][a])
        for a, b, size in matcher.get_matching_blocks()
        if size
    ]


def _common(one: str, other: str) -> int:
    """The number of equal characters at the beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


def _back_to_space(text: str, end: int) -> int:
    """Move an end that is inside a word back to the space before it, at most `LONGEST_WORD` characters."""
    if end == len(text) or end == 0 or text[end].isspace() or text[end - 1].isspace():
        return end
    space = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end)) + 1
    return space if end - space <= LONGEST_WORD else end
