"""Makes the window as it is painted first: settings, keywords, problems, last place. GUI thread.

It imports only what the first paint needs, so that it comes soon. `FrontEnd` connects the window after that,
before it handles any input.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

from saywrite.foundation.events import EngineChanged, EngineState
from saywrite.foundation.files import is_missing
from saywrite.storage.settings.schema import Settings
from saywrite.storage.settings.window_state import load_window_state
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.theme.motion import apply_motion
from saywrite.ui.toolkit.translation import current_language
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation
    from saywrite.text.keywords import Keyword
    from saywrite.ui.settings.account_access import AccountAccess

UNSEEN_MS = 1000
"""A window that is not painted within this time, for example on another desktop, does not keep the rest waiting."""


@dataclass(frozen=True, slots=True)
class FirstView:
    """What the window shows before it is connected to anything."""

    settings: Settings
    keywords: tuple[Keyword, ...]
    choices: EngineChoices
    window_state: Path
    access: Callable[[], AccountAccess | None]
    """Gives the account of an engine over the network; called for such an engine only."""
    problems: tuple[str, ...] = ()
    """Sentences about problems before there was a window, for example a broken settings file."""


def settings_at_start(stored: Settings, file: Path) -> Settings:
    """Return the settings for the window: who has saved none yet speaks the language of the program."""
    return replace(stored, language=current_language()) if is_missing(file) else stored


def make_window(dictation: Dictation, view: FirstView) -> MainWindow:
    """Create the window of a dictation, which is not shown yet."""
    settings = view.settings
    window = MainWindow(lambda: dictation.latest, lambda: dictation.envelope, view.choices)
    if view.keywords:
        window.keywords.set_keywords(view.keywords)
    apply_motion(settings.motion)
    show_settings(window, settings, view.access)
    window.empty.show_engine(settings.engine, settings.local_model, missing=False)
    choice = view.choices.engine(settings.engine)
    window.control_bar.indicator.show_engine(
        EngineChanged(settings.engine, EngineState.UNLOADED), over_network=bool(choice and choice.needs_network)
    )
    show_panels(window, keywords=settings.show_keywords and bool(view.keywords), waveform=False)
    for problem in view.problems:
        window.notices.notify(Severity.WARNING, problem, passing=False)
    window.restore(load_window_state(view.window_state))
    window.control_bar.button.setFocus()
    return window


class Front(Protocol):
    """The methods of the front end that `LateFrontEnd` calls."""

    def show(self) -> None:
        """Take over the state of the last run, and open what the start asks for."""

    def save(self) -> None:
        """Save the state of the window."""


class LateFrontEnd(QObject):
    """Builds the front end once the window is painted. Until then the window handles no input."""

    def __init__(self, window: MainWindow, build: Callable[[], tuple[Front, object]]) -> None:
        """`build` returns the front end, and what else must live as long as the window."""
        super().__init__(window)
        self._window = window
        self._build = build
        self._built: tuple[Front, object] | None = None
        window.painted.connect(self._finish)

    def show(self, *, hidden: bool) -> None:
        """Show the window; if it starts `hidden`, build the front end without it."""
        if hidden:
            self._window.load_now()
        else:
            self._window.show()
            QTimer.singleShot(UNSEEN_MS, self._window.load_now)

    def save(self) -> None:
        """Save the state of the window; called at quit."""
        if self._built is not None:
            self._built[0].save()

    @Slot()
    def _finish(self) -> None:
        try:
            self._built = self._build()
        except Exception:
            QCoreApplication.exit(1)  # else a window without anything behind it would stay
            raise
        self._built[0].show()
        gc.freeze()  # what is here now stays, and need not be examined by each collection


def show_settings(window: MainWindow, settings: Settings, access: Callable[[], AccountAccess | None]) -> None:
    """Show in the bars and in the empty state what the settings say; `access` is that of `FirstView`."""

    def host() -> str:
        from saywrite.ui.settings.account_access import host_and_port

        account = access()
        return account.host(settings) if account is not None else host_and_port(settings.aiola_base_url)

    window.control_bar.show_choice(settings, host)
    window.empty.show_hotkey(settings.hotkey, settings.hotkey_mode)
    window.status.show_offline(settings.stay_offline)
    window.actions_.show_waveform.setChecked(settings.show_waveform)


def show_panels(window: MainWindow, *, keywords: bool, waveform: bool) -> None:
    """Show or hide the panels, and check the action of the keywords."""
    window.actions_.show_keywords.setChecked(keywords)
    window.show_panels(keywords=keywords, waveform=waveform)
