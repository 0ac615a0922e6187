"""Writes rows into the Qt document that shows them, a block for each paragraph. GUI thread.

Each change is as small as possible: a cursor of the user that is in another row keeps its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from saywrite.ui.toolkit.document_text import as_paragraph, difference, utf16_length
from saywrite.ui.transcript.paragraphs.grouping import Paragraphs
from saywrite.ui.transcript.rows import Row, RowKind

_KEEP = QTextCursor.MoveMode.KeepAnchor


class ParagraphWriter:
    """Changes the rows in `paragraphs` and the text of `doc` together."""

    def __init__(self, doc: QTextDocument, paragraphs: Paragraphs) -> None:
        self._doc = doc
        self._paragraphs = paragraphs
        self.fixed_color = QColor()
        """The color of headings, notes and provisional text."""

    def block(self, index: int) -> QTextBlock:
        """The block of the paragraph with row `index`."""
        return self._doc.findBlockByNumber(self._paragraphs.number(index))

    def cursor(self, index: int, character: int = 0) -> QTextCursor:
        """A cursor in row `index` before `character` (an index into its text)."""
        rows, number = self._paragraphs.rows, self._paragraphs.number(index)
        before = rows[self._paragraphs.span(number).start : index]
        position = sum(utf16_length(row.lead or "") + utf16_length(row.text) for row in before)
        position += utf16_length(rows[index].lead or "") + utf16_length(rows[index].text[:character])
        cursor = QTextCursor(self.block(index))
        cursor.setPosition(cursor.position() + position)
        return cursor

    def end(self, index: int) -> int:
        """The document position behind row `index`."""
        return self.cursor(index, len(self._paragraphs.rows[index].text)).position()

    def insert(self, index: int, rows: Sequence[Row], following: str | None) -> int:
        """Write rows, whose leads are set, before row `index`; returns the end of the row before them.

        `following` is the new lead of the row that is now at `index`. A cursor at its start stays there.
        """
        known = self._paragraphs.rows
        next_row = known[index] if index < len(known) else None
        cursor = QTextCursor(self._doc)
        if next_row is None:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            begin = cursor.position()
        else:
            # Inserted text moves a cursor that is there: a cursor behind the row before stays behind it.
            begin = self.cursor(index).position()
            cursor.setPosition(begin)
        for place, row in enumerate(rows):
            if place or (index and next_row is None):
                self._write_lead(cursor, row.lead)
            cursor.insertText(as_paragraph(row.text), self._format(row))
        if next_row is not None:
            self._write_lead(cursor, following)
            if index:
                begin = self.end(index - 1)
                if rows[0].lead != next_row.lead:
                    self._replace_lead(begin, self.cursor(index).position(), rows[0].lead)
            next_row.lead = following
        self._paragraphs.splice(index, int(next_row is not None), [*rows, *([next_row] if next_row else [])])
        self._mark(index, rows)
        return begin

    def remove(self, index: int, following: str | None) -> None:
        """Remove row `index`; `following` is the new lead of the row behind it."""
        rows = self._paragraphs.rows
        row, next_row = rows[index], rows[index + 1] if index + 1 < len(rows) else None
        previous_end = self.end(index - 1) if index else 0
        cursor = QTextCursor(self._doc)
        if next_row is None or (index and next_row.lead == following):
            cursor.setPosition(previous_end)
            cursor.setPosition(self.end(index), _KEEP)
            cursor.removeSelectedText()
        else:
            cursor.setPosition(self.cursor(index).position())
            cursor.setPosition(self.cursor(index + 1).position(), _KEEP)
            cursor.removeSelectedText()
            if index and row.lead != following:
                self._replace_lead(previous_end, cursor.position(), following)
        if next_row is not None:
            next_row.lead = following
        self._paragraphs.splice(index, 1 + int(next_row is not None), [next_row] if next_row else [])

    def rewrite(self, index: int, text: str) -> int:
        """Change the text of one row by the smallest replacement; returns the document position behind it."""
        row = self._paragraphs.rows[index]
        head, old_end, new_end = difference(row.text, text)
        cursor = self.cursor(index, head)
        cursor.setPosition(cursor.position() + utf16_length(row.text[head:old_end]), _KEEP)
        cursor.insertText(as_paragraph(text[head:new_end]), self._format(row))
        row.set_text(text)
        if row.differences:
            self.recolor(index)
        return cursor.position()

    def set_lead(self, index: int, lead: str) -> None:
        """Change the space before a row that does not begin a paragraph."""
        row = self._paragraphs.rows[index]
        if row.lead is not None and row.lead != lead:
            self._replace_lead(self.end(index - 1), self.cursor(index).position(), lead)
            row.lead = lead

    def replace_blocks(self, first: int, count: int, numbers: range) -> None:
        """Replace `count` blocks from `first` by the paragraphs `numbers`, with the same rows or others."""
        last = self._doc.findBlockByNumber(first + count - 1)
        cursor = QTextCursor(self._doc)
        cursor.setPosition(self._doc.findBlockByNumber(first).position())
        cursor.setPosition(last.position() + last.length() - 1, _KEEP)
        cursor.removeSelectedText()
        rows = self._paragraphs.rows_of(numbers)
        for place, row in enumerate(rows):
            if place:
                self._write_lead(cursor, row.lead)
            cursor.insertText(as_paragraph(row.text), self._format(row))
        if rows:
            self._mark(self._paragraphs.span(numbers.start).start, rows)

    def clear(self) -> None:
        """Remove all rows."""
        cursor = QTextCursor(self._doc)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.removeSelectedText()
        self._paragraphs.splice(0, len(self._paragraphs.rows), ())

    def recolor(self, index: int) -> None:
        """Show a row in the color of its kind, and its marked words with a dotted underline."""
        row = self._paragraphs.rows[index]
        cursor = self.cursor(index)
        cursor.setPosition(self.end(index), _KEEP)
        cursor.setCharFormat(self._format(row))
        dotted = QTextCharFormat()
        dotted.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        for words in row.marked:
            cursor = self.cursor(index, words.start)
            cursor.setPosition(self.cursor(index, words.end).position(), _KEEP)
            cursor.mergeCharFormat(dotted)

    def _mark(self, first: int, rows: Sequence[Row]) -> None:
        """Underline the marked words of rows that were written; `first` is the index of the first one."""
        for index, row in enumerate(rows, first):
            if row.marked:
                self.recolor(index)

    @staticmethod
    def _write_lead(cursor: QTextCursor, lead: str | None) -> None:
        if lead is None:
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        elif lead:
            cursor.insertText(lead, QTextCharFormat())

    def _replace_lead(self, start: int, end: int, lead: str | None) -> None:
        cursor = QTextCursor(self._doc)
        cursor.setPosition(start)
        cursor.setPosition(end, _KEEP)
        cursor.removeSelectedText()
        self._write_lead(cursor, lead)

    def _format(self, row: Row) -> QTextCharFormat:
        style = QTextCharFormat()
        if row.kind is not RowKind.SEGMENT and self.fixed_color.isValid():
            style.setForeground(self.fixed_color)
        return style
