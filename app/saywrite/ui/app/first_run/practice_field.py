"""A field into which the user dictates with the real key: real recording, real insertion. GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from saywrite.foundation.events import (
    Failed,
    Finished,
    FrontEndEvent,
    Inserted,
    InsertionUncertain,
    NotInserted,
    Partial,
    State,
    StateChanged,
)
from saywrite.foundation.formatting import length
from saywrite.foundation.messages import message
from saywrite.ui.app.first_run.step import Findings
from saywrite.ui.settings.account_access import AccessState
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.theme.tokens import S
from saywrite.ui.toolkit.translation import set_text, tr

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

WORKING = {
    State.STARTING: message("The microphone is being opened…"),
    State.LISTENING: message("Listening. Speak now."),
    State.RECONNECTING: message("Recording; the connection is being restored…"),
    State.FINISHING: message("Writing…"),
}
NOTHING_HEARD = AccessState(
    False,
    message("No words were recognized."),
    message("Speak while “{status}” is shown.", status=WORKING[State.LISTENING]),
)


class PracticeField(QWidget):
    """Shows what happens from the key press to the inserted text, and how long the text took."""

    key_heard = Signal()
    """A dictation began while the field was in use."""

    def __init__(self, dictation: Dictation, lines: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`lines`: the height of the field."""
        super().__init__()
        self._dictation = dictation
        self._clock = clock
        self._active = False
        self._failed = ""
        """The dictation whose problem is shown."""
        self._released_at: float | None = None
        """The monotonic time at which the words ended whose text is not inserted yet."""
        self.field = QPlainTextEdit()
        set_text(self.field.setAccessibleName, tr("Try it here"))
        self.field.setTabChangesFocus(True)
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * lines + 2 * S)
        self.status = NoteLabel("", "", size=1.0)
        self.findings = Findings()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        for widget in (self.field, self.status, self.findings):
            column.addWidget(widget)

    def activate(self, active: bool) -> None:
        """Take inserted text from now on, or no longer."""
        if active != self._active:
            self._active = active
            self._dictation.accept_own_window(active)
        if active:
            self.field.setFocus()

    def receive(self, event: FrontEndEvent) -> None:
        """Show an event of the dictation; ignored while the field is not in use."""
        if not self._active:
            return
        match event:
            case StateChanged(state=state):
                self._show_state(state)
            case Partial(text=text):
                set_text(self.status.setText, text + "…")
            case Finished(dictation=which, text=text, pending=0, cancelled=False) if which != self._failed:
                if not text.strip():
                    self._end(NOTHING_HEARD)
            case Failed(dictation=which, what=what, remedy=remedy):
                self._failed = which
                self._end(AccessState(False, what, remedy))
            case Inserted(at=at) | InsertionUncertain(at=at) if self._released_at is not None:
                took = length(max(0.0, at - self._released_at))
                self._released_at = None
                self._end(AccessState(True, tr("That took {took} from the end of your words to the text.", took=took)))
            case NotInserted(what=what, remedy=remedy):
                self._end(AccessState(False, what, remedy))

    def _show_state(self, state: State) -> None:
        set_text(self.status.setText, WORKING.get(state, ""))
        if state is State.STARTING:
            self._released_at = None
            self.findings.show_findings([])
            self.field.setFocus()
            self.key_heard.emit()
        elif state is State.FINISHING:
            self._released_at = self._clock()

    def _end(self, finding: AccessState) -> None:
        set_text(self.status.setText, "")
        self.findings.show_findings([finding])
