"""The service over HTTP: tokens, sessions, files, and the middleware every request (the stream's too) goes through."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import av
import numpy as np
import soxr
from aiohttp import web
from tests.aiola_server.ears import Understand
from tests.aiola_server.listening import reset
from tests.aiola_server.record import Records, RequestRecord
from tests.aiola_server.script import LANGUAGES, Refusal, Refused, Script
from tests.aiola_server.segmenter import Segmenter, VadConfig
from tests.aiola_server.socket_server import PATH as STREAM_PATH
from tests.aiola_server.stream import keyword_map, written
from tests.aiola_server.tones import RATE, seconds_of
from tests.sounds import read_samples

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WHERE = {
    "/voip-auth/apiKey2Token": "token",
    "/voip-auth/session": "session",
    "/company/token": "company",
    "/api/speech-to-text/file": "file",
    f"{STREAM_PATH}/": "stream",
}
LARGEST_FILE = 100 * 1024 * 1024


class HttpApi:
    """Adds its routes to an aiohttp application made with `middleware`."""

    def __init__(self, script: Script, records: Records, understand: Understand) -> None:
        self._script = script
        self._records = records
        self._understand = understand

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._middleware()], client_max_size=LARGEST_FILE)
        app.router.add_post("/voip-auth/apiKey2Token", self.api_key_to_token)
        app.router.add_post("/voip-auth/session", self.open_session)
        app.router.add_delete("/voip-auth/session", self.close_session)
        app.router.add_route("*", "/company/token", self.company_token)
        app.router.add_post("/api/speech-to-text/file", self.transcribe_file)
        return app

    async def api_key_to_token(self, request: web.Request) -> web.Response:
        return web.json_response({"context": {"token": self._script.grant_token(bearer(request), time.time())}})

    async def open_session(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        token, session = self._script.open_session(bearer(request), body.get("workflow_id"), time.time())
        return web.json_response({"jwt": token, "sessionId": session})

    async def close_session(self, request: web.Request) -> web.Response:
        self._script.close_session(bearer(request), time.time())
        return web.json_response({"status": "closed", "deletedAt": datetime.now(UTC).isoformat()})

    async def company_token(self, _request: web.Request) -> web.Response:
        """A company's own address: it hands out access tokens to whoever reaches it."""
        return web.json_response({"access_token": self._script.mint(time.time())})

    async def transcribe_file(self, request: web.Request) -> web.Response:
        self._script.check(bearer(request), "session", time.time())
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise Refused("VALIDATION_ERROR", "file is required")
        data = file.file.read()
        language = str(form.get("language", "en"))
        try:
            keywords = keyword_map(str(form.get("keywords", "{}")))
            config = VadConfig.of(json.loads(str(form.get("vad_config", "{}"))))
            if language not in LANGUAGES:
                raise ValueError("language")
        except ValueError as problem:
            raise Refused("VALIDATION_ERROR", f"Validation failed: {problem}") from None
        return await self._transcribed(data, language, keywords, config)

    async def _transcribed(
        self, data: bytes, language: str, keywords: dict[str, str], config: VadConfig
    ) -> web.Response:
        try:
            pcm, about = await asyncio.to_thread(decoded, data)
        except av.error.FFmpegError:
            raise Refused("INVALID_AUDIO_FORMAT", "Invalid audio format") from None
        segmenter = Segmenter(config)
        segments = [*segmenter.feed(pcm), *segmenter.flush()]
        texts = [await self._understand(segment) for segment in segments]
        raw = " ".join(text for text in texts if text)
        places = [{"start": segment.start / RATE, "end": segment.end / RATE} for segment in segments]
        metadata = {
            **about,
            "language": language,
            "timestamp_utc": datetime.now(UTC).isoformat(),
            "segments_count": len(segments),
            "total_speech_duration": sum(place["end"] - place["start"] for place in places),
        }
        return web.json_response(_result(written(raw, keywords), raw, places, metadata))

    def _middleware(self) -> Any:
        @web.middleware
        async def watched(request: web.Request, handler: Handler) -> web.StreamResponse:
            record = RequestRecord(time.monotonic(), request.method, request.path, dict(request.headers))
            self._records.requests.append(record)
            where = WHERE.get(request.path, "")
            if self._script.resets_revoked and where in ("stream", "file") and bearer(request) in self._script.revoked:
                assert isinstance(request.transport, asyncio.Transport)
                reset(request.transport)
                raise asyncio.CancelledError  # there is nobody to answer any more
            goes_on = where == "stream" and "sid" in request.query
            if not goes_on and (refusal := self._script.refusal(where or "unknown", time.monotonic())):
                response: web.StreamResponse = refused_by(refusal)
            else:
                try:
                    response = await handler(request)
                except Refused as refused:
                    response = web.json_response({"error": refused.payload}, status=refused.status)
            record.status = response.status
            if not response.prepared:
                response.headers["Date"] = formatdate(time.time() + self._script.clock_off_s, usegmt=True)
            return response

        return watched


def bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not token:
        raise Refused("UNAUTHORIZED", "Unauthorized")
    return token


async def json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("VALIDATION_ERROR", "a JSON object is required")
    return body


def refused_by(refusal: Refusal) -> web.Response:
    if refusal.body is not None:
        return web.Response(
            text=refusal.body, status=refusal.status, content_type=refusal.content_type, headers=refusal.headers
        )
    error = {"error": {"message": refusal.message, "code": refusal.code, "details": {}}}
    return web.json_response(error, status=refusal.status, headers=refusal.headers)


def decoded(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """A file's sound as 16 kHz mono s16le, and what the file is; raises av.error.FFmpegError."""
    raw, rate = read_samples(io.BytesIO(data))
    samples = raw / 32_768 if raw.dtype == np.int16 else raw.astype(float)
    mono = samples.mean(axis=1)
    at_rate = mono if rate == RATE else soxr.resample(mono, rate, RATE)
    pcm = (np.clip(at_rate, -1, 1) * 32767).astype("<i2").tobytes()
    about = {"file_duration": seconds_of(pcm), "sample_rate": rate, "num_channels": samples.shape[1]}
    return pcm, about


def _result(transcript: str, raw: str, segments: list[dict[str, float]], metadata: dict[str, Any]) -> dict[str, Any]:
    return {"transcript": transcript, "raw_transcript": raw, "segments": segments, "metadata": metadata}
