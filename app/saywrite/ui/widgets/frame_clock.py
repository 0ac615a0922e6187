"""Calls moving parts of the window once per picture of the screen, and not at all while nothing moves. GUI thread.

All parts share one timer, so that Qt paints them together: with a timer for each, every picture would cost one wake-up
and one transfer to the screen for each part.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

from saywrite.ui.toolkit.theme.motion import reduces_motion

FRAMES_PER_S = 60
"""The most pictures per second, also on a faster screen."""
RECHECK_FRAMES = 30
"""So often, in pictures, the clock asks whether the user wants less motion, and how fast the screen is."""
REDUCED_INTERVAL_MS = 125
"""The interval with reduced motion: eight pictures per second tell the level, but nothing glides."""


class FrameClock(QObject):
    """A timer at the rate of the screen, which runs while somebody waits for the next picture."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._callbacks: list[WeakMethod[Callable[[], None]]] = []
        self._frames = 0
        self.is_reduced = reduces_motion()
        """Whether the user wants less motion: nothing glides."""
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def interval_ms(self) -> int:
        """The time from one picture to the next."""
        return self._timer.interval()

    def start(self, callback: Callable[[], None]) -> None:
        """Call `callback`, a method of a QObject, for every picture until `stop()` or its object's end."""
        if not self.is_started(callback):
            self._callbacks.append(WeakMethod(callback))
        if not self._timer.isActive():
            self._adapt()

    def stop(self, callback: Callable[[], None]) -> None:
        """Do not call `callback` any more; the timer stops with the last one."""
        if self.is_started(callback):
            self._callbacks.remove(WeakMethod(callback))
        if not self._callbacks:
            self._timer.stop()

    def is_started(self, callback: Callable[[], None]) -> bool:
        """Whether `callback` is called for every picture."""
        return WeakMethod(callback) in self._callbacks

    def _adapt(self) -> None:
        """Start the timer with the present interval."""
        self._frames = 0
        self.is_reduced = reduces_motion()
        interval = frame_ms(reduced=self.is_reduced)
        if not self._timer.isActive() or self._timer.interval() != interval:
            self._timer.start(interval)

    def _tick(self) -> None:
        self._frames += 1
        if self._frames >= RECHECK_FRAMES:
            self._adapt()
        for reference in tuple(self._callbacks):
            callback = reference()
            if callback is not None and isValid(callback.__self__):  # type: ignore[attr-defined]
                callback()
            else:
                self._callbacks.remove(reference)
        if not self._callbacks:
            self._timer.stop()


def frame_ms(*, reduced: bool) -> int:
    """The milliseconds between two pictures: those of the screen, at most `FRAMES_PER_S` of them."""
    if reduced:
        return REDUCED_INTERVAL_MS
    screen = QGuiApplication.primaryScreen()
    rate = screen.refreshRate() if screen is not None else float(FRAMES_PER_S)
    return int(1000 / min(max(rate, 30.0), float(FRAMES_PER_S)))


def frame_clock() -> FrameClock:
    """The clock of the application, which owns it."""
    app = QGuiApplication.instance()
    found = app.findChild(FrameClock) if app is not None else None
    return found if isinstance(found, FrameClock) else FrameClock(app)
