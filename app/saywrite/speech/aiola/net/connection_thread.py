"""What a link's thread does from its first to its last moment. Imports the network's libraries: import it there.

`write_now` alone is for the dictation thread: a thread's waking for every chunk costs more than the writing (measured:
twice as much). Whoever reads or writes holds the pen, so that the socket is never used by two threads at once; the
dictation thread does not wait for it.
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

from saywrite.foundation.errors import ServiceError, ServiceUnreachable
from saywrite.speech.aiola.account import check_address
from saywrite.speech.aiola.net import socketio as talk
from saywrite.speech.aiola.net.command_queue import (
    CloseCommand,
    CommandQueue,
    Dialed,
    EmitCommand,
    EventReceived,
    PingCommand,
    Ponged,
    PongReceived,
    Stopped,
    TrafficCounts,
    TransportClosed,
    TransportConnected,
    TransportLost,
    TransportRefused,
    Upgrade,
)
from saywrite.speech.aiola.net.connector import Connector, Endpoint
from saywrite.speech.aiola.net.error_answers import DICTATING, OPENING, from_http, from_payload
from saywrite.speech.aiola.net.error_mapping import from_exception
from saywrite.speech.aiola.net.network import Network, quiet
from saywrite.speech.aiola.net.socketio import SocketIOProtocol
from saywrite.speech.aiola.net.stream import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    Frame,
    Redirected,
    WebSocketStream,
    framed,
)

log = logging.getLogger(__name__)

UPGRADE_S: Final = 10.0
"""Seconds from the request for a stream until the service accepts it."""

BATCH: Final = 16_384
"""Bytes of speech that are framed and written at a time."""

_NORMAL: Final = struct.pack("!H", websocket.STATUS_NORMAL)
_NO_LINGER: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

_Last = TransportRefused | TransportLost | TransportClosed


class ServiceRefusal(Exception):
    """The service said no (`refused`), or that it is over."""

    def __init__(self, error: ServiceError, refused: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.refused = refused


class ConnectionThread:
    """`run` does everything but what `write_now` could."""

    def __init__(
        self,
        number: int,
        commands: CommandQueue,
        counts: TrafficCounts,
        network: Network,
        post: Callable[[object], None],
        clock: Callable[[], float],
    ) -> None:
        self._number = number
        self._commands = commands
        self._counts = counts
        self._network = network
        self._post = post
        self._clock = clock
        self._host = "the service"
        self._doing = OPENING
        self._sock: socket.socket | None = None
        self._talk = SocketIOProtocol()
        self._until = float("inf")
        """When the next sign of life has to have come."""
        self._silence_limit_s = UPGRADE_S
        self._pong: bytes | None = None
        self._batched = 0
        self._lock = threading.Lock()
        self._stream: WebSocketStream | None = None
        self._trouble: OSError | None = None
        """What the dictation thread met while it wrote."""
        self._closing = False
        self._over_there = False
        """The other end has said goodbye, too."""

    def run(self, base_url: str) -> _Last:
        """Live, and return the last message."""
        orderly = False
        try:
            self._live(base_url)
            orderly = True
            return TransportClosed(self._number, self._clock())
        except Stopped:
            return TransportClosed(self._number, self._clock())
        except ServiceRefusal as said:
            kind = TransportRefused if said.refused else TransportLost
            return self._unless_unwanted(kind(self._number, self._clock(), said.error))
        except (OSError, ValueError, ServiceError, websocket.WebSocketException) as error:
            problem = from_exception(error, self._host, self._doing)
            kind = TransportRefused if isinstance(error, websocket.WebSocketBadStatusException) else TransportLost
            return self._unless_unwanted(kind(self._number, self._clock(), problem))
        except Exception as error:  # noqa: BLE001 - logged without its text, which may hold what was said
            log.error("link %d: %s\n%s", self._number, type(error).__name__, _where(error))
            return TransportLost(self._number, self._clock(), from_exception(error, self._host, self._doing))
        finally:
            self._hang_up(orderly)

    def write_now(self, command: EmitCommand | PingCommand) -> bool:
        """Write on the calling thread, if nothing that was said before still waits. Never blocks; False: not done."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            stream = self._stream
            if stream is None or stream.pending or self._closing or not self._talk.ready or self._commands.some:
                return False
            stream.put(self._frames_of(command))
            try:
                done = stream.write()
            except OSError as error:
                done, self._trouble = False, error
            if done:
                self._written(stream)
            else:
                self._commands.ring()  # the link's thread goes on with it
            return True
        finally:
            self._lock.release()

    def _live(self, base_url: str) -> None:
        quiet("websocket")
        place = Endpoint.of(check_address(base_url))
        self._host = place.host
        self._sock = Connector(self._commands, self._network, self._clock).connect(place)
        self._post(Dialed(self._number, self._clock()))
        upgrade = self._wait_for_upgrade(self._sock)
        self._until = self._clock() + UPGRADE_S
        stream = WebSocketStream(self._sock, self._commands)
        self._open(stream, place, upgrade)
        self._talk.opened()
        self._doing = DICTATING
        with selectors.DefaultSelector() as selector:
            selector.register(self._commands.ear, selectors.EVENT_READ)
            selector.register(self._sock, selectors.EVENT_READ)
            self._stream = stream
            self._speak_and_listen(stream, selector, self._sock)

    def _wait_for_upgrade(self, sock: socket.socket) -> Upgrade:
        """Until it is asked for. A host that says something, or goes, before it was asked has ended the connection."""
        while self._commands.upgrade is None:
            if self._commands.wait({sock: selectors.EVENT_READ}, float("inf")) and _is_over(sock):
                raise ConnectionResetError("closed while waiting")
        return self._commands.upgrade

    def _open(self, stream: WebSocketStream, place: Endpoint, upgrade: Upgrade) -> None:
        path = upgrade.path_and_query
        if "EIO=" not in path:
            path += ("&" if "?" in path else "?") + "EIO=4&transport=websocket"
        url = f"{'wss' if place.secure else 'ws'}://{place.written}{path}"
        try:
            stream.shake_hands(url, upgrade.headers, self._until)
        except Redirected as answer:
            raise ServiceRefusal(
                from_http(answer.status, answer.headers, None, self._host, self._doing), True
            ) from None
        self._count(stream)

    def _speak_and_listen(self, stream: WebSocketStream, selector: selectors.BaseSelector, sock: socket.socket) -> None:
        """Until the end that we wanted; any other raises."""
        interest = selectors.EVENT_READ
        listening = True
        while True:
            with self._lock:
                if listening:
                    self._listen(stream)
                self._speak(stream)
                self._count(stream)
                if self._closing and (stream.ended or self._over_there):
                    return
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.pending else 0)
                listening = stream.has_more
            if wanted != interest:
                interest = wanted
                selector.modify(sock, interest)
            ready = selector.select(0.0 if listening else self._patience_s())
            for key, events in ready:
                if key.fileobj is not sock:
                    self._commands.hush()
                elif events & selectors.EVENT_READ:
                    listening = True

    def _patience_s(self) -> float:
        """Seconds until something has to have happened. Raises `Stopped` or `TimeoutError` when that time has come."""
        now = self._clock()
        if self._commands.close_by is not None and now >= self._commands.close_by:
            raise Stopped
        if now >= self._until:
            raise TimeoutError("timed out")
        return min(self._until, self._commands.close_by or self._until) - now

    def _listen(self, stream: WebSocketStream) -> None:
        before = stream.received
        pinged = False
        for frame in stream.read():
            for heard in self._meaning(frame):
                pinged = self._take(heard) or pinged
        if pinged:
            self._post(PongReceived(self._number, self._clock()))
        if stream.received != before and self._talk.ready:
            self._until = self._clock() + self._silence_limit_s
        if stream.ended and not self._closing:
            raise ConnectionResetError("closed by the other end")

    def _meaning(self, frame: Frame) -> list[talk.ProtocolEvent]:
        opcode, data = frame.opcode, frame.data
        if opcode == PONG:
            if data.isdigit() and len(data) < 20:
                self._post(Ponged(self._number, self._clock(), int(data)))
        elif opcode == TEXT:
            with contextlib.suppress(UnicodeDecodeError):
                return self._talk.receive(data.decode("utf-8"))
        elif opcode == BINARY:
            return self._talk.receive(data)
        elif opcode == PING:
            self._pong = data  # of several only the last has to be answered (RFC 6455 5.5.3)
        else:
            self._over_there = True
            if not self._closing:
                code = f" ({struct.unpack('!H', data[:2])[0]})" if len(data) >= 2 else ""
                raise ServiceRefusal(_gone(self._host, f"closed the connection{code}."), False)
        return []

    def _take(self, heard: talk.ProtocolEvent) -> bool:
        """Pass it on; True for a ping."""
        match heard:
            case talk.ServiceEvent():
                self._post(EventReceived(self._number, self._clock(), heard.name, heard.payload))
            case talk.Ready():
                times = heard.ping_interval_s, heard.ping_timeout_s
                self._silence_limit_s = sum(times)
                self._post(TransportConnected(self._number, self._clock(), heard.sid, *times))
            case talk.ConnectRefused():
                raise ServiceRefusal(from_payload(heard.payload, self._host, OPENING), True)
            case talk.ServiceDisconnected():
                raise ServiceRefusal(_gone(self._host, heard.reason), False)
        return isinstance(heard, talk.Pinged)

    def _speak(self, stream: WebSocketStream) -> None:
        """Write what there is to say, until the system takes no more."""
        try:
            if self._trouble is not None:
                raise self._trouble
            while True:
                if not stream.write():
                    return
                self._written(stream)
                frames = self._next_frames()
                if not frames:
                    return
                stream.put(frames)
        except OSError:
            stream.arriving = True
            while not stream.ended and stream.arriving:
                self._listen(stream)  # why it was ended, when that was said
            raise

    def _next_frames(self) -> list[bytes]:
        frames = self._said()
        if self._pong is not None:
            frames.append(framed(PONG, self._pong))
            self._pong = None
        if not self._talk.ready:
            if self._commands.close_by is not None and not self._closing:
                raise Stopped
            return frames
        while self._batched < BATCH and (command := self._commands.take()) is not None:
            if isinstance(command, CloseCommand):
                self._closing = True
                self._talk.close()
                return [*frames, *self._said(), framed(CLOSE, _NORMAL)]
            frames += self._frames_of(command)
        return frames

    def _frames_of(self, command: EmitCommand | PingCommand) -> list[bytes]:
        frames: list[bytes] = []
        if isinstance(command, EmitCommand):
            self._talk.emit(command.name, command.payload)
            self._batched += command.size
            frames = self._said()
        if command.mark is not None:
            frames.append(framed(PING, b"%d" % command.mark))
        return frames

    def _written(self, stream: WebSocketStream) -> None:
        """All that was put is with the system."""
        self._counts.written += self._batched
        self._batched = 0
        self._counts.sent = stream.sent

    def _said(self) -> list[bytes]:
        """What the conversation wants to be sent."""
        return [
            framed(TEXT, each.encode()) if isinstance(each, str) else framed(BINARY, each)
            for each in self._talk.frames()
        ]

    def _count(self, stream: WebSocketStream) -> None:
        self._counts.sent, self._counts.received = stream.sent, stream.received

    def _unless_unwanted(self, last: _Last) -> _Last:
        """What goes wrong with a connection that is no longer wanted is not worth a word."""
        unwanted = self._commands.aborted or self._commands.close_by is not None
        return TransportClosed(self._number, last.at) if unwanted else last

    def _hang_up(self, orderly: bool) -> None:
        with self._lock:
            self._stream = None
        if self._sock is None:
            return
        with contextlib.suppress(OSError):
            if not orderly:  # what the system still holds is not delivered after the end
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


def _gone(host: str, what: str) -> ServiceError:
    return ServiceUnreachable(f"{host} {what}", "It is tried again; if it lasts, ask aiOla.")


def _is_over(sock: socket.socket) -> bool:
    """Whether the other end has gone, or has said anything (TLS speaks for itself unseen)."""
    try:
        sock.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return False
    return True


def _where(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
