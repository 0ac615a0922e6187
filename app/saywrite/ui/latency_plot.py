"""Medians and 95th percentiles of each step as a picture: pyqtgraph, made once. GUI thread.

Importing this module imports pyqtgraph.
"""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QPalette

from saywrite.ui.latency_words import STEPS, Speed
from saywrite.ui.theme import GRAPHIC_CONTRAST, readable, shades

ROW = 5
"""Rows of a group: one for each step, and one of air."""


WIDEST_NAME = 260
"""Room for the names of the groups at most, device-independent pixels."""


class LatencyPlot(pg.PlotWidget):
    """For every group and step a bar from zero to the median, and a line on to the 95th percentile."""

    _speeds: tuple[Speed, ...] = ()
    """Read before `__init__` is through: the base class changes its palette."""

    def __init__(self, name_of: Callable[[Speed], str]) -> None:
        super().__init__(enableMenu=False)
        self._name_of = name_of
        self.setAccessibleName("Speed of each step")
        self.setAntialiasing(True)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.setLabel("bottom", "milliseconds")
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.getViewBox().invertY(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_speeds(self, speeds: tuple[Speed, ...]) -> None:
        self._speeds = speeds
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._speeds:
            self._draw()

    def colors(self) -> tuple[QColor, ...]:
        """One for each step, told apart from the ground and from each other."""
        tones, ground = shades(self.palette()), self._ground()
        highlight = self.palette().color(QPalette.ColorRole.Highlight)
        return tuple(
            readable(color, ground, GRAPHIC_CONTRAST) for color in (highlight, tones.warn, tones.good, tones.bad)
        )

    def _ground(self) -> QColor:
        return self.palette().color(QPalette.ColorRole.Base)

    def _draw(self) -> None:
        text = self.palette().color(QPalette.ColorRole.Text)
        self.setBackground(self._ground())
        self.clear()
        for number, color in enumerate(self.colors()):
            self._draw_step(number, color, text)
        ticks = [(group * ROW + 1.5, self._name_of(speed)) for group, speed in enumerate(self._speeds)]
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(shades(self.palette()).hairline)
            axis.setTextPen(text)
        lines = [line for _, name in ticks for line in name.splitlines()]
        width = max((self.fontMetrics().horizontalAdvance(line) for line in lines), default=0)
        self.getPlotItem().getAxis("left").setTicks([ticks])
        self.getPlotItem().getAxis("left").setWidth(min(width + 20, WIDEST_NAME))
        self.setYRange(-0.8, max(1, len(self._speeds)) * ROW - 1.2, padding=0)
        most = [spread.p95 for speed in self._speeds for spread in speed.steps if spread is not None]
        self.setXRange(0, max([*most, 100]) * 1.05, padding=0)

    def _draw_step(self, number: int, color: QColor, text: QColor) -> None:
        seen = [
            (group * ROW + number, spread)
            for group, speed in enumerate(self._speeds)
            if (spread := speed.steps[number]) is not None
        ]
        if not seen:
            return
        rows = [row for row, _ in seen]
        medians = [spread.median for _, spread in seen]
        bars = pg.BarGraphItem(
            x0=[0.0] * len(seen), y=rows, width=medians, height=0.7, brush=color, pen=color, name=STEPS[number]
        )
        self.addItem(bars)
        whiskers = pg.ErrorBarItem(
            x=_array(medians),
            y=_array(rows),
            left=_array([0.0] * len(seen)),
            right=_array([spread.p95 - spread.median for _, spread in seen]),
            beam=0.5,
            pen=pg.mkPen(text, width=1.5),
        )
        self.addItem(whiskers)


def _array(values: list[float] | list[int]) -> object:
    import numpy as np

    return np.array(values, dtype=float)
