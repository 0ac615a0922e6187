"""What the history holds of dictations, for comparing it with their recordings. Disk thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

_TEXT_END = "coalesce((SELECT max(end) FROM segments s WHERE s.dictation = dictations.id), 0)"
"""In SQL, for a row of `dictations`: where its last segment ends."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A dictation's row. `heard`, `confirmed`, `pending`, `text_end` (end of the last segment): samples."""

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
    """`rows` by the id of their dictation; `deleted`: ids of dictations that the user deleted."""

    rows: dict[str, Holding]
    deleted: frozenset[str]


def find_holdings(connection: sqlite3.Connection, dictations: Iterable[str]) -> Holdings:
    """What is there of these dictations. Raises sqlite3.Error."""
    rows: dict[str, Holding] = {}
    deleted: set[str] = set()
    connection.execute("BEGIN")  # all from one moment
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


def close_abandoned(connection: sqlite3.Connection, recordings: Collection[str], before: int) -> None:
    """Mark dictations as finished that began before `before` (Unix microseconds) and have no recording any more.

    Nothing can be added to them; one without any text is removed. Raises sqlite3.Error.
    """
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


def reopen(connection: sqlite3.Connection, dictation: str) -> None:
    """Mark a dictation whose text was lost as unfinished: what is behind its last segment has no text. Raises
    sqlite3.Error.
    """
    connection.execute(
        f"UPDATE dictations SET finished = 0, text = '', confirmed = {_TEXT_END},"
        f" pending = max(heard - {_TEXT_END}, 0) WHERE id = ?",
        (dictation,),
    )
