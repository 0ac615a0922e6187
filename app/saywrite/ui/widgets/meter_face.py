"""Paints the picture of a level meter: a groove with a scale, two bars, a tick and a lamp. GUI thread.

The meter is painted up to 60 times per second, so the empty groove and both full bars are kept as pixmaps: a picture is
three copies of parts of them, and a tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap

from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, blend, readable, theme_colors
from saywrite.ui.toolkit.theme.tokens import S


class MeterPicture(NamedTuple):
    """What the meter paints, in whole device-independent pixels; an equal picture is not painted again."""

    bar: int
    rms: int
    hold: int
    clip: bool


@dataclass(frozen=True, slots=True)
class MeterFace:
    """The parts of the meter for one size, palette and screen."""

    groove: QRect
    """The rectangle of the bars."""
    empty: QPixmap
    bar: QPixmap
    """The whole groove in the color of the peak."""
    rms: QPixmap
    """The whole groove in the color of the RMS."""
    tick: QColor
    lit: QColor
    """The color of the lamp after clipping."""

    def paint(self, painter: QPainter, picture: MeterPicture) -> None:
        """Paint one picture; lengths start at the left, also where the painter mirrors them."""
        groove, ratio = self.groove, self.empty.devicePixelRatio()
        left, top, height = groove.left(), groove.top(), groove.height()
        painter.drawPixmap(0, 0, self.empty)
        for start, end, filled in ((picture.rms, picture.bar, self.bar), (0, picture.rms, self.rms)):
            if end > start and end >= 2:
                part = round(start * ratio), 0, round((end - start) * ratio), filled.height()
                painter.drawPixmap(left + start, top, end - start, height, filled, *part)
        if picture.hold >= 2:
            painter.fillRect(left + picture.hold - 2, top - 2, 2, height + 4, self.tick)
        if picture.clip:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.lit)
            painter.drawEllipse(lamp(groove))


def groove_in(size: QSize, text_height: int) -> QRect:
    """The rectangle of the bars in a meter of this size; the lamp is beside it."""
    height = max(8, round(text_height * 0.55))
    return QRect(1, round((size.height() - height) / 2), max(0, size.width() - 1 - (height + S)), height)


def lamp(groove: QRect) -> QRectF:
    """The rectangle of the lamp."""
    return QRectF(groove.right() + 6, groove.top(), groove.height(), groove.height())


def make_face(size: QSize, groove: QRect, palette: QPalette, ratio: float, marks: Sequence[float]) -> MeterFace:
    """Paint the parts of a meter. `marks`: the lines of the scale, 0…1; `ratio`: pixels per unit of length."""
    tones, window = theme_colors(palette), palette.color(QPalette.ColorRole.Window)
    full = readable(palette.color(QPalette.ColorRole.Highlight), window, GRAPHIC_CONTRAST)
    empty = _pixmap(size, ratio, window)
    painter = QPainter(empty)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(tones.hairline)
    painter.drawEllipse(lamp(groove).adjusted(0.5, 0.5, -0.5, -0.5))
    painter.end()
    _fill(empty, groove, tones.track, window, marks)
    bar, rms = _pixmap(groove.size(), ratio, window), _pixmap(groove.size(), ratio, window)
    whole = QRect(0, 0, groove.width(), groove.height())
    _fill(bar, whole, blend(tones.track, full, 0.45), window, marks)
    _fill(rms, whole, full, window, marks)
    return MeterFace(groove, empty, bar, rms, palette.color(QPalette.ColorRole.WindowText), tones.bad)


def _pixmap(size: QSize, ratio: float, ground: QColor) -> QPixmap:
    pixmap = QPixmap(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(ground)
    return pixmap


def _fill(pixmap: QPixmap, groove: QRect, color: QColor, ground: QColor, marks: Sequence[float]) -> None:
    """Fill the groove with a color, and leave the lines of the scale free."""
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(groove), groove.height() / 2, groove.height() / 2)
    for mark in marks:
        painter.fillRect(QRectF(groove.left() + mark * groove.width(), groove.top(), 1, groove.height()), ground)
    painter.end()
