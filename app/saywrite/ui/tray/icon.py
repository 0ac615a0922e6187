"""The icon in the tray: what it shows, when it is there, and what a click on it does. GUI thread.

Qt decides which kind of tray an icon is for when it is made: on X11, made before there is a panel, it is for XEmbed
trays for good (seen with Qt 6.12 and xfce4-panel, which takes both), and a panel that takes StatusNotifier items only
never shows it. So the icon is made when a host is known to be there. From then on Qt puts it back by itself when the
host is started again (seen with tint2 and xfce4-panel, and under Sway with a watcher that came late). No timers.
"""

from __future__ import annotations

import html
import logging
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from saywrite.foundation.events import Failed, Finished, FrontEndEvent, PrerollActive, State, StateChanged
from saywrite.ui.toolkit.labels import plain_tooltip
from saywrite.ui.tray.menu import RecentText, TrayMenu
from saywrite.ui.tray.state_icons import TrayState, face_icon, face_of

log = logging.getLogger(__name__)

Reason = QSystemTrayIcon.ActivationReason


class Tray(QObject):
    host_changed = Signal(bool)
    """Emit it, on any thread, when a tray host comes or goes; True: there is one."""
    present_changed = Signal(bool)
    """Whether the icon can be seen has changed."""
    clicked = Signal()
    """The user wants the window, or wants it away."""
    message_clicked = Signal()

    def __init__(
        self,
        menu: TrayMenu,
        window: QWidget,
        make: Callable[[QObject], QSystemTrayIcon] = QSystemTrayIcon,
        platform: str = sys.platform,
    ) -> None:
        super().__init__(window)
        self._window = window
        self.menu = menu
        self._make = make
        self._platform = platform
        self._icon: QSystemTrayIcon | None = None
        self._present = False
        self._state = State.IDLE
        self._problem = ""
        self._ahead = ""
        self.face = TrayState.IDLE
        self.host_changed.connect(self._set_host, Qt.ConnectionType.QueuedConnection)

    @property
    def present(self) -> bool:
        """Is there an icon that the user can see?"""
        return self._present

    @property
    def takes_x11(self) -> bool:
        """Can our icon be in a tray of the X11 kind?"""
        return QGuiApplication.platformName() == "xcb"

    def receive(self, event: FrontEndEvent) -> None:
        match event:
            case StateChanged(state=state):
                self._state = state
                if state is State.STARTING:
                    self._problem = ""
                self._show()
            case Failed(fatal=True, what=what, remedy=remedy):
                self._problem = what
                self._show()
                self.tell(what, remedy, QSystemTrayIcon.MessageIcon.Warning)
            case PrerollActive(device=device):
                self._ahead = device
                self._show()
            case Finished(dictation=dictation, text=text, cancelled=False):
                self.menu.add_text(RecentText(dictation, text))

    def forget_problem(self) -> None:
        """The user has seen it in the window."""
        self._problem = ""
        self._show()

    def tell(
        self, what: str, remedy: str, kind: QSystemTrayIcon.MessageIcon = QSystemTrayIcon.MessageIcon.Information
    ) -> None:
        """A message beside the icon, where the window cannot be seen."""
        if self._icon is not None and self._present and not self._window.isVisible():
            self._icon.showMessage(what, _body(remedy, self._icon.geometry().isValid()), kind)

    def hide(self) -> None:
        """At quit: no icon stays behind."""
        if self._icon is not None:
            self._icon.hide()

    @Slot(bool)
    def _set_host(self, there: bool) -> None:
        if there and self._icon is None:
            self._icon = self._make(self)
            self._icon.setContextMenu(self.menu)
            self._icon.activated.connect(self._activated)
            self._icon.messageClicked.connect(self.message_clicked)
            self._show()
            self._icon.show()
            log.info("tray icon shown")
        if there != self._present:
            self._present = there
            self.present_changed.emit(there)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        """A left click toggles the window; on macOS it opens the menu, which Qt does itself."""
        if reason is Reason.Trigger and self._platform != "darwin":
            self.clicked.emit()

    def _show(self) -> None:
        self.face = face_of(self._state, problem=bool(self._problem))
        if self._icon is not None:
            self._icon.setIcon(face_icon(self.face))
            ahead = f" ({self._ahead} is open all the time)" if self._ahead else ""
            told = (self.face is TrayState.PROBLEM and self._problem) or self.face
            self._icon.setToolTip(plain_tooltip(f"Saywrite: {told}{ahead}"))


def _body(text: str, has_place: bool) -> str:
    """`text` for the body of a message. The names of devices and files in it must not be read as markup.

    On Linux Qt passes the body unchanged to the notification service, which may read it as markup (Desktop
    Notifications Specification, "Markup"). A tray icon of the X11 kind shows plain text in a window of Qt instead; only
    such an icon has a place on the screen.
    """
    plain = has_place or sys.platform in ("win32", "darwin")
    return text if plain else html.escape(text, quote=False)
