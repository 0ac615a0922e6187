"""Rows with what this computer heard, until the text of the service replaces them. GUI thread.

The user may edit such a row like any other. A row that was edited keeps its words: the text of the service that would
replace it is edited likewise, so that the history has the words of the user, too, and undo brings the service's text.
The row of the words becomes the row of the text, so that the cursor of a user who is typing there keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import ProvisionalStretch, ProvisionalText, Segment
from saywrite.text.spacing import join
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.transcript.document import TranscriptDocument
from saywrite.ui.transcript.paragraphs.undo_stack import Edit
from saywrite.ui.transcript.rows import Row, RowKind

FIRST_NUMBER = -1_000
"""The number of the row of stretch 0; the rows of segments have positive numbers."""


def is_mostly_in(start: int, end: int, other_start: int, other_end: int) -> bool:
    """Whether more than half of the samples `[start, end)` lie in the other span."""
    return 2 * (min(end, other_end) - max(start, other_start)) > end - start


def show_as_segment(document: TranscriptDocument, row: Row, text: str) -> None:
    """Show a provisional `row`, which became a segment with this text, as one; the cursor keeps its place.

    A row that the user edited keeps its words: they are reported as an edit, and undo brings `text`. A row that
    `clear()` took out changes likewise, for when it is put back.
    """
    if not row.edited:
        document.rewrite(row, text)
    document.recolor_row(row)
    if row.edited and row.text != text:
        if document.index(row) is not None:
            document.log.fence()
            document.log.record(Edit(((row, text),), ((row, row.text),)))
            document.log.fence()
        document.edited.emit((row,))


@dataclass(frozen=True, slots=True)
class Replacement:
    """What becomes of a segment: it takes over `row`, or is `unwanted`: the user's words replace it."""

    row: Row | None = None
    unwanted: bool = False


class ProvisionalRows:
    """The provisional rows of all dictations: one may begin while others wait for text. `put` writes a row in place."""

    def __init__(self, document: TranscriptDocument, put: Callable[[Row], None]) -> None:
        self._document = document
        self._put = put
        self._rows: dict[tuple[str, int], Row] = {}
        """By the dictation and the number of the stretch."""
        self._former_numbers = count(-1, -1)
        """Of edited rows of a dictation that was continued; stretches have numbers from 0."""
        self._kept: list[tuple[str, int, int]] = []
        """The dictation and the sound of edited rows whose words a segment has taken over."""
        self._cleared: set[Row] = set()
        """Rows of an emptied transcript, which may be put back: other than deleted ones, they get their final text."""

    def note_cleared(self) -> None:
        """The transcript is about to be emptied."""
        self._cleared.update(row for row in self._rows.values() if self._document.index(row) is not None)

    def note_restored(self) -> None:
        """The rows of the emptied transcript are in the document again."""
        self._cleared.clear()

    def forget(self, dictation: str) -> None:
        """Begin a dictation, perhaps one that is continued; rows that are shown stay.

        Edited ones still wait for their text. The stretches of the continued dictation are numbered anew.
        """
        edited = [row for (of, _), row in self._rows.items() if of == dictation and row.edited]
        self._rows = {key: row for key, row in self._rows.items() if key[0] != dictation}
        self._rows.update(((dictation, next(self._former_numbers)), row) for row in edited)
        self._kept = [kept for kept in self._kept if kept[0] != dictation]

    def show(self, event: ProvisionalText) -> tuple[ProvisionalStretch, ...]:
        """Bring the rows up to date; return the stretches without a row.

        Rows are made while the service is away: otherwise its text comes within a moment.
        """
        wanted = {(event.dictation, stretch.number) for stretch in event.stretches}
        shown = [(key, row) for key, row in self._rows.items() if row.dictation == event.dictation]
        self._remove([key for key, row in shown if key not in wanted and not row.edited])
        left: list[ProvisionalStretch] = []
        for stretch in event.stretches:
            row = self._rows.get((event.dictation, stretch.number))
            if row is not None:
                self._update(row, stretch)
            elif self._has_words_of_user(event.dictation, stretch.start, stretch.end):
                continue
            elif event.away:
                self._add(event.dictation, stretch)
            else:
                left.append(stretch)
        return tuple(left)

    def take_over(self, dictation: str, segment: Segment) -> Replacement:
        """Decide what becomes of the rows whose sound the segment covers, and remove all but one of them."""
        covered = [
            key
            for key, row in self._rows.items()
            if row.dictation == dictation
            and (
                is_mostly_in(row.start, row.end, segment.start, segment.end)
                or (row.edited and is_mostly_in(segment.start, segment.end, row.start, row.end))
            )
        ]
        rows = [self._rows.pop(key) for key in covered]
        shown = [row for row in rows if row in self._cleared or self._document.index(row) is not None]
        edited = any(row.edited for row in rows)
        if not edited and self._has_words_of_user(dictation, segment.start, segment.end):
            return Replacement(unwanted=True)
        if edited:
            self._kept += [(dictation, row.start, row.end) for row in rows]
        if not shown:
            return Replacement(unwanted=edited)
        first, *others = shown
        if edited:
            language = self._document.languages.get(dictation, "")
            self._document.rewrite(first, join((row.text for row in shown), language))
            first.edited = True
        self._document.remove_for_good(others)
        return Replacement(first)

    def _has_words_of_user(self, dictation: str, start: int, end: int) -> bool:
        edited = [(row.dictation, row.start, row.end) for row in self._rows.values() if row.edited]
        return any(of == dictation and is_mostly_in(start, end, *sound) for of, *sound in (*self._kept, *edited))

    def _add(self, dictation: str, stretch: ProvisionalStretch) -> None:
        text = clean(stretch.text)
        number = FIRST_NUMBER - stretch.number
        row = Row(RowKind.PROVISIONAL, dictation, number, stretch.start, stretch.end, text)
        row.engine = LOCAL
        self._rows[dictation, stretch.number] = row
        self._put(row)

    def _update(self, row: Row, stretch: ProvisionalStretch) -> None:
        if row.edited:
            return
        if row.start != stretch.start and row not in self._cleared:
            self._document.remove([row])  # it belongs behind the text that covers its beginning
            row.start, row.end = stretch.start, stretch.end
            row.set_text(clean(stretch.text))
            self._put(row)
        else:
            row.start, row.end = stretch.start, stretch.end
            self._document.rewrite(row, clean(stretch.text))

    def _remove(self, keys: list[tuple[str, int]]) -> None:
        rows = [self._rows.pop(key) for key in keys]
        if rows:
            self._document.remove_for_good(rows)
