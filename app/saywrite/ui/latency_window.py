"""How fast dictation is here: each step, for each engine and microphone, as a picture and as a table. GUI thread.

Loaded when it is opened for the first time; what it shows is read from the history on a pool thread.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from saywrite.history.latencies import Timed
from saywrite.ui.choosers import Choices
from saywrite.ui.labels import NoteLabel
from saywrite.ui.latency_words import STEPS, Speed, milliseconds, speeds
from saywrite.ui.tasks import run_task

if TYPE_CHECKING:
    from saywrite.ui.history_window import History

EMPTY = "Nothing measured yet. Dictate something; how long each step took is kept with its text."
NOTE = "Bar: half of all dictations were faster. Line: 95 of 100 were. The newest 1,000 dictations count."
SHOWN = 6
"""Groups in the picture; the table has them all."""


class LatencyWindow(QWidget):
    def __init__(self, open_history: Callable[[], History], choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._open_history = open_history
        self._choices = choices
        self.note = NoteLabel(NOTE)
        self.table = QTableWidget(0, len(STEPS) + 2)
        self.plot: QWidget = QLabel()
        self.setWindowTitle("Speed – Saywrite")
        self.resize(860, 620)
        self.table.setHorizontalHeaderLabels(["Recognizer and microphone", "Dictations", *STEPS])
        self.table.setAccessibleName("Speed of each step: median, 95th percentile")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.plot, 3)
        self._column.addWidget(self.note)
        self._column.addWidget(self.table, 2)

    def reload(self) -> None:
        """Read the history anew and show it."""

        def load() -> tuple[Timed, ...]:
            importlib.import_module("pyqtgraph")  # a third of a second that the window does not wait for
            with closing(self._open_history()) as history:
                return history.latencies()

        run_task(load, self.show_timed, lambda error: self.note.setText(str(error)), owner=self, in_order=True)

    def show_timed(self, timed: tuple[Timed, ...]) -> None:
        from saywrite.ui.latency_plot import LatencyPlot

        found = speeds(timed)
        if not isinstance(self.plot, LatencyPlot):
            self._column.removeWidget(self.plot)
            self.plot.deleteLater()
            self.plot = LatencyPlot(self._name)
            self._column.insertWidget(0, self.plot, 3)
        self.plot.show_speeds(found[:SHOWN])
        self.note.setText(NOTE if found else EMPTY)
        self._fill(found, timed)
        for number, color in enumerate(self.plot.colors()):
            if (header := self.table.horizontalHeaderItem(number + 2)) is not None:
                header.setIcon(_swatch(color))

    def _fill(self, found: tuple[Speed, ...], timed: tuple[Timed, ...]) -> None:
        self.table.setRowCount(len(found))
        for row, speed in enumerate(found):
            times = sum((each.engine, each.microphone) == (speed.engine, speed.microphone) for each in timed)
            cells = [self._name(speed).replace("\n", ", "), f"{times:,}"]
            for spread in speed.steps:
                cells.append(f"{milliseconds(spread.median)}, {milliseconds(spread.p95)}" if spread else "–")
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))

    def _name(self, speed: Speed) -> str:
        return f"{self._choices.engine_label(speed.engine)}\n{speed.microphone}"


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(color)
    return QIcon(picture)
