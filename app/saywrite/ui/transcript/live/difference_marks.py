"""Marks the words on which two recognizers differ, and swaps them. GUI thread.

A mark is a dotted underline. It lasts while the row has the text that was compared, or a text that swaps have made of
it; after any other edit the user has decided what stands there.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from saywrite.foundation.events import WordsDiffer
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.transcript.editor import TranscriptEditor
from saywrite.ui.transcript.rows import Row

SWAP_KEY = "Alt+W"


class DifferenceMarks(QObject):
    """The marks of all rows in the editor."""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._document = editor.transcript
        QShortcut(QKeySequence(SWAP_KEY), editor, self.swap, context=Qt.ShortcutContext.WidgetShortcut)

    def mark(self, row: Row | None, event: WordsDiffer) -> None:
        """Mark the words of `row`, unless its text has changed meanwhile."""
        if row is not None and row.text == event.text == clean(event.text):
            row.differences = {event.text: event.differences}
            self._document.recolor_row(row)

    def add_to_menu(self, menu: QMenu) -> str:
        """Add the entry that swaps the words at the cursor, if they are marked; return these words, else ""."""
        found = self._find()
        if found is None:
            return ""
        row, at = found
        difference = row.marked[at]
        action = menu.addAction(tr("S&wap with “{other}”", other=difference.other.replace("&", "&&")))
        action.setShortcut(QKeySequence(SWAP_KEY))
        action.triggered.connect(self.swap)
        return row.text[difference.start : difference.end]

    def swap(self) -> None:
        """Write what the other recognizer heard in place of the marked words at the cursor; again swaps back."""
        found = self._find()
        if found is None:
            return
        row, at = found
        marked, chosen = row.marked, row.marked[at]
        text = row.text[: chosen.start] + chosen.other + row.text[chosen.end :]
        longer = len(text) - len(row.text)
        swapped = replace(chosen, end=chosen.end + longer, other=row.text[chosen.start : chosen.end])
        later = (replace(each, start=each.start + longer, end=each.end + longer) for each in marked[at + 1 :])
        row.differences = {**(row.differences or {}), text: (*marked[:at], swapped, *later)}
        self._document.edit([(row, text)])
        index = self._document.index(row)
        if index is not None:
            self._editor.setTextCursor(self._document.cursor(index, chosen.start))

    def _find(self) -> tuple[Row, int] | None:
        """The row with the cursor, and the index of the difference at the cursor."""
        position = self._editor.textCursor().position()
        for row, first, _ in self._document.parts(position, position):
            for at, difference in enumerate(row.marked):
                if difference.start <= first <= difference.end:
                    return row, at
        return None
