"""Commands of the dictation thread for a connection's thread, and the messages that come back.

The dictation thread only appends and wakes; neither waits. The connection's thread waits for its sockets and for the
wake-up at the same time.
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

EVENTS_RATE: Final = 32_768
"""Bytes a second that a service may send all the time."""

EVENTS_BURST: Final = 2_097_152
"""Bytes that it may send at once, for example what it owed after a pause."""

EVENT_COST: Final = 64
"""Bytes that a message counts besides its content, because it costs memory and time, however small it is."""

_LONGEST_WAIT_S: Final = 3_600.0
"""Seconds of one wait; a selector does not accept an infinite one."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The request for a stream; `path_and_query` holds a token."""

    path_and_query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmitCommand:
    """Send an event. `size`: bytes that count as queued. `mark`: the number of a ping to send right behind it."""

    name: str
    payload: object = field(repr=False)
    size: int
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class PingCommand:
    """Send a ping; `Ponged` reports its pong with the number `mark`."""

    mark: int


@dataclass(frozen=True, slots=True)
class CloseCommand:
    """End the connection in an orderly way, within `CLOSING_S`."""


Command = EmitCommand | PingCommand | CloseCommand


class Stopped(Exception):
    """The connection is no longer wanted."""


class CommandQueue:
    """The commands of one connection. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._commands: deque[Command] = deque()
        self._wakeup_writer, self._wakeup_reader = socket.socketpair()
        self._wakeup_writer.setblocking(False)
        self._wakeup_reader.setblocking(False)
        self._awake = False
        self._closed = False
        self._lock = threading.Lock()
        self.upgrade: Upgrade | None = None
        self.aborted = False
        self.close_by: float | None = None
        """When the orderly end that was asked for must be complete."""

    # On the dictation thread:

    def put(self, command: Command) -> None:
        """Queue a command. After the end it is ignored, as is a second `CloseCommand`."""
        if self._closed:
            return
        if isinstance(command, CloseCommand):
            if self.close_by is not None:
                return
            self.close_by = self._clock() + CLOSING_S
        self._commands.append(command)
        self.wake()

    def ask_upgrade(self, upgrade: Upgrade) -> None:
        self.upgrade = upgrade
        self.wake()

    def abort(self) -> None:
        self.aborted = True
        self.wake()

    @property
    def pending(self) -> bool:
        """Whether commands wait."""
        return bool(self._commands)

    def wake(self) -> None:
        """Make `wakeup_reader` readable."""
        if self._awake:
            return
        self._awake = True
        with self._lock:
            if self._closed:
                return
            with contextlib.suppress(BlockingIOError):  # a full buffer wakes, too
                self._wakeup_writer.send(b"\0")

    # On the connection's thread:

    @property
    def wakeup_reader(self) -> socket.socket:
        return self._wakeup_reader

    def drain_wakeups(self) -> None:
        """Reset the wake-up; look for commands after this, not before. Raises `Stopped` after `abort`."""
        with contextlib.suppress(BlockingIOError):
            self._wakeup_reader.recv(64)
        self._awake = False
        if self.aborted:
            raise Stopped

    def get(self) -> Command | None:
        return self._commands.popleft() if self._commands else None

    def wait(self, interest: Mapping[socket.socket, int], until: float) -> list[socket.socket]:
        """The sockets that are ready for their `selectors` events; none after a mere wake-up.

        For a connection that is not open yet. Raises `TimeoutError` at `until`, `Stopped` after a close or an abort.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup_reader, selectors.EVENT_READ)
            for sock, events in interest.items():
                selector.register(sock, events)
            left = until - self._clock()
            ready = {key.fileobj for key, _ in selector.select(min(max(left, 0.0), _LONGEST_WAIT_S))}
        if self._wakeup_reader in ready:
            self.drain_wakeups()
        if self.aborted or self.close_by is not None:
            raise Stopped
        if not ready and self._clock() >= until:
            raise TimeoutError("timed out")
        return [sock for sock in interest if sock in ready]

    def wait_for(self, sock: socket.socket, events: int, until: float) -> None:
        """Wait until one socket is ready, and raise as `wait` does."""
        while not self.wait({sock: events}, until):
            pass

    def close(self) -> None:
        """Drop all commands, also those to come."""
        with self._lock:
            self._closed = True
            self._wakeup_writer.close()
            self._wakeup_reader.close()
        self._commands.clear()


@dataclass(frozen=True, slots=True)
class TransportMessage:
    """A message of a connection's thread. `link`: the connection's number. `at`: monotonic seconds."""

    link: int
    at: float


@dataclass(frozen=True, slots=True)
class SocketConnected(TransportMessage):
    """The socket is connected and encrypted; nothing has been requested yet."""


@dataclass(frozen=True, slots=True)
class TransportConnected(TransportMessage):
    """The namespace is accepted. The server pings every `ping_interval_s` and waits `ping_timeout_s` for the answer."""

    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class EventReceived(TransportMessage):
    """An event of the service."""

    name: str
    payload: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ponged(TransportMessage):
    """The peer has received everything up to this mark."""

    number: int


@dataclass(frozen=True, slots=True)
class PingReceived(TransportMessage):
    """The service has sent pings."""


@dataclass(frozen=True, slots=True)
class TransportRefused(TransportMessage):
    """The service answered that it does not accept the stream."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class TransportLost(TransportMessage):
    """The connection failed or was lost."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class TransportClosed(TransportMessage):
    """The connection ended because we closed it."""


class TrafficCounts:
    """Bytes of one connection. Every thread may read; `accepted` is written on the dictation thread, the others by the
    thread that has the socket's lock.
    """

    def __init__(self) -> None:
        self.accepted = 0
        """Payload taken from the dictation thread."""
        self.written = 0
        """The part of `accepted` that the system has taken."""
        self.sent = 0
        self.received = 0
        """On the WebSocket, including its framing."""


class EventBudget:
    """Limits what a service may send, so that one that floods costs neither memory nor the dictation.

    Speech causes less than 100 bytes of text a second; interim and structured results cause more. Consecutive
    connections share it. Only the thread of the present one uses it. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._left = float(EVENTS_BURST)
        self._at: float | None = None

    def spend(self, size: int, now: float) -> bool:
        """Count a message of `size` bytes; False when it is too much."""
        if self._at is not None:
            self._left = min(self._left + (now - self._at) * EVENTS_RATE, EVENTS_BURST)
        self._at = now
        self._left -= size + EVENT_COST
        if self._left >= 0:
            return True
        self._left = 0.0
        return False
