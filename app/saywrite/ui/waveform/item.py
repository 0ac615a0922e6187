"""Paints a recording inside a pyqtgraph view, as one item. GUI thread."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from saywrite.ui.waveform.picture import View, WaveformColors, paint_waveform
from saywrite.ui.widgets.waveform_data import WaveformData

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
        self._colors = WaveformColors.of(QPalette())

    def set_palette(self, palette: QPalette) -> None:
        """Use the colors of this palette."""
        self._colors = WaveformColors.of(palette)
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
        view, box = self.viewRect(), self.getViewBox()
        if view is None:
            return
        pixels = max(1.0, box.width()) if box is not None else 600.0
        part = View(max(0.0, view.left()), view.right(), pixels / max(1e-6, view.width()))
        paint_waveform(painter, self._data, part, self._colors, self.chosen)
