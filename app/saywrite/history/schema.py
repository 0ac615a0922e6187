"""The history's database: its layout, how older ones are brought up to date, and how it is opened safely.

`MIGRATIONS` only ever grows: entry n turns version n into n + 1 (SQLite's `user_version`). A file of a newer
version, a damaged one and one of another program are recognised on a connection that cannot write, and left
exactly as they are.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from saywrite.errors import HistoryError, HistoryTooNew, HistoryUnavailable
from saywrite.paths import private_folder

log = logging.getLogger(__name__)

APPLICATION_ID = 0x53617957
"""Marks the file as ours ("SayW"), see https://www.sqlite.org/pragma.html#pragma_application_id."""

_HEADER_LENGTH = 100

BUSY_TIMEOUT_MS = 2_000
"""How long a write waits for another Saywrite's write before it is refused."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        # `began`: ISO-8601 with its offset, as the user's clock showed it. `at`: the same in Unix
        # microseconds.
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
        # `start`, `end`, `at`, `length`: samples. A row of its own id, because the index of words needs one.
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
        # `engine`: '' unless another than the dictation's own recognised it.
        "ALTER TABLE segments ADD COLUMN engine TEXT NOT NULL DEFAULT ''",
        # `results`: a JSON object. The same ones again (sound that was sent twice) are one row.
        """CREATE TABLE structured (
            id INTEGER PRIMARY KEY,
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            results TEXT NOT NULL,
            UNIQUE (dictation, results)
        ) STRICT""",
        # Bytes that left this computer for `host` and came from it, for the whole dictation.
        """CREATE TABLE traffic (
            dictation TEXT NOT NULL REFERENCES dictations (id) ON DELETE CASCADE,
            host TEXT NOT NULL,
            sent INTEGER NOT NULL,
            received INTEGER NOT NULL,
            PRIMARY KEY (dictation, host)
        ) STRICT""",
    ),
    (
        # Milliseconds since the key went down; NULL: not seen. `microphone`: its label.
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
)

INDEX = "segment_words"
"""The FTS5 index over the segments: derived from them, so it can be left out and made again at any time."""

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
    """A connection to write with, to a database of the newest version; it is made where there is none.

    Raises HistoryTooNew, HistoryUnavailable; the file is then as it was. Usable from one thread at a time.
    """
    try:
        private_folder(path.parent)
        _look(path)
        _create_private(path)
        connection = connect(path)
    except (sqlite3.Error, OSError) as error:
        raise unavailable(error, path) from error
    try:
        # FULL: a commit is past a power cut when it returns. The journal's sidecar, which is synced too, says
        # that a stretch of sound has its text; with NORMAL a power cut could take back that text and leave
        # the claim.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection)
        _fit_index(connection)
    except HistoryError:
        connection.close()
        raise
    except sqlite3.Error as error:
        connection.close()
        raise unavailable(error, path) from error
    return connection


def connect(path: Path, how: str = "mode=rw") -> sqlite3.Connection:
    """A bare connection in autocommit mode; transactions are begun where they are wanted.

    `how`: parameters of SQLite's file URI. Never makes a database. Raises sqlite3.Error.
    """
    uri = f"{path.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def has_index(connection: sqlite3.Connection) -> bool:
    """Can this connection search by FTS5? Not every SQLite is built with it."""
    return _has_fts5(connection) and _named(connection, "table", INDEX)


def unavailable(error: sqlite3.Error | OSError, path: Path) -> HistoryUnavailable:
    """The message for a refusal of the database. Codes: https://www.sqlite.org/rescode.html."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    log.warning("the history: %s %s", type(error).__name__, getattr(error, "sqlite_errorname", ""))
    if code == sqlite3.SQLITE_FULL:
        what, remedy = "The disk is full: the history cannot be written.", "Free some space on the disk."
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path)
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        what, remedy = (
            "The history is in use by another program.",
            "Close other Saywrite windows and try again.",
        )
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM) or isinstance(error, OSError):
        what = f"The history in {path} cannot be opened for writing."
        remedy = f"Make the folder {path.parent} writable for your user, or start with --data and another folder."
    else:
        what = f"The history in {path} cannot be used ({error})."
        remedy = "Check the disk that holds it."
    return HistoryUnavailable(what, remedy)


def _damaged(path: Path) -> HistoryUnavailable:
    return HistoryUnavailable(
        f"The history in {path} is damaged. It was left as it is.",
        "Move the file to another place; Saywrite then begins a new history. Recordings are not affected.",
    )


def _look(path: Path) -> None:
    """Refuse what must not be touched, without touching it. Raises HistoryError, sqlite3.Error, OSError."""
    if not path.exists() or path.stat().st_size == 0:
        return
    log_file = path.with_name(path.name + "-wal")
    has_log = log_file.exists() and log_file.stat().st_size > 0
    _check_header(path, has_log)
    # Without a log nobody else has the file open, and `immutable` keeps SQLite from making files beside it.
    with closing(connect(path, "mode=ro" if has_log else "immutable=1")) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION_ID:
        raise HistoryUnavailable(
            f"{path} is not a history of Saywrite. It was left as it is.",
            "Move the file to another place, or start with --data and another folder.",
        )
    if version > len(MIGRATIONS):
        raise HistoryTooNew(
            "The history was written by a newer version of Saywrite. It was left as it is.",
            "Update Saywrite, or start with --data and another folder.",
        )


def _check_header(path: Path, has_log: bool) -> None:
    """SQLite fills up a last page that is cut off, and takes a file of a few bytes for an empty one: not so
    here.

    The header: https://www.sqlite.org/fileformat2.html#the_database_header.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_LENGTH)
        size = os.fstat(file.fileno()).st_size
    if len(header) < _HEADER_LENGTH or not header.startswith(b"SQLite format 3\0"):
        raise _damaged(path)
    page = int.from_bytes(header[16:18], "big")
    if not has_log and size % (65_536 if page == 1 else max(page, 512)):
        raise _damaged(path)


def _create_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the database.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _migrate(connection: sqlite3.Connection) -> None:
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read inside the transaction: another Saywrite may have done it meanwhile.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version >= len(MIGRATIONS):
                connection.execute("ROLLBACK")
                return
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _fit_index(connection: sqlite3.Connection) -> None:
    """Have the index of words and its triggers where SQLite knows FTS5, no triggers where it does not."""
    triggers = [name for name in _INDEX_TRIGGERS if _named(connection, "trigger", name)]
    if not _has_fts5(connection):
        # Without its module the index cannot follow; writing must go on. It is made again when the module is
        # back.
        for name in triggers:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        log.warning("this SQLite has no FTS5: searching reads every segment")
        return
    if len(triggers) == len(_INDEX_TRIGGERS) and _named(connection, "table", INDEX):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_INDEX_TABLE)
        for name, what in _INDEX_TRIGGERS.items():
            connection.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {what}")
        connection.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _has_fts5(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is not None


def _named(connection: sqlite3.Connection, kind: str, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ?", (kind, name))
    return found.fetchone() is not None
