"""Estimates the remaining time of a download from its rate in the last seconds. Pure: times are arguments."""

from __future__ import annotations

from collections import deque

WINDOW_S = 15.0
"""The rate is the mean over this time: long enough to be steady, short enough to follow a change of network."""
MIN_S = 1.0
"""There is no estimate before this time, because the first packets are not typical."""


class DownloadRate:
    """The rate of one download."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def observe(self, done: int, now: float) -> None:
        """Note that `done` bytes have arrived at `now` (monotonic seconds).

        Fewer bytes than before mean that the download was started again.
        """
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_S:
            self._seen.popleft()

    def seconds_left(self, total: int) -> float | None:
        """The remaining seconds; None while the rate is unknown or no data arrives."""
        if len(self._seen) < 2:
            return None
        (began, first), (now, done) = self._seen[0], self._seen[-1]
        if now - began < MIN_S or done <= first:
            return None
        return max(0, total - done) * (now - began) / (done - first)
