"""A line that can be made bad: a TCP proxy on the loopback, in a thread (`FaultProxy`) or child (`FaultProxyProcess`).

    with FaultProxy(service.port) as line:
        line.shape(delay_s=0.05, connect_delay=True)
        line.stall()

It only sees bytes, so TLS passes through. Small kernel buffers keep it from hiding a stall.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.aiola_server.listening import Listener

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 20.0
BUFFER = 8192
PIECE = 2048
IN_FLIGHT = 65_536
"""Bytes that a slow line holds one way, like the buffer of a router; a sender that is faster has to wait."""

WAYS = {"up": ("up",), "down": ("down",), "both": ("up", "down")}


@dataclass
class Line:
    """How the line is now. Seconds and bytes a second; `rate` 0: as fast as it goes, each way of each connection.
    `connect_delay`: the first bytes of a connection wait one round trip more, as long as a TCP handshake would take.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    rate: float = 0.0
    connect_delay: bool = False
    refusing: bool = False
    hanging: bool = False
    stalled: set[str] = field(default_factory=set)
    holed: set[str] = field(default_factory=set)
    accepted: int = 0
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    swallowed: int = 0


class Connection:
    """One connection through the line."""

    def __init__(self, line: Line, client: asyncio.StreamWriter) -> None:
        self.line = line
        self.ends = [client]
        self.stalled: set[str] = set()
        self.holed: set[str] = set()
        self._opened = asyncio.get_running_loop().time()

    def reset(self) -> None:
        for end in self.ends:
            wire = end.get_extra_info("socket")
            if wire is not None and wire.fileno() >= 0:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()

    def close(self) -> None:
        for end in self.ends:
            end.close()

    async def pass_on(self, reader: asyncio.StreamReader, port: int) -> None:
        wire = socket.socket()
        wire.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            wire.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        try:
            await asyncio.get_running_loop().sock_connect(wire, ("127.0.0.1", port))
        except OSError:
            wire.close()
            raise
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        behind, server = await asyncio.open_connection(sock=wire, limit=BUFFER)
        self.ends.append(server)
        for end in self.ends:
            end.transport.set_write_buffer_limits(high=BUFFER)
        pumps = [
            asyncio.create_task(self._pump("up", reader, server)),
            asyncio.create_task(self._pump("down", behind, self.ends[0])),
        ]
        try:
            await asyncio.gather(*pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        on_its_way: deque[tuple[float, bytes]] = deque()
        moved = asyncio.Condition()
        delivery = asyncio.create_task(self._deliver(way, on_its_way, moved, writer))
        try:
            await self._take(way, reader, on_its_way, moved)
            await delivery
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    async def _take(
        self, way: str, reader: asyncio.StreamReader, out: deque[tuple[float, bytes]], moved: asyncio.Condition
    ) -> None:
        loop, line, last, free, data = asyncio.get_running_loop(), self.line, 0.0, 0.0, b"?"
        while data:
            await self._gate(way)
            try:
                data = await reader.read(PIECE)
            except ConnectionError:
                await self._gate(way)  # a reset does not come through a line that stands still either
                raise
            if data and (way in line.holed or way in self.holed):
                line.swallowed += len(data)
                continue
            begins = self._opened + 2 * line.delay_s if line.connect_delay and way == "up" else 0.0
            free = max(free, loop.time(), begins) + (len(data) / line.rate if line.rate else 0.0)
            last = max(last, free + line.delay_s + random.uniform(0, line.jitter_s))
            async with moved:
                await moved.wait_for(lambda: not line.rate or sum(len(each) for _, each in out) < IN_FLIGHT)
                out.append((last, data))
                moved.notify_all()

    async def _deliver(
        self, way: str, out: deque[tuple[float, bytes]], moved: asyncio.Condition, writer: asyncio.StreamWriter
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            async with moved:
                await moved.wait_for(lambda: out)
                due, data = out.popleft()
                moved.notify_all()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await self._gate(way)
            if not data:
                with suppress(OSError):
                    writer.write_eof()
                return
            self.line.passed[way] += len(data)
            writer.write(data)
            await writer.drain()

    async def _gate(self, way: str) -> None:
        while way in self.line.stalled or way in self.stalled:
            await asyncio.sleep(0.005)


class Proxy:
    """The proxy on its loop. Public methods besides `open` and `close` are what `Faults` asks for."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._line = Line()
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, port: int = 0) -> int:
        self._listener = Listener(self._streams, buffer=BUFFER)
        return self._listener.open(port)

    async def close(self) -> None:
        await self._listener.close()
        self.reset()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def shape(self, **values: Any) -> None:
        for name, value in values.items():
            assert hasattr(self._line, name), name
            setattr(self._line, name, value)

    def aim(self, port: int) -> None:
        self._target = port

    def stall(self, way: str, existing: bool) -> None:
        self._mark("stalled", way, existing)

    def hole(self, way: str, existing: bool) -> None:
        self._mark("holed", way, existing)

    def flow(self) -> None:
        both: list[Line | Connection] = [self._line, *self._connections]
        for each in both:
            each.stalled.clear()
            each.holed.clear()

    def reset(self) -> None:
        for each in list(self._connections):
            each.reset()

    def end(self) -> None:
        for each in list(self._connections):
            each.close()

    def state(self) -> dict[str, Any]:
        line = self._line
        counts = {"accepted": line.accepted, "open": len(self._connections), "swallowed": line.swallowed}
        return {**counts, **line.passed}

    def _mark(self, what: str, way: str, existing: bool) -> None:
        for each in self._connections if existing else [self._line]:
            getattr(each, what).update(WAYS[way])

    def _streams(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=BUFFER), self._accepted)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = Connection(self._line, writer)
        self._line.accepted += 1
        self._connections.add(connection)
        try:
            while self._line.hanging:
                await asyncio.sleep(0.02)
            if self._line.refusing:
                raise ConnectionRefusedError
            await connection.pass_on(reader, self._target)
        except OSError:
            connection.reset()  # one side broke: the other breaks too
        except asyncio.CancelledError:
            connection.reset()
        finally:
            connection.close()
            self._connections.discard(connection)
            self._tasks.discard(task)


class Faults(ABC):
    """What a test may ask of the line."""

    port: int

    @abstractmethod
    def ask(self, what: str, /, **arguments: Any) -> Any: ...

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def shape(self, **values: Any) -> None:
        """Fields of `Line`: delay_s, jitter_s, rate, connect_delay."""
        self.ask("shape", **values)

    def aim(self, port: int) -> None:
        """New connections go to another port."""
        self.ask("aim", port=port)

    def stall(self, way: str = "both", *, existing: bool = False) -> None:
        """Nothing passes any more and connections stay open. `existing`: only those there are, and for good."""
        self.ask("stall", way=way, existing=existing)

    def hole(self, way: str = "both", *, existing: bool = False) -> None:
        """What is sent vanishes, and the sender does not notice."""
        self.ask("hole", way=way, existing=existing)

    def flow(self) -> None:
        """No stall and no hole any more."""
        self.ask("flow")

    def reset(self) -> None:
        """RST on all connections, both sides."""
        self.ask("reset")

    def end(self) -> None:
        """An orderly end of all connections, both sides."""
        self.ask("end")

    def refuse(self, on: bool = True) -> None:
        """New connections are reset at once."""
        self.ask("shape", refusing=on)

    def hang(self, on: bool = True) -> None:
        """New connections are accepted and hear nothing."""
        self.ask("shape", hanging=on)

    def state(self) -> dict[str, int]:
        """Connections accepted and open; bytes passed up and down, and swallowed."""
        return dict(self.ask("state"))


class FaultProxy(Faults):
    """In a thread of this process."""

    def __init__(self, target: int) -> None:
        self._proxy = Proxy(target)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="fault-proxy", daemon=True)

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        assert self._ready.wait(LIMIT_S), "the proxy did not start"
        return self

    def __exit__(self, *exception: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive(), "the proxy does not end"

    def ask(self, what: str, /, **arguments: Any) -> Any:
        async def do() -> Any:
            return getattr(self._proxy, what)(**arguments)

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(LIMIT_S)

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self.port = await self._proxy.open()
        self._ready.set()
        await self._over.wait()
        await self._proxy.close()


class FaultProxyProcess(Faults):
    """In a child, where its timing does not depend on what this process does."""

    def __init__(self, target: int) -> None:
        self._target = target

    def __enter__(self) -> FaultProxyProcess:
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.aiola_server.fault_proxy", str(self._target)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = self._answer()
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.wait(LIMIT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def ask(self, what: str, /, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


async def _as_child(target: int) -> None:
    """A wish a line on standard input, an answer a line on standard output; ends with its input."""
    proxy, loop = Proxy(target), asyncio.get_running_loop()
    _say(await proxy.open())
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        wish = json.loads(line)
        _say(getattr(proxy, wish.pop("do"))(**wish))
    os._exit(0)


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A TCP proxy that delays and breaks; see Proxy for the wishes.")
    parser.add_argument("target", type=int, help="the port connections go to")
    asyncio.run(_as_child(parser.parse_args().target))
