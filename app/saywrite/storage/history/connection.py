"""Connections to the history's database, and what SQLite's refusals mean for the user. Any thread.

Nothing here opens the database as a plain file. POSIX drops every lock of a process on a file when the process closes
any descriptor of it; another process would then take the database for unused and delete its log
(https://www.sqlite.org/howtocorrupt.html, 2.2).
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from saywrite.foundation.errors import HistoryDamaged, HistoryUnavailable
from saywrite.foundation.files import is_disk_full, temporary_name

log = logging.getLogger(__name__)

BUSY_TIMEOUT_MS = 2_000
"""How long a write waits for another Saywrite's write before it is refused."""

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
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_PROTOCOL,
}


def connect(path: Path, how: str = "mode=rw") -> sqlite3.Connection:
    """A bare connection in autocommit mode; transactions are begun where they are wanted.

    `how`: parameters of SQLite's file URI; only "mode=rwc" makes a database. Raises sqlite3.Error.
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


def create_private(path: Path) -> None:
    """Put an empty file for this user only (0600) at `path`, where no file is; SQLite gives its logs the same mode.

    The file is made under another name and linked: no descriptor of a database in use is ever closed. Where that
    cannot be done, SQLite makes the file or says why not.
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
    """Is there a log beside the database: is it open somewhere, or was it left by a crash?"""
    return any(_size(path.with_name(path.name + suffix)) for suffix in _LOG_SUFFIXES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def damaged(path: Path) -> HistoryDamaged:
    return HistoryDamaged(
        f"The history in {path} is damaged. It was left as it is.",
        "Start Saywrite again: it sets the file aside, keeps what can be read of it and begins a new history. "
        "Recordings are not affected.",
    )


def unavailable(error: sqlite3.Error | OSError, path: Path) -> HistoryUnavailable:
    """What a refusal of the database means. Codes: https://www.sqlite.org/rescode.html."""
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    log.warning("the history: %s %s", type(error).__name__, getattr(error, "sqlite_errorname", ""))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path)
    if code == sqlite3.SQLITE_FULL or is_disk_full(error):
        what, remedy = "The disk is full: the history cannot be written.", "Free some space on the disk."
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        what, remedy = "The history is in use by another program.", "Close other Saywrite windows and try again."
    elif extended in _LOCKING:
        what = f"The history in {path} cannot be locked: another program uses it, or its disk knows no file locks."
        remedy = "Close other Saywrite windows; instead of a network drive use --data and a folder of this computer."
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM) or isinstance(error, OSError):
        what = f"The history in {path} cannot be opened for writing."
        remedy = f"Make the folder {path.parent} writable for your user, or start with --data and another folder."
    elif code == sqlite3.SQLITE_IOERR:
        what = f"The history in {path} cannot be read from or written to its disk ({error})."
        remedy = "Check the disk that holds it; recordings are kept, and their text is made again where it is missing."
    else:
        what = f"The history in {path} cannot be used ({error})."
        remedy = "Start Saywrite again. Recordings are kept, and their text is made again where it is missing."
    return HistoryUnavailable(what, remedy)


def gone(path: Path) -> HistoryUnavailable:
    """The file was there when it was opened and is not any more."""
    return HistoryUnavailable(
        f"The history {path} was moved or deleted while Saywrite uses it.",
        "Put the file back, or start Saywrite again: it begins a new history, and recordings are kept.",
    )
