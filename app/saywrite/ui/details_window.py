"""One dictation's details beside the window: engine, host, bytes, what is pending or missing. GUI thread.

Loaded when it is opened for the first time.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from saywrite.ui.clipboard import copy_text
from saywrite.ui.details_words import as_text
from saywrite.ui.labels import NoteLabel, ToneLabel


class DetailsWindow(QDialog):
    """Not modal, and gone when it is closed."""

    def __init__(self, lines: list[tuple[str, str]], results: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = lines
        self.results = QPlainTextEdit(results)
        self.copy = QPushButton("&Copy")
        self.setWindowTitle("Details of the dictation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(7)
        for label, value in lines:
            form.addRow(ToneLabel(label), _value(label, value))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 12)
        column.setSpacing(14)
        column.addLayout(form)
        if results:
            self.results.setReadOnly(True)
            self.results.setAccessibleName("Structured results")
            column.addWidget(ToneLabel("Structured results"))
            column.addWidget(self.results, 1)
        else:
            column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(lambda: copy_text(as_text(lines, results)))
        column.addWidget(buttons)
        self.resize(460, self.sizeHint().height())


def _value(label: str, text: str) -> QLabel:
    value = NoteLabel(text, "", size=1.0)
    value.setAccessibleName(f"{label}: {text}")
    value.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return value
