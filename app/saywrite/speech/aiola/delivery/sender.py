"""Sends the sound of one dictation to the service and feeds its `DeliveryTracker`.

On the dictation thread. Knows neither sockets nor the clock: it writes into the transport that it is given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Protocol

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.speech.aiola.delivery.flow_control import LARGEST, FlowControl, RateLimiter
from saywrite.speech.aiola.delivery.pending import CompletionState, PlacedText
from saywrite.speech.aiola.delivery.timings import LatencyEstimator
from saywrite.speech.aiola.delivery.tracker import DeliveryTracker
from saywrite.speech.engine import MakeSegmenter, Request

CHUNK = 4_096
"""Bytes sent at once: 128 ms, as aiOla recommends."""

AHEAD = 90 * SAMPLE_RATE
"""Samples of a file that are sent beyond an utterance without text, so that a slow service does not fall behind."""

KEPT = 8 * SAMPLE_RATE * BYTES_PER_SAMPLE
"""Bytes that wait here to be sent, at most: more than a connected recognizer asks for."""

CLOSING_MS = 300
"""Milliseconds of silence, beyond the service's own minimum, after which it has certainly closed its last segment."""


class Transport(Protocol):
    """Sends events and marks in order, without waiting. `queued`: bytes that the system has not accepted yet."""

    @property
    def queued(self) -> int: ...

    def emit(self, name: str, payload: object, mark: int | None = None) -> None: ...
    def mark(self, number: int) -> None: ...


class AudioSender:
    """The sound of one dictation. Offsets are samples from its beginning.

    It may be fed more sound than it keeps: the utterances of the rest are detected, and the rest must be fed again.
    """

    def __init__(
        self, request: Request, make_segmenter: MakeSegmenter, latency: LatencyEstimator | None = None
    ) -> None:
        """`latency`: what is known of the service from earlier dictations."""
        voice = request.voice
        self.request = request
        self.session = DeliveryTracker(
            voice, latency, may_hold=not request.translate_to, take_local=request.take_local_words
        )
        self.complete = False
        self.acknowledged = 0
        """The offset up to which the service has received the sound, on this connection."""
        self.untranslated: deque[int | None] = deque()
        """The ends of the transcripts whose translation has not come; None for a repetition."""
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
        self._send_rest = False
        self._replayed_to = 0
        """The offset up to which sound is sent later than it was spoken."""
        self._silence = bytes((voice.min_silence_ms + CLOSING_MS) * SAMPLE_RATE // 1000 * BYTES_PER_SAMPLE)
        self._silence_mark: int | None = None
        self.has_sent = False
        """Whether the present connection has sent a part of it."""
        self._carried_s = 0.0
        self._last_text = 0.0
        self._placed: list[PlacedText] = []

    @property
    def heard(self) -> int:
        return self._heard

    @property
    def next(self) -> int:
        """The offset of the sound to feed next."""
        return self._sent + len(self._waiting) // BYTES_PER_SAMPLE

    def take(self, pcm: bytes, end: int) -> None:
        """Take sound that ends at `end`, as far as it continues the sound so far.

        For a moment after a rewind, sound from further ahead may still come; it is not kept.
        """
        start = end - len(pcm) // BYTES_PER_SAMPLE
        if end > self._heard >= start:
            self._listen(pcm[(self._heard - start) * BYTES_PER_SAMPLE :], end)
        if start <= self.next < end and len(self._waiting) < KEPT:
            self._waiting += pcm[(self.next - start) * BYTES_PER_SAMPLE :]

    def finish(self, now: float) -> None:
        """The sound is complete."""
        self.complete = True
        self.session.end(now)
        if not self._flushed:
            self._flushed = True
            self.session.listen(self._heard, self._heard, list(self._segmenter.flush()))

    def begin(self, now: float) -> bool:
        """A connection is open. True when the sound must be fed again from `next` on."""
        start = self.session.connected(now)
        self.acknowledged = start
        self._silence_mark, self.has_sent = None, False
        self._replayed_to = self._heard
        if start != self._sent or self.next < self._heard:
            # Waiting sound is fed again, too: it could fill `KEPT` and leave no room for the rest.
            self._sent = start
            self._waiting.clear()
        return self.next < self._heard

    def lose(self) -> None:
        """The connection is lost."""
        self.session.lost()
        self.untranslated.clear()

    def send(self, transport: Transport, flow: FlowControl, pace: RateLimiter, now: float) -> None:
        """Send as much as is allowed: whole chunks, and a shorter one at the end of an utterance."""
        self._carried_s = flow.carried / SAMPLE_RATE
        while size := self._size(transport, flow, pace, now):
            block = bytes(self._waiting[:size])
            del self._waiting[:size]
            self._sent += size // BYTES_PER_SAMPLE
            self.session.sent(self._sent, now)
            last = not self._waiting and (self._send_rest or self._is_sent_completely())
            self._put(transport, flow, pace, block, now, marked=last)
        self._send_rest = self._send_rest and bool(self._waiting)
        if self._is_sent_completely() and self._silence_mark is None:
            ends = range(CHUNK, len(self._silence) + CHUNK, CHUNK)
            for end in ends:
                block = self._silence[end - CHUNK : end]
                self._silence_mark = self._put(transport, flow, pace, block, now, marked=end == ends[-1])
        probe = self.probe_due(flow)
        if probe is not None and now >= probe:
            transport.mark(flow.mark(self._sent, now))

    def probe_due(self, flow: FlowControl) -> float | None:
        """When to ping the peer, while an answer is due and nothing is sent; else None."""
        return flow.probe_due() if self.complete or self.session.outstanding else None

    def paced_until(self, pace: RateLimiter, now: float) -> float | None:
        """When the rate limit allows the next chunk; None if nothing waits for that."""
        return pace.due(min(len(self._waiting), CHUNK), now) if len(self._waiting) >= CHUNK else None

    def received(self, marks: list[tuple[int, int]], now: float) -> bool:
        """The peer has received these marks (number, offset). True when `acknowledged` has grown."""
        grown = False
        for number, offset in marks:
            grown = grown or offset > self.acknowledged
            self.acknowledged = max(self.acknowledged, offset)
            self.session.received(offset, now)
            if number == self._silence_mark:
                self.session.silence_received(now)
        return grown

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """Whether all texts and translations have come, and when to ask again if not."""
        verdict, due = self.session.verdict(now)
        if verdict is CompletionState.COMPLETE and self.untranslated:
            late = self._last_text + self.session.patience_s
            if now < late:
                return CompletionState.WAIT, late
        return verdict, due

    def transcript(self, text: str, now: float, hint_s: tuple[float, float] | None = None) -> None:
        """Place a text; `take_placed` returns what is new of it.

        `hint_s`: its place as the service gives it, in seconds of all sound that the connection has carried.
        """
        if not text.strip():
            return
        if hint_s is not None:
            hint_s = hint_s[0] - self._carried_s, hint_s[1] - self._carried_s
        before = self.session.take_placed()
        self.session.transcript(text, now, hint_s)
        placed = self.session.take_placed()
        self._placed += (*before, *placed)
        self._last_text = now
        if self.request.translate_to:
            self.untranslated.append(placed[-1].end if placed else None)

    def take_placed(self) -> list[PlacedText]:
        """The texts that have got their place since the last call."""
        placed = [*self._placed, *self.session.take_placed()]
        self._placed.clear()
        return placed

    def _listen(self, pcm: bytes, end: int) -> None:
        boundaries = list(self._segmenter.process(pcm))
        self._heard = end
        self._send_rest = self._send_rest or any(not boundary.starts for boundary in boundaries)
        self.session.listen(end, self._segmenter.settled, boundaries)

    def _size(self, transport: Transport, flow: FlowControl, pace: RateLimiter, now: float) -> int:
        """Bytes of the next chunk; 0 when none may be sent now.

        A replay waits for pongs. What is being spoken waits only for the system to accept it: the service answers no
        unfinished sentence, so a gateway that swallows pongs would stop a dictation that waits for one.
        """
        waiting = () if self.request.live else self.session.outstanding
        if waiting and self._sent > waiting[0][0] + AHEAD:
            return 0
        size = min(len(self._waiting), CHUNK)
        if size < CHUNK and not (size and (self._send_rest or self._is_fed_completely())):
            return 0
        is_spoken_now = self.request.live and self._sent >= self._replayed_to
        room = LARGEST - transport.queued if is_spoken_now else flow.room
        return size if size <= room and size <= pace.allows(now) else 0

    def _is_fed_completely(self) -> bool:
        return self.complete and self.next >= self._heard

    def _is_sent_completely(self) -> bool:
        return self.complete and self._sent >= self._heard

    def _put(
        self, transport: Transport, flow: FlowControl, pace: RateLimiter, block: bytes, now: float, *, marked: bool
    ) -> int | None:
        """Send a chunk, followed by a mark when it is `marked` or one is due; returns the mark's number."""
        self.has_sent = True
        flow.sent(len(block))
        pace.spend(len(block))
        mark = flow.mark(self._sent, now) if marked or flow.wants_mark() else None
        transport.emit("binary_data", block, mark)
        return mark


def text_of(payload: object, name: str) -> str:
    """The text in the payload of a `transcript` or `translation`; "" for none, which answers no utterance."""
    value = payload.get(name) if isinstance(payload, Mapping) else payload
    return value if isinstance(value, str) else ""
