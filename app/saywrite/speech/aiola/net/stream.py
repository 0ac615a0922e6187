"""websocket-client's `WebSocket` over a socket that never blocks, with bounds on what it keeps.

`ConnectionThread` calls it on its own thread and, to send, on the dictation thread; its lock allows one at a time. The
handshake waits in `CommandQueue.wait`, so that a command can end it; after the handshake nothing here waits.
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable, Mapping
from selectors import EVENT_READ, EVENT_WRITE
from typing import Final

import websocket

from saywrite.speech.aiola.net.packets import MAX_FRAME

HANDSHAKE_LIMIT: Final = 262_144
"""Bytes of an answer to the handshake, including the web page that a portal may send."""

MAX_FRAGMENTS: Final = 1024
"""Frames of one message."""

REDIRECTS: Final = (301, 302, 303, 307, 308)

_WOULD_BLOCK: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Wait = Callable[[socket.socket, int], None]
"""Returns when the socket is ready for these `selectors` events; raises when that takes too long."""


class HandshakeRedirected(Exception):
    """The server answered the handshake with a redirect. It is not followed: the request carries a token."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class NonBlockingSocket:
    """A connected socket as websocket-client uses it: it never blocks.

    `send` buffers until `flush`, and `recv` raises when nothing has arrived. While `wait` is set, during the handshake,
    `recv` flushes and waits instead. `sent` and `received` count bytes without TLS.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._frames: deque[bytes] = deque()
        self._partial = memoryview(b"")
        self.wait: Wait | None = None
        self.sent = 0
        self.received = 0

    @property
    def pending(self) -> bool:
        """Whether bytes wait that the system has not accepted."""
        return bool(self._partial or self._frames)

    def gettimeout(self) -> float:
        """0: websocket-client then neither selects nor retries."""
        return 0.0

    def settimeout(self, timeout: float | None) -> None:
        """Ignored: the caller of `flush` and `recv` keeps the time."""

    def close(self) -> None:
        """Ignored: the connection's thread closes the socket."""

    def send(self, data: bytes) -> int:
        self._frames.append(data)
        return len(data)

    def flush(self) -> bool:
        """Write until the system accepts no more; True when nothing is pending any more."""
        while self.pending:
            if not self._partial:  # frames of one flush share a packet
                self._partial = memoryview(b"".join(self._frames))
                self._frames.clear()
            try:
                written = self._sock.send(self._partial)
            except _WOULD_BLOCK:
                return False  # TLS wants the same bytes again
            self._partial = self._partial[written:]
            self.sent += written
        return True

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes, empty at the end of the stream."""
        while self.wait is not None and not self.flush():
            self.wait(self._sock, EVENT_WRITE)
        while True:
            try:
                data = self._sock.recv(size)
                break
            except _WOULD_BLOCK:
                if self.wait is None:
                    raise
                self.wait(self._sock, EVENT_READ)
        self.received += len(data)
        if self.wait is not None and self.received > HANDSHAKE_LIMIT:
            raise websocket.WebSocketException("the answer is too long")
        return data


class WebSocketStream(websocket.WebSocket):
    """One WebSocket. Only the last ping is answered (RFC 6455 5.5.3), by `answer_ping`."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(enable_multithread=False, skip_utf8_validation=True)
        self.buffer = NonBlockingSocket(sock)
        self.frame_buffer = _BoundedFrames(self._recv, skip_utf8_validation=True)
        self.cont_frame = _BoundedMessage(fire_cont_frame=False, skip_utf8_validation=True)
        self._ping: str | bytes | None = None

    def open(self, url: str, headers: Mapping[str, str], wait: Wait) -> None:
        """Upgrade to WebSocket. Raises what websocket-client and `wait` raise, and `HandshakeRedirected`."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if any(character in line for line in [*lines, url] for character in "\r\n\0"):
            raise ValueError("a header of two lines")
        self.buffer.wait = wait
        try:
            self.connect(  # type: ignore[no-untyped-call]
                url, header=lines, socket=self.buffer, redirect_limit=0, suppress_origin=True
            )
        except websocket.WebSocketException as error:
            answer = self.handshake_response
            if answer is not None and answer.status in REDIRECTS:
                raise HandshakeRedirected(answer.status, answer.headers) from None
            if isinstance(error, websocket.WebSocketTimeoutException):
                raise TimeoutError("timed out") from None
            raise
        finally:
            self.buffer.wait = None

    def receive(self) -> tuple[int, bytes] | None:
        """The next message or control frame, as opcode and data; None until more has arrived.

        Raises WebSocketException for what is no WebSocket and at the end of the stream. A frame of which only a part
        has arrived stays in `frame_buffer`.
        """
        try:
            opcode, data = self.recv_data(control_frame=True)
        except _WOULD_BLOCK:
            return None
        return opcode, data

    def send(self, payload: bytes | str, opcode: int = websocket.ABNF.OPCODE_TEXT) -> int:
        """Buffer a message as one frame.

        In place of websocket-client's framing, which makes a chunk of sound cost half as much CPU again (measured).
        """
        data = payload.encode() if isinstance(payload, str) else payload
        return self.buffer.send(_framed(opcode, data))

    def pong(self, payload: str | bytes = "") -> None:
        """Remember a ping, whose answer would go out at once in websocket-client."""
        self._ping = payload

    def send_close(self, status: int = websocket.STATUS_NORMAL, reason: str | bytes = b"") -> None:
        """Send a close frame, once: websocket-client answers the peer's although it has sent its own."""
        if self.connected:
            super().send_close(status, reason)

    def answer_ping(self) -> None:
        if self._ping is not None:
            super().pong(self._ping)
            self._ping = None


def _framed(opcode: int, data: bytes) -> bytes:
    """A whole message as a client's frame (RFC 6455, 5.2)."""
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


class _BoundedFrames(websocket.frame_buffer):
    def recv_length(self) -> None:
        super().recv_length()
        if self.length is not None and self.length > MAX_FRAME:
            raise websocket.WebSocketProtocolException("a frame is too long")


class _BoundedMessage(websocket.continuous_frame):
    _fragments = 0

    def add(self, frame: websocket.ABNF) -> None:
        super().add(frame)
        self._fragments = 0 if frame.fin else self._fragments + 1
        if self._fragments > MAX_FRAGMENTS or (self.cont_data and len(self.cont_data[1]) > MAX_FRAME):
            raise websocket.WebSocketProtocolException("a message is too long")
