"""python-socketio's server as the stream needs it: strict about the protocol, with its raw frames kept."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from functools import partial
from typing import Any

import engineio
import socketio
from aiohttp import WSMsgType, web
from engineio.async_drivers.aiohttp import WebSocket
from tests.aiola_server.record import StreamRecord
from tests.aiola_server.script import Script

PATH = "/api/voice-streaming/socket.io"
NAMESPACE = "/events"

BACKLOG = 32
"""Messages of one connection that wait to be sent while it is flooded."""


class QuietWebSocket(WebSocket):
    """Engine.IO's WebSocket on aiohttp, which answers pings only while the script says so."""

    def __init__(self, script: Script, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        self._script = script

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(max_msg_size=self.server.max_http_buffer_size, autoping=False)
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        await self.handler(self)
        return self._sock

    async def wait(self) -> str | bytes:
        """The next message. Raises OSError at the end."""
        while True:
            message = await self._sock.receive()
            if message.type is WSMsgType.PING:
                if self._script.pongs:
                    await self._sock.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                if not isinstance(message.data, bytes | str):
                    raise OSError("the connection has ended")
                return message.data


class StreamServer(socketio.AsyncServer):
    """Keeps the raw conversation, and is as strict as the Node server: what breaks the protocol is hung up on."""

    def __init__(self, script: Script, **options: Any) -> None:
        super().__init__(
            async_mode="aiohttp",
            async_handlers=False,  # events of a connection one behind the other
            max_http_buffer_size=1_000_000,
            cors_allowed_origins="*",
            **options,
        )
        self.eio._async = {**self.eio._async, "websocket": partial(QuietWebSocket, script)}
        self.raw: defaultdict[str, list[tuple[str, str | bytes]]] = defaultdict(list)
        self.keepers: dict[str, StreamRecord] = {}

    async def send_raw(self, sid: str, frame: str | bytes) -> None:
        """One Engine.IO message whatever is in it."""
        await self.eio.send(self.manager.eio_sid_from_sid(sid, NAMESPACE), frame)

    async def hang_up(self, eio_sid: str, *, says_so: bool) -> None:
        """End the WebSocket, as the Node server does; with an Engine.IO close packet before it or without."""
        with suppress(KeyError):
            wire = self.eio.sockets[eio_sid]
            await wire.close(wait=False, abort=not says_so)
            await wire.queue.put(None)  # its writer ends with this

    async def wait_for_room(self, sid: str) -> None:
        """Wait until fewer than `BACKLOG` messages wait to be sent to it."""
        wire = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, NAMESPACE))
        while wire is not None and not wire.closed and wire.queue.qsize() >= BACKLOG:
            await asyncio.sleep(0.001)

    def keep(self, eio_sid: str, way: str, frame: str | bytes) -> None:
        if record := self.keepers.get(eio_sid):
            record.keep_raw(way, frame)
        else:
            self.raw[eio_sid].append((way, frame))

    def _engineio_server_class(self) -> Any:
        keep = self.keep

        class Sending(engineio.AsyncServer):
            async def send_packet(self, sid: str, pkt: Any) -> None:
                keep(sid, "down", pkt.data)
                await super().send_packet(sid, pkt)

        return Sending

    async def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        self.keep(eio_sid, "up", data)
        early = data[:1] in ("2", "5") and not self.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        try:
            if early:
                raise ValueError("an event before the namespace was accepted")
            await super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, IndexError, KeyError, AttributeError):
            await self.hang_up(eio_sid, says_so=False)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: Any) -> None:
        await super()._handle_eio_disconnect(eio_sid, reason)
        self.keepers.pop(eio_sid, None)
        self.raw.pop(eio_sid, None)
