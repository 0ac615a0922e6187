"""What happened to the keywords, said calmly below the table: imports, bad lines, removals. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout

from saywrite.foundation import formatting as wording
from saywrite.ui.keywords.files import LoadedKeywords
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme import shades

LINES_SHOWN = 5


class KeywordsReport(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.words = ThemedLabel(tone="")
        self.words.setWordWrap(True)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Lines that were not imported")
        self.details.setTabChangesFocus(True)
        self.undo = QToolButton()
        self.undo.setText("&Undo")
        self.undo.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("close"))
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName("Dismiss this message")
        self._undo: Callable[[], None] | None = None
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 6)
        column.addLayout(row)
        column.addWidget(self.details)
        self.close_button.clicked.connect(self.dismiss)
        self.undo.clicked.connect(self._do_undo)
        self.hide()

    def tell(self, words: str, *, problem: bool = False, undo: Callable[[], None] | None = None) -> None:
        self._undo = undo
        self.words.setText(words)
        self.undo.setVisible(undo is not None)
        self.details.hide()
        self.show()
        announce(self, words, urgent=problem)

    def tell_import(self, loaded: LoadedKeywords, added: int, changed: int) -> None:
        """What came in from a file, and every line that did not."""
        problems = loaded.content.problems
        parts = [f"{added:,} added" if added else "", f"{changed:,} changed" if changed else ""]
        done = ", ".join(part for part in parts if part) or "nothing new"
        words = f"{loaded.name}: {done}."
        if problems:
            words += f" {wording.count(len(problems), 'line')} left out:"
        self.tell(words, problem=bool(problems))
        if problems:
            self.details.setPlainText("\n".join(f"Line {problem.line}: {problem.what}" for problem in problems))
            lines = min(LINES_SHOWN, len(problems) + 1)
            self.details.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)
            self.details.show()

    def dismiss(self) -> None:
        self._undo = None
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = shades(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tones.hairline)
        painter.setBrush(tones.raised)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _do_undo(self) -> None:
        if self._undo is not None:
            self._undo()
