"""The protocol of a recognizer: what the dictation calls, and which events the recognizer returns.

The dictation thread owns every recognizer: it calls each method, which returns within a millisecond or so. A thread
of a recognizer (the reader of a child's pipe, of a socket) posts its messages to the inbox of the dictation thread as
`Incoming`; the loop hands them to `receive()`. A recognizer therefore needs no locks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from saywrite.foundation.catalog import Capabilities
from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    Failed,
    Final,
    LanguageHeard,
    Partial,
    PendingUtterances,
    Progress,
    RecognizerFinished,
    Rewind,
    Structured,
    Traffic,
    Translation,
)

Post = Callable[[object], None]
"""Puts one value into the inbox of the dictation thread. Safe on every thread; never blocks.

For the threads of a recognizer only: what happens on the dictation thread itself is returned, not posted.
"""


@dataclass(frozen=True, slots=True)
class LocalWord:
    """A word that the recognizer on this computer heard in the samples `[start, end)` of the dictation."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WordsPlaced:
    """The places of the words of the partial or final that follows, for a request with `word_times`."""

    dictation: str
    words: tuple[LocalWord, ...]


RecognizerEvent = (
    WordsPlaced
    | Partial
    | Final
    | Translation
    | Structured
    | Progress
    | Rewind
    | PendingUtterances
    | Traffic
    | ConnectionChanged
    | EngineChanged
    | LanguageHeard
    | Failed
    | RecognizerFinished
)

Events = tuple[RecognizerEvent, ...]
"""The events that one call of a recognizer caused, in order."""


class EventBuffer:
    """Collects the events of a call until the method that was called returns them."""

    def __init__(self) -> None:
        self._events: list[RecognizerEvent] = []

    def add(self, *events: RecognizerEvent) -> None:
        self._events += events

    def take(self) -> Events:
        """Return the events collected since the last call, and forget them."""
        events = tuple(self._events)
        self._events.clear()
        return events


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How utterances are cut (aiOla's own app: 0.5, 250, 500, 30000)."""

    threshold: float = 0.5
    min_speech_ms: int = 250
    min_silence_ms: int = 500
    max_segment_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class Request:
    """What one dictation asks of a recognizer.

    `language`: a code of `foundation/catalog.py`. `keywords`: spoken form to written form. `translate_to`: a language
    to translate into, "" for none. `live`: somebody is speaking, so the capture goes on whatever happens; otherwise
    the sound comes from a file that can be read again. `file`: that file, for an engine that takes files. `paced`: the
    sound comes at the pace of speech, so a quick text is better than the most exact one. `partials`: show the words
    while they are spoken. `take_local_words`: words that a service has no text for, also when it is asked again, are
    taken from `note_local_words`, as finals with the mark of the engine on this computer; otherwise they stay without
    text. `word_times`: say where each word lies (`WordsPlaced`), if the recognizer knows. `reports_language`: another
    language than the chosen one is reported (`LanguageHeard`).
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
    take_local_words: bool = False
    word_times: bool = False
    reports_language: bool = True


@dataclass(frozen=True, slots=True)
class LocalWords:
    """What the recognizer on this computer heard, while it listens along with another one.

    `words`: the new words, in the order of the sound. `settled`: the sample offset before which it brings no more.
    `ended`: it has stopped listening and brings no words behind that either, unless more come all the same.
    """

    words: tuple[LocalWord, ...]
    settled: int
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a thread of the recognizer `engine` to its `receive()` on the dictation thread."""

    engine: str
    message: object


class Recognizer(Protocol):
    """Turns the sound of one dictation at a time into text. Every method returns the events that it caused.

    Each `start()` leads to exactly one `RecognizerFinished`, even after a failure. A final is never revised.

    Flow: the sound that `feed()` is given ends at most `window` samples behind the last `Progress.sent`; after a
    `Rewind(to)` the next `feed()` begins at `to`.
    """

    capabilities: Capabilities

    @property
    def waits(self) -> bool:
        """Whether a recognition model has to be installed first.

        A dictation whose sound has ended does not wait for it.
        """
        ...

    @property
    def window(self) -> int:
        """Samples that may be fed beyond the last `Progress.sent`."""
        ...

    def prepare(self) -> Events:
        """Get ready in the background because a `start()` is likely soon.

        `EngineChanged` reports how far it is.
        """
        ...

    def start(self, request: Request) -> Events:
        """Begin a dictation. Raises RuntimeError while the last one has not ended."""
        ...

    def feed(self, pcm: bytes, end: int) -> Events:
        """Take sound, 16 kHz mono s16le, in order; `end` is the sample offset behind it. Never blocks."""
        ...

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        """Replace the keywords of the dictation that runs."""

    def note_local_words(self, heard: LocalWords) -> Events:
        """Note what the recognizer on this computer heard in the same sound.

        It may lag behind the sound by seconds. A recognizer that needs no such words ignores them.
        """
        return ()

    def stand_by(self) -> Events:
        """Drop the sound of the dictation, and only keep trying to reach the service.

        Another recognizer stands in. The dictation ends with `abort()`. A recognizer without a service is not asked to.
        """
        return ()

    def finish(self) -> Events:
        """Note that the sound has ended: the remaining finals follow, then `RecognizerFinished`."""
        ...

    def abort(self) -> Events:
        """Drop the dictation that runs, if there is one: `RecognizerFinished` is among the events returned."""
        ...

    def receive(self, message: object) -> Events:
        """Take one message of a thread of this recognizer (out of `Incoming`)."""
        ...

    def wake(self, now: float) -> tuple[Events, float | None]:
        """Do what is due at `now`; also return when to be called again. Both are monotonic seconds; None: never."""
        ...

    def renew(self) -> Events:
        """Forget what was granted and retry what was refused: the account, its settings or the models changed."""
        return ()

    def release(self) -> Events:
        """Give back memory, processes and connections; `prepare()` or `start()` takes them again."""
        ...

    def close(self) -> None:
        """Release everything at the end of the program; wait a second at most for a goodbye to a service."""
        self.release()


class UtteranceBoundary(Protocol):
    """`saywrite.audio.vad.Boundary`, by its shape."""

    @property
    def starts(self) -> bool: ...
    @property
    def at(self) -> int: ...
    @property
    def voiced(self) -> int: ...


class UtteranceSegmenter(Protocol):
    """`saywrite.audio.vad.Segmenter`, by its shape."""

    @property
    def settled(self) -> int: ...
    @property
    def likely_end(self) -> int | None: ...
    def process(self, pcm: bytes) -> Sequence[UtteranceBoundary]: ...
    def flush(self) -> Sequence[UtteranceBoundary]: ...


class MakeSegmenter(Protocol):
    """The constructor of `saywrite.audio.vad.Segmenter`, by its shape."""

    def __call__(
        self,
        *,
        threshold: float = ...,
        min_speech_ms: int = ...,
        min_silence_ms: int = ...,
        max_segment_ms: int = ...,
        long_ms: int = ...,
        start: int = ...,
    ) -> UtteranceSegmenter: ...
