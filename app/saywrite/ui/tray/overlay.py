"""A small window above all others during a dictation: state, level and words. GUI thread.

It never takes the keyboard focus, because the text is inserted into the program that has it. Loaded when it is first
used. Its only timer runs while it is visible and the dictation listens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, QVariantAnimation, Signal, Slot
from PySide6.QtGui import (
    QFontMetricsF,
    QGuiApplication,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QRegion,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from saywrite.audio.levels import decibels
from saywrite.foundation.messages import message
from saywrite.ui.toolkit.icons import paint_icon
from saywrite.ui.toolkit.theme.tokens import (
    BODY,
    FADE_MS,
    OVERLAY_EDGE,
    OVERLAY_GOOD,
    OVERLAY_GROUND,
    OVERLAY_LEVEL,
    OVERLAY_TEXT,
    OVERLAY_UNCERTAIN,
    L,
    M,
    S,
    sized,
)
from saywrite.ui.toolkit.translation import follow_language, joined, set_text, tr, translated
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
    TrayState.LISTENING: message("Listening…"),
    TrayState.FINISHING: message("Finishing…"),
    TrayState.IDLE: "",
    TrayState.WAITING: "",
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
        self._presented: tuple[TrayState, str, str, str, bool] = (TrayState.IDLE, "", "", "", False)
        self.shown_state = TrayState.IDLE
        self.words = ""
        self.solid = 0
        self.offer = ""
        self.is_done = False
        self.position = OverlayPosition()
        self._fade = QVariantAnimation(self, duration=FADE_MS, startValue=0.0, endValue=1.0)
        self._fade.valueChanged.connect(self.setWindowOpacity)
        self._fade.finished.connect(self._fade_ended)
        self._timer = QTimer(self, interval=POLL_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.poll)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_text(self.setWindowTitle, tr("Saywrite overlay"))
        set_text(self.setAccessibleName, tr("What Saywrite hears"))
        follow_language(self._show_presented)
        self.setFixedSize(SIZE)
        if QGuiApplication.platformName() == "xcb":
            self._round_off()
        self._follow_screens()
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

    def _round_off(self) -> None:
        """Cut off the corners, which are black without a compositor; smooth edge pixels remain inside."""
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), self.height() / 2, self.height() / 2)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))

    def _follow_screens(self) -> None:
        """Stay visible when a screen is added, removed or changed: the overlay may be shown for hours."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        queued = Qt.ConnectionType.QueuedConnection  # Qt itself moves the windows of a removed screen first
        application.screenAdded.connect(self._follow_screen)
        application.screenAdded.connect(self._place, queued)
        application.screenRemoved.connect(self._place, queued)
        for screen in application.screens():
            self._follow_screen(screen)

    @Slot(QScreen)
    def _follow_screen(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._place, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _place(self) -> None:
        """Move to the position on the screens that there are, unless the user drags it."""
        if self._drag_offset is None and (there := areas()):
            self.move(corner(self.position, self.size(), there))

    @property
    def is_shown(self) -> bool:
        """Whether it is visible and not fading out."""
        return self.isVisible() and self._fade.endValue() == 1.0

    @property
    def is_polling(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    def present(
        self, state: TrayState, words: str = "", tail: str = "", *, offer: str = "", done: bool = False
    ) -> None:
        """Show a state with words, by default its own; `tail` follows them and may still change.

        `offer` is what a click does, shown as a button; `done` shows a check mark instead of the state.
        """
        if not self.isVisible():
            self._place()
            self._bars = ()
            self._fade_to(1.0, start=0.0)
            self.show()
        elif self._fade.endValue() == 0.0:
            self._fade_to(1.0, start=self.windowOpacity())
        if state is not TrayState.LISTENING:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self._presented = (state, words, tail, offer, done)
        self._show_presented()

    def _show_presented(self) -> None:
        """Show in the current language what was presented last."""
        state, given, tail, offer, done = self._presented
        words = " ".join((translated(given) + tail).split())
        solid = len(words) - len(" ".join(tail.split()))
        words, offer = words or translated(WORDS[state]), translated(offer)
        if (state, words, solid, offer, done) != (self.shown_state, self.words, self.solid, self.offer, self.is_done):
            self.shown_state, self.words, self.solid = state, words, solid
            self.offer, self.is_done = offer, done
            set_text(self.setAccessibleDescription, joined(". ", words, offer) if offer else words)
            self.update()

    def dismiss(self) -> None:
        """Fade out, then hide; at once with reduced motion."""
        self._timer.stop()
        if self.isVisible():
            self._fade_to(0.0, start=self.windowOpacity())

    def _fade_to(self, goal: float, *, start: float) -> None:
        self._fade.stop()
        self._fade.setEndValue(goal)
        if self._reduced_motion:
            self.setWindowOpacity(goal)
            self._fade_ended()
            return
        self._fade.setStartValue(start)
        self.setWindowOpacity(start)
        self._fade.start()

    def _fade_ended(self) -> None:
        if self._fade.endValue() == 0.0:
            self.hide()

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
        painter.translate(M, (self.height() - GRID) / 2)
        if self.is_done:
            paint_icon(painter, "check", QRectF(0, 0, GRID, GRID), OVERLAY_GOOD)
        else:
            paint_state(painter, self.shown_state)
        painter.restore()
        left = 48.0
        if self.shown_state is TrayState.LISTENING:
            self._paint_bars(painter, left)
            left += BARS * (BAR_WIDTH + BAR_GAP) + 10
        right = self._paint_offer(painter)
        self._paint_words(painter, QRectF(left, 0, right - left, self.height()))

    def _paint_offer(self, painter: QPainter) -> float:
        """Paint what a click does as a button at the right; returns the left edge of what it needs."""
        if not self.offer:
            return self.width() - L
        font = sized(self.font(), BODY, strong=True)
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(self.offer) + 2 * M, metrics.height() + S
        button = QRectF(self.width() - width - S, (self.height() - height) / 2, width, height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(OVERLAY_EDGE)
        painter.drawRoundedRect(button, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(OVERLAY_GOOD)
        painter.drawText(button, Qt.AlignmentFlag.AlignCenter, self.offer)
        return button.left() - S

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
        if self.shown_state in (TrayState.PROBLEM, TrayState.WAITING) or self.offer:
            line = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, place.width())
        else:
            line = newest_words(self.words, metrics, place.width())
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
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag_offset = event.position().toPoint()
            self._pressed_at = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_offset is not None:
            self.move(event.globalPosition().toPoint() - self._drag_offset)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_offset is None or event.button() is not Qt.MouseButton.LeftButton:
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


def newest_words(words: str, metrics: QFontMetricsF, width: float) -> str:
    """The end of `words` that fits into `width`, in whole words after "… ".

    A single word that is too long is cut at its start.
    """
    if metrics.horizontalAdvance(words) <= width:
        return words
    room = width - metrics.horizontalAdvance("… ")
    fitting = ""
    for word in reversed(words.split(" ")):
        longer = f"{word} {fitting}" if fitting else word
        if metrics.horizontalAdvance(longer) > room:
            break
        fitting = longer
    return f"… {fitting}" if fitting else metrics.elidedText(words, Qt.TextElideMode.ElideLeft, width)


def areas() -> list[ScreenArea]:
    """The screens, the primary one first."""
    primary = QGuiApplication.primaryScreen()
    screens = sorted(QGuiApplication.screens(), key=lambda screen: screen is not primary)
    return [ScreenArea(screen.name(), screen.availableGeometry()) for screen in screens]
