"""The settings, made from their declarations; a change holds at once. GUI thread.

Loaded when it is opened for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from saywrite.events import DevicesChanged
from saywrite.settings.schema import OPTIONS, PAGES, Option, Page, Settings, Value
from saywrite.ui.choosers import Choices, EngineChooser, LanguageChooser, MicrophoneChooser
from saywrite.ui.labels import ToneLabel
from saywrite.ui.preferences import Preferences

SHOWN_WITH_ANOTHER = frozenset({"microphone_host_api"})
"""Options that have no row of their own: the microphone chooser sets both of its two."""


class SettingsDialog(QDialog):
    """Not modal: try a change while the window is beside it."""

    unknown_language_chosen = Signal(str)
    refresh_devices_wanted = Signal()

    def __init__(self, preferences: Preferences, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._choices = choices
        self._refreshers: list[Callable[[Settings], None]] = []
        self._microphone = MicrophoneChooser()
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
        preferences.changed.connect(self._refresh)
        self._refresh(preferences.settings)

    def show_devices(self, event: DevicesChanged) -> None:
        self._microphone.set_devices(event.devices, f"{event.problem} {event.remedy}".strip())

    def editor(self, name: str) -> QWidget:
        """The widget that edits the option `name`. Raises KeyError."""
        found = self.findChild(QWidget, f"option {name}")
        if found is None:
            raise KeyError(name)
        return found

    def _page(self, page: Page) -> QWidget:
        content = QWidget()
        form = QFormLayout(content)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for option in OPTIONS.values():
            if option.page == page and option.name not in SHOWN_WITH_ANOTHER:
                self._add_row(form, option)
        return content

    def _add_row(self, form: QFormLayout, option: Option) -> None:
        editor, row = self._editor(option)
        editor.setObjectName(f"option {option.name}")
        editor.setAccessibleName(option.label)
        editor.setAccessibleDescription(option.help)
        cell = QVBoxLayout()
        cell.setSpacing(2)
        cell.addWidget(row)
        if option.help:
            note = ToneLabel(option.help, size=0.92)
            note.setWordWrap(True)
            cell.addWidget(note)
        form.addRow("" if isinstance(editor, QCheckBox) else option.label, cell)

    def _editor(self, option: Option) -> tuple[QWidget, QWidget]:
        """The widget that edits the option, and the row it stands in (often itself)."""
        own = {"engine": self._engine, "language": self._language, "microphone_name": self._device}.get(option.name)
        if own is not None:
            editor = own()
        elif option.name == "export_folder":
            return self._folder(option)
        elif option.choices:
            editor = self._choice(option)
        elif option.kind is bool:
            editor = self._switch(option)
        elif option.kind is int:
            editor = self._number(option)
        else:
            editor = self._text(option)
        return editor, editor

    def _engine(self) -> QWidget:
        chooser = EngineChooser(self._choices)
        chooser.chosen.connect(partial(self._set, "engine"))
        self._refreshers.append(lambda settings: chooser.set_wanted(settings.engine))
        return chooser

    def _language(self) -> QWidget:
        chooser = LanguageChooser(self._choices)
        chooser.chosen.connect(partial(self._set, "language"))
        chooser.unknown_chosen.connect(self.unknown_language_chosen)
        self._refreshers.append(lambda settings: chooser.set_wanted(settings.language, settings.engine))
        return chooser

    def _device(self) -> QWidget:
        chooser = self._microphone
        chooser.refresh_wanted.connect(self.refresh_devices_wanted)
        chooser.chosen.connect(
            lambda host_api, name: self._preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        self._refreshers.append(
            lambda settings: chooser.set_wanted(settings.microphone_host_api, settings.microphone_name)
        )
        return chooser

    def _choice(self, option: Option) -> QWidget:
        box = QComboBox()
        for value, label in option.choices:
            box.addItem(label, value)
        box.activated.connect(lambda row: self._set(option.name, box.itemData(row)))
        self._refreshers.append(lambda settings: box.setCurrentIndex(box.findData(getattr(settings, option.name))))
        return box

    def _switch(self, option: Option) -> QWidget:
        box = QCheckBox(option.label)
        box.toggled.connect(lambda on: self._set(option.name, on))
        self._refreshers.append(lambda settings: box.setChecked(getattr(settings, option.name)))
        return box

    def _number(self, option: Option) -> QWidget:
        box = QSpinBox()
        box.setRange(option.minimum, option.maximum)
        box.setKeyboardTracking(False)
        unit = option.help.split(maxsplit=1)[0].rstrip(".").lower() if option.help else ""
        if unit in ("days", "minutes"):
            box.setSuffix(f" {unit}")
        if option.minimum < 0:
            box.setSpecialValueText("Always")
        box.valueChanged.connect(lambda value: self._set(option.name, value))
        self._refreshers.append(lambda settings: box.setValue(getattr(settings, option.name)))
        return box

    def _text(self, option: Option) -> QLineEdit:
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._set(option.name, line.text()))
        self._refreshers.append(lambda settings: line.setText(getattr(settings, option.name)))
        return line

    def _folder(self, option: Option) -> tuple[QWidget, QWidget]:
        line = self._text(option)
        browse = QPushButton("Choose…")
        browse.setAccessibleName(f"{option.label}: choose a folder")
        browse.clicked.connect(partial(self._choose_folder, option.name))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(line, 1)
        layout.addWidget(browse)
        return line, row

    def _choose_folder(self, name: str) -> None:
        dialog = QFileDialog(self, "Choose a folder", getattr(self._preferences.settings, name))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(partial(self._set, name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _set(self, name: str, value: Value) -> None:
        if not OPTIONS[name].problem(value):
            self._preferences.update(**{name: value})

    def _refresh(self, settings: Settings) -> None:
        for refresh in self._refreshers:
            refresh(settings)
