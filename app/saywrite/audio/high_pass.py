"""Removes offset, mains hum and rumble, which lie below the frequencies of a voice.

Pure; runs on the thread of its caller. A microphone with an offset of a hundredth of full scale, or a hum of 50, 60 or
100 Hz, has a level that hardly changes with speech, so levels and voice are judged behind this filter.
The recording itself is never filtered.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from saywrite.foundation.events import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FRAME = SAMPLE_RATE // 50
"""Samples that are filtered at a time: 20 ms."""

CUTOFF_HZ = 125.0  # above hum and its first harmonic, below the first formant of any voice
_TAPS = 705  # 44 ms; with one frame they fill a transform of 1,024
_TRANSFORM = _TAPS - 1 + FRAME


class HighPass:
    """Filters 16 kHz mono sound in whole frames of 20 ms.

    Gain: 0 dB at 150 Hz, −27 dB at 100 Hz, −50 dB and less at 60, 50 and 0 Hz. Minimum phase: above 200 Hz a sound is
    delayed by 1 ms at most. The first sample counts as having lasted for ever before, so that an offset makes no click
    at the start. The output does not depend on the blocks. Costs 0.1 % of real time.
    """

    def __init__(self) -> None:
        self._history: npt.NDArray[np.float64] | None = None

    def filter(self, pcm: bytes) -> npt.NDArray[np.int16]:
        """The next frames of s16le sound, one a row. `pcm` must hold whole frames."""
        import numpy as np

        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        if not len(samples):
            return np.zeros((0, FRAME), np.int16)
        if self._history is None:
            self._history = np.full(_TAPS - 1, samples[0])
        sound = np.concatenate([self._history, samples])
        self._history = sound[len(sound) - (_TAPS - 1) :].copy()
        pieces = np.lib.stride_tricks.sliding_window_view(sound, _TRANSFORM)[::FRAME]
        filtered = np.fft.irfft(np.fft.rfft(pieces) * _response(), _TRANSFORM)[:, _TAPS - 1 :]
        return np.clip(np.rint(filtered), -32_768, 32_767).astype(np.int16)


@cache
def _response() -> npt.NDArray[np.complex128]:
    """The spectrum of the filter.

    It is a windowed sinc, made minimum phase through its cepstrum (Oppenheim & Schafer, 13.7).
    """
    import numpy as np

    places = np.arange(_TAPS) - (_TAPS - 1) / 2
    low = np.sinc(2 * CUTOFF_HZ / SAMPLE_RATE * places) * np.kaiser(_TAPS, 4.5)
    taps = -low / low.sum()
    taps[(_TAPS - 1) // 2] += 1
    size = 1 << 14
    cepstrum = np.fft.ifft(np.log(np.maximum(np.abs(np.fft.fft(taps, size)), 1e-5))).real
    fold = np.zeros(size)
    fold[0] = fold[size // 2] = 1
    fold[1 : size // 2] = 2
    minimum = np.fft.ifft(np.exp(np.fft.fft(cepstrum * fold))).real[:_TAPS]
    return np.fft.rfft(minimum, _TRANSFORM)
