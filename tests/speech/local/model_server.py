"""A web server on this computer that sends the files of a folder, as well or as badly as a test tells it to."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

HTML = b"<!DOCTYPE html><html><body>Please accept the terms of the hotel.</body></html>"


@dataclass
class Behavior:
    """How a file is sent. `times`: for so many requests; after them the file is sent as it is."""

    times: int = 1_000
    status: int = 200
    cut_after: int | None = None
    is_silent: bool = False
    stall_after: int | None = None
    flip_byte: int | None = None
    announce: int | None = None
    without_length: bool = False
    append: bytes = b""
    html: bool = False
    ignores_range: bool = False
    wrong_range: bool = False
    redirect: str = ""


@dataclass
class Asked:
    """One request: the path and the offset it asks for."""

    path: str
    offset: int


@dataclass
class ModelServer:
    """`files`: what it has, by path. `behavior`: of files by name; `one_by_one`: of the next requests, before that.

    `asked`: the requests so far. `stalled`: set when a request hangs, until `released` is set.
    """

    files: dict[str, bytes]
    address: str = ""
    behavior: dict[str, Behavior] = field(default_factory=dict)
    one_by_one: dict[str, list[Behavior]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def offsets(self, name: str) -> list[int]:
        """The offsets at which files of this name were asked for, in order."""
        return [asked.offset for asked in self.asked if asked.path.endswith(name)]

    def wait_until_asked(self, name: str, offset: int, seconds: float) -> bool:
        """Wait for a request of this file from this offset on."""
        with self.changed:
            return self.changed.wait_for(lambda: offset in self.offsets(name), seconds)

    def note(self, asked: Asked) -> None:
        with self.changed:
            self.asked.append(asked)
            self.changed.notify_all()

    def take_behavior(self, path: str) -> Behavior:
        name = path.rpartition("/")[2]
        if self.one_by_one.get(name):
            return self.one_by_one[name].pop(0)
        behavior = self.behavior.get(name, Behavior())
        if behavior.times <= 0:
            return Behavior()
        behavior.times -= 1
        return behavior


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[ModelServer]:
    """A server for the time of the block."""
    model_server = ModelServer(files)

    class Handler(_Handler):
        server_state = model_server

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        model_server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="model server")
        thread.start()
        try:
            yield model_server
        finally:
            model_server.released.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_state: ModelServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        state, path = self.server_state, unquote(self.path).lstrip("/")
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        offset = int(found[1]) if found else 0
        state.note(Asked(path, offset))
        behavior = state.take_behavior(path)
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has seen enough
            self._answer(behavior, path, offset)

    def _answer(self, behavior: Behavior, path: str, offset: int) -> None:
        if behavior.is_silent:
            self.server_state.released.wait(60)
        elif behavior.redirect:
            self._head(302, {"Location": behavior.redirect, "Content-Length": "0"})
        elif behavior.html:
            self._head(200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(HTML))})
            self.wfile.write(HTML)
        elif behavior.status != 200 or path not in self.server_state.files:
            self._head(behavior.status if behavior.status != 200 else 404, {"Content-Length": "0"})
        else:
            self._send(behavior, self.server_state.files[path], offset)

    def _send(self, behavior: Behavior, content: bytes, offset: int) -> None:
        if behavior.flip_byte is not None:
            at = behavior.flip_byte
            content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        start = 0 if behavior.ignores_range else offset
        body = content[start:] + behavior.append
        headers = {"Content-Type": "application/octet-stream"}
        if not behavior.without_length:
            headers["Content-Length"] = str(behavior.announce if behavior.announce is not None else len(body))
        if start or (offset and not behavior.ignores_range):
            first = start + 1 if behavior.wrong_range else start
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        self._head(206 if "Content-Range" in headers else 200, headers)
        if behavior.stall_after is not None:
            self.wfile.write(body[: behavior.stall_after])
            self.wfile.flush()
            self.server_state.stalled.set()
            self.server_state.released.wait(60)
        else:
            self.wfile.write(body if behavior.cut_after is None else body[: behavior.cut_after])

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
