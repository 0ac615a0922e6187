"""A WebSocket over a socket that never blocks: handshake, then frames in and out, with websocket-client's framing.

Runs on a link's thread. The handshake waits in `Wishes.wait`, so that it can be ended at any moment; after it nothing
here waits. What a peer can make us keep is bounded.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from selectors import EVENT_READ, EVENT_WRITE
from typing import Final

import websocket

from saywrite.speech.aiola.wire import MAX_FRAME
from saywrite.speech.aiola.wishes import Wishes

_PIECE: Final = 65_536
_HANDSHAKE_LIMIT: Final = 262_144
"""Bytes of an answer to the handshake, with the page that may come instead of it."""

_ABNF = websocket.ABNF

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


class Stream:
    """One socket's bytes. `sent` and `received`: bytes so far, without TLS."""

    def __init__(self, sock: socket.socket, wishes: Wishes) -> None:
        self._sock = sock
        self._wishes = wishes
        self._in = b""
        self._at = 0
        self._out = memoryview(b"")
        self._frames = websocket.frame_buffer(self._piece, True)
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
        hands = _Hands(self, self._wishes, until)
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
        self.write()
        while self._out:
            wait(self._sock, EVENT_WRITE)
            self.write()

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

    def put(self, frames: Sequence[tuple[int, str | bytes]]) -> None:
        """Frames (opcode, data) to be written next. Only while nothing is `pending`."""
        self._out = memoryview(b"".join([_ABNF.create_frame(data, opcode).format() for opcode, data in frames]))

    def write(self) -> None:
        """Write what can be written."""
        while self._out:
            try:
                written = self._sock.send(self._out)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            self._out = self._out[written:]
            self.sent += written

    def read(self) -> Iterator[Frame]:
        """Whole frames out of what has arrived; sets `ended` at the end of the stream. Raises on nonsense."""
        self.arriving = self._fetch()
        while self.arriving:
            try:
                frame = self._frames.recv_frame()
            except _Pause:
                return
            if frame.opcode not in (_ABNF.OPCODE_TEXT, _ABNF.OPCODE_BINARY, _ABNF.OPCODE_CONT):
                yield Frame(frame.opcode, _bytes(frame.data))
            elif (whole := self._joined(frame)) is not None:
                yield whole

    @property
    def has_more(self) -> bool:
        """Bytes that were taken from the socket and that a selector does not see."""
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def _taken(self, size: int) -> bytes:
        piece = self._in[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def _fetch(self) -> bool:
        """Take what the socket has, one piece; True when there was something."""
        try:
            data = self._sock.recv(_PIECE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return self._at < len(self._in)
        self.ended = not data
        self.received += len(data)
        self._in = self._in[self._at :] + data
        self._at = 0
        return bool(self._in)

    def _piece(self, size: int) -> bytes:
        if (self._frames.length or 0) > MAX_FRAME:
            raise websocket.WebSocketProtocolException("a frame is too long")
        piece = self._taken(size)
        if not piece:
            raise _Pause
        return piece

    def _joined(self, frame: websocket.ABNF) -> Frame | None:
        """The message that a frame completes."""
        begins = frame.opcode != _ABNF.OPCODE_CONT
        if begins == bool(self._opcode):
            raise websocket.WebSocketProtocolException("a frame out of turn")
        self._opcode = frame.opcode if begins else self._opcode
        self._message.append(_bytes(frame.data))
        if len(self._message) > 1024 or sum(map(len, self._message)) > MAX_FRAME:
            raise websocket.WebSocketProtocolException("a message is too long")
        if not frame.fin:
            return None
        whole = Frame(self._opcode, b"".join(self._message))
        self._message, self._opcode = [], 0
        return whole


def _bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


class _Pause(Exception):
    """No more bytes for now."""


class _Hands:
    """What websocket-client's handshake takes for a socket: it waits, but for the bell too."""

    def __init__(self, stream: Stream, wishes: Wishes, until: float) -> None:
        self._stream = stream
        self._wishes = wishes
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
        while not self._wishes.wait({sock: events}, self._until):
            pass
