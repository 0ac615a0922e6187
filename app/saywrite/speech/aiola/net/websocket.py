"""The dictation thread's end of one connection to the service, whose socket a thread of its own reads.

The methods of `WebSocketTransport` never wait. What the socket accepts at once is written on the calling thread; the
connection's thread writes the rest. Messages are posted in order; the last one is exactly one of `TransportRefused`,
`TransportLost` and `TransportClosed`. The connection's thread imports the network's libraries.
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
    EventBudget,
    PingCommand,
    TrafficCounts,
    TransportClosed,
    Upgrade,
)

if TYPE_CHECKING:
    from saywrite.speech.aiola.net.connection_thread import ConnectionThread
    from saywrite.speech.network.network import Network


class WebSocketTransport:
    """One connection. `post` takes a `TransportMessage`, on the connection's thread; it must not block."""

    def __init__(
        self,
        number: int,
        post: Callable[[object], None],
        network: Network,
        clock: Callable[[], float] = time.monotonic,
        budget: EventBudget | None = None,
    ) -> None:
        """`budget`: what the service may send; consecutive connections share it, so that none renews it."""
        self.number = number
        self._post = post
        self._network = network
        self._clock = clock
        self._counts = TrafficCounts()
        self._budget = budget or EventBudget()
        self._commands = CommandQueue(clock)
        self._thread: threading.Thread | None = None
        self._connection: ConnectionThread | None = None
        self._closed_unused = False

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

    def connect(self, base_url: str) -> None:
        """Begin to connect to the host of `base_url`, once per transport. Its path is left to `upgrade`."""
        if self._thread is not None or self._closed_unused:
            raise RuntimeError("a transport connects once")
        self._thread = threading.Thread(
            target=self._run, args=(base_url,), name=f"aiola-link-{self.number}", daemon=True
        )
        self._thread.start()

    def upgrade(self, path_and_query: str, headers: Mapping[str, str]) -> None:
        """Open the stream as soon as the socket is connected. Missing query items of Engine.IO are added."""
        self._commands.ask_upgrade(Upgrade(path_and_query, dict(headers)))

    def emit(self, name: str, payload: object, mark: int | None = None) -> None:
        """Send an event, behind all earlier ones, once the stream is open. `payload`: bytes, or plain JSON.

        With `mark`: as if `mark` were called next, at a lower cost.
        """
        size = len(payload) if isinstance(payload, bytes) else len(json.dumps(payload))
        self._counts.accepted += size
        self._submit(EmitCommand(name, payload, size, mark))

    def mark(self, number: int) -> None:
        """Send a WebSocket ping behind all earlier events; its answer is posted as `Ponged`."""
        self._submit(PingCommand(number))

    def close(self) -> None:
        """Close in order, behind all earlier events; it ends after a second at the latest."""
        self._commands.put(CloseCommand())
        self._close_if_unused()

    def abort(self) -> None:
        """End at once, in any state of the connection."""
        self._commands.abort()
        self._close_if_unused()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end of the thread; False when it still runs after `timeout_s`."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _submit(self, command: EmitCommand | PingCommand) -> None:
        connection = self._connection
        if connection is None or not connection.write_now(command):
            self._commands.put(command)

    def _close_if_unused(self) -> None:
        if self._thread is None and not self._closed_unused:
            self._closed_unused = True
            self._commands.close()
            self._post(TransportClosed(self.number, self._clock()))

    def _run(self, base_url: str) -> None:
        from saywrite.speech.aiola.net.connection_thread import ConnectionThread

        self._connection = connection = ConnectionThread(
            self.number, self._commands, self._counts, self._network, self._post, self._clock, self._budget
        )
        try:
            last = connection.run(base_url)
        finally:
            self._commands.close()
        self._post(last)
