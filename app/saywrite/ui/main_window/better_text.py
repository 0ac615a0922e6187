"""Offers the text of the service for a text that was inserted with words of this computer. GUI thread.

What stands in another program is not touched. The service is asked again in the background, between the dictations,
until it answers or the attempts are used up. A text that differs from the inserted one becomes the text in the history,
which keeps the former one as a version, and a notice offers it. Words that the user edited stay.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from saywrite.dictation.models.retranscription import Retranscription, RetranscriptionFailed
from saywrite.dictation.models.transcribing_child import RetranscriptionStopped
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import (
    Failed,
    Finished,
    FrontEndEvent,
    Inserted,
    InsertionUncertain,
    RecordClosed,
    Segment,
    SegmentAdded,
    Started,
    State,
    StateChanged,
)
from saywrite.text.spacing import join
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.storage.history.records.versions import Origin
    from saywrite.storage.history.store import HistoryStore

log = logging.getLogger(__name__)

BETTER_TEXT_KEY = "better text"

RETRY_MINUTES = (1, 2, 4, 8, 16, 32)
"""Minutes before each further attempt; each attempt itself tries for a minute to reach the service.

A dictation that the service has written whole ends the wait: the service can be reached again.
"""

MOST_WAITING = 20
"""Texts that wait for the service; of more, the oldest are left as they are."""


@dataclass(slots=True)
class _Dictated:
    """A dictation through a service. `local`: it has words of this computer; `refused`: for good, so nobody asks.

    `closed`: all of it is on disk; `sent`: its text was inserted. Only then can another text replace it.
    """

    dictation: str
    engine: str
    language: str
    local: bool = False
    refused: bool = False
    edited: bool = False
    closed: bool = False
    sent: bool = False
    inserted: str = ""
    minutes: deque[int] = field(default_factory=lambda: deque(RETRY_MINUTES))


class BetterText(QObject):
    """Asks the service again for one text after the other.

    `make_attempt` takes a dictation and the origin of its new text. `attempt.transcribe` blocks on a thread of its own.
    """

    stored = Signal(str)
    """The history has a new text of this dictation."""

    def __init__(
        self,
        window: MainWindow,
        make_attempt: Callable[[str, Origin], Retranscription],
        open_history: Callable[[], HistoryStore],
        show_history: Callable[[], None],
        release: Callable[[str], None],
    ) -> None:
        """`release` is called with each dictation whose recording is not needed any more."""
        super().__init__(window)
        self._window = window
        self._make_attempt = make_attempt
        self._open_history = open_history
        self._show_history = show_history
        self._release = release
        self._newest: dict[str, _Dictated] = {}
        self._waiting: deque[_Dictated] = deque()
        self._running: tuple[_Dictated, Retranscription] | None = None
        self._idle = True
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.ask)
        window.transcript.segment_edited.connect(self._note_edit)
        if (app := QCoreApplication.instance()) is not None:
            app.aboutToQuit.connect(self.stop)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Note words of this computer in an inserted text; events of other kinds are ignored."""
        match event:
            case Started(engine=engine) if engine != LOCAL:
                self._newest[event.dictation] = _Dictated(event.dictation, engine, event.language)
                if len(self._newest) > MOST_WAITING:
                    self._leave(self._newest.pop(next(iter(self._newest))))
            case SegmentAdded(segment=segment) if segment.engine == LOCAL and event.dictation in self._newest:
                self._newest[event.dictation].local = True
            case Failed(about="account") if event.dictation in self._newest:
                self._newest[event.dictation].refused = True
            case Finished() if event.dictation in self._newest:
                self._newest[event.dictation].inserted = event.text
                if not self._newest[event.dictation].local:
                    del self._newest[event.dictation]
                    if event.text and not event.pending:
                        self._timer.stop()
                        self.ask()
            case Inserted() | InsertionUncertain() if event.dictation in self._newest:
                self._newest[event.dictation].sent = True
                self._put_in_queue(event.dictation)
            case RecordClosed(dictation=dictation) if dictation in self._newest:
                self._newest[dictation].closed = True
                self._put_in_queue(dictation)
            case StateChanged(state=state):
                self._idle = state in (State.IDLE, State.FAILED)
                if self._idle:
                    self.ask()
                else:
                    self.stop()  # the service may serve one stream at a time

    @Slot()
    def ask(self) -> None:
        """Ask for the text that has waited longest, unless a dictation runs or the service was away."""
        if not self._waiting or self._running is not None or not self._idle or self._timer.isActive():
            return
        from saywrite.storage.history.records.versions import Origin

        dictated = self._waiting.popleft()
        attempt = self._make_attempt(dictated.dictation, Origin(dictated.engine, "", dictated.language))
        self._running = dictated, attempt
        run_task(
            attempt.transcribe,
            lambda segments: self._take(dictated, segments),
            lambda error: self._fail(dictated, error),
            owner=self,
            alone=True,
        )

    @Slot()
    def stop(self) -> None:
        """End the attempt that runs; it is made again after the dictation."""
        if self._running is not None:
            self._running[1].stop()

    @Slot(object)
    def keep_texts(self, dictations: Iterable[str]) -> None:
        """Keep these texts in the history as they are: the user has edited or deleted them."""
        kept = frozenset(dictations)
        asked_now = [self._running[0]] if self._running is not None else []
        for dictated in (*self._newest.values(), *self._waiting, *asked_now):
            dictated.edited |= dictated.dictation in kept

    @Slot(str, int, str)
    def _note_edit(self, dictation: str, _number: int, _text: str) -> None:
        self.keep_texts((dictation,))

    def _put_in_queue(self, dictation: str) -> None:
        """Let a text wait for the service once it was inserted and its recording can be read."""
        dictated = self._newest[dictation]
        if not (dictated.sent and dictated.closed):
            return
        del self._newest[dictation]
        if not dictated.local or dictated.refused:
            self._leave(dictated)
            return
        self._wait(dictated)
        self.ask()

    def _wait(self, dictated: _Dictated, *, first: bool = False) -> None:
        self._waiting.insert(0 if first else len(self._waiting), dictated)
        if len(self._waiting) > MOST_WAITING:
            self._leave(self._waiting.popleft())

    def _leave(self, dictated: _Dictated) -> None:
        """Leave a text as it is now."""
        if dictated.local:
            self._release(dictated.dictation)

    def _fail(self, dictated: _Dictated, error: Exception) -> None:
        """Try again later, or after the dictation that stopped the attempt."""
        self._running = None
        if isinstance(error, RetranscriptionStopped):
            self._wait(dictated, first=True)
        elif isinstance(error, RetranscriptionFailed) and dictated.minutes:
            self._wait(dictated)
            self._timer.start(60_000 * dictated.minutes.popleft())
            return
        else:
            self._leave(dictated)
        self.ask()

    def _take(self, dictated: _Dictated, segments: tuple[Segment, ...]) -> None:
        self._running = None
        self._leave(dictated)
        text = join((segment.text for segment in segments), dictated.language)
        if text.strip() and text.split() != dictated.inserted.split():
            if not dictated.edited:
                self._store(dictated, segments)
            self._window.notices.notify(
                Severity.INFO,
                tr("aiOla's text for an inserted dictation has arrived."),
                tr("What was inserted is unchanged."),
                key=BETTER_TEXT_KEY,
                actions=((tr("Co&py it"), lambda: copy_text(text)), (tr("S&how"), self._show_history)),
                passing=False,
                counted=False,
            )
        self.ask()

    def _store(self, dictated: _Dictated, segments: tuple[Segment, ...]) -> None:
        """Make it the text in the history; the former text stays there as a version."""
        from saywrite.storage.history.records.versions import Origin, replace_text

        origin = Origin(dictated.engine, "", dictated.language)

        def store() -> None:
            with closing(self._open_history()) as history:
                replace_text(history, dictated.dictation, segments, origin, datetime.now().astimezone())

        def fail(error: Exception) -> None:
            log.warning("the text of the service was not stored: %s", type(error).__name__)

        run_task(store, lambda _none: self.stored.emit(dictated.dictation), fail, owner=self, in_order=True)
