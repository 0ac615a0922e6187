"""Where the service runs: `ServiceThread` in the test's own process, `ServiceProcess` in a child that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.aiola_server.controls import LIMIT_S, Controls, from_json, to_json
from tests.aiola_server.service import AiolaService, Options

ROOT = Path(__file__).resolve().parents[2]


async def serve(options: Options, ready: Callable[[AiolaService], Awaitable[None]]) -> None:
    """Run the service for as long as `ready(service)` takes."""
    service = AiolaService(options)
    await service.open()
    try:
        await ready(service)
    finally:
        await service.close()


class ServiceThread(Controls):
    """A context manager: `with ServiceThread() as service:`."""

    def __init__(self, **options: Any) -> None:
        self._options = Options(**options)
        self.tls = bool(self._options.certificate)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aiola-service", daemon=True)

    def __enter__(self) -> ServiceThread:
        self._thread.start()
        assert self._ready.wait(LIMIT_S), "the service did not start"
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive(), "the service does not end"

    def ask(self, what: str, /, **arguments: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(self._service.perform(what, arguments), self._loop).result(LIMIT_S)

    def _run(self) -> None:
        asyncio.run(serve(self._options, self._until_over))

    async def _until_over(self, service: AiolaService) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._service = service
        self.port = service.port
        self._ready.set()
        await self._over.wait()


class ServiceProcess(Controls):
    """A child: `kill()` and `start()` again on the same port, `freeze()` and `thaw()`. What it saw dies with it."""

    def __init__(self, **options: Any) -> None:
        self._options = dict(options)
        self.port = options.get("port", 0)
        self.tls = bool(options.get("certificate"))
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> ServiceProcess:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()

    def start(self) -> None:
        options = json.dumps({**self._options, "port": self.port})
        path = os.pathsep.join([str(ROOT), str(ROOT / "app"), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.aiola_server", "--child", options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline())
        self.port = ports["port"]
        self._wire = socket.create_connection(("127.0.0.1", ports["control"]), timeout=LIMIT_S)
        self._lines = self._wire.makefile("rb")

    def ask(self, what: str, /, **arguments: Any) -> Any:
        self._wire.sendall(to_json({"do": what, **arguments}).encode() + b"\n")
        answer = from_json(self._lines.readline())
        assert "problem" not in answer, answer["problem"]
        return answer["answer"]

    def kill(self) -> None:
        """As by `kill -9`: its connections are reset or just end, as the system sees fit."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(LIMIT_S)
        for pipe in (process.stdin, process.stdout, self._lines, self._wire):
            if pipe is not None:
                pipe.close()

    def freeze(self) -> None:
        """It hangs: connections stay open and nobody reads."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class ControlPort:
    """The service's other ear, on the loopback: a JSON object a line, `{"do": "reset"}`, an answer a line."""

    def __init__(self, service: AiolaService) -> None:
        self._service = service

    async def open(self, port: int = 0) -> int:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", port, limit=64 * 1024 * 1024)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        self._server.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            try:
                wish = from_json(line)
                answer = {"answer": await self._service.perform(wish.pop("do"), wish)}
            except (ValueError, TypeError, KeyError, AttributeError) as problem:
                answer = {"problem": f"{type(problem).__name__}: {problem}"}
            writer.write(to_json(answer).encode() + b"\n")
            await writer.drain()
        writer.close()
