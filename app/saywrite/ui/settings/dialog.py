"""The settings window, made from the declarations of the options; changes take effect at once. GUI thread.

Loaded when it is opened for the first time.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from saywrite.desktop.autostart import Autostart
from saywrite.foundation.events import DevicesChanged, KeysChanged
from saywrite.storage.settings.schema import OPTIONS, PAGES, Option, Page
from saywrite.ui.models.page import ModelsPage
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.settings.account_page import AccountPage
from saywrite.ui.settings.autostart_switch import AutostartSwitch
from saywrite.ui.settings.hotkey_page import BINDINGS, KeysPage
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.widgets.choosers import EngineChoices, EngineChooser, LanguageChooser, MicrophoneChooser
from saywrite.ui.widgets.option_editors import OptionEditors, add_row, new_form

PREFERRED_SIZE = QSize(680, 620)
SHOWN_WITH_ANOTHER = frozenset({"microphone_host_api"})
"""Options without a row: the microphone chooser sets this one too."""


class SettingsDialog(QDialog):
    """Not modal, so that a change can be tried in the window at once."""

    unknown_language_chosen = Signal(str)
    """The user chose a language that the engine does not know."""
    refresh_devices_requested = Signal()
    """The list of microphones is opened: look for devices again."""
    account_changed = Signal()
    """A key or token was saved or removed."""

    def __init__(
        self,
        preferences: Preferences,
        choices: EngineChoices,
        account: AccountAccess | None = None,
        parent: QWidget | None = None,
        autostart: Autostart | None = None,
        models: ModelsState | None = None,
    ) -> None:
        super().__init__(parent)
        self._autostart = autostart
        self._preferences = preferences
        self._choices = choices
        self._editors = OptionEditors(preferences, self)
        self._microphone = MicrophoneChooser()
        self.keys_page = KeysPage(self._editors, preferences)
        self.account_page = AccountPage(self._editors, preferences, account)
        self.account_page.account_changed.connect(self.account_changed)
        self.models_page = ModelsPage(self._editors, preferences, choices, models)
        self.setWindowTitle("Settings")
        self._tabs = QTabWidget()
        self._tabs.setAccessibleName("Pages of settings")
        for page in PAGES:
            self._tabs.addTab(self._page(page), page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self._tabs)
        column.addWidget(buttons)
        self.resize(self._preferred_size(column).boundedTo(self.screen().availableGeometry().size() * 0.9))
        preferences.changed.connect(self._editors.refresh)
        self._editors.refresh(preferences.settings)

    def _preferred_size(self, layout: QVBoxLayout) -> QSize:
        """A size in which no tab is cut off."""
        margins = layout.contentsMargins()
        tabs = self._tabs.tabBar().sizeHint().width() + margins.left() + margins.right()
        return PREFERRED_SIZE.expandedTo(QSize(tabs, 0))

    def show_devices(self, event: DevicesChanged) -> None:
        """List the microphones that are connected now."""
        self._microphone.set_devices(event.devices, f"{event.problem} {event.remedy}".strip())

    def show_keys(self, event: KeysChanged) -> None:
        """Show which keys work."""
        self.keys_page.show(event)

    def show_page(self, page: Page) -> None:
        """Turn to a page."""
        self._tabs.setCurrentIndex(PAGES.index(page))

    def show_account(self) -> None:
        """Turn to the page of the account, with the focus on a missing secret."""
        self._tabs.setCurrentWidget(self.account_page)
        self.account_page.focus_first()

    def editor(self, name: str) -> QWidget:
        """The widget that edits the option `name`. Raises KeyError."""
        found = self.findChild(QWidget, f"option {name}")
        if found is None:
            raise KeyError(name)
        return found

    def _page(self, page: Page) -> QWidget:
        if page == "aiOla":
            return self.account_page
        if page == "Recognition":
            return self.models_page
        content = QWidget()
        form = new_form(content)
        for option in OPTIONS.values():
            if option.page == page and option.name not in SHOWN_WITH_ANOTHER:
                add_row(form, option, *self._editor(option))
        if page == "Push-to-talk":
            self.keys_page.add_lines(form)
        if page == "Window" and self._autostart is not None:
            form.addRow("", AutostartSwitch(self._autostart))
        return _scrolling(content, page)

    def _editor(self, option: Option) -> tuple[QWidget, QWidget]:
        own = {"engine": self._engine, "language": self._language, "microphone_name": self._device}.get(option.name)
        if option.name in BINDINGS:
            own = partial(self.keys_page.recorder, option.name)
        if own is None:
            return self._editors.make(option)
        editor = own()
        return editor, editor

    def _engine(self) -> QWidget:
        chooser = EngineChooser(self._choices)
        chooser.chosen.connect(partial(self._editors.set, "engine"))
        self._editors.refreshers.append(lambda settings: chooser.show_setting(settings.engine, settings.local_model))
        return chooser

    def _language(self) -> QWidget:
        chooser = LanguageChooser(self._choices)
        chooser.chosen.connect(partial(self._editors.set, "language"))
        chooser.unknown_chosen.connect(self.unknown_language_chosen)
        self._editors.refreshers.append(lambda settings: chooser.show_setting(settings.language, settings.engine))
        return chooser

    def _device(self) -> QWidget:
        chooser = self._microphone
        chooser.refresh_requested.connect(self.refresh_devices_requested)
        chooser.chosen.connect(
            lambda host_api, name: self._preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        self._editors.refreshers.append(
            lambda settings: chooser.show_setting(settings.microphone_host_api, settings.microphone_name)
        )
        return chooser


def _scrolling(content: QWidget, page: Page) -> QScrollArea:
    """Make a page that scrolls when the window is too small for it."""
    area = QScrollArea()
    area.setAccessibleName(page)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
