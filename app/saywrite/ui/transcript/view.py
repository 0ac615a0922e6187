"""The live transcript: shows the events of a dictation and offers what the user can do with the text. GUI thread.

Undo applies to edits only: Qt's undo stack is off, so that Ctrl+Z never removes dictated text. `clear()` has its own
undo, which Ctrl+Z also reaches as long as nothing was edited since.

Partials come faster than they can be read: only the newest is shown, once in `PARTIAL_EVERY_MS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QTextCursor
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from saywrite.foundation.catalog import TXT
from saywrite.foundation.events import (
    Finished,
    FrontEndEvent,
    Gap,
    Partial,
    PendingUtterances,
    ProvisionalStretch,
    ProvisionalText,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    Started,
    State,
    StateChanged,
    Structured,
    WordsDiffer,
)
from saywrite.text.export import Document, render
from saywrite.text.keywords import Keyword
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.transcript.document import DocumentSnapshot, TranscriptDocument
from saywrite.ui.transcript.event_writer import CorrectedText, ReplacedText, TranscriptEventWriter
from saywrite.ui.transcript.export_document import document_of
from saywrite.ui.transcript.find_bar import FindBar
from saywrite.ui.transcript.live.announcer import announcer_of
from saywrite.ui.transcript.live.difference_marks import DifferenceMarks
from saywrite.ui.transcript.live.provisional_rows import ProvisionalRows
from saywrite.ui.transcript.live.unfinished_text import UnfinishedText
from saywrite.ui.transcript.pane import TranscriptPane
from saywrite.ui.transcript.paragraphs.undo_stack import EditDebouncer
from saywrite.ui.transcript.rows import Row, join_rows, replaced
from saywrite.ui.transcript.translations import Translations

PARTIAL_EVERY_MS = 40
LONGEST_PHRASE = 80
"""Characters; a longer selection is a passage, not a misheard phrase."""


@dataclass(frozen=True, slots=True)
class _Cleared:
    """What `clear()` removed, for `undo_clear()`."""

    snapshot: DocumentSnapshot
    headed: dict[str, None]


class TranscriptView(QWidget):
    """The transcript with its find bar, clock times and translations."""

    segment_edited = Signal(str, int, str)
    """Dictation, segment number, whole new text; half a second after the last key, or at `flush()`."""
    changed = Signal()
    """The text, its translations or what can be undone may have changed."""
    content_changed = Signal(bool)
    """Whether there is anything to show has changed: text, words being heard, or utterances without text."""
    play_requested = Signal(str, int, int)
    """Dictation, start and end in samples."""
    keyword_requested = Signal(str)
    """The user selected words that should always be written differently."""
    details_requested = Signal(str)
    """The user asked for the details of this dictation."""
    segments_restored = Signal()
    """`undo_clear()` brought back what was removed."""

    def __init__(self) -> None:
        super().__init__()
        self.document = TranscriptDocument(self)
        self.engine_label: Callable[[str], str] = str
        """Gives the name of an engine for people."""
        self.announcer = announcer_of(self)
        self._writer = TranscriptEventWriter(self.document)
        self._provisional = ProvisionalRows(self.document, self._writer.put)
        self._unfinished = UnfinishedText()
        self._debouncer = EditDebouncer(self)
        self._dictation = ""
        self._newest_partial: Partial | None = None
        self._cleared: _Cleared | None = None
        self._has_content = False
        self._partial_timer = QTimer(self, singleShot=True, interval=PARTIAL_EVERY_MS)
        self.pane = TranscriptPane(
            self.document, self._time_of, lambda row: self._writer.note_of(row, self.engine_label)
        )
        self.find_bar = FindBar(self.pane)
        self.marks = DifferenceMarks(self.pane.editor)
        self.translations = Translations(self.pane, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.find_bar)
        column.addWidget(self.pane, 1)
        column.addWidget(self.translations.strip)
        self._connect()

    def _connect(self) -> None:
        editor = self.pane.editor
        self._partial_timer.timeout.connect(self._show_newest_partial)
        self.document.changed.connect(self._update_content)
        self.document.changed.connect(self.changed)
        self.document.edited.connect(self._debouncer.add)
        self._debouncer.edit_ready.connect(self.segment_edited)
        self._debouncer.paused.connect(lambda: self.document.log.fence())
        editor.focus_lost.connect(self._debouncer.flush)
        editor.undo_requested.connect(self.undo)
        editor.redo_requested.connect(self.redo)
        editor.menu_requested.connect(lambda position: context_menu(self).popup(position))
        editor.play_requested.connect(lambda: self._play(editor.current_row()))
        self.pane.play_requested.connect(lambda row: self._play(row, self.document.paragraphs.sound_end(row)))

    # Events of the dictation

    @Slot(object)
    def receive(self, event: FrontEndEvent | CorrectedText | ReplacedText) -> None:
        """Show an event of the dictation, or a text from another window; events of other kinds are ignored."""
        match event:
            case Partial():
                self._take_partial(event)
            case ProvisionalText():
                self._show_provisional(event)
            case SegmentAdded():
                self._add_segment(event)
            case Started():
                self._begin(event)
            case Finished():
                self._finish(event)
            case StateChanged(state=State.IDLE | State.FAILED):
                self._drop_partial()
            case SegmentsRemoved():
                self.announcer.remove(event.dictation, event.numbers)
                self.flush()
                self.pane.hold_still(lambda: self._writer.remove(event))
                self.translations.refresh()
            case WordsDiffer(dictation=dictation, number=number):
                self.marks.mark(self._writer.row(dictation, number), event)
            case SegmentTranslated():
                if self._writer.translate(event):
                    self._show_translations()
            case CorrectedText() | ReplacedText():
                self.pane.hold_still(lambda: self._writer.change(event))
                self.translations.refresh()
            case Gap():
                self.pane.hold_still(lambda: self._writer.add_gap(event))
            case PendingUtterances() if event.dictation == self._dictation:
                self._unfinished.pending = event.utterances
                self._show_unfinished()
            case Structured():
                self._writer.keep_structured(event)

    def set_paragraph_pause(self, pause_s: float) -> None:
        """Begin paragraphs after a pause of this length in seconds; 0 shows each utterance in a line."""
        self.pane.hold_still(lambda: self.document.group(pause_s))
        self._show_unfinished()

    def show_partial(self, text: str, agreed: int = 0) -> None:
        """Show the words being heard below the last row; the first `agreed` characters will hardly change."""
        self._unfinished.set_partial(text, agreed)
        self._show_unfinished()

    def _begin(self, event: Started) -> None:
        self._writer.begin(event, self.engine_label(event.engine))
        self._dictation = event.dictation
        self.announcer.begin(event.dictation)
        self._unfinished.clear()
        self._provisional.forget(event.dictation)
        self._drop_partial()

    def _finish(self, event: Finished) -> None:
        self.announcer.end(event.dictation)
        if event.dictation == self._dictation:
            if not event.pending:
                self._unfinished.pending = ()
            self._drop_partial()

    def _add_segment(self, event: SegmentAdded) -> None:
        """Add a final; it replaces the partial and the lines about its utterance."""
        segment, replaces = event.segment, self._provisional.take_over(event.dictation, event.segment)
        if event.dictation == self._dictation:
            self._drop_partial()
            self._unfinished.cover(segment.start, segment.end)
        if replaces.unwanted:
            self.segment_edited.emit(event.dictation, segment.number, "")
            self._show_unfinished()
            return
        self.pane.hold_still(partial(self._writer.add, event, replaces.row))
        if replaces.row is not None:
            self.flush()
        if segment.translation:
            self._show_translations()
        self._show_unfinished()
        self.announcer.take_final(event.dictation, segment.number, segment.text)

    def _show_provisional(self, event: ProvisionalText) -> None:
        """Show what this computer heard before the service's text comes; it replaces the partial."""
        without_row: list[ProvisionalStretch] = []
        self.pane.hold_still(lambda: without_row.extend(self._provisional.show(event)))
        if event.dictation == self._dictation:
            self._unfinished.set_provisional(event.stretches, without_row)
            self._drop_partial()

    def _take_partial(self, event: Partial) -> None:
        if event.dictation == self._dictation:
            self._newest_partial = event
            if not self._partial_timer.isActive():
                self._partial_timer.start()

    @Slot()
    def _show_newest_partial(self) -> None:
        if self._newest_partial is not None:
            newest, self._newest_partial = self._newest_partial, None
            self.show_partial(newest.text, newest.agreed)
            self.announcer.take_partial(newest.text)

    def _drop_partial(self) -> None:
        self._newest_partial = None
        self._partial_timer.stop()
        self.show_partial("")

    def _show_unfinished(self) -> None:
        """Show what has no final text yet: utterances that wait for it, and the words being heard."""
        shown = self._unfinished.shown(self.document, self._dictation)
        self.pane.show_partial(shown, self._writer.heading_to_come(self._dictation))
        self._update_content()

    def _show_translations(self) -> None:
        self.translations.refresh()
        self.changed.emit()

    @Slot()
    def _update_content(self) -> None:
        has_content = bool(self.document.rows or self._unfinished)
        if has_content != self._has_content:
            self._has_content = has_content
            self.content_changed.emit(has_content)

    # The text

    @property
    def word_count(self) -> int:
        """The number of words in the transcript."""
        return self.document.words

    def text(self) -> str:
        """Everything as prose: finals joined, an empty line between dictations."""
        return join_rows(self.document.rows, self.document.languages, paragraphs=self.document.in_paragraphs)

    def selected_text(self) -> str:
        """The selection as prose; "" when nothing is selected."""
        return self.pane.editor.selected_prose()

    def copy(self) -> bool:
        """Copy the selection, or else everything, as plain text; True when it was the selection."""
        selected = self.selected_text()
        copy_text(selected or self.text())
        return bool(selected)

    def copy_with_translation(self) -> None:
        """Copy each segment on a line, followed by a line with a tab and its translation."""
        if (document := self.to_export()) is not None:
            copy_text(render(document, TXT).decode())

    def to_export(self) -> Document | None:
        """The transcript with its times and edits; None when there is no text."""
        self.flush()
        pause_s = self.document.paragraphs.pause_s
        return document_of(self.document.rows, self._writer, self.engine_label, pause_s)

    def flush(self) -> None:
        """Report edits that wait for a pause: at stop, at quit and before an export."""
        self._debouncer.flush()

    # What the user can do

    def find(self) -> None:  # type: ignore[override]  # hides QWidget.find(window id), which is not needed here
        """Open the find bar with the selected words."""
        self.find_bar.open(self.selected_text())

    def clear(self) -> bool:
        """Empty the transcript, which `undo_clear()` reverses; False when it was empty."""
        self.flush()
        if not self.document.rows:
            return False
        self._provisional.note_cleared()
        self._cleared = _Cleared(self.document.take_all(), self._writer.forget_headings())
        self.pane.scroll_to_end()
        return True

    def undo_clear(self) -> bool:
        """Put back what the last `clear()` removed, before newer text; False when there is nothing."""
        cleared, self._cleared = self._cleared, None
        if cleared is None:
            return False
        self.pane.hold_still(lambda: self._writer.put_back(cleared.snapshot, cleared.headed))
        self._provisional.note_restored()
        self.translations.refresh()
        self.changed.emit()
        self.segments_restored.emit()
        return True

    @property
    def can_undo_clear(self) -> bool:
        """Whether a `clear()` can be undone."""
        return self._cleared is not None

    def undo(self) -> None:
        """Undo the newest edit, or else the last `clear()`."""
        if self.document.log.can_undo:
            self._reveal(self.document.undo())
        else:
            self.undo_clear()

    def redo(self) -> None:
        """Redo the edit that was undone last."""
        self._reveal(self.document.redo())

    def count_occurrences(self, spoken: str) -> int:
        """How often `spoken` occurs in the text, as whole words, without regard to case."""
        return replaced(self.document.rows, Keyword(spoken, "\n"))[1]

    def replace_all(self, keyword: Keyword) -> int:
        """Apply a keyword to the whole text, as one step of undo; returns the number of replacements."""
        edits, count = replaced(self.document.rows, Keyword(keyword.spoken, clean(keyword.written)))
        if edits:
            self.document.edit(edits)
        return count

    def _reveal(self, position: int | None) -> None:
        if position is None:
            return
        cursor = QTextCursor(self.document.doc)
        cursor.setPosition(min(position, self.document.doc.characterCount() - 1))
        self.pane.reveal(cursor)

    def _play(self, row: Row | None, end: int = 0) -> None:
        """Play a row, and what follows it to the sample `end`."""
        if row is not None and (end := max(end, row.end)) > row.start:
            self.play_requested.emit(row.dictation, row.start, end)

    def _time_of(self, row: Row) -> str:
        return self._writer.time_of(row)


def context_menu(view: TranscriptView) -> QMenu:
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

    entry(tr("&Undo"), QKeySequence.StandardKey.Undo, log.can_undo or view.can_undo_clear).triggered.connect(view.undo)
    entry(tr("&Redo"), QKeySequence.StandardKey.Redo, log.can_redo).triggered.connect(view.redo)
    menu.addSeparator()
    entry(tr("Cu&t"), QKeySequence.StandardKey.Cut, bool(selected) and editable).triggered.connect(editor.cut_selection)
    entry(tr("&Copy"), QKeySequence.StandardKey.Copy, bool(selected)).triggered.connect(view.copy)
    entry(tr("&Paste"), QKeySequence.StandardKey.Paste, editable and editor.canPaste()).triggered.connect(editor.paste)
    menu.addSeparator()
    audible = row is not None and row.end > row.start
    entry(tr("&Hear"), "Ctrl+Return", audible).triggered.connect(editor.play_requested)
    selected = selected or view.marks.add_to_menu(menu)
    phrase = bool(selected) and len(selected) <= LONGEST_PHRASE and "\n" not in selected
    entry(tr("Always &write as…"), "", phrase).triggered.connect(lambda: view.keyword_requested.emit(selected))
    if row is not None and row.translation:
        entry(tr("Copy t&ranslation"), "", True).triggered.connect(lambda: copy_text(row.translation))
    if row is not None:
        about = partial(view.details_requested.emit, row.dictation)
        entry(tr("Details of this &dictation…"), "", True).triggered.connect(lambda: about())
    menu.addSeparator()
    any_rows = bool(view.document.rows)
    entry(tr("&Find…"), QKeySequence.StandardKey.Find, any_rows).triggered.connect(view.find)
    entry(tr("Select &all"), QKeySequence.StandardKey.SelectAll, any_rows).triggered.connect(editor.selectAll)
    return menu
