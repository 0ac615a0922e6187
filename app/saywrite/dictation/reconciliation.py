"""Compares the recordings with the history at the start, so that no dictation falls between the two. Disk thread.

A sidecar says how much of its sound has text, and how many segments that text is; the history holds the segments. A
kill, a power cut or a lost file can leave them apart. `judge` decides which of the two is believed; afterwards the
sidecar says what is true, and a dictation whose text is missing is offered as unfinished like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from saywrite.audio.recordings import finish_recording, open_recording, recording_folders
from saywrite.audio.repair import remove_leftovers, replace_sidecar, unheld_sidecar
from saywrite.audio.sidecar import Header, Sidecar
from saywrite.errors import JournalDamaged, JournalError
from saywrite.history.holdings import Holding, Holdings, close_abandoned, find_holdings, reopen
from saywrite.history.store import HistoryStore

log = logging.getLogger(__name__)

ABANDONED_AFTER = timedelta(days=1)
"""A row without a recording, or a folder without sound, is left alone for so long: another process may be at it."""


@dataclass(frozen=True, slots=True)
class Delete:
    """The user deleted the dictation from the history: its sound goes too."""


@dataclass(frozen=True, slots=True)
class Correct:
    """`sidecar` is what is true. `reopen`: text is missing, so the row is not finished either."""

    sidecar: Sidecar
    reopen: bool = False


Verdict = Correct | Delete | None
"""None: everything is right as it is."""


def judge(
    sidecar: Sidecar, readable: bool, holding: Holding | None, *, deleted: bool, length: Callable[[], int]
) -> Verdict:
    """What is to be done about one recording. `readable`: `sidecar` was read and not made up. `length`: of the sound in
    samples, asked only where it matters; raises JournalDamaged.
    """
    if sidecar.newer:
        return None
    if deleted:
        return Delete() if sidecar.complete else None
    if not readable:
        return None if holding is None else Correct(_from_row(sidecar, holding, length()))
    if _lacks_text(sidecar, holding):
        text_end, count = (holding.text_end, holding.segment_count) if holding else (0, 0)
        offered = replace(sidecar, confirmed=text_end, ended=True, complete=False, segments=count)
        return Correct(offered, reopen=holding is not None)
    if not sidecar.complete and holding is not None and _has_all_text(holding, length()):
        return Correct(replace(sidecar, confirmed=length(), ended=True, complete=True))
    return None


def _lacks_text(sidecar: Sidecar, holding: Holding | None) -> bool:
    """The sidecar counts on text that is not in the history."""
    if sidecar.segments is not None:
        return sidecar.segments > (holding.segment_count if holding else 0)
    # Written before segments were counted, or before the first of them was confirmed.
    return holding is None and (sidecar.complete or sidecar.confirmed > 0)


def _has_all_text(holding: Holding, length: int) -> bool:
    return holding.finished and holding.pending <= 0 and 0 < length <= holding.heard


def _from_row(sidecar: Sidecar, holding: Holding, length: int) -> Sidecar:
    """The sidecar is lost; the row knows as much, except for the keywords and gaps."""
    complete = _has_all_text(holding, length)
    confirmed = length if complete else min(holding.text_end, length)
    header = Header(sidecar.header.dictation, holding.began, holding.language, holding.engine, holding.source)
    return Sidecar(header, confirmed, ended=True, complete=complete, segments=holding.segment_count)


def reconcile(recordings: Path, history: HistoryStore, now: datetime) -> None:
    """Judge every recording that nobody is writing, and do what follows. Raises HistoryError."""
    # The sidecars are read before the history: a process that ends a dictation writes the row first.
    folders = recording_folders(recordings)
    found = [(folder, *there) for folder in folders if (there := unheld_sidecar(folder)) is not None]
    holdings = find_holdings(history, (folder.name for folder, _, _ in found))
    for folder, sidecar, readable in found:
        try:
            _carry_out(folder, _judge(folder, sidecar, readable, holdings), sidecar, history)
        except JournalDamaged:
            log.info("%s cannot be read: it is offered as it is", folder.name)
        except JournalError as error:
            log.warning("%s was not reconciled with the history: %s", folder.name, error.what)
    remove_leftovers(recordings, now - ABANDONED_AFTER)
    close_abandoned(history, {folder.name for folder in folders}, now - ABANDONED_AFTER)


def _judge(folder: Path, sidecar: Sidecar, readable: bool, holdings: Holdings) -> Verdict:
    def length() -> int:
        with open_recording(folder) as recording:
            return recording.length

    row, deleted = holdings.rows.get(folder.name), folder.name in holdings.deleted
    return judge(sidecar, readable, row, deleted=deleted, length=length)


def _carry_out(folder: Path, verdict: Verdict, before: Sidecar, history: HistoryStore) -> None:
    match verdict:
        case Delete():
            log.info("%s was deleted from the history: its recording is removed", folder.name)
            finish_recording(folder, keep=False)
        case Correct(sidecar, reopen=is_reopened):
            log.info("%s: confirmed %d, now %d", folder.name, before.confirmed, sidecar.confirmed)
            if is_reopened:
                reopen(history, folder.name)  # before the sidecar: killed between the two, the next start does both
            replace_sidecar(folder, sidecar, before)
