"""Shows how far the text has come: "heard 0:12 · text 0:11" and a small bar. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from saywrite.foundation.events import SAMPLE_RATE, ProgressChanged
from saywrite.foundation.formatting import clock
from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, blend, readable, theme_colors
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr, translated

BAR_HEIGHT = 4


class ProgressView(QWidget):
    """How much sound was captured, sent (by engines over the network) and has become text.

    Empty before the first dictation.
    """

    def __init__(self) -> None:
        super().__init__()
        self._gauge: ProgressChanged | None = None
        self._shows_sent = False
        self._text = ""
        self._widths: tuple[int, ...] = ()
        self._hint: QSize | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_text(self.setAccessibleName, tr("Progress"))
        set_text(self.setToolTip, tr("How much was recorded, and up to where it has become text"))
        follow_language(self._update_text)

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text

    def set_shows_sent(self, shows: bool) -> None:
        """Show the sent sound, for an engine over the network."""
        self._shows_sent = shows
        self._hint = None
        self.updateGeometry()
        self._update_text()

    def set_gauge(self, gauge: ProgressChanged | None) -> None:
        """Show a progress; None shows nothing."""
        self._gauge = gauge
        self._update_text()

    def sizeHint(self) -> QSize:
        """A width that does not change with every second."""
        if self._hint is None:
            metrics = self.fontMetrics()
            longest = "".join("0" if letter.isdigit() else letter for letter in self._text)
            usual = tr("heard 00:00 · sent 00:00 · text 00:00") if self._shows_sent else tr("heard 00:00 · text 00:00")
            width = max(metrics.horizontalAdvance(longest), metrics.horizontalAdvance(usual))
            self._hint = QSize(width + 4, metrics.height() + BAR_HEIGHT + 6)
        return self._hint

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._gauge is None:
            return
        tones, palette = theme_colors(self.palette()), self.palette()
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
        colors: tuple[QColor, ...] = (tones.track, blend(tones.track, full, 0.4), full)
        for part, color in zip((round(width), *self._widths), colors, strict=True):
            if part > 0:
                painter.setBrush(color)
                bar = QRectF(track.left(), track.top(), part, track.height())
                painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._hint = None
            self.updateGeometry()
        super().changeEvent(event)

    def _update_text(self) -> None:
        gauge = self._gauge
        parts: list[str] = []
        if gauge is not None:
            parts.append(tr("heard {heard}", heard=clock(gauge.heard / SAMPLE_RATE)))
            if self._shows_sent:
                parts.append(tr("sent {sent}", sent=clock(gauge.sent / SAMPLE_RATE)))
            parts.append(tr("text {confirmed}", confirmed=clock(gauge.confirmed / SAMPLE_RATE)))
        text, widths = translated(joined(" · ", *parts)), self._bars()
        if text == self._text and widths == self._widths:
            return
        if len(text) != len(self._text):
            self._hint = None
            self.updateGeometry()
        if text != self._text:
            set_text(self.setAccessibleDescription, joined(", ", *parts))
        self._text, self._widths = text, widths
        self.update()

    def _bars(self) -> tuple[int, ...]:
        """The widths of the bars for sent sound and for text, in whole pixels."""
        gauge = self._gauge
        if gauge is None or not gauge.heard:
            return (0, 0)
        width = self.sizeHint().width()
        sent = min(1.0, gauge.sent / gauge.heard) if self._shows_sent else 0.0
        return (round(sent * width), round(min(1.0, gauge.confirmed / gauge.heard) * width))
