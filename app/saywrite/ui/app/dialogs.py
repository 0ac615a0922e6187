"""What is loaded late: waveform, settings, history, export, about. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from saywrite.foundation.events import DevicesChanged, KeysChanged
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.clipboard import copy_text
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.desktop.autostart import Autostart
    from saywrite.ui.app.exports import Exports
    from saywrite.ui.history.timing_window import LatencyWindow
    from saywrite.ui.history.window import History, HistoryWindow
    from saywrite.ui.models.state import ModelsState
    from saywrite.ui.settings.dialog import SettingsDialog


class Dialogs(QObject):
    unknown_language_chosen = Signal(str)
    refresh_devices_wanted = Signal()
    details_wanted = Signal(object)
    """A `Dictated` of the history."""
    account_changed = Signal()
    """Another key or token is kept now, or none."""

    def __init__(
        self,
        window: MainWindow,
        preferences: Preferences,
        choices: EngineChoices,
        open_history: Callable[[], History],
        diagnostics: Callable[[], str],
        account: AccountAccess | None = None,
        autostart: Callable[[], Autostart] | None = None,
        models: ModelsState | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._preferences = preferences
        self._choices = choices
        self._open_history = open_history
        self._diagnostics = diagnostics
        self._account = account
        self._autostart = autostart
        self._models = models
        self._devices: DevicesChanged | None = None
        self._keys: KeysChanged | None = None
        self._settings: SettingsDialog | None = None
        self._history: HistoryWindow | None = None
        self._speed: LatencyWindow | None = None
        self._exports: Exports | None = None
        self._export_folder = ""
        self._connect()

    def state(self) -> dict[str, Any]:
        """What is remembered until the next start."""
        return {"export_folder": self._exports.folder if self._exports is not None else self._export_folder}

    def restore(self, state: dict[str, Any]) -> None:
        folder = state.get("export_folder")
        self._export_folder = folder if isinstance(folder, str) else ""

    @property
    def exports(self) -> Exports:
        if self._exports is None:
            from saywrite.ui.app.exports import Exports

            self._exports = Exports(self._window, self._preferences, self._choices, self._export_folder)
        return self._exports

    def show_devices(self, event: DevicesChanged) -> None:
        self._devices = event
        if self._settings is not None:
            self._settings.show_devices(event)

    def show_settings(self) -> None:
        if self._settings is None:
            from saywrite.ui.settings.dialog import SettingsDialog

            autostart = self._autostart() if self._autostart is not None else None
            self._settings = SettingsDialog(
                self._preferences, self._choices, self._account, self._window, autostart, self._models
            )
            self._settings.account_changed.connect(self.account_changed)
            self._settings.unknown_language_chosen.connect(self.unknown_language_chosen)
            self._settings.refresh_devices_wanted.connect(self.refresh_devices_wanted)
            if self._devices is not None:
                self._settings.show_devices(self._devices)
            if self._keys is not None:
                self._settings.show_keys(self._keys)
        _bring_up(self._settings)

    def show_account(self) -> None:
        """The settings, where a key goes."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_account()

    def show_key_state(self, event: KeysChanged) -> None:
        self._keys = event
        if self._settings is not None:
            self._settings.show_keys(event)

    def show_keys(self) -> None:
        """The settings, where the keys are chosen."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_page("Push-to-talk")

    def show_models(self, source: bool = False) -> None:
        """The settings, where the models are; `source`: ready to take the place they come from."""
        self.show_settings()
        if self._settings is not None:
            self._settings.show_page("Recognition")
            if source:
                self._settings.models_page.focus_source()

    def show_history(self) -> None:
        if self._history is None:
            from saywrite.ui.history.window import HistoryWindow

            window = self._history = HistoryWindow(self._open_history, parent=self._window)
            window.export_wanted.connect(lambda dictated: self.exports.export_dictation(dictated, window))
            window.details_wanted.connect(self.details_wanted)
        self._history.reload()
        _bring_up(self._history)

    def show_speed(self) -> None:
        if self._speed is None:
            from saywrite.ui.history.timing_window import LatencyWindow

            self._speed = LatencyWindow(self._open_history, self._choices, self._window)
        self._speed.reload()
        _bring_up(self._speed)

    def show_about(self) -> None:
        from saywrite.ui.main_window.about_dialog import AboutDialog

        dialog = AboutDialog(self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_always_write_as(self, spoken: str) -> None:
        """Make a keyword of words that were misheard."""
        from saywrite.ui.keywords.add_dialog import offer

        offer(self._window.transcript, self._window.keywords, spoken)

    def copy_diagnostics(self) -> None:
        """The report takes a while to make (it looks at devices and folders): made elsewhere, copied here."""
        self._window.status.tell("Looking around…")

        def copy(report: str) -> None:
            copy_text(report)
            self._window.status.tell("Diagnostics copied: no text, audio or key is in them")

        def fail(error: Exception) -> None:
            self._window.notices.tell(
                Severity.WARNING, f"The diagnostics could not be made: {error}", "The log has more.", key="diagnostics"
            )

        run_task(self._diagnostics, copy, fail, owner=self)

    def _connect(self) -> None:
        actions, transcript = self._window.actions_, self._window.transcript
        actions.settings.triggered.connect(self.show_settings)
        actions.history.triggered.connect(self.show_history)
        actions.speed.triggered.connect(self.show_speed)
        actions.about.triggered.connect(self.show_about)
        actions.diagnostics.triggered.connect(self.copy_diagnostics)
        actions.export.triggered.connect(lambda: self.exports.export_transcript())
        actions.export_menu.aboutToShow.connect(lambda: self.exports.show_possible())
        for name, action in actions.export_as.items():
            action.triggered.connect(lambda _checked=False, name=name: self.exports.export_transcript(name))
        actions.always_write_as.triggered.connect(lambda: self.ask_always_write_as(transcript.selected_text().strip()))
        transcript.always_write_as.connect(self.ask_always_write_as)


def _bring_up(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
