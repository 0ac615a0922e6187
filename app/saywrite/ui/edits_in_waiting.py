"""Edits of segments, told in one piece once typing pauses. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from saywrite.ui.transcript_rows import Row

PAUSE_MS = 500


class EditsInWaiting(QObject):
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
