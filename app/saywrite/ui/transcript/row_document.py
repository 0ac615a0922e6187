"""Rows and the text document that shows them, one paragraph a row. GUI thread.

Row `i` is block `i`, so its place is found without a scan and an append costs the same with 10 and with 100,000
rows. Only the program changes a `RowDocument`; `TranscriptDocument` adds the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from saywrite.ui.transcript.rows import Row, RowKind, at_unit, difference, shown, units

_MOVE, _KEEP = QTextCursor.MoveMode.MoveAnchor, QTextCursor.MoveMode.KeepAnchor


class RowDocument(QObject):
    """`rows` and `doc`, always in step outside of an `own_change()`. An empty list is an empty document."""

    changed = Signal()
    """Any change of text, by whomever."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.doc = QTextDocument(self)
        self.doc.setDocumentLayout(QPlainTextDocumentLayout(self.doc))
        self.doc.setUndoRedoEnabled(False)
        self.rows: list[Row] = []
        self.words = 0
        self._writing = False
        self._fixed_color = QColor()

    def insert(self, index: int, rows: Sequence[Row]) -> None:
        """Put rows before row `index` (`len(rows)`: at the end)."""
        with self.own_change():
            self._replace(index, 0, rows)

    def remove(self, rows: Iterable[Row]) -> None:
        with self.own_change():
            for row in rows:
                index = self.index(row)
                if index is not None:
                    self._replace(index, 1, ())

    def rewrite(self, row: Row, text: str) -> None:
        """Give `row` a new text; the cursor stays where it is in the words."""
        index = self.index(row)
        if index is not None and row.text != text:
            with self.own_change():
                self._write(index, text)

    def renew(self, first: int, count: int) -> None:
        """Give rows new paragraphs with the same text: the only way to make Qt free the 4 to 7 kB it keeps for each
        paragraph that was ever laid out (measured; `clearLayout` frees nothing)."""
        with self.own_change():
            self._replace_blocks(first, count, self.rows[first : first + count], len(self.rows))

    def recolor(self, color: QColor) -> None:
        """Show headings and notes in `color`."""
        self._fixed_color = color
        with self.own_change():
            for index, row in enumerate(self.rows):
                if not row.editable:
                    cursor = self.cursor(index)
                    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, _KEEP)
                    cursor.setCharFormat(self._format(row))

    def index(self, row: Row) -> int | None:
        """The place of `row`, searched from the end, where the action is."""
        for index in range(len(self.rows) - 1, -1, -1):
            if self.rows[index] is row:
                return index
        return None

    def place(self, row: Row) -> int:
        """Where a row that is not here belongs: after what was said before it in its dictation, else at the end."""
        index = len(self.rows)
        while index and self.rows[index - 1].dictation != row.dictation:
            index -= 1
        if not index:
            return len(self.rows)
        while index and self._is_later(self.rows[index - 1], row):
            index -= 1
        return index

    @staticmethod
    def _is_later(other: Row, row: Row) -> bool:
        return (
            other.dictation == row.dictation
            and other.kind is not RowKind.HEADING
            and (other.start, other.number) > (row.start, row.number)
        )

    def row_at(self, position: int) -> Row | None:
        """The row that holds a document position."""
        number = self.doc.findBlock(position).blockNumber()
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def block(self, index: int) -> QTextBlock:
        return self.doc.findBlockByNumber(index)

    def cursor(self, index: int, character: int = 0) -> QTextCursor:
        """A cursor in row `index` before `character` (an index into its text)."""
        cursor = QTextCursor(self.block(index))
        if character:
            cursor.setPosition(cursor.position() + units(self.rows[index].text[:character]))
        return cursor

    def parts(self, start: int, end: int) -> Iterator[tuple[Row, int, int]]:
        """Every row between two document positions, with the characters (from, to) of it that lie between them."""
        block = self.doc.findBlock(start)
        while block.isValid() and block.position() <= end and block.blockNumber() < len(self.rows):
            row = self.rows[block.blockNumber()]
            first = at_unit(row.text, max(0, start - block.position()))
            yield row, first, at_unit(row.text, min(end - block.position(), block.length() - 1))
            block = block.next()

    @contextmanager
    def own_change(self) -> Iterator[None]:
        """Changes inside are the program's and show at once at the end; then `changed` is told."""
        self._writing = True
        cursor = QTextCursor(self.doc)
        cursor.beginEditBlock()
        try:
            yield
        finally:
            cursor.endEditBlock()
            self._writing = False
        self.changed.emit()

    def _replace(self, index: int, count: int, rows: Sequence[Row]) -> None:
        """Replace `count` rows from `index`, in the list and in the document."""
        self.words += sum(row.words for row in rows) - sum(row.words for row in self.rows[index : index + count])
        self._replace_blocks(index, count, rows, len(self.rows))
        self.rows[index : index + count] = rows

    def _replace_blocks(self, index: int, count: int, rows: Sequence[Row], total: int) -> None:
        """Replace `count` of the document's `total` paragraphs (0: it is empty) by those of `rows`."""
        cursor = QTextCursor(self.doc)
        between = total > 0 and not count and index < total
        if count:
            self._select(cursor, index, count, total, whole=not rows)
            cursor.removeSelectedText()
        elif between:
            cursor.setPosition(self.block(index).position())
        elif total:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        for place, row in enumerate(rows):
            if place:
                cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
            cursor.insertText(shown(row.text), self._format(row))
        if between and rows:
            cursor.insertBlock()

    def _select(self, cursor: QTextCursor, index: int, count: int, total: int, *, whole: bool) -> None:
        """Select the text of rows; when they go as a `whole`, one paragraph end with them."""
        last = self.block(index + count - 1)
        start, end = self.block(index).position(), last.position() + last.length() - 1
        if whole and index + count < total:
            end += 1
        elif whole and index:
            start -= 1
        cursor.setPosition(start, _MOVE)
        cursor.setPosition(end, _KEEP)

    def _write(self, index: int, text: str) -> int:
        """Change the text of one row by the smallest replacement; returns the document position behind it."""
        row = self.rows[index]
        head, old_end, new_end = difference(row.text, text)
        cursor = self.cursor(index, head)
        cursor.setPosition(cursor.position() + units(row.text[head:old_end]), _KEEP)
        cursor.insertText(shown(text[head:new_end]), self._format(row))
        self.words -= row.words
        row.set_text(text)
        self.words += row.words
        return cursor.position()

    def _format(self, row: Row) -> QTextCharFormat:
        style = QTextCharFormat()
        if not row.editable and self._fixed_color.isValid():
            style.setForeground(self._fixed_color)
        return style
