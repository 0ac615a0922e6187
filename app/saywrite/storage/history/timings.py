"""The latency of the steps of a dictation, and its row in the history. Any thread.

Times are milliseconds since the key press (or the click or command that began the dictation). None is a step that did
not occur or was not observed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the key press to each step.

    `first_audio`: the first sample. `first_partial`: the first words. `released`: the key was released, or another
    stop. `final`: the last text. `inserted`: the other program had it.
    """

    first_audio: int | None = None
    first_partial: int | None = None
    released: int | None = None
    final: int | None = None
    inserted: int | None = None


@dataclass(frozen=True, slots=True)
class TimedDictation:
    """The latency of a dictation with its engine and microphone (its label, "" when unknown)."""

    dictation: str
    engine: str
    microphone: str
    latency: Latency


_STEPS = "first_audio, first_partial, released, final, inserted"


def keep_latency(connection: sqlite3.Connection, dictation: str, microphone: str, latency: Latency) -> None:
    """Insert or replace the row. Raises sqlite3.Error, also for a missing dictation."""
    connection.execute(
        f"INSERT INTO latencies (dictation, microphone, {_STEPS}) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (dictation) DO UPDATE SET microphone = excluded.microphone,"
        " first_audio = excluded.first_audio, first_partial = excluded.first_partial, released = excluded.released,"
        " final = excluded.final, inserted = excluded.inserted",
        (dictation, microphone, *astuple(latency)),
    )


def newest_latencies(connection: sqlite3.Connection, limit: int) -> tuple[TimedDictation, ...]:
    """Return the latencies of the newest dictations, newest first. Raises sqlite3.Error."""
    rows = connection.execute(
        f"SELECT l.dictation, d.engine, l.microphone, {_STEPS} FROM latencies l JOIN dictations d ON d.id = l.dictation"
        " ORDER BY d.at DESC, d.id DESC LIMIT ?",
        (limit,),
    )
    return tuple(_timed(row) for row in rows)


def latency_of(connection: sqlite3.Connection, dictation: str) -> TimedDictation | None:
    """Return the latency of one dictation, None when there is none. Raises sqlite3.Error."""
    row = connection.execute(
        f"SELECT l.dictation, d.engine, l.microphone, {_STEPS} FROM latencies l JOIN dictations d ON d.id = l.dictation"
        " WHERE d.id = ?",
        (dictation,),
    ).fetchone()
    return _timed(row) if row else None


def _timed(row: tuple[Any, ...]) -> TimedDictation:
    dictation, engine, microphone, *steps = row
    return TimedDictation(dictation, engine, microphone, Latency(*steps))
