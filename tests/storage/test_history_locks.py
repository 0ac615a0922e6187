"""The locks of an open history stay, whatever this process or another one does."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saywrite.foundation.errors import HistoryUnavailable
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import default_paths
from saywrite.storage.history import connection as connections
from saywrite.storage.history import schema
from saywrite.storage.history.connection import create_private
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.schema import check_database, open_database
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

HEADING = Header("one", datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "microphone")

linux = pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: /proc/locks")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


def locks(path: Path) -> set[str]:
    """The POSIX locks of this process on the file, from /proc/locks: kind, access, first and last byte."""
    inode = f":{path.stat().st_ino}"
    found = set()
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "POSIX" and fields[4] == str(os.getpid()) and fields[5].endswith(inode):
            found.add(" ".join((fields[3], *fields[6:8])))
    return found


def open_and_close_another(path: Path) -> None:
    HistoryStore(path).close()


def open_with_repair(path: Path) -> None:
    store, salvaged = open_or_replace(path)
    assert salvaged is None
    store.close()


def read(path: Path) -> None:
    with closing(connections.connect(path, "mode=ro")) as connection:
        connection.execute("SELECT count(*) FROM dictations").fetchone()


USES: list[Callable[[Path], None]] = [
    open_and_close_another,
    open_with_repair,
    check_database,
    create_private,
    read,
    lambda path: open_database(path).close(),
]


@linux
@pytest.mark.parametrize("use", USES)
def test_no_other_use_in_this_process_drops_the_locks(path: Path, use: Callable[[Path], None]) -> None:
    with closing(HistoryStore(path)) as store:
        store.begin(HEADING)
        before = locks(path)
        assert before, "a connection in use holds a shared lock"
        use(path)
        assert locks(path) == before
        store.add_segment("one", Segment(1, "after", "after", 0, 10))


WATCHED = """
import os, sys
from pathlib import Path
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.schema import check_database
path, opened = Path(sys.argv[1]), []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
for _ in range(2):
    store, _ = open_or_replace(path)
    store.recent(1)
    check_database(path)
    store.close()
assert opened, "the hook sees other files"
assert str(path) not in opened, opened
"""


def test_the_database_is_opened_by_sqlite_alone(path: Path) -> None:
    """Only SQLite opens the database, also a new one."""
    subprocess.run([sys.executable, "-c", WATCHED, str(path)], check=True, timeout=60)


OTHER = """
import sys
from pathlib import Path
from saywrite.cli.doctor.examination import _history
check = _history(Path(sys.argv[1]))
assert check.ok, check
"""


def test_the_doctor_beside_a_running_dictation_leaves_the_log_alone(path: Path) -> None:
    """The log has the text since the last checkpoint. If it were deleted, the next kill would lose that text."""
    with closing(HistoryStore(path)) as store:
        store.begin(HEADING)
        open_and_close_another(path)
        log = path.with_name(path.name + "-wal")
        inode = log.stat().st_ino
        subprocess.run([sys.executable, "-c", OTHER, str(path)], check=True, timeout=60)
        assert log.stat().st_ino == inode
        store.add_segment("one", Segment(1, "said beside the doctor", "", 0, 10))
    with closing(HistoryStore(path)) as store:
        assert [segment.text for segment in store.load("one").segments] == ["said beside the doctor"]


WRITER = """
import os, sys
from datetime import datetime, timezone
from pathlib import Path
from saywrite.storage.recordings.journal import Header
from saywrite.foundation.events import Segment
from saywrite.storage.history.store import HistoryStore
path = Path(sys.argv[1])
store = HistoryStore(path)
store.begin(Header("one", datetime.now(timezone.utc), "en", "local", "microphone"))
HistoryStore(path).close()  # the window's list
for line in sys.stdin:
    number = int(line)
    store.add_segment("one", Segment(number, f"text {number}", "", number, number + 1))
    print(number, flush=True)
"""


@pytest.mark.parametrize("use", [*USES, lambda path: subprocess.run([sys.executable, "-c", OTHER, str(path)])])
def test_writes_before_a_kill_survive_readers_in_other_processes(path: Path, use: Callable[[Path], None]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for number in range(3):
            writer.stdin.write(f"{number}\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == f"{number}\n"
            use(path)
        writer.kill()
    with closing(HistoryStore(path)) as store:
        assert [segment.text for segment in store.load("one").segments] == ["text 0", "text 1", "text 2"]


def test_looking_changes_no_file(path: Path) -> None:
    with closing(HistoryStore(path)) as store:
        store.begin(HEADING)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    check_database(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_new_history_and_its_logs_are_private_in_an_open_folder(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(HistoryStore(tmp_path / "history.sqlite3")) as store:
            store.begin(HEADING)
            names = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert names.keys() >= {"history.sqlite3", "history.sqlite3-wal", "history.sqlite3-shm"}
    assert set(names.values()) == {0o600}


def test_threads_that_create_a_history_at_once_lose_no_dictation(path: Path) -> None:
    def write(number: int) -> None:
        with closing(HistoryStore(path)) as store:
            store.begin(Header(str(number), HEADING.began, "en", "local", "microphone"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with closing(HistoryStore(path)) as store:
        assert {row.dictation for row in store.recent(20)} == {str(number) for number in range(8)}


def test_a_new_history_waits_while_another_thread_creates_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite does not wait by itself when it changes to the write-ahead log."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(schema.time, "sleep", lambda seconds: other.close())
        open_database(path).close()


def test_a_new_history_that_stays_in_use_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    monkeypatch.setattr(schema, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryUnavailable, match="in use by another program"):
            open_database(path)


@pytest.mark.parametrize(
    "name", ["SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_SHMLOCK", "SQLITE_PROTOCOL", "SQLITE_BUSY"]
)
def test_locking_error_is_reported_as_a_locking_error(path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
    told = connections.unavailable(error, path)
    assert "use" in told.what
    assert "disk that" not in told.remedy


def test_history_deleted_while_in_use_is_reported_and_writes_fail(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(HistoryStore(path)) as store:
        store.begin(HEADING)
        path.rename(path.with_name("elsewhere"))
        with pytest.raises(HistoryUnavailable, match="moved or deleted"):
            store.add_segment("one", Segment(1, "lost", "", 0, 10))
        with pytest.raises(HistoryUnavailable, match="moved or deleted"):
            store.recent(1)
        path.with_name("elsewhere").rename(path)
        store.add_segment("one", Segment(1, "kept", "", 0, 10))


def test_the_default_place_is_made_private(private_home: Path) -> None:
    path = default_paths().history
    with closing(HistoryStore(path)):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
