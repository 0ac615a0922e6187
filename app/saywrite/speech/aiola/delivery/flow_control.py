"""Flow control: bytes in flight, round-trip time, and the detection of a dead connection. Pure: times are arguments.

A write to the socket proves nothing: a stalled peer goes unnoticed until the buffers hold megabytes (80 s of speech,
measured). So every few blocks are followed by a mark, a WebSocket ping with a number; its pong (RFC 6455 5.5.3) proves
that the peer has received everything before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

MARK_EVERY = 16_384
"""Bytes of sound between two marks, at most: half a second of speech; the end of an utterance has its own mark.

Each mark wakes both threads: with twice as many, a block costs 15 % more CPU (measured)."""

SMALLEST = 16_384
FIRST = 49_152
LARGEST = 196_608
"""Bytes that may be in flight. The largest fits into the send buffer of `speech.network`, so that no write waits."""

DEAD_AFTER_S = 3.5
"""Seconds without a sign of life, while a pong is due, after which the connection counts as dead."""

PROBE_S = 0.5
"""Seconds without a sign of life until a ping asks for one, while answers are due and nothing is sent."""

SLOW_S = 1.0
"""Seconds beyond the best round trip after which less may be in flight."""

BELIEVE_S = 2.0
"""Seconds that the first pong of a connection may take; after that the peer counts as one without pongs.

A gateway between us and the service may swallow pings or pongs."""

ASSUMED_S = 1.0
"""Seconds after which a peer without pongs is assumed to have received what was sent."""


SPOKEN = SAMPLE_RATE * BYTES_PER_SAMPLE
"""Bytes in a second of speech."""

REPLAY = 10 * SPOKEN
"""Bytes a second when sound is sent again: ten times faster than it was spoken."""


@dataclass(frozen=True, slots=True)
class _Mark:
    number: int
    offset: int
    size: int
    at: float


@dataclass(slots=True)
class PongRecord:
    """Whether the last connection brought a pong: then the next one counts as dead without pongs."""

    answered: bool = False


class FlowControl:
    """The bytes in flight on one connection. Offsets are samples, sizes bytes, times monotonic seconds."""

    def __init__(self, now: float, silence_limit_s: float, record: PongRecord | None = None) -> None:
        """`silence_limit_s`: the service's ping interval and time-out, in which some message must come.

        `record` passes from one connection to the next; without one, pongs are expected.
        """
        self.window = FIRST
        self.rtt_s: float | None = None
        """The best round trip so far."""
        self.in_flight = 0
        self.carried = 0
        """The samples that the connection had carried when the present dictation began."""
        self._samples = 0
        self._silence_limit_s = silence_limit_s
        self._marks: deque[_Mark] = deque()
        self._bytes_since_mark = 0
        self._last_number = 0
        self._last_sign_of_life = now
        self._sends_pongs: bool | None = None
        self._record = record or PongRecord(answered=True)
        self._expects_pongs = self._record.answered
        self._record.answered = False

    @property
    def room(self) -> int:
        """Bytes that may be sent now."""
        return max(self.window - self.in_flight, 0)

    def sent(self, size: int) -> None:
        """`size` bytes of sound have been sent."""
        self.in_flight += size
        self._samples += size // BYTES_PER_SAMPLE
        self._bytes_since_mark += size

    @property
    def answers_pings(self) -> bool:
        """False once the peer has proved to send no pongs."""
        return self._sends_pongs is not False

    def begin_anew(self) -> None:
        """Another dictation uses the connection: pongs that are due say nothing about its sound."""
        self.carried = self._samples
        self._marks = deque(replace(mark, offset=0) for mark in self._marks)

    def probe_due(self) -> float | None:
        """When to ping although nothing is sent; None while a pong is due."""
        return None if self._marks else self._last_sign_of_life + PROBE_S

    def wants_mark(self) -> bool:
        """Whether a mark must follow the sound sent last."""
        return self._bytes_since_mark >= MARK_EVERY

    def mark(self, offset: int, now: float) -> int:
        """Register a mark behind the sound up to `offset`, and return its number."""
        self._last_number += 1
        self._marks.append(_Mark(self._last_number, offset, self._bytes_since_mark, now))
        self._bytes_since_mark = 0
        return self._last_number

    def heard(self, now: float) -> list[tuple[int, int]]:
        """Any message has come. Returns the marks (number, offset) that count as received.

        These are all marks where the peer sends no pongs, else none.
        """
        self._last_sign_of_life = now
        if self._is_overdue(now):
            self._sends_pongs = False
        if self._sends_pongs is False:
            return self._take(len(self._marks))
        return []

    def assume(self, now: float) -> list[tuple[int, int]]:
        """Returns the marks (number, offset) that a peer without pongs must have received by now."""
        if not self._expects_pongs and self._is_overdue(now):
            self._sends_pongs = False
        if self._sends_pongs is not False:
            return []
        return self._take(sum(mark.at + ASSUMED_S <= now for mark in self._marks))

    def assume_due(self) -> float | None:
        """When to call `assume`; None while pongs are expected or nothing is in flight."""
        if not self._marks or self._sends_pongs or (self._expects_pongs and self._sends_pongs is None):
            return None
        return self._marks[0].at + (ASSUMED_S if self._sends_pongs is False else BELIEVE_S)

    def ponged(self, number: int, now: float) -> list[tuple[int, int]]:
        """A pong has come. Returns the marks (number, offset) now known to be received, in order."""
        self._last_sign_of_life = now
        self._sends_pongs = self._record.answered = True
        for count, mark in enumerate(self._marks, 1):
            if mark.number == number:
                self._adapt(mark, now)
                return self._take(count)
        return []

    def dead_at(self) -> float:
        """When the connection counts as dead unless a message comes."""
        awaited = self._sends_pongs or (self._sends_pongs is None and self._expects_pongs)
        if self._marks and awaited:
            return max(self._last_sign_of_life, self._marks[0].at) + DEAD_AFTER_S
        return self._last_sign_of_life + self._silence_limit_s

    def _is_overdue(self, now: float) -> bool:
        """Whether the first pong of the connection has not come in `BELIEVE_S`."""
        return self._sends_pongs is None and bool(self._marks) and now - self._marks[0].at > BELIEVE_S

    def _take(self, count: int) -> list[tuple[int, int]]:
        taken = [self._marks.popleft() for _ in range(count)]
        self.in_flight -= sum(mark.size for mark in taken)
        return [(mark.number, mark.offset) for mark in taken]

    def _adapt(self, mark: _Mark, now: float) -> None:
        took = now - mark.at
        self.rtt_s = took if self.rtt_s is None else min(self.rtt_s, took)
        if took > self.rtt_s + SLOW_S:
            self.window = max(self.window // 2, SMALLEST)
        elif took < 2 * self.rtt_s + SLOW_S / 4:
            self.window = min(self.window + mark.size, LARGEST)


class RateLimiter:
    """Limits how fast sound is sent again: faster than speech, but not as fast as the network takes it."""

    def __init__(self, bytes_per_s: float, now: float) -> None:
        self._rate = bytes_per_s
        self._burst = max(bytes_per_s / 5, 2 * MARK_EVERY)
        self._allowed = self._burst
        self._at = now

    def slower(self) -> None:
        """Halve the rate, because the service reports too many requests; never below the rate of speech."""
        self._rate = max(self._rate / 2, SPOKEN * 1.25)

    def allows(self, now: float) -> float:
        """Bytes that may be sent now."""
        self._allowed = min(self._allowed + (now - self._at) * self._rate, self._burst)
        self._at = now
        return self._allowed

    def spend(self, size: int) -> None:
        """`size` bytes have been sent."""
        self._allowed -= size

    def due(self, size: int, now: float) -> float | None:
        """When `size` bytes may be sent; None when they may be now."""
        lacking = size - self.allows(now)
        return now + lacking / self._rate if lacking > 0 else None
