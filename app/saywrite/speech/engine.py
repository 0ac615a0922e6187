"""What the dictation asks of any engine, and what an engine can do.

A recognizer is owned by the dictation thread: every method here is called on it and returns within a millisecond or
so. What arrives on other threads (a child's pipe, a socket) is posted to the dictation's inbox as `Incoming` and
comes back through `receive()`, so that a recognizer needs no locks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from saywrite.foundation.catalog import Capabilities

Post = Callable[[object], None]
"""Puts one value into the dictation's inbox; safe on every thread, never blocks."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How utterances are cut (aiOla's own app: 0.5, 250, 500, 30000)."""

    threshold: float = 0.5
    min_speech_ms: int = 250
    min_silence_ms: int = 500
    max_segment_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class Request:
    """One dictation's wishes. `language` is our own code (`languages.py`), `keywords` maps spoken to written.
    `translate_to`: a language to translate into, "" for none. `live`: somebody is speaking, so capture goes on whatever
    happens; otherwise the sound is a file that can be read again. `file`: that file, for an engine that takes files.
    `paced`: the sound comes at the pace of speech, so text is wanted soon rather than as exact as it can be.
    `partials`: the words are to be shown while they are spoken.
    """

    dictation: str
    language: str
    keywords: Mapping[str, str] = field(default_factory=dict)
    voice: VoiceSettings = VoiceSettings()
    translate_to: str = ""
    live: bool = True
    file: Path | None = None
    paced: bool = True
    partials: bool = True


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a recognizer's own reader thread, on its way to `receive()` in the dictation thread."""

    engine: str
    message: object


class Recognizer(Protocol):
    """Posts `Partial`, `Final`, `Translation`, `Structured`, `Progress`, `Rewind`, `Outstanding`, `Traffic`,
    `ConnectionChanged`, `EngineChanged`, `Failed` and exactly one `RecognizerFinished` per `start()`, even after a
    failure. A final is never revised.

    Flow: `feed()` is never more than `window` samples ahead of the last `Progress.sent`; after a `Rewind(to)` the
    next `feed()` begins at `to`.
    """

    capabilities: Capabilities

    @property
    def waits(self) -> bool:
        """It lacks what somebody has yet to bring (a model): a dictation whose sound is over need not wait for it."""
        ...

    @property
    def window(self) -> int:
        """Samples that may be fed beyond the last `Progress.sent`."""
        ...

    def prepare(self) -> None:
        """Get ready in the background: a `start()` is likely soon. Told as `EngineChanged`."""

    def start(self, request: Request) -> None: ...

    def feed(self, pcm: bytes, end: int) -> None:
        """16 kHz mono s16le, in order; `end` is the sample offset behind its last sample. Never blocks."""

    def set_keywords(self, keywords: Mapping[str, str]) -> None: ...

    def finish(self) -> None:
        """No more audio: the remaining finals follow, then `RecognizerFinished`."""

    def abort(self) -> None:
        """Drop the dictation: `RecognizerFinished` follows at once."""

    def receive(self, message: object) -> None:
        """Take one message of the own reader thread (out of `Incoming`)."""

    def wake(self, now: float) -> float | None:
        """Do what is due at `now` (monotonic seconds); return when to be woken next, None if nothing is waited for."""

    def renew(self) -> None:
        """The account, its settings or the models changed: forget what was granted, try at once what was refused."""
        return

    def release(self) -> None:
        """Give back memory, processes and connections; `prepare()` or `start()` bring them again."""

    def close(self) -> None:
        """The end of the program: `release()`, and wait a second at most for what must be said to a service."""
        self.release()


class UtteranceBoundary(Protocol):
    @property
    def starts(self) -> bool: ...
    @property
    def at(self) -> int: ...
    @property
    def voiced(self) -> int: ...


class UtteranceSegmenter(Protocol):
    @property
    def settled(self) -> int: ...
    @property
    def likely_end(self) -> int | None: ...
    def process(self, pcm: bytes) -> Sequence[UtteranceBoundary]: ...
    def flush(self) -> Sequence[UtteranceBoundary]: ...


class MakeSegmenter(Protocol):
    """`saywrite.audio.vad.Segmenter`, by its shape."""

    def __call__(
        self,
        *,
        threshold: float = ...,
        min_speech_ms: int = ...,
        min_silence_ms: int = ...,
        max_segment_ms: int = ...,
        start: int = ...,
    ) -> UtteranceSegmenter: ...
