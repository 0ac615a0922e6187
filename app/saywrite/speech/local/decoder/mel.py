"""Log-mel spectrogram as Whisper was trained on it. Pure; runs in the recognizer's child process.

The definition is OpenAI's (whisper/audio.py): 25 ms Hann windows every 10 ms, power spectrum, mel filters on
Slaney's scale with Slaney's area normalization, log10, the 8 decades below the loudest bin, scaled to about
-1 … 1. `base` and `small` take 80 mel bands, `large-v3` and its turbo 128.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from saywrite.foundation.events import SAMPLE_RATE

FFT_SIZE = 400  # 25 ms
HOP = 160  # 10 ms

Floats = npt.NDArray[np.float32]

LINEAR_BELOW_HZ = 1000.0
HZ_PER_MEL = 200.0 / 3
LOG_STEP = np.log(6.4) / 27
"""Slaney's scale: 200/3 Hz a mel up to 1000 Hz, above it 27 mels for each factor of 6.4."""


def log_mel(samples: Floats, bands: int = 80) -> Floats:
    """The spectrogram of `samples` as float32 of shape (bands, len(samples) // 160).

    `samples`: 16 kHz, -1 … 1, at least 201 of them. The signal is mirrored at both ends, as torch.stft does with
    `center=True`.
    """
    padded = np.pad(samples, FFT_SIZE // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[::HOP][: len(samples) // HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.log10(np.maximum(_filters(bands) @ power.T.astype(np.float32), 1e-10))
    mel = np.maximum(mel, mel.max() - 8.0)
    return np.ascontiguousarray((mel + 4.0) / 4.0, dtype=np.float32)


@lru_cache(maxsize=1)
def _hann() -> Floats:
    """Periodic, not symmetric: the window whose copies at a hop of a quarter add up to a constant."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE)).astype(np.float32)


@lru_cache(maxsize=2)
def _filters(bands: int) -> Floats:
    """Triangles of equal area between 0 and 8000 Hz, shape (bands, 201)."""
    bins = np.arange(FFT_SIZE // 2 + 1) * SAMPLE_RATE / FFT_SIZE
    edges = _mel_to_hz(np.linspace(0.0, _hz_to_mel(SAMPLE_RATE / 2), bands + 2))
    low, center, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (bins - low) / (center - low)
    falling = (high - bins) / (high - center)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (high - low))).astype(np.float32)


def _hz_to_mel(hz: float) -> float:
    if hz < LINEAR_BELOW_HZ:
        return hz / HZ_PER_MEL
    return LINEAR_BELOW_HZ / HZ_PER_MEL + float(np.log(hz / LINEAR_BELOW_HZ)) / float(LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    knee = LINEAR_BELOW_HZ / HZ_PER_MEL
    above = LINEAR_BELOW_HZ * np.exp(LOG_STEP * np.maximum(mel - knee, 0.0))
    return np.where(mel < knee, mel * HZ_PER_MEL, above)
