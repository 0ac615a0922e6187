"""A thin progress bar: how much is done, or that something goes on. GUI thread.

A timer runs only while it is seen and does not know how much is done.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy

from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, readable, shades

HEIGHT = 6
STEP_MS = 50
STEPS = 60
"""One way of the moving part from end to end takes so many steps."""
PART = 0.25


class ThinProgressBar(QProgressBar):
    """Give it a range of (0, 0) while nobody knows how long it takes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._step = 0
        self._motion = QTimer(self, interval=STEP_MS)
        self._motion.timeout.connect(self._move)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_progress(self, percent: int | None) -> None:
        """None: it is not known how much is done."""
        self.setRange(0, 0 if percent is None else 100)
        self.setValue(percent or 0)
        self._look()

    @property
    def is_moving(self) -> bool:
        return self._motion.isActive()

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, HEIGHT + 4)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._motion.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(shades(palette).track)
        track = QRectF(0.5, (self.height() - HEIGHT) / 2, self.width() - 1, HEIGHT)
        painter.setBrush(shades(palette).track)
        painter.drawRoundedRect(track, HEIGHT / 2, HEIGHT / 2)
        color = readable(palette.color(QPalette.ColorRole.Highlight), shades(palette).track, GRAPHIC_CONTRAST)
        painter.setPen(color)
        painter.setBrush(color)
        part = self._part(track)
        if part.width() >= HEIGHT:
            painter.drawRoundedRect(part, HEIGHT / 2, HEIGHT / 2)

    def _part(self, track: QRectF) -> QRectF:
        if self.maximum():
            width = track.width() * self.value() / self.maximum()
            left = track.right() - width if self.isRightToLeft() else track.left()
            return QRectF(left, track.top(), width, track.height())
        way = abs(self._step - STEPS) / STEPS
        return QRectF(
            track.left() + way * track.width() * (1 - PART), track.top(), track.width() * PART, track.height()
        )

    def _look(self) -> None:
        if self.maximum() or not self.isVisible():
            self._motion.stop()
        elif not self._motion.isActive():
            self._motion.start()

    def _move(self) -> None:
        self._step = (self._step + 1) % (2 * STEPS)
        self.update()
