"""An hour of speech in one dictation, faster than real time, through the recognizer's real child process.

The clips that the repository can carry are said again and again, with short and long pauses in turn, so that
utterances are cut in pauses and, where nobody pauses, at 25 s. The memory of the child must not grow, and the hour must
have no more words wrong than the same clips decoded one by one: no word is lost or doubled at the joints.
"""

from __future__ import annotations

import time
from itertools import cycle
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import psutil
from speech_sets import RATE, Clip, synthesized, test_data
from table import Row, amount
from word_errors import word_error_rate

from saywrite.foundation.catalog import DEFAULT_MODEL
from saywrite.foundation.paths import default_paths
from saywrite.foundation.program import worker_command
from saywrite.speech.local.child_process import WorkerExited, WorkerProcess
from saywrite.speech.local.decoder.whisper import WhisperDecoder
from saywrite.speech.local.engine import LONGEST_UTTERANCE_MS
from saywrite.speech.local.models import find_model

SOUND_S = amount(3_600, 300, 20)
BLOCK = RATE // 10
AHEAD = 10 * RATE
"""Samples that are fed beyond what the child has taken, as the application does."""

PAUSES_S = (0.15, 1.0, 0.25)
END_OF_ROUND_S = 2.0
"""A pause that always ends an utterance, so that every text belongs to one round."""

WARM_S = SOUND_S / 6
"""Seconds of sound after which the memory must not grow any more: ten minutes of the hour."""

VOICE = {"threshold": 0.5, "min_speech_ms": 250, "min_silence_ms": 500, "max_segment_ms": LONGEST_UTTERANCE_MS}


def measure() -> list[Row]:
    model = find_model(DEFAULT_MODEL, default_paths().data)
    if model is None:
        raise SystemExit("The recognition model is not on this machine.")
    spoken = [*test_data(), *synthesized("en", 1_000)]
    clips = amount(spoken, spoken, test_data()[1:2])
    sound = one_round(clips)
    rounds = max(2, round(SOUND_S * RATE / (len(sound) // 2)))
    run = HourOfSpeech(model, sound, rounds)
    began = time.monotonic()
    run.dictate()
    took_s = time.monotonic() - began
    said = " ".join(clip.text for clip in clips)
    hour = word_error_rate((said, text) for text in run.texts)
    decoder = WhisperDecoder(model)
    alone = word_error_rate((clip.text, decoder.decode(clip.pcm, language="en").text) for clip in clips)
    minutes = rounds * len(sound) / 2 / RATE / 60
    warm = [mb for at_s, mb in run.memory if at_s >= WARM_S]
    name = f"{minutes:.0f} min of speech in one dictation"
    return [
        Row(f"{name}: word errors (the clips one by one: {alone:.1f})", hour, "%", alone + 1.0, rounds),
        Row(f"{name}: most memory of the recognizer's process", max(warm), "MB", 300, len(warm)),
        Row(f"{name}: growth of memory behind its first sixth", growth(warm), "MB", 10, len(warm)),
        Row(f"{name}: took", took_s, "s"),
    ]


def one_round(clips: list[Clip]) -> bytes:
    """All clips, 16 kHz mono s16le, with the pauses between them."""
    pauses = cycle(PAUSES_S)
    parts = [clip.pcm + bytes(2 * int(next(pauses) * RATE)) for clip in clips]
    return b"".join(parts) + bytes(2 * int(END_OF_ROUND_S * RATE))


def growth(memory: list[float]) -> float:
    """How much larger the last quarter is than the first one, by their means."""
    quarter = max(1, len(memory) // 4)
    return sum(memory[-quarter:]) / quarter - sum(memory[:quarter]) / quarter


class HourOfSpeech:
    """`texts`: what was written of each round. `memory`: (seconds of sound, MB) once a round at least."""

    def __init__(self, model: Path, sound: bytes, rounds: int) -> None:
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._child = WorkerProcess(1, worker_command(model), self._messages.put)
        self._process = psutil.Process(self._child.pid)
        self._sound = sound
        self._samples = len(sound) // 2
        self._sent = 0
        self._finished = False
        self.texts = [""] * rounds
        self.memory: list[tuple[float, float]] = []

    def dictate(self) -> None:
        start = {"op": "start", "session": 1, "at": 0, "voice": VOICE, "language": "en", "keywords": []}
        self._child.send({**start, "partials": False, "long_window": False})
        fed = 0
        for _ in self.texts:
            for at in range(0, self._samples, BLOCK):
                block = self._sound[2 * at : 2 * (at + BLOCK)]
                while fed + len(block) // 2 > self._sent + AHEAD:
                    self._receive()
                self._child.send_sound(block)
                fed += len(block) // 2
        self._child.send({"op": "finish"})
        while not self._finished:
            self._receive()
        self._child.kill()

    def _receive(self) -> None:
        message = self._messages.get()
        if isinstance(message, WorkerExited):
            raise SystemExit(f"The recognizer ended with {message.code}.")
        body = message.body
        if body["kind"] == "progress":
            self._sent = body["sent"]
        elif body["kind"] == "final":
            # By its middle: an utterance begins a moment before its first word, which may be in the round before.
            middle = (body["start"] + body["end"]) // 2
            self.texts[middle // self._samples] += f" {body['text']}"
            self.memory.append((body["end"] / RATE, self._process.memory_info().rss / 1e6))
        elif body["kind"] == "finished":
            self._finished = True
