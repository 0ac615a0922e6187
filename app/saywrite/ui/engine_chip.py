"""How ready the speech engine is: "● ready", "○ not loaded", "◌ loading…", "▲ unavailable: why". GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.events import ConnectionChanged, EngineChanged, EngineState
from saywrite.ui.theme import shades

WORDS = {
    EngineState.READY: "ready",
    EngineState.LOADING: "loading…",
    EngineState.UNLOADED: "loads when needed",
    EngineState.UNAVAILABLE: "unavailable",
}
CONNECTION_WORDS = {
    "connecting": (EngineState.LOADING, "connecting…"),
    "connected": (EngineState.READY, "connected"),
    "lost": (EngineState.LOADING, "connection lost"),
    "refused": (EngineState.UNAVAILABLE, "connection refused"),
    "closed": (EngineState.UNLOADED, "not connected"),
}


class EngineChip(QWidget):
    """A mark whose shape and color tell the state, and a word beside it; the reason is in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._state = EngineState.UNLOADED
        self._word = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Engine state")

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def word(self) -> str:
        return self._word

    def show_engine(self, event: EngineChanged) -> None:
        self._show(event.state, WORDS[event.state], f"{event.reason} {event.remedy}".strip())

    def show_connection(self, event: ConnectionChanged) -> None:
        state, word = CONNECTION_WORDS.get(event.state, (EngineState.LOADING, event.state))
        if event.retry_in_s:
            word = f"{word}, again in {event.retry_in_s:.0f} s"
        self._show(state, word, event.reason)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.height() + 4 + metrics.horizontalAdvance(self._word) + 4, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height() + 4, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = shades(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(self.fontMetrics().height())
        left = self.width() - side if self.isRightToLeft() else 0.0
        color = {
            EngineState.READY: tones.good,
            EngineState.UNAVAILABLE: tones.bad,
            EngineState.LOADING: tones.warn,
            EngineState.UNLOADED: tones.muted,
        }[self._state]
        middle = QPointF(left + side / 2, self.height() / 2)
        _paint_mark(painter, self._state, middle, side * 0.24, color)
        painter.setPen(tones.bad if self._state is EngineState.UNAVAILABLE else tones.muted)
        room = self.width() - side - 4
        text = self.fontMetrics().elidedText(self._word, Qt.TextElideMode.ElideRight, int(room))
        box = QRectF(0 if self.isRightToLeft() else side + 4, 0, room, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _show(self, state: EngineState, word: str, reason: str) -> None:
        self._state, self._word = state, word
        self.setToolTip(reason)
        self.setAccessibleDescription(f"{word}. {reason}" if reason else word)
        self.updateGeometry()
        self.update()


def _paint_mark(painter: QPainter, state: EngineState, middle: QPointF, radius: float, color: QColor) -> None:
    if state is EngineState.UNAVAILABLE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        top, base = middle.y() - radius * 1.2, middle.y() + radius
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(middle.x(), top),
                    QPointF(middle.x() + radius * 1.3, base),
                    QPointF(middle.x() - radius * 1.3, base),
                ]
            )
        )
    elif state is EngineState.READY:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(middle, radius, radius)
    else:
        pen = QPen(color, 1.6)
        if state is EngineState.LOADING:
            pen.setDashPattern([1.6, 1.4])
        painter.setPen(pen)
        painter.drawEllipse(middle, radius * 0.95, radius * 0.95)
