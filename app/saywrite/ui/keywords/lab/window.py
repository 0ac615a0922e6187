"""The keyword lab, in which a copy of the keywords is edited and tried before it is saved. GUI thread.

Loaded when it is opened. “Apply” reports the edited keywords. The window is modal for the main window, whose list of
keywords must not change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from saywrite.dictation.models.keyword_trial import TrialOutcome, TrialRequest
from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.storage.history.store import HistoryStore
from saywrite.text.keywords import Keyword
from saywrite.text.phrase_index import key
from saywrite.ui.keywords.lab.rules_model import HITS, RulesModel
from saywrite.ui.keywords.lab.suggestions_page import SuggestionsPage
from saywrite.ui.keywords.lab.trial_page import TrialPage
from saywrite.ui.keywords.lab.trial_runner import TrialRunner
from saywrite.ui.keywords.panel import KeywordsPanel
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.dialogs import (
    CANCEL,
    ask_about_changes,
    center_on_parent,
    dialog_buttons,
    opening_size,
)
from saywrite.ui.toolkit.layouts.scrolled_view import ScrolledSplit
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.theme.tokens import M, S
from saywrite.ui.toolkit.translation import set_text, tr

SIZE = QSize(960, 600)
SHARES = (2, 3)
"""The widths of both sides."""


class KeywordLabWindow(QDialog):
    """Left the keywords, right their trial and the suggestions."""

    applied = Signal(object)
    """The edited keywords (a tuple of `Keyword`), unfinished rows included."""

    def __init__(
        self,
        keywords: Sequence[Keyword],
        open_history: Callable[[], HistoryStore],
        preferences: Preferences,
        retranscriber: Retranscriber | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`keywords`: the present ones, unfinished rows included."""
        super().__init__(parent)
        self._preferences = preferences
        self.rules = RulesModel()
        self.panel = KeywordsPanel(model=self.rules)
        self.panel.set_keywords(keywords)
        self._present = self.panel.keywords()
        self._opened_with = self.panel.rows()
        self._tried = self._present
        self.advice = NoteLabel("", "warn")
        self.trial = TrialPage(can_hear=retranscriber is not None, now=datetime.now())
        self.suggestions = SuggestionsPage(open_history, preferences, self.panel.keywords)
        self.tabs = QTabWidget()
        self.buttons = dialog_buttons(self, CANCEL)
        self.apply = QPushButton()
        set_text(self.apply.setText, tr("&Apply"))
        self.runner = TrialRunner(open_history, retranscriber, self)
        set_text(self.setWindowTitle, tr("Keyword lab"))
        self._arrange()
        self._connect()
        self._show_advice()
        self.suggestions.reload()
        self.trial.try_button.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def reject(self) -> None:
        """Close the window; with changes that are not applied, ask what becomes of them."""
        if self.panel.rows() == self._opened_with:
            super().reject()
            return
        ask_about_changes(
            self,
            tr("You changed keywords and did not apply the changes."),
            (tr("&Apply"), self._apply),
            lambda: self.done(QDialog.DialogCode.Rejected),
        )

    def done(self, result: int) -> None:
        """Close the window, and stop a trial that still runs."""
        self.runner.stop()
        super().done(result)

    def _try(self, recordings: bool) -> None:
        settings = self._preferences.settings
        tried = self.panel.keywords()
        self._tried = tried
        self.trial.show_running(True)
        self.runner.start(
            TrialRequest(self._present, tried, settings.spoken_punctuation, settings.local_model, recordings)
        )

    def _show_outcome(self, outcome: TrialOutcome) -> None:
        self.trial.show_running(False)
        self.rules.show_results(outcome.tried)
        self.trial.show_outcome(outcome)
        if self.panel.keywords() != self._tried:  # the user has edited them meanwhile
            self.trial.mark_stale()
        self._show_advice()

    def _show_problem(self, words: str) -> None:
        self.trial.show_running(False)
        self.trial.show_problem(words)

    def _show_changed(self) -> None:
        self.trial.mark_stale()
        self._show_advice()

    def _show_advice(self) -> None:
        """Show what is to be said about the selected keyword, and its hits."""
        rows = self.panel.table.selectionModel().selectedRows()
        row = self.panel.shown.mapToSource(rows[0]).row() if len(rows) == 1 else -1
        advice = self.rules.advice(row) if row >= 0 else ""
        set_text(self.advice.setText, advice)
        self.advice.setVisible(bool(advice))
        self.trial.show_hits_of(self.rules.spoken_key(row) if row >= 0 else ())

    def _remove(self, keyword: Keyword) -> None:
        """Remove a suggestion that was added, unless the user edited it since."""
        entries = self.rules.entries(range(self.rules.rowCount()))
        self.rules.take(
            row for row, each in entries if (key(each.spoken), each.written) == (key(keyword.spoken), keyword.written)
        )

    def _show_count(self, number: int) -> None:
        title = tr("Su&ggestions ({number})", number=number) if number else tr("Su&ggestions")
        set_text(self.tabs.setTabText, 1, title)

    def _connect(self) -> None:
        self.panel.changed.connect(lambda _keywords: self._show_changed())
        self.panel.table.selectionModel().selectionChanged.connect(lambda *_rows: self._show_advice())
        self.trial.try_requested.connect(self._try)
        self.trial.stop_requested.connect(self.runner.stop)
        self.runner.progressed.connect(self.trial.show_progress)
        self.runner.ended.connect(self._show_outcome)
        self.runner.failed.connect(self._show_problem)
        self.runner.stopped.connect(lambda: self._show_problem(tr("The trial was stopped.")))
        self.suggestions.add_requested.connect(self.panel.add)
        self.suggestions.removal_requested.connect(self._remove)
        self.suggestions.count_changed.connect(self._show_count)
        self.buttons.accepted.connect(self._apply)

    def _apply(self) -> None:
        self.applied.emit(self.panel.rows())
        self.accept()

    def _arrange(self) -> None:
        self.panel.lab_button.hide()
        self.panel.add_button.setAutoDefault(True)  # else Enter on it would press the default button
        header = self.panel.table.horizontalHeader()
        header.setResizeContentsPrecision(0)  # of thousands of keywords only those in sight are measured
        header.setSectionResizeMode(HITS, QHeaderView.ResizeMode.ResizeToContents)
        below = QVBoxLayout()
        below.setContentsMargins(S, 0, S, S)
        below.addWidget(self.advice)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.panel, 1)
        column.addLayout(below)
        self.tabs.addTab(self.trial, "")
        self.tabs.addTab(self.suggestions, "")
        set_text(self.tabs.setTabText, 0, tr("&Before and after"))
        self._show_count(0)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.tabs)
        for number, share in enumerate(SHARES):
            split.setStretchFactor(number, share)
        split.setSizes([share * SIZE.width() for share in SHARES])
        split.setChildrenCollapsible(False)
        self.buttons.addButton(self.apply, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(M)
        column.addWidget(ScrolledSplit(split), 1)
        column.addWidget(self.buttons)
        self.resize(opening_size(self, SIZE))
