"""The earlier texts of a dictation that was transcribed again. Any thread.

`replace_text` makes another text the present one and keeps the one before it as a version. Choosing a version is the
same operation, so no text is lost by going back and forth.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from saywrite.foundation.errors import HistoryError
from saywrite.foundation.events import Segment
from saywrite.foundation.messages import message
from saywrite.storage.history.store import HistoryStore, clean, microseconds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which recognizer made a text. `model`: "" for a service, or when it was not stored."""

    engine: str
    model: str
    language: str


@dataclass(frozen=True, slots=True)
class TextVersion:
    """A text of a dictation that is not the present one. `kept`: when another text replaced it (aware)."""

    number: int
    origin: Origin
    kept: datetime
    segments: tuple[Segment, ...]


class TextChanged(HistoryError):
    """The dictation was deleted, or has no such version any more; nothing was changed."""


def replace_text(
    store: HistoryStore, dictation: str, segments: Iterable[Segment], origin: Origin, at: datetime
) -> None:
    """Make `segments` the text of a dictation, and keep its present text as a version.

    They get numbers that no other text of it has: a window that still shows another text names the segments that the
    user corrects by their numbers. Raises TextChanged for a missing dictation, and HistoryError.
    """

    def put(connection: sqlite3.Connection) -> None:
        first = _free_number(connection, dictation)
        new = tuple(replace(segment, number=first + place) for place, segment in enumerate(segments))
        _replace(connection, dictation, new, origin, at)

    store.in_transaction(put)


def use_version(store: HistoryStore, dictation: str, number: int, at: datetime) -> None:
    """Make a version the present text, and keep the present text as a version. Raises TextChanged, HistoryError."""

    def swap(connection: sqlite3.Connection) -> None:
        rows = connection.execute(f"{_SELECT} WHERE dictation = ? AND id = ?", (dictation, number)).fetchall()
        if not rows:
            raise _gone()
        version = _version(rows[0])
        _replace(connection, dictation, version.segments, version.origin, at)
        connection.execute("DELETE FROM versions WHERE id = ?", (number,))  # last: SQLite gives a free id again

    store.in_transaction(swap)


def versions_of(store: HistoryStore, dictation: str) -> tuple[TextVersion, ...]:
    """Return the earlier texts of a dictation, the newest first. Raises HistoryError."""
    with store.reading() as connection:
        rows = connection.execute(f"{_SELECT} WHERE dictation = ? ORDER BY kept DESC, id DESC", (dictation,))
        return tuple(_readable(rows))


_SELECT = "SELECT id, engine, model, language, kept, segments FROM versions"
_FIELDS = ("number", "text", "raw", "start", "end", "translation", "engine")


def _free_number(connection: sqlite3.Connection, dictation: str) -> int:
    """The number behind those of every text of the dictation."""
    rows = connection.execute("SELECT number FROM segments WHERE dictation = ?", (dictation,))
    numbers = [number for (number,) in rows]
    for version in _readable(connection.execute(f"{_SELECT} WHERE dictation = ?", (dictation,)).fetchall()):
        numbers += (segment.number for segment in version.segments)
    return max(numbers, default=-1) + 1


def _replace(
    connection: sqlite3.Connection, dictation: str, segments: tuple[Segment, ...], origin: Origin, at: datetime
) -> None:
    found = connection.execute("SELECT engine, model, language FROM dictations WHERE id = ?", (dictation,)).fetchone()
    if found is None:
        raise _gone()
    fields = ", ".join(_FIELDS)
    rows = connection.execute(f"SELECT {fields} FROM segments WHERE dictation = ? ORDER BY start, number", (dictation,))
    present = [dict(zip(_FIELDS, row, strict=True)) for row in rows]
    if present:
        connection.execute(
            "INSERT INTO versions (dictation, engine, model, language, kept, segments) VALUES (?, ?, ?, ?, ?, ?)",
            (dictation, *found, microseconds(at), json.dumps(present, ensure_ascii=False)),
        )
    connection.execute("DELETE FROM segments WHERE dictation = ?", (dictation,))
    connection.executemany(
        f"INSERT INTO segments (dictation, {fields}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (dictation, s.number, clean(s.text), clean(s.raw), s.start, s.end, clean(s.translation), s.engine)
            for s in segments
        ],
    )
    connection.execute(
        "UPDATE dictations SET engine = ?, model = ?, language = ? WHERE id = ?",
        (origin.engine, origin.model, origin.language, dictation),
    )


def _readable(rows: Iterable[tuple[int, str, str, str, int, str]]) -> Iterator[TextVersion]:
    """The readable texts of these rows. SQLite does not detect damage within a page."""
    for row in rows:
        try:
            yield _version(row)
        except (ValueError, TypeError, OverflowError, RecursionError):
            log.warning("an earlier text of a dictation is damaged; it is left out")


def _version(row: tuple[int, str, str, str, int, str]) -> TextVersion:
    number, engine, model, language, kept, segments = row
    return TextVersion(
        number,
        Origin(engine, model, language),
        datetime.fromtimestamp(kept / 1_000_000, UTC),
        tuple(Segment(**each) for each in json.loads(segments)),
    )


def _gone() -> TextChanged:
    return TextChanged(
        message("This dictation or its earlier text was deleted meanwhile."), message("Nothing was changed.")
    )
