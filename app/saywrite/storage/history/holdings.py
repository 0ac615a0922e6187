"""Reads what the history has of dictations, to compare it with their recordings, and corrects it.

Disk thread. All functions raise HistoryError.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from saywrite.storage.history.connection import is_refusal
from saywrite.storage.history.store import HistoryStore, microseconds

log = logging.getLogger(__name__)

_TEXT_END = "coalesce((SELECT max(end) FROM segments s WHERE s.dictation = dictations.id), 0)"
"""SQL for the end of the last segment of a row of `dictations`."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The row of a dictation. `heard`, `confirmed`, `pending`, `text_end` (end of the last segment): samples."""

    began: datetime
    language: str
    engine: str
    source: str
    finished: bool
    heard: int
    confirmed: int
    pending: int
    segment_count: int
    text_end: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """Rows by the id of their dictation. `deleted`: ids of dictations that the user deleted."""

    rows: dict[str, Holding]
    deleted: frozenset[str]


def find_holdings(store: HistoryStore, dictations: Iterable[str]) -> Holdings:
    """Find the rows of these dictations."""
    with store.reading() as connection:
        return _find(connection, dictations)


def _find(connection: sqlite3.Connection, dictations: Iterable[str]) -> Holdings:
    rows: dict[str, Holding] = {}
    deleted: set[str] = set()
    connection.execute("BEGIN")  # all rows from one snapshot
    for dictation in dictations:
        row = connection.execute(
            "SELECT began, language, engine, source, finished, heard, confirmed, pending,"
            " (SELECT count(*) FROM segments s WHERE s.dictation = d.id),"
            " coalesce((SELECT max(end) FROM segments s WHERE s.dictation = d.id), 0) FROM dictations d WHERE id = ?",
            (dictation,),
        ).fetchone()
        if row is not None:
            rows[dictation] = _holding(row)
        elif connection.execute("SELECT 1 FROM deleted WHERE dictation = ?", (dictation,)).fetchone():
            deleted.add(dictation)
    connection.execute("COMMIT")
    return Holdings(rows, frozenset(deleted))


def _holding(row: tuple[str, str, str, str, int, int, int, int, int, int]) -> Holding:
    return Holding(datetime.fromisoformat(row[0]), row[1], row[2], row[3], bool(row[4]), *row[5:10])


def close_abandoned(store: HistoryStore, recordings: Collection[str], before: datetime) -> None:
    """Mark dictations as finished that began before `before` and have no recording.

    They can get no further text. Those without any text are removed.
    """
    store.in_transaction(lambda connection: _close_abandoned(connection, recordings, microseconds(before)))


def _close_abandoned(connection: sqlite3.Connection, recordings: Collection[str], before: int) -> None:
    found = connection.execute("SELECT id FROM dictations WHERE finished = 0 AND at < ?", (before,)).fetchall()
    for (dictation,) in found:
        if dictation in recordings:
            continue
        connection.execute(
            "DELETE FROM dictations WHERE id = :id AND NOT EXISTS (SELECT 1 FROM segments WHERE dictation = :id)"
            " AND NOT EXISTS (SELECT 1 FROM structured WHERE dictation = :id)",
            {"id": dictation},
        )
        connection.execute(
            f"UPDATE dictations SET finished = 1, pending = 0, confirmed = {_TEXT_END},"
            f" heard = max(heard, {_TEXT_END}) WHERE id = ?",
            (dictation,),
        )


def reopen(store: HistoryStore, dictation: str) -> None:
    """Mark a dictation as unfinished whose text was lost: the sound behind its last segment has none."""
    store.in_transaction(
        lambda connection: connection.execute(
            f"UPDATE dictations SET finished = 0, confirmed = {_TEXT_END},"
            f" pending = max(heard - {_TEXT_END}, 0) WHERE id = ?",
            (dictation,),
        )
    )


def forget_empty(store: HistoryStore, dictation: str) -> None:
    """Remove the row of a dictation without words. Its recording stays."""
    store.in_transaction(lambda connection: connection.execute("DELETE FROM dictations WHERE id = ?", (dictation,)))


def is_sound(store: HistoryStore, limit_s: float) -> bool:
    """Search for damage for at most `limit_s` seconds; whether none was found."""
    until = time.monotonic() + limit_s
    with store.reading() as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            senseless = connection.execute("SELECT count(*) FROM dictations WHERE julianday(began) IS NULL").fetchone()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                log.info("the history was not checked to its end")
                return True
            if is_refusal(error):
                raise
            return False
    return bool(found == "ok" and senseless == (0,))
