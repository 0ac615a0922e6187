"""The rows of a transcript, and their text as prose. Pure: no Qt, no clock.

A row is one segment, one heading of a dictation or one note about missing sound. `paragraphs.grouping` tells which rows
the text view shows in one paragraph; a line break inside a segment stays inside its paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from saywrite.foundation.events import Difference, seconds
from saywrite.foundation.formatting import clock, length
from saywrite.text.export import words
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key
from saywrite.text.spacing import join
from saywrite.ui.toolkit.document_text import difference
from saywrite.ui.toolkit.translation import tr, tr_count

_SPACE = re.compile("[ \n]")
LONG = 5_000
"""Characters of a text of which only the changed part is counted anew."""


class RowKind(Enum):
    """What a row shows: a text, one that will be replaced, a heading, or a note about missing sound."""

    SEGMENT = auto()
    PROVISIONAL = auto()
    HEADING = auto()
    GAP = auto()


@dataclass(slots=True, eq=False)
class Row:
    """One segment, heading or note of the transcript.

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
    lead: str | None = None
    """The space before it in its paragraph; None when it begins one. Only the document sets it."""
    differences: Mapping[str, tuple[Difference, ...]] | None = None
    """Words on which two recognizers differ, for each text of the row that was compared or made by a swap."""

    def __post_init__(self) -> None:
        self.words = words(self.text) if self.editable else 0

    def set_text(self, text: str) -> None:
        """Change the text and count its words."""
        before, self.text = self.text, text
        if self.editable:
            self.words = self.words + _more_words(before, text) if len(before) > LONG else words(text)

    @property
    def marked(self) -> tuple[Difference, ...]:
        """The differences in the present text."""
        return self.differences.get(self.text, ()) if self.differences else ()

    @property
    def editable(self) -> bool:
        """Whether the user may change the text."""
        return self.kind in (RowKind.SEGMENT, RowKind.PROVISIONAL)


def _more_words(old: str, new: str) -> int:
    """How many words `new` has more than `old`.

    Only those around the change are counted: white space divides words.
    """
    start, old_end, _ = difference(old, new)
    while start and old[start - 1] not in " \n":
        start -= 1
    behind = _SPACE.search(old, old_end)
    rest = len(old) - behind.start() if behind else 0
    return words(new[start : len(new) - rest]) - words(old[start : len(old) - rest])


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


EMPTY_LINE = "\n\n"


def join_rows(rows: Iterable[Row], languages: Mapping[str, str], *, paragraphs: bool = False) -> str:
    """The text of all rows as prose, with an empty line between two dictations.

    `languages` has the language of each dictation. With `paragraphs` there is an empty line between these, too.
    """
    return join_parts(((row, 0, len(row.text)) for row in rows), languages, paragraphs=paragraphs)


def join_parts(parts: Iterable[tuple[Row, int, int]], languages: Mapping[str, str], *, paragraphs: bool = False) -> str:
    """As `join_rows()`, but of each row only a range of its characters."""
    joined: list[tuple[str, list[str]]] = []
    begins = True
    for row, first, last in parts:
        text = row.text[first:last]
        begins = begins or (paragraphs and row.lead is None)
        if not row.editable or not text:
            continue
        if begins or joined[-1][0] != row.dictation:
            joined.append((row.dictation, []))
        joined[-1][1].append(text)
        begins = False
    return EMPTY_LINE.join(join(texts, languages.get(dictation, "")) for dictation, texts in joined)


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
