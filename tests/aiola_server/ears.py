"""How the service understands a segment: as tone words, or as English speech, with Saywrite's own recognizer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from tests.aiola_server.segmenter import SpeechSegment
from tests.aiola_server.tones import hear

from saywrite.foundation.paths import default_paths

Understand = Callable[[SpeechSegment], Awaitable[str]]
"""A segment → its text, "" for nothing."""


async def tone_words(segment: SpeechSegment) -> str:
    return " ".join(hear(segment.pcm))


class WhisperEars:
    """Whisper in a process of its own, loaded once, so that decoding does not hold up the service. Call `close()`."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_load)

    async def __call__(self, segment: SpeechSegment) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _decode, segment.pcm)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


_decoder: Any = None


def _load() -> None:
    global _decoder
    from saywrite.foundation.catalog import DEFAULT_MODEL
    from saywrite.speech.local.decoder.whisper import WhisperDecoder
    from saywrite.speech.local.models import find_model

    model = find_model(DEFAULT_MODEL, default_paths().data)
    if model is None:
        raise RuntimeError(f"The recognition model {DEFAULT_MODEL} is not on this computer.")
    _decoder = WhisperDecoder(model)


def _decode(pcm: bytes) -> str:
    decoding = _decoder.decode(pcm, language="en")
    return decoding.text if decoding.trusted else ""
