"""The service itself on an asyncio loop: it listens, and it does what `controls.py` asks for by name."""

from __future__ import annotations

import asyncio
import copy
import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from tests.aiola_server.ears import Understand, WhisperEars, tone_words
from tests.aiola_server.http_api import HttpApi
from tests.aiola_server.listening import Listener, reset
from tests.aiola_server.record import Records
from tests.aiola_server.script import STATUS, Refusal, Script
from tests.aiola_server.script_ears import ScriptEars
from tests.aiola_server.socket_server import NAMESPACE, PATH, StreamServer
from tests.aiola_server.spoken import SpokenScript
from tests.aiola_server.stream import Events

PING_INTERVAL_S = 25.0
PING_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Options:
    """`port` 0: any. `ears`: "tones" or "local". `certificate`: PEM with the key, for TLS."""

    port: int = 0
    ears: str = "tones"
    certificate: str = ""
    ping_interval_s: float = PING_INTERVAL_S
    ping_timeout_s: float = PING_TIMEOUT_S


class AiolaService:
    """Everything here is called on the loop's thread. Public methods are what `perform` may be asked for."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.port = options.port
        self._script = Script()
        self._records = Records()
        self._ears: Understand = WhisperEars() if options.ears == "local" else tone_words
        self._listener: Listener | None = None
        self._later: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        logging.getLogger("engineio.server").setLevel(logging.CRITICAL)
        self._sio = StreamServer(
            self._script, ping_interval=self._options.ping_interval_s, ping_timeout=self._options.ping_timeout_s
        )
        self._events = Events(self._script, self._records, self._ears)
        self._sio.register_namespace(self._events)
        app = HttpApi(self._script, self._records, self._ears).application()
        self._sio.attach(app, socketio_path=PATH)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, keepalive_timeout=60)
        await self._runner.setup()
        await self._listen()

    async def close(self) -> None:
        for task in list(self._later):
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)
        await self._deafen()
        self.reset()
        await self._sio.shutdown()
        await self._runner.cleanup()
        if isinstance(self._ears, WhisperEars):
            self._ears.close()

    async def perform(self, name: str, arguments: dict[str, Any]) -> Any:
        """Do what is asked for and give the answer."""
        if name.startswith("_") or name in ("open", "close", "perform"):
            raise ValueError(f"unknown: {name}")
        answer = getattr(self, name)(**arguments)
        return await answer if asyncio.iscoroutine(answer) else answer

    # What can be seen

    def summary(self) -> dict[str, Any]:
        records = self._records
        return {
            "open": len(records.open),
            "streams": len(records.streams),
            "audio_bytes": records.audio_bytes,
            "first_audio": [stream.first_audio for stream in records.streams],
            "answers": sum(len(stream.answers) for stream in records.streams),
            "requests": len(records.requests),
            "refused": len(records.refused),
            "sessions": len(self._script.sessions),
            "connections": len(self._transports()),
        }

    def records(self) -> Records:
        return copy.deepcopy(self._records)

    def forget_first_audio(self) -> None:
        """Of the open streams: the next sound is the first."""
        for stream in self._records.open:
            stream.first_audio = None

    def forget(self) -> None:
        """A clean page; what is open stays on it."""
        self._records.streams[:] = self._records.open
        self._records.requests.clear()
        self._records.refused.clear()

    # How it behaves from now on

    def set(self, name: str, value: Any) -> None:
        """One of the values of `Script`."""
        if not hasattr(self._script, name):
            raise ValueError(f"unknown: {name}")
        setattr(self._script, name, set(value) if isinstance(getattr(self._script, name), set) else value)

    def silent(self, seconds: float) -> None:
        self._script.silent_until = time.monotonic() + seconds

    def mute(self, seconds: float) -> None:
        """Streams that are open, and those opened in the next `seconds`, take sound and never answer again."""
        self._script.mute_until = time.monotonic() + seconds
        for stream in self._events.streams.values():
            stream.answering.mute = True

    def swallow(self, seconds: float) -> None:
        """Sound that arrives in the next `seconds` is lost, although every ping is answered."""
        self._script.swallowed_until = time.monotonic() + seconds

    def know_speech(self, folder: str) -> None:
        """Streams that open from now on understand the `SpokenScript` that was saved there, and nothing else."""
        self._events.understand = ScriptEars(SpokenScript.load(Path(folder)))

    def flood(self, name: str, payload: Any, seconds: float) -> None:
        """Send this event to every stream as fast as the line takes it."""
        for sid in list(self._events.streams):
            self._after(0.0, partial(self._events.flood, sid, name, payload, time.monotonic() + seconds))

    def take_slot(self, seconds: float) -> Any:
        """A second client takes the only slot: whoever streams is told and hung up on."""
        self._script.taken_until = time.monotonic() + seconds
        return self._dismiss("MAX_CONCURRENCY_REACHED", "Session was taken over by another client")

    def refuse(
        self,
        where: str = "",
        status: int = 0,
        code: str = "INTERNAL_ERROR",
        message: str = "",
        times: int | None = None,
        seconds: float | None = None,
        headers: dict[str, str] | None = None,
        body: str | None = None,
        content_type: str = "text/html",
    ) -> None:
        until = None if seconds is None else time.monotonic() + seconds
        status = status or STATUS[code]
        self._script.refusals.append(
            Refusal(where, status, code, message or code, times, until, headers or {}, body, content_type)
        )

    def accept(self) -> None:
        """No refusals any more."""
        self._script.refusals.clear()
        self._script.taken_until = 0.0

    def mint(self, life_s: float | None = None) -> str:
        return self._script.mint(time.time(), life_s)

    # What happens now

    def reset(self) -> None:
        """RST on every open connection."""
        for transport in self._transports():
            reset(transport)

    async def hang_up(self, how: str = "tcp") -> None:
        """Orderly: "socketio" (DISCONNECT packet), "engineio" (close packet), "tcp" (the connection ends)."""
        if how == "socketio":
            for sid in list(self._events.streams):
                await self._sio.disconnect(sid, namespace=NAMESPACE)
        elif how == "engineio":
            for eio_sid in list(self._sio.eio.sockets):
                await self._sio.hang_up(eio_sid, says_so=True)
        else:
            for transport in self._transports():
                transport.close()

    async def down(self, seconds: float | None = None) -> None:
        """The service goes away, and comes back after `seconds` (None: with `up`)."""
        await self._deafen()
        self.reset()
        if seconds is not None:
            self._after(seconds, self._listen)

    async def up(self) -> None:
        await self._listen()

    async def expire(self, how: str = "event") -> None:
        """The tokens of all streams expire now.

        "event" says so and disconnects; "reset" breaks the connections and says so to the next; "resets" never says so
        and resets every connection with such a token.
        """
        self._script.resets_revoked = how == "resets"
        self._script.revoked |= {stream.token for stream in self._events.streams.values()}
        if how == "event":
            await self._dismiss("TOKEN_EXPIRED", "Token has expired")
        else:
            self.reset()

    def hold(self) -> None:
        """Keep transcripts back; `release` sends them all at once."""
        self._script.holding = True

    def release(self) -> None:
        self._script.holding = False

    async def emit(self, name: str, payload: Any) -> None:
        for sid in list(self._events.streams):
            await self._sio.emit(name, payload, to=sid, namespace=NAMESPACE)

    async def send_raw(self, frames: list[str | bytes]) -> None:
        """Engine.IO messages whatever is in them, on every stream."""
        for sid in list(self._events.streams):
            for frame in frames:
                await self._sio.send_raw(sid, frame)

    # Its own business

    async def _dismiss(self, code: str, message: str) -> None:
        await self.emit("error", {"error": {"message": message, "code": code, "details": {}}})
        await self.hang_up("socketio")

    async def _listen(self) -> None:
        if self._listener is not None:
            return
        context = None
        if self._options.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._options.certificate)
        server = self._runner.server
        assert server is not None
        self._listener = Listener(server, tls=context)
        self.port = self._listener.open(self.port)

    async def _deafen(self) -> None:
        if self._listener is not None:
            listener, self._listener = self._listener, None
            await listener.close()

    def _transports(self) -> list[asyncio.Transport]:
        server = self._runner.server
        connections = server.connections if server is not None else []
        return [each.transport for each in connections if each.transport is not None]

    def _after(self, seconds: float, action: Callable[[], Any]) -> None:
        async def later() -> None:
            await asyncio.sleep(seconds)
            await action()

        task = asyncio.create_task(later())
        self._later.add(task)
        task.add_done_callback(self._later.discard)
