"""The queue of sound files: reads, transcribes and retries them one after the other. Dictation thread only.

A live dictation has precedence: the file that is being transcribed is set aside, and continued afterwards where its
text ends. The list is on disk, so that it survives a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from saywrite.dictation.persistence.archive import Archive, StoredDictation
from saywrite.dictation.persistence.files.file_list import FileList, load, save
from saywrite.dictation.persistence.files.importer import FileImport, FileRead
from saywrite.foundation.catalog import permitted_engine
from saywrite.foundation.errors import SaywriteError
from saywrite.foundation.events import (
    Failed,
    FilesChanged,
    FileState,
    Finished,
    FrontEndEvent,
    ProgressChanged,
    QueuedFile,
    RecordClosed,
    SaveBeside,
)
from saywrite.foundation.messages import message
from saywrite.foundation.paths import display_path
from saywrite.storage.recordings.journal import Header
from saywrite.storage.settings.schema import Settings

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""Seconds between two checks for a recognition model that is missing."""

REPORT_EVERY_S = 0.25
"""Seconds between two reports of progress."""

LEAST_SHARE_S = 2.0
"""Seconds of transcribing after which the remaining time is estimated."""

NO_SOUND = (message("The file holds no sound."), message("Choose another one."))
NOT_KEPT = (message("Its text could not be written to the history."), message("Free some space on the disk."))


class LoopPort(Protocol):
    """What the queue uses of `dictation.loop.Loop`."""

    settings: Settings
    reserved: set[str]
    message_handlers: list[Callable[[object], bool]]
    timers: list[Callable[[float], float | None]]
    observers: list[Callable[[FrontEndEvent], None]]

    def give_up(self, dictation: str) -> None: ...


class TranscriptionPort(Protocol):
    """What the queue uses of `dictation.commands.DictationCommands`."""

    archive: Archive

    @property
    def loop(self) -> LoopPort: ...
    @property
    def idle(self) -> bool: ...
    def new_id(self) -> tuple[str, datetime]: ...
    def lacks_model(self, engine: str) -> bool: ...
    def continue_stored(self, stored: StoredDictation, settings: Settings, file: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class FilePorts:
    """What the queue needs of the disk. `submit` runs a job on the disk thread."""

    list_path: Path
    recordings: Path
    submit: Callable[[Callable[[], None]], None]
    post: Callable[[object], None]
    clock: Callable[[], float]


class FileQueue:
    """Owns the list of files. `emit` takes `FilesChanged` for the front end."""

    def __init__(self, commands: TranscriptionPort, ports: FilePorts, emit: Callable[[FrontEndEvent], None]) -> None:
        self.files: tuple[QueuedFile, ...] = ()
        self._save_beside = SaveBeside()
        self._commands = commands
        self._ports = ports
        self._emit = emit
        self._reading: FileImport | None = None
        self._current = ""
        """The dictation of the file that is transcribed now."""
        self._has_ended = False
        """Whether the current dictation has ended, and only the disk works on it."""
        self._cancelled = False
        self._failure: Failed | None = None
        self._began: tuple[float, int] = (0.0, 0)
        self._reported_at = 0.0
        commands.loop.message_handlers.append(self.handle)
        commands.loop.timers.append(self.wake)
        commands.loop.observers.append(self.receive)

    def open(self) -> None:
        """Continue the list of the last run. Called before unfinished recordings are looked for."""
        listed = load(self._ports.list_path)
        half_read = [file.dictation for file in listed.files if file.state is FileState.READING]
        self.files = tuple(_interrupted(file) for file in listed.files)
        self._save_beside = listed.save_beside
        self._reserve()
        for dictation in half_read:
            self._commands.archive.discard_unfinished(dictation)
        self._tell()

    def close(self) -> None:
        """Stop reading; what is transcribed is continued at the next start."""
        if self._reading is not None:
            self._reading.stop()

    # What the user asks for.

    def add(self, paths: Iterable[Path]) -> None:
        """Append files, to be transcribed with the present recognizer and language."""
        settings, save_as = self._commands.loop.settings, self._save_as
        number = max((file.number for file in self.files), default=0)
        new = [
            QueuedFile(number + place, str(path), engine=settings.engine, language=settings.language, save_as=save_as)
            for place, path in enumerate(paths, start=1)
        ]
        self._replace((*self.files, *new))

    def save_beside(self, choice: SaveBeside) -> None:
        """Save the text beside each file that is not done yet, or do not."""
        self._save_beside = choice
        self._replace(
            tuple(file if file.state is FileState.DONE else replace(file, save_as=self._save_as) for file in self.files)
        )

    @property
    def _save_as(self) -> str:
        return self._save_beside.pattern if self._save_beside.on else ""

    def cancel(self, number: int) -> None:
        """Remove a file from the list, with what its transcription left; a done one keeps its text."""
        file = next((each for each in self.files if each.number == number), None)
        if file is None:
            return
        self._replace(tuple(each for each in self.files if each.number != number))
        if file.state is FileState.READING and self._reading is not None:
            self._reading.stop()
        elif file.dictation and file.dictation == self._current and not self._has_ended:
            self._cancelled = True
            self._commands.loop.give_up(file.dictation)
        elif file.dictation and file.state is not FileState.DONE:
            self._current = "" if file.dictation == self._current else self._current
            self._commands.archive.discard_unfinished(file.dictation, with_text=True)

    def retry(self, number: int) -> None:
        """Try a failed file again, with the present recognizer and language."""
        settings = self._commands.loop.settings
        self._update(
            number,
            only=FileState.FAILED,
            state=FileState.WAITING,
            engine=settings.engine,
            language=settings.language,
            what="",
            remedy="",
        )

    def note_saved(self, number: int, name: str, what: str, remedy: str) -> None:
        """Note that the text of a file was saved beside it, under `name`; or why not, and what to do."""
        self._update(number, only=FileState.DONE, save_as="", saved_as=name, what=what, remedy=remedy)

    def remove_done(self) -> None:
        """Remove the files from the list that have their text."""
        self._replace(tuple(file for file in self.files if file.state is not FileState.DONE))

    # What the loop calls.

    def handle(self, message: object) -> bool:
        """Take the result of reading a file; return whether the message was one."""
        if not isinstance(message, FileRead):
            return False
        self._reading = None
        file = self._file_of(message.dictation)
        error = message.error
        what, remedy = (error.what, error.remedy) if error else ("", "")
        if file is None:
            if message.length:  # it was cancelled when it was read already
                self._commands.archive.discard_unfinished(message.dictation)
        elif message.length:
            self._update(file.number, state=FileState.WAITING, length=message.length, what=what, remedy=remedy)
        else:
            what, remedy = what or NO_SOUND[0], remedy or NO_SOUND[1]
            self._update(file.number, state=FileState.FAILED, dictation="", what=what, remedy=remedy)
        return True

    def receive(self, event: FrontEndEvent) -> None:
        """Take one event of a dictation, after the front end has it."""
        match event:
            case ProgressChanged(dictation=which) if which == self._current:
                self._note_progress(event)
            case Failed(dictation=which, fatal=True) if which and which == self._current:
                self._failure = event
            case Finished(dictation=which) if which == self._current:
                self._end(event)
            case RecordClosed(dictation=which) if which == self._current and self._has_ended:
                self._close(event)

    def wake(self, now: float) -> float | None:
        """Begin with the next file if nothing else runs; return when to be called again (monotonic seconds)."""
        if self._reading is not None or self._current:
            return None
        file = next((each for each in self.files if each.state is FileState.WAITING), None)
        if file is None:
            return None
        engine = permitted_engine(file.engine, stay_offline=self._commands.loop.settings.stay_offline)
        if engine != file.engine:
            self._update(file.number, engine=engine)
            file = replace(file, engine=engine)
        if not file.dictation:
            self._read(file)
            return None
        if not self._commands.idle:
            return None
        if self._commands.lacks_model(file.engine):
            return now + LOOK_EVERY_S
        self._transcribe(file, now)
        return None

    def _read(self, file: QueuedFile) -> None:
        path = Path(file.path)
        dictation, began = self._commands.new_id()
        header = Header(dictation, began, file.language, file.engine, display_path(path))
        self._reading = FileImport(path, self._ports.recordings, header, self._ports.post)
        self._update(file.number, state=FileState.READING, dictation=dictation)
        self._reading.start()

    def _transcribe(self, file: QueuedFile, now: float) -> None:
        post = self._ports.post
        self._current, self._has_ended, self._cancelled, self._failure = file.dictation, False, False, None
        self._began, self._reported_at = (now, file.confirmed), now
        self._update(file.number, state=FileState.TRANSCRIBING)

        def take(stored: StoredDictation) -> None:
            post(lambda: self._begin(file, stored))

        def refuse(error: SaywriteError) -> None:
            post(lambda: self._fail(file, error.what, error.remedy))

        self._commands.archive.fetch(file.dictation, take, refuse)

    def _begin(self, file: QueuedFile, stored: StoredDictation) -> None:
        """Transcribe a file that was read, unless a dictation of the user began meanwhile."""
        whole = stored.confirmed >= stored.recording.length
        if not self._commands.idle or whole or self._cancelled or self._commands.lacks_model(file.engine):
            stored.recording.close()
            self._current = ""
            if self._cancelled:
                self._commands.archive.discard_unfinished(file.dictation, with_text=True)
            else:
                self._update(file.number, state=FileState.DONE if whole else FileState.WAITING)
            return
        self._began = self._began[0], stored.confirmed
        settings = replace(self._commands.loop.settings, engine=file.engine, language=file.language)
        self._commands.continue_stored(stored, settings, Path(file.path))

    def _note_progress(self, event: ProgressChanged) -> None:
        now = self._ports.clock()
        file = self._file_of(event.dictation)
        if file is None or now < self._reported_at + REPORT_EVERY_S:
            return
        self._reported_at = now
        elapsed, done = now - self._began[0], event.confirmed - self._began[1]
        left_s = elapsed * (file.length - event.confirmed) / done if done > 0 and elapsed > LEAST_SHARE_S else None
        changed = replace(file, confirmed=event.confirmed, left_s=left_s)
        self.files = tuple(changed if each.number == file.number else each for each in self.files)
        self._tell()

    def _end(self, event: Finished) -> None:
        file = self._file_of(event.dictation)
        if file is not None and not (self._cancelled or self._failure or event.pending):
            self._has_ended = True
            self._update(file.number, confirmed=event.heard, left_s=None)
            return
        self._current = ""
        if self._cancelled or file is None:
            self._commands.archive.discard_unfinished(event.dictation, with_text=True)
        elif self._failure is not None:
            self._fail(file, self._failure.what, self._failure.remedy)
        else:
            self._update(file.number, state=FileState.WAITING, confirmed=event.confirmed, left_s=None)

    def _close(self, event: RecordClosed) -> None:
        """Only now is the text in the history, where those who are told that the file is done read it."""
        self._current = ""
        if (file := self._file_of(event.dictation)) is None:
            return
        if event.saved:
            self._update(file.number, state=FileState.DONE)
        else:
            self._fail(file, *NOT_KEPT)

    def _fail(self, file: QueuedFile, what: str, remedy: str) -> None:
        self._current = ""
        log.info("a file of the queue failed")
        self._update(file.number, state=FileState.FAILED, what=what, remedy=remedy, left_s=None)

    def _file_of(self, dictation: str) -> QueuedFile | None:
        return next((file for file in self.files if dictation and file.dictation == dictation), None)

    def _update(self, number: int, *, only: FileState | None = None, **changes: object) -> None:
        """Change a file of the list, if it is there and in the state `only`."""
        self._replace(
            tuple(
                replace(file, **changes)  # type: ignore[arg-type]  # names and types are those of `QueuedFile`
                if file.number == number and only in (None, file.state)
                else file
                for file in self.files
            )
        )

    def _replace(self, files: tuple[QueuedFile, ...]) -> None:
        self.files = files
        self._reserve()
        listed = FileList(files, self._save_beside)
        self._ports.submit(lambda: save(self._ports.list_path, listed))
        self._tell()

    def _tell(self) -> None:
        self._emit(FilesChanged(self.files, self._save_beside))

    def _reserve(self) -> None:
        """Keep the recordings of the list from being offered as unfinished dictations."""
        reserved = self._commands.loop.reserved
        reserved.clear()
        reserved.update(file.dictation for file in self.files if file.dictation and file.state is not FileState.DONE)


def _interrupted(file: QueuedFile) -> QueuedFile:
    """The file as a new run goes on with it: one that was only half read is read anew."""
    if file.state is FileState.READING:
        return replace(file, state=FileState.WAITING, dictation="")
    return replace(file, state=FileState.WAITING) if file.state is FileState.TRANSCRIBING else file
