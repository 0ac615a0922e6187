"""Reports whether a desktop has a place for a tray icon. Linux and other X11 or Wayland systems.

Two kinds of hosts: panels that take StatusNotifier items over D-Bus, and panels that own the tray selection of the
X11 screen (XEmbed). Both announce themselves, so the desktop thread does not poll.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from saywrite.desktop.desktop_thread import DesktopThread

if TYPE_CHECKING:
    from jeepney import Message

    from saywrite.desktop.dbus import CallFailed

log = logging.getLogger(__name__)

WATCHER = "org.kde.StatusNotifierWatcher"
"""Every panel registers with the service of this name; its property says whether one has."""


class TrayHostWatch:
    """Reports from its making until `close()` whether there is a tray: at first, and after every change."""

    def __init__(self, report: Callable[[bool], None], thread: DesktopThread, *, x11: bool) -> None:
        """`report` is called on `thread`. `x11`: our windows belong to X11, so its trays can be used."""
        self._report = report
        self._thread = thread
        self._x11 = x11
        # From here on used on the thread only.
        self._bus: BusHosts | None = None
        self._display: X11Hosts | None = None
        self._on_bus: bool | None = None
        self._on_display: bool | None = None
        self._reported: bool | None = None
        thread.submit(self._open)

    def close(self) -> None:
        self._thread.run(self._close)

    def _open(self) -> None:
        try:
            self._bus = BusHosts(self._thread, self._bus_changed)
        except OSError:
            log.info("no session bus: no StatusNotifier hosts")
            self._on_bus = False
        try:
            self._display = X11Hosts() if self._x11 else None
        except OSError:
            log.info("no display, or one without XFIXES: no XEmbed trays")
        if self._display is None:
            self._on_display = False
            self._compare()
        else:
            self._thread.watch(self._display.fileno(), self._look_at_display)
            self._look_at_display()

    def _bus_changed(self, present: bool) -> None:
        self._on_bus = present
        self._compare()

    def _look_at_display(self) -> None:
        if self._display is None:
            return
        try:
            self._on_display = self._display.look()
        except OSError:
            log.info("the display of the tray is gone")
            self._close_display()
            self._on_display = False
        self._compare()

    def _compare(self) -> None:
        if self._on_bus is None or self._on_display is None:
            return  # the first report waits for both
        present = self._on_bus or self._on_display
        if present != self._reported:
            self._reported = present
            log.info("tray host: %s", "there" if present else "none")
            self._report(present)

    def _close(self) -> None:
        if self._bus is not None:
            self._bus.close()
        self._close_display()

    def _close_display(self) -> None:
        display, self._display = self._display, None
        if display is not None:
            self._thread.unwatch(display.fileno())
            display.close()


class BusHosts:
    """StatusNotifier hosts on the session bus. On the desktop thread."""

    def __init__(self, thread: DesktopThread, report: Callable[[bool], None]) -> None:
        """Report whether there is one, now and whenever it may have changed. Raises OSError where there is no bus."""
        from jeepney import DBusAddress, MatchRule

        from saywrite.desktop.dbus import BUS, BusClient

        self._report = report
        self._question = 0
        self._daemon = DBusAddress("/org/freedesktop/DBus", BUS, BUS)
        self._watcher = DBusAddress("/StatusNotifierWatcher", WATCHER, "org.freedesktop.DBus.Properties")
        self._bus = BusClient("SESSION", thread, lambda _signal: self._ask())
        self._bus.lost = lambda: report(False)
        changed = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        changed.add_arg_condition(0, WATCHER)
        self._bus.listen(changed)
        self._bus.listen(MatchRule(type="signal", sender=WATCHER, interface=WATCHER))
        self._ask()

    def close(self) -> None:
        self._bus.close()

    def _ask(self) -> None:
        """Ask anew; the answers to earlier questions are dropped, because they may be out of date."""
        self._question += 1
        question = self._question

        def registered(reply: Message | CallFailed) -> None:
            if question == self._question:
                self._report(not isinstance(reply, Exception) and bool(reply.body[0][1]))

        def owned(reply: Message | CallFailed) -> None:
            if question != self._question:
                return
            if isinstance(reply, Exception) or not reply.body[0]:
                self._report(False)
                return
            body = (WATCHER, "IsStatusNotifierHostRegistered")
            self._bus.call(self._watcher, "Get", "ss", body, registered)

        # First by name: a question to the watcher itself would make the bus start one.
        self._bus.call(self._daemon, "NameHasOwner", "s", (WATCHER,), owned)


class X11Hosts:
    """The tray of the display's first screen.

    The owner of the selection _NET_SYSTEM_TRAY_S0 is the tray (https://specifications.freedesktop.org/systemtray/);
    XFIXES reports a change of the owner, also when its program is killed.
    """

    def __init__(self) -> None:
        """Connect to the display. Raises OSError where there is none."""
        from Xlib import display, error
        from Xlib.ext import xfixes

        try:
            self._display: Any = display.Display()
        except (error.DisplayError, error.ConnectionClosedError) as problem:
            raise OSError("no display") from problem
        if not self._display.has_extension("XFIXES"):
            self._display.close()
            raise OSError("no XFIXES")
        self._descriptor = int(self._display.fileno())  # a lost connection has none any more
        self._gone = error.ConnectionClosedError
        self._selection = self._display.intern_atom(f"_NET_SYSTEM_TRAY_S{self._display.get_default_screen()}")
        self._display.xfixes_query_version()
        mask = (
            xfixes.XFixesSetSelectionOwnerNotifyMask
            | xfixes.XFixesSelectionWindowDestroyNotifyMask
            | xfixes.XFixesSelectionClientCloseNotifyMask
        )
        self._display.xfixes_select_selection_input(self._display.screen().root, self._selection, mask)

    def fileno(self) -> int:
        return self._descriptor

    def look(self) -> bool:
        """Whether there is a tray now, after all events that have come. Raises OSError when the display is gone."""
        try:
            while True:
                while self._display.pending_events():
                    self._display.next_event()
                owner = self._display.get_selection_owner(self._selection)
                if not self._display.pending_events():
                    return bool(owner)
        except self._gone as problem:
            raise OSError("the display is gone") from problem

    def close(self) -> None:
        with contextlib.suppress(self._gone, OSError):
            self._display.close()
