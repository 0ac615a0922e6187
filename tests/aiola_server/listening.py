"""Listening on the loopback. asyncio's own servers lose a connection that comes just as they stop (its transport is
never closed, up to Python 3.13); a test that takes a service down all the time meets that.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress


def reset(transport: asyncio.Transport) -> None:
    """End a connection by RST."""
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Listener:
    """Makes a protocol of each connection to `port`. `buffer`: of the kernel for each connection, in bytes; 0: its own
    choice.
    """

    def __init__(
        self, protocol: Callable[[], asyncio.BaseProtocol], *, tls: ssl.SSLContext | None = None, buffer: int = 0
    ) -> None:
        self._protocol = protocol
        self._tls = tls
        self._buffer = buffer
        self._welcomes: set[asyncio.Task[None]] = set()

    def open(self, port: int = 0) -> int:
        """Begin to listen; 0: any port. Returns the port."""
        self._wire = socket.socket()
        self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._buffer:  # accepted sockets inherit them
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._buffer)
        self._wire.bind(("127.0.0.1", port))
        self._wire.listen(100)
        self._wire.setblocking(False)
        asyncio.get_running_loop().add_reader(self._wire, self._accept)
        return int(self._wire.getsockname()[1])

    async def close(self) -> None:
        """Listen no more. Connections there are stay."""
        asyncio.get_running_loop().remove_reader(self._wire)
        self._wire.close()
        await asyncio.gather(*self._welcomes)

    def _accept(self) -> None:
        with suppress(BlockingIOError, ConnectionAbortedError):
            connection, _address = self._wire.accept()
            connection.setblocking(False)
            task = asyncio.create_task(self._welcome(connection))
            self._welcomes.add(task)
            task.add_done_callback(self._welcomes.discard)

    async def _welcome(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        timeout = 5.0 if self._tls else None
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol, connection, ssl=self._tls, ssl_handshake_timeout=timeout
            )
        except OSError:  # it went away, or its TLS is not ours
            connection.close()
