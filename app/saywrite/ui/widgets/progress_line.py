"""A thin progress bar that shows how much is done, or only that something is running. GUI thread.

A timer runs only while the bar is visible and the amount is unknown.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, readable, theme_colors
from saywrite.ui.toolkit.translation import set_text

HEIGHT = 6
STEP_MS = 50
STEPS = 60
"""The number of steps in which the moving part crosses the bar."""
PART = 0.25


class ThinProgressBar(QProgressBar):
    """A progress bar without text; a range of (0, 0) shows that the amount is unknown."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._step = 0
        self._motion = QTimer(self, interval=STEP_MS)
        self._motion.timeout.connect(self._move)
        self.setTextVisible(False)
        set_text(self.setAccessibleName, name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_progress(self, percent: int | None) -> None:
        """Show a percentage; None when it is unknown."""
        self.setRange(0, 0 if percent is None else 100)
        self.setValue(percent or 0)
        self._update_motion()

    @property
    def is_moving(self) -> bool:
        """Whether the timer runs."""
        return self._motion.isActive()

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, HEIGHT + 4)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._update_motion()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._motion.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme_colors(palette).track)
        track = QRectF(0.5, (self.height() - HEIGHT) / 2, self.width() - 1, HEIGHT)
        painter.setBrush(theme_colors(palette).track)
        painter.drawRoundedRect(track, HEIGHT / 2, HEIGHT / 2)
        color = readable(palette.color(QPalette.ColorRole.Highlight), theme_colors(palette).track, GRAPHIC_CONTRAST)
        painter.setPen(color)
        painter.setBrush(color)
        part = self._filled_part(track)
        if part.width() >= HEIGHT:
            painter.drawRoundedRect(part, HEIGHT / 2, HEIGHT / 2)

    def _filled_part(self, track: QRectF) -> QRectF:
        if self.maximum():
            width = track.width() * self.value() / self.maximum()
            left = track.right() - width if self.isRightToLeft() else track.left()
            return QRectF(left, track.top(), width, track.height())
        way = abs(self._step - STEPS) / STEPS
        return QRectF(
            track.left() + way * track.width() * (1 - PART), track.top(), track.width() * PART, track.height()
        )

    def _update_motion(self) -> None:
        if self.maximum() or not self.isVisible():
            self._motion.stop()
        elif not self._motion.isActive():
            self._motion.start()

    def _move(self) -> None:
        self._step = (self._step + 1) % (2 * STEPS)
        self.update()
