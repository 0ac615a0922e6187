"""Opens the other windows and dialogs, which are imported when they are first used. GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from saywrite.foundation.events import DevicesChanged, FrontEndEvent, KeysChanged
from saywrite.foundation.program import Release
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.layouts.dialogs import bring_to_front
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import error_parts, tr
from saywrite.ui.tray.window_geometry import WindowGeometry
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.desktop.autostart import Autostart
    from saywrite.dictation.api import Dictation
    from saywrite.dictation.models.transcribing_child import Retranscriber
    from saywrite.storage.history.store import HistoryStore
    from saywrite.ui.app.exports import Exports
    from saywrite.ui.app.first_run.window import FirstRunWindow
    from saywrite.ui.history.reports.ledger_window import LedgerWindow
    from saywrite.ui.history.reports.timing_window import LatencyWindow
    from saywrite.ui.history.window import HistoryWindow
    from saywrite.ui.models.state import ModelsState
    from saywrite.ui.settings.dialog import SettingsDialog

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UiContext:
    """What `main` gives the window besides the dictation.

    The callables that write files or read the history run on pool threads.
    """

    settings: Settings
    choices: EngineChoices
    save_settings: Callable[[Settings], None]
    save_keywords: Callable[[tuple[Keyword, ...]], None]
    open_history: Callable[[], HistoryStore]
    diagnostics: Callable[[], str]
    window_state: Path
    account: AccountAccess | None = None
    activate_x11: Callable[[int], None] = lambda window: None
    """Asks the window manager to bring the window with this X11 id to the front."""
    autostart: Callable[[], Autostart] | None = None
    """Gives this system's way to start Saywrite with the session."""
    retranscriber: Retranscriber | None = None
    """Transcribes dictations of the history again, and names the folder of the recordings."""
    find_update: Callable[[], Release | None] | None = None
    """Asks for a newer version in place of `dictation.api.find_update`. Only a click in the menu calls it."""
    greets: bool = False
    """Whether a start may open the first run, or what is new: the user started the program without arguments."""


class Dialogs(QObject):
    """Opens the other windows and dialogs, and gives them the events that they show."""

    unknown_language_chosen = Signal(str)
    """The user chose a language that the engine does not know."""
    refresh_devices_requested = Signal()
    details_requested = Signal(object)
    """A `Dictated` of the history."""
    texts_changed = Signal(object)
    """The ids of dictations whose texts were corrected, deleted or restored in the history."""
    listen_requested = Signal()
    """The user wants to hear the sounds."""
    account_changed = Signal()
    """A key or token was saved or removed."""

    def __init__(
        self,
        window: MainWindow,
        preferences: Preferences,
        context: UiContext,
        models: ModelsState,
        dictation: Dictation,
        has_tray: Callable[[], bool],
        geometry: WindowGeometry,
    ) -> None:
        """`dictation` plays the recordings of the history. `has_tray`: whether there is a tray icon now."""
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._context = context
        self._models = models
        self._dictation = dictation
        self._has_tray = has_tray
        self._geometry = geometry
        self._first_run: FirstRunWindow | None = None
        self._devices: DevicesChanged | None = None
        self._keys: KeysChanged | None = None
        self._settings: SettingsDialog | None = None
        self._history: HistoryWindow | None = None
        self._speed: LatencyWindow | None = None
        self._ledger: LedgerWindow | None = None
        self._exports: Exports | None = None
        self._export_folder = ""
        self._connect()

    def state(self) -> dict[str, Any]:
        """What `restore()` gets at the next start."""
        return {"export_folder": self._exports.folder if self._exports is not None else self._export_folder}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over the state of the last run."""
        folder = state.get("export_folder")
        self._export_folder = folder if isinstance(folder, str) else ""

    @property
    def exports(self) -> Exports:
        """The exports of the window and of the history."""
        if self._exports is None:
            from saywrite.ui.app.exports import Exports

            self._exports = Exports(self._window, self._preferences, self._context.choices, self._export_folder)
        return self._exports

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Give the first run and the history every event, the settings devices and keys.

        Devices and keys are kept for windows that open later.
        """
        if self._first_run is not None:
            self._first_run.receive(event)
        if self._history is not None:
            self._history.receive(event)
        match event:
            case DevicesChanged():
                self._devices = event
                if self._settings is not None:
                    self._settings.show_devices(event)
            case KeysChanged():
                self._keys = event
                if self._settings is not None:
                    self._settings.show_keys(event)

    def show_settings(self) -> None:
        """Open the settings."""
        if self._settings is None:
            from saywrite.ui.settings.dialog import SettingsDialog

            autostart = self._context.autostart() if self._context.autostart is not None else None
            self._settings = SettingsDialog(
                self._preferences, self._context.choices, self._context.account, self._window, autostart, self._models
            )
            self._geometry.keep(self._settings, "settings")
            self._settings.account_changed.connect(self.account_changed)
            self._settings.keyword_lab_requested.connect(self.show_keyword_lab)
            self._settings.listen_requested.connect(self.listen_requested)
            self._settings.unknown_language_chosen.connect(self.unknown_language_chosen)
            self._settings.refresh_devices_requested.connect(self.refresh_devices_requested)
            if self._devices is not None:
                self._settings.show_devices(self._devices)
            if self._keys is not None:
                self._settings.show_keys(self._keys)
        bring_to_front(self._settings)

    def show_first_run(self) -> None:
        """Open the first run at its first step."""
        if self._first_run is None:
            from saywrite.ui.app.first_run.window import FirstRunWindow

            self._first_run = made = FirstRunWindow(
                self._dictation,
                self._preferences,
                self._context.choices,
                self._context.account,
                self._models,
                self._has_tray,
                self._window,
            )
            made.account_changed.connect(self.account_changed)
            made.unknown_language_chosen.connect(self.unknown_language_chosen)
            made.refresh_devices_requested.connect(self.refresh_devices_requested)
            for event in (self._devices, self._keys):
                if event is not None:
                    made.receive(event)
        self._first_run.begin()
        bring_to_front(self._first_run)

    def show_account(self) -> None:
        """Open the settings of the account, with the focus where something is missing."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_account()

    def show_keys(self) -> None:
        """Open the settings of the keys."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_page("Push-to-talk")

    def show_models(self, source: bool = False) -> None:
        """Open the settings of the models; `source` sets the focus to the field with their source."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_page("Recognition")
            if source:
                self._settings.models_page.focus_source()

    def show_history(self) -> None:
        """Open the history, with its newest entries."""
        if self._history is None:
            from saywrite.ui.history.access import make_tools
            from saywrite.ui.history.window import HistoryWindow

            tools = None
            if self._context.retranscriber is not None:
                tools = make_tools(self._dictation, self._context.retranscriber)
            window = HistoryWindow(
                self._context.open_history,
                parent=self._window,
                choices=self._context.choices,
                tools=tools,
                remembers=lambda: self._preferences.settings.suggest_keywords,
            )
            self._history = window
            self._geometry.keep(window, "history")
            self._preferences.changed.connect(lambda settings: window.text.set_pause(settings.paragraph_pause_s))
            window.text.set_pause(self._preferences.settings.paragraph_pause_s)
            window.export_requested.connect(lambda chosen: self.exports.export_dictations(chosen, window))
            window.details_requested.connect(self.details_requested)
            window.ledger_requested.connect(self.show_ledger)
            window.corrected.connect(self._window.transcript.receive)
            window.texts_changed.connect(self.texts_changed)
        self._history.reload()
        bring_to_front(self._history)

    def show_in_history(self, dictation: str) -> None:
        """Open the history at a dictation."""
        from saywrite.ui.app.details import open_at

        self.show_history()
        if self._history is not None:
            open_at(self._history, self._context.open_history, dictation)

    def show_keyword_lab(self) -> None:
        """Open the keyword lab with a copy of the present keywords."""
        from saywrite.ui.keywords.lab.window import KeywordLabWindow

        lab = KeywordLabWindow(
            self._window.keywords.rows(),
            self._context.open_history,
            self._preferences,
            self._context.retranscriber,
            self._window,
        )
        lab.applied.connect(self._window.keywords.replace_all)
        self._geometry.keep(lab, "keyword lab")
        _open(lab)

    def show_speed(self) -> None:
        """Open the window with the latencies."""
        if self._speed is None:
            from saywrite.ui.history.reports.timing_window import LatencyWindow

            self._speed = LatencyWindow(self._context.open_history, self._context.choices, self._window)
            self._geometry.keep(self._speed, "speed")
        self._speed.reload()
        bring_to_front(self._speed)

    def show_ledger(self) -> None:
        """Open the window that tells where the speech of each month went."""
        if self._ledger is None:
            from saywrite.ui.history.reports.ledger_window import LedgerWindow

            self._ledger = window = LedgerWindow(self._context.open_history, self._context.choices, self._window)
            window.export_requested.connect(lambda ledger: self.exports.export_ledger(ledger, window))
            self._geometry.keep(window, "ledger")
        self._ledger.reload()
        bring_to_front(self._ledger)

    def show_shortcuts(self) -> None:
        """Open the window with the keyboard shortcuts as they are now."""
        from saywrite.ui.app.help_windows import ShortcutsWindow

        _open(ShortcutsWindow(self._window.menuBar(), self._preferences.settings, self._window))

    def show_whats_new(self) -> None:
        """Open the window with the changelog."""
        from saywrite.ui.app.help_windows import WhatsNewWindow

        _open(WhatsNewWindow(self._window))

    def show_about(self) -> None:
        """Open the dialog with version and licenses."""
        from saywrite.ui.main_window.about_dialog import AboutDialog

        _open(AboutDialog(self._window))

    def ask_always_write_as(self, spoken: str) -> None:
        """Ask how misheard words should be written, and make a keyword of the answer."""
        from saywrite.ui.keywords.add_dialog import open_add_dialog

        open_add_dialog(self._window.transcript, self._window.keywords, spoken)

    def copy_diagnostics(self) -> None:
        """Copy the diagnostics; another thread collects them, because devices and folders are examined."""
        self._window.status.show_message(tr("Collecting diagnostics…"))

        def copy(report: str) -> None:
            copy_text(report)
            self._window.notices.withdraw("diagnostics")
            self._window.status.show_message(tr("Diagnostics copied: no text, audio or key is in them"))

        def fail(error: Exception) -> None:
            log.error("the diagnostics could not be made", exc_info=error)
            self._window.status.clear_message()
            what = tr("The diagnostics could not be made: {error}", error=error)
            self._window.notices.notify(Severity.WARNING, what, tr("The log has more."), key="diagnostics")

        run_task(self._context.diagnostics, copy, fail, owner=self, alone=True)

    def check_for_updates(self) -> None:
        """Ask the page of Saywrite for a newer version, on another thread; nothing is installed."""
        from saywrite.dictation.api import find_update

        self._window.status.show_message(tr("Looking for updates…"))

        def show(release: Release | None) -> None:
            self._window.notices.withdraw("updates")
            if release is None:
                self._window.status.show_message(tr("This is the newest version"))
                return
            self._window.status.clear_message()
            self._window.notices.notify(
                Severity.INFO,
                tr("Saywrite {version} is there.", version=release.version),
                tr("Its page says what is new, and how to install it."),
                key="updates",
                actions=((tr("Open the page"), lambda: open_page(release.page)),),
            )

        def fail(error: Exception) -> None:
            self._window.status.clear_message()
            self._window.notices.notify(Severity.WARNING, *error_parts(error), key="updates")

        ask = self._context.find_update or partial(find_update, lambda: self._preferences.settings.stay_offline)
        run_task(ask, show, fail, owner=self, alone=True)

    def _connect(self) -> None:
        actions, transcript = self._window.actions_, self._window.transcript
        actions.settings.triggered.connect(self.show_settings)
        actions.history.triggered.connect(self.show_history)
        actions.speed.triggered.connect(self.show_speed)
        actions.ledger.triggered.connect(self.show_ledger)
        actions.about.triggered.connect(self.show_about)
        actions.shortcuts.triggered.connect(self.show_shortcuts)
        actions.whats_new.triggered.connect(self.show_whats_new)
        actions.first_run.triggered.connect(self.show_first_run)
        actions.updates.triggered.connect(self.check_for_updates)
        actions.diagnostics.triggered.connect(self.copy_diagnostics)
        actions.export.triggered.connect(lambda: self.exports.export_transcript())
        actions.export_menu.aboutToShow.connect(lambda: self.exports.show_possible())
        for name, action in actions.export_as.items():
            action.triggered.connect(lambda _checked=False, name=name: self.exports.export_transcript(name))
        actions.always_write_as.triggered.connect(lambda: self.ask_always_write_as(transcript.selected_text().strip()))
        transcript.keyword_requested.connect(self.ask_always_write_as)
        actions.keyword_lab.triggered.connect(self.show_keyword_lab)
        self._window.keywords.lab_requested.connect(self.show_keyword_lab)


def open_page(address: str) -> None:
    """Open a web page in the user's browser."""
    QDesktopServices.openUrl(QUrl(address))


def _open(dialog: QDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
