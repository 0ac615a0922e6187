"""Where Saywrite lives: in its window, in the tray, or nowhere any more. GUI thread.

A window is hidden only while there is an icon to bring it back. When the icon goes, the window comes back, after the
time that a panel takes to start again.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.tray.icon import Tray

log = logging.getLogger(__name__)

PANEL_STARTS_MS = 10_000
"""How long an icon may be away before the window comes back: a desktop that starts, a panel that crashed."""
STAYS = "Saywrite stays here"
HOW_TO_QUIT = "The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it."


class WindowLifecycle(QObject):
    """Decides what closing the window means; `begin()` shows it for the first time, or does not."""

    show_wanted = Signal()
    """Bring the window to the front."""

    def __init__(self, window: MainWindow, tray: Tray, preferences: Preferences, platform: str = sys.platform) -> None:
        super().__init__(window)
        self._window = window
        self._tray = tray
        self._preferences = preferences
        self._platform = platform
        self._explained = False
        self._without_icon = QTimer(self, singleShot=True, interval=PANEL_STARTS_MS)
        self._without_icon.timeout.connect(self._come_back)
        QApplication.setQuitOnLastWindowClosed(False)
        app = QApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(
                window.closing
            )  # a window that is hidden then is not asked to close (seen, Qt 6.12)
        window.stays = self._stays
        window.hidden.connect(self._explain)
        window.closed.connect(self.quit)
        tray.present_changed.connect(self._follow_icon)
        tray.clicked.connect(self.toggle)
        tray.message_clicked.connect(self.show_wanted)
        tray.menu.show_wanted.connect(self.show_wanted)
        tray.menu.quit_wanted.connect(self.quit)

    def begin(self) -> None:
        """The program has started: show the window, or wait for the icon where the user wishes only that."""
        if self._preferences.settings.start_hidden:
            log.info("started without a window")
            self._window.load_now()
            if not self._tray.present:
                self._without_icon.start()
        else:
            self._window.show()

    @Slot()
    def toggle(self) -> None:
        """A click on the icon: the window comes, or goes if it is what the user looks at."""
        window = self._window
        # On Windows the click itself takes the focus from the window.
        looked_at = window.isActiveWindow() or self._platform == "win32"
        if window.isVisible() and not window.isMinimized() and looked_at and self._tray.present:
            window.hide()
        else:
            self.show_wanted.emit()

    @Slot()
    def quit(self) -> None:
        """End the program, window and tray."""
        if not _is_quitting():
            log.info("quitting")
            QApplication.quit()

    def state(self) -> dict[str, Any]:
        """What is remembered until the next start."""
        return {"tray_explained": self._explained}

    def restore(self, state: dict[str, Any]) -> None:
        self._explained = state.get("tray_explained") is True

    def _stays(self) -> bool:
        """Closing the window leaves the program in the tray?"""
        return self._preferences.settings.close_to_tray and self._tray.present and not _is_quitting()

    @Slot()
    def _explain(self) -> None:
        if not self._explained:
            self._explained = True
            self._tray.tell(STAYS, HOW_TO_QUIT)

    @Slot(bool)
    def _follow_icon(self, present: bool) -> None:
        if present:
            self._without_icon.stop()
        elif not self._window.isVisible():
            self._without_icon.start()

    @Slot()
    def _come_back(self) -> None:
        if not self._tray.present and not self._window.isVisible() and not _is_quitting():
            log.info("no tray icon: the window is shown")
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self._window.show()
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)


def _is_quitting() -> bool:
    app = QApplication.instance()
    return app is None or bool(app.property("quitting"))


class WindowActivator(QObject):
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
