"""Tells when the computer's network has changed: an address, a route, a link came or went. One thread that sleeps.

Linux: rtnetlink (man 7 rtnetlink), macOS: a routing socket (man 4 route), Windows: NotifyAddrChange. Elsewhere, and
where the system refuses, nothing is told; whoever waits for the network then tries again by its own clock.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

_RTMGRP = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""RTMGRP_LINK, and of IPv4 and IPv6 each RTMGRP_…_IFADDR and _ROUTE (linux/rtnetlink.h)."""

SETTLE_S = 0.1
"""Seconds after a change in which what follows belongs to it: a link that comes up brings several messages."""


class NetworkChanges:
    """`changed` is called on the watching thread; it must not block."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch; once, further calls do nothing. The thread ends with the program."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="network changes", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        try:
            wait = _wait_for_change()
            while True:
                wait()
                time.sleep(SETTLE_S)
                self._changed()
        except OSError as error:
            log.info("the network is not watched: %s", error)
        except Exception:
            # The outermost edge of the thread.
            log.exception("watching the network failed")


def _wait_for_change() -> Callable[[], None]:
    """A call that returns when something has changed. Raises OSError where there is none."""
    way = {"linux": _rtnetlink, "darwin": _routing_socket, "win32": _notify_address_change}.get(sys.platform)
    if way is None:
        raise OSError("no way to watch it on this system")
    return way()


def _rtnetlink() -> Callable[[], None]:
    watch = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    watch.bind((0, _RTMGRP))
    return lambda: _drain(watch)


def _routing_socket() -> Callable[[], None]:
    watch = socket.socket(17, socket.SOCK_RAW, 0)  # AF_ROUTE, which Python does not name
    return lambda: _drain(watch)


def _drain(watch: socket.socket) -> None:
    """Wait for a message, and take with it what has come meanwhile; a full buffer is a change too."""
    try:
        watch.recv(65_536)
        while True:
            watch.recv(65_536, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return
    except OSError as error:
        if error.errno != 105:  # ENOBUFS: messages were lost, because there were so many
            raise


def _notify_address_change() -> Callable[[], None]:
    import ctypes

    notify = getattr(ctypes, "windll").iphlpapi.NotifyAddrChange  # noqa: B009 - only Windows has it

    def wait() -> None:
        if notify(None, None) != 0:  # NO_ERROR: blocks until an IPv4 address changes
            raise OSError("NotifyAddrChange was refused")

    return wait
