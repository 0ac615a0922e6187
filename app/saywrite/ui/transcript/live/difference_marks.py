"""Marks the words on which two recognizers differ, and swaps them. GUI thread.

A mark is a dotted underline. It lasts while the row has the text that was compared, or a text that swaps have made of
it; after any other edit the user has decided what stands there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QMenu

from saywrite.foundation.events import Difference, WordsDiffer
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.transcript.editor import TranscriptEditor
from saywrite.ui.transcript.rows import Row

SWAP_KEY = "Alt+W"


@dataclass(frozen=True, slots=True)
class _Marked:
    """The differences of a row, in characters of `text`."""

    text: str
    differences: tuple[Difference, ...]


class DifferenceMarks(QObject):
    """The marks of all rows in the editor."""

    def __init__(self, editor: TranscriptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._document = editor.transcript
        self._marked: dict[Row, _Marked] = {}
        QShortcut(QKeySequence(SWAP_KEY), editor, self.swap, context=Qt.ShortcutContext.WidgetShortcut)

    def mark(self, row: Row | None, event: WordsDiffer) -> None:
        """Mark the words of `row`, unless its text has changed meanwhile."""
        if row is not None and row.text == event.text == clean(event.text):
            self._marked[row] = _Marked(event.text, event.differences)
            self._underline(row)

    def add_to_menu(self, menu: QMenu) -> str:
        """Add the entry that swaps the words at the cursor, if they are marked; return these words."""
        found = self._find()
        if found is not None:
            other = found[1].differences[found[2]].other.replace("&", "&&")
            action = menu.addAction(tr("S&wap with “{other}”", other=other))
            action.setShortcut(QKeySequence(SWAP_KEY))
            action.triggered.connect(self.swap)
        return self._words_at_cursor()

    def _words_at_cursor(self) -> str:
        """The marked words at the cursor as they stand in the text, or ""."""
        found = self._find()
        if found is None:
            return ""
        difference = found[1].differences[found[2]]
        return found[0].text[difference.start : difference.end]

    def swap(self) -> None:
        """Write what the other recognizer heard in place of the marked words at the cursor; again swaps back."""
        found = self._find()
        if found is None:
            return
        row, marked, at = found
        chosen = marked.differences[at]
        text = marked.text[: chosen.start] + chosen.other + marked.text[chosen.end :]
        longer = len(text) - len(marked.text)
        swapped = replace(chosen, end=chosen.end + longer, other=marked.text[chosen.start : chosen.end])
        later = (
            replace(each, start=each.start + longer, end=each.end + longer) for each in marked.differences[at + 1 :]
        )
        self._document.edit([(row, text)])
        self._marked[row] = _Marked(text, (*marked.differences[:at], swapped, *later))
        self._underline(row)
        index = self._document.index(row)
        if index is not None:
            self._editor.setTextCursor(self._document.cursor(index, chosen.start))

    def _find(self) -> tuple[Row, _Marked, int] | None:
        """The row with the cursor, its marks, and the index of the one at the cursor."""
        position = self._editor.textCursor().position()
        for row, first, _ in self._document.parts(position, position):
            marked = self._marked.get(row)
            if marked is None or marked.text != row.text:
                continue
            for at, difference in enumerate(marked.differences):
                if difference.start <= first <= difference.end:
                    return row, marked, at
        return None

    def _underline(self, row: Row) -> None:
        index = self._document.index(row)
        if index is None:
            return
        dotted = QTextCharFormat()
        dotted.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        with self._document.program_change():
            for difference in self._marked[row].differences:
                cursor = self._document.cursor(index, difference.start)
                end = self._document.cursor(index, difference.end).position()
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(dotted)
