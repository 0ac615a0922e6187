"""One connection to the service, on a thread of its own.

`WebSocketTransport` is the dictation thread's end: its methods never wait. What can be written at once is written at
once; the rest is left to the link's thread, which also reads. What happens is posted, in order; the last message is
exactly one of `TransportRefused`, `TransportLost`, `TransportClosed`. The libraries of the network are imported on the
link's thread.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from saywrite.speech.aiola.net.command_queue import (
    CloseCommand,
    CommandQueue,
    EmitCommand,
    PingCommand,
    TrafficCounts,
    TransportClosed,
    Upgrade,
)

if TYPE_CHECKING:
    from saywrite.speech.aiola.net.connection_thread import ConnectionThread
    from saywrite.speech.aiola.net.network import Network


class WebSocketTransport:
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
        self._counts = TrafficCounts()
        self._commands = CommandQueue(clock)
        self._thread: threading.Thread | None = None
        self._line: ConnectionThread | None = None
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
        self._commands.ask_upgrade(Upgrade(path_and_query, dict(headers)))

    def emit(self, name: str, payload: object, mark: int | None = None) -> None:
        """Say something once the stream is open, behind what was said before. `payload`: bytes, or plain JSON. With
        `mark`: as if `mark` were called next, at a lower cost.
        """
        size = len(payload) if isinstance(payload, bytes) else len(json.dumps(payload))
        self._counts.accepted += size
        self._ask(EmitCommand(name, payload, size, mark))

    def mark(self, number: int) -> None:
        """Behind what was said: a WebSocket ping, whose answer becomes `Ponged`."""
        self._ask(PingCommand(number))

    def close(self) -> None:
        """In good order, behind what was said; after a second at the latest it is over."""
        self._commands.put(CloseCommand())
        self._never_dialed()

    def abort(self) -> None:
        """At once, whatever the connection is doing."""
        self._commands.abort()
        self._never_dialed()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when it has not come in time."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _ask(self, command: EmitCommand | PingCommand) -> None:
        line = self._line
        if line is None or not line.write_now(command):
            self._commands.put(command)

    def _never_dialed(self) -> None:
        if self._thread is None and not self._over:
            self._over = True
            self._commands.end()
            self._post(TransportClosed(self.number, self._clock()))

    def _live(self, base_url: str) -> None:
        from saywrite.speech.aiola.net.connection_thread import ConnectionThread

        self._line = line = ConnectionThread(
            self.number, self._commands, self._counts, self._network, self._post, self._clock
        )
        try:
            last = line.run(base_url)
        finally:
            self._commands.end()
        self._post(last)
