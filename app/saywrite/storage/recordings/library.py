"""The recordings on disk after their dictation: finds, reads, encodes, exports and removes them.

A recording is `audio.pcm` until it is complete, and `audio.flac` when it is kept. When a crash left both, the PCM is
the recording. Damaged recordings are not removed or overwritten unless the user discards them. All functions may be
slow, so the dictation's and the window's thread do not call them.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import wave
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from saywrite.foundation.errors import JournalDamaged, JournalError, JournalUnwritable
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE, IncompleteRecording, seconds
from saywrite.foundation.files import is_missing, is_reachable, new_file, os_error_message, os_error_reason
from saywrite.foundation.formatting import length as format_length
from saywrite.foundation.messages import message
from saywrite.foundation.paths import display_path
from saywrite.storage.recordings.flac_file import FlacReader, write_flac
from saywrite.storage.recordings.folder_lock import LOCK, FolderLock, is_held
from saywrite.storage.recordings.journal import Journal, SampleReader, unwritable
from saywrite.storage.recordings.metadata import AUDIO, PART_SUFFIX, SIDECAR, Metadata, load_metadata, parse_metadata

log = logging.getLogger(__name__)

KEPT_AUDIO = "audio.flac"

_BLOCK = 1 << 16  # samples that are read, encoded or compared at once: four seconds, 128 kB

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
"""No recording is older than the program: an earlier time is that of a clock that was not set yet."""

_COPIES = "saywrite-copy-"
"""The names of temporary folders with copies of recordings begin so."""

_WAV_LIMIT = (2**32 - 1024) // BYTES_PER_SAMPLE  # a WAV file counts its bytes in 32 bits


class _Sound(Protocol):
    @property
    def length(self) -> int: ...
    def read(self, start: int, end: int) -> bytes: ...
    def close(self) -> None: ...


class _PcmSound:
    def __init__(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.length = os.fstat(fd).st_size // BYTES_PER_SAMPLE
        self._reader = SampleReader(fd)

    def read(self, start: int, end: int) -> bytes:
        return self._reader.read(start, end)

    def close(self) -> None:
        self._reader.close()


class Recording:
    """A recording that is open for reading. One thread at a time uses it."""

    def __init__(self, folder: Path, metadata: Metadata, sound: _Sound) -> None:
        self.folder = folder
        self.metadata = metadata
        self._sound = sound

    @property
    def length(self) -> int:
        """Complete samples."""
        return self._sound.length

    def read(self, start: int, end: int) -> bytes:
        """Read the samples `start..end`, fewer at the end. Raises JournalDamaged."""
        try:
            return self._sound.read(start, end)
        except OSError as error:
            raise unreadable(self.folder, error) from error

    def blocks(self) -> Iterator[bytes]:
        """Yield all samples in blocks of a few seconds. Raises JournalDamaged, also when the sound ends early."""
        at = 0
        while at < self.length:
            pcm = self.read(at, at + _BLOCK)
            if not pcm:
                raise unreadable(self.folder, OSError(0, f"it ends after {format_length(seconds(at))}"))
            yield pcm
            at += len(pcm) // BYTES_PER_SAMPLE

    def close(self) -> None:
        self._sound.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_recording(folder: Path) -> Recording:
    """Open the recording in `folder`. Raises JournalDamaged when there is no sound or it cannot be read.

    Without a readable sidecar the header has an empty language, engine and source, and `began` is taken from the time
    of the file.
    """
    try:
        sound: _Sound = _PcmSound(folder / AUDIO) if (folder / AUDIO).exists() else FlacReader(folder / KEPT_AUDIO)
    except OSError as error:
        raise unreadable(folder, error) from error
    metadata, _ = load_metadata(folder)
    return Recording(folder, metadata, sound)


def scan(recordings: Path, alive: Collection[str] = ()) -> tuple[IncompleteRecording, ...]:
    """Find the recordings with sound that has no text, oldest first. Damaged ones raise nothing.

    Dictations that are being written are excluded, by their lock or, for file systems without locks, by their id in
    `alive`. A recording that cannot be opened is returned with its `problem`.
    """
    found = [
        unfinished
        for folder in recording_folders(recordings)
        if folder.name not in alive and (unfinished := _unfinished(folder)) is not None
    ]
    return tuple(sorted(found, key=lambda item: item.began))


def finish_recording(folder: Path, keep: bool) -> None:
    """Encode a recording to FLAC (`keep`), or remove it.

    The PCM is removed after the FLAC file is on the disk and all of its samples were compared. Raises JournalError
    while the recording is being written, JournalUnwritable (the PCM is then kept) and JournalDamaged.
    """
    try:
        lock = FolderLock(folder)
    except FileNotFoundError:
        return
    except BlockingIOError as error:
        raise JournalError(message("This dictation is still being recorded."), message("Stop it first.")) from error
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error
    try:
        if not keep:
            _remove(folder)
        elif (folder / AUDIO).exists():
            _encode(folder)
    finally:
        lock.release()
    if not keep:
        _remove_folder(folder)


def purge(recordings: Path, older_than_days: int, now: datetime, held: Collection[str] = ()) -> tuple[str, ...]:
    """Remove complete recordings that began more than `older_than_days` before `now`; return their ids.

    A negative number removes none. Unfinished and damaged recordings stay at any age, and those that are being written,
    or whose ids are in `held`.
    A recording that cannot be removed is logged and stays. The age of one that began before `EARLIEST`, when the clock
    was wrong, counts from the first call that finds it at a later time.
    """
    if older_than_days < 0:
        return ()
    now = now.astimezone(UTC)
    limit = now - timedelta(days=older_than_days)
    removed = []
    for folder in recording_folders(recordings):
        if folder.name not in held and _is_complete(folder, limit, now) and not is_held(folder):
            try:
                finish_recording(folder, keep=False)
                removed.append(folder.name)
            except JournalError as error:
                log.warning("%s cannot be removed: %s", folder.name, error.what)
    return tuple(removed)


def encode_complete(recordings: Path) -> None:
    """Encode every complete recording that is still PCM. One that cannot be encoded stays, with a warning."""
    for folder in recording_folders(recordings):
        if is_reachable(folder / AUDIO) and Journal.is_complete(folder):
            try:
                finish_recording(folder, keep=True)
            except (JournalDamaged, JournalUnwritable) as error:
                log.warning("%s was not encoded: %s", folder.name, error.what)
            except JournalError:
                log.debug("%s is in use: it is encoded the next time", folder.name)


def export_wav(folder: Path, target: Path, overwrite: bool = False) -> None:
    """Save the sound as a WAV file. A failure leaves no partial file, and an existing `target` unchanged.

    Raises JournalDamaged and JournalUnwritable, the latter also for an existing `target` without `overwrite`.
    """
    with open_recording(folder) as recording:
        if recording.length > _WAV_LIMIT:
            raise JournalUnwritable(
                message("This recording is too long for a WAV file (37 hours)."), message("Export its text instead.")
            )
        try:
            with new_file(target, private=False, overwrite=overwrite) as (file, _):
                _write_wav(recording, file)
        except FileExistsError as error:
            raise JournalUnwritable(
                message("{target} already exists.", target=target), message("Choose another name.")
            ) from error
        except OSError as error:
            raise unwritable(error, target.parent, message("The recording itself is kept.")) from error


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """Make a folder for copies of recordings, for this user only and removed at the end. Raises JournalUnwritable."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=f"{_COPIES}{purpose}-")
    except OSError as error:
        if error.filename is None:  # no folder for temporary files can be written; it has the code of a missing one
            refused = os_error_message(OSError(0, os_error_reason(error)), "TMPDIR")
        else:
            refused = os_error_message(error, Path(error.filename).parent)
        raise JournalUnwritable(refused.sentence, refused.remedy) from error
    with folder as name:
        yield Path(name)


def remove_forgotten_copies(now: datetime) -> None:
    """Remove the temporary folders of processes that were killed: nothing takes a day with one."""
    before = (now - timedelta(days=1)).timestamp()
    with suppress(OSError):  # the next start tries again
        for folder in Path(tempfile.gettempdir()).glob(f"{_COPIES}*"):
            if not folder.is_symlink() and folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)  # that of another user stays


def _write_wav(recording: Recording, file: BinaryIO) -> None:
    with closing(wave.open(file, "wb")) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(BYTES_PER_SAMPLE)
        sound.setframerate(SAMPLE_RATE)
        for pcm in recording.blocks():
            sound.writeframesraw(pcm)


def recording_folders(recordings: Path) -> list[Path]:
    """List the folders of all recordings by name, also those without sound."""
    try:
        with os.scandir(recordings) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
            # A name that is not UTF-8 is not of Saywrite, and the history, which has UTF-8, could not look for it.
            return sorted(recordings / name for name in names if display_path(name) == name)
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("the recordings cannot be listed: %s", os_error_reason(error))
        return []


def has_sound(folder: Path) -> bool:
    """Whether `folder` contains sound. Raises OSError for a folder that may not be entered."""
    return (folder / AUDIO).is_file() or (folder / KEPT_AUDIO).is_file()


def kept_file(folder: Path) -> Path | None:
    """The sound file of a recording that is kept for a while; None for one that is not encoded yet."""
    return folder / KEPT_AUDIO if is_missing(folder / AUDIO) and is_reachable(folder / KEPT_AUDIO) else None


def _unfinished(folder: Path) -> IncompleteRecording | None:
    try:
        if not has_sound(folder):
            return None
    except OSError as error:  # a folder that may not be entered
        metadata, _ = load_metadata(folder)
        return IncompleteRecording(folder.name, metadata.header.began, 0, 0, unreadable(folder, error).what)
    if is_held(folder):
        return None
    metadata, _ = load_metadata(folder)
    if metadata.complete:
        return None
    began = metadata.header.began
    try:
        with open_recording(folder) as recording:
            length = recording.length
    except JournalDamaged as error:
        return IncompleteRecording(folder.name, began, 0, metadata.confirmed, error.what)
    if length <= metadata.confirmed:
        return None
    return IncompleteRecording(folder.name, began, length, metadata.confirmed, waits=metadata.waits)


def _is_complete(folder: Path, limit: datetime, now: datetime) -> bool:
    try:
        metadata = parse_metadata((folder / SIDECAR).read_bytes(), folder.name)
        if metadata.newer or _counted_from(folder, metadata, now) > limit:
            return False
        if metadata.complete:
            return True
        # After a kill between the last text and the last save all of the sound has its text.
        with open_recording(folder) as recording:
            return 0 < recording.length <= metadata.confirmed
    except (OSError, OverflowError, ValueError, JournalDamaged):
        return False


def _counted_from(folder: Path, metadata: Metadata, now: datetime) -> datetime:
    """When a recording began. Where the clock was wrong, the time of its sidecar, which becomes `now` once."""
    began = metadata.header.began.astimezone(UTC)
    if began >= EARLIEST:
        return began
    sidecar = folder / SIDECAR
    if sidecar.stat().st_mtime < EARLIEST.timestamp():
        os.utime(sidecar, (now.timestamp(), now.timestamp()))
    return datetime.fromtimestamp(sidecar.stat().st_mtime, UTC)


def _encode(folder: Path) -> None:
    with open_recording(folder) as recording:
        if recording.length == 0:
            return
        try:
            part = folder / (KEPT_AUDIO + PART_SUFFIX)
            with new_file(folder / KEPT_AUDIO, temporary=part) as (file, path):
                write_flac(recording.blocks(), file)
                _check_flac(recording, path)
        except OSError as error:
            raise unwritable(error, folder.parent, message("The recording is kept as it is.")) from error
    try:
        (folder / AUDIO).unlink()
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error


def _check_flac(recording: Recording, path: Path) -> None:
    with closing(FlacReader(path)) as copy:
        at = 0
        same = copy.length == recording.length
        for pcm in recording.blocks():
            end = at + len(pcm) // BYTES_PER_SAMPLE
            same = same and copy.read(at, end) == pcm
            at = end
        if not same:
            raise OSError(0, "the FLAC file does not read back as it was written, the disk may be full")


def _remove(folder: Path) -> None:
    """Remove the files of a recording, the sound first: an interrupted removal leaves no recording."""
    try:
        for name in (KEPT_AUDIO + PART_SUFFIX, KEPT_AUDIO, AUDIO + PART_SUFFIX, AUDIO, SIDECAR + PART_SUFFIX, SIDECAR):
            (folder / name).unlink(missing_ok=True)
        for broken in folder.glob(SIDECAR + ".broken-*"):
            broken.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is not removed.")) from error


def _remove_folder(folder: Path) -> None:
    """Remove the folder after its lock was released, as Windows requires. Files of others in it stay."""
    with suppress(OSError):
        (folder / LOCK).unlink(missing_ok=True)
        folder.rmdir()


def unreadable(folder: Path, error: OSError) -> JournalDamaged:
    """Explain why the recording in `folder` cannot be read."""
    return JournalDamaged(
        message(
            "The recording in {folder} cannot be read ({reason}).",
            folder=folder,
            reason=os_error_reason(error),
        ),
        message("Check the disk and the permissions of this folder; nothing was changed."),
    )
