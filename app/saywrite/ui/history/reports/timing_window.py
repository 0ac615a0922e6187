"""Shows the latency of each step, by engine and microphone, as a plot and as a table. GUI thread.

Loaded when it is opened for the first time; a pool thread reads the latencies from the history.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPalette, QPixmap, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from saywrite.foundation.messages import message
from saywrite.storage.history.timings import TimedDictation
from saywrite.ui.history.reports.timing_statistics import STEPS, TimingSummary, milliseconds, speeds
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.layouts.dialogs import center_on_parent, opening_size
from saywrite.ui.toolkit.screen_reader import Role, has_role
from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, readable, theme_colors
from saywrite.ui.toolkit.translation import error_text, follow_language, joined, number_text, set_text, tr
from saywrite.ui.widgets.choosers import EngineChoices

if TYPE_CHECKING:
    from saywrite.storage.history.store import HistoryStore

ROWS = 5
"""The rows of a group: one for each step, and an empty one."""
WIDEST_NAME = 260
"""The maximum width of the names of the groups, device-independent pixels."""


@has_role(Role.Chart)
class LatencyPlot(pg.PlotWidget):
    """For every group and step a bar up to the median, and a line to the 95th percentile."""

    colors_changed = Signal(object)
    """The plot has other colors now: a tuple with one for each step."""
    _speeds: tuple[TimingSummary, ...] = ()
    """Used before `__init__` has finished, because the base class changes its palette."""

    def __init__(self, name_of: Callable[[TimingSummary], str]) -> None:
        super().__init__(enableMenu=False)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._name_of = name_of
        set_text(self.setAccessibleName, tr("Speed of each step"))
        self.setAntialiasing(True)
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        plot.getViewBox().invertY(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_speeds(self, speeds: tuple[TimingSummary, ...]) -> None:
        """Plot these groups."""
        self._speeds = speeds
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._speeds:
            self._draw()
            self.colors_changed.emit(self.colors())

    def colors(self) -> tuple[QColor, ...]:
        """A color for each step, distinct from the background and from each other."""
        tones, ground = theme_colors(self.palette()), self._ground()
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
        ticks = [(group * ROWS + 1.5, self._name_of(speed)) for group, speed in enumerate(self._speeds)]
        self.getPlotItem().setLabel("bottom", tr("milliseconds"))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(theme_colors(self.palette()).hairline)
            axis.setTextPen(text)
        lines = [line for _, name in ticks for line in name.splitlines()]
        width = max((self.fontMetrics().horizontalAdvance(line) for line in lines), default=0)
        self.getPlotItem().getAxis("left").setTicks([ticks])
        self.getPlotItem().getAxis("left").setWidth(min(width + 20, WIDEST_NAME))
        self.setYRange(-0.8, max(1, len(self._speeds)) * ROWS - 1.2, padding=0)
        most = [spread.p95 for speed in self._speeds for spread in speed.steps if spread is not None]
        self.setXRange(0, max([*most, 100]) * 1.05, padding=0)

    def _draw_step(self, number: int, color: QColor, text: QColor) -> None:
        seen = [
            (group * ROWS + number, spread)
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


EMPTY = message("Nothing measured yet. Dictate something; how long each step took is kept with its text.")
NOTE = message("Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count.")
SIZE = QSize(980, 620)
SHOWN = 6
"""The number of groups in the plot; the table has all."""


@has_role(Role.Window)
class LatencyWindow(QWidget):
    """The plot and the table of the newest 1,000 dictations."""

    def __init__(
        self, open_history: Callable[[], HistoryStore], choices: EngineChoices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._open_history = open_history
        self._choices = choices
        self.note = NoteLabel(NOTE)
        self._timed: tuple[TimedDictation, ...] | None = None
        follow_language(self._show_again)
        self.table = QTableWidget(0, len(STEPS) + 2)
        self.plot = LatencyPlot(self._name)
        self.plot.hide()  # until there is something to see
        set_text(self.setWindowTitle, tr("Speed – Saywrite"))
        self.resize(opening_size(self, SIZE))
        set_text(self.table.setHorizontalHeaderLabels, [tr("Recognizer and microphone"), tr("Dictations"), *STEPS])
        set_text(self.table.setAccessibleName, tr("Speed of each step: median, 95th percentile"))
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        column = QVBoxLayout(self)
        column.addWidget(self.plot, 3)
        column.addWidget(self.note)
        column.addWidget(self.table, 2)
        self.plot.colors_changed.connect(self._show_colors)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)

    def showEvent(self, event: QShowEvent) -> None:
        center_on_parent(self)
        super().showEvent(event)

    def reload(self) -> None:
        """Read the latencies from the history and show them."""

        def load() -> tuple[TimedDictation, ...]:
            with closing(self._open_history()) as history:
                return history.latencies()

        run_task(load, self.show_timed, self._show_error, owner=self, in_order=True)

    def _show_error(self, error: Exception) -> None:
        set_text(self.note.setText, error_text(error))

    def _show_again(self) -> None:
        if self._timed is not None:
            self.show_timed(self._timed)

    def show_timed(self, timed: tuple[TimedDictation, ...]) -> None:
        """Show the latencies of dictations."""
        self._timed = timed
        found = speeds(timed)
        self.plot.show_speeds(found[:SHOWN])
        set_text(self.note.setText, NOTE if found else EMPTY)
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeading if found else Qt.AlignmentFlag.AlignCenter)
        for part in (self.plot, self.table):
            part.setVisible(bool(found))
        self._fill(found, timed)
        self._show_colors(self.plot.colors())

    def _show_colors(self, colors: tuple[QColor, ...]) -> None:
        """Show in the headings of the table which color of the plot is which step."""
        for number, color in enumerate(colors):
            if (header := self.table.horizontalHeaderItem(number + 2)) is not None:
                header.setIcon(_swatch(color))

    def _fill(self, found: tuple[TimingSummary, ...], timed: tuple[TimedDictation, ...]) -> None:
        self.table.setRowCount(len(found))
        for row, speed in enumerate(found):
            times = sum((each.engine, each.microphone) == (speed.engine, speed.microphone) for each in timed)
            cells = [joined(", ", *self._name(speed).splitlines()), number_text(times)]
            for spread in speed.steps:
                cells.append(joined(", ", milliseconds(spread.median), milliseconds(spread.p95)) if spread else "–")
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def _name(self, speed: TimingSummary) -> str:
        return joined("\n", self._choices.engine_label(speed.engine), speed.microphone)


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(color)
    return QIcon(picture)
