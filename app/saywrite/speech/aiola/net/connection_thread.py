"""What the thread of a connection does from start to end. Imports the network's libraries: import it on that thread.

`write_now` alone runs on the dictation thread: to wake this thread for every chunk costs twice as much as the write
(measured). The lock serializes reads and writes of the socket, because TLS allows one at a time; the dictation thread
does not wait for it.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import ssl
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Final

import websocket
from websocket import ABNF

from saywrite.foundation.errors import ServiceError, ServiceUnreachable
from saywrite.foundation.messages import Message, filled, message
from saywrite.speech.aiola.account import check_address
from saywrite.speech.aiola.net import socketio
from saywrite.speech.aiola.net.command_queue import (
    CloseCommand,
    CommandQueue,
    EmitCommand,
    EventBudget,
    EventReceived,
    PingCommand,
    PingReceived,
    Ponged,
    SocketConnected,
    Stopped,
    TrafficCounts,
    TransportClosed,
    TransportConnected,
    TransportLost,
    TransportRefused,
    Upgrade,
)
from saywrite.speech.aiola.net.connector import Connector, Endpoint
from saywrite.speech.aiola.net.error_mapping import DICTATING, OPENING, from_exception, from_http, from_payload
from saywrite.speech.aiola.net.socketio import SocketIOProtocol
from saywrite.speech.aiola.net.stream import HandshakeRedirected, WebSocketStream
from saywrite.speech.network.network import Network, quiet

log = logging.getLogger(__name__)

UPGRADE_S: Final = 10.0
"""Seconds from the request for a stream until the service answers it."""

ACCEPT_S: Final = 20.0
"""Seconds from the answer until the service has accepted the namespace: it may have to start a recognizer first."""

BATCH: Final = 16_384
"""Bytes of speech that are framed and written at a time."""

TEXT_LIMIT: Final = 16_384
"""Bytes of a message with a text: a quarter of an hour of speech. A longer one would occupy the dictation thread."""

_TEXTS: Final = ("transcript", "translation")

MESSAGES_AT_ONCE: Final = 64
"""Messages that are read before it is the turn of what waits to be written."""

_NO_LINGER: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

_LastMessage = TransportRefused | TransportLost | TransportClosed


class ServiceRefusal(Exception):
    """The service refused the stream (`refused`), or has ended it."""

    def __init__(self, error: ServiceError, *, refused: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.refused = refused


class ConnectionThread:
    """One connection: `run` on its own thread, `write_now` on the dictation thread."""

    def __init__(
        self,
        number: int,
        commands: CommandQueue,
        counts: TrafficCounts,
        network: Network,
        post: Callable[[object], None],
        clock: Callable[[], float],
        budget: EventBudget,
    ) -> None:
        self._number = number
        self._commands = commands
        self._counts = counts
        self._network = network
        self._post = post
        self._clock = clock
        self._budget = budget
        self._host: str = message("the service")
        self._doing = OPENING
        self._sock: socket.socket | None = None
        self._protocol = SocketIOProtocol()
        self._deadline = float("inf")
        """When the next sign of life is due."""
        self._silence_limit_s = UPGRADE_S
        self._batched = 0
        self._lock = threading.Lock()
        self._stream: WebSocketStream | None = None
        self._write_error: OSError | None = None
        """What failed while the dictation thread wrote."""
        self._closing = False
        """We have sent our close frame."""
        self._peer_closed = False

    def run(self, base_url: str) -> _LastMessage:
        """Connect, exchange messages until the end, and return the last message to post."""
        orderly = False
        try:
            self._connect_and_exchange(base_url)
            orderly = True
            return TransportClosed(self._number, self._clock())
        except Stopped:
            return TransportClosed(self._number, self._clock())
        except ServiceRefusal as refusal:
            kind = TransportRefused if refusal.refused else TransportLost
            return self._unless_unwanted(kind(self._number, self._clock(), refusal.error))
        except (OSError, ValueError, ServiceError, websocket.WebSocketException) as error:
            problem = from_exception(error, self._host, self._doing)
            kind = TransportRefused if isinstance(error, websocket.WebSocketBadStatusException) else TransportLost
            return self._unless_unwanted(kind(self._number, self._clock(), problem))
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold what was said
            log.error("link %d: %s\n%s", self._number, type(error).__name__, _frames_of(error))
            return TransportLost(self._number, self._clock(), from_exception(error, self._host, self._doing))
        finally:
            self._close_socket(orderly)

    def write_now(self, command: EmitCommand | PingCommand) -> bool:
        """Write on the calling thread unless earlier commands still wait. Never blocks; False when it did nothing."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            stream = self._stream
            if stream is None or stream.buffer.pending or self._closing:
                return False
            if not self._protocol.ready or self._commands.pending or not self._network.allows(self._host):
                return False
            self._send(stream, command)
            try:
                done = stream.buffer.flush()
            except OSError as error:
                done, self._write_error = False, error
            if done:
                self._count_written(stream)
            else:
                self._commands.wake()  # the connection's thread writes the rest
            return True
        finally:
            self._lock.release()

    def _connect_and_exchange(self, base_url: str) -> None:
        quiet("websocket")
        endpoint = Endpoint.of(check_address(base_url))
        self._host = endpoint.host
        self._sock = Connector(self._commands, self._network, self._clock).connect(endpoint)
        self._post(SocketConnected(self._number, self._clock()))
        upgrade = self._wait_for_upgrade(self._sock)
        self._deadline = self._clock() + UPGRADE_S
        stream = self._open_stream(self._sock, endpoint, upgrade)
        self._protocol.opened()
        self._doing = DICTATING
        with selectors.DefaultSelector() as selector:
            selector.register(self._commands.wakeup_reader, selectors.EVENT_READ)
            selector.register(self._sock, selectors.EVENT_READ)
            self._stream = stream
            self._exchange(stream, selector, self._sock)

    def _wait_for_upgrade(self, sock: socket.socket) -> Upgrade:
        """Wait until a stream is asked for. A host that sends data or closes before that has ended the connection."""
        while self._commands.upgrade is None:
            if self._commands.wait({sock: selectors.EVENT_READ}, float("inf")) and _is_over(sock):
                raise ConnectionResetError("closed while waiting")
        return self._commands.upgrade

    def _open_stream(self, sock: socket.socket, endpoint: Endpoint, upgrade: Upgrade) -> WebSocketStream:
        path = upgrade.path_and_query
        if "EIO=" not in path:
            path += ("&" if "?" in path else "?") + "EIO=4&transport=websocket"
        stream = WebSocketStream(sock)
        try:
            stream.open(
                f"{'wss' if endpoint.secure else 'ws'}://{endpoint.authority}{path}",
                upgrade.headers,
                lambda sock, events: self._commands.wait_for(sock, events, self._deadline),
            )
        except HandshakeRedirected as answer:
            error = from_http(answer.status, answer.headers, None, self._host, self._doing)
            raise ServiceRefusal(error, refused=True) from None
        self._count(stream)
        return stream

    def _exchange(self, stream: WebSocketStream, selector: selectors.BaseSelector, sock: socket.socket) -> None:
        """Read and write until the end that was asked for; any other end raises."""
        interest = selectors.EVENT_READ
        readable = True
        while True:
            self._network.require_permission(self._host)
            with self._lock:
                more = readable and self._read(stream)
                self._write(stream)
                self._count(stream)
                if self._closing and self._peer_closed:
                    return
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.buffer.pending else 0)
            if wanted != interest:
                interest = wanted
                selector.modify(sock, interest)
            ready = selector.select(0.0 if more else self._time_left_s())
            readable = more  # TLS may hold data that the selector does not see
            for key, events in ready:
                if key.fileobj is not sock:
                    self._commands.drain_wakeups()
                elif events & selectors.EVENT_READ:
                    readable = True

    def _time_left_s(self) -> float:
        """Seconds until something is due. Raises `Stopped` or `TimeoutError` when that time has come."""
        now = self._clock()
        if self._commands.close_by is not None and now >= self._commands.close_by:
            raise Stopped
        if now >= self._deadline:
            raise TimeoutError("timed out")
        return min(self._deadline, self._commands.close_by or self._deadline) - now

    def _read(self, stream: WebSocketStream) -> bool:
        """Handle what has arrived, up to `MESSAGES_AT_ONCE`; True when there may be more."""
        before = stream.buffer.received
        pinged = more = False
        try:
            for _ in range(MESSAGES_AT_ONCE):
                message = stream.receive()
                more = message is not None
                if message is None:
                    break
                self._charge(len(message[1]))
                for event in self._events_of(*message):
                    if isinstance(event, socketio.ServiceEvent) and event.name in _TEXTS:
                        self._check_text(len(message[1]))
                    pinged = self._handle(event) or pinged
        except websocket.WebSocketConnectionClosedException:
            self._peer_closed = True
            if not self._closing:
                raise
        if pinged:  # once for a burst
            self._post(PingReceived(self._number, self._clock()))
        if stream.buffer.received != before and (self._protocol.ready or self._protocol.answered):
            self._deadline = self._clock() + (self._silence_limit_s if self._protocol.ready else ACCEPT_S)
        return more and not self._peer_closed

    def _charge(self, size: int) -> None:
        """Count a message of the service. Raises `ServiceRefusal` when it sends more than speech can cause."""
        if not self._budget.spend(size, self._clock()):
            raise _ended(self._host, message("{host} sends far more than belongs to this sound."))

    def _check_text(self, size: int) -> None:
        if size > TEXT_LIMIT:
            raise _ended(self._host, message("{host} sends a text that is far too long."))

    def _events_of(self, opcode: int, data: bytes) -> list[socketio.ProtocolEvent]:
        if opcode == ABNF.OPCODE_PONG:
            if data.isdigit() and len(data) < 20:
                self._post(Ponged(self._number, self._clock(), int(data)))
        elif opcode == ABNF.OPCODE_TEXT:
            with contextlib.suppress(UnicodeDecodeError):
                return self._protocol.receive(data.decode("utf-8"))
        elif opcode == ABNF.OPCODE_BINARY:
            return self._protocol.receive(data)
        elif opcode == ABNF.OPCODE_CLOSE:
            self._peer_closed = True
            if not self._closing:
                if len(data) < 2:
                    raise _ended(self._host, message("{host} closed the connection."))
                code = struct.unpack("!H", data[:2])[0]
                raise _ended(self._host, message("{host} closed the connection ({code})."), code=str(code))
        return []

    def _handle(self, event: socketio.ProtocolEvent) -> bool:
        """Post what an event means; True for a ping."""
        match event:
            case socketio.ServiceEvent():
                self._post(EventReceived(self._number, self._clock(), event.name, event.payload))
            case socketio.Ready():
                times = event.ping_interval_s, event.ping_timeout_s
                self._silence_limit_s = sum(times)
                self._post(TransportConnected(self._number, self._clock(), *times))
            case socketio.ConnectRefused():
                raise ServiceRefusal(from_payload(event.payload, self._host, OPENING), refused=True)
            case socketio.ServiceDisconnected():
                raise _ended(self._host, event.reason)
        return isinstance(event, socketio.Pinged)

    def _write(self, stream: WebSocketStream) -> None:
        """Write commands and answers until there are none or the system accepts no more."""
        try:
            if self._write_error is not None:
                raise self._write_error
            while stream.buffer.flush():
                self._count_written(stream)
                self._send_next(stream)
                if not stream.buffer.pending:
                    return
        except OSError:
            while self._read(stream):  # the service may have said why it ended the connection
                pass
            raise

    def _send_next(self, stream: WebSocketStream) -> None:
        """Frame answers and up to `BATCH` bytes of commands."""
        self._send_protocol_frames(stream)
        stream.answer_ping()
        if not self._protocol.ready:
            if self._commands.close_by is not None and not self._closing:
                raise Stopped
            return
        while self._batched < BATCH and (command := self._commands.get()) is not None:
            if isinstance(command, CloseCommand):
                self._closing = True
                self._protocol.close()
                self._send_protocol_frames(stream)
                stream.send_close()
                return
            self._send(stream, command)

    def _send(self, stream: WebSocketStream, command: EmitCommand | PingCommand) -> None:
        if isinstance(command, EmitCommand):
            self._protocol.emit(command.name, command.payload)
            self._batched += command.size
            self._send_protocol_frames(stream)
        if command.mark is not None:
            stream.ping(b"%d" % command.mark)

    def _send_protocol_frames(self, stream: WebSocketStream) -> None:
        for frame in self._protocol.frames():
            stream.send(frame, ABNF.OPCODE_TEXT if isinstance(frame, str) else ABNF.OPCODE_BINARY)

    def _count_written(self, stream: WebSocketStream) -> None:
        """Count the commands framed so far: the system has accepted them."""
        self._counts.written += self._batched
        self._batched = 0
        self._counts.sent = stream.buffer.sent

    def _count(self, stream: WebSocketStream) -> None:
        self._counts.sent, self._counts.received = stream.buffer.sent, stream.buffer.received

    def _unless_unwanted(self, last: _LastMessage) -> _LastMessage:
        """`last`, or `TransportClosed` when the end was asked for: then a failure is no news."""
        unwanted = self._commands.aborted or self._commands.close_by is not None
        return TransportClosed(self._number, last.at) if unwanted else last

    def _close_socket(self, orderly: bool) -> None:
        with self._lock:
            self._stream = None
        if self._sock is None:
            return
        with contextlib.suppress(OSError):
            if not orderly:  # the system must not deliver after the end what it still holds
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def _ended(host: str, what: Message, **values: str) -> ServiceRefusal:
    error = ServiceUnreachable(filled(what, host=host, **values), message("It is tried again; if it lasts, ask aiOla."))
    return ServiceRefusal(error, refused=False)


def _is_over(sock: socket.socket) -> bool:
    """Whether the peer has closed or has sent application data; TLS handles its own records unseen."""
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return False
    return True


def _frames_of(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
