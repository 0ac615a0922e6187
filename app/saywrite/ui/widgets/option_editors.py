"""Widgets that edit one option of the settings each, made from its declaration. GUI thread.

A change takes effect at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from saywrite.storage.settings.option import Option, Value
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.screen_reader import set_label
from saywrite.ui.toolkit.theme.tokens import XS, L, M
from saywrite.ui.toolkit.translation import add_item, set_text, tr, worded
from saywrite.ui.widgets.choosers import NarrowComboBox
from saywrite.ui.widgets.fields.amount_box import AmountBox

MIN_LETTERS = 16
"""The minimum width of a drop-down in letters; its list shows the whole entries."""


class OptionEditors(QObject):
    """Makes editors, and keeps them equal to the settings.

    `refreshers` are called with the settings after each change.
    """

    listen_requested = Signal()
    """The user wants to hear the sounds."""

    def __init__(self, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._window = parent
        self.refreshers: list[Callable[[Settings], None]] = []

    def set(self, name: str, value: Value) -> None:
        """Change an option; a value that its declaration does not allow is ignored."""
        if not OPTIONS[name].problem(value):
            self._preferences.update(**{name: value})

    def refresh(self, settings: Settings) -> None:
        """Show these settings in all editors."""
        for refresh in self.refreshers:
            refresh(settings)

    def make(self, option: Option) -> tuple[QWidget, QWidget]:
        """The widget that edits the option, and the widget for its row, often the same."""
        if option.name == "export_folder":
            return self._folder(option)
        if option.name == "sound_volume":
            return self._volume(option)
        if option.choices:
            editor = self._choice(option)
        elif option.kind is bool:
            editor = self._switch(option)
        elif option.kind is int:
            editor = self._number(option)
        else:
            editor = self._text(option)
        return editor, editor

    def _choice(self, option: Option) -> QWidget:
        box = NarrowComboBox()
        box.setSizeAdjustPolicy(NarrowComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(MIN_LETTERS)
        for value, label in option.choices:
            add_item(box, label, value)
        box.activated.connect(lambda row: self.set(option.name, box.itemData(row)))
        self.refreshers.append(lambda settings: box.setCurrentIndex(box.findData(getattr(settings, option.name))))
        return box

    def _switch(self, option: Option) -> QWidget:
        box = worded(QCheckBox(), option.label)
        box.toggled.connect(lambda on: self.set(option.name, on))
        self.refreshers.append(lambda settings: box.setChecked(getattr(settings, option.name)))
        return box

    def _number(self, option: Option) -> QWidget:
        box = AmountBox(option)
        box.valueChanged.connect(lambda value: self.set(option.name, value))
        self.refreshers.append(lambda settings: box.setValue(getattr(settings, option.name)))
        return box

    def _text(self, option: Option) -> QLineEdit:
        line = QLineEdit()

        def take() -> None:
            """Take the text; an empty line means the default."""
            line.setText(line.text().strip() or str(option.default))
            self.set(option.name, line.text())

        line.editingFinished.connect(take)
        self.refreshers.append(lambda settings: line.setText(getattr(settings, option.name)))
        return line

    def _folder(self, option: Option) -> tuple[QWidget, QWidget]:
        line = self._text(option)
        browse = worded(QPushButton(), tr("Choose…"))
        set_text(browse.setAccessibleName, tr("{label}: choose a folder", label=option.label))
        browse.setAutoDefault(False)
        browse.clicked.connect(partial(self._choose_folder, option.name))
        return line, _beside(line, browse)

    def _volume(self, option: Option) -> tuple[QWidget, QWidget]:
        box = self._number(option)
        listen = worded(QPushButton(), tr("Listen"))
        set_text(listen.setAccessibleName, tr("Listen to the sounds"))
        listen.setAutoDefault(False)
        listen.clicked.connect(self.listen_requested)
        return box, _beside(box, listen)

    def _choose_folder(self, name: str) -> None:
        dialog = QFileDialog(self._window, tr("Choose a folder"), getattr(self._preferences.settings, name))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(partial(self.set, name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _beside(editor: QWidget, button: QPushButton) -> QWidget:
    """A row with an editor and a button."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(editor, 1)
    layout.addWidget(button)
    return row


def new_form(content: QWidget) -> QFormLayout:
    """A new layout for a page of settings."""
    form = QFormLayout(content)
    form.setContentsMargins(L, L, L, L)
    form.setHorizontalSpacing(M)
    form.setVerticalSpacing(M)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


class OptionField(QWidget):
    """An editor with notes below it."""

    def __init__(self, row: QWidget) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(XS)
        self._column.addWidget(row)

    def add_note(self, text: str, tone: str = "muted") -> NoteLabel:
        """Add a note; `tone` is a color of `ThemeColors`."""
        note = NoteLabel(text, tone)
        self._column.addWidget(note)
        return note


def add_row(form: QFormLayout, option: Option, editor: QWidget, row: QWidget) -> OptionField:
    """Add an editor with the label and the help of its option to a form; returns its field."""
    editor.setObjectName(f"option {option.name}")
    set_text(editor.setAccessibleName, option.label)
    set_text(editor.setAccessibleDescription, option.help)
    field = OptionField(row)
    if option.help:
        field.add_note(option.help)
    if isinstance(editor, QCheckBox):
        form.addRow("", field)
    else:
        label = PlainLabel()
        set_label(label, editor)
        form.addRow(worded(label, option.label), field)
    return field
