"""Builds everything that acts on the window, and hands it the events of the dictation. GUI thread.

It takes long to import, so the program loads it after the first paint; waveform, dialogs and history when they are
first used.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot

from saywrite import __version__
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import FrontEndEvent, Started, StoredTextChanged
from saywrite.storage.settings.schema import Settings
from saywrite.storage.settings.window_state import load_window_state, save_window_state
from saywrite.text.keywords import Keyword
from saywrite.ui.app.command_bindings import CommandBindings
from saywrite.ui.app.details import Details
from saywrite.ui.app.dialogs import Dialogs, UiContext
from saywrite.ui.app.first_view import show_panels, show_settings
from saywrite.ui.app.hands_free import HandsFreeControls
from saywrite.ui.main_window.better_text import BetterText
from saywrite.ui.main_window.dictation_notices import DictationNotices
from saywrite.ui.main_window.engine_notices import EngineStatus
from saywrite.ui.main_window.push_to_talk_notices import PushToTalkNotices
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.theme import apply_scheme
from saywrite.ui.toolkit.theme.motion import apply_motion
from saywrite.ui.toolkit.translation import error_text, set_language
from saywrite.ui.transcript.live.announcement_hold import AnnouncementHold
from saywrite.ui.transcript.live.replaced_texts import ReplacedTexts
from saywrite.ui.tray.icon import Tray
from saywrite.ui.tray.menu import TrayMenu
from saywrite.ui.tray.overlay_controller import OverlayController
from saywrite.ui.tray.recent_texts import TrayTexts
from saywrite.ui.tray.window_geometry import WindowGeometry
from saywrite.ui.tray.window_lifecycle import WindowActivator, WindowLifecycle
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.desktop.desktop_thread import DesktopThread
    from saywrite.dictation.api import Dictation
    from saywrite.ui.main_window.window import MainWindow

log = logging.getLogger(__name__)

VERSION_KEY = "version"
STATE_AFTER_START = {"first_run_shown": True, VERSION_KEY: __version__}
"""Entries of the window's state: the first run is not opened again, what is new only after an update."""


class FrontEnd(QObject):
    """Connect `DictationThread.event_emitted` to `receive`, then call `show()`, run, and call `save()`."""

    def __init__(self, dictation: Dictation, context: UiContext, window: MainWindow) -> None:
        """`window`: that of `make_window`, which may be painted."""
        super().__init__()
        self._dictation = dictation
        self._context = context
        self._has_recording = self._keywords_opened = False
        self._version_seen: object = __version__
        """The version whose changelog was opened, or which was the first; of the window's state, thus any value."""
        self.preferences = Preferences(context.settings, context.save_settings)
        self.window = window
        self.announcements = AnnouncementHold(self.window)
        self.models = ModelsState(dictation, parent=self)
        self.engine = EngineStatus(self.window, context.choices, self.models)
        self.notices = DictationNotices(
            self.window.notices, self.engine.actions_for, lambda: dictation.envelope, self.window
        )
        self.geometry = WindowGeometry(self.window)
        self.commands = CommandBindings(
            self.window, dictation, self.preferences, context.choices, context.open_history, self.geometry
        )
        self.dialogs = Dialogs(
            self.window, self.preferences, context, self.models, dictation, lambda: self.tray.present, self.geometry
        )
        self.details = Details(self.window, context.choices, context.open_history)
        self.activator = WindowActivator(self.window, context.activate_x11)
        self.tray = Tray(TrayMenu(self.window.actions_, context.choices), self.window)
        self.tray_texts = TrayTexts(self.tray, context.open_history)
        self.replaced_texts = ReplacedTexts(self.window.transcript, context.open_history)
        self.push_to_talk = PushToTalkNotices(self.window, dictation, self.tray.show_message, self.dialogs.show_keys)
        self.hands_free = HandsFreeControls(self.window, dictation, self.tray.show_message, self.dialogs.show_models)
        self.overlay = self._make_overlay()
        self.lifecycle = WindowLifecycle(self.window, self.tray, self.preferences)
        self._receivers = self._all_receivers()
        self._connect()
        self._apply_behind(context.settings)
        self._show_panels()

    def _access(self) -> AccountAccess | None:
        return self._context.account

    def _make_better_text(self) -> BetterText | None:
        retranscriber = self._context.retranscriber
        if retranscriber is None:
            return None
        from saywrite.dictation.models.retranscription import Retranscription

        made = BetterText(
            self.window,
            lambda dictation, origin: Retranscription(retranscriber, dictation, origin),
            self._context.open_history,
            self.dialogs.show_history,
            lambda dictation: self._dictation.release_recording(dictation),
        )
        made.stored.connect(lambda dictation: self.receive(StoredTextChanged(dictation)))
        made.stored.connect(lambda dictation: self.replaced_texts.refresh((dictation,)))
        self.dialogs.texts_changed.connect(made.keep_texts)
        return made

    def _make_overlay(self) -> OverlayController:
        dictation = self._dictation
        return OverlayController(
            self.window, lambda: dictation.envelope, dictation.take_back_cancelled, dictation.take_back_insertion
        )

    def _all_receivers(self) -> tuple[Callable[[FrontEndEvent], None], ...]:
        """What shows events, in the order in which it receives them; each ignores the events of others."""
        window = self.window
        better_text = self._make_better_text()
        return (
            self.announcements.receive,
            window.transcript.receive,
            window.receive,
            window.control_bar.receive,
            window.unfinished.receive,
            window.waveform.receive,
            self.notices.receive,
            self.engine.receive,
            self.models.receive,
            self.commands.receive,
            self.dialogs.receive,
            self.details.receive,
            self.tray.receive,
            self.tray_texts.receive,
            self.overlay.receive,
            self.push_to_talk.receive,
            self.hands_free.receive,
            *((better_text.receive,) if better_text is not None else ()),
        )

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Hand an event of the dictation to everything that shows events."""
        for receive in self._receivers:
            receive(event)
        if isinstance(event, Started) and not self._has_recording:
            self._has_recording = True
            self._show_panels()

    def show(self) -> None:
        """Show the window as it was last, or only the tray icon if the settings say so."""
        state = load_window_state(self._context.window_state)
        self.dialogs.restore(state)
        self.geometry.restore(state.get("windows"))
        self.overlay.restore(state)
        self.lifecycle.restore(state)
        self.lifecycle.begin()
        self.window.when_painted(self._ask_for_the_rest)
        self._greet(state)

    def _greet(self, state: dict[str, Any]) -> None:
        """Open the first run, or what is new after an update.

        After a start in the tray, what is new opens when the window is shown.
        """
        greets, hidden = self._context.greets, self._context.settings.start_hidden
        if state:
            self._version_seen = state.get(VERSION_KEY)
            if greets and hidden:
                self.window.shown.connect(self._open_whats_new, Qt.ConnectionType.QueuedConnection)
            elif greets:
                self.window.when_painted(self._open_whats_new)
        elif greets and not hidden:
            self.window.when_painted(self._open_first_run)

    def save(self) -> None:
        """Save the state of the window; called at quit, after the dictation has ended."""
        self.tray.hide()
        state = STATE_AFTER_START | {VERSION_KEY: self._version_seen} | self.window.state() | self.dialogs.state()
        state |= self.lifecycle.state() | self.overlay.state() | {"windows": self.geometry.state()}
        self.overlay.close()
        try:
            save_window_state(self._context.window_state, state)
        except SaywriteError as error:
            log.warning("the window's state was not saved: %s", type(error).__name__)

    def _connect(self) -> None:
        window = self.window
        self.preferences.changed.connect(self._apply)
        self.preferences.changed.connect(self._dictation.apply)
        self.preferences.save_failed.connect(
            lambda problem: window.notices.notify(Severity.WARNING, problem, key="settings", passing=False)
        )
        self.preferences.saved.connect(lambda: window.notices.withdraw("settings"))
        window.control_bar.meter.sound_returned.connect(self.notices.end_microphone_problem)
        window.waveform.play_requested.connect(self._dictation.play)
        window.keywords.changed.connect(self._save_keywords)
        window.actions_.show_keywords.triggered.connect(self._open_keywords)
        window.closing.connect(window.transcript.flush)
        self.engine.account_requested.connect(self.dialogs.show_account)
        self.engine.models_requested.connect(self.dialogs.show_models)
        window.empty.account_requested.connect(self.dialogs.show_account)
        self.dialogs.unknown_language_chosen.connect(self.commands.explain_unknown_language)
        self.commands.files.text_requested.connect(self.dialogs.show_in_history)
        self.dialogs.details_requested.connect(self.details.show)
        self.dialogs.texts_changed.connect(self.tray_texts.refresh)
        self.dialogs.texts_changed.connect(self.replaced_texts.refresh)
        self.dialogs.account_changed.connect(self.engine.end_account_problem)
        self.dialogs.account_changed.connect(self._dictation.renew_account)
        self.dialogs.listen_requested.connect(self._dictation.preview_sounds)
        self.dialogs.refresh_devices_requested.connect(self._dictation.refresh_devices)
        self._connect_tray()

    def _connect_tray(self) -> None:
        menu, preferences = self.tray.menu, self.preferences
        self.lifecycle.show_requested.connect(self.activator.show_window)
        self.window.shown.connect(self.tray.forget_problem)
        self.window.actions_.quit.triggered.connect(self.lifecycle.quit)
        menu.language_chosen.connect(lambda code: preferences.update(language=code))
        menu.engine_chosen.connect(lambda name: preferences.update(engine=name))
        menu.microphone_chosen.connect(
            lambda host_api, name: preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        menu.aboutToShow.connect(self._dictation.refresh_devices)
        menu.copy_requested.connect(copy_text)
        menu.insertion_requested.connect(
            lambda recent: self._dictation.insert_text(recent.dictation, recent.text, recent.language)
        )

    @Slot(object)
    def _apply(self, settings: Settings) -> None:
        """Show other settings."""
        set_language(settings.program_language)
        apply_scheme(settings.theme)
        apply_motion(settings.motion)
        show_settings(self.window, settings, self._access)
        self._apply_behind(settings)
        self._show_panels()

    def _apply_behind(self, settings: Settings) -> None:
        """Apply the settings to what the first paint does not show."""
        self.announcements.apply(settings)
        self.window.transcript.announcer.mode = settings.announce
        self.window.transcript.set_paragraph_pause(settings.paragraph_pause_s)
        self.tray.menu.show_settings(settings)
        self.overlay.apply(settings)
        self.engine.choose(settings)

    def _show_panels(self) -> None:
        """Show the panels of the settings.

        The keywords are shown once there are any, the waveform once there is a recording.
        """
        settings = self.preferences.settings
        self._keywords_opened |= bool(self.window.keywords.keywords())
        keywords = settings.show_keywords and self._keywords_opened
        show_panels(self.window, keywords=keywords, waveform=settings.show_waveform and self._has_recording)

    @Slot(bool)
    def _open_keywords(self, opened: bool) -> None:
        """The user opened or closed the panel with the keywords, which may still be empty."""
        self._keywords_opened = opened
        self.preferences.update(show_keywords=opened)
        self._show_panels()
        if opened:
            self.window.keywords.table.setFocus()

    @Slot(object)
    def _save_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        notices = self.window.notices
        self._dictation.set_keywords(keywords)
        self._show_panels()
        run_task(
            lambda: self._context.save_keywords(keywords),
            lambda _none: notices.withdraw("keywords"),
            lambda error: notices.notify(Severity.WARNING, error_text(error), key="keywords", passing=False),
            owner=self,
            in_order=True,
        )

    @Slot()
    def _open_whats_new(self) -> None:
        """Open what is new in this version, once."""
        if self._version_seen != __version__:
            self._version_seen = __version__
            self.dialogs.show_whats_new()

    @Slot()
    def _open_first_run(self) -> None:
        """Open the first run, and record at once that it was shown."""
        self.dialogs.show_first_run()
        run_task(
            lambda: save_window_state(self._context.window_state, STATE_AFTER_START),
            failed=lambda error: log.warning("the window's state was not saved: %s", type(error).__name__),
            owner=self,
        )

    @Slot()
    def _ask_for_the_rest(self) -> None:
        """Ask for what the window shows once it is known: microphones and models."""
        self._dictation.refresh_devices()
        self.models.ask()


def watch_tray_hosts(tray: Tray, desktop: DesktopThread, at_quit: Callable[[Callable[[], None]], object]) -> None:
    """Follow the appearance and disappearance of the tray. Windows and macOS always have one."""
    if sys.platform in ("win32", "darwin"):
        tray.host_changed.emit(True)
        return
    from saywrite.desktop.tray_host import TrayHostWatch

    at_quit(TrayHostWatch(tray.host_changed.emit, desktop, x11=tray.supports_x11).close)
