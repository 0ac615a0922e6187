"""What the ledger counts of a file that the command line transcribes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from saywrite.dictation.persistence.file_record import FileRecord
from saywrite.foundation.events import Traffic
from saywrite.storage.history.ledger import read_ledger
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
HOST = "apis.aiola.ai"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    made = HistoryStore(tmp_path / "history.sqlite3")
    made.begin(Header("one", AT, "en", "local", "microphone"))
    made.finish("one", 160_000, 160_000)
    yield made
    made.close()


def write_to(store: HistoryStore) -> Callable[[Callable[[HistoryStore], None]], None]:
    return lambda write: write(store)


def sums(store: HistoryStore) -> list[tuple[str, str, int, int, int, int]]:
    months = read_ledger(store).months
    return [(each.engine, each.host, each.dictations, each.heard, each.sent, each.received) for each in months]


def test_file_on_this_computer_is_counted_at_its_end(store: HistoryStore) -> None:
    record = FileRecord(AT, "local", write_to(store))
    assert sums(store) == [("local", "", 1, 160_000, 0, 0)]
    record.close(16_000, 16_000, complete=True)
    assert sums(store) == [("local", "", 2, 176_000, 0, 0)]


def test_file_that_was_sent_is_counted_once_with_all_bytes(store: HistoryStore) -> None:
    record = FileRecord(AT, "aiola", write_to(store))
    record.set_traffic(Traffic("f", HOST, 100, 0))
    record.set_traffic(Traffic("f", HOST, 300, 7))
    record.close(16_000, 16_000, complete=True)
    assert sums(store)[1] == ("aiola", HOST, 1, 16_000, 300, 7)


def test_another_transcription_counts_for_its_dictation_while_it_runs(store: HistoryStore) -> None:
    for _ in range(2):
        record = FileRecord(AT, "aiola", write_to(store), again="one")
        record.set_traffic(Traffic("f", HOST, 100, 0))
        record.set_traffic(Traffic("f", HOST, 300, 7))
    assert sums(store) == [("aiola", HOST, 1, 160_000, 600, 14)]
    record.close(160_000, 160_000, complete=True)
    assert sums(store) == [("aiola", HOST, 1, 160_000, 600, 14)]
    found = store.load("one")
    assert found is not None
    assert found.traffic == (Traffic("one", HOST, 600, 14),)


def test_file_without_sound_is_not_counted(store: HistoryStore) -> None:
    FileRecord(AT, "local", write_to(store)).close(0, 0, complete=True)
    assert sums(store) == [("local", "", 1, 160_000, 0, 0)]
