"""What the dictation thread asks of a link, on its way to the link's own thread, which sleeps until it is rung.

The dictation thread only ever appends and rings; neither waits. The link's thread takes, and waits for sockets and for
the bell at the same time.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from saywrite.foundation.errors import ServiceError

CLOSING_S: Final = 1.0
"""Seconds an orderly end may take."""

_LONGEST_S: Final = 3_600.0
"""Seconds of one sleep; a selector does not take an infinite one."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`path_and_query` holds a token."""

    path_and_query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmitCommand:
    """`size`: bytes it counts for. `mark`: a mark right behind it."""

    name: str
    payload: object = field(repr=False)
    size: int
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class PingCommand:
    mark: int


@dataclass(frozen=True, slots=True)
class CloseCommand:
    pass


Command = EmitCommand | PingCommand | CloseCommand


class Stopped(Exception):
    """The link is no longer wanted."""


class CommandQueue:
    """One link's mailbox. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: deque[Command] = deque()
        self._wakeup, self._ear = socket.socketpair()
        self._wakeup.setblocking(False)
        self._ear.setblocking(False)
        self._rung = False
        self._deaf = False
        self._lock = threading.Lock()
        self.upgrade: Upgrade | None = None
        self.aborted = False
        self.close_by: float | None = None
        """When the orderly end that was asked for is to be over."""

    # On the dictation thread:

    def put(self, command: Command) -> None:
        if self._deaf:
            return
        if isinstance(command, CloseCommand):
            if self.close_by is not None:
                return
            self.close_by = self._clock() + CLOSING_S
        self._waiting.append(command)
        self.ring()

    def ask_upgrade(self, upgrade: Upgrade) -> None:
        self.upgrade = upgrade
        self.ring()

    def abort(self) -> None:
        self.aborted = True
        self.ring()

    @property
    def some(self) -> bool:
        """Whether any wait."""
        return bool(self._waiting)

    def ring(self) -> None:
        if self._rung:
            return
        self._rung = True
        with self._lock:
            if self._deaf:
                return
            try:
                self._wakeup.send(b"\0")
            except BlockingIOError:  # it rings already
                return

    # On the link's thread:

    @property
    def ear(self) -> socket.socket:
        """Readable when it was rung."""
        return self._ear

    def hush(self) -> None:
        """Take the ringing; look at the wishes after this, not before. Raises `Stopped` after `abort`."""
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(64)
        self._rung = False
        if self.aborted:
            raise Stopped

    def take(self) -> Command | None:
        return self._waiting.popleft() if self._waiting else None

    def wait(self, interest: Mapping[socket.socket, int], until: float) -> list[socket.socket]:
        """Those that are ready (`selectors.EVENT_READ`, `EVENT_WRITE`), none when only the bell rang. For a link that
        is not open yet. Raises `TimeoutError` at `until`, `Stopped` after `close` or `abort`.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._ear, selectors.EVENT_READ)
            for sock, events in interest.items():
                selector.register(sock, events)
            left = until - self._clock()
            ready = {key.fileobj for key, _ in selector.select(min(max(left, 0.0), _LONGEST_S))}
        if self._ear in ready:
            self.hush()
        if self.aborted or self.close_by is not None:
            raise Stopped
        if not ready and self._clock() >= until:
            raise TimeoutError("timed out")
        return [sock for sock in interest if sock in ready]

    def end(self) -> None:
        """Nothing is kept or taken any more; ringing does nothing."""
        with self._lock:
            self._deaf = True
            self._wakeup.close()
            self._ear.close()
        self._waiting.clear()


@dataclass(frozen=True, slots=True)
class TransportMessage:
    """`link`: the number it was made with. `at`: monotonic seconds."""

    link: int
    at: float


@dataclass(frozen=True, slots=True)
class Dialed(TransportMessage):
    """Connected, and encrypted; nothing was asked yet."""


@dataclass(frozen=True, slots=True)
class TransportConnected(TransportMessage):
    """The namespace is accepted. The server pings every `ping_interval_s` and waits `ping_timeout_s` for the answer."""

    sid: str = field(repr=False)
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class EventReceived(TransportMessage):
    """An event of the service."""

    name: str
    payload: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ponged(TransportMessage):
    """The other end has received everything up to this mark."""

    number: int


@dataclass(frozen=True, slots=True)
class PongReceived(TransportMessage):
    """The service pinged us."""


@dataclass(frozen=True, slots=True)
class TransportRefused(TransportMessage):
    """The service answered, and said no."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class TransportLost(TransportMessage):
    """There is no connection, or none any more."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class TransportClosed(TransportMessage):
    """Over, because we wanted it."""


class TrafficCounts:
    """Bytes. Reading is safe on every thread; all but `accepted` is counted by whoever is at the socket."""

    def __init__(self) -> None:
        self.accepted = 0
        """Taken from the dictation thread."""
        self.written = 0
        """Of these, handed to the system."""
        self.sent = 0
        self.received = 0
        """On the WebSocket, with its frames."""
