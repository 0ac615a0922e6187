"""The service's own idea of where speech begins and ends: loudness alone, honouring `vad_config`.

Deliberately not Saywrite's segmenter: the client must not depend on the service cutting where it would itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.aiola_server.tones import FRAME, loud

PAD = 5
"""Frames of 10 ms kept before the first loud one and behind the last."""
_BREATH = 4
"""Quiet frames in a row at which a segment that gets too long may be cut: less than the gap between tone words."""


@dataclass(frozen=True)
class VadConfig:
    """`threshold`: 0 to 1, here -60 to -20 dBFS. The rest in milliseconds."""

    threshold: float = 0.5
    min_speech_ms: float = 250
    min_silence_ms: float = 500
    max_segment_ms: float = 30_000

    @classmethod
    def of(cls, wishes: Mapping[str, Any]) -> VadConfig:
        """Raises ValueError where a wish is not a number, or not ours."""
        if unknown := set(wishes) - set(cls.__annotations__):
            raise ValueError(f"unknown: {sorted(unknown)}")
        return cls(**{name: float(value) for name, value in wishes.items() if value is not None})


@dataclass(frozen=True)
class SpeechSegment:
    """`start`, `end`: sample offsets in the stream. `closed`: the offset of the sample that closed it. `pcm` begins
    `lead` samples before the speech.
    """

    start: int
    end: int
    closed: int
    pcm: bytes
    lead: int = 0

    @property
    def spoken(self) -> bytes:
        """The sound from `start` to `end`."""
        return self.pcm[self.lead * 2 : (self.lead + self.end - self.start) * 2]


class Segmenter:
    """Feed it sound in pieces of any size; a segment comes out with the piece that closes it."""

    def __init__(self, config: VadConfig) -> None:
        self._limit = 10 ** ((-60 + 40 * config.threshold) / 20)
        self._least = max(1, round(config.min_speech_ms / 10))
        self._silence = max(1, round(config.min_silence_ms / 10))
        self._most = max(1, round(config.max_segment_ms / 10))
        self._rest = b""
        self._frames: list[bytes] = []
        self._first = 0
        """Number of the frame at `_frames[0]`."""
        self._start: int | None = None
        self._continues = False
        """The open segment is the rest of one that was cut: however short, it is speech."""
        self._voiced_to = 0
        self._breath: tuple[int, int] | None = None
        """Where the last quiet place inside the open segment begins and ends."""

    @property
    def open(self) -> bool:
        return self._start is not None

    def so_far(self) -> SpeechSegment | None:
        """What has been heard of the open segment."""
        if self._start is None:
            return None
        start, end = self._start, self._first + len(self._frames)
        pcm = b"".join(self._frames[start - self._first :])
        return SpeechSegment(start * FRAME, end * FRAME, end * FRAME, pcm)

    def feed(self, pcm: bytes) -> list[SpeechSegment]:
        self._rest += pcm
        whole = len(self._rest) // (FRAME * 2) * FRAME * 2
        if not whole:
            return []
        taken, self._rest = self._rest[:whole], self._rest[whole:]
        voiced = loud(np.frombuffer(taken, "<i2").astype(np.float64) / 32768, self._limit)
        found = []
        for number, is_loud in enumerate(voiced):
            self._frames.append(taken[number * FRAME * 2 : (number + 1) * FRAME * 2])
            segment = self._frame(bool(is_loud))
            found += [segment] if segment else []
        return found

    def flush(self) -> list[SpeechSegment]:
        """The end of a file closes what is open."""
        if self._start is None:
            return []
        segment = self._close(self._voiced_to)
        return [segment] if segment else []

    def _frame(self, is_loud: bool) -> SpeechSegment | None:
        now = self._first + len(self._frames)
        if is_loud:
            if self._start is None:
                self._start = now - 1
            elif now - 1 - self._voiced_to >= _BREATH:
                self._breath = self._voiced_to, now - 1
            self._voiced_to = now
        if self._start is None:
            self._forget(now - PAD)
            return None
        if now - self._voiced_to >= self._silence:
            return self._close(self._voiced_to)
        if now - self._start >= self._most and self._breath:
            return self._cut(*self._breath)
        return self._close(now) if now - self._start >= 2 * self._most else None

    def _cut(self, end: int, resumed: int) -> SpeechSegment | None:
        """Too long: close it at its last breath; what came behind that is the next one."""
        segment = self._close(end)
        self._start, self._continues = resumed, True
        return segment

    def _close(self, end: int) -> SpeechSegment | None:
        assert self._start is not None
        start, now = self._start, self._first + len(self._frames)
        first, last = max(self._first, start - PAD), min(now, end + PAD)
        pcm = b"".join(self._frames[first - self._first : last - self._first])
        lead = (start - first) * FRAME
        short = end - start < self._least and not self._continues
        self._start, self._breath, self._continues = None, None, False
        self._forget(max(last - PAD, self._first))
        return None if short else SpeechSegment(start * FRAME, end * FRAME, now * FRAME, pcm, lead)

    def _forget(self, to: int) -> None:
        gone = max(0, min(to - self._first, len(self._frames)))
        del self._frames[:gone]
        self._first += gone
