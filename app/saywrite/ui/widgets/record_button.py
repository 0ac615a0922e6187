"""The record button. GUI thread.

It shows the state of the dictation by shape, text and color. A click changes nothing here; it only emits `clicked`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from saywrite.foundation.events import State
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.theme import blend, readable, theme_colors
from saywrite.ui.toolkit.theme.tokens import BODY, PICTURE_DARK, RADIUS_SMALL, SMALL, sized
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr


class ButtonLook(NamedTuple):
    """How the button shows a state: word, name for screen readers, glyph and kind of fill."""

    word: str
    spoken: str
    glyph: str
    fill: str


BUTTON_LOOKS = {
    State.IDLE: ButtonLook(message("Start"), message("Start dictation"), "dot", "accent"),
    State.STARTING: ButtonLook(message("Starting…"), message("Starting, press to stop"), "ring", "quiet"),
    State.LISTENING: ButtonLook(message("Stop"), message("Stop dictation, recording now"), "square", "tinted"),
    State.RECONNECTING: ButtonLook(
        message("Stop"), message("Stop dictation, recording now, reconnecting"), "square", "tinted"
    ),
    State.FINISHING: ButtonLook(message("Finishing…"), message("Finishing the last words"), "dots", "quiet"),
    State.FAILED: ButtonLook(message("Try again"), message("Dictation failed, start again"), "warning", "tinted"),
}


FILE_LOOK = ButtonLook(message("Transcribing… Cancel"), message("Cancel"), "dots", "quiet")
"""While a sound file is transcribed. It makes the button wider."""


class RecordButton(QAbstractButton):
    """Starts and stops the dictation; its size is the same in every state of a dictation."""

    def __init__(self, shortcut: str) -> None:
        super().__init__()
        self._shortcut = shortcut
        self._state = State.IDLE
        self._look = BUTTON_LOOKS[State.IDLE]
        self._hint: QSize | None = None
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_state(State.IDLE)
        follow_language(self._forget_size)

    def _forget_size(self) -> None:
        self._hint = None
        self.updateGeometry()

    @property
    def state(self) -> State:
        """The state that the button shows."""
        return self._state

    def show_state(self, state: State) -> None:
        """Show a state of the dictation."""
        self._state = state
        look = BUTTON_LOOKS[state]
        self._show(look, look.spoken, joined(" ", look.spoken, f"({self._shortcut})"), self._shortcut)

    def show_file(self, name: str) -> None:
        """Offer to cancel the file of this name, which is transcribed."""
        words = tr("Transcribing {name}, press to cancel", name=name)
        self._show(FILE_LOOK, words, plain_tooltip(words), "")

    def _show(self, look: ButtonLook, spoken: str, tip: str, keys: str) -> None:
        if (look is FILE_LOOK) is not (self._look is FILE_LOOK):
            self._hint = None
            self.updateGeometry()
        self._look = look
        set_text(self.setText, look.word)
        set_text(self.setAccessibleName, spoken)
        set_text(self.setAccessibleDescription, keys)
        set_text(self.setToolTip, tip)
        self.update()

    def sizeHint(self) -> QSize:
        if self._hint is None:
            self._hint = self._measure()
        return self._hint

    def _measure(self) -> QSize:
        """The size with the longest word, so that the button never changes its size."""
        return self._size_with({*BUTTON_LOOKS.values(), self._look}, 14 + self._key_width())

    def _size_with(self, looks: Iterable[ButtonLook], key: float) -> QSize:
        metrics = QFontMetricsF(self._word_font())
        word = max(metrics.horizontalAdvance(tr(look.word)) for look in looks)
        height = round(metrics.height() * 2.1)
        return QSize(round(height * 0.42 + metrics.height() + 8 + word + key + height * 0.36), height + 8)

    def minimumSizeHint(self) -> QSize:
        """The size with the words that say what a press does; others are shortened, the key is left out."""
        return self._size_with((BUTTON_LOOKS[State.IDLE], BUTTON_LOOKS[State.LISTENING]), 14).boundedTo(self.sizeHint())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = self._look
        fill, line, ink = self._colors(look.fill)
        body = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        radius = body.height() / 2
        painter.setPen(QPen(line, 1.5))
        painter.setBrush(fill)
        painter.drawRoundedRect(body, radius, radius)
        if self.hasFocus() and self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius + 3, radius + 3)
        self._paint_content(painter, look, body, ink)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a double click is one click: the second would take back what the first did

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._hint = None
            self.updateGeometry()
        super().changeEvent(event)

    def _colors(self, fill: str) -> tuple[QColor, QColor, QColor]:
        """The colors of fill, line and text: the button may be pressed or under the mouse."""
        palette, tones = self.palette(), theme_colors(self.palette())
        window = palette.color(QPalette.ColorRole.Window)
        text = palette.color(QPalette.ColorRole.WindowText)
        lift = 0.16 if self.isDown() else 0.08 if self.underMouse() else 0.0
        if fill == "accent":
            ground = blend(tones.record, PICTURE_DARK, lift)
            return ground, ground, tones.on_record
        if fill == "tinted":
            ground = blend(window, tones.record, 0.10 + lift)
            return ground, tones.record_text, readable(tones.record_text, ground)
        ground = blend(window, text, 0.07 + lift)
        return ground, tones.hairline, readable(tones.muted, ground)

    def _paint_content(self, painter: QPainter, look: ButtonLook, body: QRectF, ink: QColor) -> None:
        if self.isRightToLeft():
            self._paint_mirrored(painter, look, body, ink)
            return
        font = self._word_font()
        side = QFontMetricsF(font).height()
        glyph = QRectF(body.left() + body.height() * 0.42, body.center().y() - side / 2, side, side)
        _paint_glyph(painter, look.glyph, glyph, ink)
        painter.setFont(font)
        painter.setPen(ink)
        key = self._key_rect(body)
        word = QRectF(glyph.right() + 8, body.top(), key.left() - glyph.right() - 8, body.height())
        shown = self._shortened(look, word.width())
        painter.drawText(word, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        self._paint_key(painter, key, ink)

    def _paint_mirrored(self, painter: QPainter, look: ButtonLook, body: QRectF, ink: QColor) -> None:
        font = self._word_font()
        side = QFontMetricsF(font).height()
        glyph = QRectF(body.right() - body.height() * 0.42 - side, body.center().y() - side / 2, side, side)
        _paint_glyph(painter, look.glyph, glyph, ink)
        painter.setFont(font)
        painter.setPen(ink)
        key = self._key_rect(body)
        key.moveLeft(body.left() + body.height() * 0.36)
        word = QRectF(key.right() + 8, body.top(), glyph.left() - key.right() - 16, body.height())
        shown = self._shortened(look, word.width())
        painter.drawText(word, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        self._paint_key(painter, key, ink)

    def _shortened(self, look: ButtonLook, room: float) -> str:
        """The word, with "…" where it does not fit; the end of the one for files says what a press does."""
        word, metrics = tr(look.word), QFontMetricsF(self._word_font())
        if metrics.horizontalAdvance(word) <= room + 4:
            return word
        at = Qt.TextElideMode.ElideMiddle if look is FILE_LOOK else Qt.TextElideMode.ElideRight
        return metrics.elidedText(word, at, room)

    def _paint_key(self, painter: QPainter, key: QRectF, ink: QColor) -> None:
        if key.isEmpty():
            return
        line = QColor(ink)
        line.setAlphaF(0.55)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(line, 1))
        painter.drawRoundedRect(key, RADIUS_SMALL, RADIUS_SMALL)
        painter.setFont(self._key_font())
        painter.setPen(ink)
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self._shortcut)

    def _key_rect(self, body: QRectF) -> QRectF:
        height = QFontMetricsF(self._key_font()).height() + 4
        width = self._key_width() if self.width() >= self.sizeHint().width() else 0
        return QRectF(body.right() - body.height() * 0.36 - width, body.center().y() - height / 2, width, height)

    def _key_width(self) -> float:
        if self._look is FILE_LOOK:  # the key starts a dictation
            return 0
        return QFontMetricsF(self._key_font()).horizontalAdvance(self._shortcut) + 12

    def _word_font(self) -> QFont:
        return sized(self.font(), BODY, strong=True)

    def _key_font(self) -> QFont:
        return sized(self.font(), SMALL)


def _paint_glyph(painter: QPainter, glyph: str, box: QRectF, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    middle, side = box.center(), box.width()
    if glyph == "dot":
        painter.drawEllipse(middle, side * 0.33, side * 0.33)
    elif glyph == "square":
        painter.drawRoundedRect(QRectF(middle.x() - side * 0.3, middle.y() - side * 0.3, side * 0.6, side * 0.6), 2, 2)
    elif glyph == "dots":
        for step in (-1, 0, 1):
            painter.drawEllipse(QPointF(middle.x() + step * side * 0.3, middle.y()), side * 0.1, side * 0.1)
    elif glyph == "ring":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, side * 0.13))
        painter.drawEllipse(middle, side * 0.3, side * 0.3)
    else:
        paint_icon(painter, glyph, box, ink)
