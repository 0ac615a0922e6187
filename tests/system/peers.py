"""Other ends for a link on the loopback: a Socket.IO server, a socket that follows a script, a proxy."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import socketio
from aiohttp import web

LIMIT_S = 5.0
NAMESPACE = "/events"
OPENING = b'0{"sid":"e1","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'
ACCEPTED = b'40/events,{"sid":"s1"}'


class SocketIoServer:
    """python-socketio's own server, on a thread. `heard`: (event, payload) in the order of arrival."""

    def __init__(
        self, *, certificate: Path | None = None, host: str = "127.0.0.1", ping_interval_s: float = 25
    ) -> None:
        self.heard: Queue[tuple[str, Any]] = Queue()
        self.acknowledged: Queue[Any] = Queue()
        self.refuse: object = None
        self._certificate = certificate
        self._host = host
        self._server = socketio.AsyncServer(async_mode="aiohttp", ping_interval=ping_interval_s)
        self._server.on("*", self._event, namespace=NAMESPACE)
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        self.sid = ""
        self.request: dict[str, Any] = {}

    def __enter__(self) -> SocketIoServer:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="socketio-server")
        self._thread.start()
        assert ready.wait(LIMIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else "localhost" if self._certificate else self._host
        return f"{'https' if self._certificate else 'http'}://{host}:{self.port}"

    def emit(self, name: str, payload: Any, times: int = 1, callback: Callable[..., None] | None = None) -> None:
        async def send() -> None:
            for number in range(times):
                said = payload if times == 1 else {**payload, "number": number}
                await self._server.emit(name, said, to=self.sid, namespace=NAMESPACE, callback=callback)

        self._do(send())

    def disconnect(self) -> None:
        self._do(self._server.disconnect(self.sid, namespace=NAMESPACE))

    def _do(self, what: Any) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(LIMIT_S)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        application = web.Application()
        self._server.attach(application, socketio_path="api/voice-streaming/socket.io")
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        secured = None
        if self._certificate is not None:
            secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            secured.load_cert_chain(self._certificate)
        site = web.TCPSite(runner, self._host, 0, ssl_context=secured)
        await site.start()
        self.port = runner.addresses[0][1]
        ready.set()
        await self._over.wait()
        await self._server.shutdown()
        await runner.cleanup()

    async def _connect(self, sid: str, environ: dict[str, Any]) -> None:
        if self.refuse is not None:
            raise socketio.exceptions.ConnectionRefusedError(self.refuse)
        self.sid, self.request = sid, environ

    async def _disconnect(self, _sid: str, _reason: str) -> None:
        self.heard.put(("disconnect", None))

    async def _event(self, name: str, _sid: str, payload: Any) -> None:
        self.heard.put((name, payload))


Script = Callable[[socket.socket], None]


@contextlib.contextmanager
def scripted(*scripts: Script, host: str = "127.0.0.1") -> Iterator[str]:
    """An address; each connection to it follows the next script on a thread of its own, the last one again."""
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    threads: list[threading.Thread] = []
    taken: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                taken.append(connection)
                script = scripts[min(len(taken), len(scripts)) - 1]
                threads.append(threading.Thread(target=follow, args=(script, connection)))
                threads[-1].start()

    def follow(script: Script, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            script(connection)
        connection.close()

    threads.append(threading.Thread(target=accept))
    threads[0].start()
    place = f"[{host}]" if ":" in host else host
    try:
        yield f"http://{place}:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in taken:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(threads):
            thread.join(LIMIT_S)
            assert not thread.is_alive()


def request_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = connection.recv(1)
        if not piece:
            raise OSError("gone")
        head += piece
    return head


def answer(status: str, body: str = "", **headers: str) -> Script:
    """An HTTP answer to the upgrade."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    def script(connection: socket.socket) -> None:
        request_head(connection)
        connection.sendall(("\r\n".join([*lines, "", ""]) + body).encode())
        rest(connection)

    return script


def upgraded(connection: socket.socket, *frames: bytes) -> bytes:
    """Shake hands and say `frames` in the same breath. Returns the request."""
    head = request_head(connection)
    key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    digest = hashlib.sha1(key.split(b":", 1)[1].strip() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"Upgrade: websocket",
        b"Connection: Upgrade",
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest),
        b"",
        b"",
    ]
    connection.sendall(b"\r\n".join(lines) + b"".join(frames))
    return head


def frame(data: bytes, opcode: int = 1, fin: bool = True) -> bytes:
    """A WebSocket frame as a server sends it."""
    size = len(data)
    if size < 126:
        length = bytes([size])
    else:
        length = struct.pack("!BH", 126, size) if size < 65_536 else struct.pack("!BQ", 127, size)
    return bytes([fin << 7 | opcode]) + length + data


def accepted(connection: socket.socket, *frames: bytes) -> None:
    """Everything up to an accepted namespace, then `frames`."""
    upgraded(connection, frame(OPENING))
    received(connection)  # the wish for the namespace
    connection.sendall(frame(ACCEPTED) + b"".join(frames))


def received(connection: socket.socket) -> tuple[int, bytes]:
    """The next frame of a client: opcode and data."""
    first, second = _exactly(connection, 2)
    size = second & 127
    if size >= 126:
        size = int.from_bytes(_exactly(connection, 2 if size == 126 else 8), "big")
    mask, data = _exactly(connection, 4), _exactly(connection, size)
    return first & 15, bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


def rest(connection: socket.socket) -> bytes:
    """All that still comes, until the other end closes."""
    data = b""
    while piece := connection.recv(65_536):
        data += piece
    return data


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise OSError("gone")
        data += piece
    return data


def proxy(to: str, *, signed: str = "", status: str = "200 OK", asked: Queue[bytes] | None = None) -> Script:
    """A CONNECT proxy that leads everything to the loopback address `to`, whatever host it is asked for."""

    def script(connection: socket.socket) -> None:
        head = request_head(connection)
        if asked is not None:
            asked.put(head)
        wanted = b"Proxy-Authorization: Basic " + base64.b64encode(signed.encode())
        if signed and wanted not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
            return
        connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if not status.startswith("2"):
            return
        host, _, port = to.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), LIMIT_S) as there:
            there.settimeout(None)
            back = threading.Thread(target=_pour, args=(there, connection))
            back.start()
            _pour(connection, there)
            back.join(LIMIT_S)

    return script


def _pour(source: socket.socket, into: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            into.sendall(piece)
    with contextlib.suppress(OSError):
        into.shutdown(socket.SHUT_WR)
