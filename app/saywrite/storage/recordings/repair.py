"""Corrects recordings that no process writes: replaces sidecars, restores PCM, removes remains. Disk thread.

All changes are made under the recording's lock. The history window deletes recordings on a pool thread.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from saywrite.foundation.errors import JournalError
from saywrite.foundation.files import is_missing, new_file
from saywrite.foundation.messages import message
from saywrite.storage.recordings.folder_lock import FolderLock, is_held
from saywrite.storage.recordings.journal import unwritable
from saywrite.storage.recordings.library import (
    finish_recording,
    has_sound,
    open_recording,
    recording_folders,
    unreadable,
)
from saywrite.storage.recordings.metadata import (
    AUDIO,
    PART_SUFFIX,
    Metadata,
    load_metadata,
    save_metadata,
    set_metadata_aside,
)

log = logging.getLogger(__name__)


def unheld_metadata(folder: Path) -> tuple[Metadata, bool] | None:
    """Read the sidecar of a recording that no process writes, and whether it is readable.

    None when there is no sound, or when it is being written.
    """
    try:
        if not has_sound(folder) or is_held(folder):
            return None
    except OSError:
        return None
    return load_metadata(folder)


def replace_metadata(folder: Path, metadata: Metadata, expected: Metadata) -> None:
    """Replace the sidecar by `metadata` if it still equals `expected`. Raises JournalUnwritable.

    An unreadable sidecar is set aside first. A recording that another process has locked or removed is not changed.
    """
    try:
        lock = FolderLock(folder)
    except (BlockingIOError, FileNotFoundError):
        return
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error
    try:
        there, readable = load_metadata(folder)
        if there != expected:
            return
        if not readable:
            set_metadata_aside(folder)
        save_metadata(folder, metadata)
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error
    finally:
        lock.release()


def remove_deleted(recordings: Path, dictation: str) -> None:
    """Remove the recording of a dictation that the user has deleted from the history.

    It stays while it is being written, or while some of its sound has no text yet: it is then offered as unfinished.
    Raises JournalError.
    """
    folder = recordings / dictation
    found = unheld_metadata(folder)
    if found is not None and found[0].complete and not found[0].newer:
        finish_recording(folder, keep=False)


def restore_pcm(folder: Path) -> None:
    """Decode a kept recording to PCM, so that missing text can be added. An existing PCM file is not changed.

    Raises JournalError when the recording is in use, unwritable or damaged. The FLAC file stays.
    """
    if not is_missing(folder / AUDIO):
        return
    try:
        lock = FolderLock(folder)
    except BlockingIOError as error:
        raise JournalError(message("This dictation is in use."), message("Try again in a moment.")) from error
    except FileNotFoundError as error:
        raise unreadable(folder, error) from error
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error
    try:
        part = folder / (AUDIO + PART_SUFFIX)
        with open_recording(folder) as recording, new_file(folder / AUDIO, temporary=part) as (file, _):
            file.writelines(recording.blocks())
    except OSError as error:
        raise unwritable(error, folder.parent, message("The recording is kept.")) from error
    finally:
        lock.release()


def remove_leftovers(recordings: Path, before: datetime) -> None:
    """Remove folders without sound, which an interrupted removal left, last changed before `before`."""
    for folder in recording_folders(recordings):
        try:
            changed = folder.stat().st_mtime  # seconds: not every time that a disk can store is a datetime
            if changed >= before.timestamp() or has_sound(folder) or is_held(folder):
                continue
            finish_recording(folder, keep=False)
        except OSError:
            continue
        except JournalError as error:
            log.warning("%s cannot be removed: %s", folder.name, error.what)
