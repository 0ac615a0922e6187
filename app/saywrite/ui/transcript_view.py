"""The live transcript: what the window shows, and what a person can do with it. GUI thread.

Undo belongs to edits: Qt's undo stack is off, so that Ctrl+Z never takes back speech. `clear` has an undo of its own,
which Ctrl+Z reaches too as long as nothing was edited since.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QWidget

from saywrite.text.export import Document, render
from saywrite.text.keywords import Keyword
from saywrite.ui.arriving_text import ArrivingText
from saywrite.ui.clipboard import copy_text
from saywrite.ui.find_bar import FindBar
from saywrite.ui.replacing import replaced
from saywrite.ui.transcript_document import Snapshot
from saywrite.ui.transcript_lines import document_of
from saywrite.ui.transcript_menu import transcript_menu
from saywrite.ui.transcript_prose import join_rows
from saywrite.ui.transcript_rows import Row, clean

Ids = tuple[tuple[str, int], ...]
"""dictation and number of segments."""


@dataclass(frozen=True, slots=True)
class _Cleared:
    snapshot: Snapshot
    headed: set[str]
    ids: Ids


class TranscriptView(ArrivingText):
    hear_requested = Signal(str, int, int)
    """dictation, start, end in samples."""
    always_write_as = Signal(str)
    """The selected words, which should have been written differently."""
    details_asked = Signal(str)
    """A dictation."""
    segments_cleared = Signal(object)
    segments_restored = Signal(object)
    """`Ids`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cleared: _Cleared | None = None
        self.find_bar = FindBar(self.pane)
        self._column.insertWidget(0, self.find_bar)
        editor = self.pane.editor
        editor.undo_asked.connect(self.undo)
        editor.redo_asked.connect(self.redo)
        editor.menu_asked.connect(self._show_menu)
        editor.hear_asked.connect(lambda: self._hear(editor.current_row()))
        self.pane.hear_asked.connect(self._hear)

    def text(self) -> str:
        """Everything as prose: finals joined, an empty line between dictations."""
        return join_rows(self.document.rows, self.document.languages)

    def selected_text(self) -> str:
        """The selection as prose; "" when nothing is selected."""
        return self.pane.editor.selected_prose()

    def copy(self) -> bool:
        """Copy the selection, or else everything, as plain text. True when it was the selection."""
        selected = self.selected_text()
        copy_text(selected or self.text())
        return bool(selected)

    def copy_with_translation(self) -> None:
        """Copy each segment on a line, its translation on the next one behind a tab."""
        document = self.to_export()
        if document is not None:
            copy_text(render(document, "txt").decode())

    def to_export(self) -> Document | None:
        """The transcript with its times, edits included; None when there is no text."""
        self.flush()
        return document_of(self.document.rows, self._arrivals, self.engine_label)

    def find(self) -> None:  # type: ignore[override]  # hides QWidget.find(window id), not needed here
        """Open the find bar with the selected words."""
        self.find_bar.open(self.selected_text())

    def set_hint(self, text: str) -> None:
        """What the empty transcript says."""
        self.pane.set_hint(text)

    def clear(self) -> Ids:
        """Empty the transcript; `undo_clear()` brings it back. Returns what was taken out."""
        self.flush()
        if not self.document.rows:
            return ()
        ids = tuple((row.dictation, row.number) for row in self.document.rows if row.editable)
        self._cleared = _Cleared(self.document.take_all(), self._arrivals.forget_headings(), ids)
        self.pane.scroll_to_end()
        self.segments_cleared.emit(ids)
        return ids

    def undo_clear(self) -> bool:
        """Put back what the last `clear()` took, before what came since. False when there is nothing to put back."""
        if self._cleared is None:
            return False
        cleared, self._cleared = self._cleared, None
        self.pane.hold_still(lambda: self._put_back(cleared))
        self.translations.look()
        self.segments_restored.emit(cleared.ids)
        return True

    @property
    def can_undo_clear(self) -> bool:
        return self._cleared is not None

    def undo(self) -> None:
        """Undo the newest edit, or else the clearing."""
        if self.document.log.can_undo:
            self._show(self.document.undo())
        else:
            self.undo_clear()

    def redo(self) -> None:
        self._show(self.document.redo())

    def places_of(self, spoken: str) -> int:
        """How often `spoken` stands in the text, as whole words, without regard to case."""
        return replaced(self.document.rows, Keyword(spoken, "\n"))[1]

    def replace_all(self, keyword: Keyword) -> int:
        """Write it as `keyword` says wherever it stands, as one step that can be undone; returns how often."""
        edits, places = replaced(self.document.rows, Keyword(keyword.spoken, clean(keyword.written)))
        if edits:
            self.document.edit(edits)
        return places

    def _put_back(self, cleared: _Cleared) -> None:
        self._arrivals.recall(cleared.headed)
        self.document.put_back(cleared.snapshot)

    def _show(self, position: int | None) -> None:
        if position is None:
            return
        cursor = QTextCursor(self.document.doc)
        cursor.setPosition(min(position, self.document.doc.characterCount() - 1))
        self.pane.reveal(cursor)

    def _hear(self, row: Row | None) -> None:
        if row is not None and row.end > row.start:
            self.hear_requested.emit(row.dictation, row.start, row.end)

    def _show_menu(self, place: QPoint) -> None:
        transcript_menu(self).popup(place)
