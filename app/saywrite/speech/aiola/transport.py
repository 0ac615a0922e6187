"""One connection to the service, on a thread of its own.

`Link` is the dictation thread's end: its methods never wait. What can be written at once is written at once; the rest
is left to the link's thread, which also reads. What happens is posted, in order; the last message is exactly one of
`Refused`, `Lost`, `Closed`. The libraries of the network are imported on the link's thread.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from saywrite.errors import ServiceError
from saywrite.speech.aiola.wishes import Close, Emit, Mark, Upgrade, Wishes

if TYPE_CHECKING:
    from saywrite.speech.aiola.line import Line
    from saywrite.speech.aiola.network import Network


@dataclass(frozen=True, slots=True)
class Message:
    """`link`: the number it was made with. `at`: monotonic seconds."""

    link: int
    at: float


@dataclass(frozen=True, slots=True)
class Dialed(Message):
    """Connected, and encrypted; nothing was asked yet."""


@dataclass(frozen=True, slots=True)
class Connected(Message):
    """The namespace is accepted. The server pings every `ping_interval_s` and waits `ping_timeout_s` for the answer."""

    sid: str = field(repr=False)
    ping_interval_s: float
    ping_timeout_s: float


@dataclass(frozen=True, slots=True)
class Heard(Message):
    """An event of the service."""

    name: str
    payload: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ponged(Message):
    """The other end has received everything up to this mark."""

    number: int


@dataclass(frozen=True, slots=True)
class Alive(Message):
    """The service pinged us."""


@dataclass(frozen=True, slots=True)
class Refused(Message):
    """The service answered, and said no."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class Lost(Message):
    """There is no connection, or none any more."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class Closed(Message):
    """Over, because we wanted it."""


class Counts:
    """Bytes. Reading is safe on every thread; all but `accepted` is counted by whoever is at the socket."""

    def __init__(self) -> None:
        self.accepted = 0
        """Taken from the dictation thread."""
        self.written = 0
        """Of these, handed to the system."""
        self.sent = 0
        self.received = 0
        """On the WebSocket, with its frames."""


class Link:
    """`post` takes the messages above, on the link's thread; it must not block."""

    def __init__(
        self,
        number: int,
        post: Callable[[object], None],
        network: Network,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self._post = post
        self._network = network
        self._clock = clock
        self._counts = Counts()
        self._wishes = Wishes(clock)
        self._thread: threading.Thread | None = None
        self._line: Line | None = None
        self._over = False

    @property
    def queued(self) -> int:
        """Bytes accepted by `emit` and not yet written to the socket."""
        return self._counts.accepted - self._counts.written

    @property
    def sent_bytes(self) -> int:
        return self._counts.sent

    @property
    def received_bytes(self) -> int:
        return self._counts.received

    def dial(self, base_url: str) -> None:
        """Begin to connect to its host; once in a link's life. The address's path is left to `upgrade`."""
        if self._thread is not None or self._over:
            raise RuntimeError("a link is dialed once")
        self._thread = threading.Thread(
            target=self._live, args=(base_url,), name=f"aiola-link-{self.number}", daemon=True
        )
        self._thread.start()

    def upgrade(self, path_and_query: str, headers: Mapping[str, str]) -> None:
        """Open the stream as soon as there is a connection. Engine.IO's own query items are added when missing."""
        self._wishes.ask_upgrade(Upgrade(path_and_query, dict(headers)))

    def emit(self, name: str, payload: object, mark: int | None = None) -> None:
        """Say something once the stream is open, behind what was said before. `payload`: bytes, or plain JSON. With
        `mark`: as if `mark` were called next, at a lower cost.
        """
        size = len(payload) if isinstance(payload, bytes) else len(json.dumps(payload))
        self._counts.accepted += size
        self._ask(Emit(name, payload, size, mark))

    def mark(self, number: int) -> None:
        """Behind what was said: a WebSocket ping, whose answer becomes `Ponged`."""
        self._ask(Mark(number))

    def close(self) -> None:
        """In good order, behind what was said; after a second at the latest it is over."""
        self._wishes.put(Close())
        self._never_dialed()

    def abort(self) -> None:
        """At once, whatever the connection is doing."""
        self._wishes.abort()
        self._never_dialed()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it has not come in time."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _ask(self, wish: Emit | Mark) -> None:
        line = self._line
        if line is None or not line.write_now(wish):
            self._wishes.put(wish)

    def _never_dialed(self) -> None:
        if self._thread is None and not self._over:
            self._over = True
            self._wishes.end()
            self._post(Closed(self.number, self._clock()))

    def _live(self, base_url: str) -> None:
        from saywrite.speech.aiola.line import Line

        self._line = line = Line(self.number, self._wishes, self._counts, self._network, self._post, self._clock)
        try:
            last = line.run(base_url)
        finally:
            self._wishes.end()
        self._post(last)
