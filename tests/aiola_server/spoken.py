"""Real speech with known words: sentences, recordings and coughs joined to one sound, with the place of each word.

A local recognizer hears this sound as speech, and `script_ears.ScriptEars` lets the service answer it exactly. Words
are spread over the loud frames of their sentence by their number of letters: a place may be off by about 0.2 s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tests.aiola_server.tones import FRAME, RATE, loud
from tests.sounds import speech

RECORDINGS = {
    "weather": "The weather is nice today.",
    "two_sentences": "Many people in the city take the train to work. We are going to the house by the river.",
    "two_cities": "It was the best of times, it was the worst of times, "
    "it was the age of wisdom, it was the age of foolishness.",
}
"""Recordings in `tests/data` → what is said in them."""

SENTENCES = (
    "Please send the report to the whole team before Friday evening.",
    "The meeting has been moved to the large room on the second floor.",
    "She opened the letter slowly and read every word aloud.",
    "Our neighbors planted apple trees along the garden wall.",
    "The doctor asked whether the pain was worse in the morning.",
    "I would like to book a table for my parents near the window.",
)
"""What `dictated` says in turn: everyday words that the smallest local model recognizes."""

COUGH = "(cough)"
"""In place of a sentence: a voiced burst of 0.4 s without words."""


FLOOR = 0.0003
"""RMS of the noise, full scale being 1: -70 dBFS. WebRTC's detector takes the beginning of louder noise for speech."""


@dataclass(frozen=True)
class SpokenWord:
    """`start`, `end`: samples. `nucleus`: the loudest place of the word; whoever hears that has heard the word."""

    text: str
    start: int
    end: int
    nucleus: int


@dataclass(frozen=True)
class SpokenScript:
    """`pcm`: 16 kHz mono s16le. `words` in their order."""

    pcm: bytes
    words: tuple[SpokenWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def save(self, folder: Path) -> Path:
        """Write sound and words into a folder, for a service in another process."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sound.pcm").write_bytes(self.pcm)
        (folder / "words.json").write_text(json.dumps([asdict(word) for word in self.words]), encoding="utf-8")
        return folder

    @classmethod
    def load(cls, folder: Path) -> SpokenScript:
        words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return cls((folder / "sound.pcm").read_bytes(), tuple(SpokenWord(**word) for word in words))


def dictated(sentences: int, *, pause_s: float = 0.7) -> SpokenScript:
    """So many of `SENTENCES` in turn, with a pause between two."""
    return joined([SENTENCES[number % len(SENTENCES)] for number in range(sentences)], pause_s=pause_s)


def joined(
    parts: Sequence[str], *, pause_s: float | Sequence[float] = 0.7, lead_s: float = 1.0, seed: int = 1
) -> SpokenScript:
    """Sentences, names of `RECORDINGS` and `COUGH` in this order, over the noise of a room.

    `pause_s`: behind each part, or behind each its own; the same part sounds the same wherever it is said.
    """
    pauses = [pause_s] * len(parts) if isinstance(pause_s, int | float) else list(pause_s)
    sound: list[npt.NDArray[np.float64]] = [np.zeros(round(lead_s * RATE))]
    words: list[SpokenWord] = []
    at = len(sound[0])
    for part, pause in zip(parts, pauses, strict=True):
        said = _sound_of(part)
        words += _placed(RECORDINGS.get(part, "" if part == COUGH else part).split(), said, at)
        sound += [said, np.zeros(round(pause * RATE))]
        at += len(said) + len(sound[-1])
    whole = np.concatenate(sound)
    whole += np.random.default_rng(seed).normal(0, FLOOR, len(whole))
    return SpokenScript((np.clip(whole, -1, 1) * 32767).astype("<i2").tobytes(), tuple(words))


@cache
def _sound_of(part: str) -> npt.NDArray[np.float64]:
    """A part without the quiet before and behind it."""
    if part == COUGH:
        return _cough()
    sound = speech(part).astype(np.float64) / 32768 if part in RECORDINGS else _voiced(part)
    frames = np.flatnonzero(loud(sound))
    return sound[frames[0] * FRAME : (frames[-1] + 1) * FRAME]


def _voiced(text: str, voice: str = "en-US") -> npt.NDArray[np.float64]:
    """`text` by a voice of SVOX Pico, the same each time.

    Pico reads memory before it has written to it: so a fresh process, whose new memory glibc fills with one value.
    """
    program = "import sys, py_nanotts; sys.stdout.buffer.write(py_nanotts.NanoTTS().speak(*sys.argv[1:]))"
    command = [sys.executable, "-c", program, text, voice]
    environment = {**os.environ, "MALLOC_PERTURB_": "85"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    return np.frombuffer(done.stdout, "<i2").astype(np.float64) / 32768


def _cough() -> npt.NDArray[np.float64]:
    """Pulses of a falling voice and breath, through two resonances of an open mouth."""
    size = round(0.4 * RATE)
    chance = np.random.default_rng(7)
    phase = np.cumsum(np.linspace(180, 110, size)) / RATE
    source = (np.diff(np.floor(phase), prepend=0) > 0) * 1.0 + chance.normal(0, 0.08, size)
    time = np.arange(round(0.03 * RATE)) / RATE
    low, high = (np.exp(-90 * time) * np.sin(2 * np.pi * hertz * time) for hertz in (700, 1200))
    sound = np.convolve(source, low + high)[:size] * np.linspace(1, 0.3, size)
    quiet: npt.NDArray[np.float64] = 0.5 * sound / np.abs(sound).max()
    return quiet


def _placed(texts: Sequence[str], said: npt.NDArray[np.float64], at: int) -> list[SpokenWord]:
    """The words of a part that begins at sample `at`."""
    frames = np.flatnonzero(loud(said))
    energy = (said[: len(said) // FRAME * FRAME].reshape(-1, FRAME) ** 2).sum(axis=1)
    letters = np.cumsum([0, *(len(text) for text in texts)])
    edges = np.round(letters / max(letters[-1], 1) * len(frames)).astype(int)
    words = []
    for text, first, last in zip(texts, edges, edges[1:], strict=False):
        mine = frames[first:last]
        nucleus = mine[int(energy[mine].argmax())]
        start, end, middle = (at + int(frame) * FRAME for frame in (mine[0], mine[-1] + 1, nucleus))
        words.append(SpokenWord(text, start, end, middle + FRAME // 2))
    return words
