"""The journal of one dictation: its sound, which is only appended to, and its sidecar with metadata.

The folder `recordings/<dictation>/` contains `audio.pcm` (s16le, 16 kHz, mono, without a header), the sidecar
`dictation.json`, which is replaced as a whole, and `lock`, which the writing process has locked. Appended sound is with
the operating system when `append()` returns, so that it survives a kill; after `sync()` it survives a power cut.
`library.py` reads what a crash left.

Threads: one thread appends, saves and closes. `length`, `read`, `confirm` and `add_gap` may be used on any thread.
"""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from saywrite.foundation.errors import JournalDamaged, JournalError, JournalUnwritable
from saywrite.foundation.events import BYTES_PER_SAMPLE, Gap, seconds
from saywrite.foundation.files import OSErrorMessage, os_error_message, os_error_reason, sync_data, sync_folder
from saywrite.foundation.formatting import length as format_length
from saywrite.foundation.messages import joined, message
from saywrite.foundation.paths import private_folder
from saywrite.storage.recordings.folder_lock import LOCK, FolderLock
from saywrite.storage.recordings.metadata import (
    AUDIO,
    SIDECAR,
    Header,
    Metadata,
    load_metadata,
    parse_metadata,
    save_metadata,
    set_metadata_aside,
)

__all__ = ["Header", "Journal", "SampleReader", "unwritable"]

_BINARY = getattr(os, "O_BINARY", 0)  # without it Windows translates line ends in the sound


def unwritable(error: OSError, place: Path, kept: str) -> JournalUnwritable:
    """Explain a write below `place` that the system refused. `kept` is a sentence that says what is safe."""
    refused = os_error_message(error, place, message("start with --data and another folder"))
    if error.errno == errno.EFBIG:
        refused = OSErrorMessage(
            message("the recording has reached the largest file size allowed here"),
            message("The recording has reached the largest file size allowed here."),
            message("Begin a new dictation."),
        )
    return JournalUnwritable(joined(" ", refused.sentence, kept), refused.remedy)


class SampleReader:
    """Reads samples of a PCM file at any offset, on any thread. Owns the descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._guard = threading.Lock()

    def read(self, start: int, end: int) -> bytes:
        """Read the samples `start..end`, fewer at the end of the file. Raises OSError; ValueError once closed."""
        with self._guard:
            if self._fd < 0:
                raise ValueError("the recording is closed")
            at, left = start * BYTES_PER_SAMPLE, max(end - start, 0) * BYTES_PER_SAMPLE
            parts: list[bytes] = []
            while left > 0 and (part := self._read_at(at, left)):
                parts.append(part)
                at, left = at + len(part), left - len(part)
        pcm = b"".join(parts)
        return pcm[: len(pcm) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE]

    def close(self) -> None:
        with self._guard:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def _read_at(self, at: int, count: int) -> bytes:
        if hasattr(os, "pread"):
            pcm: bytes = os.pread(self._fd, count, at)
            return pcm
        os.lseek(self._fd, at, os.SEEK_SET)  # Windows; the lock keeps the two calls together
        return os.read(self._fd, count)


class Journal:
    """The sound of a dictation on disk. `create` begins a new journal, `reopen` continues an existing one."""

    def __init__(self, folder: Path, metadata: Metadata, lock: FolderLock, fd: int, reader: SampleReader) -> None:
        self.folder = folder
        self._lock = lock
        self._fd = fd
        self._reader = reader
        self._guard = threading.Lock()
        self._sidecar = metadata  # replaced under _guard
        # Only the writer's thread changes it, and it counts only bytes that are written.
        self._bytes = os.lseek(fd, 0, os.SEEK_END) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        os.lseek(fd, self._bytes, os.SEEK_SET)
        self._set_aside = False
        self._names_synced = False

    @classmethod
    def create(cls, recordings: Path, header: Header) -> Journal:
        """Begin a journal in a new folder. Raises JournalUnwritable, also when the folder exists."""
        folder = recordings / header.dictation
        try:
            private_folder(recordings)
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise unwritable(error, recordings, message("Nothing is recorded on disk yet.")) from error
        metadata = Metadata(header)
        try:
            # The file of the sound comes last: where it exists, the sidecar does too. Other processes ignore a folder
            # without it (`library.scan`).
            lock = FolderLock(folder)
            try:
                save_metadata(folder, metadata)
                return cls._open(folder, metadata, lock, os.O_CREAT | os.O_EXCL)
            except BaseException:
                lock.release()
                raise
        except OSError as error:
            _remove_empty(folder)
            raise unwritable(error, recordings, message("Nothing is recorded on disk yet.")) from error

    @classmethod
    def reopen(cls, folder: Path) -> Journal:
        """Continue a journal that a crash left, to transcribe it. Its sound and a damaged sidecar are not changed.

        Raises JournalError when another process writes it, or when it is missing or unreadable.
        """
        try:
            lock = FolderLock(folder)
        except BlockingIOError as error:
            raise JournalError(
                message("This dictation is still being recorded."), message("Stop it there first.")
            ) from error
        except FileNotFoundError as error:
            raise _unopenable(folder, error) from error
        except OSError as error:
            raise unwritable(error, folder, message("The recording is kept.")) from error
        try:
            metadata, readable = load_metadata(folder)
            journal = cls._open(folder, metadata, lock, 0)
        except OSError as error:
            lock.release()
            raise _unopenable(folder, error) from error
        journal._set_aside = not readable or metadata.newer
        return journal

    @staticmethod
    def is_complete(folder: Path) -> bool:
        """Whether the sidecar in `folder` says that all of the sound has its text."""
        try:
            return parse_metadata((folder / SIDECAR).read_bytes(), folder.name).complete
        except (OSError, ValueError):
            return False

    @classmethod
    def _open(cls, folder: Path, metadata: Metadata, lock: FolderLock, flags: int) -> Journal:
        fd = os.open(folder / AUDIO, os.O_WRONLY | _BINARY | flags, 0o600)
        try:
            reader = SampleReader(os.open(folder / AUDIO, os.O_RDONLY | _BINARY))
        except OSError:
            os.close(fd)
            raise
        return cls(folder, metadata, lock, fd, reader)

    @property
    def length(self) -> int:
        """Complete samples on disk."""
        return self._bytes // BYTES_PER_SAMPLE

    @property
    def metadata(self) -> Metadata:
        return self._sidecar

    def append(self, pcm: bytes) -> None:
        """Append `pcm`, which begins at `length`. It is with the operating system when this returns.

        Raises JournalUnwritable when only a part could be written or nothing; `length` is then exact.
        """
        if len(pcm) % BYTES_PER_SAMPLE:
            raise ValueError("half a sample")
        rest = memoryview(pcm)
        try:
            while rest:
                written = os.write(self._fd, rest)  # Python repeats an interrupted call (PEP 475)
                if not written:
                    raise OSError(errno.ENOSPC, "nothing written")
                self._bytes += written
                rest = rest[written:]
        except OSError as error:
            self._drop_half_sample()
            raise unwritable(error, self.folder.parent, self._kept()) from error

    def read(self, start: int, end: int) -> bytes:
        """Read the samples `start..end` that are on disk. Raises JournalDamaged when they cannot be read."""
        try:
            return self._reader.read(start, min(end, self.length))
        except OSError as error:
            raise JournalDamaged(
                message("The recording cannot be read back ({reason}).", reason=os_error_reason(error)),
                message("Check the disk; the recording is kept."),
            ) from error

    def confirm(self, offset: int, segments: int | None = None) -> None:
        """Record that the sound before `offset` has its text; a smaller offset has no effect.

        `segments`: the number of segments of the whole dictation, if known. `save_metadata` writes both to the disk.
        """
        with self._guard:
            self._sidecar = replace(self._sidecar, confirmed=max(offset, self._sidecar.confirmed), segments=segments)

    def add_gap(self, at: int, length: int, cause: str) -> None:
        gap = Gap(self._sidecar.header.dictation, at, length, cause)
        with self._guard:
            self._sidecar = replace(self._sidecar, gaps=(*self._sidecar.gaps, gap))

    def save_metadata(self) -> None:
        """Replace the sidecar on disk. Raises JournalUnwritable; the old sidecar then stays."""
        try:
            if self._set_aside:
                set_metadata_aside(self.folder)
                self._set_aside = False
            save_metadata(self.folder, self._sidecar)
        except OSError as error:
            raise unwritable(error, self.folder.parent, self._kept()) from error

    def sync(self) -> None:
        """Bring the sound to the disk, so that it survives a power cut. Raises JournalUnwritable.

        The first call also syncs the names of the file and of its folder.
        """
        try:
            if not self._names_synced:
                sync_folder(self.folder)
                sync_folder(self.folder.parent)
                self._names_synced = True
            sync_data(self._fd)
        except OSError as error:
            raise unwritable(error, self.folder.parent, self._kept()) from error

    def end(self, complete: bool, *, waits: bool = False, missing: tuple[tuple[int, int], ...] = ()) -> None:
        """Mark the end of the dictation. Raises JournalUnwritable; the dictation then stays unfinished.

        `complete`: all of the sound has its text. `waits`: it waits for a recognition model. `missing`: see `Metadata`.
        """
        with self._guard:
            self._sidecar = replace(self._sidecar, ended=True, complete=complete, waits=waits, missing=missing)
        self.sync()
        self.save_metadata()

    def close(self) -> None:
        """Close the files and release the lock, without saving. A second call has no effect."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._reader.close()
            self._lock.release()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _drop_half_sample(self) -> None:
        self._bytes = self.length * BYTES_PER_SAMPLE
        os.lseek(
            self._fd, self._bytes, os.SEEK_SET
        )  # also when truncating fails, the next append begins at a complete sample
        with suppress(OSError):
            os.ftruncate(self._fd, self._bytes)

    def _kept(self) -> str:
        if not self.length:
            return message("Nothing is saved yet; new sound is kept in memory.")
        return message(
            "The recording is saved up to {length}; new sound is kept in memory.",
            length=format_length(seconds(self.length)),
        )


def _unopenable(folder: Path, error: OSError) -> JournalDamaged:
    return JournalDamaged(
        message(
            "The recording in {folder} cannot be opened ({reason}).",
            folder=folder,
            reason=os_error_reason(error),
        ),
        message("Check the disk and the permissions of this folder; nothing was changed."),
    )


def _remove_empty(folder: Path) -> None:
    """Remove a new folder that contains no sound."""
    with suppress(OSError):
        for name in (SIDECAR, LOCK, AUDIO):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
