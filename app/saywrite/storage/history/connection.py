"""Connects to the history's database and explains SQLite's errors to the user. Any thread.

Only SQLite opens the database. When a process closes any descriptor of a file, POSIX releases all locks of that process
on it; another process would then consider the database unused and delete its log
(https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from saywrite.foundation.errors import HistoryDamaged, HistoryError, HistoryUnavailable
from saywrite.foundation.files import is_disk_full, temporary_name
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 2_000
"""Milliseconds that a write waits for the write of another process before it fails."""

_LOG_SUFFIXES = ("-wal", "-journal")

# Extended codes, which Python names from 3.11 on: https://www.sqlite.org/rescode.html.
_LOCKING = {
    sqlite3.SQLITE_IOERR_BLOCKED,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_PROTOCOL,
}

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
"""The second is for the index of the log, which SQLite enlarges also to read."""

_UNWRITTEN = {
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_WRITE,
}


def connect(path: Path, how: str = "mode=rw") -> sqlite3.Connection:
    """Open a connection in autocommit mode; callers begin their transactions.

    `how`: parameters of SQLite's file URI; only "mode=rwc" creates a database. Raises sqlite3.Error.
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


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run several writes in one transaction: all of them are durable at the end of the block, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # A full disk ends the transaction in some cases and leaves it open in others.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def create_private(path: Path) -> None:
    """Create an empty file for this user only (0600) unless `path` exists. SQLite gives its logs the same mode.

    The file is created under another name and linked, so that no descriptor of a database in use is closed. Where that
    fails, SQLite creates the file or reports the error.
    """
    if path.exists():
        return
    with suppress(OSError):
        empty = path.with_name(temporary_name())
        os.close(os.open(empty, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            path.hardlink_to(empty)
        finally:
            empty.unlink()


def has_log(path: Path) -> bool:
    """Whether a log is beside the database: a process has it open, or a crash left it."""
    return any(_size(path.with_name(path.name + suffix)) for suffix in _LOG_SUFFIXES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def damaged(path: Path) -> HistoryDamaged:
    """Make the error for a history that SQLite cannot read."""
    return HistoryDamaged(
        message("The history in {path} is damaged. It was left as it is.", path=path),
        message(
            "Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. "
            "Recordings are not affected."
        ),
    )


def is_refusal(error: sqlite3.Error) -> bool:
    """Whether the system refused an access: the disk is full or takes no writes, or no lock can be had."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code in _FULL | _UNWRITTEN | _LOCKING or code & 0xFF in _BUSY


def unavailable(error: sqlite3.Error | OSError, path: Path) -> HistoryUnavailable:
    """Explain an error of the database. Codes: https://www.sqlite.org/rescode.html."""
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    log.warning("the history: %s %s", type(error).__name__, getattr(error, "sqlite_errorname", ""))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path)
    if extended in _FULL or is_disk_full(error):
        what = message("The disk is full: the history cannot be written.")
        remedy = message("Free some space on the disk.")
    elif code in _BUSY or isinstance(error, BlockingIOError):
        what = message("The history is in use by another program.")
        remedy = message("Close other Saywrite windows and try again.")
    elif extended in _LOCKING:
        what = message(
            "The history in {path} cannot be locked: another program uses it, or its disk knows no file locks.",
            path=path,
        )
        remedy = message(
            "Close other Saywrite windows; instead of a network drive use --data and a folder of this computer."
        )
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM) or isinstance(error, OSError):
        what = message("The history in {path} cannot be opened for writing.", path=path)
        remedy = message(
            "Make the folder {parent} writable for your user, or start with --data and another folder.",
            parent=path.parent,
        )
    elif code == sqlite3.SQLITE_IOERR:
        what = message(
            "The history in {path} cannot be read from or written to its disk ({error}).", path=path, error=error
        )
        remedy = message(
            "Check the disk that holds it; recordings are kept, and their text is made again where it is missing."
        )
    else:
        what = message("The history in {path} cannot be used ({error}).", path=path, error=error)
        remedy = message("Start Saywrite again. Recordings are kept, and their text is made again where it is missing.")
    return HistoryUnavailable(what, remedy)


def gone(path: Path) -> HistoryUnavailable:
    """Make the error for a history whose file was moved or deleted while it is open."""
    return HistoryUnavailable(
        message("The history {path} was moved or deleted while Saywrite uses it.", path=path),
        message("Put the file back, or start Saywrite again: it begins a new history, and recordings are kept."),
    )


def changed_elsewhere() -> HistoryError:
    """Make the error for a correction of a text that another text has replaced."""
    return HistoryError(
        message("This text was changed elsewhere meanwhile, so your changes were not saved. They are still here."),
        message("Copy them, then open the dictation again."),
    )
