"""The live transcript: what the window shows, and what a person can do with it. GUI thread.

Undo belongs to edits: Qt's undo stack is off, so that Ctrl+Z never takes back speech. `clear` has an undo of its own,
which Ctrl+Z reaches too as long as nothing was edited since.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QTextCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from saywrite.foundation.catalog import LOCAL, TXT
from saywrite.foundation.events import (
    Gap,
    PendingUtterances,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    Started,
    Structured,
)
from saywrite.text.export import Document, render
from saywrite.text.keywords import Keyword
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.transcript.editable_document import DocumentSnapshot, TranscriptDocument
from saywrite.ui.transcript.event_writer import TranscriptEventWriter
from saywrite.ui.transcript.export_document import document_of
from saywrite.ui.transcript.find_bar import FindBar
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.rows import Row, clean, join_rows, replaced, waiting_lines
from saywrite.ui.transcript.translations import Translations
from saywrite.ui.transcript.undo_stack import EditDebouncer


class ArrivingText(QWidget):
    segment_edited = Signal(str, int, str)
    """dictation, number, the whole new text; half a second after the last key, or at `flush()`."""
    changed = Signal()
    """Any change of text: `word_count` and what can be undone may differ."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = TranscriptDocument(self)
        self._arrivals = TranscriptEventWriter(self.document)
        self._waiting = EditDebouncer(self)
        self._outstanding: tuple[tuple[int, int], ...] = ()
        self._heard = ""
        self._agreed = 0
        self.engine_label: Callable[[str], str] = str
        """An engine's name for people."""
        self._dictation = ""
        self.pane = TranscriptPane(self.document, self._time_of, self._note_of)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.pane, 1)
        self.translations = Translations(self.pane, self)
        self._column.addWidget(self.translations.strip)
        self.setFocusProxy(self.pane.editor)
        self.document.changed.connect(self.changed)
        self.document.edited.connect(self._waiting.put)
        self._waiting.told.connect(self.segment_edited)
        self._waiting.paused.connect(self._end_step)
        self.pane.editor.left.connect(self._waiting.flush)

    def begin(self, started: Started, engine: str = "") -> None:
        """A dictation started; `engine` is its name for people."""
        self._arrivals.begin(started, engine)
        self._dictation = started.dictation
        self._outstanding = ()
        self.clear_partial()

    def add(self, event: SegmentAdded) -> None:
        segment = event.segment
        if event.dictation == self._dictation:
            self._outstanding = tuple(
                (start, end) for start, end in self._outstanding if end <= segment.start or start >= segment.end
            )
        self.pane.hold_still(partial(self._arrivals.add, event))
        if segment.translation:
            self.translations.refresh()
        self._show_heard()

    def remove(self, event: SegmentsRemoved) -> None:
        self.flush()
        self.pane.hold_still(lambda: self._arrivals.remove(event))

    def add_gap(self, gap: Gap) -> None:
        self.pane.hold_still(lambda: self._arrivals.add_gap(gap))

    def show_partial(self, text: str, agreed: int = 0) -> None:
        """The words being heard right now, below the last row; the first `agreed` characters will hardly change."""
        self._heard = clean(text)
        self._agreed = len(clean(text[:agreed]))
        self._show_heard()

    def clear_partial(self) -> None:
        self.show_partial("")

    def show_outstanding(self, event: PendingUtterances) -> None:
        """Speech whose text is still to come, below the last row; a final there takes its line away."""
        if event.dictation == self._dictation:
            self._outstanding = event.utterances
            self._show_heard()

    @property
    def is_waiting(self) -> bool:
        """Speech is shown whose text is still to come."""
        return bool(self._outstanding)

    def translate(self, event: SegmentTranslated) -> None:
        if self._arrivals.translate(event):
            self.translations.refresh()

    def flush(self) -> None:
        """Tell edits that still wait for a pause: at stop, at quit, before an export."""
        self._waiting.flush()

    @property
    def word_count(self) -> int:
        return self.document.words

    def keep_structured(self, event: Structured) -> None:
        """For exports."""
        self._arrivals.keep_structured(event)

    def _show_heard(self) -> None:
        # The words being heard are those of the last utterance: it needs no line of its own beside them.
        waiting = waiting_lines(self._outstanding[:-1] if self._heard else self._outstanding)
        text = "\n".join([*waiting, self._heard] if self._heard else waiting)
        start = len(text) - len(self._heard)
        agreed = (start, start + self._agreed) if self._agreed else (0, 0)
        self.pane.show_partial(text, self._arrivals.heading_to_come(self._dictation), agreed)

    def _time_of(self, row: Row) -> str:
        then = self._arrivals.clock(row)
        return f"{then:%H:%M:%S}" if then else ""

    def _note_of(self, row: Row) -> str:
        known = self._arrivals.dictation_info(row.dictation) if row.engine else None
        if known is None:
            return ""
        if row.engine == LOCAL:
            return f"Recognized on this computer while {known.engine} was away"
        return f"Recognized by {self.engine_label(row.engine)} while {known.engine} was away"

    def _end_step(self) -> None:
        self.document.log.fence()


if TYPE_CHECKING:
    pass  # SELF

LONGEST_PHRASE = 80
"""Characters; a longer selection is a passage, not something misheard."""


def transcript_menu(view: TranscriptView) -> QMenu:
    """A menu for what is selected or under the cursor now; it deletes itself when it closes."""
    editor, log = view.pane.editor, view.document.log
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    selected = view.selected_text().strip()
    editable = not editor.isReadOnly()
    row = editor.current_row()

    def entry(text: str, shortcut: QKeySequence.StandardKey | str, enabled: bool) -> QAction:
        action = menu.addAction(text)
        action.setShortcut(QKeySequence(shortcut))
        action.setEnabled(enabled)
        return action

    entry("&Undo", QKeySequence.StandardKey.Undo, log.can_undo or view.can_undo_clear).triggered.connect(view.undo)
    entry("&Redo", QKeySequence.StandardKey.Redo, log.can_redo).triggered.connect(view.redo)
    menu.addSeparator()
    entry("Cu&t", QKeySequence.StandardKey.Cut, bool(selected) and editable).triggered.connect(editor.cut_selection)
    entry("&Copy", QKeySequence.StandardKey.Copy, bool(selected)).triggered.connect(view.copy)
    entry("&Paste", QKeySequence.StandardKey.Paste, editable and editor.canPaste()).triggered.connect(editor.paste)
    menu.addSeparator()
    hear = entry("&Hear", "Ctrl+Return", row is not None and row.end > row.start)
    hear.triggered.connect(editor.hear_asked)
    phrase = bool(selected) and len(selected) <= LONGEST_PHRASE and "\n" not in selected
    always = entry("Always &write as…", "", phrase)
    always.triggered.connect(lambda: view.always_write_as.emit(selected))
    if row is not None and row.translation:
        entry("Copy t&ranslation", "", True).triggered.connect(lambda: copy_text(row.translation))
    if row is not None:
        entry("Details of this &dictation…", "", True).triggered.connect(lambda: view.details_asked.emit(row.dictation))
    menu.addSeparator()
    entry("&Find…", QKeySequence.StandardKey.Find, bool(view.document.rows)).triggered.connect(view.find)
    everything = entry("Select &all", QKeySequence.StandardKey.SelectAll, bool(view.document.rows))
    everything.triggered.connect(editor.selectAll)
    return menu


Ids = tuple[tuple[str, int], ...]
"""dictation and number of segments."""


@dataclass(frozen=True, slots=True)
class _Cleared:
    snapshot: DocumentSnapshot
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
            copy_text(render(document, TXT).decode())

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
