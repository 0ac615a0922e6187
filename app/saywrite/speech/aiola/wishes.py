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
from typing import Final

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
class Emit:
    """`size`: bytes it counts for. `mark`: a mark right behind it."""

    name: str
    payload: object = field(repr=False)
    size: int
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    mark: int


@dataclass(frozen=True, slots=True)
class Close:
    pass


Wish = Emit | Mark | Close


class Stopped(Exception):
    """The link is no longer wanted."""


class Wishes:
    """One link's mailbox. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: deque[Wish] = deque()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._rung = False
        self._deaf = False
        self._lock = threading.Lock()
        self.upgrade: Upgrade | None = None
        self.aborted = False
        self.close_by: float | None = None
        """When the orderly end that was asked for is to be over."""

    # On the dictation thread:

    def put(self, wish: Wish) -> None:
        if self._deaf:
            return
        if isinstance(wish, Close):
            if self.close_by is not None:
                return
            self.close_by = self._clock() + CLOSING_S
        self._waiting.append(wish)
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
                self._bell.send(b"\0")
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

    def take(self) -> Wish | None:
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
            self._bell.close()
            self._ear.close()
        self._waiting.clear()
