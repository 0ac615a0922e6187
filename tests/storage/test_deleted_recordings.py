"""Deleting a dictation from the history removes its recording at once, unless some of its sound has no text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from saywrite.foundation.errors import JournalError
from saywrite.foundation.events import Segment
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording, scan
from saywrite.storage.recordings.repair import remove_deleted

HEADER = Header("one", datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "microphone")
SECOND = b"\1\0" * 16_000


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def store(tmp_path: Path, recordings: Path) -> Iterator[HistoryStore]:
    store = HistoryStore(tmp_path / "history.sqlite3", partial(remove_deleted, recordings))
    store.begin(HEADER)
    store.add_segment("one", Segment(1, "secret words", "", 0, 16_000))
    yield store
    store.close()


def record(recordings: Path, *, complete: bool) -> Path:
    with Journal.create(recordings, HEADER) as journal:
        journal.append(SECOND)
        journal.confirm(16_000 if complete else 8_000)
        journal.end(complete=complete)
    return recordings / "one"


@pytest.mark.parametrize("kept", [False, True])
def test_recording_is_gone_when_delete_returns(store: HistoryStore, recordings: Path, kept: bool) -> None:
    """`kept`: the sound is a FLAC file already."""
    folder = record(recordings, complete=True)
    if kept:
        finish_recording(folder, keep=True)
    store.delete("one")
    assert not folder.exists()
    assert store.load("one") is None


def test_recording_whose_sound_has_not_all_its_text_stays_and_is_offered(store: HistoryStore, recordings: Path) -> None:
    record(recordings, complete=False)
    store.delete("one")
    assert [item.dictation for item in scan(recordings)] == ["one"]


def test_recording_that_is_being_written_stays(store: HistoryStore, recordings: Path) -> None:
    with Journal.create(recordings, HEADER) as journal:
        journal.append(SECOND)
        store.delete("one")
        assert (recordings / "one/audio.pcm").read_bytes() == SECOND


def test_dictation_without_a_recording_is_deleted(store: HistoryStore) -> None:
    store.delete("one")
    assert store.load("one") is None


def test_text_is_deleted_when_the_recording_cannot_be_removed(
    store: HistoryStore, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(recordings, complete=True)

    def refuse(*_path: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.unlink", refuse)
    with pytest.raises(JournalError, match="recording is not removed") as raised:
        store.delete("one")
    assert raised.value.remedy
    assert store.search("secret") == ()
