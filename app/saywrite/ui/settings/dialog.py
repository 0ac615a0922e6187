"""The settings window, made from the declarations of the options; changes take effect at once. GUI thread.

Loaded when it is opened for the first time.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from saywrite.desktop.autostart import Autostart
from saywrite.foundation.events import DevicesChanged, KeysChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.option import PAGES, Option, Page
from saywrite.storage.settings.schema import OPTIONS
from saywrite.ui.models.page import ModelsPage
from saywrite.ui.models.state import ModelsState
from saywrite.ui.settings.account_access import AccountAccess
from saywrite.ui.settings.account_page import AccountPage
from saywrite.ui.settings.autostart_switch import AutostartSwitch
from saywrite.ui.settings.hotkey_page import BINDINGS, KeysPage
from saywrite.ui.settings.option_page import OptionPage
from saywrite.ui.settings.search import find_best_pages, find_options
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.dialogs import CLOSE, center_on_parent, dialog_buttons, opening_size
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.theme.tokens import XL, XS, M, S
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices, EngineChooser, LanguageChooser, MicrophoneChooser
from saywrite.ui.widgets.fields.search_field import SearchField
from saywrite.ui.widgets.option_editors import OptionEditors

PREFERRED_SIZE = QSize(780, 560)
SHOWN_WITH_ANOTHER = frozenset({"microphone_host_api"})
"""Options without a row: the microphone chooser sets this one too."""
NARROW_LETTERS = 60
"""A window with less room than for so many letters has the list above the pages."""
LINES_ABOVE = 2
"""The entries of the list that are visible there; the others are reached by scrolling."""
QWIDGETSIZE_MAX = (1 << 24) - 1
"""Qt's value for no limit of a size (qwidget.h); PySide6 has no name for it."""
NOTHING_FOUND = message("No setting has these words.")


class SettingsDialog(QDialog):
    """Not modal, so that a change can be tried in the window at once."""

    unknown_language_chosen = Signal(str)
    """The user chose a language that the engine does not know."""
    refresh_devices_requested = Signal()
    """The list of microphones is opened: look for devices again."""
    listen_requested = Signal()
    """The user wants to hear the sounds."""
    keyword_lab_requested = Signal()
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
        set_text(self.setWindowTitle, tr("Settings"))
        self.search = SearchField(tr("Search the settings"), tr("Search"))
        self.list = QListWidget()
        self._side = QWidget()
        self._row = QHBoxLayout()
        self._nothing = NoteLabel(NOTHING_FOUND)
        self._pages = QStackedWidget()
        self._page_of: dict[Page, QWidget] = {page: self._page(page) for page in PAGES}
        for page, widget in self._page_of.items():
            self._pages.addWidget(widget)
            self.list.addItem(page)
        self._arrange()
        self._name_pages()
        follow_language(self._name_pages)
        self.list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self.search.textChanged.connect(self._show_matches)
        self.list.setCurrentRow(0)
        self.resize(opening_size(self, PREFERRED_SIZE))
        preferences.changed.connect(self._editors.refresh)
        self._editors.refresh(preferences.settings)
        self._show_matches("")

    def _name_pages(self) -> None:
        for row, page in enumerate(self._page_of):
            self.list.item(row).setText(tr(page))
        self._fit_side()

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus; in a field it presses none."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if isinstance(button := self.focusWidget(), QPushButton):
                button.click()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        self.search.clear()  # the next opening begins without a search
        super().done(result)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_side()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def _arrange(self) -> None:
        self._editors.listen_requested.connect(self.listen_requested)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.begin)
        set_text(self.list.setAccessibleName, tr("Pages of settings"))
        self.list.setSpacing(XS)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing.hide()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(S)
        for widget in (self.search, self.list):
            side.addWidget(widget)
        content = QVBoxLayout()
        content.addWidget(self._nothing)
        content.addWidget(self._pages, 1)
        self._row.setSpacing(M)
        self._row.addWidget(self._side)
        self._row.addLayout(content, 1)
        buttons = dialog_buttons(self)
        buttons.button(CLOSE).setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(M)
        column.addLayout(self._row, 1)
        column.addWidget(buttons)

    def _fit_side(self) -> None:
        """Place the list beside the pages, as wide as its longest entry, or above them in a narrow window."""
        narrow = self.width() < self.fontMetrics().averageCharWidth() * NARROW_LETTERS
        frame = 2 * self.list.frameWidth()
        lines = self.list.sizeHintForRow(0) * LINES_ABOVE + frame
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._side.setMaximumWidth(QWIDGETSIZE_MAX if narrow else self.list.sizeHintForColumn(0) + frame + XL)
        self.list.setMaximumHeight(lines if narrow else QWIDGETSIZE_MAX)
        self.list.setMinimumHeight(lines)

    def _show_matches(self, query: str) -> None:
        """Show the options that have the words of the search, and only the pages that have such options."""
        names = find_options((OPTIONS[name] for name in OPTIONS if name not in SHOWN_WITH_ANOTHER), query)
        pages = {OPTIONS[name].page for name in names}
        searching = bool(query.strip())
        for row, page in enumerate(PAGES):
            self.list.item(row).setHidden(page not in pages)
            widget = self._page_of[page]
            if isinstance(widget, OptionPage):
                widget.show_matches(names, searching=searching)
        if searching:
            self.account_page.unfold_matches(names)
        self._pages.setVisible(bool(pages))
        self._nothing.setVisible(not pages)
        if not pages:
            announce(self.search, NOTHING_FOUND)
            return
        best = find_best_pages((OPTIONS[name] for name in OPTIONS if name in names), query)
        if PAGES[self.list.currentRow()] not in best:
            self.show_page(min(best, key=PAGES.index))

    def show_devices(self, event: DevicesChanged) -> None:
        """List the microphones that are connected now."""
        self._microphone.set_devices(event.devices, joined(" ", event.problem, event.remedy))

    def show_keys(self, event: KeysChanged) -> None:
        """Show which keys work."""
        self.keys_page.show(event)

    def show_page(self, page: Page) -> None:
        """Turn to a page."""
        self.list.setCurrentRow(PAGES.index(page))

    def show_account(self) -> None:
        """Turn to the page of the account, with the focus on a missing secret."""
        self.search.clear()
        self.show_page("aiOla")
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
        options = [each for each in OPTIONS.values() if each.page == page and each.name not in SHOWN_WITH_ANOTHER]
        made = OptionPage(page, options, self._editor)
        if page == "Keywords":
            lab = QPushButton()
            set_text(lab.setText, tr("Try keywords on your last dictations…"))
            lab.setAutoDefault(False)
            lab.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            lab.clicked.connect(self.keyword_lab_requested)
            made.form.addRow("", lab)
        if page == "Push-to-talk":
            self.keys_page.add_lines(made.form)
        if page == "Window" and self._autostart is not None:
            made.form.addRow("", AutostartSwitch(self._autostart))
        return made

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
        self._editors.refreshers.append(
            lambda settings: chooser.show_setting(
                settings.engine, settings.local_model, stay_offline=settings.stay_offline
            )
        )
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
