"""Finds the window that has the focus, and its program, over a connection of its own. Any thread."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from Xlib import X
from Xlib.error import BadWindow
from Xlib.protocol.event import ClientMessage

from saywrite.desktop.insertion.base import TargetWindow
from saywrite.desktop.insertion.x11.connection import GONE, X11Connection

_BACK_S = 1.0
_LOOK_S = 0.01


class Focus:
    """Asks the server at each call; keeps no state."""

    def __init__(self, name: str | None = None) -> None:
        self._x = X11Connection(name)
        self._lock = threading.Lock()

    def current(self) -> TargetWindow | None:
        """The top-level window with the focus; None if no window has it or the server is gone."""
        with self._lock:
            return self._seen()

    def same_program(self, one: int, other: int) -> bool:
        """Whether two windows belong to one connection, or at least to one process."""
        if self._x.client(one) == self._x.client(other):
            return True
        with self._lock:
            pid = self._x.pid(one)
            return pid != 0 and pid == self._x.pid(other)

    def give(self, target: TargetWindow) -> bool:
        """Ask the window manager to activate `target`; whether it has the focus now.

        Meanwhile other threads may ask for the focus: they must not wait for a window that is slow.
        """
        with self._lock:
            window = self._window(target.window)
            active = self._x.atom("_NET_ACTIVE_WINDOW")
            if self._managed():
                message = ClientMessage(
                    window=window, client_type=active, data=(32, [2, self._x.server_time(), 0, 0, 0])
                )
                self._x.root.send_event(message, X.SubstructureRedirectMask | X.SubstructureNotifyMask)
            else:
                window.set_input_focus(X.RevertToParent, X.CurrentTime)
        deadline = time.monotonic() + _BACK_S
        while time.monotonic() < deadline:
            now = self.current()
            if now is not None and now.window == target.window:
                return True
            time.sleep(_LOOK_S)
        return False

    def close(self) -> None:
        with self._lock:
            self._x.close()

    def _seen(self) -> TargetWindow | None:
        try:
            return self._current()
        except (*GONE, BadWindow):  # some window managers still name a window that was closed
            return None

    def _current(self) -> TargetWindow | None:
        window = self._active() or self._focused()
        if window is None:
            return None
        name = window.get_wm_class()
        return TargetWindow(window.id, name[1] if name else "", own=self._x.pid(window.id) == os.getpid())

    def _active(self) -> Any:
        """The window that the window manager calls active."""
        reply = self._x.root.get_full_property(self._x.atom("_NET_ACTIVE_WINDOW"), X.AnyPropertyType)
        return self._window(reply.value[0]) if reply is not None and len(reply.value) and reply.value[0] else None

    def _focused(self) -> Any:
        """Without a window manager: the nearest ancestor with a class of the window with the input focus."""
        window = self._x.display.get_input_focus().focus
        while not isinstance(window, int) and window.id != self._x.root.id:
            if window.get_wm_class():
                return window
            window = window.query_tree().parent
        return None

    def _managed(self) -> bool:
        supported = self._x.root.get_full_property(self._x.atom("_NET_SUPPORTED"), X.AnyPropertyType)
        return supported is not None and self._x.atom("_NET_ACTIVE_WINDOW") in supported.value

    def _window(self, window: int) -> Any:
        return self._x.display.create_resource_object("window", window)
