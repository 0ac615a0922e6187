"""Compares the recordings with the history at the start, and corrects what differs. Disk thread only.

A sidecar says how much of its sound has text, and in how many segments; the history holds the segments. After a kill, a
power cut or the loss of a file, the two may differ. `judge` decides which of them is right. Afterwards the sidecar is
right, and a dictation whose text is missing is offered as unfinished.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from saywrite.foundation.errors import JournalDamaged, JournalError
from saywrite.storage.history.holdings import Holding, Holdings, close_abandoned, find_holdings, reopen
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.library import finish_recording, open_recording, recording_folders
from saywrite.storage.recordings.metadata import Header, Metadata
from saywrite.storage.recordings.repair import remove_leftovers, replace_metadata, unheld_metadata

log = logging.getLogger(__name__)

ABANDONED_AFTER = timedelta(days=1)
"""The age of a row without a recording, or of a folder without sound, from which no other process can use it."""


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the recording: the user deleted the dictation from the history."""


@dataclass(frozen=True, slots=True)
class Correct:
    """Replace the sidecar by `metadata`. `reopen`: text is missing, so the row is not finished either."""

    metadata: Metadata
    reopen: bool = False


Verdict = Correct | Delete | None
"""None: recording and history agree."""


def judge(
    metadata: Metadata, readable: bool, holding: Holding | None, *, deleted: bool, length: Callable[[], int]
) -> Verdict:
    """Decide what to do about one recording.

    `readable`: `metadata` was read from the sidecar, not made up. `length`: returns the length of the sound in samples;
    called only where it matters; raises JournalDamaged.
    """
    if metadata.newer:
        return None
    if deleted:
        return Delete() if metadata.complete else None
    if not readable:
        return None if holding is None else Correct(_from_row(metadata, holding, length()))
    if _lacks_text(metadata, holding):
        text_end, count = (holding.text_end, holding.segment_count) if holding else (0, 0)
        offered = replace(metadata, confirmed=text_end, ended=True, complete=False, segments=count, missing=())
        return Correct(offered, reopen=holding is not None)
    if not metadata.complete and holding is not None and _has_all_text(holding, length()):
        return Correct(replace(metadata, confirmed=length(), ended=True, complete=True, missing=()))
    return None


def _lacks_text(metadata: Metadata, holding: Holding | None) -> bool:
    """Whether the sidecar counts text that is not in the history."""
    if metadata.segments is not None:
        return metadata.segments > (holding.segment_count if holding else 0)
    # Written before segments were counted, or before the first of them was confirmed.
    return holding is None and (metadata.complete or metadata.confirmed > 0)


def _has_all_text(holding: Holding, length: int) -> bool:
    return holding.finished and holding.pending <= 0 and 0 < length <= holding.heard


def _from_row(metadata: Metadata, holding: Holding, length: int) -> Metadata:
    """Rebuild a lost sidecar from the row of the history, which lacks only keywords and gaps."""
    complete = _has_all_text(holding, length)
    confirmed = length if complete else min(holding.text_end, length)
    header = Header(metadata.header.dictation, holding.began, holding.language, holding.engine, holding.source)
    return Metadata(header, confirmed, ended=True, complete=complete, segments=holding.segment_count)


def reconcile(recordings: Path, history: HistoryStore, now: datetime) -> None:
    """Judge every recording that no process is writing, and carry the verdict out. Raises HistoryError."""
    # The sidecars are read before the history: a process that ends a dictation writes the row first.
    folders = recording_folders(recordings)
    found = [(folder, *there) for folder in folders if (there := unheld_metadata(folder)) is not None]
    holdings = find_holdings(history, (folder.name for folder, _, _ in found))
    for folder, metadata, readable in found:
        try:
            _carry_out(folder, _judge(folder, metadata, readable, holdings), metadata, history)
        except JournalDamaged:
            log.info("%s cannot be read: it is offered as it is", folder.name)
        except JournalError as error:
            log.warning("%s was not reconciled with the history: %s", folder.name, error.what)
    remove_leftovers(recordings, now - ABANDONED_AFTER)
    close_abandoned(history, {folder.name for folder in folders}, now - ABANDONED_AFTER)


def _judge(folder: Path, metadata: Metadata, readable: bool, holdings: Holdings) -> Verdict:
    def length() -> int:
        with open_recording(folder) as recording:
            return recording.length

    row, deleted = holdings.rows.get(folder.name), folder.name in holdings.deleted
    return judge(metadata, readable, row, deleted=deleted, length=length)


def _carry_out(folder: Path, verdict: Verdict, before: Metadata, history: HistoryStore) -> None:
    match verdict:
        case Delete():
            log.info("%s was deleted from the history: its recording is removed", folder.name)
            finish_recording(folder, keep=False)
        case Correct(metadata, reopen=is_reopened):
            log.info("%s: confirmed %d, now %d", folder.name, before.confirmed, metadata.confirmed)
            if is_reopened:
                reopen(history, folder.name)  # before the sidecar: killed between the two, the next start does both
            replace_metadata(folder, metadata, before)
