"""The application without a window. Every method may be called on any thread: each only posts and returns.

`run()` is the dictation thread: `QThread.run` calls it in the window, the main thread on the command line. What
happens is told through the `tell` the composition root gave (`events.FrontEndEvent`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.dictation.loop import Inbox
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword

if TYPE_CHECKING:
    from saywrite.dictation.commands import DictationCommands
    from saywrite.dictation.loop import PushToTalkPort
    from saywrite.dictation.models.library import ModelLibrary
    from saywrite.dictation.session import SessionPlan
    from saywrite.foundation.end_limits import EndLimits


class Dictation:
    """Press, speak, done: the buttons of the application, without the buttons."""

    def __init__(self, inbox: Inbox, make_desk: Callable[[], DictationCommands]) -> None:
        """`make_desk` builds everything behind this, on the dictation thread: the window is painted before it."""
        self._inbox = inbox
        self._commands = _LateCommands(make_desk)
        self._silence = LatestLevel(), Envelope()

    @property
    def latest(self) -> LatestLevel:
        """The level of the newest block, for polling."""
        return self._commands.made.latest if self._commands.made else self._silence[0]

    @property
    def envelope(self) -> Envelope:
        """The peaks of the newest recording, for polling; another object with every dictation."""
        return self._commands.made.envelope if self._commands.made else self._silence[1]

    @property
    def settings(self) -> Settings | None:
        """What holds for the next dictation, for polling; None before the first thing was done."""
        return self._commands.made.loop.settings if self._commands.made else None

    @property
    def plan(self) -> SessionPlan | None:
        """What the newest dictation is made of, for polling."""
        return self._commands.made.plan if self._commands.made else None

    def run(self) -> None:
        """The dictation thread, until `quit()`."""
        self._commands.get().run()

    def start(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        """`engine`, `language`: of this one dictation; "" as the settings say. `insert`: its text goes into the
        program in front, too.
        """
        self._post_command(lambda commands: commands.start_microphone(engine, language, insert=insert))

    def stop(self, limits: EndLimits | None = None) -> None:
        """`limits`: how long the text of what was heard may take from now on."""
        self._post_command(lambda commands: commands.loop.stop(limits))

    def cancel(self) -> None:
        """Where there are keys it can be taken back for a moment (`events.Cancelled`)."""
        self._post_command(
            lambda commands: (
                commands.loop.cancel() if commands.push_to_talk is None else commands.push_to_talk.undo(cancel=True)
            )
        )

    def take_back_cancelled(self) -> None:
        """The dictation cancelled last is wanted after all, if it is still there."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.undo(cancel=False))

    def insert_again(self) -> None:
        """Insert the text that did not get into its program, where the cursor is now."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.insert_again())

    def take_back_insertion(self) -> None:
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.undo_insertion())

    def toggle(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        """As `start`, or `stop` while one is running."""
        self._post_command(lambda commands: commands.toggle(engine, language, insert=insert))

    def after_this(self, call: Callable[[], None]) -> None:
        """Call it on the dictation thread, once everything that was asked for before has been done."""
        self._inbox.post(call)

    def apply(self, settings: Settings) -> None:
        """Settings changed; a running dictation keeps its engine, language and microphone, the rest holds at once."""
        self._post_command(lambda commands: commands.apply(settings))

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        """Keywords changed: they hold from the next final on."""
        self._post_command(lambda commands: commands.set_keywords(keywords))

    def renew_account(self) -> None:
        """Another key was saved, or removed: what was refused is tried again."""
        self._post_command(lambda commands: commands.renew_account())

    def transcribe_file(self, path: Path) -> None:
        self._post_command(lambda commands: commands.transcribe_file(path))

    def transcribe_unfinished(self, dictation: str) -> None:
        """Make text of what a crash, an outage or a failure left in the journal."""
        self._post_command(lambda commands: commands.transcribe_unfinished(dictation))

    def save_unfinished(self, dictation: str, target: Path) -> None:
        """Write its sound as a WAV file and stop offering it."""
        self._post_command(lambda commands: commands.archive.save_unfinished(dictation, target))

    def discard_unfinished(self, dictation: str) -> None:
        self._post_command(lambda commands: commands.archive.discard_unfinished(dictation))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        self._post_command(lambda commands: commands.edit_segment(dictation, number, text))

    def refresh_devices(self) -> None:
        self._post_command(lambda commands: commands.refresh_devices())

    def play(self, dictation: str, start: int, end: int) -> None:
        """Play the sound between two sample offsets of a dictation."""
        self._post_command(lambda commands: commands.play(dictation, start, end))

    def stop_playing(self) -> None:
        self._post_command(lambda commands: commands.stop_playing())

    # Recognition models on this computer. What comes of it is told as ModelsChanged, ModelProgress, ModelFailed and
    # ModelTried. `model` is an id of the catalogue ("whisper-base"); nothing happens with an unknown one.

    def list_models(self) -> None:
        """Tell `ModelsChanged`."""
        self._at_models(lambda models: models.list())

    def download_model(self, model: str) -> None:
        """Download and convert it; goes on where an earlier download ended. One model at a time, the others wait."""
        self._at_models(lambda models: models.download(model))

    def pause_download(self, model: str) -> None:
        """End the download; what has arrived stays on disk."""
        self._at_models(lambda models: models.pause(model))

    def cancel_download(self, model: str) -> None:
        """End the download and remove what has arrived."""
        self._at_models(lambda models: models.cancel(model))

    def remove_model(self, model: str) -> None:
        """Remove it from the data folder. A model that is part of the installation stays: `ModelFailed` says so."""
        self._at_models(lambda models: models.remove(model))

    def verify_model(self, model: str) -> None:
        """Compare every byte with the catalogue; a damaged model is downloaded again."""
        self._at_models(lambda models: models.verify(model))

    def try_model(self, model: str) -> None:
        """Transcribe the newest dictation that has a recording with it, in a child process, and tell `ModelTried`."""
        self._at_models(lambda models: models.try_on_last_dictation(model))

    def quit(self) -> None:
        """Stop, close the journal, end `run()`. What has no text yet is offered at the next start."""
        self._post_command(lambda commands: commands.quit())

    def _at_models(self, act: Callable[[ModelLibrary], None]) -> None:
        self._post_command(lambda commands: act(commands.models) if commands.models is not None else None)

    def _post_push_to_talk(self, wish: Callable[[PushToTalkPort], None]) -> None:
        """Where there is push-to-talk."""
        self._post_command(lambda commands: wish(commands.push_to_talk) if commands.push_to_talk is not None else None)

    def _post_command(self, wish: Callable[[DictationCommands], None]) -> None:
        self._inbox.post(lambda: wish(self._commands.get()))


class _LateCommands:
    """The desk, built by the dictation thread when it first needs it."""

    def __init__(self, make: Callable[[], DictationCommands]) -> None:
        self._make = make
        # NB: assigned once, by the dictation thread; the polling window sees None or the finished desk.
        self.made: DictationCommands | None = None

    def get(self) -> DictationCommands:
        if self.made is None:
            self.made = self._make()
        return self.made
