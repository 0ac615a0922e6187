"""How the service understands a segment: as tone words, or as speech with Saywrite's built-in recogniser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from tests.aiola_server.tones import hear

Understand = Callable[[bytes], Awaitable[str]]
"""16 kHz mono s16le → text, "" for nothing."""


async def tone_words(pcm: bytes) -> str:
    return " ".join(hear(pcm))


class WhisperEars:
    """PocketSphinx in a process of its own, since it holds the interpreter while it works. Call `close()`."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_load)

    async def __call__(self, pcm: bytes) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _decode, pcm)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


_decoder: Any = None


def _load() -> None:
    global _decoder
    from saywrite.speech.sphinx import SphinxDecoder

    _decoder = SphinxDecoder()


def _decode(pcm: bytes) -> str:
    _decoder.begin()
    _decoder.process(pcm)
    return str(_decoder.end())
