"""The application without a window. Every method may be called on any thread: each only posts and returns.

`run()` is the dictation thread: `QThread.run` calls it in the window, the main thread on the command line. What
happens is told through the `tell` the composition root gave (`events.FrontEndEvent`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.dictation.desk import Desk
from saywrite.dictation.inbox import Action, Inbox
from saywrite.events import State
from saywrite.settings.schema import Settings
from saywrite.text.keywords import Keyword


class Dictation:
    """Press, speak, done: the buttons of the application, without the buttons."""

    def __init__(self, inbox: Inbox, desk: Desk) -> None:
        self._post: Callable[[Action], None] = inbox.post
        self._desk = desk

    @property
    def latest(self) -> LatestLevel:
        """The level of the newest block, for polling."""
        return self._desk.latest

    @property
    def envelope(self) -> Envelope:
        """The peaks of the newest recording, for polling; another object with every dictation."""
        return self._desk.envelope

    @property
    def state(self) -> State:
        # NB: one reference, assigned by the dictation thread only; a reader sees the old or the new state.
        return self._desk.loop.state

    def run(self) -> None:
        """The dictation thread, until `quit()`."""
        self._desk.run()

    def start(self) -> None:
        self._post(self._desk.start_microphone)

    def stop(self) -> None:
        self._post(self._desk.loop.stop)

    def cancel(self) -> None:
        self._post(self._desk.loop.cancel)

    def toggle(self) -> None:
        self._post(self._desk.toggle)

    def apply(self, settings: Settings) -> None:
        """Settings changed; a running dictation keeps its engine, language and microphone, the rest holds at once."""
        self._post(partial(self._desk.apply, settings))

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        """Keywords changed: they hold from the next final on."""
        self._post(partial(self._desk.set_keywords, keywords))

    def transcribe_file(self, path: Path) -> None:
        self._post(partial(self._desk.transcribe_file, path))

    def transcribe_unfinished(self, dictation: str) -> None:
        """Make text of what a crash, an outage or a failure left in the journal."""
        self._post(partial(self._desk.transcribe_unfinished, dictation))

    def save_unfinished(self, dictation: str, target: Path) -> None:
        """Write its sound as a WAV file and stop offering it."""
        self._post(partial(self._desk.archive.save_unfinished, dictation, target))

    def discard_unfinished(self, dictation: str) -> None:
        self._post(partial(self._desk.archive.discard_unfinished, dictation))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        self._post(partial(self._desk.edit_segment, dictation, number, text))

    def refresh_devices(self) -> None:
        self._post(self._desk.refresh_devices)

    def play(self, dictation: str, start: int, end: int) -> None:
        """Play the sound between two sample offsets of a dictation."""
        self._post(partial(self._desk.play, dictation, start, end))

    def stop_playing(self) -> None:
        self._post(self._desk.stop_playing)

    def quit(self) -> None:
        """Stop, close the journal, end `run()`. What has no text yet is offered at the next start."""
        self._post(self._desk.quit)
