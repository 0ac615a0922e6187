"""Reads a sound file into a recording, from which it is transcribed.

Each file has a thread of its own. The recording makes a transcription independent of the file: it can be interrupted by
a live dictation and continued, also after a restart, and played later.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from saywrite.audio.files.decoder import describe, opened
from saywrite.foundation.errors import AudioFileError, JournalError, SaywriteError
from saywrite.foundation.events import BYTES_PER_SAMPLE
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording

log = logging.getLogger(__name__)

BLOCK_S = 5.0


@dataclass(frozen=True, slots=True)
class FileRead:
    """Posted to the inbox: reading has ended. `length`: samples; 0: no recording. `error`: what is wrong with the file.

    With both, the file is damaged behind `length`.
    """

    dictation: str
    length: int
    error: SaywriteError | None = None


class FileImport:
    """One file that is read. `stop` may be called on any thread."""

    def __init__(self, path: Path, recordings: Path, header: Header, post: Callable[[object], None]) -> None:
        self._path = path
        self._recordings = recordings
        self._header = header
        self._post = post
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to read; `FileRead` follows."""
        threading.Thread(target=self._run, name="file-import", daemon=True).start()

    def stop(self) -> None:
        """End early; the part that was read is removed."""
        self._stopped.set()

    def _run(self) -> None:
        length = 0
        error: SaywriteError | None = None
        try:
            length, error = self._read()
        except SaywriteError as failure:
            error = failure
        except Exception as failure:  # noqa: BLE001 - the outermost edge of this thread
            error = describe(self._path, failure)
        if self._stopped.is_set() or not length:
            length = 0
            self._discard()
        self._post(FileRead(self._header.dictation, length, error))

    def _read(self) -> tuple[int, AudioFileError | None]:
        """The samples that were recorded, and what is wrong with the rest of the file."""
        problem: AudioFileError | None = None
        with opened(self._path) as file, Journal.create(self._recordings, self._header) as journal:
            try:
                for pcm in file.blocks(BLOCK_S):
                    journal.append(pcm)
                    if self._stopped.is_set():
                        break
            except AudioFileError as error:
                problem = error
            length = journal.length
            journal.end(complete=False)
        log.info("a file was read: %d bytes of sound", length * BYTES_PER_SAMPLE)
        return length, problem

    def _discard(self) -> None:
        try:
            finish_recording(self._recordings / self._header.dictation, keep=False)
        except JournalError as error:
            log.warning("a partly read file was not removed: %s", error.what)
