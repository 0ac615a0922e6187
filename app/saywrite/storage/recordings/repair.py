"""Changes to recordings that nobody writes: their sidecar, their PCM, what an interrupted removal left. Disk thread.

Everything is done under the recording's lock. Callers: `dictation.archive`, `dictation.reconciliation`.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

from saywrite.foundation.errors import JournalError
from saywrite.foundation.files import new_file
from saywrite.storage.recordings.folder_lock import FolderLock, is_held
from saywrite.storage.recordings.journal import unwritable
from saywrite.storage.recordings.library import finish_recording, has_sound, open_recording, recording_folders
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
    """The sidecar of a recording that nobody writes, and whether it could be read; None where there is no sound."""
    try:
        if not has_sound(folder) or is_held(folder):
            return None
    except OSError:
        return None
    return load_metadata(folder)


def replace_metadata(folder: Path, metadata: Metadata, expected: Metadata) -> None:
    """Write `sidecar` over `expected`; one that cannot be read is set aside. Nothing happens when another process has
    the recording, or has changed the sidecar meanwhile. Raises JournalUnwritable.
    """
    try:
        lock = FolderLock(folder)
    except BlockingIOError:
        return
    except OSError as error:
        raise unwritable(error, folder.parent, "The recording is kept.") from error
    try:
        there, readable = load_metadata(folder)
        if there != expected:
            return
        if not readable:
            set_metadata_aside(folder)
        save_metadata(folder, metadata)
    except OSError as error:
        raise unwritable(error, folder.parent, "The recording is kept.") from error
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
    """Decode a kept recording again, so that it can get its missing text. Nothing happens where the PCM is there.

    Raises JournalError: in use, unwritable, damaged; the FLAC file stays in any case.
    """
    if (folder / AUDIO).exists():
        return
    try:
        lock = FolderLock(folder)
    except BlockingIOError as error:
        raise JournalError("This dictation is in use.", "Try again in a moment.") from error
    except OSError as error:
        raise unwritable(error, folder.parent, "The recording is kept.") from error
    try:
        part = folder / (AUDIO + PART_SUFFIX)
        with open_recording(folder) as recording, new_file(folder / AUDIO, temporary=part) as (file, _):
            file.writelines(recording.blocks())
    except OSError as error:
        raise unwritable(error, folder.parent, "The recording is kept.") from error
    finally:
        lock.release()


def remove_leftovers(recordings: Path, before: datetime) -> None:
    """Remove what an interrupted removal left: folders without sound that were changed last before `before`."""
    for folder in recording_folders(recordings):
        try:
            changed = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
            if changed >= before or has_sound(folder) or is_held(folder):
                continue
            finish_recording(folder, keep=False)
        except (OSError, OverflowError):
            continue
        except JournalError as error:
            log.warning("%s cannot be removed: %s", folder.name, error.what)
