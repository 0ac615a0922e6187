"""Deleted dictations that can still be restored. Any thread.

A dictation in the trash is not listed and not found. `empty_trash` deletes it finally: the history window does so
when the time for an undo has passed, and the start of the program for what a closed or killed window left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta

from saywrite.storage.history.store import HistoryStore, microseconds

UNDO_FOR = timedelta(minutes=5)
"""How long a deletion can be undone."""

BATCH = 200
"""Dictations that are deleted at once. Between two batches others can write."""


def move_to_trash(store: HistoryStore, dictations: Iterable[str], at: datetime) -> int:
    """Hide dictations until they are restored or deleted finally.

    Returns how many of them lack text for some of their sound. Missing ones are no error. Raises HistoryError.
    """
    rows = [(microseconds(at), dictation) for dictation in dictations]

    def move(connection: sqlite3.Connection) -> int:
        connection.executemany(
            "INSERT OR REPLACE INTO trash (at, dictation) SELECT ?, id FROM dictations WHERE id = ?", rows
        )
        lacking = "SELECT 1 FROM dictations WHERE id = ? AND (pending > 0 OR NOT finished)"
        return sum(connection.execute(lacking, (dictation,)).fetchone() is not None for _, dictation in rows)

    return store.in_transaction(move)


def restore_from_trash(store: HistoryStore, dictations: Iterable[str]) -> int:
    """Show dictations of the trash again; return how many there were. Raises HistoryError."""
    rows = [(dictation,) for dictation in dictations]

    def restore(connection: sqlite3.Connection) -> int:
        return connection.executemany("DELETE FROM trash WHERE dictation = ?", rows).rowcount

    return store.in_transaction(restore)


def in_trash(store: HistoryStore, dictations: Iterable[str]) -> frozenset[str]:
    """Find which of these dictations can still be restored. Raises HistoryError."""
    with store.reading() as connection:
        rows = connection.execute("SELECT dictation FROM trash").fetchall()
    return frozenset(dictations) & {dictation for (dictation,) in rows}


def empty_trash(store: HistoryStore, now: datetime, *, older_than: timedelta = UNDO_FOR) -> tuple[str, ...]:
    """Delete what has been in the trash for `older_than` or longer, with its recordings; return the ids.

    Raises HistoryError, and JournalError for a recording that cannot be removed.
    """
    limit = microseconds(now - older_than)
    with store.reading() as connection:
        rows = connection.execute("SELECT dictation FROM trash WHERE at <= ? ORDER BY at, dictation", (limit,))
        found = tuple(dictation for (dictation,) in rows)
    for first in range(0, len(found), BATCH):
        store.delete(*found[first : first + BATCH])
    return found
