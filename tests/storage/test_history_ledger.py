"""Where speech went, by month and host, on a real history; deleted dictations stay in the sums."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywrite.foundation.events import Segment, Traffic
from saywrite.storage.history.holdings import forget_empty
from saywrite.storage.history.ledger import LedgerEntry, add_traffic, as_csv, as_json, count_file, read_ledger
from saywrite.storage.history.records.trash import empty_trash, move_to_trash
from saywrite.storage.history.records.versions import Origin, replace_text
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.schema import MIGRATIONS
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

OCTOBER = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
AIOLA, OTHER = "apis.aiola.ai", "speech.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    made = HistoryStore(tmp_path / "history.sqlite3")
    yield made
    made.close()


def add(
    store: HistoryStore, dictation: str, began: datetime = NOVEMBER, *, engine: str = "local", heard_s: int = 10,
    sent: dict[str, tuple[int, int]] | None = None,
) -> None:  # fmt: skip
    store.begin(Header(dictation, began, "en", engine, "microphone"))
    store.add_segment(dictation, Segment(0, "Some words.", "", 0, heard_s * 16_000))
    for host, (out, back) in (sent or {}).items():
        store.set_traffic(Traffic(dictation, host, out, back))
    store.finish(dictation, heard_s * 16_000, heard_s * 16_000)


def sums(store: HistoryStore) -> list[tuple[str, str, str, int, int, int, int]]:
    """Month, engine, host, dictations, seconds, bytes sent and received."""
    return [
        (each.month, each.engine, each.host, each.dictations, each.heard // 16_000, each.sent, each.received)
        for each in read_ledger(store).months
    ]


def test_months_hosts_and_recognizers_are_counted_apart(store: HistoryStore) -> None:
    add(store, "one", OCTOBER, heard_s=5)
    add(store, "two")
    add(store, "three", heard_s=20)
    add(store, "four", engine="aiola", heard_s=60, sent={AIOLA: (2_000_000, 900)})
    add(store, "five", engine="aiola", heard_s=30, sent={AIOLA: (1_000_000, 100)})
    assert sums(store) == [
        ("2026-11", "local", "", 2, 30, 0, 0),
        ("2026-11", "aiola", AIOLA, 2, 90, 3_000_000, 1_000),
        ("2026-10", "local", "", 1, 5, 0, 0),
    ]


def test_month_is_that_of_the_local_time(store: HistoryStore) -> None:
    add(store, "one", OCTOBER.astimezone(timezone(timedelta(hours=1))))
    assert [each.month for each in read_ledger(store).months] == ["2026-11"]


def test_dictation_that_used_two_hosts_counts_for_both(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1), OTHER: (50, 2)})
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 10, 100, 1), ("2026-11", "aiola", OTHER, 1, 10, 50, 2)]


def test_a_host_that_no_byte_reached_has_no_part_in_the_ledger(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (0, 0)})
    add(store, "two", engine="aiola", sent={AIOLA: (100, 1), OTHER: (0, 0)})
    count_file(store, NOVEMBER, "aiola", 16_000, [Traffic("", AIOLA, 0, 0)])
    expected = [("2026-11", "aiola", "", 2, 11, 0, 0), ("2026-11", "aiola", AIOLA, 1, 10, 100, 1)]
    assert sums(store) == expected
    dictated = store.load("two")
    assert dictated is not None
    assert dictated.traffic == (Traffic("two", AIOLA, 100, 1),)
    store.delete("one")
    store.delete("two")
    assert sums(store) == expected


def test_sums_of_hosts_that_no_byte_reached_become_those_of_this_computer(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    before = 7
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for step in (step for steps in MIGRATIONS[:before] for step in steps):
            connection.execute(step)
        connection.execute(f"PRAGMA user_version = {before}")
        connection.executemany(
            "INSERT INTO ledger VALUES ('2026-11', 'aiola', ?, ?, ?, ?, ?)",
            [("", 1, 16_000, 0, 0), (AIOLA, 2, 32_000, 0, 0), (OTHER, 1, 16_000, 0, 0), ("third", 1, 16_000, 9, 1)],
        )
    with closing(HistoryStore(path)) as store:
        assert sums(store) == [("2026-11", "aiola", "", 4, 4, 0, 0), ("2026-11", "aiola", "third", 1, 1, 9, 1)]


def test_deleted_dictation_stays_in_the_sums_of_its_month(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1)})
    add(store, "two", engine="aiola", sent={AIOLA: (50, 2)})
    add(store, "three")
    before = sums(store)
    store.delete("one")
    move_to_trash(store, ["three"], NOVEMBER)
    assert sums(store) == before
    empty_trash(store, NOVEMBER, older_than=timedelta(0))
    store.delete("one")
    assert sums(store) == before
    ledger = read_ledger(store)
    assert [each.dictation for each in ledger.entries if each.began] == ["two"]
    assert "one" not in as_json(ledger).split('"')


def test_dictation_without_words_is_counted_and_a_press_without_sound_is_not(store: HistoryStore) -> None:
    store.begin(Header("silent", NOVEMBER, "en", "aiola", "microphone"))
    store.set_traffic(Traffic("silent", AIOLA, 100, 1))
    store.finish("silent", 16_000, 16_000)
    forget_empty(store, "silent")
    store.begin(Header("empty", NOVEMBER, "en", "local", "microphone"))
    store.finish("empty", 0, 0)
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 1, 100, 1)]
    forget_empty(store, "empty")
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 1, 100, 1)]


def test_text_of_another_recognizer_does_not_change_what_was_sent(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1)})
    replace_text(store, "one", [Segment(0, "Other words.", "", 0, 1)], Origin("local", "", "en"), NOVEMBER)
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 10, 100, 1)]


def test_another_transcription_adds_its_bytes(store: HistoryStore) -> None:
    add(store, "one")
    for _ in range(2):
        add_traffic(store, Traffic("one", AIOLA, 100, 1), "aiola", NOVEMBER)
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 10, 200, 2)]
    store.delete("one")
    assert sums(store) == [("2026-11", "aiola", AIOLA, 1, 10, 200, 2)]


def test_bytes_of_another_transcription_count_although_the_dictation_is_deleted_meanwhile(store: HistoryStore) -> None:
    add(store, "one", OCTOBER)
    add_traffic(store, Traffic("one", AIOLA, 100, 1), "aiola", NOVEMBER)
    store.delete("one")
    for _ in range(2):
        add_traffic(store, Traffic("one", AIOLA, 70, 2), "aiola", NOVEMBER)
    assert sums(store) == [("2026-11", "aiola", AIOLA, 0, 0, 140, 4), ("2026-10", "aiola", AIOLA, 1, 10, 100, 1)]


def test_files_of_the_command_line_are_counted(store: HistoryStore) -> None:
    count_file(store, NOVEMBER, "local", 16_000)
    count_file(store, NOVEMBER, "local", 32_000)
    count_file(store, NOVEMBER, "aiola", 16_000, [Traffic("", AIOLA, 100, 1)])
    assert sums(store) == [("2026-11", "local", "", 2, 3, 0, 0), ("2026-11", "aiola", AIOLA, 1, 1, 100, 1)]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([OCTOBER, NOVEMBER]), st.sampled_from(["", AIOLA, OTHER]), st.booleans()), max_size=8
    )
)
def test_sums_never_change_when_dictations_are_deleted(
    tmp_path_factory: pytest.TempPathFactory, each: list[tuple[datetime, str, bool]]
) -> None:
    store = HistoryStore(tmp_path_factory.mktemp("ledger") / "history.sqlite3")
    for number, (began, host, _) in enumerate(each):
        add(store, f"d{number}", began, heard_s=number + 1, sent={host: (number, 2 * number)} if host else {})
    before = sums(store)
    for number, (_, _, goes) in enumerate(each):
        if goes:
            store.delete(f"d{number}")
    assert sums(store) == before
    store.close()


def test_salvage_keeps_the_sums_of_deleted_dictations(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "history.sqlite3"
    store = HistoryStore(path)
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1)})
    add(store, "two")
    store.delete("one")
    store.close()
    with closing(sqlite3.connect(path)) as connection:  # damage that the check at the start finds
        connection.execute("UPDATE dictations SET began = 'senseless' WHERE id = 'two'")
        connection.commit()
    store, salvaged = open_or_replace(path)
    assert salvaged is not None
    assert ("2026-11", "aiola", AIOLA, 1, 10, 100, 1) in sums(store)
    assert "the history is damaged: it is set aside" in caplog.messages
    store.close()


def test_csv_has_a_line_for_each_dictation_and_sum(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1)})
    add(store, "two", heard_s=4)
    store.delete("one")
    rows = list(csv.DictReader(io.StringIO(as_csv(read_ledger(store)), newline="")))
    assert rows == [
        {
            "month": "2026-11", "host": "this computer", "engine": "local", "dictations": "1", "seconds": "4.0",
            "bytes_sent": "0", "bytes_received": "0", "dictation": "two", "began": "2026-11-22T10:42:00+00:00",
        },
        {
            "month": "2026-11", "host": AIOLA, "engine": "aiola", "dictations": "1", "seconds": "10.0",
            "bytes_sent": "100", "bytes_received": "1", "dictation": "", "began": "",
        },
    ]  # fmt: skip


def test_json_has_the_sums_and_their_entries(store: HistoryStore) -> None:
    add(store, "one", engine="aiola", sent={AIOLA: (100, 1)})
    document = json.loads(as_json(read_ledger(store)))
    assert document["schema"] == 1
    assert document["months"] == [
        {
            "month": "2026-11", "host": AIOLA, "engine": "aiola", "dictations": 1, "seconds": 10.0,
            "bytes_sent": 100, "bytes_received": 1, "here": False,
        }
    ]  # fmt: skip
    assert [entry["dictation"] for entry in document["entries"]] == ["one"]


def test_entry_of_an_empty_history(store: HistoryStore) -> None:
    assert read_ledger(store).months == read_ledger(store).entries == ()
    assert LedgerEntry("2026-11", "local", "", 1, 1, 0, 0).began is None
