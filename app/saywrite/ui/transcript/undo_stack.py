"""Undo and redo of what a person changed in the transcript. Pure: no Qt, no clock.

Qt's own undo stack is off: it would hold every final that arrives, and Ctrl+Z would take back speech. This log holds
edits only, each as rows with their texts before and after, so that arrivals and take-backs between an edit and its
undo do not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from saywrite.ui.transcript.rows import Row

LIMIT = 1000
"""Edits kept; the oldest go first."""

Texts = tuple[tuple[Row, str], ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One step: the touched rows in order, with their texts before and after. A row on one side only was removed
    (or, undone, comes back)."""

    before: Texts
    after: Texts

    @property
    def reversed(self) -> Edit:
        return Edit(self.after, self.before)


class EditLog:
    """Two stacks. Typing in one row joins into one step until `fence()`."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._open = False

    def record(self, edit: Edit) -> None:
        if edit.before == edit.after:
            return
        self._undone.clear()
        last = self._done[-1] if self._done and self._open else None
        if last is not None and _same_single_row(last, edit):
            self._done[-1] = Edit(last.before, edit.after)
        else:
            self._done.append(edit)
            del self._done[:-LIMIT]
        self._open = True

    def fence(self) -> None:
        """The next edit is a step of its own."""
        self._open = False

    def undo(self) -> Edit | None:
        """Take the newest edit off; the caller applies its `reversed`."""
        self._open = False
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Edit | None:
        """Take back the newest undo; the caller applies the edit."""
        self._open = False
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)


def _same_single_row(last: Edit, edit: Edit) -> bool:
    sides = (last.before, last.after, edit.before, edit.after)
    return all(len(side) == 1 for side in sides) and len({id(side[0][0]) for side in sides}) == 1


PAUSE_MS = 500


class EditDebouncer(QObject):
    """Collects changed rows; `told` follows after a pause of `PAUSE_MS` without a change, or at `flush()`."""

    told = Signal(str, int, str)
    """dictation, number of the segment, its whole text now."""
    paused = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[Row, str] = {}
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.flush)

    @Slot(object)
    def put(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            self._rows[row] = row.text
        if self._rows:
            self._timer.start()

    @Slot()
    def flush(self) -> None:
        """Tell everything that waits, now."""
        self._timer.stop()
        rows, self._rows = self._rows, {}
        for row, text in rows.items():
            self.told.emit(row.dictation, row.number, text)
        self.paused.emit()

    @property
    def waiting(self) -> bool:
        return bool(self._rows)
