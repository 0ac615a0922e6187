"""Decides whether the window is shown, hidden in the tray, or closed with the program. GUI thread.

The window is hidden only while there is a tray icon that can show it again. When the icon disappears, the window is
shown after the time in which a panel restarts.
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

from saywrite.foundation.messages import message
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.layouts.dialogs import bring_to_front, is_quitting
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.tray.icon import Tray

log = logging.getLogger(__name__)

PANEL_STARTS_MS = 10_000
"""How long the icon may be missing before the window is shown: a panel may be starting."""
STILL_RUNNING = message("Saywrite stays here")
HOW_TO_QUIT = message(
    "The window is closed, the program runs on. To quit, use this icon's menu; the settings can change it."
)


class WindowLifecycle(QObject):
    """Shows and hides the window, and quits."""

    show_requested = Signal()
    """The window should be brought to the front."""

    def __init__(self, window: MainWindow, tray: Tray, preferences: Preferences, platform: str = sys.platform) -> None:
        super().__init__(window)
        self._window = window
        self._tray = tray
        self._preferences = preferences
        self._platform = platform
        self._explained = False
        self._without_icon = QTimer(self, singleShot=True, interval=PANEL_STARTS_MS)
        self._without_icon.timeout.connect(self._show_without_icon)
        QApplication.setQuitOnLastWindowClosed(False)
        app = QApplication.instance()
        if app is not None:
            # Qt 6.12 does not send a close event to a hidden window (seen).
            app.aboutToQuit.connect(window.closing)
        window.hides_on_close = self._hides_on_close
        window.hidden.connect(self._explain)
        window.closed.connect(self.quit)
        tray.present_changed.connect(self._watch_icon)
        tray.clicked.connect(self.toggle)
        tray.message_clicked.connect(self.show_requested)
        tray.menu.show_requested.connect(self.show_requested)
        tray.menu.quit_requested.connect(self.quit)

    def begin(self) -> None:
        """Show the window at the start, or wait for the icon if the settings ask for a hidden start."""
        if self._preferences.settings.start_hidden:
            log.info("started without a window")
            self._window.load_now()
            if not self._tray.present:
                self._without_icon.start()
        else:
            self._window.show()

    @Slot()
    def toggle(self) -> None:
        """Hide the window if the user looks at it, else show it; called for a click on the icon."""
        window = self._window
        # On Windows the click itself takes the focus from the window.
        is_in_front = window.isActiveWindow() or self._platform == "win32"
        if window.isVisible() and not window.isMinimized() and is_in_front and self._tray.present:
            window.hide()
        else:
            self.show_requested.emit()

    @Slot()
    def quit(self) -> None:
        """Quit the program."""
        if not is_quitting():
            log.info("quitting")
            QApplication.quit()

    def state(self) -> dict[str, Any]:
        """What `restore()` gets at the next start."""
        return {"tray_explained": self._explained}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over the state of the last run."""
        self._explained = state.get("tray_explained") is True

    def _hides_on_close(self) -> bool:
        """Whether closing the window leaves the program in the tray."""
        return self._preferences.settings.close_to_tray and self._tray.present and not is_quitting()

    @Slot()
    def _explain(self) -> None:
        if not self._explained:
            self._explained = True
            self._tray.show_message(STILL_RUNNING, HOW_TO_QUIT)

    @Slot(bool)
    def _watch_icon(self, present: bool) -> None:
        if present:
            self._without_icon.stop()
        elif not self._window.isVisible():
            self._without_icon.start()

    @Slot()
    def _show_without_icon(self) -> None:
        if not self._tray.present and not self._window.isVisible() and not is_quitting():
            log.info("no tray icon: the window is shown")
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self._window.show()
            self._window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, False)


class WindowActivator(QObject):
    """Brings the window to the front, or quits, for requests from other threads and programs."""

    show_requested = Signal(str)
    """Emitted on any thread, with the activation token of the caller, "" without one."""
    quit_requested = Signal()
    """Emitted on any thread."""

    def __init__(self, window: QWidget, activate_x11: Callable[[int], None]) -> None:
        """`activate_x11` asks the window manager to raise the window with this X11 id; it may block."""
        super().__init__(window)
        self._window = window
        self._activate_x11 = activate_x11
        self.show_requested.connect(self.show_window, Qt.ConnectionType.QueuedConnection)
        self.quit_requested.connect(self._quit, Qt.ConnectionType.QueuedConnection)

    @Slot(str)
    def show_window(self, activation: str = "") -> None:
        """Bring the window to the front, even if it is minimized or hidden."""
        if activation:
            os.environ["XDG_ACTIVATION_TOKEN"] = activation  # Qt reads and removes it
        bring_to_front(self._window)
        if QGuiApplication.platformName() == "xcb":
            number = int(self._window.winId())
            run_task(lambda: self._activate_x11(number), failed=self._not_raised, owner=self)
        log.info("shown on request")

    @Slot()
    def _quit(self) -> None:
        log.info("quitting on request")
        QGuiApplication.quit()

    def _not_raised(self, error: BaseException) -> None:
        log.info("the window manager was not asked: %s", type(error).__name__)
