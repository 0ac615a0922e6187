"""Opening a history: older versions are migrated, foreign and newer files are not changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saywrite.foundation.errors import HistoryTooNew, HistoryUnavailable
from saywrite.foundation.events import Segment
from saywrite.storage.history import schema
from saywrite.storage.history.connection import connect
from saywrite.storage.history.schema import APPLICATION_ID, MIGRATIONS, open_database
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

HEADING = Header("one", datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "microphone")

PUBLISHED = (
    "13543ad310b3497a",
    "fe8303d19592f0e0",
    "2b01e3537f573697",
    "6881265c20d2caaa",
    "3455a59071c51928",
    "67e8d81ad2c4dab9",
    "24403d43fb1ec00b",
    "9b01cf282f03b74f",
)
"""The hash of every released migration. New ones may follow; these must not change."""


def snapshot(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A history with 200 segments, closed properly."""
    path = tmp_path / "data" / "history.sqlite3"
    store = HistoryStore(path)
    store.begin(HEADING)
    for number in range(200):
        store.add_segment("one", Segment(number, f"word{number} " * 10, "raw", number, number + 1))
    store.close()
    return path


def test_released_migrations_are_never_changed():
    hashes = tuple(hashlib.sha256("\n".join(steps).encode()).hexdigest()[:16] for steps in MIGRATIONS)
    assert hashes[: len(PUBLISHED)] == PUBLISHED
    assert len(hashes) == len(PUBLISHED), "a new migration: add its hash to PUBLISHED when it is released"


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_a_history_of_every_older_version_is_brought_up_to_date(tmp_path: Path, version: int):
    path = tmp_path / "history.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for steps in MIGRATIONS[:version]:
            for step in steps:
                connection.execute(step)
        connection.execute(f"PRAGMA user_version = {version}")
        if version:
            connection.execute(
                "INSERT INTO dictations (id, began, at, language, engine, source)"
                " VALUES ('old', '2026-01-01T00:00:00+00:00', 1, 'en', 'builtin', 'microphone')"
            )
            connection.execute(
                "INSERT INTO segments (dictation, number, start, end, text, raw)"
                " VALUES ('old', 0, 0, 1, 'kept words', '')"
            )
    store = HistoryStore(path)
    assert [found.dictation for found in store.search("kept")] == (["old"] if version else [])
    store.begin(HEADING)
    store.add_segment("one", Segment(0, "new words", "", 0, 1))
    assert [found.dictation for found in store.search("words")] == ["one", "old"][: 1 + bool(version)]
    store.close()
    assert version_of(path) == len(MIGRATIONS)


def test_a_migration_that_fails_leaves_the_version_before_it(
    filled: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    bad = ("ALTER TABLE segments ADD COLUMN mood TEXT", "INSERT INTO nowhere VALUES (1)")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, bad))
        with pytest.raises(HistoryUnavailable):
            open_database(filled)
    assert version_of(filled) == len(MIGRATIONS)
    with closing(sqlite3.connect(filled)) as connection:
        assert "mood" not in [row[1] for row in connection.execute("PRAGMA table_info(segments)")]
    HistoryStore(filled).close()


def test_later_migration_keeps_existing_rows(filled: Path, monkeypatch: pytest.MonkeyPatch):
    later = ("ALTER TABLE segments ADD COLUMN mood TEXT NOT NULL DEFAULT ''",)
    monkeypatch.setattr(schema, "MIGRATIONS", (*MIGRATIONS, later))
    store = HistoryStore(filled)
    dictated = store.load("one")
    assert dictated is not None
    assert len(dictated.segments) == 200
    store.close()
    assert version_of(filled) == len(MIGRATIONS) + 1


def test_a_history_of_a_newer_version_is_not_touched(filled: Path):
    with closing(sqlite3.connect(filled, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = snapshot(filled.parent)
    with pytest.raises(HistoryTooNew, match="newer version") as raised:
        HistoryStore(filled)
    assert "Update Saywrite" in raised.value.remedy
    assert snapshot(filled.parent) == before


@pytest.mark.parametrize("size", [1, 15, 16, 99, 100, 511, 512, 4095, 4096, 4097, 8192, 20_000, -4096, -1])
def test_a_truncated_history_is_refused_and_left_as_it_is(filled: Path, size: int, caplog: pytest.LogCaptureFixture):
    whole = filled.read_bytes()
    filled.write_bytes(whole[:size])
    before = snapshot(filled.parent)
    with pytest.raises(HistoryUnavailable, match=r"damaged|not a history|cannot be") as raised:
        HistoryStore(filled)
    assert raised.value.remedy
    assert snapshot(filled.parent) == before


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_header_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "history.sqlite3"
    path.write_bytes(content)
    with pytest.raises(HistoryUnavailable) as raised:
        HistoryStore(path)
    assert "left as it is" in raised.value.what
    assert snapshot(tmp_path) == {"history.sqlite3": content}


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path):
    path = tmp_path / "history.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (x)")
    before = snapshot(tmp_path)
    with pytest.raises(HistoryUnavailable, match="not a history of Saywrite"):
        HistoryStore(path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_refused_and_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]):
    path = tmp_path / "history.sqlite3"
    make(path)
    with pytest.raises(HistoryUnavailable, match="not a history of Saywrite") as raised:
        HistoryStore(path)
    assert raised.value.remedy.startswith("Move it")
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_file_becomes_a_history(tmp_path: Path):
    path = tmp_path / "history.sqlite3"
    path.touch()
    HistoryStore(path).close()
    with closing(connect(path, "mode=ro")) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_damaged_page_is_reported_when_read_and_other_dictations_work(filled: Path, caplog: pytest.LogCaptureFixture):
    store = HistoryStore(filled)
    store.close()
    content = bytearray(filled.read_bytes())
    place = content.find(b"word150 word150")
    page = place // 4096 * 4096
    content[page : page + 4096] = b"\xff" * 4096
    filled.write_bytes(content)
    store = HistoryStore(filled)
    with pytest.raises(HistoryUnavailable, match="damaged") as raised:
        store.load("one")
    assert "Start Saywrite again" in raised.value.remedy
    store.close()


def test_a_history_left_open_by_a_crash_is_whole(filled: Path, tmp_path: Path):
    """The log beside the database (-wal) has the last writes. A copy of both is the state after a crash."""
    store = HistoryStore(filled)
    store.add_segment("one", Segment(200, "last words", "", 0, 1))
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("history.sqlite3", "history.sqlite3-wal"):
        shutil.copy(filled.parent / name, crashed)
    store.close()
    again = HistoryStore(crashed / "history.sqlite3")
    assert [found.number for found in again.search("last")] == [200]
    again.close()


def test_commits_are_past_a_power_cut_and_readers_do_not_wait(tmp_path: Path):
    with closing(open_database(tmp_path / "history.sqlite3")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
