"""A web server on loopback whose answers the test scripts: also as a proxy, over TLS, or hanging."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = "sk-canary-key-4f1d"
"""No test may find it in a message, a log or a repr."""


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Reply:
    """One answer.

    `hangs`: no answer comes until the server is closed. `drips`: the body comes byte by byte, without end.
    `breaks`: the connection is cut instead of an answer.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    drips: bool = False
    breaks: bool = False


def said(body: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


def refused(status: int, code: str, **headers: str) -> Reply:
    """An error as the service writes it, which also echoes the key."""
    return said({"error": {"message": f"no, {KEY}", "code": code, "details": {"key": KEY}}}, status, **headers)


Answer = Callable[[Seen], Reply]


class ScriptedServer:
    """The server. `answer` is called for each request on a thread of its own and may be replaced at any time."""

    def __init__(self, answer: Answer, certificate: Path | None = None) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        self.early: Reply | None = None
        """Answers before the request's body is read; the connection is closed behind it."""
        self.reading = threading.Event()
        """Request bodies are read only while it is set."""
        self.reading.set()
        self.closing = threading.Event()
        self.broken = threading.Event()
        """A client has disconnected before its answer, or before its request was complete."""
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        scheme, host = "http", "127.0.0.1"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme, host = "https", "localhost"
        self.port = self._server.server_port
        self.url = f"{scheme}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self.reading.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def paths(self) -> list[str]:
        return [f"{seen.method} {seen.path}" for seen in self.seen]


@contextmanager
def serving(answer: Answer, certificate: Path | None = None) -> Iterator[ScriptedServer]:
    server = ScriptedServer(answer, certificate)
    try:
        yield server
    finally:
        server.close()


def jwt(**claims: Any) -> str:
    """A token with these claims and no valid signature."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims, "signature")]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class _Server(ThreadingHTTPServer):
    owner: ScriptedServer
    daemon_threads = True
    connections = 0

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignored: clients that disconnect are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.number = self.server.connections

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:
            self.server.owner.broken.set()
            self.close_connection = True

    def _serve(self) -> None:
        owner = self.server.owner
        if owner.early is not None:
            self._reply(owner.early, owner)
            self.close_connection = True
            return
        owner.reading.wait(60)
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            owner.broken.set()
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body, self.number)
        owner.seen.append(seen)
        self._reply(owner.answer(seen), owner)

    def _reply(self, reply: Reply, owner: ScriptedServer) -> None:
        if reply.hangs:
            owner.closing.wait(60)
        if reply.hangs or reply.breaks:
            self.close_connection = True
            return
        self.send_response_only(reply.status)
        length = 1_000_000 if reply.drips else len(reply.body)
        for name, value in {"Content-Length": str(length), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection |= "Content-Length" in reply.headers  # its announced length may be wrong on purpose
        while reply.drips and not owner.closing.wait(0.02):
            self.wfile.write(b" ")

    do_GET = do_POST = do_DELETE = do_CONNECT = _serve  # noqa: N815 - the base class looks for these names

    def log_message(self, *_: object) -> None:
        pass


def wait_until(true: Callable[[], object], timeout_s: float = 10.0) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.005)
