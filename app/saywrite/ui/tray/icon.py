"""The icon in the system tray: its state, its messages and its clicks. GUI thread.

Qt chooses the kind of tray when the icon is created. An icon that is created on X11 before there is a panel is for
XEmbed trays only (seen with Qt 6.12 and xfce4-panel, which supports both), so a panel for StatusNotifier items never
shows it. The icon is therefore created when there is a tray host. Qt restores it when the host restarts (seen with
tint2 and xfce4-panel, and under Sway with a late watcher). There are no timers.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from saywrite.foundation.events import (
    DevicesChanged,
    Failed,
    Finished,
    FrontEndEvent,
    HandsFreeChanged,
    HandsFreeState,
    PrerollActive,
    Started,
    State,
    StateChanged,
)
from saywrite.ui.toolkit.labels import escaped, plain_tooltip
from saywrite.ui.toolkit.translation import set_text, tr, translated
from saywrite.ui.tray.menu import RecentText, TrayMenu
from saywrite.ui.tray.state_icons import STATE_WORDS, TrayState, state_icon, tray_state_of

log = logging.getLogger(__name__)

Reason = QSystemTrayIcon.ActivationReason


class Tray(QObject):
    """Shows the state of the dictation as an icon with a menu, while there is a tray host."""

    host_changed = Signal(bool)
    """Emitted by the watcher of tray hosts, on any thread: whether there is one."""
    present_changed = Signal(bool)
    """Whether the user can see the icon."""
    clicked = Signal()
    """The user clicked the icon, to show or hide the window."""
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
        self._open_device = ""
        self._hands_free = HandsFreeChanged(HandsFreeState.OFF)
        self._languages: dict[str, str] = {}
        self.shown_state = TrayState.IDLE
        self.host_changed.connect(self._set_host, Qt.ConnectionType.QueuedConnection)

    @property
    def present(self) -> bool:
        """Whether there is an icon that the user can see."""
        return self._present

    @property
    def supports_x11(self) -> bool:
        """Whether the icon can be shown in an X11 tray."""
        return QGuiApplication.platformName() == "xcb"

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the state, problems and finished texts; events of other kinds are ignored."""
        match event:
            case StateChanged(state=state):
                self._state = state
                if state is State.STARTING:
                    self._problem = ""
                self._show()
            case Failed(fatal=True, what=what, remedy=remedy):
                self._problem = what
                self._show()
                self.show_message(what, remedy, QSystemTrayIcon.MessageIcon.Warning)
            case PrerollActive(device=device):
                self._open_device = device
                self._show()
            case HandsFreeChanged():
                self._hands_free = event
                self._show()
            case Started():
                self._languages[event.dictation] = event.language
            case Finished(dictation=dictation, text=text):
                language = self._languages.pop(dictation, "")
                if not event.cancelled:
                    self.menu.add_text(RecentText(dictation, text, language))
            case DevicesChanged():
                self.menu.show_devices(event)

    def forget_problem(self) -> None:
        """Show no problem any more: the user has seen it in the window."""
        self._problem = ""
        self._show()

    def show_message(
        self, what: str, remedy: str, kind: QSystemTrayIcon.MessageIcon = QSystemTrayIcon.MessageIcon.Information
    ) -> None:
        """Show a message beside the icon, unless the window is active: another one may be in front of it."""
        seen = self._window.isActiveWindow() and not self._window.isMinimized()
        if self._icon is not None and self._present and not seen:
            body = _body(translated(remedy), self._icon.geometry().isValid())
            self._icon.showMessage(translated(what), body, kind)

    def hide(self) -> None:
        """Remove the icon at quit."""
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
        """Report a left click; on macOS Qt opens the menu instead."""
        if reason is Reason.Trigger and self._platform != "darwin":
            self.clicked.emit()

    def _show(self) -> None:
        waits = self._hands_free.state is HandsFreeState.WAITING
        self.shown_state = tray_state_of(self._state, problem=bool(self._problem), waits=waits)
        if self._icon is not None:
            self._icon.setIcon(state_icon(self.shown_state))
            preroll = (
                tr(" ({open_device} is open all the time)", open_device=self._open_device) if self._open_device else ""
            )
            if self.shown_state is TrayState.WAITING:
                tip = tr("Saywrite: say “{phrase}”. The microphone is open.", phrase=self._hands_free.phrase)
                set_text(self._icon.setToolTip, tip)
                return
            words = (self.shown_state is TrayState.PROBLEM and self._problem) or STATE_WORDS[self.shown_state]
            set_text(
                self._icon.setToolTip, plain_tooltip(tr("Saywrite: {words}{preroll}", words=words, preroll=preroll))
            )


def _body(text: str, has_place: bool) -> str:
    """`text` for the body of a message, in which names of devices and files are not read as markup.

    On Linux Qt passes the body unchanged to the notification service, which may read it as markup (Desktop
    Notifications Specification, "Markup"). An X11 tray icon shows plain text in a window of Qt instead; only such an
    icon has a position on the screen (`has_place`).
    """
    plain = has_place or sys.platform in ("win32", "darwin")
    return text if plain else escaped(text)
