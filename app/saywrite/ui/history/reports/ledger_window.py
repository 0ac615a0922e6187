"""The window "Where my speech went": seconds of sound and bytes by month, host and recognizer. GUI thread.

A pool thread reads the ledger from the history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.events import seconds
from saywrite.foundation.formatting import length, size
from saywrite.storage.history.ledger import Ledger, LedgerEntry, read_ledger
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel, ThemedLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, dialog_buttons, opening_size
from saywrite.ui.toolkit.theme.tokens import LARGE, M
from saywrite.ui.toolkit.translation import error_text, follow_language, joined, number_text, set_text, tr, worded
from saywrite.ui.widgets.choosers import EngineChoices

if TYPE_CHECKING:
    from saywrite.storage.history.store import HistoryStore

SIZE = QSize(720, 460)
COLUMNS = 7
WHERE = 1
FIRST_NUMBER = 3
"""The first column with a number, which is aligned to the right."""


def summarize(months: tuple[LedgerEntry, ...], today: date) -> str:
    """Say where the speech of this month went, in one sentence; without any, of all months."""
    if not months:
        return tr("Nothing was dictated yet.")
    if not any(entry.host for entry in months):
        return tr("Nothing you dictated has left this computer.")
    this_month = [entry for entry in months if entry.month == f"{today:%Y-%m}"]
    if not this_month:
        return tr("Nothing was dictated this month yet.")
    here = sum(seconds(entry.heard) for entry in this_month if not entry.host)
    hosts: dict[str, list[LedgerEntry]] = {}
    for entry in this_month:
        if entry.host:
            hosts.setdefault(entry.host, []).append(entry)
    parts = [tr("{length} of speech stayed on this computer", length=length(here))]
    for host, entries in sorted(hosts.items()):
        sent = size(sum(entry.sent for entry in entries))
        heard = length(sum(seconds(entry.heard) for entry in entries))
        parts.append(tr("{length} went to {host} ({bytes})", length=heard, host=host, bytes=sent))
    return tr("This month: {parts}.", parts=joined(", ", *parts))


def note() -> str:
    """Say what the table counts."""
    return tr(
        "Speech counts for a host when any of it was sent there. Dictations that you delete stay in the sums of their"
        " month, without their text."
    )


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
        self.table = QTableWidget(0, COLUMNS)
        self.note = NoteLabel()
        self.export = worded(IconPushButton("export"), tr("&Export…"))
        set_text(self.setWindowTitle, tr("Where my speech went – Saywrite"))
        self._arrange()
        self.show_ledger(self.ledger)
        follow_language(self._show_again)

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QTimer.singleShot(0, self, self._fit_columns)  # after the header has the font

    def _fit_columns(self) -> None:
        """Give the column that stretches its least width: without room it keeps the width that it had."""
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(header.sectionSizeHint(WHERE))
        header.resizeSection(WHERE, max(self.table.sizeHintForColumn(WHERE), header.sectionSizeHint(WHERE)))

    def reload(self) -> None:
        """Read the ledger from the history and show it."""

        def load() -> Ledger:
            with closing(self._open_history()) as history:
                return read_ledger(history)

        run_task(load, self.show_ledger, self._show_error, owner=self, in_order=True)

    def _show_error(self, error: Exception) -> None:
        set_text(self.note.setText, error_text(error))

    def _show_again(self) -> None:
        self.show_ledger(self.ledger)

    def show_ledger(self, ledger: Ledger) -> None:
        """Show a ledger."""
        self.ledger = ledger
        set_text(self.summary.setText, summarize(ledger.months, self._today()))
        set_text(self.note.setText, note())
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
            entry.host or tr("On this computer"),
            tr(self._choices.engine_label(entry.engine)),
            number_text(entry.dictations),
            tr(length(seconds(entry.heard))),
            tr(size(entry.sent)) if entry.host else "–",
            tr(size(entry.received)) if entry.host else "–",
        )

    def _arrange(self) -> None:
        self.summary.setWordWrap(True)
        headers = tr("Month"), tr("Where"), tr("Recognizer"), tr("Dictations"), tr("Speech"), tr("Sent"), tr("Received")
        set_text(self.table.setHorizontalHeaderLabels, list(headers))
        set_text(self.table.setAccessibleName, tr("Speech by month and host"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(WHERE, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        for column in range(FIRST_NUMBER, COLUMNS):
            if (item := self.table.horizontalHeaderItem(column)) is not None:
                item.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        buttons = dialog_buttons(self)
        buttons.addButton(self.export, QDialogButtonBox.ButtonRole.ActionRole)
        self.export.clicked.connect(lambda: self.export_requested.emit(self.ledger))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(M, M, M, M)
        layout.setSpacing(M)
        for widget, stretch in ((self.summary, 0), (self.table, 1), (self.note, 0), (buttons, 0)):
            layout.addWidget(widget, stretch)
        self._fit_columns()
        self.resize(opening_size(self, SIZE))


def _name_of_month(month: str) -> str:
    first = date.fromisoformat(f"{month}-01")
    return tr("{month:%B} {year}", month=first, year=str(first.year))
