"""How one stream's segments are answered: when, in which order, in how many messages, or not at all.

The values of `Script` decide, and may change at any time. Runs on the service's loop.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.aiola_server.ears import Understand
from tests.aiola_server.record import Answer
from tests.aiola_server.script import Script
from tests.aiola_server.segmenter import SpeechSegment
from tests.aiola_server.tones import RATE

SPLIT_S = 0.05
"""Between the two messages of a split answer."""
MERGE_S = 3.0
"""Seconds after which segments that wait to be merged are answered although they are fewer."""
HOLD_S = 0.005

Send = Callable[[dict[str, Any], Answer | None], Awaitable[None]]
"""Sends the payload of a `transcript`; with the `Answer` of a final."""


@dataclass(frozen=True)
class HeardText:
    """The text of one segment or of several merged ones. `closed`: when its last segment was closed."""

    text: str
    closed: float
    segment: SpeechSegment

    def with_next(self, other: HeardText) -> HeardText:
        span = SpeechSegment(self.segment.start, other.segment.end, other.segment.closed, b"")
        return HeardText(f"{self.text} {other.text}".strip(), other.closed, span)


class Answering:
    """The answers of one stream."""

    def __init__(self, script: Script, understand: Understand, send: Send) -> None:
        self._script = script
        self._understand = understand
        self._send = send
        self.mute = time.monotonic() < script.mute_until
        self._segments: asyncio.Queue[tuple[float, SpeechSegment]] = asyncio.Queue()
        self._merged: HeardText | None = None
        self._waiting = 0
        self._texts = 0
        self._tasks = {asyncio.create_task(self._answer_all())}

    def put(self, segment: SpeechSegment) -> None:
        """A segment was closed now."""
        now = time.monotonic()
        if now >= self._script.silent_until and not self.mute:
            self._segments.put_nowait((now, segment))

    def put_interim(self, segment: SpeechSegment) -> None:
        """What has been heard so far of a segment that is open."""
        if not self.mute:
            self._begin(self._say_interim(segment))

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _answer_all(self) -> None:
        while True:
            heard = await self._next()
            due = heard.closed + self._script.delay_s + random.uniform(0, self._script.jitter_s)
            if self._script.out_of_order:
                self._begin(self._answer(heard, due))
            else:
                await self._answer(heard, due)

    async def _next(self) -> HeardText:
        """The next text, merged of as many segments as the script wants."""
        while True:
            try:
                wait = MERGE_S if self._merged is not None else None
                closed, segment = await asyncio.wait_for(self._segments.get(), wait)
            except TimeoutError:
                return self._take_merged()
            heard = HeardText(await self._understand(segment), closed, segment)
            if not heard.text and self._merged is None:
                return heard
            self._merged = heard if self._merged is None else self._merged.with_next(heard)
            self._waiting += bool(heard.text)
            if self._waiting >= self._script.merge:
                return self._take_merged()

    def _take_merged(self) -> HeardText:
        assert self._merged is not None
        heard, self._merged, self._waiting = self._merged, None, 0
        return heard

    async def _answer(self, heard: HeardText, due: float) -> None:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        while self._script.holding:
            await asyncio.sleep(HOLD_S)
        if time.monotonic() < self._script.silent_until or self.mute:
            return
        if not heard.text:
            if self._script.blank is not None:
                await self._send({"transcript": self._script.blank}, None)
            return
        self._texts += 1
        if self._script.drop_every and self._texts % self._script.drop_every == 0:
            return
        if self._script.white_space:
            await self._send({"transcript": " "}, None)
        for number, part in enumerate(self._parts(heard.text)):
            await asyncio.sleep(SPLIT_S if number else 0)
            await self._send(self._payload(part, heard.segment, is_final=True), self._record(part, heard))

    def _parts(self, text: str) -> list[str]:
        words = text.split()
        if not self._script.split or len(words) < 2:
            return [text]
        half = len(words) // 2
        return [" ".join(words[:half]), " ".join(words[half:])]

    def _record(self, text: str, heard: HeardText) -> Answer:
        segment = heard.segment
        return Answer(text, heard.closed, time.monotonic(), segment.start / RATE, segment.end / RATE)

    def _payload(self, text: str, segment: SpeechSegment, *, is_final: bool) -> dict[str, Any]:
        payload: dict[str, Any] = {"transcript": text}
        if self._script.interim_s or self._script.places:
            payload["is_final"] = is_final
        if self._script.places:
            payload |= {"start": segment.start / RATE, "end": segment.end / RATE}
        return payload

    async def _say_interim(self, segment: SpeechSegment) -> None:
        if text := await self._understand(segment):
            await self._send(self._payload(text, segment, is_final=False), None)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
