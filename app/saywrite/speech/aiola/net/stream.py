"""A WebSocket over a socket that never blocks: websocket-client's handshake, then frames in and out.

Runs on a link's thread. The handshake waits in `CommandQueue.wait`, so that it can be ended at any moment; after it
nothing here waits. What a peer can make us keep is bounded.
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from selectors import EVENT_READ, EVENT_WRITE
from typing import Final

import websocket

from saywrite.speech.aiola.net.command_queue import CommandQueue
from saywrite.speech.aiola.net.packets import MAX_FRAME

_PIECE: Final = 65_536
_HANDSHAKE_LIMIT: Final = 262_144
"""Bytes of an answer to the handshake, with the page that may come instead of it."""

_PIECES: Final = 1024
"""Frames of one message."""

MORE: Final = 0
TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
"""Opcodes; those from `CLOSE` on are control frames."""

_OPCODES: Final = frozenset((MORE, TEXT, BINARY, CLOSE, PING, PONG))

Wait = Callable[[socket.socket, int], None]
"""Returns when the socket is ready for these events; raises when it takes too long."""

_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole message, or a control frame."""

    opcode: int
    data: bytes


class Redirected(Exception):
    """The upgrade was answered with a redirect. A token is not carried elsewhere."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class WebSocketStream:
    """One socket's bytes. `sent` and `received`: bytes so far, without TLS."""

    def __init__(self, sock: socket.socket, commands: CommandQueue) -> None:
        self._sock = sock
        self._commands = commands
        self._in = bytearray()
        self._out = memoryview(b"")
        self._message: list[bytes] = []
        self._opcode = 0
        self.sent = 0
        self.received = 0
        self.ended = False
        self.arriving = True
        """The last look found something."""

    def shake_hands(self, url: str, headers: Mapping[str, str], until: float) -> None:
        """The upgrade to WebSocket. Raises what websocket-client raises, `Redirected`, `TimeoutError`, `Stopped`."""
        client = websocket.WebSocket(enable_multithread=False, skip_utf8_validation=True)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if any(c in line for line in [*lines, url] for c in "\r\n\0"):
            raise ValueError("a header of two lines")
        hands = _Hands(self, self._commands, until)
        try:
            client.connect(  # type: ignore[no-untyped-call]
                url, header=lines, socket=hands, redirect_limit=0, timeout=1.0, suppress_origin=True
            )
        except websocket.WebSocketException as error:
            answer = client.handshake_response
            if answer is not None and answer.status in _REDIRECTS:
                raise Redirected(answer.status, answer.headers) from None
            if isinstance(error, websocket.WebSocketTimeoutException):
                raise TimeoutError("timed out") from None
            raise

    def give(self, data: bytes, wait: Wait) -> None:
        """Write all of `data` as it is."""
        self._out = memoryview(data)
        while not self.write():
            wait(self._sock, EVENT_WRITE)

    def get(self, size: int, wait: Wait) -> bytes:
        """The next bytes as they are, `size` at most; none at the end."""
        while not (piece := self._taken(size)):
            if self.ended:
                return b""
            if self.received > _HANDSHAKE_LIMIT:
                raise websocket.WebSocketException("an answer is too long")
            if not self._fetch() and not self.ended:
                wait(self._sock, EVENT_READ)
        return piece

    @property
    def pending(self) -> bool:
        """Bytes that were not accepted yet by the system."""
        return bool(self._out)

    def put(self, frames: Sequence[bytes]) -> None:
        """What `framed` made, to be written next. Only while nothing is `pending`."""
        self._out = memoryview(b"".join(frames))

    def write(self) -> bool:
        """Write what can be written; True when nothing is pending any more."""
        while self._out:
            try:
                written = self._sock.send(self._out)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            self._out = self._out[written:]
            self.sent += written
        return True

    def read(self) -> Iterator[Frame]:
        """Whole frames out of what has arrived; sets `ended` at the end of the stream. Raises on nonsense."""
        self.arriving = self._fetch()
        while (frame := self._next()) is not None:
            opcode, data, last = frame
            if opcode >= CLOSE:
                yield Frame(opcode, data)
            elif (whole := self._joined(opcode, data, last)) is not None:
                yield whole

    @property
    def has_more(self) -> bool:
        """Bytes that were taken from the socket and that a selector does not see."""
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def _taken(self, size: int) -> bytes:
        piece = bytes(self._in[:size])
        del self._in[:size]
        return piece

    def _fetch(self) -> bool:
        """Take what the socket has, one piece; True when there was something."""
        try:
            data = self._sock.recv(_PIECE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        self.ended = not data
        self.received += len(data)
        self._in += data
        return bool(data)

    def _next(self) -> tuple[int, bytes, bool] | None:
        """The next frame, once it is complete: opcode, data, whether it ends its message (RFC 6455 5.2)."""
        there = self._in
        if len(there) < 2:
            return None
        first, size, head = there[0], there[1], 2
        if size >= 126:
            head = 4 if size == 126 else 10
            size = int.from_bytes(there[2:head], "big") if len(there) >= head else 0
        opcode, last = first & 15, first >= 0x80
        if first & 0x70 or there[1] >= 0x80 or opcode not in _OPCODES:
            raise websocket.WebSocketProtocolException("no frame of a server")
        if size > (125 if opcode >= CLOSE else MAX_FRAME) or (opcode >= CLOSE and not last):
            raise websocket.WebSocketProtocolException("a frame is too long")
        if len(there) < head + size:
            return None
        data = bytes(there[head : head + size])
        del there[: head + size]
        return opcode, data, last

    def _joined(self, opcode: int, data: bytes, last: bool) -> Frame | None:
        """The message that a frame completes."""
        if (opcode != MORE) == bool(self._opcode):
            raise websocket.WebSocketProtocolException("a frame out of turn")
        if opcode != MORE and last:
            return Frame(opcode, data)
        self._opcode = opcode or self._opcode
        self._message.append(data)
        if len(self._message) > _PIECES or sum(map(len, self._message)) > MAX_FRAME:
            raise websocket.WebSocketProtocolException("a message is too long")
        if not last:
            return None
        whole = Frame(self._opcode, b"".join(self._message))
        self._message, self._opcode = [], 0
        return whole


def framed(opcode: int, data: bytes) -> bytes:
    """A whole message as a client's frame (RFC 6455 5.2); websocket-client's own takes three times as long for it."""
    size = len(data)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
    mask = os.urandom(4)
    key = (mask * (size // 4 + 1))[:size]
    masked = (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")
    return b"".join((head, mask, masked))


class _Hands:
    """What websocket-client's handshake takes for a socket: it waits, but for the bell too."""

    def __init__(self, stream: WebSocketStream, commands: CommandQueue, until: float) -> None:
        self._stream = stream
        self._commands = commands
        self._until = until

    def gettimeout(self) -> float:
        return 1.0

    def settimeout(self, timeout: float | None) -> None:
        pass

    def close(self) -> None:
        """The link closes its socket itself."""

    def send(self, data: bytes) -> int:
        """All of it."""
        self._stream.give(data, self._until_ready)
        return len(data)

    def recv(self, size: int) -> bytes:
        return self._stream.get(size, self._until_ready)

    def _until_ready(self, sock: socket.socket, events: int) -> None:
        while not self._commands.wait({sock: events}, self._until):
            pass
