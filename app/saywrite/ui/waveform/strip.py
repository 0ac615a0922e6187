"""The waveform as a plain widget: the last half minute, gliding, during a recording; then all of it. GUI thread.

It needs no pyqtgraph and shows the same picture as `WaveformPlot`, which takes its place when the user reaches for it.
A recording is painted once into a pixmap that is a few seconds longer than the view: a step of the scrolling is one
copy of it, and only new bars are painted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.toolkit.screen_reader import Role, has_role
from saywrite.ui.toolkit.theme import page_colors
from saywrite.ui.toolkit.theme.tokens import XS
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.waveform.picture import (
    LIVE_S,
    MIN_VIEW_S,
    REACH_Y,
    SCROLL_S,
    View,
    WaveformColors,
    describe,
    gap_text,
    paint_waveform,
    place_times,
    tick_step,
    tick_text,
)
from saywrite.ui.widgets.frame_clock import frame_clock
from saywrite.ui.widgets.waveform_data import WaveformData

SPARE_S = 5.0
"""The pixmap is longer than the view by this, so that it is painted anew only every five seconds."""
LAG_S = 0.15
"""The view may be behind the sound by this: peaks arrive every 50 ms, or later on a busy machine."""
AHEAD_S = 0.05
"""The view may be ahead of the newest peak by this."""
REDO_S = 0.4
"""New bars are painted from so long before them, because the last bar was incomplete."""
_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


@has_role(Role.Chart)
class WaveformStrip(QWidget):
    """Shows the recording; `reached` says that the user wants more than to look at it."""

    reached = Signal(object)
    """The user came with keyboard or mouse: the time of a click in seconds, None without a click."""

    def __init__(self, data: WaveformData, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._data = data
        self._clock = clock
        self._frames = frame_clock()
        self._live = False
        self._end_s = LIVE_S
        self._advanced_at = clock()
        self._colors = WaveformColors.of(self.palette())
        self._pixmap: QPixmap | None = None
        self._pixmap_start_s = self._painted_s = 0.0
        self._offset = 0
        self._moves = False
        self._judged_s = -1.0
        """The length of the recording for which `_moves` was determined."""
        self._live_scale = 1.0
        """Device-independent pixels per second of a running recording."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_text(self.setAccessibleName, tr("Waveform"))
        self.show_marks()

    @property
    def end_s(self) -> float:
        """The time at the right edge."""
        return self._end_s if self._live else max(MIN_VIEW_S, self._data.length_s)

    def set_live(self, live: bool) -> None:
        """Show the last half minute during a recording, else all of it."""
        self._live = live
        self._end_s = self._newest_end()
        self.show_marks()

    def show_marks(self) -> None:
        """Paint everything anew: utterances and gaps have changed, or it is another recording."""
        self._pixmap = None
        self._judged_s = -1.0
        set_text(self.setAccessibleDescription, describe(self._data, None))
        self.update()

    def advance(self) -> bool:
        """Show new peaks, and scroll to the present time; False where nothing in view moves."""
        now = self._clock()
        elapsed, self._advanced_at = now - self._advanced_at, now
        recorded = self._data.length_s
        if self._frames.is_reduced:
            self._end_s = self._newest_end()
        else:
            self._end_s = max(LIVE_S, recorded - LAG_S, min(self._end_s + elapsed, recorded + AHEAD_S))
        if self._pixmap is not None:
            self._paint_new(self._pixmap)
            offset = self._offset_of(self._pixmap)
            if offset != self._offset:
                self.update()
        if self._judged_s != recorded:
            self._judged_s = recorded
            self._moves = not self._data.is_flat(self._end_s - LIVE_S)
        return self._moves

    def seconds_at(self, x: float) -> float:
        """The time at a horizontal position."""
        view = self._view()
        return view.left + (x - self._area().left()) / view.scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        if not self._live:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
            if self._data.length_s:
                self._paint_times(painter, area)
            self._paint_part(painter, QRectF(area), self._view())
        else:
            pixmap = self._current_pixmap()
            self._offset = self._offset_of(pixmap)
            ratio = pixmap.devicePixelRatio()
            part = self._offset, 0, round(self.width() * ratio), pixmap.height()
            painter.drawPixmap(0, 0, self.width(), self.height(), pixmap, *part)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._pixmap = None

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._colors = WaveformColors.of(self.palette())
            self._pixmap = None
            self.update()
        super().changeEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        words = gap_text(self._data, self.seconds_at(event.position().x()), self._view().scale)
        self.setToolTip(plain_tooltip(words) if words else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reached.emit(self.seconds_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.reached.emit(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        if not self._live and self._data.length_s:
            self.reached.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.reached.emit(None)
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
        if event.reason() in _KEYBOARD:
            self.reached.emit(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _newest_end(self) -> float:
        recorded = self._data.length_s
        return max(LIVE_S, math.ceil(recorded / SCROLL_S) * SCROLL_S if self._frames.is_reduced else recorded)

    def _area(self) -> QRect:
        """The rectangle of the picture.

        A running recording reaches both edges; a finished one has times below it.
        """
        if self._live:
            return self.rect().adjusted(0, XS, 0, 0)
        times = self.fontMetrics().height() + XS if self._data.length_s else 0
        return self.rect().adjusted(XS, XS, -XS, -times)

    def _view(self) -> View:
        end = self.end_s
        start = end - LIVE_S if self._live else 0.0
        return View(start, end, max(1, self._area().width()) / (end - start))

    def _offset_of(self, pixmap: QPixmap) -> int:
        """Where the view begins in the pixmap, in its pixels."""
        return round((self._end_s - LIVE_S - self._pixmap_start_s) * self._live_scale * pixmap.devicePixelRatio())

    def _current_pixmap(self) -> QPixmap:
        """The pixmap with the view in it, painted anew where the view has left it."""
        ratio, pixmap = self.devicePixelRatioF(), self._pixmap
        if (
            pixmap is None
            or pixmap.devicePixelRatio() != ratio
            or not self._pixmap_start_s <= self._end_s - LIVE_S <= self._pixmap_start_s + SPARE_S
        ):
            self._live_scale = self._view().scale
            width = math.ceil((LIVE_S + SPARE_S) * self._live_scale * ratio) + 1
            pixmap = QPixmap(width, max(1, round(self.height() * ratio)))
            pixmap.setDevicePixelRatio(ratio)
            self._pixmap = pixmap
            self._pixmap_start_s = self._end_s - LIVE_S
            self._paint_pixmap(pixmap, self._pixmap_start_s)
        return pixmap

    def _paint_new(self, pixmap: QPixmap) -> None:
        """Paint the bars that have come since the last time."""
        recorded = self._data.length_s
        if recorded <= self._painted_s:
            return
        since = max(self._pixmap_start_s, self._painted_s - REDO_S)
        self._paint_pixmap(pixmap, since)
        left = math.floor((since - (self._end_s - LIVE_S)) * self._live_scale)
        self.update(QRect(left, 0, math.ceil((recorded - since) * self._live_scale) + 2, self.height()))

    def _paint_pixmap(self, pixmap: QPixmap, from_s: float) -> None:
        """Paint the recording from this time on into the pixmap."""
        scale, start = self._live_scale, self._pixmap_start_s
        left = math.floor((from_s - start) * scale)
        new = QRect(left, 0, pixmap.width(), pixmap.height())
        painter = QPainter(pixmap)
        painter.setClipRect(new)
        painter.fillRect(new, self.palette().color(QPalette.ColorRole.Base))
        area = QRectF(0, XS, (LIVE_S + SPARE_S) * scale, self.height() - XS)
        self._paint_part(painter, area, View(start, start + LIVE_S + SPARE_S, scale), from_s)
        painter.end()
        self._painted_s = self._data.length_s

    def _paint_part(self, painter: QPainter, area: QRectF, view: View, from_s: float | None = None) -> None:
        """Paint a view into a rectangle, from `from_s` on where only a part is new."""
        painter.save()
        painter.translate(area.left(), area.center().y())
        painter.scale(view.scale, area.height() / (2 * REACH_Y))
        painter.translate(-view.left, 0)
        part = view if from_s is None else View(from_s, view.right, view.scale)
        paint_waveform(painter, self._data, part, self._colors)
        painter.restore()

    def _paint_times(self, painter: QPainter, area: QRect) -> None:
        view = self._view()
        step = tick_step(view.left, view.right, area.width())
        colors = page_colors(self.palette())
        numbers = range(math.floor(view.right / step) + 1)
        texts = [tick_text(number * step, step) for number in numbers]
        middles = [area.left() + number * step * view.scale for number in numbers]
        widths = [float(self.fontMetrics().horizontalAdvance(text)) for text in texts]
        lefts = place_times(middles, widths, XS, self.width() - XS)
        for x, text, left in zip(middles, texts, lefts, strict=True):
            painter.setPen(colors.rule)
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + XS))
            if left is not None:
                painter.setPen(colors.muted)
                painter.drawText(QPointF(left, self.height() - self.fontMetrics().descent()), text)
