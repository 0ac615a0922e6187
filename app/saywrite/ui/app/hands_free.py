"""Shows the hands-free mode in the window and in the tray, and switches it. GUI thread.

The switch of the menus shows the last event; a click only asks for a change. While the microphone waits, the status
bar, the tray icon and the overlay say so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from saywrite.foundation.events import FrontEndEvent, HandsFreeChanged, HandsFreeState
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation

HANDS_FREE_KEY = "hands-free"


class HandsFreeControls(QObject):
    """The switch of the mode, its words in the status bar, and the notice about what it lacks."""

    def __init__(
        self,
        window: MainWindow,
        dictation: Dictation,
        show_tray_message: Callable[[str, str], None],
        open_models: Callable[[], None],
    ) -> None:
        """`show_tray_message`: as of `PushToTalkNotices`; `open_models` opens the settings of the models."""
        super().__init__(window)
        self._window = window
        self._show_tray_message = show_tray_message
        self._open_models = open_models
        self._is_on = False
        window.actions_.hands_free.triggered.connect(dictation.switch_hands_free)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show a change of the mode; other events are ignored."""
        if not isinstance(event, HandsFreeChanged):
            return
        self._window.actions_.hands_free.setChecked(event.state is not HandsFreeState.OFF)
        self._window.status.hands_free.show_words(words_of(event), tr("Hands-free"))
        self._window.status.fit()
        self._show_problem(event)
        self._announce(is_on=event.state is not HandsFreeState.OFF)

    def _show_problem(self, event: HandsFreeChanged) -> None:
        self._window.notices.withdraw(HANDS_FREE_KEY)
        if event.state is not HandsFreeState.BLOCKED:
            return
        actions = ((tr("&Models…"), self._open_models),) if event.needs_model else ()
        self._window.notices.notify(
            Severity.WARNING, event.what, event.remedy, key=HANDS_FREE_KEY, actions=actions, passing=False
        )
        self._show_tray_message(event.what, event.remedy)

    def _announce(self, *, is_on: bool) -> None:
        """Say that the mode was switched. Its phrases are not read aloud: the microphone would hear them."""
        if is_on != self._is_on:
            self._is_on = is_on
            announce(self._window, tr("The hands-free mode is on") if is_on else tr("The hands-free mode is off"))


def words_of(event: HandsFreeChanged) -> str:
    """What the status bar says about the mode; "" while it is off."""
    match event.state:
        case HandsFreeState.WAITING:
            return tr("Hands-free: say “{phrase}”", phrase=event.phrase)
        case HandsFreeState.DICTATING:
            return tr("Hands-free: “{phrase}” ends the dictation", phrase=event.phrase)
        case HandsFreeState.PAUSED:
            return tr("Hands-free: paused")
        case HandsFreeState.BLOCKED:
            return tr("Hands-free: cannot listen")
    return ""
