"""How long a download will still take, from how it went in the last seconds. Pure: times are arguments."""

from __future__ import annotations

from collections import deque

WINDOW_S = 15.0
"""The rate is the mean of this time: long enough to be calm, short enough to follow a change of network."""
LEAST_S = 1.0
"""Before that nothing is estimated: the first packets say little."""


class DownloadRate:
    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def observe(self, done: int, now: float) -> None:
        """`done` bytes are here at `now` (monotonic seconds). Fewer than before: the download began anew."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_S:
            self._seen.popleft()

    def seconds_left(self, total: int) -> float | None:
        """None while the rate is not known or nothing arrives."""
        if len(self._seen) < 2:
            return None
        (began, first), (now, done) = self._seen[0], self._seen[-1]
        if now - began < LEAST_S or done <= first:
            return None
        return max(0, total - done) * (now - began) / (done - first)
