"""What stands in the middle of the list of dictations while it is empty. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QVBoxLayout, QWidget

from saywrite.foundation.messages import message
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.theme.tokens import TARGET, L, M
from saywrite.ui.toolkit.translation import set_text, tr, worded

EMPTY = message("No dictations yet. What you dictate is kept here.")
"""What a history without a dictation says."""


def reason_for_empty(query: str, *, filtered: bool) -> str:
    """Say why no dictation is listed: none has these words, none passes the filters, or there is none."""
    if query and filtered:
        return tr("Nothing found for “{words}” with these filters.", words=query)
    if query:
        return tr("Nothing found for “{words}”.", words=query)
    return tr("Nothing matches these filters.") if filtered else EMPTY


class EmptyListNote(QWidget):
    """A sentence, and a button that lists everything again where a search or filters leave nothing."""

    everything_requested = Signal()
    """The user wants no search and no filter."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        """It is shown in the middle of `area`."""
        super().__init__(area.viewport())
        self.words = ThemedLabel()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.show_all = worded(QPushButton(), tr("Show all dictations"))
        self.show_all.setMinimumHeight(TARGET)
        self.show_all.setAutoDefault(False)
        self.show_all.clicked.connect(lambda: self.everything_requested.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(L, L, L, L)
        column.setSpacing(M)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        around = QVBoxLayout(area.viewport())
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self)
        self.hide()

    def explain(self, query: str, *, filtered: bool) -> str:
        """Say why the list is empty, and return the words. A search and filters can be dropped with the button."""
        words = reason_for_empty(query, filtered=filtered)
        set_text(self.words.setText, words)
        self.show_all.setVisible(bool(query) or filtered)
        self.show()
        return words
