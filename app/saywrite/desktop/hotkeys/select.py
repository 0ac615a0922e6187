"""Chooses the hotkey backend for this desktop.

The modules of the other systems are imported only where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.hotkeys.base import Clock, Hotkeys, Post
from saywrite.desktop.hotkeys.macos import MacHotkeys, OnMain


class HotkeyBackend(StrEnum):
    """How hotkeys reach us. `COMMAND_LINE`: the desktop starts our command line (`manual_binding.py`)."""

    WINDOWS = "windows"
    MACOS = "macos"
    PORTAL = "portal"
    X11 = "x11"
    COMMAND_LINE = "command line"


def choose(platform: str, environ: Mapping[str, str]) -> HotkeyBackend:
    """Choose the backend for this system. `platform` as in `sys.platform`."""
    if platform == "win32":
        return HotkeyBackend.WINDOWS
    if platform == "darwin":
        return HotkeyBackend.MACOS
    if environ.get("XDG_SESSION_TYPE") == "wayland" or environ.get("WAYLAND_DISPLAY"):
        # Only the desktop hears keys, and only its portal passes them on: the display for X11 programs would hear a
        # key only while one of them has the focus.
        return HotkeyBackend.PORTAL if environ.get("DBUS_SESSION_BUS_ADDRESS") else HotkeyBackend.COMMAND_LINE
    return HotkeyBackend.X11 if environ.get("DISPLAY") else HotkeyBackend.COMMAND_LINE


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
