"""One dictation on its way to the service: the sound that waits to be sent, and the session that keeps the books.

On the dictation thread. Knows neither sockets nor the clock: it puts sound into whatever link it is given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Protocol

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.speech.aiola.delivery.flow_control import FlowControl, RateLimiter
from saywrite.speech.aiola.delivery.tracker import CompletionState, DeliveryTracker, PlacedText
from saywrite.speech.engine import MakeSegmenter, Request

CHUNK = 4_096
"""Bytes sent at once: what aiOla recommends, 128 ms."""

AHEAD = 90 * SAMPLE_RATE
"""Samples of a file that are sent beyond an utterance without text: a service that falls behind is waited for."""

KEPT = 8 * SAMPLE_RATE * BYTES_PER_SAMPLE
"""Bytes that wait here to be sent, at the most: more than a recognizer that is connected asks for."""

CLOSING_MS = 300
"""Milliseconds of silence, beyond its own minimum, after which the service has certainly closed its last segment."""


class Transport(Protocol):
    """Takes what is to be sent, in order, without waiting."""

    def emit(self, name: str, payload: object, mark: int | None = None) -> None: ...
    def mark(self, number: int) -> None: ...


class AudioSender:
    """The sound of one dictation. It may be fed further than it can be sent: the end of it is only listened to then,
    and is to be fed again. Offsets are samples that count from where this dictation's sound begins."""

    def __init__(self, request: Request, make_segmenter: MakeSegmenter) -> None:
        voice = request.voice
        self.request = request
        self.session = DeliveryTracker(voice)
        self.complete = False
        self.acknowledged = 0
        """The service has received the sound before this, on this connection."""
        self.untranslated: deque[int | None] = deque()
        """Where the transcripts end whose translation has not come; None for one that was a repetition."""
        self._segmenter = make_segmenter(
            threshold=voice.threshold,
            min_speech_ms=voice.min_speech_ms,
            min_silence_ms=voice.min_silence_ms,
            max_segment_ms=voice.max_segment_ms,
        )
        self._heard = 0
        self._flushed = False
        self._sent = 0
        self._waiting = bytearray()
        self._hasten = False
        self._silence = bytes((voice.min_silence_ms + CLOSING_MS) * SAMPLE_RATE // 1000 * BYTES_PER_SAMPLE)
        self._silence_mark: int | None = None
        self.has_sent = False
        """Something of it went out on the present connection."""
        self._last_text = 0.0

    @property
    def heard(self) -> int:
        return self._heard

    @property
    def next(self) -> int:
        """The offset of the sound it takes next."""
        return self._sent + len(self._waiting) // BYTES_PER_SAMPLE

    def take(self, pcm: bytes, end: int) -> None:
        """Sound up to `end`. Takes what continues the sound so far: for a moment after a rewind, what was ahead of it
        may still come.
        """
        start = end - len(pcm) // BYTES_PER_SAMPLE
        if end > self._heard >= start:
            self._listen(pcm[(self._heard - start) * BYTES_PER_SAMPLE :], end)
        if start <= self.next < end and len(self._waiting) < KEPT:
            self._waiting += pcm[(self.next - start) * BYTES_PER_SAMPLE :]

    def finish(self) -> None:
        """All sound is here."""
        self.complete = True
        if not self._flushed:
            self._flushed = True
            self.session.listen(self._heard, self._heard, list(self._segmenter.flush()))

    def begin(self, now: float) -> bool:
        """A connection is there; True when the sound has to be fed again from `next` on."""
        start = self.session.connected(now)
        self.acknowledged = start
        self._silence_mark, self.has_sent = None, False
        if start != self._sent or self.next < self._heard:
            # What waits here is fed again too: it could be as much as is kept, and leave no room for the rest.
            self._sent = start
            self._waiting.clear()
        return self.next < self._heard

    def lose(self) -> None:
        """The connection is gone."""
        self.session.lost()
        self.untranslated.clear()

    def send(self, outlet: Transport, flow: FlowControl, pace: RateLimiter, now: float) -> None:
        """Send what may be sent now: whole blocks, the rest too at the end of an utterance."""
        while size := self._size(flow, pace, now):
            block = bytes(self._waiting[:size])
            del self._waiting[:size]
            self._sent += size // BYTES_PER_SAMPLE
            self.session.sent(self._sent, now)
            last = not self._waiting and (self._hasten or self._is_all_sent())
            self._put(outlet, flow, pace, block, now, marked=last)
        self._hasten = self._hasten and bool(self._waiting)
        if self._is_all_sent() and self._silence_mark is None:
            ends = range(CHUNK, len(self._silence) + CHUNK, CHUNK)
            for end in ends:
                block = self._silence[end - CHUNK : end]
                self._silence_mark = self._put(outlet, flow, pace, block, now, marked=end == ends[-1])
        probe = self.probe_due(flow)
        if probe is not None and now >= probe:
            outlet.mark(flow.mark(self._sent, now))

    def probe_due(self, flow: FlowControl) -> float | None:
        """When to ask whether the line is well: while an answer is waited for and nothing is sent."""
        return flow.probe_due() if self.complete or self.session.outstanding else None

    def paced_until(self, pace: RateLimiter, now: float) -> float | None:
        """When there is something to send that only the pace holds back."""
        return pace.due(min(len(self._waiting), CHUNK), now) if len(self._waiting) >= CHUNK else None

    def received(self, marks: list[tuple[int, int]], now: float) -> bool:
        """These marks (number, offset) were received; whether that is news."""
        news = False
        for number, offset in marks:
            news = news or offset > self.acknowledged
            self.acknowledged = max(self.acknowledged, offset)
            self.session.received(offset, now)
            if number == self._silence_mark:
                self.session.silence_received(now)
        return news

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """Whether all is said, translations too; when to ask again if not."""
        verdict, due = self.session.verdict(now)
        if verdict is CompletionState.COMPLETE and self.untranslated:
            late = self._last_text + self.session.patience_s
            if now < late:
                return CompletionState.WAIT, late
        return verdict, due

    def transcript(self, text: str, now: float) -> PlacedText | None:
        told = self.session.transcript(text, now)
        self._last_text = now
        if self.request.translate_to:
            self.untranslated.append(told.end if told is not None else None)
        return told

    def _listen(self, pcm: bytes, end: int) -> None:
        boundaries = list(self._segmenter.process(pcm))
        self._heard = end
        self._hasten = self._hasten or any(not boundary.starts for boundary in boundaries)
        self.session.listen(end, self._segmenter.settled, boundaries)

    def _size(self, flow: FlowControl, pace: RateLimiter, now: float) -> int:
        """Bytes to send at once now."""
        waiting = self.session.outstanding
        if waiting and not self.request.live and self._sent > waiting[0][0] + AHEAD:
            return 0
        size = min(len(self._waiting), CHUNK)
        if size < CHUNK and not (size and (self._hasten or self._is_all_fed())):
            return 0
        return size if size <= flow.room and size <= pace.allows(now) else 0

    def _is_all_fed(self) -> bool:
        return self.complete and self.next >= self._heard

    def _is_all_sent(self) -> bool:
        return self.complete and self._sent >= self._heard

    def _put(
        self, outlet: Transport, flow: FlowControl, pace: RateLimiter, block: bytes, now: float, *, marked: bool
    ) -> int | None:
        """Send a block, with a mark behind it when it is `marked` or one is due; the mark's number."""
        self.has_sent = True
        flow.sent(len(block))
        pace.spend(len(block))
        mark = flow.mark(self._sent, now) if marked or flow.wants_mark() else None
        outlet.emit("binary_data", block, mark)
        return mark


def text_of(payload: object, name: str) -> str:
    """The words of a `transcript` or `translation`; "" when there are none: that is no answer to anything said."""
    value = payload.get(name) if isinstance(payload, Mapping) else payload
    return value if isinstance(value, str) else ""
