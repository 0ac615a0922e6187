"""Holds what screen readers would read while the microphone is open, for it would hear them. GUI thread.

Who has chosen to be read to while dictating uses headphones: nothing is held then.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from saywrite.dictation.states import CAPTURING
from saywrite.foundation.events import FrontEndEvent, Started, State, StateChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.toolkit.screen_reader import announce, held_announcements
from saywrite.ui.transcript.live.announcer import ALL, FINALS

SPOKEN_STATES = {
    State.LISTENING: message("Recording"),
    State.FINISHING: message("Finishing"),
    State.RECONNECTING: message("Reconnecting, recording goes on"),
}
"""What screen readers announce when the state changes."""


class AnnouncementHold(QObject):
    """Holds announcements from before the microphone opens until it is closed.

    The states of an open microphone are over when it is closed: they are read at once or not at all.
    """

    def __init__(self, window: QWidget) -> None:
        """`window` announces the states."""
        super().__init__(window)
        self._window = window
        self._captures = self._reads_along = self._is_file = False
        self._follow()

    def apply(self, settings: Settings) -> None:
        """Follow other settings."""
        self._reads_along = settings.announce in (FINALS, ALL)
        self._follow()

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Follow the state of the microphone; events of other kinds are ignored."""
        if isinstance(event, StateChanged):
            if event.state is State.STARTING:
                self._is_file = False
            self._captures = event.state in CAPTURING
            self._follow()
            if not held_announcements.active:
                announce(self._window, SPOKEN_STATES.get(event.state, ""))
        elif isinstance(event, Started) and event.source != "microphone":
            self._is_file = True
            self._follow()

    def _follow(self) -> None:
        if self._captures and not self._is_file and not self._reads_along:
            held_announcements.hold()
        elif held_announcements.active:
            held_announcements.release()
