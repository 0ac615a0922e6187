"""Known sounds for the virtual microphones."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt


def noise(seconds: float, rate: int = 16_000, channels: int = 1, seed: int = 7) -> npt.NDArray[np.int16]:
    """Seeded noise (frames × channels): every lost, repeated or altered sample of it shows."""
    random = np.random.default_rng(seed)
    return random.integers(-12_000, 12_000, (round(seconds * rate), channels)).astype(np.int16)


def write(path: Path, samples: npt.NDArray[np.int16], rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1] if samples.ndim > 1 else 1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return path
