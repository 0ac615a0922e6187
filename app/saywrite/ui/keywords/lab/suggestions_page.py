"""The page of the lab with keywords that the user's corrections suggest. GUI thread; the history on pool threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from saywrite.storage.history.records.corrections import (
    ClearedCorrections,
    clear_corrections,
    corrections,
    find_forgotten,
    forget_suggestion,
    has_corrections,
    restore_corrections,
    restore_suggestion,
)
from saywrite.storage.history.store import HistoryStore
from saywrite.text.keyword_sets.suggestions import Suggestion, suggest
from saywrite.text.keywords import Keyword
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.icons import IconPushButton
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.flow_layout import FlowLayout
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import BODY, M, S
from saywrite.ui.toolkit.translation import error_text, follow_language, set_text, tr, tr_count

SUGGESTION = Qt.ItemDataRole.UserRole
HistoryJob = Callable[[HistoryStore], object]


class SuggestionsPage(QWidget):
    """The switch, the list, and buttons that add or forget the selected suggestion."""

    add_requested = Signal(object)
    """The user accepts a `Keyword`."""
    removal_requested = Signal(object)
    """The user takes an accepted `Keyword` back."""
    count_changed = Signal(int)

    def __init__(
        self,
        open_history: Callable[[], HistoryStore],
        preferences: Preferences,
        present: Callable[[], Sequence[Keyword]],
    ) -> None:
        """`present` returns the keywords that are edited, which are not suggested again."""
        super().__init__()
        self._open_history = open_history
        self._preferences = preferences
        self._present = present
        self._undo_job: Callable[[], None] | None = None
        self.switch = QCheckBox()
        set_text(self.switch.setText, tr("Suggest keywords from my &corrections"))
        self.note = NoteLabel()
        self.list = QListWidget()
        self.message = NoteLabel("", "", size=BODY)
        self.undo = IconPushButton("undo")
        set_text(self.undo.setText, tr("&Undo"))
        self.add = QPushButton()
        set_text(self.add.setText, tr("A&dd keyword"))
        self.forget = QPushButton()
        set_text(self.forget.setText, tr("&Forget suggestion"))
        self.clear = IconPushButton("clear")
        set_text(self.clear.setText, tr("Delete all &remembered corrections"))
        self._arrange()
        follow_language(self._describe_again)
        self._connect()
        self._say("")
        self.clear.setEnabled(False)  # until the history has been read
        self._show_enabled()

    def reload(self) -> None:
        """Read the corrections, and list what they suggest now."""
        present = tuple(self._present())

        def read(history: HistoryStore) -> object:
            found = suggest(corrections(history), present, find_forgotten(history))
            return found, has_corrections(history)

        self._ask(read, self._list)

    def add_selected(self) -> None:
        """Add the selected suggestion to the edited keywords; a message offers to undo it."""
        if (suggestion := self._selected()) is None:
            return
        keyword = suggestion.keyword
        self._remove_selected()
        self.add_requested.emit(keyword)

        def undo() -> None:
            self.removal_requested.emit(keyword)
            self.reload()

        words = tr("“{spoken}” was added to the list; press Apply to use it.", spoken=keyword.spoken)
        self._say(words, undo)

    def forget_selected(self) -> None:
        """Never show the selected suggestion again; a message offers to undo it."""
        if (suggestion := self._selected()) is None:
            return
        keyword = suggestion.keyword
        self._remove_selected()
        self._ask(lambda history: forget_suggestion(history, keyword), _ignore)

        def undo() -> None:
            self._ask(lambda history: restore_suggestion(history, keyword), lambda _none: self.reload(), undo)

        self._say(tr("“{spoken}” is not suggested again.", spoken=keyword.spoken), undo)

    def clear_all(self) -> None:
        """Delete what is remembered of corrections; texts stay as they are. A message offers to undo it."""

        def cleared(removed: object) -> None:
            assert isinstance(removed, ClearedCorrections)
            words = tr_count(
                "{n} correction deleted; its text stays.",
                "{n} corrections deleted; their texts stay.",
                len(removed.originals),
            )
            self._say(words, partial(self._restore, removed))
            self.reload()

        self._ask(clear_corrections, cleared)

    def _restore(self, removed: ClearedCorrections) -> None:
        again = partial(self._restore, removed)
        self._ask(lambda history: restore_corrections(history, removed), lambda _none: self.reload(), again)

    def _list(self, read: object) -> None:
        assert isinstance(read, tuple)
        found, remembers = read
        self.clear.setEnabled(remembers)
        row = self.list.currentRow()
        self.list.clear()
        for suggestion in found:
            item = QListWidgetItem(describe_suggestion(suggestion))
            item.setData(SUGGESTION, suggestion)
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        self._show_enabled()

    def _describe_again(self) -> None:
        for item in map(self.list.item, range(self.list.count())):
            item.setText(describe_suggestion(item.data(SUGGESTION)))

    def _selected(self) -> Suggestion | None:
        item = self.list.currentItem()
        return item.data(SUGGESTION) if item is not None else None

    def _remove_selected(self) -> None:
        self.list.takeItem(self.list.currentRow())
        self._show_enabled()

    def _ask(
        self, question: HistoryJob, answer: Callable[[object], None], undo: Callable[[], None] | None = None
    ) -> None:
        """`undo` is offered again when the history refuses."""

        def work() -> object:
            with closing(self._open_history()) as history:
                return question(history)

        run_task(work, answer, lambda error: self._say(error_text(error), undo), owner=self, in_order=True)

    def _say(self, words: str, undo: Callable[[], None] | None = None) -> None:
        self._undo_job = undo
        set_text(self.message.setText, words)
        self.message.setVisible(bool(words))
        self.undo.setVisible(undo is not None)
        announce(self, words)

    def _undo(self) -> None:
        job = self._undo_job
        self._say("")
        self.list.setFocus()
        if job is not None:
            job()

    def _show_enabled(self) -> None:
        on, there = self._preferences.settings.suggest_keywords, self.list.count() > 0
        self.switch.setChecked(on)
        for button in (self.add, self.forget):
            button.setEnabled(there and self.list.currentRow() >= 0)
        if there:
            set_text(self.note.setText, tr("You corrected these words in your texts."))
        elif on:
            set_text(
                self.note.setText,
                tr("Correct a misheard word in a text, and it is suggested here."),
            )
        else:
            set_text(
                self.note.setText,
                tr(
                    "If this is on, what you correct in a text is remembered on this computer, as long as its"
                    " dictation is in the history."
                ),
            )
        self.count_changed.emit(self.list.count())

    def _connect(self) -> None:
        self.switch.clicked.connect(lambda on: self._preferences.update(suggest_keywords=on))
        self._preferences.changed.connect(self._show_enabled)
        self.list.currentRowChanged.connect(lambda _row: self._show_enabled())
        self.list.itemActivated.connect(lambda _item: self.add_selected())
        self.add.clicked.connect(self.add_selected)
        self.forget.clicked.connect(self.forget_selected)
        self.clear.clicked.connect(self.clear_all)
        self.undo.clicked.connect(self._undo)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.forget_selected)

    def _arrange(self) -> None:
        set_text(self.list.setAccessibleName, tr("Suggested keywords"))
        self.list.setAlternatingRowColors(True)
        self.list.setWordWrap(True)
        buttons = FlowLayout(spacing=S)
        for button in (self.add, self.forget, self.clear):
            buttons.addWidget(button)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(self.message, 1)
        row.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(S, M, S, S)
        column.setSpacing(S)
        column.addWidget(self.switch)
        column.addWidget(self.note)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addLayout(buttons)


def describe_suggestion(suggestion: Suggestion) -> str:
    """Say what would be written for what: "“post gress” → “Postgres” (corrected 3 times)"."""
    keyword = suggestion.keyword
    return str(
        tr_count(
            "“{spoken}” → “{written}” (corrected once)",
            "“{spoken}” → “{written}” (corrected {n} times)",
            suggestion.count,
            spoken=keyword.spoken,
            written=keyword.written,
        )
    )


def _ignore(_result: object) -> None:
    """Do nothing with the result."""
