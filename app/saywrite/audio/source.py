"""The protocol of a source of sound (microphone or file) and of what receives its sound and events.

A source is owned by the dictation thread: every method here is called on it, and it calls its sink on it.
Its own threads post their messages to the dictation's inbox as `FromSource`, and these come back through
`receive()`, so that a source needs no locks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Level

Post = Callable[[object], None]
"""Puts one value into an inbox; safe on every thread, never blocks."""


@dataclass(frozen=True, slots=True)
class FromSource:
    """A message of a source's own threads, on its way to `receive()` in the dictation thread."""

    message: object


class SoundSink(Protocol):
    """Implemented by the dictation; called on the dictation thread only."""

    def opened(self, device: str, at: float) -> None:
        """There is sound, from `device` (its label); `at`: time of the first sample. At most once."""

    def sound(self, pcm: bytes, level: Level) -> None:
        """The next sound: 16 kHz mono s16le."""

    def gap(self, length: int, cause: str) -> None:
        """`length` samples (at 16 kHz) were not captured here; `cause` is shown to the user."""

    def source_changed(self, device: str, note: str) -> None:
        """From here on the sound comes from `device`; `note` says why."""

    def failed(self, error: AudioError, fatal: bool) -> None:
        """A problem to show. Not fatal: capture continues or is retried automatically. Fatal: `ended()` follows."""

    def ended(self) -> None:
        """No sound follows. Called behind the last sample, exactly once per `start()`."""


class Source(Protocol):
    """Delivers the sound of one dictation; called on the dictation thread only."""

    def start(self, sink: SoundSink) -> None:
        """Begin to deliver sound and events to `sink`."""

    def allow(self, samples: int) -> None:
        """The recognizer has room for so many more; a source that cannot wait, like a microphone, ignores it."""

    def stop(self, now: float) -> None:
        """Finish: what was said until `now` and shortly after still comes, then `ended()`."""

    def abort(self) -> None:
        """Drop everything, and call `ended()` before this returns."""

    def receive(self, message: object) -> None:
        """Take one message of the source's threads (out of `FromSource`); one of an old start is ignored."""

    def wake(self, now: float) -> float | None:
        """Do what is due at `now` (monotonic seconds); return when to be woken next, None if nothing is due.

        Call it after every other call here, because a message can change what is due.
        """
