"""The Wayland wire protocol, as much of it as a client without windows needs. One thread at a time."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from saywrite.desktop.insertion.base import IN_HISTORY
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message
from saywrite.foundation.selector_thread import wait_readable

Handler = Callable[[int, "Arguments"], None]
"""Called with an event's opcode and its arguments."""

_DISPLAY = 1  # the id of wl_display, fixed by the protocol
_LIMIT_S = 5.0
_MOST_FDS = 28  # of one message: MAX_FDS_OUT of libwayland


class Arguments:
    """Takes an event's arguments from its bytes, in order."""

    def __init__(self, data: bytes, fds: deque[int]) -> None:
        self._data = data
        self._fds = fds

    def number(self) -> int:
        value, self._data = struct.unpack_from("=I", self._data)[0], self._data[4:]
        return int(value)

    def blob(self) -> bytes:
        length = self.number()
        value, self._data = self._data[:length], self._data[length + (-length % 4) :]
        return value

    def text(self) -> str:
        return self.blob().rstrip(b"\0").decode("utf-8", "replace")

    def fd(self) -> int:
        return self._fds.popleft()


class Wire:
    """A connection to the compositor. Raises `InsertionUnavailable` when there is none, or no longer."""

    def __init__(self, display: str | None = None) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._handlers: dict[int, Handler] = {_DISPLAY: self._take_display}
        self._received = b""
        self._fds: deque[int] = deque()
        self._next = _DISPLAY
        self.offered: dict[str, tuple[int, int]] = {}
        """The compositor's interfaces: name and version."""
        try:
            self._socket.connect(_address(display))
        except OSError as error:
            self._socket.close()
            raise _unreachable() from error
        self._registry = self.new(self._take_registry)
        self.send(_DISPLAY, 1, self._registry)
        self.roundtrip()

    def fileno(self) -> int:
        return self._socket.fileno()

    def new(self, handler: Handler) -> int:
        """The id of a new object of ours, whose events go to `handler`."""
        self._next += 1
        self._handlers[self._next] = handler
        return self._next

    def adopt(self, object_id: int, handler: Handler) -> None:
        """Take the events of an object that the compositor made."""
        self._handlers[object_id] = handler

    def forget(self, object_id: int) -> None:
        self._handlers.pop(object_id, None)

    def bind(self, interface: str, version: int, handler: Handler) -> int:
        """An object of a global interface, 0 if the compositor does not have it."""
        if interface not in self.offered:
            return 0
        name, most = self.offered[interface]
        made = self.new(handler)
        self.send(self._registry, 0, name, interface, min(version, most), made)
        return made

    def send(self, object_id: int, opcode: int, *arguments: int | str, fd: int | None = None) -> None:
        body = b"".join(_encoded(argument) for argument in arguments)
        message = struct.pack("=II", object_id, (8 + len(body)) << 16 | opcode) + body
        try:
            sent = socket.send_fds(self._socket, [message], [] if fd is None else [fd])
            self._socket.sendall(message[sent:])
        except OSError as error:
            raise _unreachable() from error

    def serve(self) -> None:
        """Pass the events that have come to their handlers; does not wait."""
        while wait_readable([self._socket.fileno()], 0):
            self._receive()

    def roundtrip(self) -> None:
        """Wait until the compositor has dealt with everything sent so far."""
        done: list[bool] = []
        callback = self.new(lambda _opcode, _arguments: done.append(True))
        self.send(_DISPLAY, 0, callback)
        deadline = time.monotonic() + _LIMIT_S
        while not done:
            if not wait_readable([self._socket.fileno()], deadline - time.monotonic()):
                raise _unreachable()
            self._receive()
        self.forget(callback)

    def close(self) -> None:
        self._socket.close()
        while self._fds:
            os.close(self._fds.popleft())

    def _receive(self) -> None:
        try:
            data, fds, _flags, _address = socket.recv_fds(self._socket, 64 * 1024, _MOST_FDS)
        except OSError as error:
            raise _unreachable() from error
        if not data:
            raise _unreachable()
        self._fds.extend(fds)
        self._received += data
        while len(self._received) >= 8:
            object_id, head = struct.unpack_from("=II", self._received)
            size = head >> 16
            if size < 8:
                raise _unreachable()
            if len(self._received) < size:
                return
            body, self._received = self._received[8:size], self._received[size:]
            handler = self._handlers.get(object_id)
            if handler is not None:
                handler(head & 0xFFFF, Arguments(body, self._fds))

    def _take_display(self, opcode: int, arguments: Arguments) -> None:
        if opcode == 0:
            raise _unreachable()  # a protocol error: the compositor hangs up

    def _take_registry(self, opcode: int, arguments: Arguments) -> None:
        if opcode == 0:
            name, interface, version = arguments.number(), arguments.text(), arguments.number()
            self.offered[interface] = (name, version)


def _address(display: str | None) -> str:
    name = display or os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    return str(Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere")) / name)  # an absolute name stays as it is


def _encoded(argument: int | str) -> bytes:
    if isinstance(argument, int):
        return struct.pack("=I", argument)
    data = argument.encode("utf-8") + b"\0"
    return struct.pack("=I", len(data)) + data + bytes(-len(data) % 4)


def _unreachable() -> InsertionUnavailable:
    return InsertionUnavailable(
        message("The Wayland compositor cannot be reached, so text cannot be put into other programs."),
        IN_HISTORY,
    )
