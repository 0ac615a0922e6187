"""Posts the user's commands to the dictation: from buttons, menus, dropped files and choosers. GUI thread.

Nothing here waits, and nothing here changes the state that the window shows: that state comes back as events. The Edit
menu is carried out in the field that has the focus, or in the transcript.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from saywrite.foundation.events import FrontEndEvent, LanguageHeard, Started
from saywrite.foundation.messages import message
from saywrite.ui.app.files.controller import FilesController
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.preferences import Preferences
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.tray.window_geometry import WindowGeometry
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation
    from saywrite.storage.history.store import HistoryStore

AUDIO_FILES = message(
    "Audio and video files (*.wav *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.aac *.wma *.amr *.3gp *.aiff *.aif *.caf *.au"
    " *.mp4 *.mov *.webm *.mkv *.raw *.pcm);;All files (*)"
)


class CommandBindings(QObject):
    """Connects the controls of the window to the dictation and to the settings."""

    def __init__(
        self,
        window: MainWindow,
        dictation: Dictation,
        preferences: Preferences,
        choices: EngineChoices,
        open_history: Callable[[], HistoryStore],
        geometry: WindowGeometry,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._dictation = dictation
        self._preferences = preferences
        self._choices = choices
        self._language = ""
        """The language of the newest dictation, which is that of the key or the file."""
        self.files = FilesController(
            window, dictation, choices, open_history, self.choose_files, self.choose_folder, geometry
        )
        self._connect_dictation()
        self._connect_choices()
        EditCommands(window)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the queue of files, and offer the language that was heard; other events are ignored."""
        self.files.receive(event)
        if isinstance(event, Started):
            self._language = event.language
        elif isinstance(event, LanguageHeard):
            self.offer_language(event.language)

    @Slot()
    def choose_files(self) -> None:
        """Ask for sound files, and transcribe them."""
        dialog = QFileDialog(self._window, tr("Transcribe a file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(tr(AUDIO_FILES).split(";;"))
        dialog.filesSelected.connect(lambda names: self.files.add(Path(name) for name in names))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def choose_folder(self) -> None:
        """Ask for a folder, and transcribe the sound files in it and below it."""
        dialog = QFileDialog(self._window, tr("Transcribe a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.files.add([Path(name)]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def explain_unknown_language(self, code: str) -> None:
        """Tell which engine knows a language that the chosen engine does not know."""
        engine = self._choices.engine(self._preferences.settings.engine)
        name, label = self._choices.language(code), engine.label if engine else self._preferences.settings.engine
        other = next((choice.label for choice in self._choices.engines_for(code)), "")
        if other:
            remedy = tr("Choose “{other}” as the recognizer, then {name}.", other=other, name=name)
        else:
            remedy = tr("No recognizer of this version does. The language stays as it was.")
        self._window.notices.notify(
            Severity.INFO,
            tr("{label} does not know {name}.", label=label, name=name),
            remedy,
            key="language",
            counted=False,
        )

    def offer_language(self, code: str) -> None:
        """Offer to switch the key that was used to the language that the user seems to speak."""
        settings, name = self._preferences.settings, self._choices.language(code)
        chosen = self._language or settings.language
        options = {settings.second_language: "second_language", settings.language: "language"}
        option = options.get(chosen, "")  # none of a file, or of a dictation that another program began
        if code == chosen or (code == settings.language and not option):
            return
        switch = (tr("&Switch to {name}", name=name), lambda: self._preferences.update(**{option: code}))
        self._window.notices.notify(
            Severity.INFO,
            tr("This sounds like {name}, but {chosen} is chosen.", name=name, chosen=self._choices.language(chosen)),
            key="language",
            actions=(switch,) if option else (),
            passing=False,
            counted=False,
        )

    def save_unfinished(self, dictation: str) -> None:
        """Ask for a file, and save the recording of an unfinished dictation there."""
        from saywrite.ui.export.dialog import start_folder

        dialog = QFileDialog(self._window, tr("Save audio"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("WAV audio (*.wav)"))
        dialog.setDefaultSuffix("wav")
        dialog.setDirectory(str(start_folder(None)))
        dialog.selectFile("dictation.wav")
        dialog.fileSelected.connect(lambda name: self._dictation.save_unfinished(dictation, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def clear(self) -> None:
        """Empty the transcript; a notice offers to undo it."""
        if not self._window.transcript.clear():
            return
        self._window.notices.notify(
            Severity.INFO,
            tr("The transcript was cleared."),
            tr("What you dictated stays in the history."),
            key="cleared",
            actions=((tr("&Undo"), self.undo_clear),),
        )

    def undo_clear(self) -> None:
        """Put the cleared transcript back."""
        self._window.transcript.undo_clear()

    def copy(self) -> None:
        """Copy the selection, or else the whole transcript."""
        whole = not self._window.transcript.copy()
        self._window.status.show_message(tr("Copied all") if whole else tr("Copied the selection"))

    def copy_translated(self) -> None:
        """Copy the transcript with its translations."""
        self._window.transcript.copy_with_translation()
        self._window.status.show_message(tr("Copied all with its translation"))

    @Slot(int)
    def explain_refused_paste(self, most: int) -> None:
        """Tell why a text was not pasted into the transcript."""
        what = tr("Nothing was pasted: a text of the transcript has at most {most:,} characters.", most=most)
        self._window.notices.notify(Severity.INFO, what, key="paste", counted=False)

    def _connect_dictation(self) -> None:
        window, dictation, actions = self._window, self._dictation, self._window.actions_
        window.control_bar.record_pressed.connect(actions.record.trigger)
        # From the tray's menu the text is also inserted into the program in front; our own window shows it anyway.
        actions.record.triggered.connect(lambda: dictation.toggle(insert=not window.isActiveWindow()))
        actions.cancel.triggered.connect(lambda: dictation.cancel())
        actions.refresh.triggered.connect(lambda: dictation.refresh_devices())
        actions.open_file.triggered.connect(self.choose_files)
        actions.copy.triggered.connect(self.copy)
        actions.copy_translated.triggered.connect(self.copy_translated)
        actions.find.triggered.connect(lambda: window.transcript.find())
        actions.clear.triggered.connect(self.clear)
        window.files_dropped.connect(self.files.add)
        transcript = window.transcript
        transcript.segments_restored.connect(lambda: window.notices.withdraw("cleared"))
        transcript.segment_edited.connect(dictation.edit_segment)
        transcript.play_requested.connect(dictation.play)
        transcript.pane.editor.paste_refused.connect(self.explain_refused_paste)
        window.unfinished.transcribe_requested.connect(dictation.transcribe_unfinished)
        window.unfinished.discard_requested.connect(dictation.discard_unfinished)
        window.unfinished.save_requested.connect(self.save_unfinished)

    def _connect_choices(self) -> None:
        bar, preferences = self._window.control_bar, self._preferences
        bar.microphone.chosen.connect(
            lambda host_api, name: preferences.update(microphone_host_api=host_api, microphone_name=name)
        )
        bar.microphone.refresh_requested.connect(self._dictation.refresh_devices)
        preferences.changed.connect(lambda _settings: self._window.notices.withdraw("language"))
        bar.language.chosen.connect(lambda code: preferences.update(language=code))
        bar.language.unknown_chosen.connect(self.explain_unknown_language)
        bar.engine.chosen.connect(lambda name: preferences.update(engine=name))
        bar.model.chosen.connect(lambda name: preferences.update(local_model=name))
        actions = self._window.actions_
        actions.show_waveform.toggled.connect(lambda on: preferences.update(show_waveform=on))


TextField = QLineEdit | QPlainTextEdit | QTextEdit


class EditCommands(QObject):
    """Connects undo, redo, cut, copy, paste and select all."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        actions = window.actions_
        for action, command in (
            (actions.undo, "undo"),
            (actions.redo, "redo"),
            (actions.cut, "cut"),
            (actions.copy_selection, "copy"),
            (actions.paste, "paste"),
            (actions.select_all, "selectAll"),
        ):
            action.triggered.connect(partial(self._edit, command))

    def _edit(self, command: str, _checked: bool = False) -> None:
        """Call a method of the field; the transcript has its own undo, and text that is protected."""
        transcript = self._window.transcript
        editor = transcript.pane.editor
        field = focused_field(self._window) or editor
        if field is editor:
            own = {"undo": transcript.undo, "redo": transcript.redo, "cut": editor.cut_selection}
            own.get(command, getattr(editor, command))()
        else:
            getattr(field, command)()


def focused_field(window: QWidget) -> TextField | None:
    """Return the text field of the window that has the focus, None when something else has it."""
    focused = window.focusWidget()
    return focused if isinstance(focused, QLineEdit | QPlainTextEdit | QTextEdit) else None
