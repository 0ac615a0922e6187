"""Messages below the table of keywords: imports, lines with errors, removals. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout

from saywrite.foundation.errors import KeywordsError
from saywrite.ui.keywords.files import LoadedKeywords
from saywrite.ui.toolkit.icons import icon_button
from saywrite.ui.toolkit.labels import ThemedLabel
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import M, S
from saywrite.ui.toolkit.translation import error_text, joined, set_text, tr, tr_count
from saywrite.ui.widgets.notices import RaisedFrame

LINES_SHOWN = 5
ImportedFile = tuple[LoadedKeywords, int, int]
"""A keyword file, and the numbers of the keywords that it has added and changed."""


def describe_import(loaded: LoadedKeywords, added: int, changed: int) -> str:
    """Say how many keywords a file has added and changed, and how many of its lines were left out."""
    parts = [
        tr("{added:,} added", added=added) if added else "",
        tr("{changed:,} changed", changed=changed) if changed else "",
    ]
    done = joined(", ", *parts) or tr("nothing new")
    number = len(loaded.content.problems)
    left_out = tr_count("{n:,} line left out:", "{n:,} lines left out:", number) if number else ""
    return joined(" ", tr("{name}: {changes}.", name=loaded.name, changes=done), left_out)


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

    def show_imports(self, files: Sequence[ImportedFile | KeywordsError]) -> None:
        """Show what files have added and changed or why they could not be read, and every line with an error."""
        words = [error_text(each) if isinstance(each, KeywordsError) else describe_import(*each) for each in files]
        left_out = [
            joined(
                ": ", loaded.name if len(files) > 1 else "", tr("Line {line}: {what}", line=each.line, what=each.what)
            )
            for loaded, _added, _changed in (each for each in files if not isinstance(each, KeywordsError))
            for each in loaded.content.problems
        ]
        refused = any(isinstance(each, KeywordsError) for each in files)
        self.show_message(joined("\n", *words), problem=refused or bool(left_out))
        if left_out:
            set_text(self.details.setPlainText, joined("\n", *left_out))
            lines = min(LINES_SHOWN, len(left_out) + 1)
            self.details.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 14)
            self.details.show()

    def dismiss(self) -> None:
        """Hide the message."""
        self._undo = None
        self.hide()

    def _do_undo(self) -> None:
        if self._undo is not None:
            self._undo()
