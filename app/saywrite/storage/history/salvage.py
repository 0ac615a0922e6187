"""Copies what can be read of a damaged history into a new one, and sets the damaged one aside. Disk thread.

The damaged file gets the name `history.sqlite3.damaged-<n>`, its log a name beside it, once the new one is complete:
a copy that a full disk or the end of the process interrupts is begun again at the next start, and one that is complete
gets its name then. No other process may have the history open meanwhile: an open history has a shared lock on
`<history>.lock`, and replacing it takes an exclusive one. (Windows refuses to rename a file that is open.)
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saywrite.foundation.errors import HistoryDamaged, HistoryError, HistoryUnavailable
from saywrite.foundation.files import is_missing, set_aside, sync_folder
from saywrite.foundation.messages import message, message_count
from saywrite.storage.history.connection import connect, damaged, is_refusal, unavailable
from saywrite.storage.history.holdings import is_sound
from saywrite.storage.history.in_use import UseLock
from saywrite.storage.history.schema import open_database
from saywrite.storage.history.store import HistoryStore, microseconds

log = logging.getLogger(__name__)

CHECK_LIMIT_S = 0.5
"""Seconds for the check at the start, because the sound of a dictation that begins meanwhile waits for it."""

_BESIDE = ("gaps", "structured", "traffic", "latencies", "versions", "receipts", "trash")
"""Tables whose rows belong to a row of `dictations`."""
_TABLES = ("dictations", "segments", *_BESIDE, "deleted", "ledger", "originals", "forgotten_suggestions")
_LOGS = ("-wal", "-journal")
_LAST_ROW = 1 << 40  # no history has so many rows; the search for a readable one ends here


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """A damaged history was replaced. `aside`: its new path; `dictations`: how many of them could be copied."""

    aside: Path
    dictations: int

    @property
    def what(self) -> str:
        """What was kept and how much of it could be read."""
        if not self.dictations:
            return message(
                "The history was damaged and is kept as {path}. None of its dictations could be read; a new "
                "history was begun.",
                path=self.aside,
            )
        return message_count(
            "The history was damaged and is kept as {path}. {n} dictation could be read; a new history was begun "
            "with what was read.",
            "The history was damaged and is kept as {path}. {n} dictations could be read; a new history was begun "
            "with what was read.",
            self.dictations,
            path=self.aside,
        )

    @property
    def remedy(self) -> str:
        return message("Recordings whose text is missing now are offered to be transcribed again.")


def open_or_replace(path: Path) -> tuple[HistoryStore, SalvageResult | None]:
    """Open the history, or replace it first when it is damaged. Raises HistoryError when that fails."""
    _finish_replacing(path)
    with suppress(HistoryDamaged):
        store = HistoryStore(path)
        try:
            if is_sound(store, CHECK_LIMIT_S):
                return store, None
        except HistoryError:
            store.close()
            raise
        store.close()
    log.warning("the history is damaged: it is set aside")
    try:
        with UseLock(path, shared=False):
            salvaged = _replace(path)
    except BlockingIOError as error:
        raise HistoryUnavailable(
            message(
                "The history in {path} is damaged and in use by another Saywrite. It was left as it is.", path=path
            ),
            message(
                "Close the other Saywrite and start this one again: it keeps what can be read and begins a new history."
            ),
        ) from error
    except OSError as error:
        raise damaged(path) from error
    return HistoryStore(path), salvaged


def _replace(path: Path) -> SalvageResult:
    """Put a new history in the place of a damaged one. Raises OSError and HistoryError."""
    new = _copy_of(path)
    _remove(new)
    try:
        count = _take_over(path, new)
    except sqlite3.Error as error:
        _remove(new)
        raise unavailable(error, path) from error
    except HistoryError:
        _remove(new)
        raise
    aside = _set_history_aside(path)
    new.rename(path)
    sync_folder(path.parent)
    return SalvageResult(aside, count)


def _copy_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _finish_replacing(path: Path) -> None:
    """Name the copy where the process ended after the damaged file was renamed: the copy is complete then."""
    if not is_missing(path) or is_missing(_copy_of(path)):
        return
    with suppress(OSError), UseLock(path, shared=False):
        if not is_missing(path):  # another process has named it meanwhile
            return
        for suffix in _LOGS:
            log_file = path.with_name(path.name + suffix)
            if not is_missing(log_file):  # SQLite would take it for the log of the copy
                set_aside(log_file, "damaged")
        _copy_of(path).rename(path)
        log.warning("the copy of the damaged history is complete: it is the history now")


def _remove(new: Path) -> None:
    """Remove a copy that is not complete."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)


def _set_history_aside(path: Path) -> Path:
    """Rename the file and its logs; the new path of the file. Raises OSError."""
    aside = set_aside(path, "damaged")
    for suffix in _LOGS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)  # an index of the log; SQLite makes a new one
    return aside


def _take_over(path: Path, new: Path) -> int:
    """Copy every readable row into a new history; return the number of its dictations.

    Raises HistoryError, and sqlite3.Error when the disk does not take the copy or the old file cannot be locked.
    """
    with closing(open_database(new)) as target:
        try:
            with closing(connect(path, "mode=ro")) as source:
                target.execute(
                    "PRAGMA foreign_keys = OFF"
                )  # the row of a dictation may be lost while its segments are readable
                target.execute("BEGIN IMMEDIATE")
                for table in _TABLES:
                    _copy(source, target, table)
                _add_missing_rows(target)
                target.execute("COMMIT")
        except sqlite3.Error as error:
            if is_refusal(error):
                raise
            if target.in_transaction:
                target.execute("COMMIT")  # keep what was read so far
            log.warning("the damaged history was not read to its end: %s", getattr(error, "sqlite_errorname", ""))
        (count,) = target.execute("SELECT count(*) FROM dictations").fetchone()
        return int(count)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    wanted = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    try:
        there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    except sqlite3.Error as error:
        if is_refusal(error):
            raise  # reading needs space, too: for an index of the log
        return
    columns = [name for name in wanted if name in there]
    if not columns:
        return
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    for row in _readable_rows(source, table, names):
        if table == "dictations" and not _is_plausible(dict(zip(columns, row, strict=True))):
            continue
        try:
            target.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)
        except sqlite3.Error as error:  # a value of the wrong type is damage that SQLite does not detect
            if is_refusal(error):
                raise


def _is_plausible(dictation: dict[str, Any]) -> bool:
    """Whether both columns of its beginning agree: SQLite does not detect damage within a page."""
    try:
        began = datetime.fromisoformat(dictation["began"])
        return bool(microseconds(began) == dictation["at"])
    except (TypeError, ValueError, OverflowError):
        return False


def _readable_rows(source: sqlite3.Connection, table: str, names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table in order, without those on unreadable pages."""
    select = f"SELECT rowid, {names} FROM {table} WHERE rowid >= ? ORDER BY rowid"
    start = 0
    while True:
        try:
            for rowid, *values in source.execute(select, (start,)):
                if rowid < start:  # a damaged page points back
                    return
                start = rowid + 1
                yield tuple(values)
            return
        except sqlite3.Error:
            found = _behind_the_damage(source, f"{select} LIMIT 1", start)
            if found is None:
                return
            # Read singly: sqlite3 reads one row ahead in the loop and would lose the row before a damaged page.
            rowid, *values = found
            start = rowid + 1
            yield tuple(values)


def _behind_the_damage(source: sqlite3.Connection, select_one: str, start: int) -> tuple[Any, ...] | None:
    """Find the first readable row from `start` on; None when there is none."""

    def read(at: int) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = source.execute(select_one, (at,)).fetchone()
        except sqlite3.Error:
            return None
        return row if row is not None and row[0] >= at else None

    if (row := read(start)) is not None:
        return row
    bad, step = start, 1
    while (row := read(start + step)) is None:
        bad, step = start + step, step * 2
        if step > _LAST_ROW:
            return None
    good = start + step
    while good - bad > 1:
        middle = (good + bad) // 2
        if (found := read(middle)) is not None:
            good, row = middle, found
        else:
            bad = middle
    return row


def _add_missing_rows(target: sqlite3.Connection) -> None:
    """Add rows for dictations of which only segments were readable; their ids contain the time."""
    lost = target.execute(
        "SELECT dictation, max(end) FROM segments WHERE dictation NOT IN (SELECT id FROM dictations) GROUP BY dictation"
    ).fetchall()
    for dictation, end in lost:
        began = _began_by_id(dictation)
        target.execute(
            "INSERT INTO dictations (id, began, at, language, engine, source, heard, confirmed, finished)"
            " VALUES (?, ?, ?, '', '', '', ?, ?, 1)",
            (dictation, began.isoformat(), microseconds(began), end, end),
        )
    for table in _BESIDE:
        target.execute(f"DELETE FROM {table} WHERE dictation NOT IN (SELECT id FROM dictations)")
    target.execute("DELETE FROM originals WHERE segment NOT IN (SELECT id FROM segments)")


def _began_by_id(dictation: str) -> datetime:
    """Read the local time at the beginning of an id, "20261122-104200-…"; for another id return now."""
    try:
        return datetime.strptime(dictation[:15], "%Y%m%d-%H%M%S").astimezone()
    except ValueError:
        return datetime.now(UTC)
