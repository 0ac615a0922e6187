"""Dictations are stored as they arrive, listed, edited and removed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.closed_folder import closed

from saywrite.foundation.errors import HistoryError, HistoryUnavailable
from saywrite.foundation.events import Gap, Segment, Traffic
from saywrite.storage.history.store import EXCERPT, HistoryStore
from saywrite.storage.history.timings import Latency, TimedDictation
from saywrite.storage.recordings.journal import Header

BEGAN = datetime(2026, 11, 22, 10, 42, 7, 123_456, tzinfo=timezone(timedelta(hours=1)))


def heading(dictation: str = "one", began: datetime = BEGAN) -> Header:
    return Header(dictation, began, "en", "local", "microphone")


def segment(number: int, text: str = "Hello there.", translation: str = "") -> Segment:
    return Segment(number, text, text.lower(), number * 1000, number * 1000 + 900, translation)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[HistoryStore]:
    opened = HistoryStore(path)
    yield opened
    opened.close()


def test_a_dictation_comes_back_as_it_was(store: HistoryStore):
    store.begin(heading())
    store.add_segment("one", segment(1, "Guten Tag.", "Good day."))
    store.add_segment("one", segment(0))
    store.add_gap("one", 500, 80, "unplugged")
    store.finish("one", heard=2000, confirmed=1900)
    dictated = store.load("one")
    assert dictated is not None
    assert dictated.segments == (segment(0), segment(1, "Guten Tag.", "Good day."))
    assert dictated.gaps == (Gap("one", 500, 80, "unplugged"),)
    summary = dictated.summary
    assert (summary.dictation, summary.began, summary.language) == ("one", BEGAN, "en")
    assert (summary.heard, summary.pending, summary.finished) == (2000, 100, True)
    assert summary.excerpt == "Hello there. Guten Tag."
    assert store.load("two") is None


def test_structured_results_and_traffic_are_loaded_as_stored(store: HistoryStore):
    store.begin(heading())
    store.add_segment("one", replace(segment(0), engine="local"))
    for results in ({"order": [1, {"name": "Zoë"}]}, {"order": []}):
        store.add_structured("one", results)
    for sent in (100, 4_000_000_000):
        store.set_traffic(Traffic("one", "apis.aiola.ai", sent, 20))
    dictated = store.load("one")
    assert dictated is not None
    assert dictated.segments[0].engine == "local"
    assert dictated.structured == ({"order": [1, {"name": "Zoë"}]}, {"order": []})
    assert dictated.traffic == (Traffic("one", "apis.aiola.ai", 4_000_000_000, 20),)
    store.delete("one")
    store.begin(heading())
    again = store.load("one")
    assert again is not None
    assert (again.structured, again.traffic) == ((), ())


def test_translation_arrives_after_its_text_and_keeps_an_edit(store: HistoryStore):
    store.begin(heading())
    store.add_segment("one", segment(0, "Guten Tag."))
    store.edit_segment("one", 0, "Guten Tag!")
    store.translate_segment("one", 0, "Good day.")
    store.translate_segment("one", 7, "taken back meanwhile")
    dictated = store.load("one")
    assert dictated is not None
    assert dictated.segments == (replace(segment(0, "Guten Tag!", "Good day."), raw="guten tag."),)
    assert [found.dictation for found in store.search("day")] == ["one"]


def test_everything_can_be_repeated_after_a_doubtful_outcome(store: HistoryStore):
    for _ in range(2):
        store.begin(heading())
        store.add_segment("one", segment(0))
        store.add_gap("one", 500, 80, "unplugged")
        store.add_structured("one", {"a": 1})
        store.set_traffic(Traffic("one", "host", 1, 2))
        store.finish("one", 2000, 2000)
    dictated = store.load("one")
    assert dictated is not None
    assert [len(rows) for rows in (dictated.segments, dictated.gaps, dictated.structured, dictated.traffic)] == [1] * 4


def test_edit_changes_the_text_and_not_the_raw_text(store: HistoryStore):
    store.begin(heading())
    store.add_segment("one", segment(0, "Cooper Netties"))
    store.finish("one", 1000, 1000)
    store.edit_segment("one", 0, "Kubernetes")
    dictated = store.load("one")
    assert dictated is not None
    assert (dictated.segments[0].text, dictated.segments[0].raw) == ("Kubernetes", "cooper netties")
    assert dictated.summary.excerpt == "Kubernetes"
    assert [found.number for found in store.search("kubernetes")] == [0]
    assert store.search("netties") == ()


def test_removed_segments_are_hidden_from_list_and_search(store: HistoryStore):
    store.begin(heading())
    for number in range(4):
        store.add_segment("one", segment(number, f"word{number}"))
    store.remove_segments("one", (1, 2, 9))
    dictated = store.load("one")
    assert dictated is not None
    assert [item.number for item in dictated.segments] == [0, 3]
    assert store.search("word1") == ()


def test_text_for_a_dictation_that_never_began_is_refused_in_words(store: HistoryStore):
    for write in (
        lambda: store.add_segment("none", segment(0)),
        lambda: store.edit_segment("none", 0, "x"),
        lambda: store.finish("none", 1, 1),
        lambda: store.add_gap("none", 1, 1, "x"),
    ):
        with pytest.raises(HistoryError, match="not in the history"):
            write()
    store.begin(heading())
    store.add_segment("one", segment(0))


def test_the_list_is_newest_first_page_by_page_whatever_the_time_zone(store: HistoryStore):
    """Dictations of the same time are ordered by id, so that no page repeats or omits one."""
    moments = [BEGAN + timedelta(hours=hours) for hours in (0, 3, 1, 1, 2)]
    zones = [UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-8)), UTC, UTC]
    for name, moment, zone in zip("abcde", moments, zones, strict=True):
        store.begin(heading(name, moment.astimezone(zone)))
    assert [item.dictation for item in store.recent(10)] == ["b", "e", "d", "c", "a"]
    for size in (1, 2, 3):
        seen: list[str] = []
        page = store.recent(size)
        while page:
            seen += [item.dictation for item in page]
            page = store.recent(size, before=page[-1])
        assert seen == ["b", "e", "d", "c", "a"]


def test_excerpt_of_a_running_dictation_has_its_segments_so_far(store: HistoryStore):
    store.begin(heading())
    assert store.recent(1)[0].excerpt == ""
    for number in range(100):
        store.add_segment("one", segment(number, f"word{number}"))
    (summary,) = store.recent(1)
    assert summary.excerpt.startswith("word0 word1 word2 ")
    assert len(summary.excerpt) <= 200
    assert not summary.finished


def test_a_removed_dictation_leaves_no_word_in_any_file(store: HistoryStore, path: Path):
    for name in ("one", "two"):
        store.begin(heading(name))
        for number in range(50):
            store.add_segment(name, segment(number, f"{name}secret{number} and more", "übersetzt" + name))
        store.add_gap(name, 1, 1, f"{name}secret")
        store.finish(name, 1, 1)
    store.delete("one")
    store.delete("one")
    assert store.load("one") is None
    assert store.search("onesecret1") == ()
    assert [item.number for item in store.search("twosecret49")] == [49]
    store.close()
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"onesecret" not in content
    assert b"twosecret" in content


def test_files_are_for_the_user_alone(store: HistoryStore, path: Path):
    store.begin(heading())
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(list(path.parent.iterdir())) == 4  # the database, its log, the index of the log, the lock
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_text_with_lone_surrogates_stays_readable(store: HistoryStore):
    store.begin(Header("one", BEGAN, "en", "local", os.fsdecode(b"caf\xe9.wav")))
    store.add_segment("one", segment(0, "a\ud800b \0 c"))
    dictated = store.load("one")
    assert dictated is not None
    assert dictated.summary.source == "caf?.wav"
    assert dictated.segments[0].text == "a?b \0 c"


def test_reading_sees_only_whole_writes_while_another_thread_writes(store: HistoryStore):
    store.begin(heading())
    done = threading.Event()
    problems: list[object] = []

    def read() -> None:
        try:
            while not done.is_set():
                dictated = store.load("one")
                assert dictated is not None
                assert [item.number for item in dictated.segments] == list(range(len(dictated.segments)))
                first = " ".join(item.text for item in dictated.segments[:20])
                assert dictated.summary.excerpt == first[:EXCERPT]
                store.search("hello")
                store.recent(5)
        except Exception as error:  # noqa: BLE001 - told by the test itself
            problems.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(150):
        store.add_segment("one", segment(number))
    done.set()
    reader.join(30)
    assert not reader.is_alive()
    assert problems == []


def test_two_programs_can_write_side_by_side(store: HistoryStore, path: Path):
    other = HistoryStore(path)
    store.begin(heading("one"))
    other.begin(heading("two"))
    for number in range(20):
        store.add_segment("one", segment(number))
        other.add_segment("two", segment(number))
    assert [len(dictated.segments) for name in ("one", "two") if (dictated := other.load(name))] == [20, 20]
    other.close()


def test_database_locked_by_another_program_is_reported_after_waiting(
    store: HistoryStore, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    store.begin(heading())
    monkeypatch.setattr("saywrite.storage.history.connection.BUSY_TIMEOUT_MS", 50)
    other = HistoryStore(path)
    store._connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
    with pytest.raises(HistoryUnavailable, match="in use by another program"):
        other.add_segment("one", segment(0))
    assert other.load("one") is not None
    store._connection.execute("COMMIT")  # type: ignore[union-attr]
    other.add_segment("one", segment(0))
    other.close()


def test_closed_history_raises_an_error_with_the_reason(store: HistoryStore):
    store.close()
    store.close()
    with pytest.raises(HistoryError, match="closed"):
        store.begin(heading())


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from saywrite.storage.recordings.journal import Header
from saywrite.foundation.events import Segment
from saywrite.storage.history.timings import Latency, TimedDictation
from saywrite.storage.history.store import HistoryStore
store = HistoryStore(Path(sys.argv[1]))
store.begin(Header("child", datetime.now(UTC), "en", "local", "microphone"))
for number in range(100_000):
    store.add_segment("child", Segment(number, f"word{number} of many", "raw", number, number + 1))
    print(number, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [0, 7, 60])
def test_every_final_acknowledged_before_a_kill_is_there_afterwards(path: Path, acknowledged: int):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == acknowledged:
                break
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    store = HistoryStore(path)
    dictated = store.load("child")
    assert dictated is not None
    numbers = [item.number for item in dictated.segments]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > acknowledged
    assert not dictated.summary.finished
    assert [found.number for found in store.search(f"word{acknowledged} ")] == [acknowledged]
    store.close()


def test_the_newest_latencies_come_first_and_go_with_their_dictation(store: HistoryStore):
    for number in range(3):
        store.begin(heading(str(number), BEGAN + timedelta(minutes=number)))
        store.keep_latency(str(number), "Desk", Latency(first_audio=40 + number))
    store.keep_latency("1", "Desk", Latency(first_audio=41, inserted=900))
    assert [(each.dictation, each.latency.inserted) for each in store.latencies(2)] == [("2", None), ("1", 900)]
    store.delete("2")
    store.keep_latency("2", "Desk", Latency(first_audio=42))
    assert [each.dictation for each in store.latencies()] == ["1", "0"]
    dictated = store.load("0")
    assert dictated is not None
    assert dictated.timed == TimedDictation("0", "local", "Desk", Latency(first_audio=40))


def test_a_text_is_kept_although_its_folder_may_not_be_read_any_more(store: HistoryStore, path: Path):
    store.begin(heading())
    with closed(path.parent):
        store.add_segment("one", segment(0))
    dictated = store.load("one")
    assert dictated is not None
    assert dictated.segments == (segment(0),)
