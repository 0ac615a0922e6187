"""What became of a dictated text, of a cancelled dictation and of the keys, in the window and beside the tray icon.

GUI thread. While nobody looks at the window, what asks for an answer comes up at the tray icon, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject

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
from saywrite.ui.widgets.notices import Severity

INSERTION_KEY, CANCELLED_KEY, KEYS_KEY, AHEAD_KEY = "insertion", "cancelled", "keys", "ahead"


class PushToTalkBindings(Protocol):
    """The dictation, as far as these notices offer something."""

    def take_back_cancelled(self) -> None: ...
    def insert_again(self) -> None: ...
    def take_back_insertion(self) -> None: ...


class PushToTalkNotices(QObject):
    """Shows the events of push-to-talk; its actions are posts to the dictation."""

    def __init__(
        self,
        window: MainWindow,
        dictation: PushToTalkBindings,
        tell_beside: Callable[[str, str], None],
        open_keys: Callable[[], None],
    ) -> None:
        """`tell_beside`: a message (title, text) at the tray icon. `open_keys`: shows where the keys are chosen."""
        super().__init__(window)
        self._window = window
        self._dictation = dictation
        self._tell_beside = tell_beside
        self._open_keys = open_keys
        actions = window.actions_
        actions.insert_again.triggered.connect(dictation.insert_again)
        actions.take_back.triggered.connect(dictation.take_back_insertion)
        actions.want_cancelled.triggered.connect(dictation.take_back_cancelled)

    def receive(self, event: FrontEndEvent) -> None:
        """Show one event; those of other matters are passed over."""
        match event:
            case Inserted():
                self._show_inserted(event)
            case InsertionUncertain():
                self._show_uncertain(event)
            case NotInserted():
                self._show_not_inserted(event)
            case InsertionUndone(program=program):
                self._window.actions_.take_back.setEnabled(False)
                self._window.status.tell(f"Undone in {program}")
            case UndoFailed(what=what, remedy=remedy):
                self._tell(Severity.WARNING, what, remedy, INSERTION_KEY)
            case Cancelled(revocable=revocable):
                self._window.actions_.want_cancelled.setVisible(revocable)
                if revocable:
                    self._show_cancelled()
                else:
                    self._window.notices.withdraw(CANCELLED_KEY)
            case KeysChanged():
                self._show_keys(event)
            case PrerollActive():
                self._show_ahead(event)
            case StateChanged(state=State.STARTING):
                self._window.notices.withdraw(INSERTION_KEY)

    def _show_inserted(self, event: Inserted) -> None:
        self._window.notices.withdraw(INSERTION_KEY)
        self._window.actions_.insert_again.setEnabled(False)
        self._window.actions_.take_back.setEnabled(True)
        self._window.status.tell(f"Inserted into {event.program}")
        if event.elsewhere:
            what = f"The text went into {event.program}, which had the focus by then."
            self._tell(Severity.INFO, what, "Another window had it when you began.", INSERTION_KEY)

    def _show_cancelled(self) -> None:
        self._tell(
            Severity.INFO,
            "The dictation was cancelled.",
            "Its recording is kept for a few seconds.",
            CANCELLED_KEY,
            (("&Take that back", self._dictation.take_back_cancelled),),
            beside="Its recording is kept for a few seconds; the menu of this icon takes that back.",
        )

    def _show_uncertain(self, event: InsertionUncertain) -> None:
        """Where this way of inserting never tells, that is no news: it is said in passing."""
        self._window.notices.withdraw(INSERTION_KEY)
        self._window.actions_.insert_again.setEnabled(True)
        self._window.actions_.take_back.setEnabled(True)
        if event.unusual or event.elsewhere:
            again = (("&Insert again", self._dictation.insert_again),)
            self._tell(
                Severity.WARNING if event.unusual else Severity.INFO, event.what, event.remedy, INSERTION_KEY, again
            )
        else:
            self._window.status.tell(f"Sent to {event.program}; it does not tell whether it took the text")

    def _show_not_inserted(self, event: NotInserted) -> None:
        self._window.actions_.insert_again.setEnabled(True)
        again = (("&Insert again", self._dictation.insert_again),)
        self._tell(Severity.WARNING, event.what, event.remedy, INSERTION_KEY, again)

    def _show_ahead(self, event: PrerollActive) -> None:
        """Not a problem, but nobody should have to guess why the system shows an open microphone."""
        self._window.notices.withdraw(AHEAD_KEY)
        if event.device:
            self._window.notices.tell(
                Severity.INFO,
                f"{event.device} is open all the time, as you chose.",
                "What it hears before a key is kept in memory for a moment, then forgotten.",
                key=AHEAD_KEY,
                passing=False,
                actions=(("C&hange…", self._open_keys),),
            )

    def _show_keys(self, event: KeysChanged) -> None:
        self._window.notices.withdraw(KEYS_KEY)
        if event.problems:
            words = " ".join(f"{each.what} {each.remedy}" for each in event.problems)
            self._window.notices.tell(
                Severity.WARNING, words, key=KEYS_KEY, passing=False, actions=(("Choose a &key…", self._open_keys),)
            )

    def _tell(
        self,
        kind: Severity,
        what: str,
        remedy: str,
        key: str,
        actions: tuple[tuple[str, Callable[[], None]], ...] = (),
        beside: str = "",
    ) -> None:
        """`beside`: the remedy beside the tray icon, where the buttons are not."""
        self._window.notices.tell(kind, what, remedy, key=key, actions=actions, passing=key != CANCELLED_KEY)
        if not self._window.isActiveWindow():
            self._tell_beside(what, beside or remedy)
