"""Finds where speech begins and ends.

Pure: the same sound gives the same boundaries however it is cut into blocks. WebRTC's voice detector (Gaussian
mixtures, no model file, 0.02 % of real time) judges each frame of 20 ms behind a high-pass, so that neither offset nor
hum changes its result; this module combines the frames into utterances. Runs on the thread of its caller.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from math import inf, log10
from typing import TYPE_CHECKING

from saywrite.audio.high_pass import FRAME, HighPass
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_FRAME_BYTES = FRAME * BYTES_PER_SAMPLE
_VOICED_TO_START = 0.8  # share of `min_speech_ms`: a voice has unvoiced consonants in between
_VOICED_AT_FLUSH = 0.5  # no more sound will come that could decide
_VOICED_IN_SILENCE = 0.1  # a click in a pause is judged as voice
_SHORT_SILENCE = 0.6  # of `min_silence_ms`: it ends a long utterance
_CLOSING_ZONE = 0.8  # from this share of `max_segment_ms` on, a quiet place to cut at is looked for
_QUIET_MEMORY = 150  # frames: the last 3 s
_QUIET_FRAMES = 3  # 60 ms
_STEADY_DB = 1.8  # spread of the levels: white noise 0.3 dB, fan 1.0, rumble 1.4; speech 5, in loud buzz 2.2 (measured)
_STEADY_TREBLE_DB = 1.0  # the same of the treble: noise 0.7 at most; speech 9, in loud buzz 3.7, in hiss down to 0.6
_STEADY_FRAMES = 20  # a single vowel may be as steady for 0.3 s


@dataclass(frozen=True, slots=True)
class Boundary:
    """Speech starts or ends at the sample offset `at`. `voiced`: samples with voice, at an end."""

    starts: bool
    at: int
    voiced: int = 0


class Segmenter:
    """Cuts 16 kHz mono s16le sound into utterances; offsets count from `start`.

    Speech starts when four fifths of `min_speech_ms` are voice, and includes `lead_in_ms` before the first
    voiced frame, so that a soft first sound is included. It ends after `min_silence_ms` with hardly any voice,
    `trail_ms` behind the last voiced frame; longer than `long_ms`, three fifths of that silence end it.
    One nearing `max_segment_ms` is cut at a quiet place, and the next one begins right there. `threshold` is
    0 (everything is speech) to 1 (only clear voice), in the detector's four steps.

    Utterances never overlap; an end always precedes the next start.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        min_speech_ms: int = 250,
        min_silence_ms: int = 500,
        max_segment_ms: int = 30_000,
        long_ms: int | None = None,
        lead_in_ms: int = 300,
        trail_ms: int = 200,
        start: int = 0,
    ) -> None:
        import webrtcvad

        self._detector = webrtcvad.Vad(min(3, max(0, int(threshold * 4))))
        self._lead_in = lead_in_ms * SAMPLE_RATE // 1000
        self._trail = trail_ms * SAMPLE_RATE // 1000
        self._longest = max(FRAME, max_segment_ms * SAMPLE_RATE // 1000)
        self._silence_frames = max(1, min_silence_ms * SAMPLE_RATE // 1000 // FRAME)
        self._short_silence_frames = max(1, round(_SHORT_SILENCE * self._silence_frames))
        self._long = inf if long_ms is None else long_ms * SAMPLE_RATE // 1000
        self._onset: deque[_Levels | None] = deque(maxlen=max(1, min_speech_ms * SAMPLE_RATE // 1000 // FRAME))
        self._recent: deque[bool] = deque(maxlen=self._silence_frames)
        self._energies: deque[float] = deque(maxlen=_QUIET_FRAMES)
        self._loudness: deque[float] = deque(maxlen=_QUIET_MEMORY)
        self._high_pass = HighPass()
        self._tail = b""
        self._position = start
        self._floor = start
        self._opened: int | None = None
        self._last_voice = start
        self._voice = _Voice()

    @property
    def open(self) -> bool:
        """Whether an utterance is open."""
        return self._opened is not None

    @property
    def settled(self) -> int:
        """No boundary will be reported before this: the open utterance's start or the earliest next one."""
        if self._opened is not None:
            return self._opened
        return max(self._floor, self._position - len(self._onset) * FRAME - self._lead_in)

    @property
    def likely_end(self) -> int | None:
        """Where the open utterance ends if no more voice comes; None outside of an utterance.

        The sample offset may lie ahead of the sound.
        """
        return None if self._opened is None else self._last_voice + self._trail

    def process(self, pcm: bytes) -> list[Boundary]:
        """Take the next sound, of any length; return the boundaries that are now certain, in order."""
        sound = self._tail + pcm if self._tail else pcm
        whole = len(sound) - len(sound) % _FRAME_BYTES
        self._tail = sound[whole:]
        found: list[Boundary] = []
        frames = self._high_pass.filter(sound[:whole])
        for frame, energy, treble in zip(frames, *_energies(frames), strict=True):
            self._frame(frame.tobytes(), energy, treble, found)
        return found

    def flush(self) -> list[Boundary]:
        """Close the open utterance at the end of the sound. A word that is cut off there counts as one."""
        found: list[Boundary] = []
        if self._opened is None and self._has_onset(_VOICED_AT_FLUSH):
            self._open(self._onset_start(), found)
        self._position += len(self._tail) // BYTES_PER_SAMPLE
        self._tail = b""
        if self._opened is not None:
            self._close(min(self._position, self._last_voice + self._trail), found)
        self._floor = self._position
        self._onset.clear()
        return found

    def _frame(self, frame: bytes, energy: float, treble: float, found: list[Boundary]) -> None:
        self._energies.append(energy)
        self._loudness.append(sum(self._energies))
        level: _Levels | None = None
        if energy and self._detector.is_speech(frame, SAMPLE_RATE):
            level = 10 * log10(energy), 10 * log10(treble + 1)
        self._position += FRAME
        if level is not None:
            self._last_voice = self._position
        if self._opened is None:
            self._onset.append(level)
            if self._has_onset(_VOICED_TO_START):
                self._open(self._onset_start(), found)
            return
        self._recent.append(level is not None)
        self._voice.add(level)
        if self._is_silent():
            self._close(min(self._position, self._last_voice + self._trail), found)
        elif self._must_cut():
            self._close(self._position, found)
            self._open(self._position, found)

    def _has_onset(self, share: float) -> bool:
        voiced = len(self._onset) - self._onset.count(None)
        return voiced >= share * (self._onset.maxlen or 1)

    def _onset_start(self) -> int:
        silent = next(n for n, level in enumerate(self._onset) if level is not None)
        first = self._position - (len(self._onset) - silent) * FRAME
        return max(self._floor, first - self._lead_in)

    def _open(self, at: int, found: list[Boundary]) -> None:
        self._opened = at
        self._last_voice = max(self._last_voice, at)
        self._voice = _Voice()
        for level in self._onset:
            self._voice.add(level)
        self._onset.clear()
        self._recent.clear()
        found.append(Boundary(True, at))

    def _close(self, at: int, found: list[Boundary]) -> None:
        found.append(Boundary(False, at, 0 if self._voice.is_steady else self._voice.frames * FRAME))
        self._opened = None
        self._floor = at

    @property
    def _length(self) -> int:
        return self._position - (self._opened or 0)

    def _is_silent(self) -> bool:
        frames = self._short_silence_frames if self._length > self._long else self._silence_frames
        earlier = len(self._recent) - frames
        return earlier >= 0 and sum(islice(self._recent, earlier, None)) <= _VOICED_IN_SILENCE * frames

    def _must_cut(self) -> bool:
        """Whether to cut here: near the longest length, at a place quieter than most of the last 3 s.

        The closer the longest length, the less quiet the place has to be.
        """
        length = self._length
        if length >= self._longest:
            return True
        urgency = (length / self._longest - _CLOSING_ZONE) / (1 - _CLOSING_ZONE)
        if urgency < 0:
            return False
        rank = int((0.05 + 0.45 * urgency**2) * len(self._loudness))
        return self._loudness[-1] <= sorted(self._loudness)[rank]


_Levels = tuple[float, float]
"""Levels of a voiced frame in dB: of the whole band, and of its treble."""


class _Voice:
    """The voiced frames of an utterance: how many, and how much their levels differ."""

    def __init__(self) -> None:
        self.frames = 0
        self._sums = [0.0, 0.0]
        self._squares = [0.0, 0.0]

    def add(self, levels: _Levels | None) -> None:
        if levels is not None:
            self.frames += 1
            for band, level in enumerate(levels):
                self._sums[band] += level
                self._squares[band] += level * level

    @property
    def is_steady(self) -> bool:
        """Whether it is noise: no voice keeps its level in the whole band and in the treble.

        Hiss may hide the treble of a voice, and buzz its bass, but hardly both.
        """
        if self.frames < _STEADY_FRAMES:
            return False
        return self._variance(0) < _STEADY_DB**2 and self._variance(1) < _STEADY_TREBLE_DB**2

    def _variance(self, band: int) -> float:
        return self._squares[band] / self.frames - (self._sums[band] / self.frames) ** 2


def _energies(frames: npt.NDArray[np.int16]) -> tuple[list[float], list[float]]:
    """(energy of each frame, energy of its treble: of the differences between neighboring samples)."""
    import numpy as np

    samples = frames.astype(np.float64)
    return np.square(samples).sum(axis=1).tolist(), np.square(np.diff(samples, axis=1)).sum(axis=1).tolist()
