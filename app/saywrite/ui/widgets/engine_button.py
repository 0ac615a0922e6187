"""One quiet button for recognizer, model and language, with a popup in which they are chosen. GUI thread.

The choosers only report what the user chose; `show_settings()` shows the choices that are in effect.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QSizePolicy,
    QStyle,
    QStyleOptionFocusRect,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.labels import NoteLabel, PlainLabel, plain_tooltip
from saywrite.ui.toolkit.screen_reader import set_label
from saywrite.ui.toolkit.theme.tokens import BODY, TARGET, XS, L, M, S
from saywrite.ui.toolkit.translation import joined, set_text, tr
from saywrite.ui.widgets.choosers import Chooser, EngineChoices, EngineChooser, LanguageChooser, model_label

LEAST_LETTERS = 14
_OPENING_KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up)


class ModelChooser(Chooser):
    """The models that can run on this computer."""

    chosen = Signal(str)
    """The name of a model."""

    def __init__(self) -> None:
        super().__init__(tr("Model"), "engine", 10)
        for name, label in OPTIONS["local_model"].choices:
            self.put(label, name)
        self.activated.connect(lambda _row: self.chosen.emit(str(self.currentData())))


class EnginePopup(QFrame):
    """The choosers with their labels, and a note about where the sound goes."""

    def __init__(self, parent: QWidget, choosers: tuple[Chooser, ...]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        set_text(self.setAccessibleName, tr("Recognizer and language"))
        self.note = NoteLabel("", size=BODY)
        self.form = QFormLayout(self)
        self.form.setContentsMargins(L, L, L, L)
        self.form.setHorizontalSpacing(M)
        self.form.setVerticalSpacing(S)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for chooser, name in zip(choosers, (tr("&Recognizer"), tr("&Model"), tr("&Language")), strict=True):
            label = PlainLabel(name)
            set_label(label, chooser)
            self.form.addRow(label, chooser)
        self.form.addRow(self.note)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * 62
        return QSize(width, self.form.totalHeightForWidth(width) + 2 * self.frameWidth())


class EngineButton(QToolButton):
    """Shows "Whisper base · English"; a click or the arrow keys open the popup."""

    def __init__(self, choices: EngineChoices) -> None:
        super().__init__()
        self._choices = choices
        self._words = ""
        self.engine = EngineChooser(choices)
        self.model = ModelChooser()
        self.language = LanguageChooser(choices)
        self.popup = EnginePopup(self, (self.engine, self.model, self.language))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_text(self.setAccessibleName, tr("Recognizer and language"))
        self.clicked.connect(self.open)

    @property
    def words(self) -> str:
        """The words on the button: model or service, and language."""
        return self._words

    def show_settings(self, settings: Settings) -> None:
        """Show the choices of the settings."""
        choice = self._choices.engine(settings.engine)
        over_network = bool(choice and choice.needs_network)
        self.engine.show_setting(settings.engine, settings.local_model, stay_offline=settings.stay_offline)
        self.model.select(settings.local_model)
        self.popup.form.setRowVisible(self.model, not over_network)
        self.language.show_setting(settings.language, settings.engine)
        set_text(self.popup.note.setText, choice.note if choice else "")
        label = self._choices.engine_label(settings.engine) if over_network else model_label(settings.local_model)
        self._words = joined(" · ", label, self._choices.language(settings.language))
        set_text(self.setAccessibleDescription, self._words)
        set_text(self.setToolTip, plain_tooltip(tr("Recognizer and language: {words}", words=self._words)))
        self.updateGeometry()
        self.update()

    def open(self) -> None:
        """Open the popup below the button, inside the screen, with the focus on the language."""
        size = self.popup.sizeHint()
        area = self.screen().availableGeometry()
        corner = self.mapToGlobal(QPoint(self.width() - size.width(), self.height() + XS))
        if self.isRightToLeft():
            corner = self.mapToGlobal(QPoint(0, self.height() + XS))
        left = max(area.left(), min(corner.x(), area.right() - size.width()))
        top = min(corner.y(), area.bottom() - size.height())
        self.popup.setGeometry(left, max(area.top(), top), size.width(), size.height())
        self.popup.show()
        self.language.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._words) + self._extra(), max(TARGET, metrics.height() + 2 * S))

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * LEAST_LETTERS + self._extra(), max(TARGET, metrics.height() + 2 * S))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING_KEYS:
            self.open()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Sunken):
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelButtonTool, option, painter, self)
        if self.hasFocus():
            focus = QStyleOptionFocusRect()
            focus.initFrom(self)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, focus, painter, self)
        side = self._arrow_side()
        room = QRectF(S, 0, self.width() - self._extra(), self.height())
        arrow = QRectF(self.width() - S - side, (self.height() - side) / 2, side, side)
        if self.isRightToLeft():
            room.moveRight(self.width() - S)
            arrow.moveLeft(S)
        color = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setPen(color)
        words = self.fontMetrics().elidedText(tr(self._words), Qt.TextElideMode.ElideMiddle, int(room.width()) + 1)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, words)
        paint_icon(painter, "down", arrow, color)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _arrow_side(self) -> float:
        return round(self.fontMetrics().height() * 0.8)

    def _extra(self) -> int:
        """The width beside the words: edges, the gap before the arrow, and the arrow."""
        return round(3 * S + self._arrow_side())
