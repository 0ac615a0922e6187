"""The transcript as rows and as the Qt document that shows them, one paragraph a row. GUI thread.

Row `i` is block `i`: a row is found without a search, and an append takes the same time with 10 and with 100,000 rows.
Qt's own undo stack is off; `log` replaces it (see `undo_stack`). Typing, input methods, pasting and assistive tools
change the document in different ways, so the rows are read back from what changed, not from the keys that were pressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QTextBlock, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from saywrite.ui.toolkit.document_text import as_paragraph, clean, difference, index_at_utf16, utf16_length
from saywrite.ui.toolkit.page_layout import PageLayout
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.transcript.rows import Row, RowKind, reconcile, starts_paragraph
from saywrite.ui.transcript.undo_stack import Edit, EditLog

_MOVE, _KEEP = QTextCursor.MoveMode.MoveAnchor, QTextCursor.MoveMode.KeepAnchor


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """The content that `take_all()` removed, for `put_back()`."""

    rows: tuple[Row, ...]
    log: EditLog
    words: int


@dataclass(frozen=True, slots=True)
class _ReadEdit:
    """A user's edit that the rows already contain: `blocks` paragraphs from `first` should read `rows`."""

    first: int
    blocks: int
    rows: tuple[Row, ...]
    touched: tuple[Row, ...]


class TranscriptDocument(QObject):
    """Keeps `rows` and `doc` equal, whether the program or the user changes the text.

    They differ only inside a `program_change()`. Without rows the document is empty.
    """

    changed = Signal()
    """The text changed, by the program or by the user."""
    edited = Signal(object)
    """The rows (a tuple) whose text the user changed; a deleted or joined row has the text ""."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.doc = QTextDocument(self)
        self.page = PageLayout(self.doc)
        self.page.space_above = self._space_above
        self.doc.setDocumentLayout(self.page)
        self.doc.setUndoRedoEnabled(False)
        self.rows: list[Row] = []
        self.words = 0
        self.log = EditLog()
        self.languages: dict[str, str] = {}
        """The language of each dictation, for the spaces between its segments."""
        self._writing = False
        self._fixed_color = QColor()
        self._removed: set[tuple[str, int]] = set()
        self._read_edit: _ReadEdit | None = None
        self.doc.contentsChange.connect(self._read_change)
        self.doc.contentsChanged.connect(self._finish_edit)

    # Changes by the program

    def insert(self, index: int, rows: Sequence[Row]) -> None:
        """Put rows before row `index`; `len(rows)` appends them."""
        with self.program_change():
            self._replace(index, 0, rows)

    def remove(self, rows: Iterable[Row]) -> None:
        """Take rows out; rows that are not in the document are ignored."""
        with self.program_change():
            for row in rows:
                index = self.index(row)
                if index is not None:
                    self._replace(index, 1, ())

    def remove_for_good(self, rows: Iterable[Row]) -> None:
        """Take rows out so that undoing an earlier edit does not bring them back."""
        rows = tuple(rows)
        self._removed.update((row.dictation, row.number) for row in rows)
        self.remove(rows)

    def rewrite(self, row: Row, text: str) -> None:
        """Give `row` a new text; the cursor keeps its place between the words."""
        index = self.index(row)
        if index is not None and row.text != text:
            with self.program_change():
                self._write(index, text)

    def renew(self, first: int, count: int) -> None:
        """Replace paragraphs by new ones with the same text, which frees memory.

        Qt keeps 4 to 7 kB for each paragraph that it has ever laid out, and `clearLayout` frees none of it (measured).
        """
        with self.program_change():
            self._replace_blocks(first, count, self.rows[first : first + count], len(self.rows))

    def recolor(self, color: QColor) -> None:
        """Show headings, notes and provisional text in `color`."""
        self._fixed_color = color
        with self.program_change():
            for index, row in enumerate(self.rows):
                if row.kind is not RowKind.SEGMENT:
                    self._recolor(index)

    def recolor_row(self, row: Row) -> None:
        """Show `row` in the color of its kind, which has changed."""
        if (index := self.index(row)) is not None:
            with self.program_change():
                self._recolor(index)

    def take_all(self) -> DocumentSnapshot:
        """Empty the document, start a new undo log, and return the content that was there."""
        snapshot = DocumentSnapshot(tuple(self.rows), self.log, self.words)
        self.log = EditLog()
        with self.program_change():
            self._replace(0, len(self.rows), ())
        return snapshot

    def put_back(self, snapshot: DocumentSnapshot) -> None:
        """Put the content of a snapshot before everything that was added since."""
        if not self.log.can_undo:
            self.log = snapshot.log
        self.insert(0, snapshot.rows)

    @contextmanager
    def program_change(self) -> Iterator[None]:
        """Changes inside are the program's; they are painted together, then `changed` is emitted."""
        self._writing = True
        cursor = QTextCursor(self.doc)
        cursor.beginEditBlock()
        try:
            yield
        finally:
            cursor.endEditBlock()
            self._writing = False
        self.changed.emit()

    # Changes by the user

    def edit(self, texts: Sequence[tuple[Row, str]]) -> None:
        """Give rows new texts as one step that can be undone; emits `edited` as typing does."""
        step = Edit(tuple((row, row.text) for row, _ in texts), tuple(texts))
        self.log.fence()
        self.log.record(step)
        self.log.fence()
        self._apply(step)

    def undo(self) -> int | None:
        """Undo the newest edit; returns its document position, None when there is no edit."""
        edit = self.log.undo()
        return None if edit is None else self._apply(edit.reversed)

    def redo(self) -> int | None:
        """Redo the edit that was undone last; returns as `undo()` does."""
        edit = self.log.redo()
        return None if edit is None else self._apply(edit)

    # Queries

    def index(self, row: Row) -> int | None:
        """The index of `row`, or None. Searched from the end, where most changes are."""
        for index in range(len(self.rows) - 1, -1, -1):
            if self.rows[index] is row:
                return index
        return None

    def place(self, row: Row) -> int:
        """The index at which a new row belongs.

        It follows the rows of its dictation that were spoken before it; the first row of a dictation is appended.
        """
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
        """The row that contains a document position."""
        number = self.doc.findBlock(position).blockNumber()
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def block(self, index: int) -> QTextBlock:
        """The paragraph of row `index`."""
        return self.doc.findBlockByNumber(index)

    def cursor(self, index: int, character: int = 0) -> QTextCursor:
        """A cursor in row `index` before `character` (an index into its text)."""
        cursor = QTextCursor(self.block(index))
        if character:
            cursor.setPosition(cursor.position() + utf16_length(self.rows[index].text[:character]))
        return cursor

    def parts(self, start: int, end: int) -> Iterator[tuple[Row, int, int]]:
        """Every row between two document positions, with the range of its characters that lies between."""
        block = self.doc.findBlock(start)
        while block.isValid() and block.position() <= end and block.blockNumber() < len(self.rows):
            row = self.rows[block.blockNumber()]
            first = index_at_utf16(row.text, max(0, start - block.position()))
            yield row, first, index_at_utf16(row.text, min(end - block.position(), block.length() - 1))
            block = block.next()

    def _space_above(self, index: int) -> float:
        """The space above a row: `S` where a paragraph starts."""
        if not 0 < index < len(self.rows):
            return 0.0
        return float(S) if starts_paragraph(self.rows[index - 1], self.rows[index]) else 0.0

    # Writing rows

    def _apply(self, edit: Edit) -> int | None:
        """Change rows from `edit.before` to `edit.after`; returns the document position of the last change."""
        position = None
        touched = []
        keep = {row for row, _ in edit.after}
        with self.program_change():
            for row, text in edit.after:
                if (row.dictation, row.number) in self._removed and row.editable:
                    continue
                at = self.index(row)
                if at is None:
                    row.set_text(text)
                    at = self.place(row)
                    self._replace(at, 0, (row,))
                    position = self.block(at).position() + self.block(at).length() - 1
                elif row.text != text:
                    position = self._write(at, text)
                touched.append(row)
            for row, _ in edit.before:
                at = self.index(row)
                if row not in keep and at is not None:
                    self._replace(at, 1, ())
                    row.set_text("")
                    touched.append(row)
        for row in touched:
            row.edited = True
        self.edited.emit(tuple(row for row in touched if row.editable))
        return position

    def _replace(self, index: int, count: int, rows: Sequence[Row]) -> None:
        """Replace `count` rows from `index`, in the list and in the document."""
        self.words += sum(row.words for row in rows) - sum(row.words for row in self.rows[index : index + count])
        self._replace_blocks(index, count, rows, len(self.rows))
        self.rows[index : index + count] = rows

    def _replace_blocks(self, index: int, count: int, rows: Sequence[Row], total: int) -> None:
        """Replace `count` of the document's `total` paragraphs by those of `rows`, but not in the list.

        A `total` of 0 means an empty document.
        """
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
            cursor.insertText(as_paragraph(row.text), self._format(row))
        if between and rows:
            cursor.insertBlock()

    def _select(self, cursor: QTextCursor, index: int, count: int, total: int, *, whole: bool) -> None:
        """Select the text of rows; `whole` includes one paragraph end, so that no empty paragraph remains."""
        last = self.block(index + count - 1)
        start, end = self.block(index).position(), last.position() + last.length() - 1
        if whole and index + count < total:
            end += 1
        elif whole and index:
            start -= 1
        cursor.setPosition(start, _MOVE)
        cursor.setPosition(end, _KEEP)

    def _recolor(self, index: int) -> None:
        cursor = self.cursor(index)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, _KEEP)
        cursor.setCharFormat(self._format(self.rows[index]))

    def _write(self, index: int, text: str) -> int:
        """Change the text of one row by the smallest replacement; returns the document position behind it."""
        row = self.rows[index]
        head, old_end, new_end = difference(row.text, text)
        cursor = self.cursor(index, head)
        cursor.setPosition(cursor.position() + utf16_length(row.text[head:old_end]), _KEEP)
        cursor.insertText(as_paragraph(text[head:new_end]), self._format(row))
        self.words -= row.words
        row.set_text(text)
        self.words += row.words
        return cursor.position()

    def _format(self, row: Row) -> QTextCharFormat:
        style = QTextCharFormat()
        if row.kind is not RowKind.SEGMENT and self._fixed_color.isValid():
            style.setForeground(self._fixed_color)
        return style

    # Reading an edit back into the rows

    @Slot(int, int, int)
    def _read_change(self, position: int, _removed: int, added: int) -> None:
        """Read a user's change into the rows; `_finish_edit` corrects the document where it is needed."""
        if self._writing or not self.rows:
            return
        first = self.doc.findBlock(position).blockNumber()
        last = self.doc.findBlock(min(position + added, self.doc.characterCount() - 1)).blockNumber()
        new = [clean(text) for text in self._paragraphs(first, last)]
        old = self.rows[first : first + len(new) - (self.doc.blockCount() - len(self.rows))]
        while old and new and old[0].text == new[0]:
            del old[0], new[0]
            first += 1
        while old and new and old[-1].text == new[-1]:
            del old[-1], new[-1]
        if old or new:
            self._set_texts(first, old, new)

    def _paragraphs(self, first: int, last: int) -> list[str]:
        block = self.doc.findBlockByNumber(first)
        texts = []
        for _ in range(last - first + 1):
            texts.append(block.text())
            block = block.next()
        return texts

    def _set_texts(self, first: int, old: list[Row], new: list[str]) -> None:
        """Give the rows from `first` their new texts and remember how the document should read."""
        end, blocks = first + len(old), len(new)
        before = self.rows[first - 1] if first else None
        after = self.rows[end] if end < len(self.rows) else None
        result = reconcile(before, old, after, new)
        kept = {row for row, _ in result}
        if before is not None and before in kept:
            old, first, blocks = [before, *old], first - 1, blocks + 1
        if after is not None and after in kept:
            old, blocks = [*old, after], blocks + 1
        self.log.record(Edit(tuple((row, row.text) for row in old), tuple(result)))
        texts = dict(result)
        touched = tuple(row for row in old if row.editable and texts.get(row, "") != row.text)
        self.words -= sum(row.words for row in old)
        for row in touched:
            row.set_text(texts.get(row, ""))
            row.edited = True
        rows = tuple(row for row, _ in result)
        self.words += sum(row.words for row in rows)
        self.rows[first : first + len(old)] = rows
        self._read_edit = _ReadEdit(first, blocks, rows, touched)

    @Slot()
    def _finish_edit(self) -> None:
        """Correct the document where it differs from the rows.

        A heading may have been changed or a paragraph split. Runs when Qt has finished its own change.
        """
        edit, self._read_edit = self._read_edit, None
        if edit is None:
            return
        found = self._paragraphs(edit.first, edit.first + edit.blocks - 1)
        if found != [as_paragraph(row.text) for row in edit.rows]:
            with self.program_change():
                total = self.doc.blockCount()
                self._replace_blocks(edit.first, edit.blocks, edit.rows, total)
        else:
            self.changed.emit()
        self.edited.emit(edit.touched)
