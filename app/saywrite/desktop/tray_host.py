"""Whether there is a place for a tray icon, told whenever that changes. Linux and other X11 or Wayland systems.

Two kinds of hosts: panels that take StatusNotifier items over D-Bus, and panels that own the tray selection of the
X11 screen (XEmbed). One thread for both, asleep until one of them comes or goes: no polling. A bus or a display that
is not there has no hosts, and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from saywrite.foundation.selector_thread import SelectorThread

log = logging.getLogger(__name__)

JOIN_S = 2.0
WATCHER = "org.kde.StatusNotifierWatcher"
"""Its property says whether a host is registered with it; every panel speaks to this name, KDE's or not."""


class Hosts(Protocol):
    """One kind of hosts, on the watch's thread. Both methods raise OSError when the connection is gone."""

    def fileno(self) -> int: ...
    def look(self) -> bool: ...
    def close(self) -> None: ...


class TrayHostWatch:
    """From its making until `close()`, calls `tell` with True or False: once at first, then at every change."""

    def __init__(self, tell: Callable[[bool], None], *, x11: bool) -> None:
        """`tell` is called on the watch's thread. `x11`: our windows are X11's, so its trays can be used."""
        self._tell = tell
        self._x11 = x11
        self._thread = SelectorThread("tray hosts", self._run)

    def close(self) -> None:
        if not self._thread.close(JOIN_S):
            log.warning("the watch for tray hosts did not end in time")

    def _run(self, thread: SelectorThread) -> None:
        hosts = [each for each in (_on_bus(thread), _on_x11() if self._x11 else None) if each is not None]
        told: bool | None = None
        try:
            while not thread.closing:
                looks = [_look(each, hosts) for each in list(hosts)]  # all of them: what is not read wakes us at once
                present = any(looks)
                if present != told:
                    told = present
                    log.info("tray host: %s", "there" if present else "none")
                    self._tell(present)
                thread.wait([each.fileno() for each in hosts])
        finally:
            for each in hosts:
                each.close()


def _look(each: Hosts, hosts: list[Hosts]) -> bool:
    """Those whose connection is gone are removed from `hosts`."""
    try:
        return each.look()
    except OSError:
        log.info("%s: connection gone", type(each).__name__)
        each.close()
        hosts.remove(each)
        return False


def _on_bus(thread: SelectorThread) -> Hosts | None:
    try:
        return BusHosts(thread)
    except OSError:
        log.info("no session bus: no StatusNotifier hosts")
        return None


def _on_x11() -> Hosts | None:
    try:
        return X11Hosts()
    except OSError:
        log.info("no display, or one without XFIXES: no XEmbed trays")
        return None


class BusHosts:
    """StatusNotifier hosts on the session bus. Raises OSError where there is no bus."""

    def __init__(self, thread: SelectorThread) -> None:
        from jeepney import DBusAddress, MatchRule

        from saywrite.desktop.dbus import BUS, Bus

        self._daemon = DBusAddress("/org/freedesktop/DBus", BUS, BUS)
        self._watcher = DBusAddress("/StatusNotifierWatcher", WATCHER, "org.freedesktop.DBus.Properties")
        self._bus = Bus("SESSION", thread)
        changed = MatchRule(type="signal", sender=BUS, interface=BUS, member="NameOwnerChanged")
        changed.add_arg_condition(0, WATCHER)
        self._bus.listen(changed)
        self._bus.listen(MatchRule(type="signal", sender=WATCHER, interface=WATCHER))

    def fileno(self) -> int:
        return self._bus.fileno()

    def look(self) -> bool:
        """What has come is a reason to look anew; what comes while we look is another one."""
        while True:
            self._bus.signals()
            present = self._ask()
            if not self._bus.signals():
                return present

    def _ask(self) -> bool:
        from saywrite.desktop.dbus import NoReply

        with contextlib.suppress(NoReply):
            # First by name: a question to the watcher itself would have the bus start one.
            if self._bus.call(self._daemon, "NameHasOwner", "s", (WATCHER,)).body[0]:
                answer = self._bus.call(self._watcher, "Get", "ss", (WATCHER, "IsStatusNotifierHostRegistered"))
                return bool(answer.body[0][1])
        return False

    def close(self) -> None:
        self._bus.close()


class X11Hosts:
    """The tray of the display's first screen. Raises OSError where there is no display.

    The owner of the selection _NET_SYSTEM_TRAY_S0 is the tray (https://specifications.freedesktop.org/systemtray/);
    XFIXES tells when it changes, also when its program is killed.
    """

    def __init__(self) -> None:
        from Xlib import display, error
        from Xlib.ext import xfixes

        try:
            self._display: Any = display.Display()
        except (error.DisplayError, error.ConnectionClosedError) as problem:
            raise OSError("no display") from problem
        if not self._display.has_extension("XFIXES"):
            self._display.close()
            raise OSError("no XFIXES")
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
        return int(self._display.fileno())

    def look(self) -> bool:
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
