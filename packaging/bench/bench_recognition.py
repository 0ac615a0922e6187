"""The recognizer on this computer: words it gets wrong, what it costs, and how long a text takes.

PocketSphinx, which came before Whisper, is beside it in brackets: numbers kept from the last commit that had it.
Dictations run through the worker's own code (`simulated_dictation.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from simulated_dictation import dictate
from speech_sets import Clip, all_sets, test_data
from table import QUICK, Row, amount
from word_errors import word_error_rate

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.foundation.paths import default_paths
from saywrite.speech.local.decoder.whisper import WhisperDecoder
from saywrite.speech.local.models import find_model

RATE = 16_000
PROMPT_STEP = 12 if QUICK else 3
CLIPS = amount(1_000, 1_000, 1)
"""Of each set."""

SPHINX_ERRORS = {
    "tests/data": 2.1,
    "py-nanotts en": 17.9,
    "LibriVox (Austen)": 33.8,
    "card game": 47.6,
    "telephone prompts en": 39.6,
    "human speech as it is": 21.0,
    "at -40 dBFS": 16.0,
    "with an offset of 0.3": 17.6,
    "10 dB above pink noise": 73.9,
}
"""Word error rate in percent of PocketSphinx 5.1.1 (`SphinxDecoder` of commit 50a0c04) on the same clips."""

SPHINX = {"cpu": 0.193, "load": 0.73, "loaded": 124, "wait p50": 0.21}
"""Its costs. `cpu` is from a quiet machine (on the busy one where the rest was measured it took 0.45); `load` in
processor seconds; `wait p50` of `end()` alone, which follows the decoding of the last sound."""

GOALS = {"tests/data": 2.0, "py-nanotts de": 10.0, "py-nanotts es": 10.0}


def measure() -> list[Row]:
    model = find_model(DEFAULT_MODEL, default_paths().data)
    if model is None:
        raise SystemExit("The recognition model is not on this machine.")
    rows = _loading(model)
    decoder = WhisperDecoder(model)
    sets = all_sets(PROMPT_STEP, CLIPS)
    rows += _accuracy(decoder, sets)
    human = sets["tests/data"] + sets.get("LibriVox (Austen)", [])
    rows += _conditions(decoder, human)
    rows += _streaming(decoder, human)
    rows += [_window_cost(decoder, test_data())]
    memory_mb = psutil.Process().memory_info().rss / 1e6
    return [*rows, Row("memory after all this, the benchmark's own included", memory_mb, "MB")]


def _beside(name: str, key: str) -> str:
    """The name with PocketSphinx's number, where there is one: it knew English only."""
    before = SPHINX.get(key, SPHINX_ERRORS.get(key))
    return name if before is None else f"{name} (PocketSphinx {before:g})"


LOADING = """
import sys, time
from pathlib import Path
began = time.perf_counter()
from saywrite.speech.local.decoder.whisper import WhisperDecoder
decoder = WhisperDecoder(Path(sys.argv[1]))
print(time.perf_counter() - began)
import psutil
print(psutil.Process().memory_info().rss / 1e6)
"""


def _loading(model: Path) -> list[Row]:
    """Imports and model in a fresh process, as the worker loads them."""
    runs = []
    for _ in range(amount(5, 2, 1)):
        command = [sys.executable, "-c", LOADING, str(model)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
        runs.append([float(line) for line in done.stdout.split()])
    return [
        Row.of(_beside("load time of the recognizer", "load"), [run[0] for run in runs], "s"),
        Row.of(_beside("memory after loading", "loaded"), [run[1] for run in runs], "MB", 300),
    ]


def _accuracy(decoder: WhisperDecoder, sets: dict[str, list[Clip]]) -> list[Row]:
    """Word errors of every set as single utterances, and the processor time of all together."""
    rows = []
    cpu_s = sound_s = 0.0
    for name, clips in sets.items():
        began = time.process_time()
        pairs = [(clip.text, _text(decoder, clip)) for clip in clips]
        cpu_s += time.process_time() - began
        sound_s += sum(clip.seconds for clip in clips)
        rows.append(
            Row(_beside(f"word errors: {name}", name), word_error_rate(pairs), "%", GOALS.get(name), len(clips))
        )
    count = sum(map(len, sets.values()))
    # Dearer than a dictation: a window has 5 s at least, and the clips have no pauses, which cost nothing.
    name = f"processor time per second of sound in single clips of {sound_s / count:.1f} s"
    rows.append(Row(_beside(name, "cpu"), cpu_s / sound_s, "s", None, count))
    return rows


def _text(decoder: WhisperDecoder, clip: Clip) -> str:
    decoding = decoder.decode(clip.pcm, language=clip.language)
    return decoding.text if decoding.trusted else ""


def _conditions(decoder: WhisperDecoder, clips: Sequence[Clip]) -> list[Row]:
    """The same human speech quiet, with a constant added, and in noise."""
    random = np.random.default_rng(1)

    def noisy(sound: np.ndarray) -> np.ndarray:
        spectrum = np.fft.rfft(random.standard_normal(len(sound)))
        spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
        spectrum[0] = 0
        noise = np.fft.irfft(spectrum, len(sound))
        return sound + noise / _level(noise) * _level(sound) / 10**0.5

    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "human speech as it is": lambda sound: sound,
        "at -40 dBFS": lambda sound: sound / _level(sound) * 0.01,
        "with an offset of 0.3": lambda sound: 0.6 * sound + 0.3,
        "10 dB above pink noise": noisy,
    }
    rows = []
    for name, change in changes.items():
        pairs = [(clip.text, _text(decoder, _changed(clip, change))) for clip in clips]
        rows.append(Row(_beside(f"word errors: {name}", name), word_error_rate(pairs), "%", None, len(clips)))
    return rows


def _level(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def _changed(clip: Clip, change: Callable[[np.ndarray], np.ndarray]) -> Clip:
    sound = change(np.frombuffer(clip.pcm, "<i2") / 32768)
    return replace(clip, pcm=(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def _streaming(decoder: WhisperDecoder, clips: Sequence[Clip]) -> list[Row]:
    """Dictations of the clips with and without partials."""
    pauses = [replace(clip, pcm=clip.pcm + bytes(3 * RATE)) for clip in clips]
    sound_s = sum(clip.seconds for clip in pauses)
    rows = []
    for name, partials, goal in (("words shown at the end only", False, 0.12), ("words shown as they come", True, 0.6)):
        runs = [dictate(decoder, clip.pcm, clip.language, partials) for clip in pauses]
        waits = sorted(wait for run in runs for wait in run.waits)
        p50, p95 = waits[len(waits) // 2], waits[len(waits) * 95 // 100]
        cpu_s = sum(run.cpu_s for run in runs)
        rows += [
            Row(f"dictation, {name}: processor time per second of sound", cpu_s / sound_s, "s", goal),
            Row(_beside(f"{name}: end of the utterance to its text, p50", "wait p50"), p50, "s", 0.45, len(waits)),
            Row(f"{name}: end of the utterance to its text, p95", p95, "s", 1.2, len(waits)),
        ]
    return rows


def _window_cost(decoder: WhisperDecoder, clips: Sequence[Clip]) -> Row:
    """The short window of a short utterance against Whisper's own window of 30 s: processor time."""
    clip = next(clip for clip in clips if clip.name == "weather")

    def cost(long_window: bool) -> float:
        began = time.process_time()
        decoder.decode(clip.pcm, language="en", long_window=long_window)
        return time.process_time() - began

    shares = [cost(False) / cost(True) for _ in range(amount(7, 3, 1))]
    return Row.of("cost of a 5 s window as a share of a 30 s window", shares, "", 1 / 3)
