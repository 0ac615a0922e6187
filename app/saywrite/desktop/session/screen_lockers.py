"""Screen lockers that send no signal (i3lock, slock, xsecurelock, swaylock): looked for while the microphone is open.

Under X11 a locker takes every key and lies on top of everything, over the whole screen, without a window manager.
Menus and dialogs do only one of the two. Wayland shows nothing of a locker, so there its process is looked for. One
thread at a time.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)

LOOK_S = 0.4
"""Between two looks; a locker seen at two of them in a row is one."""

_WAYLAND_LOCKERS = frozenset(("swaylock", "waylock", "hyprlock", "gtklock", "wlock", "schlock", "ironlock"))
_PROCESSES = Path("/proc")


class Lockers(Protocol):
    """One desktop's lockers."""

    def is_locked(self) -> bool:
        """Whether one is there now; False too when that cannot be told."""

    def close(self) -> None: ...


def open_lockers(environ: Mapping[str, str]) -> Lockers | None:
    """None where there is nothing to look at."""
    if environ.get("XDG_SESSION_TYPE") == "wayland" or environ.get("WAYLAND_DISPLAY"):
        return WaylandLockers()
    if not environ.get("DISPLAY"):
        return None
    from Xlib.error import DisplayError

    try:
        return X11Lockers(environ["DISPLAY"])
    except (DisplayError, OSError):
        return None


class X11Lockers:
    """A connection of its own. Raises DisplayError or OSError without a display."""

    def __init__(self, name: str | None = None) -> None:
        from Xlib import X
        from Xlib.display import Display

        self._display: Any = Display(name)
        self._display.set_error_handler(lambda _error, _request: None)
        self._root = self._display.screen().root
        # Never shown: the server refuses to grab the keyboard for it, but says first whether somebody else has it.
        self._probe = self._root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly)
        self._client_mask = self._display.display.info.resource_id_mask

    def is_locked(self) -> bool:
        from Xlib.error import ConnectionClosedError, XError

        try:
            return self._keyboard_is_taken() and self._is_covered()
        except (ConnectionClosedError, XError, OSError):
            return False

    def close(self) -> None:
        from Xlib.error import ConnectionClosedError

        with contextlib.suppress(ConnectionClosedError, OSError):  # the server went first
            self._display.close()

    def _keyboard_is_taken(self) -> bool:
        from Xlib import X

        status = self._probe.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        if status == X.GrabSuccess:
            self._display.ungrab_keyboard(X.CurrentTime)
        return bool(status == X.AlreadyGrabbed)

    def _is_covered(self) -> bool:
        """Whether the topmost window covers the screen and is managed by nobody."""
        from Xlib import X
        from Xlib.error import BadDrawable, BadWindow

        screen = self._root.get_geometry()
        for window in reversed(self._root.query_tree().children):
            if not window.id & ~self._client_mask:
                continue  # the server's own: what a compositor draws on
            try:
                about, place = window.get_attributes(), window.get_geometry()
            except (BadWindow, BadDrawable):
                continue  # closed meanwhile
            if about.map_state != X.IsViewable:
                continue
            covers = place.x <= 0 and place.y <= 0
            covers = covers and place.x + place.width >= screen.width and place.y + place.height >= screen.height
            return bool(about.override_redirect and covers)
        return False


class WaylandLockers:
    """The user's own processes by name."""

    def is_locked(self) -> bool:
        for process in _PROCESSES.iterdir():
            if not process.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                name = (process / "comm").read_text().strip().removeprefix(".").removesuffix("-wrapped")
                if name in _WAYLAND_LOCKERS and process.stat().st_uid == os.getuid():
                    return True
        return False

    def close(self) -> None:
        """Nothing is held."""
