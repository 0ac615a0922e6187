"""Drop-downs for microphone, language and engine. GUI thread.

A chooser only reports what the user chose; the settings then tell it what to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter

from saywrite.foundation.catalog import ENGINES, FORMER_LABELS, LANGUAGES
from saywrite.foundation.events import Device
from saywrite.storage.settings.schema import OPTIONS
from saywrite.ui.toolkit.icons import icon
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.screen_reader import name_chooser
from saywrite.ui.toolkit.translation import joined, set_text, tr


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine as the window shows it, made from its capabilities in the catalog."""

    name: str
    label: str
    languages: tuple[str, ...]
    note: str = ""
    needs_account: bool = False
    needs_network: bool = False


@dataclass(frozen=True, slots=True)
class EngineChoices:
    """The engines of this version, and the names of languages by code ("en" → "English")."""

    engines: tuple[EngineChoice, ...]
    language_names: Mapping[str, str] = field(default_factory=dict)
    former_labels: Mapping[str, str] = field(default_factory=dict)
    """The labels of engines of older versions, which the history still contains."""

    def engine(self, name: str) -> EngineChoice | None:
        """The engine with this name, or None."""
        return next((choice for choice in self.engines if choice.name == name), None)

    def engine_label(self, name: str) -> str:
        """The name of an engine for people."""
        choice = self.engine(name)
        return choice.label if choice else self.former_labels.get(name, name)

    def language(self, code: str) -> str:
        """The name of a language for people."""
        return self.language_names.get(code, code)

    def offered(self, *, stay_offline: bool) -> tuple[EngineChoice, ...]:
        """The engines to choose from: with `stay_offline`, those that need no network."""
        return tuple(choice for choice in self.engines if not (stay_offline and choice.needs_network))

    def engines_for(self, language: str) -> tuple[EngineChoice, ...]:
        """The engines that know a language."""
        return tuple(choice for choice in self.engines if language in choice.languages)


def catalog_choices() -> EngineChoices:
    """The engines and languages of the catalog."""
    return EngineChoices(
        engines=tuple(
            EngineChoice(e.name, e.label, e.languages, e.note, e.needs_account, e.needs_network) for e in ENGINES
        ),
        language_names={language.code: language.name for language in LANGUAGES},
        former_labels=FORMER_LABELS,
    )


def model_label(model: str) -> str:
    """The name for people of a model of the settings."""
    return dict(OPTIONS["local_model"].choices).get(model, model)


class NarrowComboBox(QComboBox):
    """A drop-down that can be narrow: it shortens its text with "…"; its list shows the whole text.

    The wheel scrolls what is around it and chooses nothing: it often passes a drop-down on its way down a page.
    """

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(min(widest + 64, self.screen().availableGeometry().width() - 40))
        self.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        super().showPopup()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as the style does, with "…" at the end of a text that does not fit."""
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


class Chooser(NarrowComboBox):
    """A drop-down with an icon and a name, as wide as its text where there is room."""

    def __init__(self, name: str, icon_name: str, least_letters: int) -> None:
        super().__init__()
        self._icon_name = icon_name
        name_chooser(self, name)
        set_text(self.setToolTip, name)
        self._fit_icons()
        self.setMinimumContentsLength(least_letters)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """The width of the current text, up to 33 letters."""
        hint = super().sizeHint()
        extra = self.fontMetrics().horizontalAdvance(self.currentText()) - self.fontMetrics().horizontalAdvance(
            "X" * self.minimumContentsLength()
        )
        most = self.fontMetrics().averageCharWidth() * 33
        return QSize(hint.width() + max(0, min(extra + 8, most)), hint.height())

    def put(self, text: str, data: object, *, tip: str = "", dimmed: bool = False) -> None:
        """Append an entry; a `dimmed` one looks disabled but can be chosen."""
        self.addItem(icon(self._icon_name), text, data)
        row = self.count() - 1
        set_text(self.setItemText, row, text)
        if tip:
            set_text(self.setItemData, row, plain_tooltip(tip), Qt.ItemDataRole.ToolTipRole)
        if dimmed:
            self.setItemData(row, self._disabled_text(), Qt.ItemDataRole.ForegroundRole)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            for row in range(self.count()):
                if self.itemData(row, Qt.ItemDataRole.ForegroundRole) is not None:
                    self.setItemData(row, self._disabled_text(), Qt.ItemDataRole.ForegroundRole)
        elif event.type() == QEvent.Type.FontChange:
            self._fit_icons()
        super().changeEvent(event)

    def _fit_icons(self) -> None:
        side = max(16, self.fontMetrics().height())
        self.setIconSize(QSize(side, side))

    def _disabled_text(self) -> QBrush:
        return self.palette().brush(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)

    def select(self, data: object) -> None:
        """Show the entry with `data`, without a signal."""
        row = next((i for i in range(self.count()) if self.itemData(i) == data), -1)
        self.setCurrentIndex(row)
        self._show_tip()
        self.updateGeometry()

    def _show_tip(self) -> None:
        set_text(self.setToolTip, plain_tooltip(joined(": ", self.accessibleName(), self.currentText())))


class MicrophoneChooser(Chooser):
    """The input devices; ("", "") is the system's default.

    A device of the settings that is not connected stays in the list.
    """

    chosen = Signal(str, str)
    """Host API and key of the device that the user chose."""
    refresh_requested = Signal()
    """The list is opened: look for devices again."""

    def __init__(self) -> None:
        super().__init__(tr("Microphone"), "microphone", 12)
        self._devices: tuple[Device, ...] = ()
        self._setting = ("", "")
        self._problem = ""
        self._source = ""
        self._has_devices_event = False
        self._was_opened = False
        self._rebuild()
        self.activated.connect(lambda _row: self.chosen.emit(*self.currentData()))

    def set_devices(self, devices: tuple[Device, ...], problem: str = "") -> None:
        """List the devices that are connected now; `problem` says why there is none."""
        if self._has_devices_event and (devices, problem) == (self._devices, self._problem):
            return
        self._has_devices_event = True
        self._devices, self._problem = devices, problem
        self._rebuild()

    def show_setting(self, host_api: str, key: str) -> None:
        """Show the device of the settings, connected or not."""
        self._setting = (host_api, key)
        self._rebuild()

    def show_source(self, device: str) -> None:
        """Name the device that a dictation records from, which may not be the chosen one; "" at its end."""
        if device != self._source:
            self._source = device
            self._show_tip()

    def showPopup(self) -> None:
        self._was_opened = True
        self.refresh_requested.emit()
        super().showPopup()

    def _rebuild(self) -> None:
        opened = self._was_opened and self.view().isVisible()  # the first `view()` creates the list
        self.clear()
        default = next((device for device in self._devices if device.is_default), None)
        if self._devices or not self._has_devices_event:
            self.put(tr("Default: {label}", label=default.label) if default else tr("System default"), ("", ""))
        else:
            self.put(tr("No microphone found"), ("", ""), tip=self._problem, dimmed=True)
        for device in self._devices:
            label = tr("{label} (default)", label=device.label) if device.is_default else device.label
            self.put(label, (device.host_api, device.key), tip=device.label)
        if self._setting != ("", "") and not any((d.host_api, d.key) == self._setting for d in self._devices):
            self.put(tr("{setting} (not connected)", setting=self._setting[1]), self._setting, dimmed=True)
        self.select(self._setting)
        if opened and self.count():
            super().showPopup()

    def _show_tip(self) -> None:
        if self._source:
            tip = tr("{name}: recording from {device}", name=self.accessibleName(), device=self._source)
            set_text(self.setToolTip, plain_tooltip(tip))
        elif self._problem:
            set_text(self.setToolTip, plain_tooltip(self._problem))
        else:
            super()._show_tip()


class LanguageChooser(Chooser):
    """All languages; those that the engine does not know are dimmed and give the reason."""

    chosen = Signal(str)
    """The code of a language that the engine knows."""
    unknown_chosen = Signal(str)
    """The code of a language that the engine does not know; the receiver explains what to do."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__(tr("Language"), "language", 8)
        self._choices = choices
        self._setting = ""
        self._known: tuple[str, ...] = ()
        self.activated.connect(self._report_choice)

    def show_setting(self, language: str, engine: str) -> None:
        """Show the language of the settings, for the engine of the settings."""
        choice = self._choices.engine(engine)
        self._setting, self._known = language, choice.languages if choice else ()
        label = choice.label if choice else engine
        self.clear()
        codes = dict.fromkeys([*self._known, *self._choices.language_names])
        for code in codes:
            name = self._choices.language(code)
            if code in self._known:
                self.put(name, code)
            else:
                self.put(
                    tr("{name} – not in {label}", name=name, label=label),
                    code,
                    tip=tr("{label} does not know {name}.", label=label, name=name),
                    dimmed=True,
                )
        self.select(language)

    def _report_choice(self, row: int) -> None:
        code = str(self.itemData(row))
        if code in self._known:
            self.chosen.emit(code)
        else:
            self.select(self._setting)
            self.unknown_chosen.emit(code)


class EngineChooser(Chooser):
    """The engines of this version."""

    chosen = Signal(str)
    """The name of an engine."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__(tr("Recognizer"), "engine", 10)
        self._choices = choices
        self._offered: tuple[EngineChoice, ...] = ()
        self._offer(choices.engines)
        self.activated.connect(lambda _row: self.chosen.emit(str(self.currentData())))

    def _offer(self, offered: tuple[EngineChoice, ...]) -> None:
        if offered != self._offered:
            self._offered = offered
            self.clear()
            for choice in offered:
                self.put(choice.label, choice.name, tip=choice.note)

    def show_setting(self, engine: str, model: str, *, stay_offline: bool = False) -> None:
        """Show the engine of the settings; the engine on this computer has the name of its model.

        `stay_offline`: engines that need the network are not offered.
        """
        self._offer(self._choices.offered(stay_offline=stay_offline))
        for row, choice in enumerate(self._offered):
            if not choice.needs_network:
                set_text(self.setItemText, row, tr("{model} · on this computer", model=model_label(model)))
        self.select(engine)
