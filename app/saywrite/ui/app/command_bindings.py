"""What the user wants becomes a post to the dictation: buttons, menus, drops, choosers. GUI thread.

Nothing here waits and nothing here changes what the window shows of the state: that comes back as events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from saywrite.foundation.events import State
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keyword
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

AUDIO_FILES = (
    "Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au"
    " *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)"
)
BUSY = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING, State.FINISHING})


class CommandBindings(Protocol):
    """The dictation as the window posts to it (`dictation.dictation.Dictation`)."""

    def toggle(self, *, insert: bool = False) -> None: ...
    def stop(self) -> None: ...
    def cancel(self) -> None: ...
    def apply(self, settings: Settings) -> None: ...
    def renew_account(self) -> None: ...
    def set_keywords(self, keywords: tuple[Keyword, ...]) -> None: ...
    def transcribe_file(self, path: Path) -> None: ...
    def transcribe_unfinished(self, dictation: str) -> None: ...
    def save_unfinished(self, dictation: str, target: Path) -> None: ...
    def discard_unfinished(self, dictation: str) -> None: ...
    def edit_segment(self, dictation: str, number: int, text: str) -> None: ...
    def refresh_devices(self) -> None: ...
    def play(self, dictation: str, start: int, end: int) -> None: ...
    def quit(self) -> None: ...


class Commands(QObject):
    """Joins the window's wishes to the dictation."""

    def __init__(
        self, window: MainWindow, dictation: CommandBindings, preferences: Preferences, choices: EngineChoices
    ) -> None:
        super().__init__(window)
        self._window = window
        self._dictation = dictation
        self._preferences = preferences
        self._choices = choices
        self._files: deque[Path] = deque()
        self._busy = False
        self._connect_dictation()
        self._connect_choices()

    def transcribe_files(self, paths: Iterable[Path]) -> None:
        """One after the other; those that wait start when the dictation is idle again."""
        self._files.extend(paths)
        if not self._busy:
            self._next_file()
        elif self._files:
            self._window.notices.tell(
                Severity.INFO,
                "The file is transcribed as soon as this dictation has ended.",
                key="files",
                counted=False,
            )

    @Slot(object)
    def note_state(self, state: State) -> None:
        """The window shows this state now."""
        self._busy = state in BUSY
        if not self._busy:
            self._next_file()

    @Slot()
    def choose_files(self) -> None:
        dialog = QFileDialog(self._window, "Transcribe a file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(AUDIO_FILES.split(";;"))
        dialog.filesSelected.connect(lambda names: self.transcribe_files(Path(name) for name in names))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def explain_unknown_language(self, code: str) -> None:
        """A language was picked that the engine does not know: say which engine does."""
        engine = self._choices.engine(self._preferences.settings.engine)
        name, label = self._choices.language(code), engine.label if engine else self._preferences.settings.engine
        others = [choice.label for choice in self._choices.engines_for(code)]
        if others:
            remedy = f"Choose “{' or '.join(others)}” as the recognizer, then {name}."
        else:
            remedy = "No engine of this version does. The language stays as it was."
        self._window.notices.tell(
            Severity.INFO, f"{label} does not know {name}.", remedy, key="language", counted=False
        )

    def save_unfinished(self, dictation: str) -> None:
        dialog = QFileDialog(self._window, "Save audio")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("WAV audio (*.wav)")
        dialog.setDefaultSuffix("wav")
        dialog.selectFile("dictation.wav")
        dialog.fileSelected.connect(lambda name: self._dictation.save_unfinished(dictation, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def clear(self) -> None:
        """Empty the transcript; the notice brings it back."""
        if not self._window.transcript.clear():
            return
        self._window.notices.tell(
            Severity.INFO,
            "The transcript was cleared.",
            "What you dictated stays in the history.",
            key="cleared",
            actions=(("&Undo", self.undo_clear),),
        )

    def undo_clear(self) -> None:
        self._window.transcript.undo_clear()

    def copy(self) -> None:
        whole = not self._window.transcript.copy()
        self._window.status.tell("Copied all" if whole else "Copied the selection")

    def copy_translated(self) -> None:
        self._window.transcript.copy_with_translation()
        self._window.status.tell("Copied all with its translation")

    def _next_file(self) -> None:
        if self._files:
            self._busy = True
            self._dictation.transcribe_file(self._files.popleft())

    def _connect_dictation(self) -> None:
        window, dictation, actions = self._window, self._dictation, self._window.actions_
        window.control_bar.record_pressed.connect(actions.record.trigger)
        # From the tray's menu the text goes on into the program in front; in our own window it stands already.
        actions.record.triggered.connect(lambda: dictation.toggle(insert=not window.isActiveWindow()))
        actions.cancel.triggered.connect(lambda: dictation.cancel())
        actions.refresh.triggered.connect(lambda: dictation.refresh_devices())
        actions.open_file.triggered.connect(self.choose_files)
        actions.copy.triggered.connect(self.copy)
        actions.copy_translated.triggered.connect(self.copy_translated)
        actions.find.triggered.connect(lambda: window.transcript.find())
        actions.clear.triggered.connect(self.clear)
        actions.undo.triggered.connect(lambda: window.transcript.undo())
        window.files_dropped.connect(self.transcribe_files)
        transcript = window.transcript
        transcript.segments_restored.connect(lambda _ids: window.notices.withdraw("cleared"))
        transcript.segment_edited.connect(dictation.edit_segment)
        transcript.hear_requested.connect(dictation.play)
        window.unfinished.transcribe_wanted.connect(dictation.transcribe_unfinished)
        window.unfinished.discard_wanted.connect(dictation.discard_unfinished)
        window.unfinished.save_wanted.connect(self.save_unfinished)

    def _connect_choices(self) -> None:
        bar, preferences = self._window.control_bar, self._preferences
        bar.microphone.chosen.connect(
            lambda host_api, name: preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        bar.microphone.refresh_wanted.connect(self._dictation.refresh_devices)
        bar.language.chosen.connect(lambda code: preferences.update(language=code))
        bar.language.unknown_chosen.connect(self.explain_unknown_language)
        bar.engine.chosen.connect(lambda name: preferences.update(engine=name))
        actions = self._window.actions_
        actions.show_keywords.toggled.connect(lambda on: preferences.update(show_keywords=on))
        actions.show_waveform.toggled.connect(lambda on: preferences.update(show_waveform=on))
