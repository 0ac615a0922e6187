"""Compares the sound of a stream with the clock, to find where sound was not captured.

Pure. A block arrives late because the machine is busy (then all blocks come later, in a burst), or because sound is
missing before it (a moved stream, a stalled device, an overflow). Both look alike until the sound has caught up, so
late blocks are held back until that is known; then they follow the gap, if there is one.

The measure is the *lag* of a block: its arrival less the length of all sound up to its end. Scheduling can
only raise the lag, so its lowest value (the floor) is the true one; a lag that stays above the floor is lost
sound.
"""

from __future__ import annotations

from dataclasses import dataclass

LATE_S = 0.06
"""A block later than this is held back; without lost sound, the longest delay under double load was 67 ms."""

CAUGHT_UP_S = 0.03
"""A lag within this distance of the floor means that nothing was lost."""

SETTLE_S = 0.3
"""Seconds of steady lag after which it has settled. A pause between two blocks counts as `LATE_S` at most: the program
may have been stopped meanwhile, and what was captured in that time follows.
"""

HOLD_LIMIT_S = 2.0
"""Seconds, counted in the same way, for which sound is held back at most."""

DRIFT = 0.001
"""How fast the floor may rise, seconds a second: five times the worst crystal's drift against our clock."""

STEP_S = 0.005


@dataclass(frozen=True, slots=True)
class Dropout:
    """`seconds` of sound are missing here; `overflow`: PortAudio reported it."""

    seconds: float
    overflow: bool


class DropoutDetector:
    """One stream of 16-bit sound, `channels` at `rate` samples a second, from its first block on."""

    def __init__(self, rate: int, channels: int) -> None:
        self._bytes_per_second = rate * channels * 2
        self._length = 0.0
        self._floor = 0.0
        self._last_at: float | None = None
        self._held: list[bytes] = []
        self._held_s = 0.0
        self._lowest = 0.0
        self._steady_lag = 0.0
        self._steady_s = 0.0
        self._overflow = False

    @property
    def end(self) -> float:
        """Monotonic time of the end of the sound so far, lost sound included."""
        return self._floor + self._length

    @property
    def holding(self) -> bool:
        """Whether blocks are held back, because it is not known yet whether sound is missing before them."""
        return bool(self._held)

    def add(self, pcm: bytes, at: float, overflow: bool) -> list[bytes | Dropout]:
        """Take the block that arrived at `at` (monotonic seconds); return what is certain now, in order."""
        duration = len(pcm) / self._bytes_per_second
        self._length += duration
        lag = at - self._length
        pause = 0.0 if self._last_at is None else max(0.0, at - self._last_at)
        self._floor = lag if self._last_at is None else min(lag, self._floor + DRIFT * pause)
        self._last_at = at
        if self._held:
            return self._hold_on(pcm, min(pause, LATE_S), lag, duration, overflow)
        if overflow or lag - self._floor > LATE_S:
            self._held = [pcm]
            self._held_s = self._steady_s = 0.0
            self._lowest = self._steady_lag = lag
            self._overflow = overflow
            return []
        return [pcm]

    def _hold_on(self, pcm: bytes, pause: float, lag: float, duration: float, overflow: bool) -> list[bytes | Dropout]:
        self._held.append(pcm)
        self._held_s += pause
        self._overflow = self._overflow or overflow
        self._lowest = min(self._lowest, lag)
        if -STEP_S <= lag - self._steady_lag <= LATE_S:
            self._steady_s += pause
        else:
            self._steady_lag, self._steady_s = lag, 0.0
        caught_up = lag - self._floor <= CAUGHT_UP_S and not self._overflow
        settled = self._steady_s >= SETTLE_S or self._held_s >= HOLD_LIMIT_S
        return self._release(duration) if caught_up or settled else []

    def flush(self) -> list[bytes | Dropout]:
        """End the stream: return the blocks that were held back, with the gaps that are known."""
        return self._release(0.02) if self._held else []

    def _release(self, block_s: float) -> list[bytes | Dropout]:
        """Return the blocks that were held back, behind their gap; an overflow lost one block at least.

        Less than `LATE_S` is not reported and stays in the lag, so that small losses add up until they are.
        """
        held, self._held = self._held, []
        missing = max(0.0, self._lowest - self._floor)
        if self._overflow:
            missing = max(missing, block_s)
        elif missing <= LATE_S:
            return list(held)
        self._length += missing
        return [Dropout(missing, self._overflow), *held]
