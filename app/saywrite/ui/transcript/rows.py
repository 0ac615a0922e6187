"""The rows of a transcript, and which row has which text after an edit. Pure: no Qt, no clock.

A row is one segment, one heading of a dictation or one note about missing sound. The text view shows each row as one
paragraph; a line break inside a segment stays inside its paragraph. `reconcile()` assigns the paragraphs to the rows
after an edit of the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import clock, length
from saywrite.text.export import words
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key
from saywrite.text.spacing import join
from saywrite.ui.toolkit.document_text import difference
from saywrite.ui.toolkit.translation import tr, tr_count


class RowKind(Enum):
    """What a row shows: a text, one that will be replaced, a heading, or a note about missing sound."""

    SEGMENT = auto()
    PROVISIONAL = auto()
    HEADING = auto()
    GAP = auto()


@dataclass(slots=True, eq=False)
class Row:
    """One paragraph of the transcript.

    Compared by identity. `start` and `end` are samples in the dictation.
    """

    kind: RowKind
    dictation: str
    number: int
    start: int
    end: int
    text: str
    raw: str = ""
    words: int = 0
    edited: bool = False
    """The user changed the text, so no event replaces it."""
    translation: str = ""
    engine: str = ""
    """The engine that recognized the segment, where it is not the engine of the dictation; else ""."""

    def __post_init__(self) -> None:
        self.set_text(self.text)

    def set_text(self, text: str) -> None:
        """Change the text and count its words."""
        self.text = text
        self.words = words(text) if self.editable else 0

    @property
    def editable(self) -> bool:
        """Whether the user may change the text."""
        return self.kind in (RowKind.SEGMENT, RowKind.PROVISIONAL)


def reconcile(before: Row | None, old: Sequence[Row], after: Row | None, new: Sequence[str]) -> list[tuple[Row, str]]:
    """Assign texts to rows after an edit: the paragraphs of the rows `old` now read `new`.

    `before` and `after` are the rows beside the edit. Headings and gaps always remain, with their text. An editable
    row that is not in the result was deleted or joined with another. The result includes `before` or `after` where
    no other row can take the typed text. It contains every typed character.
    """
    fixed = [row for row in old if not row.editable]
    texts = list(new)
    stray = ""
    for row in fixed:
        if row.text in texts:
            texts.remove(row.text)
        elif texts:
            stray += _typed_into(row.text, texts)
    return _assign(before, old, after, texts, stray)


def _typed_into(text: str, texts: list[str]) -> str:
    """Remove the edited copy of a fixed `text` from `texts`; returns the characters typed into it."""
    closest = max(range(len(texts)), key=lambda index: _alike(text, texts[index]))
    if _alike(text, texts[closest]) == 0:
        return ""
    edited = texts.pop(closest)
    head, _, end = difference(text, edited)
    return edited[head:end]


def _alike(one: str, other: str) -> int:
    head, end, _ = difference(one, other)
    return head + len(one) - end


def _assign(
    before: Row | None, old: Sequence[Row], after: Row | None, texts: list[str], stray: str
) -> list[tuple[Row, str]]:
    editable = [row for row in old if row.editable]
    if not editable:
        loose = "\n".join([*texts, *([stray] if stray else [])])
        return _to_neighbor(before, old, after, loose, bool(texts) or bool(stray))
    if len(texts) > len(editable):
        last = len(editable) - 1
        texts = [*texts[:last], "\n".join(texts[last:])]
    assigned = dict(zip(editable, texts, strict=False))
    if stray:
        first = editable[0]
        assigned[first] = stray + assigned.get(first, "")
    return [(row, assigned[row] if row.editable else row.text) for row in old if not row.editable or row in assigned]


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
    """The rows that `keyword` changes with their new texts, and the number of replacements."""
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


PARAGRAPH_PAUSE_S = 2.0
"""A longer pause between two segments starts a paragraph."""


def starts_paragraph(above: Row, row: Row) -> bool:
    """Whether `row` starts a paragraph below `above`: a heading, a note, or words after a pause."""
    if not (above.editable and row.editable) or above.dictation != row.dictation:
        return above.kind is not RowKind.HEADING
    return seconds(row.start - above.end) >= PARAGRAPH_PAUSE_S


BETWEEN_DICTATIONS = "\n\n"


def join_rows(rows: Iterable[Row], languages: Mapping[str, str]) -> str:
    """The text of all rows as prose, with an empty line between two dictations.

    `languages` has the language of each dictation.
    """
    return join_parts(((row, 0, len(row.text)) for row in rows), languages)


def join_parts(parts: Iterable[tuple[Row, int, int]], languages: Mapping[str, str]) -> str:
    """As `join_rows()`, but of each row only a range of its characters."""
    dictations: list[tuple[str, list[str]]] = []
    for row, first, last in parts:
        text = row.text[first:last]
        if not row.editable or not text:
            continue
        if not dictations or dictations[-1][0] != row.dictation:
            dictations.append((row.dictation, []))
        dictations[-1][1].append(text)
    return BETWEEN_DICTATIONS.join(join(texts, languages.get(dictation, "")) for dictation, texts in dictations)


MAX_LINES = 3
"""More utterances than this are summed up in one line."""


def pending_lines(utterances: Sequence[tuple[int, int]]) -> list[str]:
    """Lines about utterances, (start, end) in samples and in order, whose text is still to come."""
    if len(utterances) <= MAX_LINES:
        return [
            tr("… {start} waiting for text, {length}", start=clock(seconds(start)), length=_whole(end - start))
            for start, end in utterances
        ]
    spoken = sum(end - start for start, end in utterances)
    first = clock(seconds(utterances[0][0]))
    return [
        tr(
            "… {utterances} since {first} waiting for text, {spoken}",
            utterances=tr_count("{n:,} utterance", "{n:,} utterances", len(utterances)),
            first=first,
            spoken=_whole(spoken),
        )
    ]


def _whole(samples: int) -> str:
    """A length in whole seconds: the words about an open utterance do not change with every block."""
    return length(float(max(1, round(seconds(samples)))))
