"""The settings of the aiOla account: sign-in, addresses and connection test. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFormLayout, QLineEdit, QScrollArea, QWidget

from saywrite.foundation.errors import AddressRefused
from saywrite.foundation.messages import message
from saywrite.storage.settings.option import Option
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.settings.account_access import SECRET_OF, AccountAccess
from saywrite.ui.settings.connection_test import ConnectionTest
from saywrite.ui.settings.fold import Fold
from saywrite.ui.settings.secret_field import SecretField
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import error_text, set_text, tr
from saywrite.ui.widgets.option_editors import OptionEditors, add_row, new_form

ADDRESSES = ("aiola_token_url", "aiola_base_url", "aiola_auth_url")
LABELS = {"key": message("API key"), "token": message("Access token")}


class AccountPage(QScrollArea):
    """The options of the account; without `access` there are no secrets and no test."""

    account_changed = Signal()
    """A key or token was saved or removed."""

    def __init__(self, editors: OptionEditors, preferences: Preferences, access: AccountAccess | None) -> None:
        super().__init__()
        self._editors = editors
        self._preferences = preferences
        self._access = access
        self._fields: dict[str, QWidget] = {}
        self.secrets: dict[str, SecretField] = {}
        self.problems: dict[str, NoteLabel] = {}
        content = QWidget()
        self._form = new_form(content)
        self.fold = Fold()
        self._fill()
        self.test: ConnectionTest | None = None
        if access is not None:
            self.test = ConnectionTest(partial(self._begin_test, access))
            self.verticalScrollBar().rangeChanged.connect(self._scroll_to_results)
            self._form.addRow("", self.test)
        set_text(self.setAccessibleName, tr("aiOla account"))
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        editors.refreshers.append(self._refresh)

    def focus_first(self) -> None:
        """Set the focus to the secret that the settings need."""
        field = self.secrets.get(self._preferences.settings.aiola_sign_in)
        if field is not None:
            field.setFocus()

    def unfold_matches(self, names: frozenset[str]) -> None:
        """Unfold the rarely used options if one of them is in `names`."""
        if any(OPTIONS[name].page == "aiOla" and OPTIONS[name].advanced for name in names):
            self.fold.open()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for field in self.secrets.values():
            field.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.test is not None:
            self.test.abandon()

    def _fill(self) -> None:
        if self._access is not None and "key" in self._access.environment:
            variable, _ = self._access.environment["key"]
            words = tr(
                "{variable} is set in the environment: that key is used, whatever is saved here.", variable=variable
            )
            self._form.addRow(NoteLabel(words, "warn"))
        for option in OPTIONS.values():
            if option.page == "aiOla" and not option.advanced:
                self._add(self._form, option)
            if option.name == "aiola_sign_in":
                self._add_secrets()
        more = new_form(self.fold.content)
        more.setContentsMargins(0, 0, 0, 0)
        for option in OPTIONS.values():
            if option.page == "aiOla" and option.advanced:
                self._add(more, option)
        self._form.addRow(self.fold)

    def _add_secrets(self) -> None:
        if self._access is None:
            return
        for way, label in LABELS.items():
            field = SecretField(label, SECRET_OF[way], self._access.secrets)
            field.changed.connect(self.account_changed)
            field.changed.connect(self._clear_results)
            self.secrets[way] = field
            name = PlainLabel(label)
            name.setBuddy(field)
            self._form.addRow(name, field)

    def _add(self, form: QFormLayout, option: Option) -> None:
        if option.name in ADDRESSES:
            editor: QWidget = self._address(option)
        else:
            editor, _ = self._editors.make(option)
        field = add_row(form, option, editor, editor)
        self._fields[option.name] = field
        if option.name in ADDRESSES:
            self.problems[option.name] = field.add_note("", "bad")
            self.problems[option.name].hide()
        if self._access is not None and option.name in self._access.environment:
            variable, value = self._access.environment[option.name]
            field.add_note(
                tr("{variable} is set in the environment and wins: {value}", variable=variable, value=value), "warn"
            )

    def _address(self, option: Option) -> QLineEdit:
        line = QLineEdit()
        set_text(line.setPlaceholderText, str(option.default) or "https://")
        line.editingFinished.connect(lambda: self._take_address(option, line))
        self._editors.refreshers.append(lambda settings: self._show_address(option, line, settings))
        return line

    def _show_address(self, option: Option, line: QLineEdit, settings: Settings) -> None:
        """Show the address of the settings, unless the line contains a refused one to correct."""
        if self.problems[option.name].isHidden():
            set_text(line.setText, getattr(settings, option.name))

    def _take_address(self, option: Option, line: QLineEdit) -> None:
        """Take a valid address when the line loses the focus, or show its problem."""
        problem, text = self.problems[option.name], line.text().strip() or str(option.default)
        try:
            address = self._access.check_address(text) if self._access is not None and text else text
        except AddressRefused as error:
            set_text(problem.setText, error_text(error))
            problem.show()
            set_text(line.setAccessibleDescription, error_text(error))
            return
        problem.hide()
        set_text(line.setAccessibleDescription, option.help)
        set_text(line.setText, address)
        self._editors.set(option.name, address)

    def _begin_test(self, access: AccountAccess) -> Callable[[], Iterable[tuple[bool | None, str, str]]]:
        settings = self._preferences.settings
        field = self.secrets.get(settings.aiola_sign_in)
        return partial(access.test, settings, field.typed() if field is not None else None)

    def _refresh(self, settings: Settings) -> None:
        for way, field in self.secrets.items():
            self._form.setRowVisible(field, way == settings.aiola_sign_in)
        self._form.setRowVisible(self._fields["aiola_token_url"], settings.aiola_sign_in == "url")
        self._form.setRowVisible(self._fields["aiola_auth_url"], settings.aiola_sign_in == "key")
        self._clear_results()

    def _scroll_to_results(self, _low: int, high: int) -> None:
        """Scroll to the newest result during a test."""
        if self.test is not None and self.test.running:
            self.verticalScrollBar().setValue(high)

    def _clear_results(self) -> None:
        if self.test is not None:
            self.test.clear()
