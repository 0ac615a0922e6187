"""How ready the recognizer is: "● ready", "○ loads when needed", "◌ reconnecting in 3 s", "▲ refused: why".

GUI thread. A timer runs only while a count is on show.
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
from saywrite.ui.models import messages as model_words
from saywrite.ui.models.state import KnownModel
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.theme import shades

_ENGINE = {
    EngineState.READY: "ready",
    EngineState.LOADING: "loading…",
    EngineState.UNLOADED: "loads when needed",
    EngineState.UNAVAILABLE: "unavailable",
}
_OVER_THE_NETWORK = _ENGINE | {EngineState.UNLOADED: "connects when needed", EngineState.LOADING: "connecting…"}


@dataclass(frozen=True, slots=True)
class ChipWords:
    """`spoken`: the word for screen readers, which does not change with every second of a count; `retry_in_s`:
    seconds until the next attempt at the time it was told, None when none is waited for.
    """

    state: EngineState
    word: str
    reason: str = ""
    spoken: str = ""
    retry_in_s: float | None = None


def engine_words(event: EngineChanged, *, over_network: bool = False) -> ChipWords:
    words = _OVER_THE_NETWORK if over_network else _ENGINE
    return ChipWords(event.state, words[event.state], f"{event.reason} {event.remedy}".strip())


def model_chip_words(known: KnownModel, *, recording: bool) -> ChipWords:
    """Of a model that is not ready. While one records it says what becomes of the words."""
    label, state = known.info.label, known.info.state
    share = model_words.percent(known.done, known.total)
    reason = model_words.ALREADY_SPEAK
    word, mark = {
        ModelState.DOWNLOADING: (f"downloading {share} %", EngineState.LOADING),
        ModelState.CONVERTING: ("preparing…", EngineState.LOADING),
        ModelState.PAUSED: (f"paused at {share} %", EngineState.UNLOADED),
        ModelState.DAMAGED: ("model damaged", EngineState.UNAVAILABLE),
    }.get(state, ("no model yet", EngineState.UNLOADED))
    if known.failure is not None:
        word, mark, reason = "no model", EngineState.UNAVAILABLE, f"{known.failure.what} {known.failure.remedy}"
    if recording:
        word, mark = "recording, text follows", EngineState.LOADING
    spoken = "downloading" if word.startswith("downloading") else word
    return ChipWords(mark, word, f"{label}: {reason}", spoken)


def connection_words(event: ConnectionChanged, retry_in_s: float | None = None) -> ChipWords:
    """`retry_in_s`: the seconds that are left of the event's, when time has passed since."""
    match event.state:
        case "connecting":
            return ChipWords(EngineState.LOADING, "connecting…", event.reason)
        case "connected":
            delay = f"connected · {event.rtt_ms:.0f} ms" if event.rtt_ms is not None else "connected"
            return ChipWords(EngineState.READY, delay, event.reason, "connected")
        case "lost" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = f"reconnecting in {left} s" if left > 0 else "reconnecting…"
            return ChipWords(EngineState.LOADING, word, event.reason, "reconnecting", event.retry_in_s)
        case "lost":
            return ChipWords(EngineState.UNAVAILABLE, "offline", event.reason)
        case "refused" if event.retry_in_s is not None:
            left = math.ceil(event.retry_in_s if retry_in_s is None else retry_in_s)
            word = f"refused, again in {left} s" if left > 0 else "refused, trying again…"
            return ChipWords(EngineState.UNAVAILABLE, word, event.reason, "refused", event.retry_in_s)
        case "refused":
            word = f"refused: {event.reason}" if event.reason else "refused"
            return ChipWords(EngineState.UNAVAILABLE, word, event.reason, "refused")
        case _:
            return ChipWords(EngineState.UNLOADED, "not connected", event.reason)


class EngineIndicator(QWidget):
    """A mark whose shape and color tell the state, and a word beside it; the reason is in the tooltip."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._words = ChipWords(EngineState.UNLOADED, "")
        self._host = ""
        self._connection: ConnectionChanged | None = None
        self._retry_at = 0.0
        self._count = QTimer(self, singleShot=True)
        self._count.timeout.connect(self._count_down)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Engine state")

    @property
    def state(self) -> EngineState:
        return self._words.state

    @property
    def word(self) -> str:
        return self._words.word

    @property
    def counts(self) -> bool:
        """A count is on show and its timer runs."""
        return self._count.isActive()

    def set_host(self, host: str) -> None:
        """Where the sound goes; "" for an engine on this computer."""
        if host != self._host:
            self._host = host
            self._show(self._words)

    def show_engine(self, event: EngineChanged, *, over_network: bool = False) -> None:
        self.show_words(engine_words(event, over_network=over_network))

    def show_words(self, words: ChipWords) -> None:
        """A state that does not count down."""
        self._connection = None
        self._count.stop()
        self._show(words)

    def show_connection(self, event: ConnectionChanged) -> None:
        self._connection = event
        self._retry_at = self._clock() + (event.retry_in_s or 0.0)
        self._count_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count_down()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._count.stop()

    def _count_down(self) -> None:
        """Show the seconds that are left, and come again when there is one less."""
        event = self._connection
        if event is None:
            return
        self._count.stop()
        left = max(0.0, self._retry_at - self._clock())
        self._show(connection_words(event, left))
        if event.retry_in_s is not None and left > 0 and self.isVisible():
            self._count.start(int((left % 1 or 1) * 1000) + 1)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.height() + 4 + metrics.horizontalAdvance(self.word) + 4, metrics.height() + 4)

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
        }[self.state]
        middle = QPointF(left + side / 2, self.height() / 2)
        _paint_mark(painter, self.state, middle, side * 0.24, color)
        painter.setPen(tones.bad if self.state is EngineState.UNAVAILABLE else tones.muted)
        room = self.width() - side - 4
        text = self.fontMetrics().elidedText(self.word, Qt.TextElideMode.ElideRight, int(room))
        box = QRectF(0 if self.isRightToLeft() else side + 4, 0, room, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _show(self, words: ChipWords) -> None:
        wider = len(words.word) != len(self.word)
        self._words = words
        told = [words.reason, f"Sound goes to {self._host}." if self._host else ""]
        self.setToolTip(plain_tooltip("\n".join(line for line in told if line)))
        description = ". ".join(part.rstrip(".") for part in (words.spoken or words.word, *told) if part)
        self.setAccessibleDescription(description)
        if wider:
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
