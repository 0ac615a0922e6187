"""Makes the sounds of `resources/sounds/`: run it again after a change here. Needs numpy.

Rising for the start, falling for the end, twice low for a failure: told apart without pitch too, by their rhythm. Each
is shorter than a third of a second, soft at both ends, and peaks at -12 dBFS.
"""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np

RATE = 16_000
PEAK = 10 ** (-12 / 20) * 32_767
FOLDER = Path(__file__).resolve().parents[1] / "resources" / "sounds"

E5, A5, A3 = 659.26, 880.0, 220.0
SOUNDS = {
    "start": ((E5, 0.07), (A5, 0.13)),
    "end": ((A5, 0.07), (E5, 0.13)),
    "failure": ((A3, 0.11), (0.0, 0.05), (A3, 0.14)),
}


def tone(pitch: float, seconds: float) -> np.ndarray:
    """One struck tone with a little of its octave; pitch 0 is silence."""
    t = np.arange(round(seconds * RATE)) / RATE
    wave_form = np.sin(2 * np.pi * pitch * t) + 0.25 * np.sin(4 * np.pi * pitch * t)
    rise, fall = np.minimum(1, t / 0.006), np.minimum(1, (seconds - t) / (0.6 * seconds))
    return wave_form * rise * fall**2


def make(notes: tuple[tuple[float, float], ...]) -> bytes:
    """s16le mono."""
    joined = np.concatenate([tone(pitch, seconds) for pitch, seconds in notes])
    return (joined * PEAK / np.abs(joined).max()).round().astype("<i2").tobytes()


def main() -> int:
    for name, notes in SOUNDS.items():
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(make(notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
