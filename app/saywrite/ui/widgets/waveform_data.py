"""The data of a waveform: peaks, utterances and gaps of a recording. Pure; owned by the GUI thread."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saywrite.audio.levels import Envelope
from saywrite.foundation.events import SAMPLE_RATE, Gap, seconds

FULL_SCALE = 32_768
FLAT = 10 ** (-60 / 40)
"""The least height of a bar, that of a peak of −60 dBFS, the bottom of the level meter; lower ones are silence."""


@dataclass(frozen=True, slots=True, order=True)
class WaveformSpan:
    """An utterance: start and end in samples, and the number of its segment."""

    start: int
    end: int
    number: int = -1


class WaveformData:
    """The recording of one dictation; heights of peaks are 0…1."""

    def __init__(self) -> None:
        self.dictation = ""
        self.utterances: list[WaveformSpan] = []
        self.pending: list[WaveformSpan] = []
        """Speech that has no text yet, in order."""
        self.gaps: list[Gap] = []
        self._heights = np.zeros(1024, dtype=np.float32)
        self._count = 0
        self._window = SAMPLE_RATE // 20

    def begin(self, dictation: str) -> None:
        """Start another recording."""
        self.dictation = dictation
        self.utterances, self.pending, self.gaps = [], [], []
        self._count = 0

    def pull(self, source: Envelope) -> bool:
        """Append the peaks that are new in `source`; True when there were any."""
        self._window = source.window
        total = len(source)
        if total == self._count:
            return False
        if total < self._count:
            self._count = 0
        new = source.slice(self._count, total)
        end = self._count + len(new)
        if end > len(self._heights):
            grown = np.zeros(max(end, 2 * len(self._heights)), dtype=np.float32)
            grown[: self._count] = self._heights[: self._count]
            self._heights = grown
        # With the square root, speech at -20 dBFS has a third of the height instead of a tenth.
        self._heights[self._count : end] = np.sqrt(new.astype(np.float32) / FULL_SCALE)
        self._count = end
        return True

    @property
    def length_s(self) -> float:
        """The length of the recording in seconds."""
        return self._count * self._window / SAMPLE_RATE

    def columns(self, start_s: float, end_s: float, most: int) -> tuple[float, float, npt.NDArray[np.float32]]:
        """The highest peaks (0…1) of a part of the recording, in at most `most` + 1 columns.

        Returns the time of the first column and the width of a column, both in seconds, and the heights. Columns begin
        at multiples of their width, so that a moving picture does not flicker.
        """
        rate = SAMPLE_RATE / self._window
        return self.bars(start_s, end_s, -(-int((end_s - start_s) * rate) // max(1, most)) / rate)

    def bars(self, start_s: float, end_s: float, width_s: float) -> tuple[float, float, npt.NDArray[np.float32]]:
        """Like `columns`, in columns of at least `width_s`, also where a part of a picture is painted."""
        rate = SAMPLE_RATE / self._window
        width = max(1, math.ceil(width_s * rate - 1e-6))
        first = max(0, int(start_s * rate) // width)
        last = min(-(-int(end_s * rate + 1) // width), -(-self._count // width))
        if last <= first:
            return start_s, width / rate, np.zeros(0, dtype=np.float32)
        values = self._heights[first * width : min(last * width, self._count)]
        heights = np.maximum.reduceat(values, np.arange(0, len(values), width))
        return first * width / rate, width / rate, heights

    def is_flat(self, from_s: float) -> bool:
        """Whether there is nothing to see from this time on: no sound, no utterance and no gap."""
        first = max(0, int(from_s * SAMPLE_RATE / self._window))
        heights = self._heights[first : self._count]
        if len(heights) and float(heights.max()) >= FLAT:
            return False
        ends = [spans[-1].end for spans in (self.utterances, self.pending) if spans]
        ends += [self.gaps[-1].at] if self.gaps else []
        return all(seconds(end) < from_s for end in ends)

    def add_utterance(self, span: WaveformSpan) -> None:
        """Add an utterance, or replace the one with its number."""
        self.remove_utterances((span.number,))
        insort(self.utterances, span)

    def remove_utterances(self, numbers: tuple[int, ...]) -> None:
        """Remove the utterances with these numbers."""
        self.utterances = [span for span in self.utterances if span.number not in numbers]

    def add_gap(self, gap: Gap) -> None:
        """Add a place where sound is missing."""
        insort(self.gaps, gap, key=lambda known: known.at)

    def gap_near(self, at_s: float, within_s: float) -> Gap | None:
        """The gap nearest to a time, at most `within_s` away; None without one."""
        near = min(self.gaps, key=lambda gap: abs(seconds(gap.at) - at_s), default=None)
        return near if near is not None and abs(seconds(near.at) - at_s) <= within_s else None

    def utterance_at(self, sample: int) -> int | None:
        """The index of the utterance that contains `sample`, or None."""
        index = bisect_right(self.utterances, WaveformSpan(sample, 1 << 62)) - 1
        return index if index >= 0 and sample < self.utterances[index].end else None
