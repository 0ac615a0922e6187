"""A small window above all others during a dictation: state, level and words. GUI thread.

It never takes the keyboard focus, because the text is inserted into the program that has it. Loaded when it is first
used. Its only timer runs while it is visible and the dictation listens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QHideEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from saywrite.audio.levels import decibels
from saywrite.ui.toolkit.theme.tokens import (
    BODY,
    OVERLAY_EDGE,
    OVERLAY_GROUND,
    OVERLAY_LEVEL,
    OVERLAY_TEXT,
    OVERLAY_UNCERTAIN,
    sized,
)
from saywrite.ui.tray.overlay_position import OverlayPosition, ScreenArea, corner, position_of
from saywrite.ui.tray.state_icons import GRID, TrayState, paint_state
from saywrite.ui.widgets.level_meter import share

if TYPE_CHECKING:
    from saywrite.audio.levels import Envelope

SIZE = QSize(440, 44)
BARS = 18
"""The newest peaks, one bar each."""
REDUCED_PEAKS = 10
"""With reduced motion one bar shows the highest of these newest peaks."""
BAR_WIDTH, BAR_GAP = 2.5, 1.5
POLL_MS, REDUCED_POLL_MS = 66, 500
"""The interval at which the level is polled; the second one is for reduced motion."""
WORDS = {
    TrayState.LISTENING: "Listening…",
    TrayState.FINISHING: "Finishing…",
    TrayState.IDLE: "",
    TrayState.PROBLEM: "",
}


class Overlay(QWidget):
    """Shows state, level and words; the user can drag it."""

    moved = Signal(object)
    """The user dragged it to this `OverlayPosition`."""
    clicked = Signal()
    """The user clicked it without dragging it."""

    def __init__(self, envelope: Callable[[], Envelope]) -> None:
        super().__init__(None, Qt.WindowType.Tool)
        self._envelope = envelope
        self._reduced_motion = False
        self._drag_offset: QPoint | None = None
        self._pressed_at = QPoint()
        self._bars: tuple[int, ...] = ()
        self.shown_state = TrayState.IDLE
        self.words = ""
        self.solid = 0
        self.position = OverlayPosition()
        self._timer = QTimer(self, interval=POLL_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.poll)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowTitle("Saywrite overlay")
        self.setAccessibleName("What Saywrite hears")
        self.setFixedSize(SIZE)
        self.set_behavior(click_through=False, reduced_motion=False)

    def set_behavior(self, *, click_through: bool, reduced_motion: bool) -> None:
        """`click_through` lets clicks reach the window below; `reduced_motion` simplifies the level."""
        kind = Qt.WindowType
        flags = kind.Tool | kind.FramelessWindowHint | kind.WindowStaysOnTopHint | kind.WindowDoesNotAcceptFocus
        flags |= kind.NoDropShadowWindowHint
        if QGuiApplication.platformName() == "xcb":
            flags |= kind.X11BypassWindowManagerHint  # a managed window may get the focus, and is on one desktop only
        if click_through:
            flags |= kind.WindowTransparentForInput
        if flags != self.windowFlags():
            shown = self.isVisible()
            self.setWindowFlags(flags)
            self.setVisible(shown)
        self._reduced_motion = reduced_motion
        self._timer.setInterval(REDUCED_POLL_MS if reduced_motion else POLL_MS)
        self.setCursor(Qt.CursorShape.SizeAllCursor)

    @property
    def is_polling(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def present(self, state: TrayState, words: str = "", tail: str = "") -> None:
        """Show a state with words, by default its own; `tail` follows them and may still change."""
        if not self.isVisible():
            self.move(corner(self.position, self.size(), areas()))
            self._bars = ()
            self.show()
        if state is not TrayState.LISTENING:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        words = " ".join((words + tail).split())
        solid = len(words) - len(" ".join(tail.split()))
        words = words or WORDS[state]
        if (state, words, solid) != (self.shown_state, self.words, self.solid):
            self.shown_state, self.words, self.solid = state, words, solid
            self.update()

    def poll(self) -> None:
        """Read the newest peaks, and repaint if the picture changes."""
        envelope = self._envelope()
        count = REDUCED_PEAKS if self._reduced_motion else BARS
        peaks = envelope.slice(max(0, len(envelope) - count), len(envelope)).tolist()
        if self._reduced_motion:
            peaks = [max(peaks, default=0)]
        bars = tuple(round(16 * share(decibels(peak))) for peak in peaks)
        if bars != self._bars:
            self._bars = bars
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(OVERLAY_EDGE)
        painter.setBrush(OVERLAY_GROUND)
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        painter.save()
        painter.translate(12, (self.height() - GRID) / 2)
        paint_state(painter, self.shown_state)
        painter.restore()
        left = 48.0
        if self.shown_state is TrayState.LISTENING:
            self._paint_bars(painter, left)
            left += BARS * (BAR_WIDTH + BAR_GAP) + 10
        self._paint_words(painter, QRectF(left, 0, self.width() - left - 20, self.height()))

    def _paint_bars(self, painter: QPainter, left: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(OVERLAY_LEVEL)
        middle = self.height() / 2
        if self._reduced_motion:
            width = BARS * (BAR_WIDTH + BAR_GAP) * (self._bars[0] / 16 if self._bars else 0)
            painter.drawRoundedRect(QRectF(left, middle - 3, max(6.0, width), 6), 3, 3)
            return
        quiet = (0,) * (BARS - len(self._bars))
        for number, height in enumerate((*quiet, *self._bars)):
            half = 1.25 + height * 0.6
            place = QRectF(left + number * (BAR_WIDTH + BAR_GAP), middle - half, BAR_WIDTH, 2 * half)
            painter.drawRoundedRect(place, 1.2, 1.2)

    def _paint_words(self, painter: QPainter, place: QRectF) -> None:
        font = sized(self.font(), BODY)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        side = Qt.TextElideMode.ElideRight if self.shown_state is TrayState.PROBLEM else Qt.TextElideMode.ElideLeft
        line = metrics.elidedText(self.words, side, place.width())
        tail = min(len(self.words) - self.solid, len(line))
        solid = line[: len(line) - tail]
        for text, color, left in (
            (solid, OVERLAY_TEXT, 0.0),
            (line[len(solid) :], OVERLAY_UNCERTAIN, metrics.horizontalAdvance(solid)),
        ):
            painter.setPen(color)
            where = place.adjusted(left, 0, 0, 0)
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        self._drag_offset = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag_offset = event.position().toPoint()
        self._pressed_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_offset is not None:
            self.move(event.globalPosition().toPoint() - self._drag_offset)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_offset is None:
            return
        self._drag_offset = None
        moved = event.globalPosition().toPoint() - self._pressed_at
        if moved.manhattanLength() < QGuiApplication.styleHints().startDragDistance():
            self.move(corner(self.position, self.size(), areas()))
            self.clicked.emit()
        else:
            self.position = position_of(self.geometry().center(), areas())
            self.move(corner(self.position, self.size(), areas()))
            self.moved.emit(self.position)


def areas() -> list[ScreenArea]:
    """The screens, the primary one first."""
    primary = QGuiApplication.primaryScreen()
    screens = sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary)
    return [ScreenArea(screen.name(), screen.availableGeometry()) for screen in screens]
