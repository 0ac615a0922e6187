"""The window and everything behind it, joined: made once by `main`. GUI thread.

What is heavy (waveform, dialogs, history) is loaded after the first paint or when it is first asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Slot

from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import DevicesChanged, FrontEndEvent, KeysChanged, Level, Started
from saywrite.storage.settings.schema import Settings
from saywrite.storage.settings.window_state import load_window_state, save_window_state
from saywrite.text.keywords import Keyword
from saywrite.ui.app.command_bindings import CommandBindings, Commands
from saywrite.ui.app.dialogs import Dialogs
from saywrite.ui.app.event_presenter import EventPresenter
from saywrite.ui.history.details import Details
from saywrite.ui.main_window.push_to_talk_notices import PushToTalkBindings, PushToTalkNotices
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.models.state import ModelCommands, ModelsState
from saywrite.ui.settings.account_access import AccountAccess, host_of
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.theme import apply_scheme
from saywrite.ui.tray.icon import Tray
from saywrite.ui.tray.menu import TrayMenu
from saywrite.ui.tray.overlay_controller import OverlayController
from saywrite.ui.tray.recent_texts import TrayTexts
from saywrite.ui.tray.window_lifecycle import WindowActivator, WindowLifecycle
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.desktop.autostart import Autostart
    from saywrite.ui.history.window import History
    from saywrite.ui.waveform.model import PeakSource

log = logging.getLogger(__name__)


class WindowDictation(CommandBindings, PushToTalkBindings, ModelCommands, Protocol):
    """The dictation with what the window polls; both are other objects with every dictation."""

    @property
    def latest(self) -> LevelSlot: ...
    @property
    def envelope(self) -> PeakSource: ...


class LevelSlot(Protocol):
    def take(self) -> Level | None: ...


@dataclass(frozen=True, slots=True)
class UiContext:
    """What `main` gives the window besides the dictation. The callables that write or query run on pool threads."""

    settings: Settings
    keywords: tuple[Keyword, ...]
    choices: EngineChoices
    save_settings: Callable[[Settings], None]
    save_keywords: Callable[[tuple[Keyword, ...]], None]
    open_history: Callable[[], History]
    diagnostics: Callable[[], str]
    window_state: Path
    account: AccountAccess | None = None
    activate_x11: Callable[[int], None] = lambda window: None
    """Asks the window manager to bring the window with this X11 id to the front."""
    autostart: Callable[[], Autostart] | None = None
    """This system's way to start us with the session."""
    problems: tuple[str, ...] = ()
    """Sentences about what went wrong before there was a window (a broken settings file)."""


class FrontEnd(QObject):
    """Connect `DictationThread.told` to `receive`, call `show()`, run, call `save()`."""

    def __init__(self, dictation: WindowDictation, given: UiContext) -> None:
        super().__init__()
        self._dictation = dictation
        self._given = given
        self._has_recording = False
        self.preferences = Preferences(given.settings, given.save_settings)
        self.window = MainWindow(_Latest(dictation), lambda: dictation.envelope, given.choices)
        self.window.transcript.engine_label = given.choices.engine_label
        self.models = ModelsState(dictation, parent=self)
        self.controller = EventPresenter(self.window, given.choices, self.models)
        self.commands = Commands(self.window, dictation, self.preferences, given.choices)
        self.side = Dialogs(
            self.window,
            self.preferences,
            given.choices,
            given.open_history,
            given.diagnostics,
            given.account,
            given.autostart,
            self.models,
        )
        self.details = Details(self.window, given.choices, given.open_history)
        self.activator = WindowActivator(self.window, given.activate_x11)
        self.tray = Tray(TrayMenu(self.window.actions_, given.choices), self.window)
        self.tray_texts = TrayTexts(self.tray, given.open_history)
        self.talk = PushToTalkNotices(self.window, dictation, self.tray.tell, self.side.show_keys)
        self.overlay = OverlayController(self.window, lambda: dictation.envelope, dictation.take_back_cancelled)
        self.lifecycle = WindowLifecycle(self.window, self.tray, self.preferences)
        self._connect()
        self.window.keywords.set_keywords(given.keywords)
        self._apply(given.settings)
        for problem in given.problems:
            self.window.notices.tell(Severity.WARNING, problem, passing=False)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """The one slot of the one signal of the dictation thread."""
        self.controller.receive(event)
        self.window.waveform.receive(event)
        self.details.receive(event)
        self.tray.receive(event)
        self.overlay.receive(event)
        self.talk.receive(event)
        if isinstance(event, KeysChanged):
            self.side.show_key_state(event)
        if isinstance(event, Started) and not self._has_recording:
            self._has_recording = True
            self._show_panels()
        if isinstance(event, DevicesChanged):
            self.side.show_devices(event)
            self.tray.menu.show_devices(event)

    def show(self) -> None:
        """Show the window in its last shape, or only the tray icon where that is wished; the rest loads then."""
        state = load_window_state(self._given.window_state)
        self.window.restore(state)
        self.side.restore(state)
        self.overlay.restore(state)
        self.lifecycle.restore(state)
        self.lifecycle.begin()
        self.window.control_bar.button.setFocus()

    def save(self) -> None:
        """At quit, after the dictation has ended."""
        self.tray.hide()
        state = self.window.state() | self.side.state() | self.lifecycle.state() | self.overlay.state()
        self.overlay.close()
        try:
            save_window_state(self._given.window_state, state)
        except SaywriteError as error:
            log.warning("the window's state was not saved: %s", type(error).__name__)

    def _connect(self) -> None:
        self.preferences.changed.connect(self._apply)
        self.preferences.changed.connect(self._dictation.apply)
        self.preferences.save_failed.connect(
            lambda words: self.window.notices.tell(Severity.WARNING, words, key="settings", passing=False)
        )
        self.controller.state_shown.connect(self.commands.note_state)
        self.window.waveform.hear_requested.connect(self._dictation.play)
        self.window.keywords.changed.connect(self._keep_keywords)
        self.window.closing.connect(self.window.transcript.flush)
        self.window.painted.connect(self._load_the_rest)
        self.side.unknown_language_chosen.connect(self.commands.explain_unknown_language)
        self.controller.engine.account_wanted.connect(self.side.show_account)
        self.controller.engine.models_wanted.connect(self.side.show_models)
        self.window.empty.account_wanted.connect(self.side.show_account)
        self.side.details_wanted.connect(self.details.show)
        self.side.account_changed.connect(self._dictation.renew_account)
        self.side.refresh_devices_wanted.connect(self._dictation.refresh_devices)
        self._connect_tray()

    def _connect_tray(self) -> None:
        menu, preferences = self.tray.menu, self.preferences
        self.lifecycle.show_wanted.connect(self.activator.show_window)
        self.window.shown.connect(self.tray.forget_problem)
        self.window.actions_.quit.triggered.connect(self.lifecycle.quit)
        menu.language_chosen.connect(lambda code: preferences.update(language=code))
        menu.engine_chosen.connect(lambda name: preferences.update(engine=name))
        menu.microphone_chosen.connect(
            lambda host_api, name: preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        menu.aboutToShow.connect(self._dictation.refresh_devices)
        menu.copy_wanted.connect(copy_text)

    @Slot(object)
    def _apply(self, settings: Settings) -> None:
        window = self.window
        apply_scheme(settings.theme)
        host = self._given.account.host(settings) if self._given.account else host_of(settings.aiola_base_url)
        window.control_bar.show_choice(settings, host)
        self.tray.menu.show_settings(settings)
        self.overlay.apply(settings)
        self.controller.apply(settings)
        window.actions_.show_keywords.setChecked(settings.show_keywords)
        window.actions_.show_waveform.setChecked(settings.show_waveform)
        self._show_panels()

    def _show_panels(self) -> None:
        """The waveform has its place as soon as there is a recording to show."""
        settings = self.preferences.settings
        self.window.show_panels(
            keywords=settings.show_keywords, waveform=settings.show_waveform and self._has_recording
        )

    @Slot(object)
    def _keep_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        self._dictation.set_keywords(keywords)
        run_task(
            lambda: self._given.save_keywords(keywords),
            failed=lambda error: self.window.notices.tell(Severity.WARNING, str(error), key="keywords", passing=False),
            owner=self,
            in_order=True,
        )

    @Slot()
    def _load_the_rest(self) -> None:
        log.info("window painted")
        self._dictation.refresh_devices()
        self.models.ask()


class _Latest:
    """The level of the dictation of the moment."""

    def __init__(self, dictation: WindowDictation) -> None:
        self._dictation = dictation

    def take(self) -> Level | None:
        return self._dictation.latest.take()
