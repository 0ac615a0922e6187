"""The history: find, hear, correct, transcribe again, copy, export or delete past dictations. GUI thread.

Queries run on a pool thread. Loaded when it is opened for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QPushButton, QSplitter, QVBoxLayout, QWidget

from saywrite.foundation.events import RecordClosed, StoredTextChanged
from saywrite.foundation.messages import message
from saywrite.storage.history.records.corrections import correct_segments
from saywrite.storage.history.records.trash import UNDO_FOR, empty_trash, move_to_trash, restore_from_trash
from saywrite.storage.history.records.versions import use_version
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.history.access import NO_CHOICES, HistoryTools, LoadedDictation, OpenOnce, load_dictation
from saywrite.ui.history.dictation_list import HIT, ID
from saywrite.ui.history.dictation_view import DictationView
from saywrite.ui.history.listing.column import DictationColumn
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.dialogs import ask_about_changes, center_on_parent, is_quitting, opening_size
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.layouts.scrolled_view import ScrolledMessage, ScrolledView
from saywrite.ui.toolkit.screen_reader import Role, announce, has_role
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import error_text, joined, set_text, tr, tr_count, worded
from saywrite.ui.transcript.event_writer import CorrectedText
from saywrite.ui.widgets.choosers import EngineChoices

SIZE = QSize(980, 640)
UNFINISHED = message("The recording of a dictation without its complete text stays among the unfinished ones.")


@has_role(Role.Window)
class HistoryWindow(QWidget):
    """A list of past dictations with search and filters, and the selected one with its recording."""

    export_requested = Signal(object)
    """The user asked to export these: a tuple of `Dictated`."""
    texts_changed = Signal(object)
    """The ids of dictations whose texts were corrected, replaced, deleted or restored here."""
    corrected = Signal(object)
    """The user saved a `CorrectedText`."""
    details_requested = Signal(object)
    """The user asked for the details of a `Dictated`."""
    ledger_requested = Signal()
    """The user asked where the speech of each month went."""

    def __init__(
        self,
        open_history: Callable[[], HistoryStore],
        now: Callable[[], datetime] = datetime.now,
        parent: QWidget | None = None,
        choices: EngineChoices = NO_CHOICES,
        tools: HistoryTools | None = None,
        remembers: Callable[[], bool] = lambda: False,
    ) -> None:
        """Without `tools`, the window neither plays nor transcribes again.

        `remembers`: whether the text before a correction is kept for suggestions of keywords.
        """
        super().__init__(parent, Qt.WindowType.Window)
        self._history = OpenOnce(open_history)
        self._remembers = remembers
        self._deleted: list[str] = []
        self._saved: dict[int, str] = {}  # the changes that are in the history, while the text is edited
        self._stored: dict[int, str] = {}  # the texts in the history; only jobs, which run in order, change these
        self.column = DictationColumn(choices, now, self._ask)
        self.query, self.filters, self.list = self.column.query, self.column.filters, self.column.list
        self.view = DictationView(choices, open_history, now, tools)
        self.text, self.player = self.view.text, self.view.player
        self.note = NoteLabel()
        self.undo = worded(IconPushButton("undo"), tr("&Undo"))
        self.copy = worded(IconPushButton("copy"), tr("&Copy"))
        self.edit = worded(IconPushButton("edit"), tr("Ed&it"))
        self.save = worded(IconPushButton("check"), tr("&Save"))
        self.discard = worded(QPushButton(), tr("Ca&ncel"))
        self.export = worded(IconPushButton("export"), tr("&Export…"))
        self.details = worded(IconPushButton("info"), tr("Detai&ls…"))
        self.delete = worded(IconPushButton("clear"), tr("&Delete"))
        self._undo_timer = QTimer(self, singleShot=True, interval=int(UNDO_FOR.total_seconds() * 1000))
        set_text(self.setWindowTitle, tr("History – Saywrite"))
        self.resize(opening_size(self, SIZE))
        self._arrange()
        self._connect()
        self._say("")
        self._show_loaded(None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Delete for good what was deleted, and close the database; with changes, ask and stay open."""
        self._leave_editing(self.close)
        if self.text.editing and not is_quitting():
            event.ignore()
            return
        self.player.end()
        self._empty_trash()
        run_task(self._history.close, in_order=True)
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        center_on_parent(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.list.follow_day()

    @Slot(object)
    def receive(self, event: object) -> None:
        """Follow what is played, and list a dictation that ended or was edited; other events are ignored."""
        self.player.receive(event)
        if isinstance(event, RecordClosed | StoredTextChanged):
            self._reopen(event.dictation)

    # The list

    def reload(self) -> None:
        """Load the list and what can be filtered; the next letter begins a new search."""
        self.column.begin()

    def _ask(
        self,
        question: Callable[[HistoryStore], object],
        answer: Callable[[object], None],
        refuse: Callable[[Exception], None] | None = None,
    ) -> None:
        """Without `refuse`, the window says why there is no answer."""
        run_task(
            lambda: question(self._history.get()),
            answer,
            refuse or (lambda error: self._say(error_text(error))),
            owner=self,
            in_order=True,
        )

    def _say(self, words: str) -> None:
        """Show a message; what was deleted last can be undone beside each one."""
        set_text(self.note.setText, words)
        self.undo.setVisible(bool(self._deleted))

    def _end_search(self) -> None:
        if not self._deleted:
            self._say("")

    # The selected dictation

    def _open(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        dictation, hit = str(item.data(ID)), item.data(HIT)

        def show(loaded: object) -> None:
            current = self.list.currentItem()
            unsaved = self.text.editing and self.text.changes().items() - self._saved.items()
            if unsaved or current is None or current.data(ID) != dictation:
                return
            if isinstance(loaded, LoadedDictation):
                self._show_loaded(loaded)
                self.text.mark_hits(self.column.words, hit.number if hit else None)
            else:  # deleted since the list was made
                self._show_loaded(None)
                self.column.remove([dictation])
                announce(self, tr("This dictation was deleted meanwhile."))

        self._ask(lambda history: load_dictation(history, dictation), show)

    def _show_loaded(self, loaded: LoadedDictation | None) -> None:
        self.view.show_loaded(loaded)
        self._show_editing()
        for button in (self.export, self.details, self.delete):
            button.setEnabled(loaded is not None)
        self.copy.setEnabled(bool(self.text.passage.text))
        self.edit.setEnabled(self.view.can_edit)

    def show_unlisted(self, loaded: LoadedDictation | None) -> None:
        """Show a dictation that is not in the list; what works on the selected entries is disabled."""
        self._show_loaded(loaded)
        for button in (self.export, self.delete):
            button.setEnabled(False)

    def _reopen(self, dictation: str) -> None:
        """Read the list again, and a dictation that changed when it is the shown one.

        A closed window has closed the history, and reads everything when it is opened.
        """
        if not self.isVisible():
            return
        self.column.refresh()
        current = self.list.current()
        if current is not None and current.dictation == dictation:
            self._open(self.list.currentItem())

    def _use_version(self, number: int) -> None:
        dictation, at = self.view.dictation, datetime.now().astimezone()
        self._ask(
            lambda history: use_version(history, dictation, number, at), lambda _none: self._show_new_text(dictation)
        )

    def _show_new_text(self, dictation: str) -> None:
        self._reopen(dictation)
        self.texts_changed.emit((dictation,))

    # Commands

    def _show_details(self) -> None:
        if self.view.loaded is not None:
            self.details_requested.emit(self.view.loaded.dictated)

    def _copy(self) -> None:
        copy_text(self.text.selected_prose())
        announce(self, tr("Copied"))

    def _begin_editing(self) -> None:
        self.player.end()
        self._saved, self._stored = {}, self.view.texts
        self.text.set_editing(True)
        self._show_editing()
        self.text.setFocus()

    def _leave_editing(self, then: Callable[[], object] = lambda: None) -> None:
        """End to edit. With changes, ask: `then` is called when the user has saved or discarded them."""

        def discard() -> None:
            self._end_editing()
            then()

        if self.text.changes():
            words = tr("You changed the text and did not save it.")
            ask_about_changes(self, words, (tr("&Save"), lambda: self._save(discard)), discard)
        else:
            self._end_editing()

    def _end_editing(self) -> None:
        self.text.set_editing(False)
        self._show_editing()

    def _save(self, then: Callable[[], object] = lambda: None) -> None:
        """Write the changes, then call `then`. After a failure or typing meanwhile the editing goes on."""
        dictation, changes, remembers = self.view.dictation, self.text.changes(), self._remembers()
        stored = self._stored

        def save(history: HistoryStore) -> None:
            correct_segments(history, dictation, changes, stored, remembers=remembers)
            stored.update(changes)

        def saved(_none: object) -> None:
            announce(self, tr("Saved"))
            self.corrected.emit(CorrectedText(dictation, changes))
            self.texts_changed.emit((dictation,))
            self._saved = self._saved | changes
            if self.text.changes() == changes:
                then()
                self._reopen(dictation)

        self._ask(save, saved)

    def _show_editing(self) -> None:
        editing = self.text.editing
        for button in (self.copy, self.edit, self.export, self.details, self.delete):
            button.setVisible(not editing)
        for answer in (self.save, self.discard):
            answer.setVisible(editing)
        for widget in (self.column, self.undo, self.view.again, self.view.versions):
            widget.setEnabled(not editing)

    def _export(self) -> None:
        chosen = self.list.chosen()

        def load(history: HistoryStore) -> object:
            return tuple(each for each in map(history.load, chosen) if each is not None)

        def ask_where(loaded: object) -> None:
            if loaded:
                self.export_requested.emit(loaded)
            else:
                self._say(tr("This dictation was deleted meanwhile."))

        self._ask(load, ask_where)

    def _delete(self) -> None:
        chosen = self.list.chosen()
        at = datetime.now().astimezone()

        def removed(lacking: object) -> None:
            self._deleted += chosen
            self._undo_timer.start()
            self.column.remove(chosen)
            self.texts_changed.emit(tuple(chosen))
            words = tr_count("{n:,} dictation deleted.", "{n:,} dictations deleted.", len(chosen))
            self._say(joined(" ", words, UNFINISHED) if lacking else words)
            announce(self, words)

        if chosen:
            self._ask(lambda history: move_to_trash(history, chosen, at), removed)

    def _undo_delete(self) -> None:
        restored, self._deleted = self._deleted, []
        self._undo_timer.stop()
        self._say("")

        def refuse(error: Exception) -> None:
            """Offer the undo again: what stays in the trash is deleted for good."""
            self._deleted = restored + self._deleted
            self._undo_timer.start()
            self._say(error_text(error))

        def show(_number: object) -> None:
            self.column.put_back(restored)
            self.texts_changed.emit(tuple(restored))

        self._ask(lambda history: restore_from_trash(history, restored), show, refuse)

    def _empty_trash(self) -> None:
        """Delete for good: the undo is over."""
        if self._deleted:
            self._deleted = []
            self._say("")
            now = datetime.now().astimezone()
            self._ask(lambda history: empty_trash(history, now, older_than=timedelta(0)), lambda _ids: None)

    # Layout

    def _arrange(self) -> None:
        right = QWidget()
        buttons = FlowLayout(spacing=S)
        for button in (self.copy, self.edit, self.export, self.details, self.delete, self.save, self.discard):
            buttons.addWidget(button)
        message = QWidget()
        words = QVBoxLayout(message)
        words.setContentsMargins(0, 0, 0, 0)
        words.addWidget(self.note)
        line = QHBoxLayout()
        line.addWidget(ScrolledMessage(message), 1)
        line.addWidget(self.undo)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(ScrolledView(self.view), 1)
        column.addLayout(line)
        column.addLayout(buttons)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.column)
        split.addWidget(right)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setSizes([SIZE.width() // 3, SIZE.width() * 2 // 3])
        split.setChildrenCollapsible(False)
        QVBoxLayout(self).addWidget(split)

    def _connect(self) -> None:
        self.column.loaded.connect(self._end_search)
        self.column.emptied.connect(lambda: self._show_loaded(None))
        self._undo_timer.timeout.connect(self._empty_trash)
        self.list.reading_requested.connect(self.text.setFocus)
        self.list.currentItemChanged.connect(lambda item, _before: self._open(item))
        self.view.can_edit_changed.connect(lambda: self.edit.setEnabled(self.view.can_edit))
        self.view.versions.wanted.connect(self._use_version)
        self.view.again.finished.connect(self._show_new_text)
        self.view.failed.connect(self._say)
        self.view.ledger_requested.connect(self.ledger_requested)
        pressed = (
            (self.copy, self._copy),
            (self.edit, self._begin_editing),
            (self.save, self._save),
            (self.discard, self._end_editing),
            (self.export, self._export),
            (self.details, self._show_details),
            (self.delete, self._delete),
            (self.undo, self._undo_delete),
        )
        for button, act in pressed:
            button.clicked.connect(lambda _checked=False, act=act: act())
        QShortcut(QKeySequence.StandardKey.Find, self, self.query.begin)
        QShortcut(QKeySequence("Ctrl+P"), self, self.player.toggle)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._escape)
        QShortcut(QKeySequence.StandardKey.Delete, self.list, self._delete, context=Qt.ShortcutContext.WidgetShortcut)

    def _escape(self) -> None:
        """End what is going on, or close the window."""
        if self.text.editing:
            self._leave_editing()
        elif self.player.playing:
            self.player.end()
        else:
            self.close()
