"""Measures loudness: levels of blocks, a meter's ballistics, and the peak envelope of a recording.

`measure()` and `Meter` are pure. `LatestLevel` and `Envelope` carry values from the dictation thread, which
writes them, to the window, which polls them: a meter fed by signals was a second late after a stall of a
second, a polled one 10 ms. numpy is imported at the first measurement, not at start-up.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.foundation.events import SAMPLE_RATE, Level

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FLOOR_DBFS = -120.0
"""Reported for digital silence, which has no level in decibels."""

FULL_SCALE = 32_768
"""0 dBFS: the largest magnitude of a 16-bit sample. A sine at full scale has an RMS of −3.01 dBFS."""

CLIP_SAMPLE = 32_440
CLIP_RUN = 3
"""A block is clipped when this many samples in a row are at −0.1 dBFS (`CLIP_SAMPLE`) or above."""

FALL_DB_PER_S = 20 / 1.7
HOLD_S = 1.5
"""The usual digital peak meter: instant attack, fall of 20 dB in 1.7 s, peaks held for 1.5 s."""

CLOSED_FALL_DB_PER_S = 240.0
"""The fall once the microphone is closed: from 0 dBFS to the bottom of a scale of 60 dB in a quarter of a second."""

ENVELOPE_RATE = 20
"""Values a second of an `Envelope`."""


def decibels(amplitude: float) -> float:
    """The level of `amplitude` (in sample values, 0…32,768) in dBFS, never below `FLOOR_DBFS`."""
    if amplitude <= 0:
        return FLOOR_DBFS
    return max(FLOOR_DBFS, 20 * math.log10(amplitude / FULL_SCALE))


def measure(pcm: bytes, at: float) -> Level:
    """The level of one block of s16le mono sound that was captured at `at` (monotonic seconds)."""
    import numpy as np

    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    if not samples.size:
        return Level(FLOOR_DBFS, FLOOR_DBFS, False, at)
    peak = max(int(samples.max()), -int(samples.min()))
    sound = samples.astype(np.float64)
    rms = math.sqrt(float(sound.dot(sound)) / samples.size)
    return Level(decibels(peak), decibels(rms), peak >= CLIP_SAMPLE and _is_clipped(samples), at)


def measure_swing(pcm: bytes) -> float:
    """Half the peak-to-peak amplitude of s16le sound in dBFS, which an offset does not change."""
    import numpy as np

    samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
    return decibels((int(samples.max()) - int(samples.min())) / 2) if samples.size else FLOOR_DBFS


def _is_clipped(samples: npt.NDArray[np.int16]) -> bool:
    loud = (samples >= CLIP_SAMPLE) | (samples <= -CLIP_SAMPLE)
    run = loud
    for shift in range(1, CLIP_RUN):
        run = run[:-1] & loud[shift:]
    return bool(run.any())


class LatestLevel:
    """One slot with the level since the last `take()`: the newest RMS, the highest peak, any clipping.

    One thread calls `put()`, one other `take()`. A peak between two polls is never lost; where both calls
    meet it is, at worst, reported twice. A reader that has nothing to show asks `wake_outside()` to be woken.
    """

    # No lock: _slot is assigned by the writer only and _taken by the reader only, each as one
    # reference; the writer merges for as long as it has not seen its last slot taken, so a race can repeat
    # a peak but not lose one. _wake is assigned by both, as one reference: a level that the writer puts
    # before it sees the request stays in the slot, and the next one is merged with it.

    __slots__ = ("_slot", "_taken", "_wake")

    def __init__(self) -> None:
        self._slot: tuple[int, Level | None] = (0, None)
        self._taken = 0
        self._wake: tuple[float, float, Callable[[], None]] | None = None

    def put(self, level: Level) -> None:
        """Writer: make `level` the newest one."""
        number, waiting = self._slot
        if waiting is not None and self._taken != number:
            level = Level(
                max(waiting.peak_dbfs, level.peak_dbfs),
                level.rms_dbfs,
                waiting.clipped or level.clipped,
                level.at,
            )
        self._slot = (number + 1, level)
        request = self._wake
        if request is not None and not request[0] <= level.peak_dbfs <= request[1]:
            self._wake = None
            request[2]()

    def wake_outside(self, low_dbfs: float, high_dbfs: float, wake: Callable[[], None]) -> None:
        """Reader: have `wake` called once, on the writer's thread, at the first peak outside of these bounds."""
        self._wake = (low_dbfs, high_dbfs, wake)

    def take(self) -> Level | None:
        """Reader: the level since the last call, None where nothing has come since."""
        number, level = self._slot
        if number == self._taken:
            return None
        self._taken = number
        return level


@dataclass(frozen=True, slots=True)
class MeterReading:
    """What a meter shows: the falling bars and the held peak in dBFS; `clip` stays lit until it is reset."""

    bar_dbfs: float = FLOOR_DBFS
    rms_dbfs: float = FLOOR_DBFS
    hold_dbfs: float = FLOOR_DBFS
    clip: bool = False


class Meter:
    """The ballistics of a level meter. Pure: time comes in as monotonic seconds."""

    def __init__(self) -> None:
        self.reading = MeterReading()
        self._now: float | None = None
        self._held_since = 0.0

    def update(self, level: Level | None, now: float) -> MeterReading:
        """The reading at `now`, with `level` (None: nothing new was heard) since the last update."""
        elapsed = 0.0 if self._now is None else max(0.0, now - self._now)
        self._now = now
        drop = FALL_DB_PER_S * elapsed
        peak, rms, clipped = (
            (level.peak_dbfs, level.rms_dbfs, level.clipped) if level else (FLOOR_DBFS, FLOOR_DBFS, False)
        )
        before = self.reading
        self.reading = MeterReading(
            bar_dbfs=max(FLOOR_DBFS, peak, before.bar_dbfs - drop),
            rms_dbfs=max(FLOOR_DBFS, rms, before.rms_dbfs - drop),
            hold_dbfs=self._hold(peak, before.hold_dbfs, elapsed, now),
            clip=before.clip or clipped,
        )
        return self.reading

    def _hold(self, peak: float, held: float, elapsed: float, now: float) -> float:
        """The held peak: still for `HOLD_S` after the last higher one, then falling like the bar."""
        if peak >= held:
            self._held_since = now
            return max(FLOOR_DBFS, peak)
        falling_for = min(elapsed, now - self._held_since - HOLD_S)
        return max(FLOOR_DBFS, peak, held - FALL_DB_PER_S * max(0.0, falling_for))

    def fall_closed(self, now: float) -> MeterReading:
        """The reading at `now` while the microphone is closed: bars and peak fall fast."""
        drop = 0.0 if self._now is None else CLOSED_FALL_DB_PER_S * max(0.0, now - self._now)
        self._now = now
        bar = max(FLOOR_DBFS, self.reading.bar_dbfs - drop)
        self.reading = MeterReading(bar, min(bar, self.reading.rms_dbfs), bar, self.reading.clip)
        return self.reading

    def reset_clip(self) -> None:
        """Switch the clip lamp off."""
        now = self.reading
        self.reading = MeterReading(now.bar_dbfs, now.rms_dbfs, now.hold_dbfs, clip=False)

    @property
    def at_rest(self) -> bool:
        """Whether the meter has come to rest, so that polling may stop until the next recording."""
        return self.reading.hold_dbfs <= FLOOR_DBFS  # the bar is never above the held peak


class Envelope:
    """The peaks of a recording, `ENVELOPE_RATE` values a second (0…32,767), for drawing its waveform.

    Append-only; eight hours take 1.2 MB. One thread appends, any thread reads `len()` and `slice()`.
    """

    # No lock: values are only ever appended, whole, and each read copies within one bytecode of
    # `array`, so a reader sees a complete prefix of the recording.

    __slots__ = ("_open", "_peak", "_values")

    window = SAMPLE_RATE // ENVELOPE_RATE
    """Samples of one value."""

    def __init__(self) -> None:
        self._values = array("h")
        self._open = 0
        self._peak = 0

    @classmethod
    def of(cls, blocks: Iterable[bytes]) -> Envelope:
        """The envelope of stored s16le mono sound."""
        envelope = cls()
        for block in blocks:
            envelope.append(block)
        return envelope

    def append(self, pcm: bytes) -> None:
        """Take the next block of s16le mono sound, of any length."""
        import numpy as np

        samples = np.frombuffer(pcm, dtype="<i2", count=len(pcm) // 2)
        head = min(len(samples), self.window - self._open)
        self._take_open(samples[:head])
        whole = (len(samples) - head) // self.window
        if whole:
            body = samples[head : head + whole * self.window].astype(np.int32).reshape(whole, self.window)
            peaks = np.minimum(np.abs(body).max(axis=1), FULL_SCALE - 1)
            self._values.frombytes(peaks.astype(np.int16).tobytes())
        self._take_open(samples[head + whole * self.window :])

    def _take_open(self, samples: npt.NDArray[np.int16]) -> None:
        """Add samples to the value that is not complete; of a block of the microphone these are all."""
        if not len(samples):
            return
        self._open += len(samples)
        self._peak = max(self._peak, min(max(int(samples.max()), -int(samples.min())), FULL_SCALE - 1))
        if self._open == self.window:
            self._values.append(self._peak)
            self._open = self._peak = 0

    def __len__(self) -> int:
        return len(self._values)

    def slice(self, start: int, end: int) -> npt.NDArray[np.int16]:
        """A copy of the values `start` to `end`, as Python slices them."""
        import numpy as np

        return np.frombuffer(self._values[start:end], dtype=np.int16)
