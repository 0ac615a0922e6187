"""The pictures of the tray icon: five shapes that can be distinguished without color. GUI thread.

The program does not know whether a panel is light or dark. So every shape is light with a dark edge or the reverse, and
has a contrast to both. On macOS the menu bar colors a mask itself.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QIcon,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPixmap,
    QPolygonF,
    QTransform,
)

from saywrite.foundation.events import State
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.theme.tokens import PICTURE_AMBER, PICTURE_DARK, PICTURE_LIGHT, PICTURE_RED

GRID = 24.0
SIZES = (16, 20, 22, 24, 32, 44, 48, 64)
EDGE = 2.6
"""The width of the edge, half of it inside the shape, in units of the grid."""


class TrayState(StrEnum):
    """What the icon shows."""

    IDLE = "ready"
    WAITING = "waiting"
    """The microphone is open for a phrase."""
    LISTENING = "listening"
    FINISHING = "finishing"
    PROBLEM = "problem"


STATE_WORDS = {
    TrayState.IDLE: message("ready"),
    TrayState.WAITING: message("waiting for a phrase"),
    TrayState.LISTENING: message("listening"),
    TrayState.FINISHING: message("finishing"),
    TrayState.PROBLEM: message("problem"),
}
"""The words for the states in the tooltip of the icon."""


def tray_state_of(state: State, *, problem: bool, waits: bool = False) -> TrayState:
    """The state of the icon; a `problem` ended the last dictation or prevents the next.

    `waits`: the microphone is open for a phrase, which is shown in any case.
    """
    if state in (State.STARTING, State.LISTENING, State.RECONNECTING):
        return TrayState.LISTENING
    if state is State.FINISHING:
        return TrayState.FINISHING
    if waits:
        return TrayState.WAITING
    return TrayState.PROBLEM if problem or state is State.FAILED else TrayState.IDLE


@lru_cache(maxsize=8)
def state_icon(state: TrayState, *, mask: bool = sys.platform == "darwin") -> QIcon:
    """The picture of a state in all sizes that panels use."""
    icon = QIcon()
    for size in SIZES:
        picture = QPixmap(size, size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(size / GRID, size / GRID)
        paint_state(painter, state, mask=mask)
        painter.end()
        icon.addPixmap(picture)
    icon.setIsMask(mask)
    return icon


def paint_state(painter: QPainter, state: TrayState, *, mask: bool = False) -> None:
    """Paint a state on a grid of 24 by 24; as a `mask` only the opacity matters."""
    if state is TrayState.LISTENING:
        disc = QPainterPath()
        disc.addEllipse(QPointF(12, 12), 10.7, 10.7)
        _paint_body(painter, disc, PICTURE_RED, PICTURE_LIGHT, mask)
        _paint_inside(painter, _microphone(0.78), PICTURE_LIGHT, mask)
    elif state is TrayState.WAITING:
        _paint_body(painter, _sound_waves(), PICTURE_LIGHT, PICTURE_DARK, mask)
        _paint_body(painter, _microphone(0.8), PICTURE_LIGHT, PICTURE_DARK, mask)
    elif state is TrayState.FINISHING:
        bubble = QPainterPath()
        bubble.addRoundedRect(QRectF(1.4, 6, 21.2, 12), 5, 5)
        _paint_body(painter, bubble, PICTURE_LIGHT, PICTURE_DARK, mask)
        dots = QPainterPath()
        for x in (6.8, 12.0, 17.2):
            dots.addEllipse(QPointF(x, 12), 1.7, 1.7)
        _paint_inside(painter, dots, PICTURE_DARK, mask)
    elif state is TrayState.PROBLEM:
        triangle = QPainterPath()
        triangle.addPolygon(QPolygonF([QPointF(12, 2.2), QPointF(22.4, 21), QPointF(1.6, 21)]))
        triangle.closeSubpath()
        _paint_body(painter, triangle, PICTURE_AMBER, PICTURE_DARK, mask)
        sign = QPainterPath()
        sign.addRoundedRect(QRectF(10.8, 8.4, 2.4, 6.4), 1.1, 1.1)
        sign.addEllipse(QPointF(12, 17.6), 1.4, 1.4)
        _paint_inside(painter, sign, PICTURE_DARK, mask)
    else:
        _paint_body(painter, _microphone(1.0), PICTURE_LIGHT, PICTURE_DARK, mask)


def _paint_body(painter: QPainter, shape: QPainterPath, fill: QColor, edge: QColor, mask: bool) -> None:
    pen = QPen(edge, EDGE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    if not mask:
        painter.strokePath(shape, pen)
    painter.fillPath(shape, PICTURE_DARK if mask else fill)


def _paint_inside(painter: QPainter, shape: QPainterPath, color: QColor, mask: bool) -> None:
    if mask:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.fillPath(shape, color)


def _sound_waves() -> QPainterPath:
    """Two arcs beside the microphone."""
    arcs = QPainterPath()
    circle = QRectF(1.9, 1.9, 20.2, 20.2)
    for start in (135, -45):
        arcs.arcMoveTo(circle, start)
        arcs.arcTo(circle, start, 90)
    return _line(arcs, 2.2)


def _microphone(scale: float) -> QPainterPath:
    """The outline of a microphone in the center of the grid."""
    capsule = QPainterPath()
    capsule.addRoundedRect(QRectF(8.6, 1.6, 6.8, 12), 3.4, 3.4)
    bow = QPainterPath()
    bow.moveTo(5, 10.4)
    bow.arcTo(QRectF(5, 3.6, 14, 13.6), 180, 180)
    line = _line(bow, 1.9)
    stem = QPainterPath()
    stem.addRect(QRectF(11.05, 17, 1.9, 4))
    stem.addRoundedRect(QRectF(7.4, 20.4, 9.2, 2), 1, 1)
    whole = capsule.united(line).united(stem)
    return QTransform().translate(12, 12).scale(scale, scale).translate(-12, -12).map(whole)


def _line(path: QPainterPath, width: float) -> QPainterPath:
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCurveThreshold(0.05)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    return stroker.createStroke(path)
