"""Chooses the hotkey backend for this desktop, by the first rule in a table that holds.

The modules of the other systems are imported only where they are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import Clock, Hotkeys, Post
from saywrite.desktop.hotkeys.macos import MacHotkeys, OnMain
from saywrite.foundation.messages import message


class HotkeyBackend(StrEnum):
    """How hotkeys reach us. `COMMAND_LINE`: the desktop starts our command line (`manual_binding.py`)."""

    WINDOWS = "windows"
    MACOS = "macos"
    PORTAL = "portal"
    X11 = "x11"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class BackendChoice:
    """The choice, and its reason in words for diagnostics."""

    way: HotkeyBackend
    reason: str


@dataclass(frozen=True, slots=True)
class _Rule:
    holds: Callable[[str, Mapping[str, str]], bool]
    way: HotkeyBackend
    reason: str


def _wayland(platform: str, environ: Mapping[str, str]) -> bool:
    return environ.get("XDG_SESSION_TYPE") == "wayland" or bool(environ.get("WAYLAND_DISPLAY"))


_RULES = (
    _Rule(lambda p, e: p == "win32", HotkeyBackend.WINDOWS, message("Windows tells a program of its hot keys.")),
    _Rule(
        lambda p, e: p == "darwin",
        HotkeyBackend.MACOS,
        message("macOS tells a program of its hot keys, without a permission."),
    ),
    _Rule(
        lambda p, e: _wayland(p, e) and bool(e.get("DBUS_SESSION_BUS_ADDRESS")),
        HotkeyBackend.PORTAL,
        message(
            "On Wayland only the desktop hears keys; its portal passes on those the user allows. "
            "The display for X11 programs would hear a key only while one of them has the focus."
        ),
    ),
    _Rule(
        _wayland,
        HotkeyBackend.COMMAND_LINE,
        message("On Wayland only the desktop hears keys, and there is no bus to ask it."),
    ),
    _Rule(lambda p, e: bool(e.get("DISPLAY")), HotkeyBackend.X11, message("X11 gives a key to one program.")),
)
_OTHERWISE = BackendChoice(HotkeyBackend.COMMAND_LINE, message("There is no display."))


def choose(platform: str, environ: Mapping[str, str]) -> BackendChoice:
    """Choose the backend for this system. `platform` as in `sys.platform`."""
    for rule in _RULES:
        if rule.holds(platform, environ):
            return BackendChoice(rule.way, rule.reason)
    return _OTHERWISE


def open_hotkeys(
    way: HotkeyBackend, post: Post, clock: Clock, app_id: str, thread: DesktopThread, on_main: OnMain
) -> Hotkeys | None:
    """Open the chosen backend; None for the command line, which needs none. Any thread.

    `app_id`: the name of our .desktop file, for the portal. `thread` reads X11 and the portal. `on_main`: for the Mac
    (see `macos.py`).
    """
    match way:
        case HotkeyBackend.X11:
            from saywrite.desktop.hotkeys.x11 import X11Hotkeys

            return X11Hotkeys(post, clock, thread)
        case HotkeyBackend.PORTAL:
            from saywrite.desktop.hotkeys.portal import PortalHotkeys

            return PortalHotkeys(post, clock, app_id, thread)
        case HotkeyBackend.WINDOWS:
            from saywrite.desktop.hotkeys.windows import User32, WindowsHotkeys

            return WindowsHotkeys(post, clock, User32)
        case HotkeyBackend.MACOS:
            from saywrite.desktop.hotkeys.macos import Carbon

            return MacHotkeys(post, clock, Carbon, on_main)
        case HotkeyBackend.COMMAND_LINE:
            return None
