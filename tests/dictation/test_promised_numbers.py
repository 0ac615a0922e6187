"""Numbers about the dictation that README and design promise, as literals."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.dictation.conftest import Stage
from tests.dictation.push_to_talk_stage import Stage as KeyStage
from tests.dictation.test_push_to_talk_controller import TalkStage

from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.push_to_talk.policy import Mode
from saywrite.foundation.errors import JournalUnwritable
from saywrite.foundation.events import SAMPLE_RATE, DiskRecovered, Failed, ProgressChanged, Started
from saywrite.storage.recordings.journal import Journal


def refuse(journal: Journal, pcm: bytes) -> None:
    raise JournalUnwritable("The disk is full.", "Free some space.")


def on_disk_s(stage: Stage) -> float:
    """Seconds of the dictation in its journal."""
    pcm = stage.paths.recordings / stage.last(Started).dictation / "audio.pcm"
    return pcm.stat().st_size / 2 / SAMPLE_RATE


def test_refused_sound_is_written_again_after_two_seconds_of_new_sound(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.listen()
    append = Journal.append
    monkeypatch.setattr(Journal, "append", refuse)
    stage.say(1)
    assert stage.last(Failed).what == "The disk is full."
    monkeypatch.setattr(Journal, "append", append)
    stage.say(1)
    stage.say(0.9)
    assert on_disk_s(stage) == 0
    stage.say(0.1)
    assert on_disk_s(stage) == 3.0
    assert len(stage.all(DiskRecovered)) == 1


def test_half_an_hour_of_sound_is_kept_while_the_disk_refuses_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.listen()
    append = Journal.append
    monkeypatch.setattr(Journal, "append", refuse)
    for _ in range(30):
        stage.say(60)
    assert not [failed for failed in stage.all(Failed) if "half an hour" in failed.what]
    stage.say(1)
    assert [failed for failed in stage.all(Failed) if "half an hour" in failed.what]
    monkeypatch.setattr(Journal, "append", append)
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    assert on_disk_s(stage) >= 30 * 60


def test_journal_is_synced_within_two_seconds_of_being_written() -> None:
    """A power cut may cost the last two seconds."""
    synced, disk = threading.Event(), DiskThread()
    try:
        disk.submit(lambda: disk.keep_synced("journal", synced.set))
        assert synced.wait(2.0)
        synced.clear()
        assert synced.wait(2.0)
    finally:
        disk.close(5.0)


def test_sound_is_synced_as_long_as_it_is_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[float] = []
    monkeypatch.setattr(Journal, "sync", lambda journal: synced.append(journal.length / SAMPLE_RATE))
    stage.listen()
    stage.say(1)
    (sync,) = stage.disk.syncs.values()
    sync()
    assert synced == [1.0]
    stage.release()
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.disk.syncs == {}


def test_cancelled_dictation_can_be_taken_back_for_eight_seconds() -> None:
    stage = KeyStage(Mode.TOGGLE).press().wait(1.0).escape()
    stage.wait(7.99)
    assert stage.kept
    stage.wait(0.02)
    assert not stage.kept


@pytest.mark.parametrize(("held_s", "stops"), [(0.39, False), (0.41, True)])
def test_key_pressed_for_less_than_four_tenths_of_a_second_toggles(held_s: float, stops: bool) -> None:
    stage = KeyStage(Mode.BOTH).press().wait(held_s).release().wait(0.1)
    assert stage.capturing is not stops


def test_text_waits_one_second_for_a_disk_that_does_not_answer(tmp_path: Path) -> None:
    stage = TalkStage(tmp_path)
    stage.disk.stalled = True
    stage.dictate("hello there")
    stage.pass_time(0.9)
    assert stage.inserted() == []
    stage.pass_time(0.2)
    assert stage.inserted() == ["Hello there"]
    stage.disk.go_on()
    stage.archive.close_history()


def test_end_of_the_program_waits_two_seconds_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = TalkStage(tmp_path)
    waits: list[float] = []
    monkeypatch.setattr(stage.inserter, "close", waits.append)
    close = stage.disk.close
    monkeypatch.setattr(stage.disk, "close", lambda timeout: waits.append(timeout) or close(timeout))
    stage.dictation.quit()
    stage.handle_messages()
    assert len(waits) == 2
    assert sum(waits) <= 2.0


def test_progress_is_reported_four_times_a_second_at_most(stage: Stage) -> None:
    stage.listen()
    before = len(stage.all(ProgressChanged))
    for _ in range(100):
        stage.say(0.01)
        stage.pass_time(0.01)
    assert 3 <= len(stage.all(ProgressChanged)) - before <= 5
