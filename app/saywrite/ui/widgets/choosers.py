"""The choices of the control bar: microphone, language, engine. GUI thread.

A choice only says what was chosen; what is in force comes back through the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPaintEvent, QPalette
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from saywrite.foundation.events import Device
from saywrite.storage.settings.schema import OPTIONS
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import plain_tooltip


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What the window needs to know of an engine; made by `main` from the recognizer's capabilities."""

    name: str
    label: str
    languages: tuple[str, ...]
    note: str = ""
    needs_account: bool = False
    needs_network: bool = False


@dataclass(frozen=True, slots=True)
class EngineChoices:
    """The engines of this version and the names of languages by our own codes ("en" → "English")."""

    engines: tuple[EngineChoice, ...]
    language_names: Mapping[str, str] = field(default_factory=dict)
    former_labels: Mapping[str, str] = field(default_factory=dict)
    """Engines of older versions, which the history still names."""

    def engine(self, name: str) -> EngineChoice | None:
        return next((choice for choice in self.engines if choice.name == name), None)

    def engine_label(self, name: str) -> str:
        choice = self.engine(name)
        return choice.label if choice else self.former_labels.get(name, name)

    def language(self, code: str) -> str:
        return self.language_names.get(code, code)

    def engines_for(self, language: str) -> tuple[EngineChoice, ...]:
        return tuple(choice for choice in self.engines if language in choice.languages)


def model_label(model: str) -> str:
    """The name for people of a model in the settings."""
    return dict(OPTIONS["local_model"].choices).get(model, model)


class Chooser(QComboBox):
    """A drop-down that yields to its neighbors: it shortens its text with "…", its list shows it in full."""

    def __init__(self, name: str, icon_name: str, least_letters: int) -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setAccessibleName(name)
        self.setToolTip(name)
        self._fit_icons()
        self.setMinimumContentsLength(least_letters)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for what is chosen now, up to 33 letters."""
        hint = super().sizeHint()
        extra = self.fontMetrics().horizontalAdvance(self.currentText()) - self.fontMetrics().horizontalAdvance(
            "X" * self.minimumContentsLength()
        )
        most = self.fontMetrics().averageCharWidth() * 33
        return QSize(hint.width() + max(0, min(extra + 8, most)), hint.height())

    def showPopup(self) -> None:
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(min(widest + 64, self.screen().availableGeometry().width() - 40))
        self.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As the style paints it, with a text that ends in "…" where it does not fit."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = (
            self.style()
            .subControlRect(QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self)
            .width()
        )
        if not option.currentIcon.isNull():
            room -= option.iconSize.width() + 8
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def put(self, text: str, data: object, *, tip: str = "", dimmed: bool = False) -> None:
        """Append one entry; a dimmed one looks disabled and can be chosen all the same."""
        self.addItem(icon(self._icon_name), text, data)
        row = self.count() - 1
        if tip:
            self.setItemData(row, plain_tooltip(tip), Qt.ItemDataRole.ToolTipRole)
        if dimmed:
            self.setItemData(row, self._grey(), Qt.ItemDataRole.ForegroundRole)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            for row in range(self.count()):
                if self.itemData(row, Qt.ItemDataRole.ForegroundRole) is not None:
                    self.setItemData(row, self._grey(), Qt.ItemDataRole.ForegroundRole)
        elif event.type() == QEvent.Type.FontChange:
            self._fit_icons()
        super().changeEvent(event)

    def _fit_icons(self) -> None:
        side = max(16, self.fontMetrics().height())
        self.setIconSize(QSize(side, side))

    def _grey(self) -> QBrush:
        return self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)

    def select(self, data: object) -> None:
        """Show the entry of `data` without saying it was chosen."""
        row = next((i for i in range(self.count()) if self.itemData(i) == data), -1)
        self.setCurrentIndex(row)
        name = self.accessibleName()
        self.setToolTip(plain_tooltip(f"{name}: {self.currentText()}" if row >= 0 else name))
        self.updateGeometry()


class MicrophoneChooser(Chooser):
    """The input devices. ("", "") stands for the system's default; a remembered device that is gone stays listed."""

    chosen = Signal(str, str)
    """Host API and key of the device the user picked."""
    refresh_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Microphone", "microphone", 12)
        self._devices: tuple[Device, ...] = ()
        self._wanted = ("", "")
        self._problem = ""
        self._looked = False
        self._rebuild()
        self.activated.connect(lambda _row: self.chosen.emit(*self.currentData()))

    def set_devices(self, devices: tuple[Device, ...], problem: str = "") -> None:
        if self._looked and (devices, problem) == (self._devices, self._problem):
            return
        self._looked = True
        self._devices, self._problem = devices, problem
        self._rebuild()

    def set_wanted(self, host_api: str, key: str) -> None:
        """The remembered device, connected or not."""
        self._wanted = (host_api, key)
        self._rebuild()

    def showPopup(self) -> None:
        self.refresh_wanted.emit()
        super().showPopup()

    def _rebuild(self) -> None:
        opened = self.view().isVisible()
        self.clear()
        default = next((device for device in self._devices if device.is_default), None)
        if self._devices or not self._looked:
            self.put(f"Default: {default.label}" if default else "System default", ("", ""))
        else:
            self.put("No microphone found", ("", ""), tip=self._problem, dimmed=True)
        for device in self._devices:
            label = f"{device.label} (default)" if device.is_default else device.label
            self.put(label, (device.host_api, device.key), tip=device.label)
        if self._wanted != ("", "") and not any((d.host_api, d.key) == self._wanted for d in self._devices):
            self.put(f"{self._wanted[1]} (not connected)", self._wanted, dimmed=True)
        self.select(self._wanted)
        if self._problem:
            self.setToolTip(plain_tooltip(self._problem))
        if opened and self.count():
            super().showPopup()


class LanguageChooser(Chooser):
    """All languages; those the engine does not know are listed, dimmed, with the reason."""

    chosen = Signal(str)
    unknown_chosen = Signal(str)
    """A language the engine does not know: somebody has to say what can be done."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__("Language", "language", 8)
        self._choices = choices
        self._wanted = ""
        self._known: tuple[str, ...] = ()
        self.activated.connect(self._tell)

    def set_wanted(self, language: str, engine: str) -> None:
        """The language in force, and the engine that has to know it."""
        choice = self._choices.engine(engine)
        self._wanted, self._known = language, choice.languages if choice else ()
        label = choice.label if choice else engine
        self.clear()
        codes = dict.fromkeys([*self._known, *self._choices.language_names])
        for code in codes:
            name = self._choices.language(code)
            if code in self._known:
                self.put(name, code)
            else:
                self.put(f"{name} – not in {label}", code, tip=f"{label} does not know {name}.", dimmed=True)
        self.select(language)

    def _tell(self, row: int) -> None:
        code = str(self.itemData(row))
        if code in self._known:
            self.chosen.emit(code)
        else:
            self.select(self._wanted)
            self.unknown_chosen.emit(code)


class EngineChooser(Chooser):
    chosen = Signal(str)

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__("Recognizer", "engine", 10)
        self._choices = choices
        for choice in choices.engines:
            self.put(choice.label, choice.name, tip=choice.note)
        self.activated.connect(lambda _row: self.chosen.emit(str(self.currentData())))

    def set_wanted(self, engine: str, model: str) -> None:
        """The engine in force, and the model that runs on this computer, which names the engine there."""
        for row, choice in enumerate(self._choices.engines):
            if not choice.needs_network:
                self.setItemText(row, f"{model_label(model)} · on this computer")
        self.select(engine)
