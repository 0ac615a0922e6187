"""A recording and its row in the history can come apart; at the next start missing text is noticed and offered."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.system.small_disk import small_disk

from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.reconciliation import Correct, Delete, judge
from saywrite.foundation.events import SAMPLE_RATE, Failed, IncompleteRecording, IncompleteRecordingsFound, Started
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.holdings import Holding, find_holdings
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Journal
from saywrite.storage.recordings.library import finish_recording, open_recording
from saywrite.storage.recordings.metadata import SIDECAR, Header, Metadata, load_metadata
from saywrite.storage.recordings.repair import remove_leftovers

DAY_S = 24 * 3600


def dictate(stage, *finals: tuple[str, float, float], seconds: int = 2) -> Path:
    """A dictation with these finals, ended properly; its folder."""
    stage.listen()
    stage.say(seconds)
    for text, start, end in finals:
        stage.recognizer.final(text, start, end)
    stage.handle_messages()
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    return stage.paths.recordings / stage.last(Started).dictation


@pytest.fixture
def finished(stage) -> Path:
    return dictate(stage, ("hello", 0.1, 0.9), ("again", 1.1, 1.9))


def quit_saywrite(stage) -> None:
    stage.archive.close_history()


def start_again(stage) -> tuple[IncompleteRecording, ...]:
    """What the next start offers to transcribe."""
    posted: list[object] = []
    archive = Archive(stage.paths, stage.disk, posted.append, stage.today)
    archive.open()
    archive.look_for_unfinished()
    archive.close_history()
    stage.told += [message for message in posted if isinstance(message, Failed)]
    found = [message for message in posted if isinstance(message, IncompleteRecordingsFound)]
    return found[-1].items if found else ()


def in_history(stage, dictation: str) -> list[str] | None:
    with closing(HistoryStore(stage.paths.history)) as store:
        dictated = store.load(dictation)
    return None if dictated is None else [segment.text for segment in dictated.segments]


def change_history(stage, *statements: str) -> None:
    with closing(sqlite3.connect(stage.paths.history, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            connection.execute(statement)


def lose_row(stage) -> None:
    change_history(stage, "DELETE FROM dictations")


def delete_history(stage) -> None:
    for file in stage.paths.history.parent.glob("history.sqlite3*"):
        file.unlink()


def overwrite_history(stage) -> None:
    stage.paths.history.write_bytes(b"\xff" * 10_000)


def empty_history(stage) -> None:
    stage.paths.history.write_bytes(b"")


def move_history_away(stage) -> None:
    stage.paths.history.rename(stage.paths.history.with_name("elsewhere.sqlite3"))


def lose_text_but_not_the_row(stage) -> None:
    change_history(stage, "DELETE FROM segments")


LOSSES = [lose_row, delete_history, overwrite_history, empty_history, move_history_away, lose_text_but_not_the_row]


def keep_pcm(folder: Path) -> None:
    pass


def encode(folder: Path) -> None:
    finish_recording(folder, keep=True)
    assert not (folder / "audio.pcm").exists()


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("kept_as", [keep_pcm, encode])
def test_finished_dictation_whose_text_is_lost_is_offered_and_gets_its_text(
    stage, finished: Path, lose: Callable, kept_as: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    quit_saywrite(stage)
    kept_as(finished)
    lose(stage)
    (item,) = start_again(stage)
    assert (item.dictation, item.length, item.confirmed) == (finished.name, 2 * SAMPLE_RATE, 0)
    stage.archive.open()
    stage.dictation.transcribe_unfinished(finished.name)
    stage.handle_messages()
    stage.recognizer.final("hello", 0.1, 0.9)
    stage.recognizer.final("again", 1.1, 1.9)
    stage.handle_messages()
    stage.recognizer.done()
    stage.handle_messages()
    quit_saywrite(stage)
    assert in_history(stage, finished.name) == ["Hello", "again"]
    assert start_again(stage) == ()


@pytest.mark.parametrize("lose", LOSSES)
def test_lost_text_keeps_its_recording_at_any_age(
    stage, finished: Path, lose: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    quit_saywrite(stage)
    lose(stage)
    stage.now += 100 * DAY_S
    assert [item.dictation for item in start_again(stage)] == [finished.name]
    Archive._tidy(stage.archive, 7)
    assert [item.dictation for item in start_again(stage)] == [finished.name]


def test_an_older_copy_of_the_history_is_completed_from_its_last_segment_on(stage, finished: Path) -> None:
    quit_saywrite(stage)
    change_history(stage, "DELETE FROM segments WHERE number > (SELECT min(number) FROM segments)")
    (item,) = start_again(stage)
    assert item.confirmed == pytest.approx(0.9 * SAMPLE_RATE, abs=1)


def remove_sidecar(folder: Path) -> None:
    (folder / SIDECAR).unlink()


def cut_sidecar(folder: Path) -> None:
    content = (folder / SIDECAR).read_bytes()
    (folder / SIDECAR).write_bytes(content[: len(content) // 2])


def empty_sidecar(folder: Path) -> None:
    (folder / SIDECAR).write_bytes(b"")


def overwrite_sidecar(folder: Path) -> None:
    (folder / SIDECAR).write_bytes(b"\xff\xfe\0[]")


DAMAGES = [remove_sidecar, cut_sidecar, empty_sidecar, overwrite_sidecar]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_lost_sidecar_is_made_again_from_the_row(
    stage, finished: Path, damage: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    before, _ = load_metadata(finished)
    quit_saywrite(stage)
    damage(finished)
    assert start_again(stage) == ()
    after, readable = load_metadata(finished)
    assert readable
    assert after == before
    assert in_history(stage, finished.name) == ["Hello", "again"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_without_sidecar_and_row_the_whole_recording_is_offered(
    stage, finished: Path, damage: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    quit_saywrite(stage)
    damage(finished)
    lose_row(stage)
    (item,) = start_again(stage)
    assert (item.length, item.confirmed) == (2 * SAMPLE_RATE, 0)


def test_killed_between_the_row_and_the_sidecar_it_is_complete(stage, finished: Path) -> None:
    quit_saywrite(stage)
    metadata = (finished / SIDECAR).read_text("utf-8")
    (finished / SIDECAR).write_text(metadata.replace('"complete": true', '"complete": false').replace("32000", "0"))
    assert start_again(stage) == ()
    assert Journal.is_complete(finished)


def test_killed_before_the_row_was_finished_it_is_offered_from_its_last_text_on(stage, tmp_path: Path) -> None:
    """What lies on the disk in mid-dictation is what a kill leaves."""
    stage.listen()
    stage.say(2)
    stage.recognizer.final("hello", 0.1, 0.9)
    stage.handle_messages()
    killed = default_paths(tmp_path / "config", tmp_path / "killed")
    shutil.copytree(stage.paths.data, killed.data)
    (item,) = start_again(SimpleNamespace(paths=killed, disk=stage.disk, today=stage.today, told=[]))
    assert item.dictation == stage.last(Started).dictation
    assert item.length == 2 * SAMPLE_RATE
    assert item.confirmed >= 0.9 * SAMPLE_RATE - 1


def test_recording_of_a_deleted_dictation_is_deleted(stage, finished: Path) -> None:
    quit_saywrite(stage)
    with closing(HistoryStore(stage.paths.history)) as store:
        store.delete(finished.name)
    assert start_again(stage) == ()
    assert not finished.exists()


def test_a_deleted_dictation_whose_sound_has_not_all_its_text_is_still_offered(stage) -> None:
    stage.listen()
    stage.say(2)
    dictation = stage.last(Started).dictation
    stage.recognizer.say(Failed(dictation, "It broke.", "Start again.", fatal=True))
    stage.handle_messages()
    quit_saywrite(stage)
    with closing(HistoryStore(stage.paths.history)) as store:
        store.delete(dictation)
    assert [item.dictation for item in start_again(stage)] == [dictation]


@pytest.mark.parametrize("lose", [keep_pcm, delete_history])
def test_a_dictation_without_words_is_not_offered(stage, lose: Callable) -> None:
    folder = dictate(stage)
    quit_saywrite(stage)
    lose(stage)
    assert start_again(stage) == ()
    assert folder.exists()


def test_damaged_history_is_reported_with_the_name_of_the_kept_file(
    stage, finished: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quit_saywrite(stage)
    overwrite_history(stage)
    start_again(stage)
    told = stage.last(Failed)
    aside = stage.paths.history.with_name("history.sqlite3.damaged-1")
    assert str(aside) in told.what
    assert "Recordings" in told.remedy
    assert aside.read_bytes() == b"\xff" * 10_000
    again = len(stage.all(Failed))
    start_again(stage)
    assert len(stage.all(Failed)) == again, "told once"


def test_what_is_being_recorded_is_left_alone(stage) -> None:
    stage.listen()
    stage.say(2)
    stage.recognizer.final("hello", 0.1, 0.9)
    stage.handle_messages()
    folder = stage.paths.recordings / stage.last(Started).dictation
    before = (folder / SIDECAR).read_bytes()
    with closing(HistoryStore(stage.paths.history)) as store:
        store.delete(folder.name)
    assert start_again(stage) == ()
    assert (folder / SIDECAR).read_bytes() == before


def test_an_interrupted_removal_is_finished_a_day_later(stage, finished: Path) -> None:
    quit_saywrite(stage)
    (finished / "audio.pcm").unlink()
    now = stage.today().timestamp()
    os.utime(finished, (now - 3600, now - 3600))
    start_again(stage)
    assert finished.exists(), "it may be one that another process is just beginning"
    os.utime(finished, (now - 2 * DAY_S, now - 2 * DAY_S))
    start_again(stage)
    assert not finished.exists()


def test_remains_with_a_time_beyond_every_calendar_stop_no_removal(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        for name, changed in (("a", 1e13), ("b", 0)):
            (disk.path / name).mkdir()
            os.utime(disk.path / name, (changed, changed))
        remove_leftovers(disk.path, datetime(2026, 11, 22, tzinfo=UTC))
        assert [folder.name for folder in disk.path.iterdir()] == ["a"]


def test_foreign_files_in_a_folder_are_never_removed(stage, finished: Path) -> None:
    quit_saywrite(stage)
    (finished / "audio.pcm").unlink()
    (finished / "notes.txt").write_text("mine")
    now = stage.today().timestamp()
    os.utime(finished, (now - 2 * DAY_S, now - 2 * DAY_S))
    start_again(stage)
    assert (finished / "notes.txt").read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: names of files are bytes")
def test_folder_whose_name_is_not_utf8_is_passed_over(stage, finished: Path) -> None:
    """The history cannot look for such a name, and the other recordings must still be compared with it."""
    other = finished.with_name(os.fsdecode(b"copy \xff"))
    shutil.copytree(finished, other)
    quit_saywrite(stage)
    lose_row(stage)
    assert [item.dictation for item in start_again(stage)] == [finished.name]
    assert other.is_dir()


def test_a_row_without_a_recording_is_closed_a_day_later(stage, finished: Path) -> None:
    quit_saywrite(stage)
    shutil.rmtree(finished)
    change_history(stage, "UPDATE dictations SET finished = 0, heard = 0, confirmed = 0, pending = 5, text = ''")
    start_again(stage)
    with closing(HistoryStore(stage.paths.history)) as store:
        assert not store.recent(1)[0].finished, "it may be one that another process is just beginning"
    stage.now += 2 * DAY_S
    start_again(stage)
    with closing(HistoryStore(stage.paths.history)) as store:
        (summary,) = store.recent(5)
        row = find_holdings(store, [summary.dictation]).rows[summary.dictation]
    assert (row.finished, row.pending, row.confirmed) == (True, 0, pytest.approx(1.9 * SAMPLE_RATE, abs=1))


def test_an_empty_row_without_a_recording_is_removed(stage, finished: Path) -> None:
    quit_saywrite(stage)
    shutil.rmtree(finished)
    change_history(stage, "UPDATE dictations SET finished = 0", "DELETE FROM segments")
    stage.now += 2 * DAY_S
    start_again(stage)
    with closing(HistoryStore(stage.paths.history)) as store:
        assert store.recent(5) == ()


def test_two_starts_at_once_decide_the_same(stage, finished: Path) -> None:
    quit_saywrite(stage)
    lose_row(stage)
    with Journal.reopen(finished):
        assert start_again(stage) == (), "the other one has it"
    assert [item.dictation for item in start_again(stage)] == [finished.name]


def test_a_recording_that_cannot_be_decoded_is_offered_with_its_problem(
    stage, finished: Path, caplog: pytest.LogCaptureFixture
) -> None:
    quit_saywrite(stage)
    encode(finished)
    (finished / "audio.flac").write_bytes(b"fLaC" + bytes(100))
    lose_row(stage)
    (item,) = start_again(stage)
    assert item.problem
    with pytest.raises(Exception, match="cannot be read"), open_recording(finished):
        pass


HEADER = Header("one", datetime(2026, 11, 22, tzinfo=UTC), "en", "local", "microphone")

sidecars = st.builds(
    Metadata,
    st.just(HEADER),
    confirmed=st.integers(0, 120),
    ended=st.booleans(),
    complete=st.booleans(),
    newer=st.booleans(),
    segments=st.none() | st.integers(0, 4),
)
rows = st.none() | st.builds(
    Holding,
    st.just(HEADER.began),
    st.just("en"),
    st.just("local"),
    st.just("microphone"),
    finished=st.booleans(),
    heard=st.integers(0, 120),
    confirmed=st.integers(0, 120),
    pending=st.integers(-5, 120),
    segment_count=st.integers(0, 4),
    text_end=st.integers(0, 120),
)


@settings(max_examples=1000)
@given(sidecars, st.booleans(), rows, st.booleans(), st.integers(0, 120))
def test_a_verdict_never_claims_text_that_the_history_has_not(
    metadata: Metadata, readable: bool, row: Holding | None, deleted: bool, length: int
) -> None:
    if row is not None:
        deleted = False  # a row that is there was not deleted
    verdict = judge(metadata, readable, row, deleted=deleted, length=lambda: length)
    if isinstance(verdict, Correct):
        corrected = verdict.metadata
        assert not metadata.newer
        assert corrected.complete <= bool(row and row.finished and row.pending <= 0 and row.heard >= length)
        assert corrected.complete or corrected.confirmed <= (row.text_end if row else 0)
        if verdict.reopen:
            assert row is not None
            row = replace(row, finished=False)
        assert judge(corrected, True, row, deleted=deleted, length=lambda: length) is None, "decided once"
    elif isinstance(verdict, Delete):
        assert deleted
        assert metadata.complete
    elif readable and not metadata.newer and not deleted and metadata.segments is not None:
        assert metadata.segments <= (row.segment_count if row else 0)
