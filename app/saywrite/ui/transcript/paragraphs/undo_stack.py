"""Undo and redo of the user's edits in the transcript, and the delay before an edit is stored. GUI thread.

Qt's own undo stack is off: it would contain every final, and Ctrl+Z would remove dictated text. This log contains
edits only, each as rows with their texts before and after, so an undo also works after finals were added or removed.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from saywrite.ui.transcript.rows import Row, RowKind

LIMIT = 1000
"""The number of edits kept; the oldest are dropped."""

MOST_CHARACTERS = 10_000_000
"""Of the texts in these edits together; each step keeps a changed row whole, so a very long row has fewer steps."""

Texts = tuple[tuple[Row, str], ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One step of undo: the changed rows in order, with their texts before and after.

    A row in `before` only was removed; a row in `after` only was added.
    """

    before: Texts
    after: Texts

    @property
    def reversed(self) -> Edit:
        return Edit(self.after, self.before)

    @property
    def size(self) -> int:
        """The number of characters in its texts."""
        return sum(len(text) for _, text in (*self.before, *self.after))


class EditLog:
    """The edits that can be undone and redone; typing in one row is one step until `fence()`."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._sizes: list[int] = []
        """Of the edits in `_done`."""
        self._undone: list[Edit] = []
        self._open = False
        self._grew = False
        """Whether the newest edit made the text longer."""

    def record(self, edit: Edit) -> None:
        """Add an edit, or extend the newest one when both are typing in the same row.

        To delete after typing is a step of its own: undo brings back what was typed.
        """
        if edit.before == edit.after:
            return
        self._undone.clear()
        deletes = self._grew and not _grows(edit)
        last = self._done[-1] if self._done and self._open and not deletes else None
        self._grew = _grows(edit)
        if last is not None and _same_single_row(last, edit):
            self._take_newest()
            edit = Edit(last.before, edit.after)
        self._open = edit.before != edit.after
        if self._open:
            self._add_newest(edit)

    def fence(self) -> None:
        """Make the next edit a separate step."""
        self._open = False

    def undo(self) -> Edit | None:
        """Remove and return the newest edit; the caller applies its `reversed`."""
        self._open = False
        if not self._done:
            return None
        self._undone.append(self._take_newest())
        return self._undone[-1]

    def redo(self) -> Edit | None:
        """Return the edit that was undone last; the caller applies it again."""
        self._open = False
        if not self._undone:
            return None
        self._add_newest(self._undone.pop())
        return self._done[-1]

    def _add_newest(self, edit: Edit) -> None:
        self._done.append(edit)
        self._sizes.append(edit.size)
        while len(self._done) > LIMIT or (len(self._done) > 1 and sum(self._sizes) > MOST_CHARACTERS):
            del self._done[0], self._sizes[0]

    def _take_newest(self) -> Edit:
        del self._sizes[-1]
        return self._done.pop()

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)


def _grows(edit: Edit) -> bool:
    return sum(len(text) for _, text in edit.after) > sum(len(text) for _, text in edit.before)


def _same_single_row(last: Edit, edit: Edit) -> bool:
    sides = (last.before, last.after, edit.before, edit.after)
    return all(len(side) == 1 for side in sides) and len({id(side[0][0]) for side in sides}) == 1


PAUSE_MS = 500


class EditDebouncer(QObject):
    """Collects edited rows and reports them after `PAUSE_MS` without a change, or at `flush()`."""

    edit_ready = Signal(str, int, str)
    """An edit: dictation, number of the segment, its new text."""
    paused = Signal()
    """Typing has paused; every edit was reported."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[Row, str] = {}
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.flush)

    @Slot(object)
    def add(self, rows: tuple[Row, ...]) -> None:
        """Collect rows whose text the user has changed. Provisional text is not stored, so its edits are not."""
        for row in rows:
            if row.kind is RowKind.SEGMENT:
                self._rows[row] = row.text
        self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Report the collected edits now."""
        self._timer.stop()
        rows, self._rows = self._rows, {}
        for row, text in rows.items():
            self.edit_ready.emit(row.dictation, row.number, text)
        self.paused.emit()
