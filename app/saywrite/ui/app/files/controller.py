"""Connects the queue of files to the windows: adds, reports failures, saves texts beside their files. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from saywrite.foundation.events import FilesChanged, FileState, FrontEndEvent, QueuedFile, SaveBeside
from saywrite.foundation.messages import message
from saywrite.ui.app.files.rows import name_of
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.toolkit.background import run_task
from saywrite.ui.toolkit.layouts.dialogs import bring_to_front
from saywrite.ui.toolkit.translation import error_parts, error_text, joined, tr, tr_count
from saywrite.ui.tray.window_geometry import WindowGeometry
from saywrite.ui.widgets.choosers import EngineChoices
from saywrite.ui.widgets.notices import Severity

if TYPE_CHECKING:
    from saywrite.dictation.api import Dictation
    from saywrite.storage.history.store import HistoryStore
    from saywrite.text.export import Document
    from saywrite.ui.app.files.window import FilesWindow

NO_WORDS = message("It holds no words, nothing was saved.")


class FilesController(QObject):
    """Keeps the newest state of the queue. The window is imported when it is first opened."""

    text_requested = Signal(str)
    """The user wants to see the text of a file: its dictation."""

    def __init__(
        self,
        window: MainWindow,
        dictation: Dictation,
        choices: EngineChoices,
        open_history: Callable[[], HistoryStore],
        choose_files: Callable[[], None],
        choose_folder: Callable[[], None],
        geometry: WindowGeometry,
    ) -> None:
        """`choose_files` and `choose_folder` ask the user for what comes back through `add`."""
        super().__init__(window)
        self._window = window
        self._dictation = dictation
        self._choices = choices
        self._open_history = open_history
        self._choose_files = choose_files
        self._choose_folder = choose_folder
        self._geometry = geometry
        self._files: tuple[QueuedFile, ...] | None = None
        self._save_beside = SaveBeside()
        self._reported = 0
        """The number of the failed file that the notice is about, 0 for another notice."""
        self._shown: FilesWindow | None = None
        window.actions_.files.triggered.connect(lambda: self.show())
        window.control_bar.cancel_file_pressed.connect(self.cancel_running)

    @Slot(object)
    def receive(self, event: FrontEndEvent) -> None:
        """Show the queue; events of other kinds are ignored."""
        if not isinstance(event, FilesChanged):
            return
        before = {file.number: file for file in self._files or ()}
        is_first, self._files, self._save_beside = self._files is None, event.files, event.save_beside
        if self._shown is not None:
            if is_first:
                self._shown.show_save_beside(event.save_beside)
            self._shown.show_files(event.files)
        running = next((file for file in event.files if file.state is FileState.TRANSCRIBING), None)
        self._window.control_bar.show_running_file(name_of(running) if running else "")
        self._end_report({file.number for file in event.files if file.state is FileState.FAILED})
        for file in event.files:
            known = before.get(file.number)
            if known is not None and known.state is not file.state:
                self._note_change(file)
            elif is_first and file.state is FileState.DONE and file.save_as:
                self._save(file)  # the last run ended before it was saved

    def add(self, paths: Iterable[Path]) -> None:
        """Append files, and the sound files in folders. Several are shown in the window of the queue."""
        wanted = tuple(paths)

        def queue(found: tuple[Path, ...]) -> None:
            if found:
                self._dictation.queue_files(found)
            else:
                self._notify(tr("No sound files are in this folder."), tr("Choose the files themselves."))
            if len(found) > 1:
                self.show()

        def look() -> tuple[Path, ...]:
            from saywrite.dictation.persistence.files.file_list import expand

            return expand(wanted)

        # Even for one file: the disk that tells whether it is a folder may be slow, or not answer at all.
        run_task(look, queue, lambda error: self._notify(error_text(error), ""), owner=self, alone=True)

    def show(self) -> None:
        """Open the window of the queue."""
        if self._shown is None:
            from saywrite.ui.app.files.window import FilesWindow

            shown = self._shown = FilesWindow(self._window)
            self._geometry.keep(shown, "files")
            shown.show_files(self._files or ())
            shown.show_save_beside(self._save_beside)
            shown.save_beside_changed.connect(self._dictation.save_texts_beside)
            shown.add_requested.connect(self._choose_files)
            shown.add_folder_requested.connect(self._choose_folder)
            shown.dropped.connect(self.add)
            shown.text_requested.connect(self.text_requested)
            shown.cancel_requested.connect(self._dictation.cancel_file)
            shown.retry_requested.connect(self._dictation.retry_file)
            shown.clear_requested.connect(self._dictation.remove_done_files)
        bring_to_front(self._shown)

    @Slot()
    def cancel_running(self) -> None:
        """Cancel the file that is being transcribed."""
        for file in self._files or ():
            if file.state is FileState.TRANSCRIBING:
                self._dictation.cancel_file(file.number)

    def _end_report(self, failed: set[int]) -> None:
        """Withdraw the notice about a file that was retried or removed. `failed`: the numbers of failed files."""
        if self._reported and self._reported not in failed:
            self._reported = 0
            self._window.notices.withdraw("files")

    def _note_change(self, file: QueuedFile) -> None:
        if file.state is FileState.FAILED:
            self._notify(tr("“{file}” was not transcribed. {what}", file=name_of(file), what=file.what), file.remedy)
            self._reported = file.number
        elif file.state is FileState.DONE:
            if file.save_as:
                self._save(file)
            waiting = sum(each.state in (FileState.WAITING, FileState.READING) for each in self._files or ())
            rest = tr_count(", {n:,} file waiting", ", {n:,} files waiting", waiting) if waiting else ""
            self._window.status.show_message(tr("Transcribed {file}{rest}", file=name_of(file), rest=rest))

    def _save(self, file: QueuedFile) -> None:
        from saywrite.ui.app.exports import document_of
        from saywrite.ui.app.files.saving import save_beside

        pause_s = self._window.transcript.document.paragraphs.pause_s

        def document(history: HistoryStore, dictation: str) -> Document | None:
            dictated = history.load(dictation)
            return document_of(dictated, self._choices.engine_label, pause_s) if dictated is not None else None

        def work() -> Path | None:
            with closing(self._open_history()) as history:
                return save_beside(file, history, document, date.today())

        def done(saved: Path | None) -> None:
            if saved is not None:
                self._window.status.show_message(tr("Saved {name}", name=saved.name))
            name, problem = (saved.name, "") if saved is not None else ("", NO_WORDS)
            self._dictation.note_saved_file(file.number, name, joined(" ", file.what, problem), file.remedy)

        def fail(error: Exception) -> None:
            what, remedy = error_parts(error)
            self._notify(what, remedy)
            self._dictation.note_saved_file(file.number, "", what, remedy)

        run_task(work, done, fail, owner=self)

    def _notify(self, what: str, remedy: str) -> None:
        self._reported = 0
        actions = ((tr("Show the &files"), self.show),)
        self._window.notices.notify(
            Severity.WARNING, what, remedy, key="files", actions=actions, passing=False, counted=False
        )
