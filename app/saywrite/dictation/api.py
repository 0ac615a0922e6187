"""The application without a window: `Dictation` for any thread, `DictationApplication` behind it.

A method of `Dictation` may be called on any thread: it posts a command and returns. `run()` is the dictation thread:
`QThread.run` calls it in the window, the main thread on the command line. What happens comes as a `FrontEndEvent`
through the `emit` that the composition root gave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.states import CAPTURING
from saywrite.foundation.program import Release
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword

if TYPE_CHECKING:
    from saywrite.audio.microphone.monitor import MicrophoneMonitor
    from saywrite.dictation.commands import DictationCommands
    from saywrite.dictation.models.library import ModelLibrary
    from saywrite.dictation.persistence.files.queue import FileQueue
    from saywrite.dictation.push_to_talk.controller import PushToTalkController
    from saywrite.dictation.session import SessionPlan
    from saywrite.foundation.end_limits import EndLimits
    from saywrite.foundation.events import SaveBeside


@dataclass(frozen=True, slots=True)
class DictationApplication:
    """The parts of a running program. Dictation thread only.

    `push_to_talk`, `models` (the recognition models on this computer), `monitor` and `files` (the queue of sound files)
    exist in a program with a window only.
    """

    commands: DictationCommands
    push_to_talk: PushToTalkController | None = None
    models: ModelLibrary | None = None
    monitor: MicrophoneMonitor | None = None
    files: FileQueue | None = None

    def run(self) -> None:
        """Open every part, then handle messages until `quit`."""
        if self.files is not None:
            self.files.open()
        self.commands.open()
        if self.models is not None:
            self.models.open()
        if self.push_to_talk is not None:
            self.push_to_talk.open()
        self.commands.loop.run()

    def quit(self) -> None:
        """Close every part; what has no text yet stays in the journal. `run` returns."""
        # First what could begin something new, then the dictations, then the files that they write to.
        if self.monitor is not None:
            self.monitor.stop()
        if self.push_to_talk is not None:
            self.push_to_talk.close()
        if self.models is not None:
            self.models.close()
        if self.files is not None:
            self.files.close()
        self.commands.end_all()
        if self.push_to_talk is not None:
            self.push_to_talk.forget_cancelled()
        self.commands.close()

    def start(self, engine: str, language: str, *, insert: bool) -> None:
        """Begin to dictate. `insert`: the text goes into the program in front, too."""
        if self.commands.start_microphone(engine, language) and insert and self.push_to_talk is not None:
            self.push_to_talk.expect_insertion()

    def toggle(self, engine: str, language: str, *, insert: bool) -> None:
        """Stop the dictation that is being captured, or start one."""
        if self.commands.loop.state in CAPTURING:
            self.commands.loop.stop()
        else:
            self.start(engine, language, insert=insert)

    def cancel(self) -> None:
        """Drop the newest dictation; with push-to-talk, it can be taken back for a while."""
        if self.push_to_talk is None:
            self.commands.loop.cancel()
        else:
            self.push_to_talk.cancel_newest()

    def apply(self, settings: Settings) -> None:
        """Use other settings in every part."""
        before = self.commands.loop.settings
        self.commands.apply(settings)
        if self.monitor is not None and self.monitor.is_open and _microphone_of(before) != _microphone_of(settings):
            self.monitor.start()
        if self.models is not None:
            self.models.apply(before, settings)
        if self.push_to_talk is not None:
            self.push_to_talk.apply(settings)


class Dictation:
    """What a front end asks of the application. Each method posts a command to the dictation thread."""

    def __init__(self, inbox: Inbox, build: Callable[[], DictationApplication]) -> None:
        """`build` runs on the dictation thread, so that the window is painted before it."""
        self._inbox = inbox
        self._application = _LateApplication(build)
        self._silence = LatestLevel(), Envelope()

    @property
    def latest(self) -> LatestLevel:
        """The level of the newest block, for polling."""
        application = self._application.built
        return application.commands.latest if application else self._silence[0]

    @property
    def envelope(self) -> Envelope:
        """The peaks of the newest recording, for polling; another object with every dictation."""
        application = self._application.built
        return application.commands.envelope if application else self._silence[1]

    @property
    def settings(self) -> Settings | None:
        """The settings of the next dictation, for polling; None before the first command was carried out."""
        application = self._application.built
        return application.commands.loop.settings if application else None

    @property
    def plan(self) -> SessionPlan | None:
        """The plan of the newest dictation, for polling."""
        application = self._application.built
        return application.commands.plan if application else None

    @property
    def monitor(self) -> MicrophoneMonitor | None:
        """The microphone that is measured without a dictation, for polling; None before the first command."""
        application = self._application.built
        return application.monitor if application else None

    def run(self) -> None:
        """Be the dictation thread until `quit()`."""
        self._application.get().run()

    def start(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        """Begin to dictate.

        `engine`, `language`: for this dictation only; "" means as in the settings. `insert`: the text goes into the
        program in front, too.
        """
        self._post(lambda application: application.start(engine, language, insert=insert))

    def stop(self, limits: EndLimits | None = None) -> None:
        """End the capture. `limits`: how long the text of what was heard may take from now on."""
        self._post_command(lambda commands: commands.loop.stop(limits))

    def cancel(self) -> None:
        """Drop the newest dictation; with push-to-talk, it can be taken back for a while (`events.Cancelled`)."""
        self._post(lambda application: application.cancel())

    def take_back_cancelled(self) -> None:
        """Restore the dictation that was cancelled last, if it is still there."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.restore_cancelled())

    def insert_again(self) -> None:
        """Insert the text that did not get into its program, where the cursor is now."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.insert_again())

    def insert_text(self, dictation: str, text: str, language: str) -> None:
        """Insert the text of an earlier dictation into the program that has the focus."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.insert_text(dictation, text, language))

    def take_back_insertion(self) -> None:
        """Undo the last insertion in its program."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.undo_insertion())

    def switch_hands_free(self, on: bool) -> None:
        """Wait for a spoken phrase that begins a dictation, or wait no longer; `HandsFreeChanged` follows."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.hands_free.switch(on))

    def toggle(self, engine: str = "", language: str = "", *, insert: bool = False) -> None:
        """Stop the dictation that is being captured, or start one as `start` does."""
        self._post(lambda application: application.toggle(engine, language, insert=insert))

    def after_this(self, call: Callable[[], None]) -> None:
        """Call `call` on the dictation thread, after every command that was posted before."""
        self._inbox.post(call)

    def apply(self, settings: Settings) -> None:
        """Use other settings; a running dictation keeps its engine, its language and its microphone."""
        self._post(lambda application: application.apply(settings))

    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None:
        """Use other keywords, from the next final on."""
        self._post_command(lambda commands: commands.set_keywords(keywords))

    def renew_account(self) -> None:
        """Try again what was refused: a key was saved or removed."""
        self._post_command(lambda commands: commands.renew_account())

    def transcribe_file(self, path: Path, language: str = "") -> None:
        self._post_command(lambda commands: commands.transcribe_file(path, language))

    def queue_files(self, paths: tuple[Path, ...]) -> None:
        """Append sound files to the queue; `FilesChanged` follows."""
        self._post_files(lambda files: files.add(paths))

    def save_texts_beside(self, choice: SaveBeside) -> None:
        """Save the texts of the queued files that are not done beside them, or do not; `FilesChanged` follows."""
        self._post_files(lambda files: files.save_beside(choice))

    def cancel_file(self, number: int) -> None:
        """Remove a file from the queue, with what its transcription left."""
        self._post_files(lambda files: files.cancel(number))

    def retry_file(self, number: int) -> None:
        self._post_files(lambda files: files.retry(number))

    def note_saved_file(self, number: int, name: str, what: str = "", remedy: str = "") -> None:
        """Note under which name the text of a file that is done was saved beside it, or why it was not."""
        self._post_files(lambda files: files.note_saved(number, name, what, remedy))

    def remove_done_files(self) -> None:
        """Remove the files from the queue that have their text."""
        self._post_files(lambda files: files.remove_done())

    def transcribe_unfinished(self, dictation: str) -> None:
        """Make text of what a crash, an outage or a failure left in the journal."""
        self._post_command(lambda commands: commands.transcribe_unfinished(dictation))

    def save_unfinished(self, dictation: str, target: Path) -> None:
        """Write the sound of an unfinished dictation as a WAV file; it stays offered."""
        self._post_command(lambda commands: commands.archive.save_unfinished(dictation, target))

    def discard_unfinished(self, dictation: str) -> None:
        self._post_command(lambda commands: commands.archive.discard_unfinished(dictation))

    def release_recording(self, dictation: str) -> None:
        """Let the recording of an inserted text be removed that was kept for a later text of the service."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.release_recording(dictation))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        self._post_command(lambda commands: commands.edit_segment(dictation, number, text))

    def refresh_devices(self) -> None:
        self._post_command(lambda commands: commands.refresh_devices())

    def watch_microphone(self, watched: bool) -> None:
        """Open the microphone to measure its level, or close it again. A dictation closes it, too."""
        self._post(lambda application: _watch(application.monitor, watched))

    def accept_own_window(self, accepted: bool) -> None:
        """Let text be inserted into this program, for a field in which the user tries the key."""
        self._post_push_to_talk(lambda push_to_talk: push_to_talk.insertion_queue.accept_own_window(accepted))

    def play(self, dictation: str, start: int, end: int) -> None:
        """Play the sound between two sample offsets of a dictation."""
        self._post_command(lambda commands: commands.play(dictation, start, end))

    def preview_sounds(self) -> None:
        """Play the sounds for start, end and failure, unless a recording would contain them."""
        self._post_command(lambda commands: commands.preview_sounds())

    def stop_playing(self) -> None:
        self._post_command(lambda commands: commands.stop_playing())

    # The recognition models on this computer. Their state and their problems come as ModelsChanged, ModelProgress,
    # ModelFailed, ModelVerified and ModelTried. `model` is an id of the catalog ("whisper-base"); an unknown one has no
    # effect.

    def list_models(self) -> None:
        """Ask for `ModelsChanged`."""
        self._post_models(lambda models: models.list())

    def download_model(self, model: str) -> None:
        """Download and convert a model, from where an earlier download ended. One model at a time; others wait."""
        self._post_models(lambda models: models.download(model))

    def pause_download(self, model: str) -> None:
        """End the download; what has arrived stays on disk."""
        self._post_models(lambda models: models.pause(model))

    def cancel_download(self, model: str) -> None:
        """End the download and remove what has arrived."""
        self._post_models(lambda models: models.cancel(model))

    def remove_model(self, model: str) -> None:
        """Remove a model from the data folder. One that is part of the installation stays: `ModelFailed` says so."""
        self._post_models(lambda models: models.remove(model))

    def verify_model(self, model: str) -> None:
        """Compare every byte with the catalog; a damaged model is downloaded again."""
        self._post_models(lambda models: models.verify(model))

    def try_model(self, model: str) -> None:
        """Transcribe the newest recorded dictation with a model; `ModelTried` has the text."""
        self._post_models(lambda models: models.try_on_last_dictation(model))

    def quit(self) -> None:
        """Stop, close the journal, end `run()`. The next start offers what has no text yet."""
        self._post(lambda application: application.quit())

    def _post_models(self, act: Callable[[ModelLibrary], None]) -> None:
        self._post(lambda application: act(application.models) if application.models is not None else None)

    def _post_files(self, act: Callable[[FileQueue], None]) -> None:
        self._post(lambda application: act(application.files) if application.files is not None else None)

    def _post_push_to_talk(self, act: Callable[[PushToTalkController], None]) -> None:
        self._post(lambda application: act(application.push_to_talk) if application.push_to_talk is not None else None)

    def _post_command(self, act: Callable[[DictationCommands], None]) -> None:
        self._post(lambda application: act(application.commands))

    def _post(self, act: Callable[[DictationApplication], None]) -> None:
        self._inbox.post(lambda: act(self._application.get()))


def _microphone_of(settings: Settings) -> tuple[str, str]:
    return settings.microphone_host_api, settings.microphone_name


def _watch(monitor: MicrophoneMonitor | None, watched: bool) -> None:
    if monitor is not None and watched:
        monitor.start()
    elif monitor is not None:
        monitor.stop()


class _LateApplication:
    """The application, built by the dictation thread when it first needs it."""

    def __init__(self, build: Callable[[], DictationApplication]) -> None:
        self._build = build
        # NB: assigned once, by the dictation thread; the polling window sees None or the finished application.
        self.built: DictationApplication | None = None

    def get(self) -> DictationApplication:
        if self.built is None:
            self.built = self._build()
        return self.built


def find_update(stay_offline: Callable[[], bool]) -> Release | None:
    """Return the release that is newer than this program, None if there is none. Raises UpdateUnknown; waits.

    `stay_offline`: whether nothing may leave this computer now.
    """
    from saywrite.speech.network.network import Network  # late: only a click in the menu asks
    from saywrite.speech.network.updates import find_update

    return find_update(Network(stay_offline=stay_offline))
