"""Shows the text of another model beside the current one, with the differences marked. GUI thread.

Loaded when a trial has ended.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QPalette, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QSplitter, QTextEdit, QVBoxLayout, QWidget

from saywrite.foundation.events import ModelTried
from saywrite.foundation.formatting import length
from saywrite.text.keyword_sets.word_differences import Span, compare
from saywrite.ui.toolkit.document_text import utf16_length
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, dialog_buttons, opening_size
from saywrite.ui.toolkit.theme import blend, theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY
from saywrite.ui.toolkit.translation import joined, set_text, tr, tr_count, worded

PREFERRED_SIZE = QSize(820, 460)
MARKED = 0.22
"""The share of the color in the background of a mark: text on it has a contrast of 4.5 and more."""


class ModelTrialDialog(QDialog):
    """The two texts side by side, and a button that chooses the model."""

    use_requested = Signal()
    """The user chose the model."""

    def __init__(self, tried: ModelTried, model_label: str, *, in_use: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text(self.setWindowTitle, tr("{model} on your last dictation", model=model_label))
        found = compare(tried.text_now, tried.text_tried)
        self.summary = NoteLabel(_summary(found.words, found.total), "", size=BODY)
        self.now = _Text(tr("Text it has now"), "", tried.text_now, found.now, "bad")
        self.tried = _Text(
            model_label, tr("took {time}", time=length(tried.took_s)), tried.text_tried, found.tried, "good"
        )
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        for text in (self.now, self.tried):
            columns.addWidget(text)
        columns.setSizes([1, 1])
        buttons = dialog_buttons(self)
        self.use = worded(QPushButton(), tr("Use this model"))
        set_text(self.use.setAccessibleName, tr("Use {label}", label=model_label))
        self.use.setEnabled(not in_use)
        self.use.clicked.connect(self._use)
        buttons.addButton(self.use, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.addWidget(self.summary)
        column.addWidget(columns, 1)
        column.addWidget(buttons)
        self.resize(opening_size(self, PREFERRED_SIZE))

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def _use(self) -> None:
        self.use_requested.emit()
        self.accept()


class _Text(QWidget):
    """A text with its name; marks are underlined too, because not everybody can see the color."""

    def __init__(self, name: str, note: str, text: str, marks: Sequence[Span], tone: str) -> None:
        super().__init__()
        self.view = QTextEdit()
        self.view.setReadOnly(True)
        self.view.setTabChangesFocus(True)
        self.view.setPlainText(text)
        set_text(self.view.setAccessibleName, name)
        self.marks = tuple(text[start:end] for start, end in marks)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        title = NoteLabel(joined(" · ", name, note), "", size=BODY)
        column.addWidget(title)
        column.addWidget(self.view, 1)
        palette = self.view.palette()
        base = palette.color(QPalette.ColorRole.Base)
        for start, end in marks:
            self._mark(text, start, end, blend(base, getattr(theme_colors(palette), tone), MARKED))

    def _mark(self, text: str, start: int, end: int, ground: QColor) -> None:
        cursor = QTextCursor(self.view.document())
        cursor.setPosition(utf16_length(text[:start]))
        cursor.setPosition(utf16_length(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setBackground(ground)
        style.setFontUnderline(True)
        cursor.mergeCharFormat(style)


def _summary(words: int, total: int) -> str:
    if not total:
        return tr("Both texts are empty: there are no words in this recording.")
    if not words:
        return tr("Both texts are the same.")
    of_all = tr_count("{words:,} of {n:,} word", "{words:,} of {n:,} words", total, words=words)
    return tr("Differences: {words}. They are marked. The dictation keeps its text.", words=of_all)
