"""The window is called from outside: come to the front, or quit. Any thread calls, the GUI thread acts.

A window may come to the front by itself only where the user wants it: the caller's activation token says so on
Wayland (and in the XDG_ACTIVATION_TOKEN that Qt reads); on X11 the window manager is asked in the user's name.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from saywrite.ui.tasks import run_task

log = logging.getLogger(__name__)


class Summons(QObject):
    """`show_wanted.emit` and `quit_wanted.emit` are what other threads call."""

    show_wanted = Signal(str)
    """With the caller's activation token, "" when it has none."""
    quit_wanted = Signal()

    def __init__(self, window: QWidget, activate_x11: Callable[[int], None]) -> None:
        """`activate_x11` asks the window manager to bring the window with this X11 id to the front; may block."""
        super().__init__(window)
        self._window = window
        self._activate_x11 = activate_x11
        self.show_wanted.connect(self.show_window, Qt.ConnectionType.QueuedConnection)
        self.quit_wanted.connect(self._quit, Qt.ConnectionType.QueuedConnection)

    @Slot(str)
    def show_window(self, activation: str = "") -> None:
        """Bring the window to the front, also when it is minimized or hidden."""
        if activation:
            os.environ["XDG_ACTIVATION_TOKEN"] = activation  # Qt takes it from there, and removes it
        window = self._window
        window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        window.show()
        window.raise_()
        window.activateWindow()
        if QGuiApplication.platformName() == "xcb":
            number = int(window.winId())
            run_task(lambda: self._activate_x11(number), failed=self._not_raised, owner=self)
        log.info("shown on request")

    @Slot()
    def _quit(self) -> None:
        log.info("quitting on request")
        QGuiApplication.quit()

    def _not_raised(self, error: BaseException) -> None:
        log.info("the window manager was not asked: %s", type(error).__name__)
