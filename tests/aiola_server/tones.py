"""Tone words: speech for tests whose words can be counted exactly. A word is 200 ms of its own pitch.

`speech()` makes the sound, `hear()` gives the words back. There is a noise floor of about -60 dBFS, as in any room:
over digital silence WebRTC's voice detector overlooks several of these pitches, over this floor it finds them all.
"""

from __future__ import annotations

import random
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 16_000

VOCABULARY = (
    *("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima"),
    *("mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey"),
    *("xray", "yankee", "zulu"),
)
LOWEST_HZ, STEP_HZ = 200, 112
PITCH = {word: LOWEST_HZ + STEP_HZ * number for number, word in enumerate(VOCABULARY)}
"""Word → Hz, 200 to 3000."""

WORD_S = 0.2
GAP_S = 0.1
"""Between two words of an utterance."""
PAUSE_S = 1.2
"""Between two utterances, and before and behind all."""

LOUDNESS = 0.3
FLOOR = 0.001
"""RMS of the noise, full scale being 1: -60 dBFS."""

FRAME = RATE // 100
_LOUD = 10 ** (-45 / 20)
_SHORTEST = 10
"""Frames of 10 ms: half a word is heard as the word, less is not."""
_PURE = 0.85


def utterances(count: int, seed: int, least: int = 2, most: int = 5) -> list[list[str]]:
    """Random utterances without the same word twice within three, so that a repeat can only be a fault."""
    chance = random.Random(seed)
    recent: list[str] = []
    made = []
    for _ in range(count):
        words = []
        for _ in range(chance.randint(least, most)):
            word = chance.choice([each for each in VOCABULARY if each not in recent])
            recent = [*recent[-2:], word]
            words.append(word)
        made.append(words)
    return made


def speech(
    words: Sequence[Sequence[str]], *, pause_s: float = PAUSE_S, lead_s: float = PAUSE_S, seed: int = 1
) -> bytes:
    """16 kHz mono s16le: `lead_s` of quiet, then each utterance and `pause_s` of quiet behind it."""
    parts: list[npt.NDArray[np.float64]] = [_quiet(lead_s)]
    for utterance in words:
        for position, word in enumerate(utterance):
            parts += [_quiet(GAP_S)] if position else []
            parts.append(_tone(word))
        parts.append(_quiet(pause_s))
    whole = np.concatenate(parts)
    whole += np.random.default_rng(seed).normal(0, FLOOR, len(whole))
    return (np.clip(whole, -1, 1) * 32767).astype("<i2").tobytes()


def places(
    words: Sequence[Sequence[str]], *, pause_s: float = PAUSE_S, lead_s: float = PAUSE_S
) -> list[tuple[float, float]]:
    """Where in `speech()` of the same arguments each utterance begins and ends, in seconds."""
    found, at = [], lead_s
    for utterance in words:
        length = len(utterance) * (WORD_S + GAP_S) - GAP_S
        found.append((at, at + length))
        at += length + pause_s
    return found


def silence(seconds: float, seed: int = 2) -> bytes:
    """The noise floor alone."""
    return speech([], lead_s=seconds, seed=seed)


def seconds_of(pcm: bytes) -> float:
    return len(pcm) / 2 / RATE


def write_wav(path: Path, pcm: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return path


def hear(pcm: bytes) -> list[str]:
    """The tone words in 16 kHz mono s16le; what is no tone word is not heard."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float64) / 32768
    found = [_word(samples[start * FRAME : end * FRAME]) for start, end in _bursts(samples)]
    return [word for word in found if word]


def _quiet(seconds: float) -> npt.NDArray[np.float64]:
    return np.zeros(round(seconds * RATE))


@cache
def _tone(word: str) -> npt.NDArray[np.float64]:
    """With 5 ms of rise and fall: a click would be a sound of every pitch."""
    time = np.arange(round(WORD_S * RATE)) / RATE
    edge = np.minimum(1, np.minimum(time, WORD_S - time) / 0.005)
    made: npt.NDArray[np.float64] = LOUDNESS * edge * np.sin(2 * np.pi * PITCH[word] * time)
    return made


def loud(samples: npt.NDArray[np.float64], limit: float = _LOUD) -> npt.NDArray[np.bool_]:
    """Of each 10 ms whether it is louder than `limit` (RMS)."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    result: npt.NDArray[np.bool_] = np.sqrt((frames**2).mean(axis=1)) > limit
    return result


def _bursts(samples: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Runs of loud frames (start, end) that are long enough to be a word."""
    steps = np.diff(np.concatenate([[0], loud(samples).astype(int), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= _SHORTEST]


def _word(burst: npt.NDArray[np.float64]) -> str:
    """The word of the strongest pitch, "" where the sound is no clear tone or not one of ours."""
    power = np.abs(np.fft.rfft(burst * np.hanning(len(burst)))) ** 2
    hertz = np.fft.rfftfreq(len(burst), 1 / RATE)
    peak = hertz[int(power.argmax())]
    near = power[np.abs(hertz - peak) < STEP_HZ / 2].sum()
    number = round((peak - LOWEST_HZ) / STEP_HZ)
    off = abs(peak - LOWEST_HZ - number * STEP_HZ)
    if near < _PURE * power.sum() or off > STEP_HZ / 3 or not 0 <= number < len(VOCABULARY):
        return ""
    return VOCABULARY[number]
