"""Shows the details of a dictation, and its text in the window of the history. GUI thread.

The details are from the history, and from the events of the newest dictation.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, Slot

from saywrite.foundation.events import FrontEndEvent, ProgressChanged, Started, Traffic
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.translation import error_text, tr
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.storage.history.store import Dictated, HistoryStore
    from saywrite.ui.history.window import HistoryWindow

DETAILS_KEY = "details"


class Details(QObject):
    """Opens the window with the details of a dictation.

    It keeps the events of the newest dictation, which the history contains a little later.
    """

    def __init__(self, window: MainWindow, choices: EngineChoices, open_history: Callable[[], HistoryStore]) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._open_history = open_history
        self._dictation = ""
        self._gauge: ProgressChanged | None = None
        self._traffic: dict[str, Traffic] = {}
        window.actions_.details.triggered.connect(lambda: self.ask(self._dictation))
        window.transcript.details_requested.connect(self.ask)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Keep progress and traffic of the newest dictation; events of other kinds are ignored."""
        match event:
            case Started():
                if event.dictation != self._dictation:
                    self._dictation, self._gauge, self._traffic = event.dictation, None, {}
                self._window.actions_.details.setEnabled(True)
            case ProgressChanged() if event.dictation == self._dictation:
                self._gauge = event
            case Traffic() if event.dictation == self._dictation:
                self._traffic[event.host] = event

    @Slot(str)
    def ask(self, dictation: str) -> None:
        """Load a dictation from the history and show its details."""

        def load() -> Dictated | None:
            with closing(self._open_history()) as history:
                return history.load(dictation)

        def show(dictated: Dictated | None) -> None:
            if dictated is None:
                self._show_problem(
                    tr("This dictation is not in the history."), tr("Details are kept with its text there.")
                )
            else:
                self.show(dictated)

        run_task(load, show, lambda error: self._show_problem(error_text(error), ""), owner=self, in_order=True)

    @Slot(object)
    def show(self, dictated: Dictated) -> None:
        """Show the details of a dictation of the history."""
        from saywrite.ui.history.details import DetailsWindow, RunningDictation, facts, format_results

        self._window.notices.withdraw(DETAILS_KEY)
        newest = dictated.summary.dictation == self._dictation
        running = RunningDictation(self._gauge, self._traffic) if newest else RunningDictation()
        DetailsWindow(facts(dictated, self._choices, running), format_results(dictated), self._window).show()

    def _show_problem(self, what: str, remedy: str) -> None:
        self._window.notices.notify(Severity.INFO, what, remedy, key=DETAILS_KEY, counted=False)


def open_at(window: HistoryWindow, open_history: Callable[[], HistoryStore], dictation: str) -> None:
    """Show a dictation in the window, which lists its newest ones: it need not be among them."""
    from saywrite.ui.history.access import LoadedDictation, load_dictation
    from saywrite.ui.history.dictation_list import ID

    with QSignalBlocker(window.query):
        window.query.clear()
    window.filters.reset()
    window.reload()

    def load() -> LoadedDictation | None:
        with closing(open_history()) as history:
            return load_dictation(history, dictation)

    def show(loaded: LoadedDictation | None) -> None:
        if window.text.editing:
            return
        rows = (row for row in range(window.list.count()) if window.list.item(row).data(ID) == dictation)
        row = next(rows, -1)
        window.list.setCurrentRow(row)
        if row < 0:
            window.list.clearSelection()
            window.show_unlisted(loaded)

    # `in_order`: after the list, which `reload()` loads. The window reports a history that cannot be read.
    run_task(load, show, lambda _error: None, owner=window, in_order=True)
