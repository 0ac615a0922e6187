"""Messages below the table of keywords: imports, lines with errors, removals. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout

from saywrite.ui.keywords.files import LoadedKeywords
from saywrite.ui.toolkit.icons import icon_button
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import M, S
from saywrite.ui.toolkit.translation import joined, set_text, tr, tr_count
from saywrite.ui.widgets.notices import RaisedFrame

LINES_SHOWN = 5


class KeywordsReport(RaisedFrame):
    """One message at a time, with an undo button and details where there are any."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ThemedLabel(tone="")
        self.words.setWordWrap(True)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        set_text(self.details.setAccessibleName, tr("Lines that were not imported"))
        self.details.setTabChangesFocus(True)
        self.undo = QToolButton()
        set_text(self.undo.setText, tr("Undo"))
        self.undo.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.close_button = icon_button("close", tr("Dismiss this message"))
        self._undo: Callable[[], None] | None = None
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.undo)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, S, S, S)
        column.addLayout(row)
        column.addWidget(self.details)
        self.close_button.clicked.connect(self.dismiss)
        self.undo.clicked.connect(self._do_undo)
        self.hide()

    def show_message(self, text: str, *, problem: bool = False, undo: Callable[[], None] | None = None) -> None:
        """Show a message; `undo` is what its undo button does."""
        self._undo = undo
        set_text(self.words.setText, text)
        self.undo.setVisible(undo is not None)
        self.details.hide()
        self.show()
        announce(self, text, urgent=problem)

    def show_import(self, loaded: LoadedKeywords, added: int, changed: int) -> None:
        """Show how many keywords a file has added and changed, and every line with an error."""
        problems = loaded.content.problems
        parts = [
            tr("{added:,} added", added=added) if added else "",
            tr("{changed:,} changed", changed=changed) if changed else "",
        ]
        done = joined(", ", *parts) or tr("nothing new")
        left_out = tr_count("{n:,} line left out:", "{n:,} lines left out:", len(problems)) if problems else ""
        words = joined(" ", tr("{name}: {changes}.", name=loaded.name, changes=done), left_out)
        self.show_message(words, problem=bool(problems))
        if problems:
            told = (tr("Line {line}: {what}", line=problem.line, what=problem.what) for problem in problems)
            set_text(self.details.setPlainText, joined("\n", *told))
            lines = min(LINES_SHOWN, len(problems) + 1)
            self.details.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)
            self.details.show()

    def dismiss(self) -> None:
        """Hide the message."""
        self._undo = None
        self.hide()

    def _do_undo(self) -> None:
        if self._undo is not None:
            self._undo()
