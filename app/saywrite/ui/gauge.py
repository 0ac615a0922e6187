"""How far behind the text is: "heard 0:12 · text 0:11" and a tiny bar. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.events import SAMPLE_RATE, Gauge
from saywrite.ui.theme import GRAPHIC_CONTRAST, blend, readable, shades
from saywrite.ui.wording import clock

BAR_HEIGHT = 4


class GaugeView(QWidget):
    """What was captured, sent (for engines over the network) and put into words. Empty before the first dictation."""

    def __init__(self) -> None:
        super().__init__()
        self._gauge: Gauge | None = None
        self._shows_sent = False
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Progress")
        self.setToolTip("How much was recorded, and up to where it has become text")

    @property
    def text(self) -> str:
        return self._text

    def set_shows_sent(self, shows: bool) -> None:
        """Whether the engine gets its sound over a network."""
        self._shows_sent = shows
        self._retell()

    def set_gauge(self, gauge: Gauge | None) -> None:
        self._gauge = gauge
        self._retell()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        parts = "heard 00:00 · sent 00:00 · text 00:00" if self._shows_sent else "heard 00:00 · text 00:00"
        return QSize(metrics.horizontalAdvance(parts) + 4, metrics.height() + BAR_HEIGHT + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._gauge is None:
            return
        tones, palette = shades(self.palette()), self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tones.muted)
        line = QRectF(0, 0, self.width(), self.fontMetrics().height())
        painter.drawText(line, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, self._text)
        if self.isRightToLeft():
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        width = float(self.sizeHint().width())
        track = QRectF(self.width() - width, line.bottom() + 3, width, BAR_HEIGHT)
        full = readable(
            palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Window), GRAPHIC_CONTRAST
        )
        painter.setPen(Qt.PenStyle.NoPen)
        heard = max(1, self._gauge.heard)
        shares = [(1.0, tones.track), (self._gauge.confirmed / heard, full)]
        if self._shows_sent:
            shares.insert(1, (self._gauge.sent / heard, blend(tones.track, full, 0.4)))
        for share, color in shares:
            if share > 0:
                painter.setBrush(color)
                part = QRectF(track.left(), track.top(), track.width() * min(1.0, share), track.height())
                painter.drawRoundedRect(part, BAR_HEIGHT / 2, BAR_HEIGHT / 2)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _retell(self) -> None:
        gauge = self._gauge
        parts: list[str] = []
        if gauge is not None:
            parts.append(f"heard {clock(gauge.heard / SAMPLE_RATE)}")
            if self._shows_sent:
                parts.append(f"sent {clock(gauge.sent / SAMPLE_RATE)}")
            parts.append(f"text {clock(gauge.confirmed / SAMPLE_RATE)}")
        text = " · ".join(parts)
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text.replace(" · ", ", "))
            self.updateGeometry()
        self.update()
