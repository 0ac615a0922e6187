"""The history: stores the text of dictations as it arrives, and finds it. Any thread.

All writes use one connection behind a lock. Each read has its own connection, and WAL lets both run at the same time,
so that a slow search does not delay a final. A write is durable when it returns. A failed write changes nothing and can
be repeated with the same arguments.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from saywrite.foundation.errors import HistoryError, HistoryUnavailable
from saywrite.foundation.events import Gap, Segment, Traffic
from saywrite.foundation.files import is_missing
from saywrite.foundation.messages import message
from saywrite.foundation.paths import private_folder
from saywrite.storage.history.connection import changed_elsewhere, connect, gone, transaction, unavailable
from saywrite.storage.history.filters import EVERYTHING, HistoryFilter
from saywrite.storage.history.in_use import UseLock
from saywrite.storage.history.schema import INDEX, check_database, has_index, open_database
from saywrite.storage.history.search import SearchHit, find
from saywrite.storage.history.timings import Latency, TimedDictation, keep_latency, latency_of, newest_latencies

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

EXCERPT = 200
"""Characters of text for each dictation in a list."""

_SUMMARY = """SELECT d.id, d.began, d.language, d.engine, d.source, d.heard, d.pending, d.finished,
    substr(coalesce((SELECT group_concat(text, ' ')
        FROM (SELECT text FROM segments s WHERE s.dictation = d.id ORDER BY start, number LIMIT 20)), ''), 1,
        :excerpt), d.model
    FROM dictations d"""


class Heading(Protocol):
    """What is known when a dictation begins. The journal's `Header` has this form."""

    @property
    def dictation(self) -> str: ...
    @property
    def began(self) -> datetime: ...
    @property
    def language(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """A dictation in a list. `heard`, `pending`: samples. `excerpt`: the beginning of its text.

    `model`: of the local recognizer, "" when it was not stored.
    """

    dictation: str
    began: datetime
    language: str
    engine: str
    source: str
    heard: int
    pending: int
    finished: bool
    excerpt: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class Dictated:
    """A whole dictation.

    `structured`: results of the service besides text, in the order of arrival. `traffic`: for each host. `timed`: the
    latency of its steps, None for a file or when it was not measured.
    """

    summary: Summary
    segments: tuple[Segment, ...]
    gaps: tuple[Gap, ...]
    structured: tuple[Mapping[str, Any], ...] = ()
    traffic: tuple[Traffic, ...] = ()
    timed: TimedDictation | None = None


class HistoryStore:
    """An open history. The constructor raises HistoryTooNew, HistoryDamaged and HistoryUnavailable.

    Every method raises HistoryError, and HistoryDamaged when it reads a damaged page.
    """

    def __init__(self, path: Path, on_deleted: Callable[[str], None] = lambda dictation: None) -> None:
        """`on_deleted`: called with the id of a dictation that `delete` has removed, on the caller's thread."""
        self._path = path
        self._on_deleted = on_deleted
        self._guard = threading.Lock()
        check_database(path)  # before the lock: nothing is put beside a file that is refused
        # Locked before it is opened: a connection to a file that is just being replaced would write into the old one.
        try:
            private_folder(path.parent)
            self._in_use = UseLock(path, shared=True)
        except OSError as error:
            raise unavailable(error, path) from error
        try:
            self._connection: sqlite3.Connection | None = open_database(path)  # used under _guard
        except BaseException:
            self._in_use.release()
            raise

    def begin(self, heading: Heading) -> None:
        """Add the dictation's row. In an existing row without text only the language is replaced."""
        began = heading.began
        self._write(
            "INSERT INTO dictations (id, began, at, language, engine, source) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET language = excluded.language"
            " WHERE NOT EXISTS (SELECT 1 FROM segments WHERE dictation = excluded.id)",
            (
                heading.dictation,
                began.isoformat(),
                microseconds(began),
                heading.language,
                heading.engine,
                clean(heading.source),
            ),
        )

    def add_segment(self, dictation: str, segment: Segment) -> None:
        """Store a final. It is durable when this returns."""
        self._write(
            """INSERT INTO segments (dictation, number, start, end, text, raw, translation, engine)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (dictation, number) DO UPDATE SET start = excluded.start, end = excluded.end,
               text = excluded.text, raw = excluded.raw, translation = excluded.translation,
               engine = excluded.engine""",
            (
                dictation,
                segment.number,
                segment.start,
                segment.end,
                clean(segment.text),
                clean(segment.raw),
                clean(segment.translation),
                segment.engine,
            ),
        )

    def translate_segment(self, dictation: str, number: int, translation: str) -> None:
        """Store the translation of a segment. A removed segment is no error."""
        self._write(
            "UPDATE segments SET translation = ? WHERE dictation = ? AND number = ?",
            (clean(translation), dictation, number),
        )

    def remove_segments(self, dictation: str, numbers: Iterable[int]) -> None:
        """Remove segments by their numbers. Missing ones are no error."""

        def remove(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM segments WHERE dictation = ? AND number = ?",
                [(dictation, number) for number in numbers],
            )

        self.in_transaction(remove)

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        """Replace the text that the user reads; `raw` is not changed.

        Raises HistoryError for a missing segment: the dictation was deleted, or has another text.
        """

        def edit(connection: sqlite3.Connection) -> None:
            where = (clean(text), dictation, number)
            changed = connection.execute("UPDATE segments SET text = ? WHERE dictation = ? AND number = ?", where)
            if changed.rowcount == 0:
                there = connection.execute("SELECT 1 FROM dictations WHERE id = ?", (dictation,)).fetchone()
                raise changed_elsewhere() if there else _unknown()

        self.in_transaction(edit)

    def add_gap(self, dictation: str, at: int, length: int, cause: str) -> None:
        self._write(
            "INSERT INTO gaps (dictation, at, length, cause) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (dictation, at, length, clean(cause)),
        )

    def add_structured(self, dictation: str, results: Mapping[str, Any]) -> None:
        """Store results of the service besides text. Equal results are stored once."""
        self._write(
            "INSERT INTO structured (dictation, results) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (dictation, clean(json.dumps(dict(results), ensure_ascii=False))),
        )

    def set_traffic(self, traffic: Traffic) -> None:
        """Store the bytes for one host. They are totals of the whole dictation."""
        self._write(
            """INSERT INTO traffic (dictation, host, sent, received, engine)
               VALUES (:id, :host, :sent, :received, coalesce((SELECT engine FROM dictations WHERE id = :id), ''))
               ON CONFLICT (dictation, host) DO UPDATE SET sent = excluded.sent, received = excluded.received""",
            {
                "id": traffic.dictation,
                "host": clean(traffic.host),
                "sent": traffic.sent,
                "received": traffic.received,
            },
        )

    def keep_latency(self, dictation: str, microphone: str, latency: Latency) -> None:
        """Store or replace the latency of the steps. A missing dictation is no error."""

        def keep(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM dictations WHERE id = ?", (dictation,)).fetchone():
                keep_latency(connection, dictation, clean(microphone), latency)

        self.in_transaction(keep)

    def finish(self, dictation: str, heard: int, confirmed: int) -> None:
        """Store the end of a dictation, in samples. What is not confirmed is pending."""

        def finish(connection: sqlite3.Connection) -> None:
            changed = connection.execute(
                "UPDATE dictations SET finished = 1, heard = ?, confirmed = ?, pending = ? WHERE id = ?",
                (heard, confirmed, max(heard - confirmed, 0), dictation),
            )
            if changed.rowcount == 0:
                raise _unknown()

        self.in_transaction(finish)

    def delete(self, *dictations: str) -> None:
        """Remove dictations so that no file of the history contains their words. Missing ones are no error.

        The deletion is stored: if a recording survives this call, the next start removes it
        (`dictation.reconciliation`). Raises what `on_deleted` raises, after all of them were deleted. With 100,000
        segments this takes 0.2 s (measured), however many they are, because the index of words is rebuilt without the
        old entries.
        """

        def remove(connection: sqlite3.Connection) -> None:
            rows = [(dictation,) for dictation in dictations]
            connection.executemany("INSERT OR IGNORE INTO deleted (dictation) VALUES (?)", rows)
            gone = connection.executemany("DELETE FROM dictations WHERE id = ?", rows)
            if gone.rowcount and has_index(connection):
                connection.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('optimize')")

        self.in_transaction(remove)
        with self._guard:
            if self._connection is not None:
                with suppress(sqlite3.Error):  # while others read, the old pages stay until the next checkpoint
                    self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with ExitStack() as each:  # one that fails does not keep the others
            for dictation in dictations:
                each.callback(self._on_deleted, dictation)

    def recent(
        self, limit: int, before: Summary | None = None, only: HistoryFilter = EVERYTHING
    ) -> tuple[Summary, ...]:
        """Return the newest dictations, newest first. `before`: the last one of the previous page."""
        with self.reading() as connection:
            where, values = only.where()
            values |= {"limit": limit, "excerpt": EXCERPT}
            if before is not None:
                where += " AND (d.at, d.id) < (:at, :id)"
                values |= {"at": microseconds(before.began), "id": before.dictation}
            rows = connection.execute(f"{_SUMMARY} WHERE {where} ORDER BY d.at DESC, d.id DESC LIMIT :limit", values)
            return tuple(_summary(row) for row in rows)

    def load(self, dictation: str) -> Dictated | None:
        """Load a whole dictation; None when it is missing."""
        with self.reading() as connection:
            connection.execute("BEGIN")  # all queries read one snapshot
            values = {"id": dictation, "excerpt": EXCERPT}
            row = connection.execute(f"{_SUMMARY} WHERE d.id = :id", values).fetchone()
            if row is None:
                return None
            segments = connection.execute(
                "SELECT number, text, raw, start, end, translation, engine FROM segments WHERE dictation = :id"
                " ORDER BY start, number",
                values,
            ).fetchall()
            gaps = connection.execute(
                "SELECT dictation, at, length, cause FROM gaps WHERE dictation = :id ORDER BY at", values
            ).fetchall()
            structured = connection.execute("SELECT results FROM structured WHERE dictation = :id ORDER BY id", values)
            results = tuple(_results(structured))
            traffic = connection.execute(
                "SELECT dictation, host, sent, received FROM traffic WHERE dictation = :id AND sent > 0 ORDER BY host",
                values,
            ).fetchall()
            timed = latency_of(connection, dictation)
        return Dictated(
            _summary(row),
            tuple(Segment(*s) for s in segments),
            tuple(Gap(*g) for g in gaps),
            results,
            tuple(Traffic(*t) for t in traffic),
            timed,
        )

    def latencies(self, limit: int = 1000) -> tuple[TimedDictation, ...]:
        """Return the latency of the steps of the newest dictations, newest first."""
        with self.reading() as connection:
            return newest_latencies(connection, limit)

    def search(
        self, query: str, limit: int = 100, only: HistoryFilter = EVERYTHING, before: SearchHit | None = None
    ) -> tuple[SearchHit, ...]:
        """Find dictations with all words of `query`, newest first. `before`: the last hit of the previous page.

        Any text is a valid query.
        """
        cursor = (microseconds(before.began), before.dictation, before.number) if before is not None else None
        with self.reading() as connection:
            return find(connection, query, limit, only, cursor)

    def close(self) -> None:
        """Close the writing connection; SQLite then merges its log into the file. A second call has no effect."""
        with self._guard:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._in_use.release()

    def _write(self, statement: str, values: tuple[object, ...] | Mapping[str, object]) -> None:
        self.in_transaction(lambda connection: connection.execute(statement, values))

    def in_transaction(self, write: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run several writes in one transaction. It is durable when this returns."""
        with self._guard:
            connection = self._connection
            if connection is None:
                raise HistoryError(message("The history is closed."), message("Start Saywrite again."))
            if is_missing(self._path):  # SQLite would write on to a deleted file
                raise gone(self._path)
            try:
                with transaction(connection):
                    return write(connection)
            except sqlite3.IntegrityError as error:
                raise _unknown() from error
            except sqlite3.Error as error:
                raise _refusal(error, self._path) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for reading, for the time of the block."""
        try:
            connection = connect(self._path, "mode=ro")
        except sqlite3.Error as error:
            raise _refusal(error, self._path) from error
        try:
            yield connection
        except sqlite3.Error as error:
            raise _refusal(error, self._path) from error
        finally:
            connection.close()


def _refusal(error: sqlite3.Error, path: Path) -> HistoryUnavailable:
    return gone(path) if is_missing(path) else unavailable(error, path)


def _summary(row: tuple[str, str, str, str, str, int, int, int, str, str]) -> Summary:
    return Summary(row[0], datetime.fromisoformat(row[1]), *row[2:7], bool(row[7]), *row[8:])


def _results(rows: Iterable[tuple[str]]) -> Iterator[Any]:
    """The readable results of the service. SQLite does not detect damage within a page."""
    for (stored,) in rows:
        try:
            yield json.loads(stored)
        except (ValueError, RecursionError):
            log.warning("a stored result of the service is damaged; it is left out")


def microseconds(moment: datetime) -> int:
    """Convert to Unix microseconds."""
    return int(moment.astimezone(UTC).timestamp() * 1_000_000)


def clean(text: str) -> str:
    """Replace lone surrogates, which SQLite cannot store; a file name may contain them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _unknown() -> HistoryError:
    return HistoryError(
        message("This dictation is not in the history."), message("It may have been removed; nothing was changed.")
    )
