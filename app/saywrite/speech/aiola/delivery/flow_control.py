"""How much may be on its way, how long the way is, and whether anybody is still there. Pure: times come in as values.

"Written to the socket" says nothing: a stalled peer goes unnoticed until megabytes lie in the buffers between (80 s of
speech, measured). So behind every few blocks goes a mark, a WebSocket ping with a number; its pong (RFC 6455 5.5.3)
proves that the other end has received all that was sent before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

MARK_EVERY = 16_384
"""Bytes of sound between two marks: half a second of speech, at the most; the end of an utterance has its own. Each
costs a wake-up of both threads: with twice as many a block costs 15 % more CPU (measured)."""

SMALLEST = 16_384
FIRST = 49_152
LARGEST = 196_608
"""Bytes that may be on their way; the largest still fits into the send buffer that the link asks for, so that a write
does not wait."""

DEAD_AFTER_S = 3.5
"""Seconds without any sign of life, while a mark is owed, after which the line counts as dead."""

PROBE_S = 0.5
"""Seconds without a sign of life after which, while answers are waited for and nothing is sent, one is asked for."""

SLOW_S = 1.0
"""Seconds beyond the best round trip after which less may be on its way."""

BELIEVE_S = 2.0
"""Seconds a first pong may take while other messages come; after that this peer is taken not to answer pings."""


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


class FlowControl:
    """One connection's account of what is on its way. Offsets are samples, sizes bytes, times monotonic seconds."""

    def __init__(self, now: float, silence_limit_s: float) -> None:
        """`silence_limit_s`: the longest time the service may say nothing at all (its ping interval and time-out)."""
        self.window = FIRST
        self.rtt_s: float | None = None
        """The best round trip so far."""
        self.in_flight = 0
        self._silence_limit_s = silence_limit_s
        self._marks: deque[_Mark] = deque()
        self._unmarked = 0
        self._numbers = 0
        self._last_sign = now
        self._pongs: bool | None = None

    @property
    def room(self) -> int:
        """Bytes that may be sent now."""
        return max(self.window - self.in_flight, 0)

    def sent(self, size: int) -> None:
        self.in_flight += size
        self._unmarked += size

    @property
    def answers_pings(self) -> bool:
        """As far as is known."""
        return self._pongs is not False

    def begin_anew(self) -> None:
        """Another dictation uses the line: the pongs that are owed tell nothing of its sound."""
        self._marks = deque(replace(mark, offset=0) for mark in self._marks)

    def probe_due(self) -> float | None:
        """When to ask for a sign of life although nothing is sent; None while one is owed."""
        return None if self._marks else self._last_sign + PROBE_S

    def wants_mark(self) -> bool:
        return self._unmarked >= MARK_EVERY

    def mark(self, offset: int, now: float) -> int:
        """A mark goes out behind the sound up to `offset`; its number."""
        self._numbers += 1
        self._marks.append(_Mark(self._numbers, offset, self._unmarked, now))
        self._unmarked = 0
        return self._numbers

    def heard(self, now: float) -> list[tuple[int, int]]:
        """Something came, whatever it was. Where pongs do not come but other things do, all marks count as received."""
        self._last_sign = now
        if self._pongs is None and self._marks and now - self._marks[0].at > BELIEVE_S:
            self._pongs = False
        if self._pongs is False:
            return self._take(len(self._marks), now)
        return []

    def ponged(self, number: int, now: float) -> list[tuple[int, int]]:
        """The marks (number, offset) that are now known to be received, in order."""
        self._last_sign = now
        self._pongs = True
        for count, mark in enumerate(self._marks, 1):
            if mark.number == number:
                self._adapt(mark, now)
                return self._take(count, now)
        return []

    def dead_at(self) -> float:
        """When the line counts as dead unless something comes."""
        if self._marks and self._pongs is not False:
            return max(self._last_sign, self._marks[0].at) + DEAD_AFTER_S
        return self._last_sign + self._silence_limit_s

    def _take(self, count: int, now: float) -> list[tuple[int, int]]:
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
    """How fast sound may be sent again: several times faster than it was spoken, not as fast as the line takes it."""

    def __init__(self, bytes_per_s: float, now: float) -> None:
        self._rate = bytes_per_s
        self._burst = max(bytes_per_s / 5, 2 * MARK_EVERY)
        self._allowed = self._burst
        self._at = now

    def slower(self) -> None:
        """The service asks for patience: half as fast, never slower than speech is spoken."""
        self._rate = max(self._rate / 2, SPOKEN * 1.25)

    def allows(self, now: float) -> float:
        """Bytes that may be sent now."""
        self._allowed = min(self._allowed + (now - self._at) * self._rate, self._burst)
        self._at = now
        return self._allowed

    def spend(self, size: int) -> None:
        self._allowed -= size

    def due(self, size: int, now: float) -> float | None:
        """When `size` bytes may be sent; None when they may be now."""
        lacking = size - self.allows(now)
        return now + lacking / self._rate if lacking > 0 else None
