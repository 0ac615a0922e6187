"""The rows of a transcript and how an edited text falls back onto them. Pure: no Qt, no clock.

A row is one segment, one heading of a dictation or one note about missing sound. The text view shows each row as one
paragraph; a line break inside a segment stays inside its paragraph. Whatever a person does to the paragraphs,
`reconcile()` says which row holds which text afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import clock, count, length
from saywrite.text.export import words
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key
from saywrite.text.spacing import join

LINE_SEPARATOR, PARAGRAPH_SEPARATOR = "\u2028", "\u2029"
_BREAKS = {ord("\r"): "\n", ord("\v"): "\n", ord("\f"): "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
# Code points Qt keeps for itself inside a text document (frame borders, inline objects), and NUL.
_RESERVED = dict.fromkeys((0xFDD0, 0xFDD1, 0xFFFC, 0x0000))
_CLEAN = _BREAKS | _RESERVED


class RowKind(Enum):
    SEGMENT = auto()
    HEADING = auto()
    GAP = auto()


@dataclass(slots=True, eq=False)
class Row:
    """One paragraph. Compared by identity; `start` and `end` are samples in the dictation."""

    kind: RowKind
    dictation: str
    number: int
    start: int
    end: int
    text: str
    raw: str = ""
    words: int = 0
    edited: bool = False
    """A person changed it: no event writes over it."""
    translation: str = ""
    engine: str = ""
    """Of a segment that another engine than the dictation's recognized."""

    def __post_init__(self) -> None:
        self.set_text(self.text)

    def set_text(self, text: str) -> None:
        self.text = text
        self.words = words(text) if self.editable else 0

    @property
    def editable(self) -> bool:
        return self.kind is RowKind.SEGMENT


def clean(text: str) -> str:
    """`text` with every kind of line break as "\\n" and without what a text document cannot hold."""
    return text.replace("\r\n", "\n").translate(_CLEAN)


def shown(text: str) -> str:
    """As a paragraph of the view holds it: line breaks that do not end the paragraph."""
    return text.replace("\n", LINE_SEPARATOR)


def units(text: str) -> int:
    """Length in UTF-16 code units, which is what Qt counts positions in."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def at_unit(text: str, unit: int) -> int:
    """The index in `text` of UTF-16 position `unit`."""
    if text.isascii():
        return unit
    return len(text.encode("utf-16-le", "surrogatepass")[: unit * 2].decode("utf-16-le", "ignore"))


def difference(old: str, new: str) -> tuple[int, int, int]:
    """Where two texts differ: common characters before, end of the difference in `old`, its end in `new`."""
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, len(old) - tail, len(new) - tail


def reconcile(before: Row | None, old: Sequence[Row], after: Row | None, new: Sequence[str]) -> list[tuple[Row, str]]:
    """Which rows hold which text, now that the paragraphs of `old` read `new`.

    `before` and `after` are the neighbors outside the change. Fixed rows (headings, gaps) always survive with their
    text; editable rows that are not in the result were deleted or joined into another; the result may include
    `before` or `after`, when typed text has no other row to go to. The result keeps every typed character.
    """
    fixed = [row for row in old if not row.editable]
    texts = list(new)
    stray = ""
    for row in fixed:
        if row.text in texts:
            texts.remove(row.text)
        elif texts:
            stray += _typed_into(row.text, texts)
    return _share_out(before, old, after, texts, stray)


def _typed_into(text: str, texts: list[str]) -> str:
    """Take out of `texts` the damaged copy of a fixed `text`; return what was typed into it."""
    closest = max(range(len(texts)), key=lambda index: _alike(text, texts[index]))
    if _alike(text, texts[closest]) == 0:
        return ""
    damaged = texts.pop(closest)
    head, _, end = difference(text, damaged)
    return damaged[head:end]


def _alike(one: str, other: str) -> int:
    head, end, _ = difference(one, other)
    return head + len(one) - end


def _share_out(
    before: Row | None, old: Sequence[Row], after: Row | None, texts: list[str], stray: str
) -> list[tuple[Row, str]]:
    editable = [row for row in old if row.editable]
    if not editable:
        loose = "\n".join([*texts, *([stray] if stray else [])])
        return _to_neighbor(before, old, after, loose, bool(texts) or bool(stray))
    if len(texts) > len(editable):
        last = len(editable) - 1
        texts = [*texts[:last], "\n".join(texts[last:])]
    held = dict(zip(editable, texts, strict=False))
    if stray:
        first = editable[0]
        held[first] = stray + held.get(first, "")
    return [(row, held[row] if row.editable else row.text) for row in old if not row.editable or row in held]


def _to_neighbor(
    before: Row | None, old: Sequence[Row], after: Row | None, loose: str, any_loose: bool
) -> list[tuple[Row, str]]:
    kept = [(row, row.text) for row in old]
    if not any_loose:
        return kept
    if before is not None and before.editable:
        return [(before, f"{before.text}\n{loose}"), *kept]
    if after is not None and after.editable:
        return [*kept, (after, f"{loose}\n{after.text}" if after.text else loose)]
    return kept


def replaced(rows: Iterable[Row], keyword: Keyword) -> tuple[list[tuple[Row, str]], int]:
    """The rows in which `keyword` changes something, with their new texts, and the number of places."""
    spoken = key(keyword.spoken)
    keywords = Keywords((keyword,))
    edits: list[tuple[Row, str]] = []
    places = 0
    letters = max(re.findall(r"[a-z]+", spoken[0]) if spoken else [""], key=len, default="")
    if not spoken or not len(keywords):
        return edits, places
    for row in rows:
        if not row.editable or letters not in row.text.casefold().replace("\u0307", ""):
            continue
        rewritten = keywords.rewrite(row.text)
        if rewritten.text != row.text:
            edits.append((row, rewritten.text))
            places += len(rewritten.exact)
    return edits, places


BETWEEN_DICTATIONS = "\n\n"


def join_rows(rows: Iterable[Row], languages: Mapping[str, str]) -> str:
    """The text of all rows: finals joined into prose, an empty line between two dictations. `languages` has the
    language of each dictation."""
    return join_parts(((row, 0, len(row.text)) for row in rows), languages)


def join_parts(parts: Iterable[tuple[Row, int, int]], languages: Mapping[str, str]) -> str:
    """Like `join_rows`, of each row only the characters from … to."""
    dictations: list[tuple[str, list[str]]] = []
    for row, first, last in parts:
        text = row.text[first:last]
        if not row.editable or not text:
            continue
        if not dictations or dictations[-1][0] != row.dictation:
            dictations.append((row.dictation, []))
        dictations[-1][1].append(text)
    return BETWEEN_DICTATIONS.join(join(texts, languages.get(dictation, "")) for dictation, texts in dictations)


LINES = 3
"""More utterances than these are summed up."""


def waiting_lines(utterances: Sequence[tuple[int, int]]) -> list[str]:
    """`utterances`: (start, end) in samples, in order."""
    if len(utterances) <= LINES:
        return [f"… {clock(seconds(start))} waiting for text, {_whole(end - start)}" for start, end in utterances]
    spoken = sum(end - start for start, end in utterances)
    first = clock(seconds(utterances[0][0]))
    return [f"… {count(len(utterances), 'utterance')} since {first} waiting for text, {_whole(spoken)}"]


def _whole(samples: int) -> str:
    """In whole seconds, so that what is still being said does not flicker."""
    return length(float(max(1, round(seconds(samples)))))
