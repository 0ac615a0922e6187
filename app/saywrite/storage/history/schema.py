"""The layout of the history's database, and the migration of older ones. Any thread.

Entry n of `MIGRATIONS` changes version n to n + 1 (SQLite's `user_version`); entries are only added. A file of a newer
version, of another program, or a damaged one is recognized on a connection that does not write, and is not changed.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import stat
import time
from contextlib import closing
from pathlib import Path

from saywrite.foundation.errors import HistoryError, HistoryTooNew, HistoryUnavailable
from saywrite.foundation.messages import message
from saywrite.foundation.paths import private_folder
from saywrite.storage.history.connection import (
    BUSY_TIMEOUT_MS,
    connect,
    create_private,
    damaged,
    has_log,
    transaction,
    unavailable,
)

log = logging.getLogger(__name__)

APPLICATION_ID = 0x53617957
"""Identifies the file ("SayW"), see https://www.sqlite.org/pragma.html#pragma_application_id."""

_SMALLEST_PAGE = 512
"""Bytes of the smallest database: https://www.sqlite.org/fileformat2.html#pages."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        # `began`: local time in ISO 8601 with its offset. `at`: the same time in Unix microseconds.
        # `text`: always ''; the text is that of the segments.
        """CREATE TABLE dictations (
            id TEXT PRIMARY KEY NOT NULL,
            began TEXT NOT NULL,
            at INTEGER NOT NULL,
            language TEXT NOT NULL,
            engine TEXT NOT NULL,
            source TEXT NOT NULL,
            heard INTEGER NOT NULL DEFAULT 0,
            confirmed INTEGER NOT NULL DEFAULT 0,
            pending INTEGER NOT NULL DEFAULT 0,
            finished INTEGER NOT NULL DEFAULT 0,
            text TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        "CREATE INDEX dictations_by_time ON dictations (at, id)",
        # `start`, `end`, `at`, `length`: samples. The index of words needs an integer `id`.
        """CREATE TABLE segments (
            id INTEGER PRIMARY KEY,
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            start INTEGER NOT NULL,
            end INTEGER NOT NULL,
            text TEXT NOT NULL,
            raw TEXT NOT NULL,
            translation TEXT NOT NULL DEFAULT '',
            UNIQUE (dictation, number)
        ) STRICT""",
        """CREATE TABLE gaps (
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            length INTEGER NOT NULL,
            cause TEXT NOT NULL,
            UNIQUE (dictation, at, length)
        ) STRICT""",
    ),
    (
        # `engine`: '' unless another engine than that of the dictation recognized it.
        "ALTER TABLE segments ADD COLUMN engine TEXT NOT NULL DEFAULT ''",
        # `results`: a JSON object. Equal results (of sound that was sent twice) are one row.
        """CREATE TABLE structured (
            id INTEGER PRIMARY KEY,
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            results TEXT NOT NULL,
            UNIQUE (dictation, results)
        ) STRICT""",
        # Bytes sent to `host` and received from it, for the whole dictation.
        """CREATE TABLE traffic (
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            host TEXT NOT NULL,
            sent INTEGER NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (dictation, host)
        ) STRICT""",
    ),
    (
        # Milliseconds since the key was pressed; NULL: not observed. `microphone`: its label.
        """CREATE TABLE latencies (
            dictation TEXT PRIMARY KEY NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            microphone TEXT NOT NULL,
            first_audio INTEGER,
            first_partial INTEGER,
            released INTEGER,
            final INTEGER,
            inserted INTEGER
        ) STRICT""",
    ),
    (
        # Dictations that the user deleted. Their recordings are deleted and not offered again.
        "CREATE TABLE deleted (dictation TEXT PRIMARY KEY NOT NULL) STRICT",
    ),
    (
        # `model`: of the local recognizer that made the present text; '' when it was not stored.
        "ALTER TABLE dictations ADD COLUMN model TEXT NOT NULL DEFAULT ''",
        # Earlier texts. `kept`: Unix microseconds. `segments`: a JSON array with the columns of `segments`.
        """CREATE TABLE versions (
            id INTEGER PRIMARY KEY,
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            engine TEXT NOT NULL,
            model TEXT NOT NULL,
            language TEXT NOT NULL,
            kept INTEGER NOT NULL,
            segments TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX versions_by_dictation ON versions (dictation)",
        # Insertions into other programs. `outcome`: inserted, uncertain, failed. `at`: Unix microseconds.
        """CREATE TABLE receipts (
            id INTEGER PRIMARY KEY,
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            program TEXT NOT NULL,
            outcome TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX receipts_by_dictation ON receipts (dictation)",
        "CREATE INDEX receipts_by_program ON receipts (program, dictation)",
        # Deleted dictations that can be restored. `at`: Unix microseconds of the deletion.
        """CREATE TABLE trash (
            dictation TEXT PRIMARY KEY NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT""",
    ),
    (
        # `engine`: the engine that sent the sound; '' in older rows, where it is that of the dictation.
        "ALTER TABLE traffic ADD COLUMN engine TEXT NOT NULL DEFAULT ''",
        # Sums of what has no row in `dictations`: deleted dictations, and files transcribed on the command line.
        # `month`: "2026-11", local time of the beginning. `host`: '' where nothing left this computer.
        """CREATE TABLE ledger (
            month TEXT NOT NULL,
            engine TEXT NOT NULL,
            host TEXT NOT NULL,
            dictations INTEGER NOT NULL,
            heard INTEGER NOT NULL,
            sent INTEGER NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (month, engine, host)
        ) STRICT""",
        # The rows of `traffic` still exist: a cascade follows the deletion.
        """CREATE TRIGGER dictations_deleted BEFORE DELETE ON dictations BEGIN
            INSERT INTO ledger (month, engine, host, dictations, heard, sent, received)
                SELECT substr(old.began, 1, 7), coalesce(nullif(t.engine, ''), old.engine), coalesce(t.host, ''), 1,
                    old.heard, coalesce(t.sent, 0), coalesce(t.received, 0)
                FROM (SELECT 1) LEFT JOIN traffic t ON t.dictation = old.id
                WHERE old.heard > 0 OR t.host IS NOT NULL
                ON CONFLICT (month, engine, host) DO UPDATE SET dictations = dictations + 1,
                    heard = heard + excluded.heard, sent = sent + excluded.sent,
                    received = received + excluded.received;
        END""",
    ),
    (
        # The text of a segment before the user corrected it, while the user wants suggestions for keywords.
        """CREATE TABLE originals (
            segment INTEGER PRIMARY KEY REFERENCES segments (id) ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT""",
        # Suggestions that the user does not want to see again. `pair`: a hash, so that it has no words.
        "CREATE TABLE forgotten_suggestions (pair BLOB PRIMARY KEY NOT NULL) STRICT",
    ),
    (
        # Where no byte went to a host (`sent` is 0), nothing left this computer: rows of services out of reach.
        "DROP TRIGGER dictations_deleted",
        """CREATE TRIGGER dictations_deleted BEFORE DELETE ON dictations BEGIN
            INSERT INTO ledger (month, engine, host, dictations, heard, sent, received)
                SELECT substr(old.began, 1, 7), coalesce(nullif(t.engine, ''), old.engine), coalesce(t.host, ''), 1,
                    old.heard, coalesce(t.sent, 0), coalesce(t.received, 0)
                FROM (SELECT 1) LEFT JOIN traffic t ON t.dictation = old.id AND t.sent > 0
                WHERE old.heard > 0 OR t.host IS NOT NULL
                ON CONFLICT (month, engine, host) DO UPDATE SET dictations = dictations + 1,
                    heard = heard + excluded.heard, sent = sent + excluded.sent,
                    received = received + excluded.received;
        END""",
        """INSERT INTO ledger (month, engine, host, dictations, heard, sent, received)
            SELECT month, engine, '', sum(dictations), sum(heard), 0, 0 FROM ledger
            WHERE host <> '' AND sent = 0 AND heard > 0 GROUP BY month, engine
            ON CONFLICT (month, engine, host) DO UPDATE SET dictations = dictations + excluded.dictations,
                heard = heard + excluded.heard""",
        "DELETE FROM ledger WHERE host <> '' AND sent = 0",
    ),
)

INDEX = "segment_words"
"""The FTS5 index of the segments. It is derived from them and can be rebuilt at any time."""

_INDEX_TABLE = f"""CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(
    text, translation, content='segments', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"""

_REMOVE = (
    f"INSERT INTO {INDEX}({INDEX}, rowid, text, translation) VALUES ('delete', old.id, old.text, old.translation);"
)
_ADD = f"INSERT INTO {INDEX}(rowid, text, translation) VALUES (new.id, new.text, new.translation);"

_INDEX_TRIGGERS = {
    "segments_added": f"AFTER INSERT ON segments BEGIN {_ADD} END",
    "segments_removed": f"AFTER DELETE ON segments BEGIN {_REMOVE} END",
    "segments_edited": f"AFTER UPDATE ON segments BEGIN {_REMOVE} {_ADD} END",
}


def open_database(path: Path) -> sqlite3.Connection:
    """Open a connection for writing; the database is created, or migrated to the newest version.

    One thread at a time may use it. Raises HistoryTooNew, HistoryDamaged and HistoryUnavailable; the file is then
    unchanged.
    """
    try:
        private_folder(path.parent)
        check_database(path)
        create_private(path)
        connection = connect(path, "mode=rwc")
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error, path) from error
    try:
        # FULL: a commit survives a power cut when it returns. With NORMAL a power cut could undo the commit of a text
        # while the sidecar of the journal, which is synced too, says that the sound has its text.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        _write_ahead(connection)
        _migrate(connection)
        _fit_index(connection)
    except HistoryError:
        connection.close()
        raise
    except sqlite3.Error as error:
        connection.close()
        raise unavailable(error, path) from error
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the database to its write-ahead log, once for its lifetime. Waits for other connections as a write does.

    SQLite refuses at once while another connection is about to write, because each could wait for the other
    (https://www.sqlite.org/c3ref/busy_handler.html); two that create a history at the same time meet like that.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(random.uniform(0.001, 0.02))  # of different lengths, so that the connections do not collide again


def check_database(path: Path) -> None:
    """Check without writing that the file may be used. Raises HistoryError.

    Only SQLite opens the file: closing another descriptor would release the locks of this process on it
    (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _foreign(path)
        if found.st_size:
            _check(path, found.st_size)
    except FileNotFoundError:
        return
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error, path) from error


def _foreign(path: Path) -> HistoryUnavailable:
    return HistoryUnavailable(
        message("{path} is not a history of Saywrite. It was left as it is.", path=path),
        message("Move it to another place, or start with --data and another folder."),
    )


def _check(path: Path, size: int) -> None:
    if size < _SMALLEST_PAGE:  # SQLite treats it as an empty database
        raise damaged(path)
    logged = has_log(path)
    # With a log, a writable connection would merge it into the file when it closes. Without one, a read-only connection
    # would leave the files that SQLite creates beside a database.
    with closing(connect(path, "mode=ro" if logged else "mode=rw")) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")  # one snapshot: another program may be creating the database at this moment
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    if not logged and size % page:  # SQLite fills a truncated last page with zeros
        raise damaged(path)
    if tables and application != APPLICATION_ID:
        raise _foreign(path)
    if version > len(MIGRATIONS):
        raise HistoryTooNew(
            message("The history was written by a newer version of Saywrite. It was left as it is."),
            message("Update Saywrite, or start with --data and another folder."),
        )


def has_index(connection: sqlite3.Connection) -> bool:
    """Whether this connection can search by FTS5. Some builds of SQLite lack it."""
    return _has_fts5(connection) and _named(connection, "table", INDEX)


def _migrate(connection: sqlite3.Connection) -> None:
    while True:
        with transaction(connection):
            # Read inside the transaction: another process may have migrated it meanwhile.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version >= len(MIGRATIONS):
                return
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")


def _fit_index(connection: sqlite3.Connection) -> None:
    """Create the index of words and its triggers where SQLite has FTS5; remove the triggers elsewhere."""
    triggers = [name for name in _INDEX_TRIGGERS if _named(connection, "trigger", name)]
    if not _has_fts5(connection):
        # The triggers would fail without FTS5 and prevent writing. The index is rebuilt when FTS5 is available again.
        for name in triggers:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        log.warning("this SQLite has no FTS5: searching reads every segment")
        return
    if len(triggers) == len(_INDEX_TRIGGERS) and _named(connection, "table", INDEX):
        return
    with transaction(connection):
        connection.execute(_INDEX_TABLE)
        for name, what in _INDEX_TRIGGERS.items():
            connection.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {what}")
        connection.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")


def _has_fts5(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is not None


def _named(connection: sqlite3.Connection, kind: str, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ?", (kind, name))
    return found.fetchone() is not None
