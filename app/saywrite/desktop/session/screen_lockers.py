"""Finds screen lockers that send no signal, such as i3lock, slock, xsecurelock and swaylock.

Under X11 a locker grabs the keyboard, and its window lies on top of everything, over the whole screen, without a
window manager. Menus and dialogs do only one of the two. Wayland does not show the locker's window, so there its
process is looked for. Runs on the desktop thread while the microphone is open.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

LOOK_S = 0.4
"""Seconds between two looks; a locker must be seen by two looks in a row."""

_WAYLAND_LOCKERS = frozenset(("swaylock", "waylock", "hyprlock", "gtklock", "wlock", "schlock", "ironlock"))
_PROCESSES = Path("/proc")


class Lockers(Protocol):
    """The lockers of one kind of desktop."""

    def is_locked(self) -> bool:
        """Whether a locker is there now; False where that cannot be found out."""

    def close(self) -> None: ...


def open_lockers(environ: Mapping[str, str]) -> Lockers | None:
    """The lockers of this desktop; None where there is no display."""
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
    """Looks at the windows of an X11 display, over a connection of its own."""

    def __init__(self, name: str | None = None) -> None:
        """`name`: the display. Raises DisplayError or OSError without one."""
        from Xlib import X
        from Xlib.display import Display

        self._display: Any = Display(name)
        self._display.set_error_handler(lambda _error, _request: None)
        self._root = self._display.screen().root
        # Never shown: the server refuses it the keyboard, but first reports whether another program has grabbed it.
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
        """Whether the topmost window covers the screen and no window manager manages it."""
        from Xlib import X
        from Xlib.error import BadDrawable, BadWindow

        screen = self._root.get_geometry()
        for window in reversed(self._root.query_tree().children):
            if not window.id & ~self._client_mask:
                continue  # a window of the server itself, on which a compositor draws
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
    """Looks for a locker among the processes of the user, by name."""

    def is_locked(self) -> bool:
        """Whether one of the user's processes has the name of a locker."""
        for process in _PROCESSES.iterdir():
            if not process.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                name = (
                    (process / "comm").read_text("utf-8", "replace").strip().removeprefix(".").removesuffix("-wrapped")
                )
                if name in _WAYLAND_LOCKERS and process.stat().st_uid == os.getuid():
                    return True
        return False

    def close(self) -> None:
        """Does nothing: there is no connection."""
