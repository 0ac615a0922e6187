"""Reports changes of the computer's network, and whether its bytes cost money.

A change is an address, a route or a link that came or went. Linux: rtnetlink (man 7 rtnetlink), macOS: a routing socket
(man 4 route), both on the desktop thread. Windows: NotifyAddrChange, which blocks a thread. On other systems, and where
the system refuses, nothing is reported; what waits for the network then retries by its own clock.

Linux knows from NetworkManager's `Metered` property (1 yes, 3 guessed yes; NMMetered in its D-Bus reference) whether a
connection is metered. On other systems, and without an answer, it counts as free.
"""

from __future__ import annotations

import errno
import logging
import socket
import sys
import threading
from collections.abc import Callable

from saywrite.desktop.desktop_thread import DesktopThread, Timer

log = logging.getLogger(__name__)

_RTMGRP = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""RTMGRP_LINK, and of IPv4 and IPv6 each RTMGRP_…_IFADDR and _ROUTE (linux/rtnetlink.h)."""

_AF_ROUTE = 17  # macOS, sys/socket.h; Python does not name it

SETTLE_S = 0.1
"""Seconds after the first message during which further ones belong to it: a link that comes up sends several."""


class NetworkChanges:
    """Calls `changed` once for each change. From `start()` to the end of the program."""

    def __init__(self, changed: Callable[[], None], thread: DesktopThread) -> None:
        """`changed` is called on `thread` and must not block."""
        self._changed = changed
        self._thread = thread
        self._started = False
        self._socket: socket.socket | None = None
        self._report: Timer | None = None

    def start(self) -> None:
        """Begin to watch; further calls have no effect."""
        if not self._started:
            self._started = True
            self._thread.submit(self._open)

    def _open(self) -> None:
        try:
            if sys.platform == "win32":
                threading.Thread(target=self._wait_on_windows, name="network changes", daemon=True).start()
                return
            self._socket = _open_socket()
        except OSError as error:
            log.info("the network is not watched: %s", error)
            return
        self._thread.watch(self._socket.fileno(), self._read)

    def _read(self) -> None:
        """Read what has come."""
        assert self._socket is not None
        try:
            _drain(self._socket)
        except OSError as error:
            log.info("the network is not watched any more: %s", error)
            self._thread.unwatch(self._socket.fileno())
            self._socket.close()
            return
        self._notice()

    def _notice(self) -> None:
        """The first message of a change starts the timer that reports it."""
        if self._report is None:
            self._report = self._thread.call_later(SETTLE_S, self._settled)

    def _settled(self) -> None:
        self._report = None
        self._changed()

    def _wait_on_windows(self) -> None:
        """Returns when the system refuses. NotifyAddrChange blocks until an IPv4 address changes (iphlpapi.h)."""
        import ctypes

        notify = getattr(ctypes, "WinDLL")("iphlpapi").NotifyAddrChange  # noqa: B009 - only Windows has it
        notify.restype, notify.argtypes = ctypes.c_ulong, (ctypes.c_void_p, ctypes.c_void_p)
        while notify(None, None) == 0:  # NO_ERROR
            self._thread.submit(self._notice)
        log.info("the network is not watched: NotifyAddrChange was refused")


def _open_socket() -> socket.socket:
    """A socket that gets a message with every change. Raises OSError where there is none."""
    if sys.platform == "linux":
        opened = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        opened.bind((0, _RTMGRP))
    elif sys.platform == "darwin":
        opened = socket.socket(_AF_ROUTE, socket.SOCK_RAW, 0)
    else:
        raise OSError("this system has no socket for it")
    opened.setblocking(False)
    return opened


def _drain(opened: socket.socket) -> None:
    """Read and drop every message that has come. Raises OSError when the socket is broken."""
    try:
        while True:
            opened.recv(65_536)
    except BlockingIOError:
        return
    except OSError as error:
        if error.errno != errno.ENOBUFS:  # so many messages came that some were lost: that is a change, too
            raise


METERED_LIMIT_S = 2.0
"""Seconds that NetworkManager has for its answer."""

_METERED = frozenset({1, 3})


def is_metered() -> bool:
    """Whether the system knows, or guesses, that this connection is metered. Any thread; may take 2 s."""
    if sys.platform != "linux":
        return False
    from jeepney import DBusAddress, DBusErrorResponse, Properties
    from jeepney.io.blocking import open_dbus_connection
    from jeepney.wrappers import unwrap_msg

    manager = DBusAddress(
        "/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager", "org.freedesktop.NetworkManager"
    )
    try:
        with open_dbus_connection("SYSTEM") as connection:
            answer = connection.send_and_get_reply(Properties(manager).get("Metered"), timeout=METERED_LIMIT_S)
            ((_signature, value),) = unwrap_msg(answer)
            return value in _METERED
    except (OSError, KeyError, ValueError, RuntimeError, StopIteration, DBusErrorResponse) as error:
        log.info("it is unknown whether the connection is metered: %s", type(error).__name__)
        return False
