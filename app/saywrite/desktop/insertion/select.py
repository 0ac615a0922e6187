"""Chooses the insertion backends for this desktop.

The modules of the other systems are imported only where they are used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from saywrite.desktop.insertion.base import IN_HISTORY, InsertionBackend
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message


@dataclass(frozen=True, slots=True)
class PortalToken:
    """The portal's token from the last run, and where to keep the next one."""

    value: str = ""
    keep: Callable[[str], None] = lambda _token: None


def choose(platform: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The backends to try, in order. `platform` as in `sys.platform`."""
    if platform == "win32":
        return ("windows",)
    if platform == "darwin":
        return ("macos",)
    if environ.get("XDG_SESSION_TYPE") == "wayland" or environ.get("WAYLAND_DISPLAY"):
        # Sway and Hyprland let every program use the clipboard and a keyboard, GNOME and KDE when the user allows it.
        return ("wlroots", "portal") if environ.get("DBUS_SESSION_BUS_ADDRESS") else ("wlroots",)
    return ("x11",) if environ.get("DISPLAY") else ()


def open_backend(
    token: PortalToken, own: str, platform: str = sys.platform, environ: Mapping[str, str] = os.environ
) -> InsertionBackend:
    """Open the first backend that works here. Insertion thread. Raises `InsertionUnavailable`.

    `own`: our app id, by which Wayland compositors know our windows.
    """
    problem = InsertionUnavailable(
        message("There is no display, so text cannot be put into other programs."),
        IN_HISTORY,
    )
    for name in choose(platform, environ):
        try:
            return _open(name, token, own)
        except InsertionUnavailable as error:
            problem = error
    raise problem


def _open(name: str, token: PortalToken, own: str) -> InsertionBackend:
    match name:
        case "x11":
            from saywrite.desktop.insertion.x11.backend import X11

            return X11()
        case "wlroots":
            from saywrite.desktop.insertion.wayland.backend import Wlroots

            return Wlroots(own=own)
        case "portal":
            from saywrite.desktop.insertion.portal import Portal

            return Portal(token.value, token.keep)
        case "windows":
            from saywrite.desktop.insertion.windows.backend import WindowsBackend
            from saywrite.desktop.insertion.windows.winapi import WindowsApi

            return WindowsBackend(WindowsApi())
        case _:
            from saywrite.desktop.insertion.macos.appkit import AppKit
            from saywrite.desktop.insertion.macos.backend import MacBackend

            return MacBackend(AppKit())
