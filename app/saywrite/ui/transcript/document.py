"""The transcript as rows and as the Qt document that shows them in paragraphs. GUI thread.

A block of the document is a paragraph, and the rows are ranges in it. An append takes the same time with 10 and with
100,000 rows. Qt's own undo stack is off; `log` replaces it (see `undo_stack`). Typing, input methods, pasting and
assistive tools change the document in different ways, so the rows are read back from what changed (`paragraphs.edits`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QColor, QTextBlock, QTextCursor, QTextDocument

from saywrite.ui.toolkit.document_text import as_paragraph, clean, index_at_utf16
from saywrite.ui.toolkit.page_layout import PageLayout
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.transcript.paragraphs.edits import PARAGRAPH_END, RowEdit, read_edit
from saywrite.ui.transcript.paragraphs.grouping import LINE_EACH, Paragraphs
from saywrite.ui.transcript.paragraphs.undo_stack import Edit, EditLog
from saywrite.ui.transcript.paragraphs.writer import ParagraphWriter
from saywrite.ui.transcript.rows import Row, RowKind, starts_paragraph


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """The content that `take_all()` removed, for `put_back()`."""

    rows: tuple[Row, ...]
    log: EditLog


@dataclass(frozen=True, slots=True)
class _ReadEdit:
    """A user's edit that the rows already contain.

    `blocks` from `first` should read as the paragraphs `numbers`.
    """

    first: int
    blocks: int
    numbers: range
    touched: tuple[Row, ...]


class TranscriptDocument(QObject):
    """Keeps `rows` and `doc` equal, whether the program or the user changes the text.

    With a `pause_s` of `LINE_EACH` each row is a paragraph; else a pause of that length begins one. Rows and document
    differ only inside a `program_change()`. Without rows the document is empty.
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
        self.inserted_at = -1
        """The end of the row before the newest one; -1 when none was inserted since this was set."""
        self.paragraphs = Paragraphs()
        self._writer = ParagraphWriter(self.doc, self.paragraphs)
        self.words = 0
        self.log = EditLog()
        self._writing = False
        self._removed: set[Row] = set()
        self._read_edit: _ReadEdit | None = None
        self.doc.contentsChange.connect(self._read_change)
        self.doc.contentsChanged.connect(self._finish_edit)

    @property
    def rows(self) -> list[Row]:
        """All rows in order. Only this class changes the list."""
        return self.paragraphs.rows

    @property
    def languages(self) -> dict[str, str]:
        """The language of each dictation, for the spaces between its segments."""
        return self.paragraphs.languages

    @property
    def in_paragraphs(self) -> bool:
        """Whether several rows may stand in one paragraph."""
        return self.paragraphs.pause_s != LINE_EACH

    def next_lead(self, row: Row) -> str | None:
        """The space before a row that would be appended; None when it would begin a paragraph."""
        return self.paragraphs.lead(len(self.rows), row)

    # Changes by the program

    def insert(self, index: int, rows: Sequence[Row]) -> None:
        """Put rows before row `index`; `len(rows)` appends them."""
        with self.program_change():
            self._insert(index, rows)

    def remove(self, rows: Iterable[Row]) -> None:
        """Take rows out; rows that are not in the document are ignored."""
        with self.program_change():
            for row in rows:
                index = self.index(row)
                if index is not None:
                    self._remove(index)

    def remove_for_good(self, rows: Iterable[Row]) -> None:
        """Take rows out so that undo does not bring them back, neither of an earlier edit nor of `take_all()`."""
        rows = tuple(rows)
        self._removed.update(rows)
        self.remove(rows)

    def rewrite(self, row: Row, text: str) -> None:
        """Give `row` a new text; the cursor keeps its place between the words. A row that was taken out has it, too."""
        index = self.index(row)
        if index is None:
            row.set_text(text)
        elif row.text != text:
            with self.program_change():
                self._write(index, text)

    def group(self, pause_s: float) -> None:
        """Show the rows in paragraphs that begin after a pause of `pause_s`, or one row each with `LINE_EACH`."""
        if pause_s != self.paragraphs.pause_s:
            self.paragraphs.pause_s = pause_s
            rows = tuple(self.rows)
            with self.program_change():
                self._writer.clear()
                self.words = 0
                self._insert(0, rows)

    def renew(self, first: int, count: int) -> None:
        """Replace `count` paragraphs by new ones with the same text, which frees memory.

        Qt keeps 4 to 7 kB for each paragraph that it has ever laid out, and `clearLayout` frees none of it (measured).
        """
        with self.program_change():
            if count:
                self._writer.replace_blocks(first, count, range(first, first + count))

    def recolor(self, color: QColor) -> None:
        """Show headings, notes and provisional text in `color`."""
        self._writer.fixed_color = color
        with self.program_change():
            for index, row in enumerate(self.rows):
                if row.kind is not RowKind.SEGMENT:
                    self._writer.recolor(index)

    def recolor_row(self, row: Row) -> None:
        """Show `row` in the color of its kind, and its marked words; either has changed."""
        if (index := self.index(row)) is not None:
            with self.program_change():
                self._writer.recolor(index)

    def take_all(self) -> DocumentSnapshot:
        """Empty the document, start a new undo log, and return the content that was there."""
        snapshot = DocumentSnapshot(tuple(self.rows), self.log)
        self.log = EditLog()
        with self.program_change():
            self._writer.clear()
            self.words = 0
        return snapshot

    def put_back(self, snapshot: DocumentSnapshot) -> None:
        """Put the content of a snapshot before everything that was added since."""
        if not self.log.can_undo:
            self.log = snapshot.log
        self.insert(0, [row for row in snapshot.rows if row not in self._removed])

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
        """The index of `row`, or None."""
        return self.paragraphs.index(row)

    def place(self, row: Row) -> int:
        """The index at which a new row belongs.

        It follows the rows of its dictation that were spoken before it; the first row of a dictation is appended.
        """
        return self.paragraphs.place(row)

    def row_at(self, position: int) -> Row | None:
        """The row that contains a document position."""
        found = self.locate(position)
        return None if found is None else self.rows[found[0]]

    def locate(self, position: int) -> tuple[int, int] | None:
        """The index of the row at a document position, and the character in it; of two that meet, the second."""
        block = self.doc.findBlock(position)
        number = block.blockNumber()
        if not 0 <= number < len(self.paragraphs):
            return None
        character = index_at_utf16(self.paragraphs.text(number), position - block.position())
        return self.paragraphs.row_at(number, character)

    def block(self, index: int) -> QTextBlock:
        """The block of the paragraph with row `index`."""
        return self._writer.block(index)

    def cursor(self, index: int, character: int = 0) -> QTextCursor:
        """A cursor in row `index` before `character` (an index into its text)."""
        return self._writer.cursor(index, character)

    def parts(self, start: int, end: int) -> Iterator[tuple[Row, int, int]]:
        """Every row between two document positions, with the range of its characters that lies between."""
        block = self.doc.findBlock(start)
        while block.isValid() and block.position() <= end and block.blockNumber() < len(self.paragraphs):
            text = self.paragraphs.text(block.blockNumber())
            first = index_at_utf16(text, max(0, start - block.position()))
            last = index_at_utf16(text, min(end - block.position(), block.length() - 1))
            for index, begin, stop in self.paragraphs.places(block.blockNumber()):
                if begin <= last and first <= stop:
                    yield self.rows[index], max(0, first - begin), min(last, stop) - begin
            block = block.next()

    def _space_above(self, number: int) -> float:
        """The space above a paragraph: `S` below text, and with a row in each paragraph only after a pause."""
        if not 0 < number < len(self.paragraphs):
            return 0.0
        index = self.paragraphs.span(number).start
        above, row = self.rows[index - 1], self.rows[index]
        starts = above.kind is not RowKind.HEADING if self.in_paragraphs else starts_paragraph(above, row)
        return float(S) if starts else 0.0

    # Writing rows

    def _apply(self, edit: Edit) -> int | None:
        """Change rows from `edit.before` to `edit.after`; returns the document position of the last change."""
        position = None
        touched = []
        keep = {row for row, _ in edit.after}
        with self.program_change():
            for row, text in edit.after:
                if row in self._removed:
                    continue
                at = self.index(row)
                if at is None:
                    row.set_text(text)
                    at = self.place(row)
                    self._insert(at, (row,))
                    position = self._writer.end(at)
                elif row.text != text:
                    position = self._write(at, text)
                touched.append(row)
            for row, _ in edit.before:
                at = self.index(row)
                if row not in keep and at is not None:
                    self._remove(at)
                    row.set_text("")
                    touched.append(row)
        for row in touched:
            row.edited = True
        self.edited.emit(tuple(row for row in touched if row.editable))
        return position

    def _insert(self, index: int, rows: Sequence[Row]) -> None:
        if not rows:
            return
        leads = self.paragraphs.leads(index, rows)
        for row, lead in zip(rows, leads, strict=False):
            row.lead = lead
        self.inserted_at = self._writer.insert(index, rows, leads[-1])
        self.words += sum(row.words for row in rows)

    def _remove(self, index: int) -> None:
        row, below = self.rows[index], index + 1
        following = self.paragraphs.lead(index, self.rows[below]) if index and below < len(self.rows) else None
        self._writer.remove(index, following)
        self.words -= row.words

    def _write(self, index: int, text: str) -> int:
        """Change the text of a row; returns the document position behind the change."""
        row = self.rows[index]
        self.words -= row.words
        position = self._writer.rewrite(index, text)
        self.words += row.words
        for place in (index + 1, index):
            if place < len(self.rows) and self.rows[place].lead is not None:
                self._writer.set_lead(place, self.paragraphs.space_before(place))
        return position

    # Reading an edit back into the rows

    @Slot(int, int, int)
    def _read_change(self, position: int, _removed: int, added: int) -> None:
        """Read a user's change into the rows; `_finish_edit` corrects the document where it is needed."""
        if self._writing or not self.rows:
            return
        begin = self.doc.findBlock(position)
        first = begin.blockNumber()
        last = self.doc.findBlock(min(position + added, self.doc.characterCount() - 1)).blockNumber()
        texts = self._texts(first, last - first + 1)
        count = len(texts) - (self.doc.blockCount() - len(self.paragraphs))
        new = PARAGRAPH_END.join(clean(text) for text in texts)
        numbers = range(first, first + count)
        rows = self.paragraphs.rows_of(numbers)
        start = self.paragraphs.span(first).start
        before = self.rows[start - 1] if start else None
        after = self.rows[start + len(rows)] if start + len(rows) < len(self.rows) else None
        edit = read_edit(before, rows, after, new, index_at_utf16(new, position - begin.position()))
        if edit is not None:
            self._take_edit(start + edit.first, edit, numbers, len(texts))

    def _texts(self, first: int, count: int) -> list[str]:
        """The texts of `count` blocks."""
        block = self.doc.findBlockByNumber(first)
        texts = []
        for _ in range(count):
            texts.append(block.text())
            block = block.next()
        return texts

    def _take_edit(self, index: int, edit: RowEdit, numbers: range, blocks: int) -> None:
        """Give the rows from `index` their new texts, and remember how the document should read.

        The `blocks` of the document show the paragraphs `numbers` as the user changed them.
        """
        old = self.rows[index : index + edit.count]
        texts = {row: text for row, text, _ in edit.rows}
        self.log.record(Edit(tuple((row, row.text) for row in old), tuple((row, text) for row, text, _ in edit.rows)))
        touched = tuple(row for row in old if row.editable and texts.get(row, "") != row.text)
        first = min(numbers.start, self.paragraphs.number(index))
        last = max(numbers.stop - 1, self.paragraphs.number(index + edit.count - 1))
        blocks += numbers.start - first + last - (numbers.stop - 1)
        behind = len(self.paragraphs) - 1 - last
        self.words -= sum(row.words for row in old)
        for row in touched:
            row.set_text(texts.get(row, ""))
            row.edited = True
        for row, _, lead in edit.rows:
            row.lead = lead
        self.words += sum(row.words for row, _, _ in edit.rows)
        self.paragraphs.splice(index, edit.count, [row for row, _, _ in edit.rows])
        self.paragraphs.begin_below_fixed(index + len(edit.rows))
        self._read_edit = _ReadEdit(first, blocks, range(first, len(self.paragraphs) - behind), touched)

    @Slot()
    def _finish_edit(self) -> None:
        """Correct the document where it differs from the rows.

        A heading may have been changed or a paragraph split. Runs when Qt has finished its own change.
        """
        edit, self._read_edit = self._read_edit, None
        if edit is None:
            return
        wanted = [as_paragraph(self.paragraphs.text(number)) for number in edit.numbers]
        if self._texts(edit.first, edit.blocks) != wanted:
            with self.program_change():
                self._writer.replace_blocks(edit.first, edit.blocks, edit.numbers)
        elif any(row.differences for row in edit.touched):
            with self.program_change():
                for row in edit.touched:
                    if (index := self.index(row)) is not None:
                        self._writer.recolor(index)
        else:
            self.changed.emit()
        self.edited.emit(edit.touched)
