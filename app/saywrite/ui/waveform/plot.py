"""The waveform as a pyqtgraph widget, used with mouse and keyboard. GUI thread.

Importing this module imports pyqtgraph (a third of a second, 40 MB), which `WaveformPanel` does on a pool thread when
the user first reaches for the waveform.
"""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QToolTip

from saywrite.foundation.events import SAMPLE_RATE, seconds
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.screen_reader import Role, announce, has_role
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.waveform.item import WaveformItem
from saywrite.ui.waveform.picture import LIVE_S, MIN_VIEW_S, REACH_Y, SCROLL_S, describe, gap_text, tick_step, tick_text
from saywrite.ui.widgets.waveform_data import WaveformData, WaveformSpan

_PLAY_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ClockAxis(pg.AxisItem):
    """An axis with round times, all in the same format."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        return [(tick_step(low, high, size), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [tick_text(value, spacing) for value in values]


@has_role(Role.Chart)
class WaveformPlot(pg.PlotWidget):
    """Follows the recording until the user moves the view; Escape or a double click follows again."""

    position_clicked = Signal(int)
    """The user clicked this sample, outside of an utterance."""
    utterance_chosen = Signal(int, int)
    """The user wants to hear an utterance: start and end in samples."""

    followed = Signal()
    """The user wants to see the newest sound again, or all of it after the recording."""

    _is_initialized = False

    def __init__(self, data: WaveformData) -> None:
        self._axis = ClockAxis("bottom")
        self._axis.enableAutoSIPrefix(False)
        super().__init__(axisItems={"bottom": self._axis}, enableMenu=False)
        self._data = data
        self._live = False
        self._free = False
        self._chosen: WaveformSpan | None = None
        self.item = WaveformItem(data)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_text(self.setAccessibleName, tr("Waveform"))
        plot = self.getPlotItem()
        plot.hideAxis("left")
        for unseen in ("left", "top", "right"):  # hidden axes would be computed for every picture as well
            plot.getAxis(unseen).unlinkFromView()
        plot.hideButtons()
        plot.setContentsMargins(XS, XS, XS, 0)
        self._box = plot.getViewBox()
        self._box.setMouseEnabled(x=True, y=False)
        self._box.setYRange(-REACH_Y, REACH_Y, padding=0)
        self._box.setDefaultPadding(0)
        self._box.disableAutoRange()
        self._box.sigRangeChangedManually.connect(self._moved)
        self.addItem(self.item, ignoreBounds=True)
        self.scene().sigMouseClicked.connect(self._clicked)
        self._is_initialized = True
        self._color()
        self._describe()
        self.refresh()

    def set_live(self, live: bool) -> None:
        """Show the last half minute during a recording, else all of it, until the user moves the view."""
        self._live = live
        if live:
            self._free = False
        self.refresh()
        self._describe()

    def refresh(self) -> None:
        """Show the data after it has changed."""
        recorded = self._data.length_s
        self._show_times(recorded > 0 and (self._free or not self._live))
        if self._live and not self._free:
            end = max(LIVE_S, math.ceil(recorded / SCROLL_S) * SCROLL_S)
            if self._box.viewRange()[0] == [end - LIVE_S, end]:
                self.item.show_new()
                return
            self._limit(math.ceil(end / 60) * 60)
            self._box.setXRange(end - LIVE_S, end, padding=0)
        elif not self._free:
            whole = max(MIN_VIEW_S, recorded)
            self._limit(whole)
            self._box.setXRange(0, whole, padding=0)
        else:
            self._limit(max(MIN_VIEW_S, recorded))
        self.item.grow()

    def show_marks(self) -> None:
        """Show utterances and gaps after they have changed; the chosen utterance stays chosen."""
        utterances = self._data.utterances
        self.item.chosen = utterances.index(self._chosen) if self._chosen in utterances else None
        self.refresh()
        self.item.update()
        self._describe()

    def choose(self, index: int | None) -> None:
        """Highlight an utterance and make it visible; None removes the highlight."""
        self.item.chosen = index
        self._chosen = None
        if index is not None and index < len(self._data.utterances):
            span = self._chosen = self._data.utterances[index]
            low, high = self._box.viewRange()[0]
            if seconds(span.start) < low or seconds(span.end) > high:
                self._free = True
                width = max(high - low, seconds(span.end - span.start) * 1.2)
                start = max(0.0, seconds(span.start) - width * 0.2)
                self._box.setXRange(start, start + width, padding=0)
        self.item.update()
        self._describe()
        if index is not None:
            announce(self, self.accessibleDescription())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._data.utterances:
            self.choose(0 if key == Qt.Key.Key_Home else len(self._data.utterances) - 1)
        elif key in _PLAY_KEYS:
            self._play_chosen()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._box.scaleBy(x=1.4 if key == Qt.Key.Key_Minus else 1 / 1.4)
            self._moved()
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Escape):
            self._follow()
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if (
            self._is_initialized and event.type() == QEvent.Type.PaletteChange
        ):  # pyqtgraph changes its palette in its constructor
            self._color()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            words = self._gap_text_at(event.pos().x())
            if words:
                QToolTip.showText(event.globalPos(), plain_tooltip(words), self.viewport())
                return True
            QToolTip.hideText()
        return bool(super().viewportEvent(event))

    def _gap_text_at(self, x: int) -> str:
        """The text of the gap near a pixel column; "" without one."""
        low, high = self._box.viewRange()[0]
        at = self._box.mapSceneToView(self.mapToScene(x, 0)).x()
        return gap_text(self._data, at, max(1.0, self._box.width()) / (high - low))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _color(self) -> None:
        palette, colors = self.palette(), page_colors(self.palette())
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        self._axis.setPen(colors.rule)
        self._axis.setTextPen(colors.muted)
        self.item.set_palette(palette)

    def _show_times(self, timed: bool) -> None:
        """Show or hide the times; laying out the axis takes longer than painting the picture."""
        if timed == self._axis.isVisible():
            return
        if timed:
            self._axis.linkToView(self._box)
            self._axis.linkedViewChanged(self._box)
        else:
            self._axis.unlinkFromView()
        self.getPlotItem().showAxis("bottom", timed)

    def _limit(self, length: float) -> None:
        self._box.setLimits(
            xMin=0, xMax=length, minXRange=min(MIN_VIEW_S, length), maxXRange=length, yMin=-1.1, yMax=1.1
        )

    def _follow(self) -> None:
        self._free = False
        self.refresh()
        self.followed.emit()

    def _moved(self, *_: object) -> None:
        self._free = True

    def _clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.double():
            self._follow()
            return
        self.click_at(self._box.mapSceneToView(event.scenePos()).x())

    def click_at(self, at_s: float) -> None:
        """Play the utterance at this time, or report the position outside of one."""
        sample = int(at_s * SAMPLE_RATE)
        if not 0 <= sample <= self._data.length_s * SAMPLE_RATE:
            return
        index = self._data.utterance_at(sample)
        self.choose(index)
        if index is None:
            self.position_clicked.emit(sample)
        else:
            self._play_chosen()

    def _step(self, step: int) -> None:
        last = len(self._data.utterances) - 1
        if last < 0:
            return
        chosen = self.item.chosen
        if chosen is None:
            chosen = -1 if step > 0 else last + 1
        self.choose(max(0, min(last, chosen + step)))

    def _play_chosen(self) -> None:
        index = self.item.chosen
        if index is not None and index < len(self._data.utterances):
            span = self._data.utterances[index]
            self.utterance_chosen.emit(span.start, span.end)

    def _describe(self) -> None:
        set_text(self.setAccessibleDescription, describe(self._data, self.item.chosen))
