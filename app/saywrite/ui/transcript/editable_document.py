"""The transcript's document as a person edits it: what was typed becomes rows again, with undo. GUI thread.

Qt's own undo stack is off; `log` takes its place (see `edit_log`). Typing, deleting across rows, input methods,
pasting and assistive tools all reach the document in their own ways, so the rows are read back from what changed
rather than from what was pressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from saywrite.ui.transcript.row_document import RowDocument
from saywrite.ui.transcript.rows import Row, clean, reconcile, shown
from saywrite.ui.transcript.undo_stack import Edit, EditLog


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """Everything a `take_all()` took, for `put_back()`."""

    rows: tuple[Row, ...]
    log: EditLog
    words: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """A person's change once it is in the rows: blocks `first` … of the document should read `rows`."""

    first: int
    blocks: int
    rows: tuple[Row, ...]
    touched: tuple[Row, ...]


class TranscriptDocument(RowDocument):
    edited = Signal(object)
    """The rows (a tuple) whose text a person changed; a deleted or joined row has the text ""."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log = EditLog()
        self.languages: dict[str, str] = {}
        """The language of each dictation, for the spaces between its segments."""
        self._gone: set[tuple[str, int]] = set()
        self._settled: _Settled | None = None
        self.doc.contentsChange.connect(self._take_edit)
        self.doc.contentsChanged.connect(self._finish_edit)

    def remove_for_good(self, rows: Iterable[Row]) -> None:
        """Take rows out that no undo of an earlier edit brings back."""
        rows = tuple(rows)
        self._gone.update((row.dictation, row.number) for row in rows)
        self.remove(rows)

    def edit(self, texts: Sequence[tuple[Row, str]]) -> None:
        """Give rows new texts as one step that can be undone; tells `edited` as typing does."""
        step = Edit(tuple((row, row.text) for row, _ in texts), tuple(texts))
        self.log.fence()
        self.log.record(step)
        self.log.fence()
        self._apply(step)

    def undo(self) -> int | None:
        """Undo the newest edit; returns the document position where it was, None when there is none."""
        edit = self.log.undo()
        return None if edit is None else self._apply(edit.reversed)

    def redo(self) -> int | None:
        edit = self.log.redo()
        return None if edit is None else self._apply(edit)

    def take_all(self) -> DocumentSnapshot:
        """Empty the document and start the undo log anew; returns what was there."""
        snapshot = DocumentSnapshot(tuple(self.rows), self.log, self.words)
        self.log = EditLog()
        with self.own_change():
            self._replace(0, len(self.rows), ())
        return snapshot

    def put_back(self, snapshot: DocumentSnapshot) -> None:
        """Put what `take_all()` took before everything that came since."""
        if not self.log.can_undo:
            self.log = snapshot.log
        self.insert(0, snapshot.rows)

    def _apply(self, edit: Edit) -> int | None:
        """Bring rows from `edit.before` to `edit.after`; returns the document position of the last change."""
        position = None
        touched = []
        keep = {row for row, _ in edit.after}
        with self.own_change():
            for row, text in edit.after:
                if (row.dictation, row.number) in self._gone and row.editable:
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

    @Slot(int, int, int)
    def _take_edit(self, position: int, _removed: int, added: int) -> None:
        """Read a person's change back into the rows; what has to be put right waits for `_finish_edit`."""
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
            self._settle(first, old, new)

    def _paragraphs(self, first: int, last: int) -> list[str]:
        block = self.doc.findBlockByNumber(first)
        texts = []
        for _ in range(last - first + 1):
            texts.append(block.text())
            block = block.next()
        return texts

    def _settle(self, first: int, old: list[Row], new: list[str]) -> None:
        """Give the rows from `first` their new texts and remember what the document should look like."""
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
        self._settled = _Settled(first, blocks, rows, touched)

    @Slot()
    def _finish_edit(self) -> None:
        """Where the document differs from what the rows became (a heading was hit, a paragraph was split), put it
        right. Runs when Qt is done with its own change."""
        settled, self._settled = self._settled, None
        if settled is None:
            return
        found = self._paragraphs(settled.first, settled.first + settled.blocks - 1)
        if found != [shown(row.text) for row in settled.rows]:
            with self.own_change():
                total = self.doc.blockCount()
                self._replace_blocks(settled.first, settled.blocks, settled.rows, total)
        else:
            self.changed.emit()
        self.edited.emit(settled.touched)
