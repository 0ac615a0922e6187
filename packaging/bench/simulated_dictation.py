"""A dictation in the worker's own code, in which sound arrives in real time on a clock that is simulated.

Decoding takes the time it took, waiting for sound takes none. Segmenter, passes over the open utterance, budgets and
finals are those of the application (`speech/local/utterances.py`); only the pipe between the processes is left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saywrite.audio.vad import Segmenter
from saywrite.speech.local.decoder.whisper import Decoding, WhisperDecoder
from saywrite.speech.local.engine import LONGEST_UTTERANCE_MS
from saywrite.speech.local.utterances import Utterances

RATE = 16_000
BLOCK = RATE // 10
"""Samples in a block, as the engine sends them."""


@dataclass(frozen=True, slots=True)
class Dictation:
    """What came of one sound: the finals in order, for each the seconds from the end of its utterance to its text.

    The end is the time at which the block arrived that made the segmenter certain. `cpu_s`: processor seconds.
    """

    texts: tuple[str, ...]
    waits: tuple[float, ...]
    cpu_s: float


class TimedDecoder:
    """A decoder whose passes move the clock `now` (seconds of the simulated time)."""

    def __init__(self, decoder: WhisperDecoder) -> None:
        self._decoder = decoder
        self.now = 0.0

    def decode(
        self, pcm: bytes, *, language: str, keywords: Sequence[str] = (), final: bool = True, long_window: bool = False
    ) -> Decoding:
        began = time.perf_counter()
        decoding = self._decoder.decode(pcm, language=language, keywords=keywords, final=final, long_window=long_window)
        self.now += time.perf_counter() - began
        return decoding

    def heard_language(self) -> tuple[str, float] | None:
        return self._decoder.heard_language()


def dictate(decoder: WhisperDecoder, pcm: bytes, language: str, partials: bool) -> Dictation:
    """Dictate `pcm` (16 kHz mono s16le) block by block and finish at its end."""
    timed = TimedDecoder(decoder)
    texts: list[str] = []
    waits: list[float] = []
    arrived = 0.0

    def receive(message: dict[str, Any]) -> None:
        if message["kind"] == "final":
            texts.append(message["text"])
            waits.append(timed.now - arrived)

    began = time.process_time()
    session = Utterances(
        1, 0, timed, Segmenter(max_segment_ms=LONGEST_UTTERANCE_MS), receive, clock=lambda: timed.now, cpu=lambda: 0.0
    )
    session.language = language
    session.set_partials(partials)
    for at in range(0, len(pcm) // 2, BLOCK):
        arrived = (at + BLOCK) / RATE
        timed.now = max(timed.now, arrived)
        session.feed(pcm[2 * at : 2 * (at + BLOCK)], more_waits=timed.now >= arrived + BLOCK / RATE)
    session.finish()
    return Dictation(tuple(texts), tuple(waits), time.process_time() - began)
