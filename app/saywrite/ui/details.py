"""The way to a dictation's details: from the menu, from the transcript, from the history. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.events import FrontEndEvent, Gauge, Started, Traffic
from saywrite.history.store import Dictated
from saywrite.ui.choosers import Choices
from saywrite.ui.details_words import Live, facts, results_in_words
from saywrite.ui.main_window import MainWindow
from saywrite.ui.notices import Kind
from saywrite.ui.tasks import run_task

if TYPE_CHECKING:
    from saywrite.ui.history_window import History


class Details(QObject):
    """Remembers what is told of the newest dictation: the history has it a little later."""

    def __init__(self, window: MainWindow, choices: Choices, open_history: Callable[[], History]) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._open_history = open_history
        self._dictation = ""
        self._gauge: Gauge | None = None
        self._traffic: dict[str, Traffic] = {}
        window.actions_.details.triggered.connect(lambda: self.ask(self._dictation))
        window.transcript.details_asked.connect(self.ask)

    def receive(self, event: FrontEndEvent) -> None:
        match event:
            case Started():
                if event.dictation != self._dictation:
                    self._dictation, self._gauge, self._traffic = event.dictation, None, {}
                self._window.actions_.details.setEnabled(True)
            case Gauge() if event.dictation == self._dictation:
                self._gauge = event
            case Traffic() if event.dictation == self._dictation:
                self._traffic[event.host] = event

    @Slot(str)
    def ask(self, dictation: str) -> None:
        """Look the dictation up and show what is known of it."""

        def load() -> Dictated | None:
            with closing(self._open_history()) as history:
                return history.load(dictation)

        def show(dictated: Dictated | None) -> None:
            if dictated is None:
                self._excuse("This dictation is not in the history.", "Details are kept with its text there.")
            else:
                self.show(dictated)

        run_task(load, show, lambda error: self._excuse(str(error), ""), owner=self, in_order=True)

    @Slot(object)
    def show(self, dictated: Dictated) -> None:
        from saywrite.ui.details_window import DetailsWindow

        newest = dictated.summary.dictation == self._dictation
        live = Live(self._gauge, self._traffic) if newest else Live()
        DetailsWindow(facts(dictated, self._choices, live), results_in_words(dictated), self._window).show()

    def _excuse(self, what: str, remedy: str) -> None:
        self._window.notices.tell(Kind.INFO, what, remedy, key="details", counted=False)
