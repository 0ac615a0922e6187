"""A damaged history is set aside, readable rows are copied, and the new history works."""

from __future__ import annotations

import itertools
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from saywrite.foundation.errors import HistoryTooNew, HistoryUnavailable
from saywrite.foundation.events import Segment
from saywrite.storage.history import connection as connections
from saywrite.storage.history.connection import connect
from saywrite.storage.history.holdings import is_sound
from saywrite.storage.history.in_use import UseLock
from saywrite.storage.history.salvage import _take_over, open_or_replace
from saywrite.storage.history.schema import MIGRATIONS, open_database
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

BEGAN = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
PAGE = 4096
DICTATIONS = 40
SEGMENTS = 10


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A history with 40 dictations of 10 segments, closed properly."""
    path = tmp_path_factory.mktemp("whole") / "history.sqlite3"
    with closing(open_database(path)) as connection:
        connection.execute("BEGIN")
        for number in range(DICTATIONS):
            began = BEGAN + timedelta(minutes=number)
            dictation = f"{began:%Y%m%d-%H%M%S}-{number:04x}"
            connection.execute(
                "INSERT INTO dictations (id, began, at, language, engine, source, finished)"
                " VALUES (?, ?, ?, 'en', 'local', 'microphone', 1)",
                (dictation, began.isoformat(), int(began.timestamp() * 1_000_000)),
            )
            connection.executemany(
                "INSERT INTO segments (dictation, number, start, end, text, raw) VALUES (?, ?, ?, ?, ?, 'raw')",
                [(dictation, part, part, part + 1, f"word{number} part{part} " * 5) for part in range(SEGMENTS)],
            )
        connection.execute("COMMIT")
    return path.read_bytes()


@pytest.fixture
def path(whole: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "data" / "history.sqlite3"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(whole)
    return path


def contents(path: Path) -> tuple[int, int]:
    """How many dictations and segments there are."""
    with closing(connect(path, "mode=ro")) as connection:
        (dictations,) = connection.execute("SELECT count(*) FROM dictations").fetchone()
        (segments,) = connection.execute("SELECT count(text) FROM segments NOT INDEXED").fetchone()
    return dictations, segments


def works(store: HistoryStore) -> bool:
    """The list and the search return what is written now."""
    store.begin(Header("new", BEGAN + timedelta(days=1), "en", "local", "microphone"))
    store.add_segment("new", Segment(0, "unmistakable", "", 0, 1))
    assert [each.dictation for each in store.search("unmistakable")] == ["new"]
    assert store.recent(1)[0].dictation == "new"
    return is_sound(store, 10)


def test_a_whole_history_stays_where_it_is(path: Path) -> None:
    before = path.stat().st_ino
    store, salvaged = open_or_replace(path)
    assert salvaged is None
    assert contents(path) == (DICTATIONS, DICTATIONS * SEGMENTS)
    store.close()
    assert path.stat().st_ino == before
    assert not list(path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize(("filling", "every"), [(b"\xff", 1), (b"\0", 4)])
def test_all_rows_outside_a_damaged_page_are_copied(
    path: Path, whole: bytes, filling: bytes, every: int, caplog: pytest.LogCaptureFixture
) -> None:
    pages = len(whole) // PAGE
    assert pages > 20
    kept = []
    for page in range(0, pages, every):
        for file in path.parent.glob("history.sqlite3*"):
            file.unlink()
        damaged = whole[: page * PAGE] + filling * PAGE + whole[(page + 1) * PAGE :]
        path.write_bytes(damaged)
        store, salvaged = open_or_replace(path)
        count = contents(path)
        assert works(store), page
        store.close()
        if salvaged is None:
            assert count == (DICTATIONS, DICTATIONS * SEGMENTS), "a page that holds nothing"
        else:
            assert salvaged.aside.read_bytes() == damaged
            kept.append(count[1])
            assert salvaged.dictations == count[0]
    # A leaf holds about 39 of the 400 segments. Only the first page, the schema's two and the root of the table lead to
    # all of them.
    assert len([number for number in kept if number < 340]) <= 4, sorted(kept)


@pytest.mark.parametrize("size", [1, 100, 511, 512, 4096, 4097, 20_000, -4096, -1])
def test_a_truncated_history_is_replaced(path: Path, size: int, caplog: pytest.LogCaptureFixture) -> None:
    cut = path.read_bytes()[:size]
    path.write_bytes(cut)
    store, salvaged = open_or_replace(path)
    assert works(store)
    store.close()
    assert salvaged is not None
    assert salvaged.aside.read_bytes() == cut


@pytest.mark.parametrize("content", [b"not a database", b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 5000])
def test_file_that_is_no_database_is_set_aside_unchanged(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "history.sqlite3"
    path.write_bytes(content)
    store, salvaged = open_or_replace(path)
    assert works(store)
    store.close()
    assert salvaged is not None
    assert (salvaged.aside.name, salvaged.dictations) == ("history.sqlite3.damaged-1", 0)
    assert salvaged.aside.read_bytes() == content
    assert str(salvaged.aside) in salvaged.what


def test_a_second_damage_does_not_overwrite_the_first_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "history.sqlite3"
    for number in (1, 2):
        path.write_bytes(b"x" * 1000 * number)
        store, salvaged = open_or_replace(path)
        store.close()
        assert salvaged is not None
        assert salvaged.aside.name == f"history.sqlite3.damaged-{number}"
    assert (tmp_path / "history.sqlite3.damaged-1").stat().st_size == 1000


@pytest.fixture
def crashed(path: Path) -> Path:
    """A history with a damaged page, whose newest text is only in its log, as after a crash."""
    store = HistoryStore(path)
    store.begin(Header("last", BEGAN + timedelta(days=2), "en", "local", "microphone"))
    store.add_segment("last", Segment(0, "in the log", "", 0, 1))
    crashed = path.parent.parent / "crashed"
    crashed.mkdir()
    content = bytearray(path.read_bytes())
    place = content.find(b"word20 part5") // PAGE * PAGE
    content[place : place + PAGE] = b"\xff" * PAGE
    (crashed / path.name).write_bytes(content)
    log = path.with_name(path.name + "-wal")
    (crashed / log.name).write_bytes(log.read_bytes())
    store.close()
    return crashed / path.name


def test_the_log_of_a_damaged_history_is_read_too(crashed: Path, caplog: pytest.LogCaptureFixture) -> None:
    again, salvaged = open_or_replace(crashed)
    assert salvaged is not None
    assert [each.text for each in again.load("last").segments] == ["in the log"]
    assert contents(crashed)[1] > 300
    again.close()


@pytest.mark.parametrize("done", range(4))
def test_process_that_ends_between_two_renames_loses_no_row(
    crashed: Path, done: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """`done`: the renames before the end: of the damaged file, of its two logs, of the copy."""

    class EndOfProcessError(BaseException):
        pass

    calls, rename = itertools.count(), Path.rename

    def rename_or_end(self: Path, target: Path) -> Path:
        if next(calls) == done:
            raise EndOfProcessError
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename_or_end)
        with pytest.raises(EndOfProcessError):
            open_or_replace(crashed)
    again, _ = open_or_replace(crashed)
    assert [each.text for each in again.load("last").segments] == ["in the log"]
    assert contents(crashed)[1] > 300
    assert is_sound(again, 10)
    again.close()


def test_segments_without_their_row_make_a_row_again(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM dictations WHERE id LIKE '20261122-105%'")
    content = bytearray(path.read_bytes())
    content[-PAGE:] = b"\xff" * PAGE
    path.write_bytes(content)
    store, salvaged = open_or_replace(path)
    assert salvaged is not None
    row = next(row for row in store.recent(1000) if row.dictation.startswith("20261122-105"))
    assert (row.began.hour, row.began.minute // 10) == (10, 5)
    assert row.finished
    assert works(store)
    store.close()


def test_a_history_that_another_process_uses_is_not_moved(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    script = (
        "import sys; from pathlib import Path; from saywrite.storage.history.store import HistoryStore\n"
        "store = HistoryStore(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        content = bytearray(path.read_bytes())
        place = content.find(b"word20 part5") // PAGE * PAGE
        content[place : place + PAGE] = b"\xff" * PAGE
        with path.open("r+b") as file:
            file.write(content)
        with pytest.raises(HistoryUnavailable, match="another Saywrite") as raised:
            open_or_replace(path)
        assert "Close the other Saywrite" in raised.value.remedy
        assert not list(path.parent.glob("*.damaged-*"))
        other.kill()
    store, salvaged = open_or_replace(path)
    store.close()
    assert salvaged is not None


def test_a_history_that_is_just_being_replaced_is_said_to_be_in_use(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with UseLock(path, shared=False), pytest.raises(HistoryUnavailable, match="in use by another program") as raised:
        open_or_replace(path)
    assert raised.value.remedy == "Close other Saywrite windows and try again."


def test_a_history_whose_file_is_just_being_renamed_is_not_created_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The copy would then replace a file that is open here, and what is written into it would be lost."""
    path = tmp_path / "history.sqlite3"
    with UseLock(path, shared=False), pytest.raises(HistoryUnavailable, match="in use by another program"):
        HistoryStore(path)
    assert not path.exists()


def test_a_history_that_another_program_keeps_locked_is_not_called_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing could be copied of it, and the history would begin anew without a dictation."""
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_MS", 10)
    store = HistoryStore(path)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("UPDATE dictations SET heard = 1")
        with pytest.raises(HistoryUnavailable, match="in use by another program"):
            is_sound(store, 10)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            _take_over(path, path.with_name("copy"))


def test_a_newer_history_and_one_of_another_program_are_left_alone(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    foreign = tmp_path / "history.sqlite3"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE photos (x)")
    with pytest.raises(HistoryTooNew):
        open_or_replace(path)
    with pytest.raises(HistoryUnavailable, match="not a history of Saywrite"):
        open_or_replace(foreign)
    assert not list(tmp_path.rglob("*.damaged-*"))


def test_random_damage_never_stops_the_history(path: Path, whole: bytes, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(4)
    for _ in range(12):
        for file in path.parent.glob("history.sqlite3*"):
            file.unlink()
        content = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            place, length = chance.randrange(len(content)), chance.randint(1, 6000)
            content[place : place + length] = chance.randbytes(len(content[place : place + length]))
        path.write_bytes(content)
        store, _ = open_or_replace(path)
        assert works(store)
        store.close()


def test_the_check_of_a_large_history_is_given_up_in_time(path: Path) -> None:
    with closing(HistoryStore(path)) as store:
        assert is_sound(store, 0), "not checked to its end counts as sound"
