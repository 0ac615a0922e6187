"""Prepares the sound of an utterance for the model: no DC, no hum below speech, not too quiet. Pure.

A cheap sound card adds a constant (DC offset) and 50 or 60 Hz hum. Whisper's spectrogram keeps only the 8 decades
below its loudest bin, so both would hide quiet speech.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

Floats = npt.NDArray[np.float32]

STOP_HZ = 40.0
PASS_HZ = 80.0
"""Nothing below the first passes, everything above the second: between them the voice of a bass begins."""

TARGET_DBFS = -20.0
QUIET_DBFS = -30.0
"""Speech below the second level is raised to the first."""

MOST_GAIN_DB = 50.0
LEVEL_FRAME = SAMPLE_RATE // 50
LOUD_SHARE = 0.9
"""The level of speech is that of the frame (20 ms) which is louder than nine in ten: pauses do not count."""


def samples_of(pcm: bytes) -> Floats:
    """16-bit little-endian PCM as -1 … 1; half a sample at the end is ignored."""
    whole = len(pcm) - len(pcm) % BYTES_PER_SAMPLE
    return np.frombuffer(pcm[:whole], dtype="<i2").astype(np.float32) / 32768.0


def prepare(samples: Floats) -> Floats:
    """The sound as the model should hear it; as long as `samples`. Samples may exceed 1: the model takes floats."""
    if not len(samples):
        return samples
    clean = remove_hum(samples)
    level = speech_level(clean)
    if level >= QUIET_DBFS:
        return clean
    gain = min(TARGET_DBFS - level, MOST_GAIN_DB)
    return (clean * np.float32(10 ** (gain / 20))).astype(np.float32)


def remove_hum(samples: Floats) -> Floats:
    """Take out what lies below a voice. One transform of the whole utterance: 25 s take 20 ms, with no phase shift."""
    spectrum = np.fft.rfft(samples)
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / len(samples)
    part = np.clip((hertz - STOP_HZ) / (PASS_HZ - STOP_HZ), 0.0, 1.0)
    gain = 0.5 - 0.5 * np.cos(np.pi * part)
    return np.fft.irfft(spectrum * gain, n=len(samples)).astype(np.float32)


def speech_level(samples: Floats) -> float:
    """The level of the loud frames in dBFS (RMS; a full-scale square wave is 0), -inf for nothing."""
    frames = samples[: len(samples) // LEVEL_FRAME * LEVEL_FRAME].reshape(-1, LEVEL_FRAME)
    if not len(frames):
        return float("-inf")
    loud = float(np.quantile((frames**2).mean(axis=1), LOUD_SHARE))
    return float(10 * np.log10(loud)) if loud > 0 else float("-inf")
