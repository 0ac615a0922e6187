"""Paints a recording inside a pyqtgraph view, as one item. GUI thread."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from saywrite.foundation.events import seconds
from saywrite.ui.toolkit.theme import page_colors, theme_colors
from saywrite.ui.widgets.waveform_data import WaveformData, WaveformSpan

PITCH = 4
"""Device-independent pixels from one bar to the next."""
GROWS_BY_S = 60.0
"""The item is longer than the recording by up to this, so that its size rarely changes."""


class WaveformItem(pg.GraphicsObject):
    """Bars of the peaks, shaded utterances, and a line where sound is missing.

    An utterance without text is hatched; the selected one is highlighted. Only the visible part is painted, so the time
    depends on the width in pixels, not on the length of the recording.
    """

    def __init__(self, data: WaveformData) -> None:
        super().__init__()
        self._data = data
        self.chosen: int | None = None
        self._room_s = GROWS_BY_S
        self.set_palette(QPalette())

    def set_palette(self, palette: QPalette) -> None:
        """Use the colors of this palette."""
        colors = page_colors(palette)
        self._silent, self._spoken = QBrush(colors.silent), QBrush(colors.spoken)
        self._shade, self._highlight = QBrush(colors.shade), QBrush(colors.highlight)
        self._pending = QBrush(colors.highlight, Qt.BrushStyle.BDiagPattern)
        self._gap = QPen(theme_colors(palette).warn, 2)
        self._gap.setCosmetic(True)
        self._line = QPen(colors.rule, 0)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, -1, self._room_s, 2)

    def grow(self) -> None:
        """Update the size: the recording became longer, or is another one."""
        room = max(1, math.ceil(self._data.length_s / GROWS_BY_S)) * GROWS_BY_S
        if room != self._room_s:
            self.prepareGeometryChange()
            self._room_s = room
        self.update()

    def show_new(self) -> None:
        """Repaint only the end of the recording."""
        end = self._data.length_s
        self.update(QRectF(end - 1, -1, 2, 2))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        view = self.viewRect()
        if view is None:
            return
        left, right = max(0.0, view.left()), view.right()
        painter.setPen(Qt.PenStyle.NoPen)
        for index, span in self._in_view(self._data.utterances, left, right):
            painter.fillRect(_rect(span), self._highlight if index == self.chosen else self._shade)
        self._paint_pending(painter, left, right)
        painter.setPen(self._line)
        painter.drawLine(pg.Point(left, 0), pg.Point(right, 0))
        self._paint_bars(painter, left, right)
        marks = [at for gap in self._data.gaps if left <= (at := seconds(gap.at)) <= right]
        if marks:
            painter.setPen(self._gap)
            painter.drawLines([QLineF(at, -1, at, 1) for at in marks])

    def _paint_pending(self, painter: QPainter, left: float, right: float) -> None:
        """Hatch in pixels, because the units of the two axes differ in size."""
        spans = self._in_view(self._data.pending, left, right)
        if not spans:
            return
        to_pixels = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        for _, span in spans:
            painter.fillRect(to_pixels.mapRect(_rect(span)), self._pending)
        painter.restore()

    def _paint_bars(self, painter: QPainter, left: float, right: float) -> None:
        box = self.getViewBox()
        pixels = max(1.0, box.width()) if box is not None else 600.0
        start, width, heights = self._data.columns(left, right, int(pixels / PITCH))
        bar = min(width * 0.66, (right - left) / pixels * 2.4)
        spans = [span for _, span in self._in_view(self._data.utterances, left, right)]
        quiet: list[QRectF] = []
        loud: list[QRectF] = []
        at = 0
        for number, height in enumerate(heights.tolist()):
            x = start + number * width
            while at < len(spans) and seconds(spans[at].end) <= x:
                at += 1
            inside = at < len(spans) and seconds(spans[at].start) <= x + bar
            tall = max(0.012, height)
            (loud if inside else quiet).append(QRectF(x, -tall, bar, 2 * tall))
        painter.setPen(Qt.PenStyle.NoPen)
        for brush, bars in ((self._silent, quiet), (self._spoken, loud)):
            painter.setBrush(brush)
            painter.drawRects(bars)

    @staticmethod
    def _in_view(spans: list[WaveformSpan], left: float, right: float) -> list[tuple[int, WaveformSpan]]:
        """The visible spans with their indexes; spans are sorted, the first is found by bisection."""
        low, high = 0, len(spans)
        while low < high:
            middle = (low + high) // 2
            if seconds(spans[middle].end) < left:
                low = middle + 1
            else:
                high = middle
        found = []
        for index in range(low, len(spans)):
            if seconds(spans[index].start) > right:
                break
            found.append((index, spans[index]))
        return found


def _rect(span: WaveformSpan) -> QRectF:
    return QRectF(seconds(span.start), -1, max(0.02, seconds(span.end - span.start)), 2)
