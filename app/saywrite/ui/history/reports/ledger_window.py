"""The window "Where my speech went": seconds of sound and bytes by month, host and recognizer. GUI thread.

A pool thread reads the ledger from the history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import length, size
from saywrite.storage.history.ledger import Ledger, LedgerEntry, read_ledger
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.theme.tokens import LARGE, M
from saywrite.ui.widgets.choosers import EngineChoices

if TYPE_CHECKING:
    from saywrite.storage.history.store import HistoryStore

SIZE = QSize(720, 460)
HEADERS = ("Month", "Where", "Recognizer", "Dictations", "Speech", "Sent", "Received")
FIRST_NUMBER = 3
"""The first column with a number, which is aligned to the right."""

HERE = "On this computer"
NOTHING_YET = "Nothing was dictated yet."
NOTHING_LEFT = "Nothing you dictated has left this computer."
NOTE = (
    "Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their"
    " month, without their text."
)


def summarize(months: tuple[LedgerEntry, ...], today: date) -> str:
    """Say where the speech of this month went, in one sentence; without any, of all months."""
    if not months:
        return NOTHING_YET
    if not any(entry.host for entry in months):
        return NOTHING_LEFT
    this_month = [entry for entry in months if entry.month == f"{today:%Y-%m}"]
    if not this_month:
        return "Nothing was dictated this month yet."
    here = sum(seconds(entry.heard) for entry in this_month if not entry.host)
    hosts: dict[str, list[LedgerEntry]] = {}
    for entry in this_month:
        if entry.host:
            hosts.setdefault(entry.host, []).append(entry)
    parts = [f"{length(here)} of speech stayed on this computer"]
    for host, entries in sorted(hosts.items()):
        sent = size(sum(entry.sent for entry in entries))
        parts.append(f"{length(sum(seconds(entry.heard) for entry in entries))} went to {host} ({sent})")
    return f"This month: {', '.join(parts)}."


class LedgerWindow(QDialog):
    """The sums of each month, newest first; not modal."""

    export_requested = Signal(object)
    """The user asked to export the `Ledger`."""

    def __init__(
        self,
        open_history: Callable[[], HistoryStore],
        choices: EngineChoices,
        parent: QWidget | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(parent)
        self._open_history = open_history
        self._choices = choices
        self._today = today
        self.ledger = Ledger()
        self.summary = ThemedLabel("", "", size=LARGE)
        self.table = QTableWidget(0, len(HEADERS))
        self.note = NoteLabel(NOTE)
        self.export = QPushButton(icon("export"), "&Export…")
        self.setWindowTitle("Where my speech went – Saywrite")
        self._arrange()
        self.show_ledger(self.ledger)

    def reload(self) -> None:
        """Read the ledger from the history and show it."""

        def load() -> Ledger:
            with closing(self._open_history()) as history:
                return read_ledger(history)

        run_task(load, self.show_ledger, lambda error: self.note.setText(str(error)), owner=self, in_order=True)

    def show_ledger(self, ledger: Ledger) -> None:
        """Show a ledger."""
        self.ledger = ledger
        self.summary.setText(summarize(ledger.months, self._today()))
        self.note.setText(NOTE)
        self.export.setEnabled(bool(ledger.entries))
        self.table.setRowCount(len(ledger.months))
        for row, entry in enumerate(ledger.months):
            for column, text in enumerate(self._cells(entry)):
                item = QTableWidgetItem(text)
                if column >= FIRST_NUMBER:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)

    def _cells(self, entry: LedgerEntry) -> tuple[str, ...]:
        return (
            _name_of_month(entry.month),
            entry.host or HERE,
            self._choices.engine_label(entry.engine),
            f"{entry.dictations:,}",
            length(seconds(entry.heard)),
            size(entry.sent) if entry.host else "–",
            size(entry.received) if entry.host else "–",
        )

    def _arrange(self) -> None:
        self.summary.setWordWrap(True)
        self.table.setHorizontalHeaderLabels(list(HEADERS))
        self.table.setAccessibleName("Speech by month and host")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(FIRST_NUMBER, len(HEADERS)):
            if (item := self.table.horizontalHeaderItem(column)) is not None:
                item.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.export, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.export.clicked.connect(lambda: self.export_requested.emit(self.ledger))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(M, M, M, M)
        layout.setSpacing(M)
        for widget, stretch in ((self.summary, 0), (self.table, 1), (self.note, 0), (buttons, 0)):
            layout.addWidget(widget, stretch)
        self.resize(SIZE)


def _name_of_month(month: str) -> str:
    first = QDate.fromString(f"{month}-01", Qt.DateFormat.ISODate)
    return QLocale().toString(first, "MMMM yyyy")
