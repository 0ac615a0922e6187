"""A model is tried on the newest recorded dictation: its text and the text of the dictation, side by side."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from tests.system.small_disk import small_disk

from saywrite.dictation.models.retranscription import Retranscription
from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.dictation.models.trial import ModelTrial
from saywrite.foundation.errors import JournalDamaged, JournalUnwritable, ModelError
from saywrite.foundation.events import Segment
from saywrite.foundation.paths import Paths, default_paths
from saywrite.speech.local.model_store.transfer import StopTransfer, TransferStopped
from saywrite.storage.history.records.versions import Origin
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording

DATA = Path(__file__).resolve().parents[1] / "data"
PROGRAM = (sys.executable, "-m", "saywrite")
BEGAN = datetime(2026, 11, 1, 10, 42, tzinfo=UTC)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return default_paths(tmp_path / "config", tmp_path / "data")


def speech(name: str) -> bytes:
    """16 kHz mono s16le."""
    with av.open(str(DATA / name)) as file:
        return b"".join(frame.to_ndarray().tobytes() for frame in file.decode(audio=0))


def dictate(paths: Paths, name: str, began: datetime, text: str, pcm: bytes | None) -> None:
    """A finished dictation in the history, with a recording that is kept if there is sound."""
    header = Header(name, began, "en", "local", "microphone")
    history = HistoryStore(paths.history)
    history.begin(header)
    history.add_segment(name, Segment(0, text, text, 0, 16_000))
    history.finish(name, 16_000, 16_000)
    history.close()
    if pcm is not None:
        with Journal.create(paths.recordings, header) as journal:
            journal.append(pcm)
            journal.end(complete=True)
        finish_recording(paths.recordings / name, keep=True)


def test_newest_recorded_dictation_is_transcribed_beside_the_text_it_has(paths: Paths) -> None:
    paths.data.mkdir()
    dictate(paths, "old", BEGAN, "an old text", speech("two_sentences.flac"))
    dictate(paths, "newer", BEGAN + timedelta(hours=1), "the feather is ice today", speech("weather.flac"))
    dictate(paths, "newest", BEGAN + timedelta(hours=2), "its recording was removed", None)
    tried = ModelTrial(paths, PROGRAM).run("whisper-base", StopTransfer())
    assert (tried.model, tried.dictation, tried.text_now) == ("whisper-base", "newer", "the feather is ice today")
    assert tried.text_tried.casefold().strip(" .") == "the weather is nice today"
    assert 0 < tried.took_s < 120


def test_trial_without_a_recording_says_what_to_do(paths: Paths) -> None:
    with pytest.raises(ModelError, match="no recorded dictation") as caught:
        ModelTrial(paths, PROGRAM).run("whisper-base", StopTransfer())
    assert "Dictate something" in caught.value.remedy


def test_trial_names_the_disk_that_has_no_room_for_the_sound(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.data.mkdir()
    dictate(paths, "long", BEGAN, "text", bytes(60 * 32_000))
    with small_disk(tmp_path / "disk") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk.path))
        with pytest.raises(JournalUnwritable, match="full"):
            ModelTrial(paths, PROGRAM).run("whisper-base", StopTransfer())


def test_trial_and_retranscription_name_the_temporary_folder_that_is_gone(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    again = Retranscription(Retranscriber(paths, PROGRAM, {}), "one", Origin("local", "whisper-base", "en"))
    for run in (lambda: ModelTrial(paths, PROGRAM).run("whisper-base", StopTransfer()), again.transcribe):
        with pytest.raises(JournalUnwritable, match="gone is gone"):
            run()


def test_trial_reports_the_recording_that_cannot_be_read(paths: Paths) -> None:
    paths.data.mkdir()
    dictate(paths, "one", BEGAN, "text", speech("weather.flac"))
    (paths.recordings / "one" / "audio.flac").write_bytes(b"not a sound")
    with pytest.raises(JournalDamaged, match="cannot be read"):
        ModelTrial(paths, PROGRAM).run("whisper-base", StopTransfer())


def test_trial_of_a_model_that_is_not_there_fails_with_its_reason(paths: Paths) -> None:
    paths.data.mkdir()
    dictate(paths, "one", BEGAN, "text", speech("weather.flac"))
    with pytest.raises(ModelError, match="could not be tried"):
        ModelTrial(paths, PROGRAM).run("whisper-small", StopTransfer())


def test_stopped_trial_ends_its_child(paths: Paths) -> None:
    paths.data.mkdir()
    dictate(paths, "one", BEGAN, "text", speech("weather.flac"))
    stop = StopTransfer()
    stop.request()
    with pytest.raises(TransferStopped):
        ModelTrial(paths, PROGRAM).run("whisper-base", stop)
