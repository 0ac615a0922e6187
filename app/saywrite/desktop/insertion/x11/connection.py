"""A connection to the X server with one invisible window, and a loop over its events. One thread at a time."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError
from Xlib.ext import res
from Xlib.protocol.event import PropertyNotify
from Xlib.support.connect import get_display

from saywrite.desktop.insertion.base import IN_HISTORY
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import wait_readable

log = logging.getLogger(__name__)

GONE = (ConnectionClosedError, DisplayError, OSError)
"""What python-xlib raises when there is no server, or no longer."""


_RECENT_S = 10.0
"""A server whose time differs by more than this from our clock uses another clock."""


class X11Connection:
    """Raises `InsertionUnavailable` without a server. Events go to every function in `handlers`."""

    def __init__(self, name: str | None = None) -> None:
        try:
            _check_socket(name)
            self.display = Display(name)
        except GONE as error:
            raise InsertionUnavailable(
                message("The X display cannot be reached, so text cannot be put into other programs."),
                IN_HISTORY,
            ) from error
        self.display.set_error_handler(_note)
        self.root = self.display.screen().root
        self.window = self.root.create_window(
            -10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly, event_mask=X.PropertyChangeMask
        )
        self.window.set_wm_name("Saywrite clipboard")
        self.handlers: list[Callable[[Any], None]] = []
        self._client_mask = self.display.display.info.resource_id_mask
        self._time: int = X.CurrentTime

    def fileno(self) -> int:
        return int(self.display.fileno())

    def atom(self, name: str) -> int:
        return int(self.display.intern_atom(name))

    def atom_name(self, atom: int) -> str:
        return str(self.display.get_atom_name(atom))

    def client(self, window: int) -> int:
        """The program connection a window belongs to: windows of one connection share it."""
        return int(window & ~self._client_mask)

    def pid(self, window: int) -> int:
        """The process that made the window, 0 if the server does not know it."""
        if not self.display.has_extension(res.extname):
            made = self.display.create_resource_object("window", window)
            reply = made.get_full_property(self.atom("_NET_WM_PID"), X.AnyPropertyType)
            return int(reply.value[0]) if reply is not None and len(reply.value) else 0
        spec = [{"client": window, "mask": res.LocalClientPIDMask}]
        ids = res.query_client_ids(self.display, spec).ids
        return int(ids[0].value[0]) if ids and ids[0].value else 0

    def serve(self) -> None:
        """Pass the events that have come to the handlers, without a wait for more.

        Any request may have brought events into python-xlib's own queue, where `select()` does not see them; this
        empties the queue.
        """
        while True:
            self.display.flush()
            if not self.display.pending_events():
                return
            self._dispatch(self.display.next_event())

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Pass events to the handlers until `done()`, for `limit_s` seconds at most; whether it is done."""
        deadline = time.monotonic() + limit_s
        while True:
            self.serve()
            if done():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            wait_readable([self.fileno()], left)

    def server_time(self) -> int:
        """The server's time now in milliseconds, which a client must know to own a selection."""
        self._time = X.CurrentTime
        self.handlers.append(self._take_time)
        try:
            self.window.change_property(self.atom("SAYWRITE_TIME"), self.atom("INTEGER"), 32, [])
            self.wait(lambda: self._time != X.CurrentTime, 2.0)
        finally:
            self.handlers.remove(self._take_time)
        return int(self._time)

    @staticmethod
    def monotonic(server_time: int, now: float) -> float:
        """A time of the server (ms) in monotonic seconds; about `now` if the server has another clock.

        Whole milliseconds: two events of the same millisecond get the same time, whenever they are converted.
        """
        now_ms = int(now * 1000)
        ago_ms = (now_ms - server_time) & 0xFFFF_FFFF
        return (now_ms - ago_ms) / 1000 if ago_ms < _RECENT_S * 1000 else now

    def close(self) -> None:
        try:
            self.display.close()
        except GONE:
            log.debug("the X server went first")
        finally:
            self.display.display.socket.close()  # python-xlib leaves it open when the server has ended first

    def _take_time(self, event: Any) -> None:
        if isinstance(event, PropertyNotify) and event.window.id == self.window.id:
            self._time = event.time

    def _dispatch(self, event: Any) -> None:
        for handler in tuple(self.handlers):
            handler(event)


def _check_socket(name: str | None) -> None:
    """Raise OSError when no server listens on a local display. python-xlib would leave its sockets open."""
    _, protocol, host, number, _ = get_display(name)
    if host not in ("", "unix") or protocol == "tcp":
        return
    with socket.socket(socket.AF_UNIX) as sock:
        try:
            sock.connect(f"/tmp/.X11-unix/X{number}")
        except OSError:
            sock.connect(f"\0/tmp/.X11-unix/X{number}")


def _note(error: Any, request: Any) -> None:
    """Ignore the error about a window that was closed between two requests; python-xlib would print it."""
    log.debug("X error %s", type(error).__name__)
