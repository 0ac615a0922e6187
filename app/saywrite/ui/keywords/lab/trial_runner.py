"""Runs a trial of keywords on a thread of its own. GUI thread, but for the work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from PySide6.QtCore import QObject, Signal, Slot

from saywrite.dictation.models.keyword_trial import KeywordTrialRun, TrialOutcome, TrialRequest
from saywrite.dictation.models.transcribing_child import Retranscriber, RetranscriptionStopped
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.translation import error_text


class TrialRunner(QObject):
    """At most one trial at a time. Each ends with `ended`, `failed` or `stopped`."""

    progressed = Signal(int, int)
    """Recordings that were recognized again, and their number."""
    ended = Signal(object)
    """The `TrialOutcome`."""
    failed = Signal(str)
    """Sentences for the user."""
    stopped = Signal()
    _reported = Signal(object, int, int)

    def __init__(
        self, open_history: Callable[[], HistoryStore], retranscriber: Retranscriber | None, parent: QObject
    ) -> None:
        """Without a `retranscriber`, recordings cannot be tried."""
        super().__init__(parent)
        self._open_history = open_history
        self._retranscriber = retranscriber
        self._run: KeywordTrialRun | None = None
        self._reported.connect(self._report)

    @property
    def running(self) -> bool:
        """Whether a trial runs now."""
        return self._run is not None

    def start(self, request: TrialRequest) -> None:
        """Begin a trial; without effect while one runs."""
        if self._run is not None:
            return
        self._run = run = KeywordTrialRun(request, self._retranscriber)
        reported, open_history = self._reported, self._open_history

        def work() -> TrialOutcome:
            with closing(open_history()) as history:
                return run.run(history, lambda done, number: reported.emit(run, done, number))

        run_task(work, self._end, self._fail, owner=self, alone=True)

    def stop(self) -> None:
        """End the trial that runs."""
        if self._run is not None:
            self._run.stop()

    @Slot(object, int, int)
    def _report(self, run: KeywordTrialRun, done: int, number: int) -> None:
        if run is self._run:
            self.progressed.emit(done, number)

    def _end(self, outcome: TrialOutcome) -> None:
        self._run = None
        self.ended.emit(outcome)

    def _fail(self, error: Exception) -> None:
        self._run = None
        if isinstance(error, RetranscriptionStopped):
            self.stopped.emit()
        else:
            self.failed.emit(error_text(error))
