"""What was sent and received when, and how long the service takes to answer. Pure: times are monotonic seconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence

KEPT_S = 60.0
"""Seconds of entries that a log keeps; no answer is waited for longer."""

SAMPLES = 16
"""Answers that the estimate remembers."""

UNKNOWN_LONGEST_S = 1.5
"""Seconds that the longest answer is assumed to take before the first one; 0.3 s measured with a stand-in."""

LEAST_PATIENCE_S = 3.0
"""Seconds that even a service which usually answers in tenths of a second may take once."""


class AckLog:
    """A growing log of (offset, time): from `time` on, the sound before `offset` was received, or sent."""

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

    def offset_at(self, at: float) -> int:
        """The offset that the log had reached at the time `at`."""
        return self._offsets[max(bisect_right(self._times, at) - 1, 0)]

    def time_of(self, offset: int) -> float | None:
        """When the log reached `offset`; None while it has not."""
        index = bisect_left(self._offsets, offset)
        return self._times[index] if index < len(self._times) else None


class LatencyEstimator:
    """Estimates the seconds from the end of an utterance to its text, from the last answers."""

    def __init__(self) -> None:
        self._latencies: deque[float] = deque(maxlen=SAMPLES)

    @property
    def known(self) -> bool:
        return bool(self._latencies)

    @property
    def least(self) -> float:
        return min(self._latencies, default=0.0)

    @property
    def longest(self) -> float:
        return max(self._latencies, default=UNKNOWN_LONGEST_S)

    @property
    def patience(self) -> float:
        """How long to wait for an answer before its absence means something."""
        return max(2 * self.longest + 0.5, LEAST_PATIENCE_S)

    def learn(self, closed: Sequence[float], now: float) -> None:
        """Learn from an answer. `closed`: when each utterance without text was over for the service, oldest first.

        The answer counts for the oldest, unless it more likely belongs to a later one because the oldest has no text (a
        cough).
        """
        if not closed:
            return
        overdue = self.known and now > closed[0] + self.patience
        latest = max((at for at in closed if at <= now), default=closed[0])
        if overdue and latest > closed[0] and now - latest <= 1.5 * self.longest:
            return
        self._latencies.append(max(now - closed[0], 0.0))
