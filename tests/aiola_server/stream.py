"""The stream: Socket.IO as aiOla speaks it, on python-socketio's server. Everything here runs on the service's loop."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import socketio
from socketio.exceptions import ConnectionRefusedError
from tests.aiola_server.answering import Answering
from tests.aiola_server.ears import Understand
from tests.aiola_server.record import Answer, Records, StreamRecord
from tests.aiola_server.script import LANGUAGES, Refused, Script
from tests.aiola_server.segmenter import Segmenter, VadConfig
from tests.aiola_server.socket_server import NAMESPACE, StreamServer
from tests.aiola_server.tones import RATE

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
        self._segmenter = Segmenter(_segmentation(query, script))
        self._script = script
        self._say = say
        self._interim_at = 0
        self.answering = Answering(script, understand, self._send)

    def hear(self, pcm: bytes) -> None:
        now = time.monotonic()
        record = self.record
        if pcm and now < self._script.swallowed_until:
            record.swallowed_bytes += len(pcm)
            return
        if pcm:
            record.first_audio = record.first_audio or now
        record.chunks += 1
        record.audio_bytes += len(pcm)
        if self._script.keep_audio:
            record.audio += pcm
        for segment in self._segmenter.feed(pcm):
            self.answering.put(segment)
        if self._script.interim_s:
            self._report_open_segment(self._script.interim_s)

    async def close(self) -> None:
        await self.answering.close()

    def _report_open_segment(self, every_s: float) -> None:
        segment = self._segmenter.so_far()
        if segment is None or segment.end - max(segment.start, self._interim_at) < every_s * RATE:
            return
        self._interim_at = segment.end
        self.answering.put_interim(segment)

    async def _send(self, payload: dict[str, Any], answer: Answer | None) -> None:
        text = payload["transcript"] = written(payload["transcript"], self.keywords)
        if answer is not None:
            self.record.answers.append(replace(answer, text=text))
        await self._say("transcript", payload)
        if self._translate_to and answer is not None:
            translated = " ".join(f"{word}-{self._translate_to}" for word in text.split())
            await self._say("translation", {"translation": translated})


def _segmentation(query: Mapping[str, str], script: Script) -> VadConfig:
    """What the client asks for, unless the service has its own idea."""
    config = VadConfig.of(json.loads(query.get("vad_config", "{}")))
    own = {"min_silence_ms": script.min_silence_ms, "max_segment_ms": script.max_segment_ms}
    return replace(config, **{name: value for name, value in own.items() if value is not None})


class Events(socketio.AsyncNamespace):
    """The namespace: who may come in, and what they say."""

    server: StreamServer

    def __init__(self, script: Script, records: Records, understand: Understand) -> None:
        super().__init__(NAMESPACE)
        self._script = script
        self._records = records
        self.understand = understand
        self.streams: dict[str, Stream] = {}

    async def on_connect(self, sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
        query = dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
        headers = {name[5:].replace("_", "-").title(): environ[name] for name in environ if name.startswith("HTTP_")}
        await asyncio.sleep(self._script.connect_delay_s)
        try:
            self._admit(query, headers)
            record = StreamRecord(len(self._records.streams), query, headers, transport=query.get("transport", ""))
            self.streams[sid] = Stream(record, self._script, self.understand, self._speaker(sid, record))
        except Refused as refused:
            self._records.refused.append((time.monotonic(), refused.code))
            error = ConnectionRefusedError()
            error.error_args = {"message": refused.payload["message"], "data": refused.payload}
            raise error from None
        eio_sid = self.server.manager.eio_sid_from_sid(sid, NAMESPACE)
        record.raw = self.server.raw.pop(eio_sid, [])
        self.server.keepers[eio_sid] = record
        self._records.streams.append(record)

    async def flood(self, sid: str, name: str, payload: Any, until: float) -> None:
        """Send this event again and again, as fast as the line takes it."""
        frame = f"2{self.namespace},{json.dumps([name, payload])}"
        while time.monotonic() < until and sid in self.streams:
            await self.server.send_raw(sid, frame)
            await self.server.wait_for_room(sid)

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
