"""The stream: Socket.IO as aiOla speaks it, on python-socketio's server. Everything here runs on the service's loop."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

import engineio
import socketio
from socketio.exceptions import ConnectionRefusedError
from tests.aiola_server.ears import Understand
from tests.aiola_server.record import Answer, Records, StreamRecord
from tests.aiola_server.script import LANGUAGES, Refused, Script
from tests.aiola_server.segmenter import Segmenter, SpeechSegment, VadConfig
from tests.aiola_server.tones import RATE

PATH = "/api/voice-streaming/socket.io"
NAMESPACE = "/events"

Say = Callable[[str, Any], Awaitable[None]]


def written(text: str, keywords: Mapping[str, str]) -> str:
    """Keywords as the service applies them: whole words, the longest spoken form first."""
    for spoken in sorted(keywords, key=len, reverse=True):
        new = keywords[spoken].replace("\\", r"\\")
        text = re.sub(rf"\b{re.escape(spoken)}\b", new, text, flags=re.IGNORECASE)
    return text


def keyword_map(payload: Any) -> dict[str, str]:
    """A JSON object (Python SDK) or UTF-8 JSON bytes (JavaScript SDK); raises ValueError."""
    found = json.loads(payload) if isinstance(payload, bytes | str) else payload
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError("keywords must be an object of strings")
    return found


class Stream:
    """One connection: sound in, transcripts out, in order."""

    def __init__(self, record: StreamRecord, script: Script, understand: Understand, say: Say) -> None:
        query = record.query
        self.record = record
        self.token = query["x-aiola-api-token"]
        self.keywords = keyword_map(query.get("keywords", "{}"))
        tasks = json.loads(query.get("tasks_config", "{}"))
        self._translate_to = (tasks.get("TRANSLATION") or {}).get("dst_lang_code", "")
        self._segmenter = Segmenter(VadConfig.of(json.loads(query.get("vad_config", "{}"))))
        self._script = script
        self._understand = understand
        self._say = say
        self.mute = time.monotonic() < script.mute_until
        self._closed: asyncio.Queue[tuple[float, SpeechSegment]] = asyncio.Queue()
        self._answering = asyncio.create_task(self._answer_all())

    def hear(self, pcm: bytes) -> None:
        now = time.monotonic()
        record = self.record
        if pcm:
            record.first_audio = record.first_audio or now
            record.last_audio = now
        record.chunks += 1
        record.audio_bytes += len(pcm)
        if self._script.keep_audio:
            record.audio += pcm
        for segment in self._segmenter.feed(pcm):
            if now >= self._script.silent_until and not self.mute:
                self._closed.put_nowait((now, segment))

    async def close(self) -> None:
        self._answering.cancel()
        with suppress(asyncio.CancelledError):
            await self._answering

    async def _answer_all(self) -> None:
        while True:
            closed, segment = await self._closed.get()
            text = await self._understand(segment.pcm)
            due = closed + self._script.delay_s + random.uniform(0, self._script.jitter_s)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            while self._script.holding:
                await asyncio.sleep(0.005)
            if text and time.monotonic() >= self._script.silent_until and not self.mute:
                await self._answer(text, closed, segment)

    async def _answer(self, text: str, closed: float, segment: SpeechSegment) -> None:
        text = written(text, self.keywords)
        answer = Answer(text, closed, time.monotonic(), segment.start / RATE, segment.end / RATE)
        self.record.answers.append(answer)
        await self._say("transcript", {"transcript": text})
        if self._translate_to:
            translated = " ".join(f"{word}-{self._translate_to}" for word in text.split())
            await self._say("translation", {"translation": translated})


class StreamServer(socketio.AsyncServer):
    """Keeps the raw conversation, and is as strict as the Node server: what breaks the protocol is hung up on."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            async_mode="aiohttp",
            async_handlers=False,  # events of a connection one behind the other
            max_http_buffer_size=1_000_000,
            cors_allowed_origins="*",
            **options,
        )
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


class Events(socketio.AsyncNamespace):
    """The namespace: who may come in, and what they say."""

    server: StreamServer

    def __init__(self, script: Script, records: Records, understand: Understand) -> None:
        super().__init__(NAMESPACE)
        self._script = script
        self._records = records
        self._understand = understand
        self.streams: dict[str, Stream] = {}

    async def on_connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        headers = {name[5:].replace("_", "-").title(): environ[name] for name in environ if name.startswith("HTTP_")}
        try:
            self._admit(query, headers)
            record = StreamRecord(len(self._records.streams), query, headers, transport=query.get("transport", ""))
            self.streams[sid] = Stream(record, self._script, self._understand, self._speaker(sid, record))
        except Refused as refused:
            self._records.refused.append((time.monotonic(), refused.code))
            error = ConnectionRefusedError()
            error.error_args = {"message": refused.payload["message"], "data": refused.payload}
            raise error from None
        eio_sid = self.server.manager.eio_sid_from_sid(sid, NAMESPACE)
        record.raw = self.server.raw.pop(eio_sid, [])
        self.server.keepers[eio_sid] = record
        self._records.streams.append(record)

    async def on_disconnect(self, sid: str, reason: Any) -> None:
        if stream := self.streams.pop(sid, None):
            stream.record.closed = time.monotonic()
            stream.record.reason = str(reason)
            await stream.close()

    async def trigger_event(self, event: str, *arguments: Any) -> Any:
        """Every event but sound is written down, known or not."""
        if event in ("connect", "disconnect"):
            return await super().trigger_event(event, *arguments)
        sid, *payload = arguments
        stream = self.streams.get(sid)
        if stream is None:
            return None
        if event == "binary_data" and payload and isinstance(payload[0], bytes):
            stream.hear(payload[0])
            return None
        stream.record.events.append((time.monotonic(), event, payload[0] if payload else None))
        try:
            if event == "set_keywords":
                stream.keywords = keyword_map(payload[0])
            elif event == "set_schema_values":
                await self.emit("schema_values_updated", payload[0], to=sid)
            elif event == "binary_data":
                raise ValueError("binary_data takes bytes")
        except (ValueError, IndexError) as problem:
            await self.emit("error", {"error": {"message": str(problem), "code": "VALIDATION_ERROR"}}, to=sid)
        return None

    def _admit(self, query: Mapping[str, str], headers: Mapping[str, str]) -> None:
        """Raises Refused, as the service would word it."""
        script, now = self._script, time.monotonic()
        if refusal := script.refusal("connect", now):
            raise Refused(refusal.code, refusal.message, status=refusal.status)
        token = query.get("x-aiola-api-token", "")
        if not token or headers.get("Authorization") != f"Bearer {token}":
            raise Refused("UNAUTHORIZED", "Unauthorized")
        script.check(token, "session", time.time())
        if query.get("flow_id") not in script.workflows:
            raise Refused("WORKFLOW_NOT_FOUND", "Workflow not found")
        full = script.stream_limit is not None and len(self.streams) >= script.stream_limit
        if full or now < script.taken_until:
            raise Refused("MAX_CONCURRENCY_REACHED", "Maximum concurrent sessions reached")
        try:
            uuid.UUID(query.get("execution_id", ""))
            if query.get("lang_code", "en") not in LANGUAGES or "time_zone" not in query:
                raise ValueError("lang_code or time_zone")
            keyword_map(query.get("keywords", "{}"))
            VadConfig.of(json.loads(query.get("vad_config", "{}")))
        except ValueError as problem:
            raise Refused("VALIDATION_ERROR", f"Validation failed: {problem}") from None

    def _speaker(self, sid: str, record: StreamRecord) -> Say:
        def acknowledged(*_: Any) -> None:
            record.acks += 1

        async def say(name: str, payload: Any) -> None:
            callback = acknowledged if self._script.ask_acks else None
            await self.emit(name, payload, to=sid, callback=callback)

        return say
