"""What was sent and received when, and how long the service takes to answer. Pure: times are monotonic seconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence

KEPT_S = 60.0
"""Seconds of receipts that are kept; no answer is waited for longer."""

SAMPLES = 16
UNKNOWN_LONGEST_S = 1.5
"""The service's delay while nothing is known of it; a measured one is 0.3 s (the research's stand-in)."""


LEAST_PATIENCE_S = 3.0
"""A service that answers in tenths of a second may take this long once."""


class AckLog:
    """A growing log of (offset, time): from `time` on the sound before `offset` was there, or on its way."""

    def __init__(self, start: int, now: float) -> None:
        self._offsets = [start]
        self._times = [now]

    @property
    def latest(self) -> int:
        return self._offsets[-1]

    def note(self, offset: int, now: float) -> None:
        if offset > self._offsets[-1]:
            self._offsets.append(offset)
            self._times.append(now)
            if self._times[len(self._times) // 2] < now - KEPT_S:
                half = len(self._times) // 2
                del self._offsets[:half], self._times[:half]

    def had(self, at: float) -> int:
        """The sound the service had at the time `at`, as an offset."""
        return self._offsets[max(bisect_right(self._times, at) - 1, 0)]

    def when(self, offset: int) -> float | None:
        """When the service had the sound before `offset`; None while it has not."""
        index = bisect_left(self._offsets, offset)
        return self._times[index] if index < len(self._times) else None


class LatencyEstimator:
    """How long the service takes from the end of an utterance to its text, in seconds, from the last answers."""

    def __init__(self) -> None:
        self._seen: deque[float] = deque(maxlen=SAMPLES)

    @property
    def known(self) -> bool:
        return bool(self._seen)

    @property
    def least(self) -> float:
        return min(self._seen, default=0.0)

    @property
    def longest(self) -> float:
        return max(self._seen, default=UNKNOWN_LONGEST_S)

    @property
    def patience(self) -> float:
        """How long to wait for an answer before its absence means something."""
        return max(2 * self.longest + 0.5, LEAST_PATIENCE_S)

    def learn(self, closed: Sequence[float], now: float) -> None:
        """An answer came now, and these are the times at which the waiting utterances were over for the service.

        It tells how long the oldest was waited for, unless it is more likely the answer to a later one, the oldest
        having none (a cough).
        """
        if not closed:
            return
        overdue = self.known and now > closed[0] + self.patience
        latest = max((at for at in closed if at <= now), default=closed[0])
        if overdue and latest > closed[0] and now - latest <= 1.5 * self.longest:
            return
        self._seen.append(max(now - closed[0], 0.0))
