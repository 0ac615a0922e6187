"""Shows how ready the recognizer is: "● ready", "◌ reconnecting in 3 s", "▲ refused: reason". GUI thread.

A timer runs only while a countdown is visible.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.foundation.events import ConnectionChanged, EngineChanged, EngineState, ModelState
from saywrite.foundation.messages import message
from saywrite.ui.models.messages import ALREADY_SPEAK, percent
from saywrite.ui.models.state import KnownModel
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.theme import theme_colors
from saywrite.ui.toolkit.translation import changed, joined, set_text, tr

_ENGINE = {
    EngineState.READY: message("ready"),
    EngineState.LOADING: message("loading…"),
    EngineState.UNLOADED: message("loads when needed"),
    EngineState.UNAVAILABLE: message("unavailable"),
}
_OVER_THE_NETWORK = _ENGINE | {
    EngineState.UNLOADED: message("connects when needed"),
    EngineState.LOADING: message("connecting…"),
}


@dataclass(frozen=True, slots=True)
class Indication:
    """What the indicator shows: its mark, its words and the reason in the tooltip.

    `spoken` is for screen readers and does not change with every second of a countdown.
    """

    state: EngineState
    word: str
    reason: str = ""
    spoken: str = ""


def engine_indication(event: EngineChanged, *, over_network: bool = False) -> Indication:
    """The indication of an engine's state."""
    words = _OVER_THE_NETWORK if over_network else _ENGINE
    return Indication(event.state, words[event.state], joined(" ", event.reason, event.remedy))


def model_indication(known: KnownModel, *, recording: bool) -> Indication:
    """The indication of a model that is not ready; while `recording`, it tells that the text will follow."""
    label, state = known.info.label, known.info.state
    share = percent(known.done, known.total)
    reason: str = ALREADY_SPEAK
    word, mark = {
        ModelState.DOWNLOADING: (tr("downloading {share} %", share=share), EngineState.LOADING),
        ModelState.CONVERTING: (tr("preparing…"), EngineState.LOADING),
        ModelState.PAUSED: (tr("paused at {share} %", share=share), EngineState.UNLOADED),
        ModelState.DAMAGED: (tr("model damaged"), EngineState.UNAVAILABLE),
    }.get(state, (tr("no model yet"), EngineState.UNLOADED))
    if known.failure is not None:
        word, mark, reason = (
            tr("no model"),
            EngineState.UNAVAILABLE,
            joined(" ", known.failure.what, known.failure.remedy),
        )
    if recording:
        word, mark = tr("recording, text follows"), EngineState.LOADING
    spoken = tr("downloading") if state is ModelState.DOWNLOADING else word
    return Indication(mark, word, joined(": ", label, reason), spoken)


def connection_indication(event: ConnectionChanged, retry_in_s: float | None = None) -> Indication:
    """The indication of a connection; `retry_in_s` are the seconds that remain of the event's."""
    match event.state:
        case "connecting":
            return Indication(EngineState.LOADING, tr("connecting…"), event.reason)
        case "connected":
            delay = (
                tr("connected · {rtt_ms:.0f} ms", rtt_ms=event.rtt_ms) if event.rtt_ms is not None else tr("connected")
            )
            return Indication(EngineState.READY, delay, event.reason, tr("connected"))
        case "lost" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = tr("reconnecting in {left} s", left=left) if left > 0 else tr("reconnecting…")
            return Indication(EngineState.LOADING, word, event.reason, tr("reconnecting"))
        case "lost":
            return Indication(EngineState.UNAVAILABLE, tr("offline"), event.reason)
        case "refused" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = tr("refused, again in {left} s", left=left) if left > 0 else tr("refused, trying again…")
            return Indication(EngineState.UNAVAILABLE, word, event.reason, tr("refused"))
        case "refused":
            word = tr("refused: {reason}", reason=event.reason) if event.reason else tr("refused")
            return Indication(EngineState.UNAVAILABLE, word, event.reason, tr("refused"))
        case _:
            return Indication(EngineState.UNLOADED, tr("not connected"), event.reason)


class EngineIndicator(QWidget):
    """A mark whose shape and color show the state, with the reason as a tooltip; words unless it is ready."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._indication = Indication(EngineState.UNLOADED, "")
        self._host = ""
        self._connection: ConnectionChanged | None = None
        self._retry_at = 0.0
        self._countdown = QTimer(self, singleShot=True)
        self._countdown.timeout.connect(self._count_down)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        set_text(self.setAccessibleName, tr("Recognizer state"))

    @property
    def state(self) -> EngineState:
        """The state that the mark shows."""
        return self._indication.state

    @property
    def word(self) -> str:
        """The word beside the mark."""
        return self._indication.word

    @property
    def is_counting(self) -> bool:
        """Whether a countdown is visible and its timer runs."""
        return self._countdown.isActive()

    def set_host(self, host: str) -> None:
        """Set the host that receives the sound; "" for an engine on this computer."""
        if host != self._host:
            self._host = host
            self._show(self._indication)

    def show_engine(self, event: EngineChanged, *, over_network: bool = False) -> None:
        """Show the state of an engine."""
        self.show_indication(engine_indication(event, over_network=over_network))

    def show_indication(self, indication: Indication) -> None:
        """Show an indication without a countdown."""
        self._connection = None
        self._countdown.stop()
        self._show(indication)

    def show_connection(self, event: ConnectionChanged) -> None:
        """Show the state of a connection, with a countdown to the next attempt if there is one."""
        self._connection = event
        self._retry_at = self._clock() + (event.retry_in_s or 0.0)
        self._count_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count_down()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._countdown.stop()

    def _count_down(self) -> None:
        """Show the remaining seconds, and start the timer for the next change."""
        event = self._connection
        if event is None:
            return
        self._countdown.stop()
        left = max(0.0, self._retry_at - self._clock())
        self._show(connection_indication(event, left))
        if event.retry_in_s is not None and left > 0 and self.isVisible():
            self._countdown.start(int((left % 1 or 1) * 1000) + 1)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        if self.state is EngineState.READY:  # the mark says it; the words are in the tooltip
            return self.minimumSizeHint()
        return QSize(metrics.height() + 4 + metrics.horizontalAdvance(tr(self.word)) + 4, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height() + 4, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tones = theme_colors(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(self.fontMetrics().height())
        left = self.width() - side if self.isRightToLeft() else 0.0
        color = {
            EngineState.READY: tones.good,
            EngineState.UNAVAILABLE: tones.bad,
            EngineState.LOADING: tones.warn,
            EngineState.UNLOADED: tones.muted,
        }[self.state]
        middle = QPointF(left + side / 2, self.height() / 2)
        _paint_mark(painter, self.state, middle, side * 0.24, color)
        if self.state is EngineState.READY:
            return
        painter.setPen(tones.bad if self.state is EngineState.UNAVAILABLE else tones.muted)
        room = self.width() - side - 4
        text = self.fontMetrics().elidedText(tr(self.word), Qt.TextElideMode.ElideRight, int(room))
        box = QRectF(0 if self.isRightToLeft() else side + 4, 0, room, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _show(self, indication: Indication) -> None:
        before = self.sizeHint()
        self._indication = indication
        notes = [indication.reason, tr("Sound goes to {host}.", host=self._host) if self._host else ""]
        words = [tr("Recognizer: {word}", word=indication.word)] if self.state is EngineState.READY else []
        set_text(self.setToolTip, plain_tooltip(joined("\n", *words, *notes)))
        parts = (indication.spoken or indication.word, *notes)
        set_text(
            self.setAccessibleDescription,
            joined(". ", *(changed(part, lambda words: words.rstrip(".。")) for part in parts)),
        )
        if self.sizeHint() != before:
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
