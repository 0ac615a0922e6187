"""Which recordings stay on disk after a dictation, and for how long."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.closed_folder import closed

from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.foundation.errors import HistoryError
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    Finished,
    IncompleteRecordingsFound,
    Started,
    StoredTextChanged,
)
from saywrite.storage.history.records.corrections import corrections
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Journal
from saywrite.storage.recordings.library import open_recording
from saywrite.text.keyword_sets.suggestions import Correction


@pytest.fixture
def finished(stage) -> Path:
    """The folder of a dictation that has all its text."""
    stage.listen()
    stage.say(2)
    stage.recognizer.final("hello", 0.1, 1.9)
    stage.handle_messages()
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    return stage.paths.recordings / stage.last(Started).dictation


@pytest.fixture
def unfinished(stage) -> Path:
    """The folder of a dictation that failed after its first sentence."""
    stage.listen()
    stage.say(2)
    stage.recognizer.final("hello", 0.1, 0.9)
    stage.handle_messages()
    stage.recognizer.say(Failed(stage.last(Started).dictation, "It broke.", "Start again.", fatal=True))
    stage.handle_messages()
    return stage.paths.recordings / stage.last(Started).dictation


def test_the_end_waits_until_recordings_that_are_not_kept_are_removed(stage, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, removed = threading.Event(), threading.Event()

    def purge(*given: object) -> None:
        closed.wait(1)
        removed.set()

    monkeypatch.setattr("saywrite.dictation.persistence.archive.purge", purge)
    archive = Archive(stage.paths, DiskThread(), lambda message: None, stage.today)
    archive.tidy(0)
    assert archive.close(30)
    assert removed.is_set()
    closed.set()


def tidy(stage, keep_days: int) -> None:
    Archive._tidy(stage.archive, keep_days)


def test_kept_recording_is_encoded_without_losing_a_sample(stage, finished: Path) -> None:
    with open_recording(finished) as recording:
        before = recording.read(0, recording.length)
    tidy(stage, 7)
    assert not (finished / "audio.pcm").exists()
    with open_recording(finished) as recording:
        assert recording.read(0, recording.length) == before


def test_a_recording_that_may_not_be_read_keeps_no_other_one_from_being_encoded(stage, finished: Path) -> None:
    other = finished.with_name("0")
    other.mkdir()
    with closed(other):
        tidy(stage, 7)
    assert not (finished / "audio.pcm").exists()


def test_no_recording_is_kept_with_zero_days(stage, finished: Path) -> None:
    stage.now += 1
    tidy(stage, 0)
    assert not finished.exists()


def test_old_recording_is_removed_and_a_young_one_stays(stage, finished: Path) -> None:
    stage.now += 6 * 24 * 3600
    tidy(stage, 7)
    assert finished.exists()
    stage.now += 2 * 24 * 3600
    tidy(stage, 7)
    assert not finished.exists()


def test_copy_that_a_killed_process_left_is_removed(stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    copy = tmp_path / "saywrite-copy-again-x"
    copy.mkdir()
    tidy(stage, -1)
    assert copy.exists()
    os.utime(copy, (0, 0))
    tidy(stage, -1)
    assert not copy.exists()


@pytest.mark.parametrize("keep_days", [0, 7])
def test_recording_without_all_its_text_stays_at_any_age(stage, unfinished: Path, keep_days: int) -> None:
    stage.now += 100 * 24 * 3600
    tidy(stage, keep_days)
    with open_recording(unfinished) as recording:
        assert recording.length == 2 * SAMPLE_RATE
    assert (unfinished / "audio.pcm").exists()


def test_final_that_the_sidecar_does_not_count_yet_is_not_recognized_again(stage, unfinished: Path) -> None:
    """A kill may come between the final's row in the history and the sidecar's note of it."""
    path = unfinished / "dictation.json"
    sidecar = json.loads(path.read_text("utf-8"))
    assert sidecar["confirmed"] == round(0.9 * SAMPLE_RATE)
    path.write_text(json.dumps(sidecar | {"confirmed": 0}), "utf-8")
    stage.dictation.transcribe_unfinished(unfinished.name)
    stage.handle_messages()
    stage.pass_time(0.1)
    assert stage.recognizer.fed == 2 * SAMPLE_RATE - round(0.9 * SAMPLE_RATE)
    stage.recognizer.final("there", 0.1, 1.0)
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.last(Finished).text == "Hello there"


def test_saved_sound_is_a_wav_file_and_the_dictation_stays_offered(stage, unfinished: Path, tmp_path: Path) -> None:
    target = tmp_path / "said.wav"
    stage.dictation.save_unfinished(unfinished.name, target)
    stage.handle_messages()
    assert target.stat().st_size == 44 + 2 * 2 * SAMPLE_RATE
    assert [item.dictation for item in stage.last(IncompleteRecordingsFound).items] == [unfinished.name]


def test_discarded_dictation_is_removed_and_no_longer_offered(stage, unfinished: Path) -> None:
    stage.dictation.discard_unfinished(unfinished.name)
    stage.handle_messages()
    assert not unfinished.exists()
    assert stage.last(IncompleteRecordingsFound).items == ()


def test_what_the_loop_does_not_offer_is_not_offered_after_another_one_was_discarded(stage, unfinished: Path) -> None:
    stage.loop.reserved.add(unfinished.name)
    stage.dictation.discard_unfinished("another-one")
    stage.handle_messages()
    assert stage.last(IncompleteRecordingsFound).items == ()


def test_unreadable_recording_is_reported_with_a_remedy_and_not_changed(stage, unfinished: Path) -> None:
    (unfinished / "audio.pcm").unlink()
    (unfinished / "audio.pcm").mkdir()
    stage.dictation.transcribe_unfinished(unfinished.name)
    stage.handle_messages()
    assert stage.last(Failed).remedy
    assert unfinished.exists()


def open_files(folder: Path) -> list[Path]:
    """The files of a folder that this process has open."""
    found = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [path for path in found if path.is_relative_to(folder)]


@pytest.mark.skipif(sys.platform != "linux", reason="Only there a process sees which files it has open")
def test_recording_that_cannot_be_continued_now_is_closed(stage, unfinished: Path) -> None:
    stage.listen()
    stage.dictation.transcribe_unfinished(unfinished.name)
    stage.handle_messages()
    assert stage.last(Failed).what == "A dictation is running."
    assert open_files(unfinished) == []


@pytest.mark.skipif(sys.platform != "linux", reason="Only there a process sees which files it has open")
def test_recording_whose_text_cannot_be_read_is_closed(
    stage, unfinished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(store: HistoryStore, dictation: str) -> None:
        raise HistoryError("The disk cannot be read.", "Check it.")

    monkeypatch.setattr(HistoryStore, "load", load)
    stage.dictation.transcribe_unfinished(unfinished.name)
    stage.handle_messages()
    assert stage.last(Failed).what == "The disk cannot be read."
    assert open_files(unfinished) == []


def test_recording_that_may_not_be_read_is_reported_with_a_remedy(
    stage, unfinished: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closed(unfinished):
        stage.dictation.transcribe_unfinished(unfinished.name)
        stage.handle_messages()
    failed = stage.last(Failed)
    assert "cannot be read (Permission denied)" in failed.what
    assert "the permissions of this folder" in failed.remedy


def test_recording_in_use_elsewhere_is_reported_once(stage, unfinished: Path) -> None:
    stage.told.clear()
    with Journal.reopen(unfinished):
        stage.dictation.transcribe_unfinished(unfinished.name)
        stage.handle_messages()
        stage.recognizer.final("there", 0, 1)
        stage.recognizer.done()
        stage.handle_messages()
    assert [failed.what for failed in stage.all(Failed)] == ["This dictation is still being recorded."]


def test_recording_in_use_is_encoded_the_next_time_without_a_report(stage, finished: Path) -> None:
    with Journal.reopen(finished):
        tidy(stage, 7)
        assert (finished / "audio.pcm").exists()
    tidy(stage, 7)
    assert not (finished / "audio.pcm").exists()


def test_a_stored_edit_is_reported_and_one_of_a_removed_dictation_is_not(stage, finished: Path) -> None:
    stage.dictation.edit_segment(finished.name, 1, "Hallo")
    stage.dictation.edit_segment("removed", 1, "Hallo")
    stage.handle_messages()
    assert stage.all(StoredTextChanged) == [StoredTextChanged(finished.name)]


@pytest.mark.parametrize("remembered", [False, True])
def test_the_text_before_a_correction_is_kept_only_if_the_setting_is_on(
    stage, finished: Path, remembered: bool
) -> None:
    stage.dictation.apply(replace(stage.loop.settings, suggest_keywords=remembered))
    stage.dictation.edit_segment(finished.name, 1, "Halo")
    stage.dictation.edit_segment(finished.name, 1, "Hallo")
    stage.handle_messages()
    history = HistoryStore(stage.paths.history)
    expected = (Correction("Hello", "Hallo", "en"),) if remembered else ()
    assert corrections(history) == expected
    loaded = history.load(finished.name)
    history.close()
    assert loaded is not None
    assert loaded.segments[0].text == "Hallo"
