"""Shows the results of push-to-talk: insertions, cancelled dictations and problems of the keys. GUI thread.

While another window is active, a message beside the tray icon shows the notice as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.foundation.events import (
    Cancelled,
    FrontEndEvent,
    Inserted,
    InsertionUncertain,
    InsertionUndone,
    KeysChanged,
    NotInserted,
    PrerollActive,
    State,
    StateChanged,
    UndoFailed,
)
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.translation import joined, tr
from saywrite.ui.widgets.notices import NoticeActions, Severity

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

INSERTION_KEY, CANCELLED_KEY, KEYS_KEY, PREROLL_KEY = "insertion", "cancelled", "keys", "preroll"


class PushToTalkNotices(QObject):
    """Shows the events of push-to-talk; its buttons post commands to the dictation."""

    def __init__(
        self,
        window: MainWindow,
        dictation: Dictation,
        show_tray_message: Callable[[str, str], None],
        open_keys: Callable[[], None],
    ) -> None:
        """`show_tray_message` takes title and text, and shows nothing while the window is active.

        `open_keys` opens the settings of the keys.
        """
        super().__init__(window)
        self._window = window
        self._dictation = dictation
        self._show_tray_message = show_tray_message
        self._open_keys = open_keys
        actions = window.actions_
        actions.insert_again.triggered.connect(dictation.insert_again)
        actions.take_back.triggered.connect(dictation.take_back_insertion)
        actions.want_cancelled.triggered.connect(dictation.take_back_cancelled)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show an event of push-to-talk; events of other kinds are ignored."""
        match event:
            case Inserted():
                self._show_inserted(event)
            case InsertionUncertain():
                self._show_uncertain(event)
            case NotInserted():
                self._show_not_inserted(event)
            case InsertionUndone(program=program):
                self._window.notices.withdraw(INSERTION_KEY)
                self._window.actions_.take_back.setEnabled(False)
                self._window.status.show_message(tr("Undone in {program}", program=program))
            case UndoFailed(what=what, remedy=remedy):
                self._notify(Severity.WARNING, what, remedy, INSERTION_KEY)
            case Cancelled(revocable=revocable):
                self._window.actions_.want_cancelled.setVisible(revocable)
                if revocable:
                    self._show_cancelled()
                else:
                    self._window.notices.withdraw(CANCELLED_KEY)
            case KeysChanged():
                self._show_keys(event)
            case PrerollActive():
                self._show_preroll(event)
            case StateChanged(state=State.STARTING):
                self._window.notices.withdraw(INSERTION_KEY)

    def _show_inserted(self, event: Inserted) -> None:
        self._window.notices.withdraw(INSERTION_KEY)
        self._window.actions_.insert_again.setEnabled(False)
        self._window.actions_.take_back.setEnabled(True)
        self._window.status.show_message(tr("Inserted into {program}", program=event.program))
        if event.elsewhere:
            what = tr("The text was inserted into {program}.", program=event.program)
            self._notify(Severity.INFO, what, tr("Another window had the keyboard when you started."), INSERTION_KEY)

    def _show_cancelled(self) -> None:
        self._notify(
            Severity.INFO,
            tr("The dictation was cancelled."),
            tr("Its recording is kept for a few seconds."),
            CANCELLED_KEY,
            ((tr("&Undo"), self._dictation.take_back_cancelled),),
            tray_remedy=tr("Its recording is kept for a few seconds. The menu of this icon offers to undo it."),
        )

    def _show_uncertain(self, event: InsertionUncertain) -> None:
        """Show a notice in unusual cases; where no insertion is ever confirmed, only a short message."""
        self._window.notices.withdraw(INSERTION_KEY)
        self._window.actions_.insert_again.setEnabled(True)
        self._window.actions_.take_back.setEnabled(True)
        if event.unusual or event.elsewhere:
            again = ((tr("&Insert again"), self._dictation.insert_again),)
            self._notify(
                Severity.WARNING if event.unusual else Severity.INFO, event.what, event.remedy, INSERTION_KEY, again
            )
        else:
            self._window.status.show_message(
                tr("Sent to {program}; it does not tell whether it took the text", program=event.program)
            )

    def _show_not_inserted(self, event: NotInserted) -> None:
        self._window.actions_.insert_again.setEnabled(True)
        again = ((tr("&Insert again"), self._dictation.insert_again),)
        self._notify(Severity.WARNING, event.what, event.remedy, INSERTION_KEY, again)

    def _show_preroll(self, event: PrerollActive) -> None:
        """Explain why the system shows an open microphone while nobody dictates."""
        self._window.notices.withdraw(PREROLL_KEY)
        if event.device:
            self._window.notices.notify(
                Severity.INFO,
                tr("{device} is open all the time, as you chose.", device=event.device),
                tr("What it hears before a key is kept in memory for a moment, then forgotten."),
                key=PREROLL_KEY,
                passing=False,
                actions=((tr("C&hange…"), self._open_keys),),
            )

    def _show_keys(self, event: KeysChanged) -> None:
        self._window.empty.show_keys(event)
        self._window.notices.withdraw(KEYS_KEY)
        if event.problems:
            words = joined(" ", *(part for each in event.problems for part in (each.what, each.remedy)))
            self._window.notices.notify(
                Severity.WARNING, words, key=KEYS_KEY, passing=False, actions=((tr("Choose a &key…"), self._open_keys),)
            )

    def _notify(
        self,
        severity: Severity,
        what: str,
        remedy: str,
        key: str,
        actions: NoticeActions = (),
        tray_remedy: str = "",
    ) -> None:
        """Show a notice; `tray_remedy` replaces the remedy beside the tray icon, where there are no buttons."""
        self._window.notices.notify(severity, what, remedy, key=key, actions=actions, passing=key != CANCELLED_KEY)
        self._show_tray_message(what, tray_remedy or remedy)
