"""Recordings after their dictation: kept as FLAC, exported as WAV, removed when they are old."""

from __future__ import annotations

import errno
import os
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from saywrite.foundation.errors import JournalDamaged, JournalError, JournalUnwritable
from saywrite.storage.recordings import library as recordings
from saywrite.storage.recordings.flac_file import write_flac
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import (
    export_wav,
    finish_recording,
    kept_file,
    open_recording,
    purge,
    remove_forgotten_copies,
    scan,
    temporary_folder,
)

BEGAN = datetime(2026, 11, 1, 10, 42, tzinfo=UTC)
NOW = BEGAN + timedelta(days=10)
HEADER = Header("one", BEGAN, "en", "local", "microphone")
LENGTH = 3 * 65_536 + 1_234  # more than one block, and not a whole number of them


def speech() -> bytes:
    """A tone in noise with full-scale peaks, which no lossy codec reproduces."""
    rng = np.random.default_rng(3)
    tone = 12_000 * np.sin(np.arange(LENGTH) * 0.11) + rng.normal(0, 3_000, LENGTH)
    tone[::1000] = 32_767
    tone[500::1000] = -32_768
    return tone.clip(-32_768, 32_767).astype("<i2").tobytes()


def recorded(recordings: Path, header: Header = HEADER, complete: bool = True, pcm: bytes = b"\1\0" * 99) -> Path:
    with Journal.create(recordings, header) as journal:
        journal.append(pcm)
        journal.end(complete=complete)
    return recordings / header.dictation


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_wrong_sample_at_the_beginning_of_the_copy_keeps_the_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = recorded(tmp_path, pcm=speech())

    def write_wrongly(blocks: Iterable[bytes], file: BinaryIO) -> None:
        first, *others = blocks
        assert others
        write_flac([b"\x2a\x2a" + first[2:], *others], file)

    monkeypatch.setattr(recordings, "write_flac", write_wrongly)
    with pytest.raises(JournalUnwritable):
        finish_recording(folder, keep=True)
    assert names(folder) == ["audio.pcm", "dictation.json", "lock"]
    assert (folder / "audio.pcm").read_bytes() == speech()


def test_a_removed_recording_leaves_no_damaged_sidecar(tmp_path: Path):
    """It names the keywords and the file of the dictation."""
    folder = recorded(tmp_path)
    (folder / "dictation.json.broken-1").write_bytes(b"{")
    finish_recording(folder, keep=False)
    assert names(tmp_path) == []


def test_a_complete_recording_is_not_offered_whatever_was_confirmed(tmp_path: Path):
    """The rest of its sound has no text because nothing was said in it."""
    recorded(tmp_path)
    assert scan(tmp_path) == ()


def test_the_kept_file_is_that_of_a_recording_that_is_wholly_encoded(tmp_path: Path):
    """A process that was killed while it encoded leaves a part beside the sound."""
    folder = recorded(tmp_path)
    assert kept_file(folder) is None
    finish_recording(folder, keep=True)
    assert kept_file(folder) == folder / "audio.flac"
    (folder / "audio.pcm").touch()
    assert kept_file(folder) is None
    assert kept_file(tmp_path / "nothing") is None


def test_a_recording_that_a_wav_file_cannot_hold_is_not_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = recorded(tmp_path)
    monkeypatch.setattr(recordings, "_WAV_LIMIT", 98)
    with pytest.raises(JournalUnwritable, match="too long"):
        export_wav(folder, tmp_path / "x.wav")
    assert not (tmp_path / "x.wav").exists()
    monkeypatch.setattr(recordings, "_WAV_LIMIT", 99)
    export_wav(folder, tmp_path / "x.wav")


def test_a_kept_recording_is_flac_and_sounds_the_same_to_the_sample(tmp_path: Path):
    pcm = speech()
    folder = recorded(tmp_path, pcm=pcm)
    finish_recording(folder, keep=True)
    assert names(folder) == ["audio.flac", "dictation.json", "lock"]
    assert (folder / "audio.flac").stat().st_mode & 0o777 == 0o600
    assert (folder / "audio.flac").read_bytes()[:4] == b"fLaC"
    with open_recording(folder) as recording:
        assert recording.length == LENGTH
        assert b"".join(recording.blocks()) == pcm
        assert recording.read(70_000, 70_100) == pcm[140_000:140_200]
        assert recording.read(10, 20) == pcm[20:40]
        assert recording.read(LENGTH - 5, LENGTH + 99) == pcm[-10:]
        assert recording.read(LENGTH + 5, LENGTH + 9) == b""
        assert recording.metadata.header == HEADER
    finish_recording(folder, keep=True)
    assert names(folder) == ["audio.flac", "dictation.json", "lock"]


def test_encoding_is_repeated_after_a_kill_before_the_pcm_was_removed(tmp_path: Path):
    folder = recorded(tmp_path, pcm=speech())
    (folder / "audio.flac").write_bytes(b"fLaC, cut off")
    (folder / "audio.flac.tmp").write_bytes(b"rubbish")
    finish_recording(folder, keep=True)
    assert names(folder) == ["audio.flac", "dictation.json", "lock"]
    with open_recording(folder) as recording:
        assert b"".join(recording.blocks()) == speech()


def test_the_pcm_stays_when_the_copy_does_not_read_back_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def spoil(blocks: Iterable[bytes], file: BinaryIO) -> None:
        write_flac((pcm[:-2] + b"\x55\x55" for pcm in blocks), file)

    folder = recorded(tmp_path, pcm=speech())
    monkeypatch.setattr(recordings, "write_flac", spoil)
    with pytest.raises(JournalUnwritable, match="kept as it is"):
        finish_recording(folder, keep=True)
    assert names(folder) == ["audio.pcm", "dictation.json", "lock"]
    assert (folder / "audio.pcm").read_bytes() == speech()


def test_recording_that_is_not_kept_is_removed_with_its_folder(tmp_path: Path):
    folder = recorded(tmp_path)
    finish_recording(folder, keep=False)
    assert not folder.exists()
    finish_recording(folder, keep=False)


def test_files_of_the_user_stay_when_the_recording_is_removed(tmp_path: Path):
    folder = recorded(tmp_path)
    (folder / "notes.txt").write_text("mine")
    finish_recording(folder, keep=False)
    assert names(folder) == ["notes.txt"]


def test_nothing_is_encoded_or_removed_while_it_is_being_written(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(b"\1\0" * 10)
        journal.end(complete=True)
        for keep in (True, False):
            with pytest.raises(JournalError, match="still being recorded"):
                finish_recording(tmp_path / "one", keep=keep)
        assert purge(tmp_path, 0, NOW) == ()
    assert purge(tmp_path, 0, NOW) == ("one",)


def test_a_dictation_whose_text_is_incomplete_is_offered_also_from_flac(tmp_path: Path):
    folder = recorded(tmp_path, complete=False)
    finish_recording(folder, keep=True)
    (found,) = scan(tmp_path)
    assert (found.dictation, found.length, found.confirmed) == ("one", 99, 0)


def test_damaged_flac_is_reported_and_not_changed(tmp_path: Path):
    folder = recorded(tmp_path, complete=False)
    finish_recording(folder, keep=True)
    (folder / "audio.flac").write_bytes(b"rubbish")
    (found,) = scan(tmp_path)
    assert "cannot be read" in found.problem
    with pytest.raises(JournalDamaged, match="not a FLAC file"):
        open_recording(folder)
    assert purge(tmp_path, 0, NOW) == ()
    assert (folder / "audio.flac").read_bytes() == b"rubbish"


@pytest.mark.parametrize("place", [12_000, -40], ids=["first block", "last block"])
def test_one_flipped_bit_in_a_block_without_a_neighbor_is_noticed(place: int, tmp_path: Path):
    folder = recorded(tmp_path, pcm=speech())
    finish_recording(folder, keep=True)
    flac = bytearray((folder / "audio.flac").read_bytes())
    flac[place] ^= 0x10
    (folder / "audio.flac").write_bytes(flac)
    with open_recording(folder) as recording, pytest.raises(JournalDamaged):
        list(recording.blocks())


def test_truncated_flac_gives_its_beginning_and_reports_the_missing_rest(tmp_path: Path):
    folder = recorded(tmp_path, pcm=speech())
    finish_recording(folder, keep=True)
    whole = (folder / "audio.flac").read_bytes()
    (folder / "audio.flac").write_bytes(whole[: len(whole) * 2 // 3])
    heard: list[bytes] = []
    with open_recording(folder) as recording, pytest.raises(JournalDamaged):
        heard.extend(recording.blocks())
    assert heard
    assert speech().startswith(b"".join(heard))
    with pytest.raises(JournalDamaged):
        export_wav(folder, tmp_path / "x.wav")
    assert names(tmp_path) == ["one"]


def test_recordings_are_removed_when_they_are_old_and_complete_and_only_then(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    def begun(name: str, days_ago: float) -> Header:
        return replace(HEADER, dictation=name, began=NOW - timedelta(days=days_ago))

    recorded(tmp_path, begun("old", 8))
    recorded(tmp_path, begun("young", 6))
    recorded(tmp_path, begun("old-unfinished", 8), complete=False)
    damaged = recorded(tmp_path, begun("old-damaged", 8))
    (damaged / "dictation.json").write_bytes(b"{")
    newer = recorded(tmp_path, begun("old-newer", 8))
    metadata = (newer / "dictation.json").read_text()
    (newer / "dictation.json").write_text(metadata.replace('"schema": 1', '"schema": 2'))
    finish_recording(recorded(tmp_path, begun("old-flac", 8)), keep=True)
    with Journal.create(tmp_path, begun("old-confirmed", 8)) as journal:
        journal.append(b"\1\0" * 10)
        journal.confirm(10)
        journal.save_metadata()
    (tmp_path / "notes").mkdir()
    assert purge(tmp_path, -1, NOW) == ()
    assert purge(tmp_path, 7, NOW) == ("old", "old-confirmed", "old-flac")
    assert names(tmp_path) == ["notes", "old-damaged", "old-newer", "old-unfinished", "young"]
    assert purge(tmp_path, 0, NOW, {"young"}) == ()
    assert purge(tmp_path, 0, NOW) == ("young",)
    assert purge(tmp_path / "nowhere", 0, NOW) == ()


def test_a_recording_of_a_clock_that_was_not_set_is_kept_as_long_as_others(tmp_path: Path):
    unset = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
    sidecar = recorded(tmp_path, replace(HEADER, began=unset)) / "dictation.json"
    os.utime(sidecar, (unset.timestamp(), unset.timestamp()))
    assert purge(tmp_path, 7, unset + timedelta(minutes=1)) == (), "the clock is still wrong"
    assert purge(tmp_path, 7, NOW) == (), "the clock was set"
    assert purge(tmp_path, 7, NOW + timedelta(days=6)) == ()
    assert purge(tmp_path, 7, NOW + timedelta(days=8)) == ("one",)


def test_the_sound_is_saved_as_wav_and_never_over_a_file_unasked(tmp_path: Path):
    pcm = speech()
    folder = recorded(tmp_path / "recordings", pcm=pcm, complete=False)
    target = tmp_path / "dictation.wav"
    export_wav(folder, target)
    with wave.open(str(target)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.readframes(LENGTH + 1) == pcm
    target.write_bytes(b"something else")
    with pytest.raises(JournalUnwritable, match="already exists"):
        export_wav(folder, target)
    assert target.read_bytes() == b"something else"
    export_wav(folder, target, overwrite=True)
    assert target.stat().st_size == 44 + len(pcm)
    assert names(tmp_path) == ["dictation.wav", "recordings"]
    with pytest.raises(JournalUnwritable):
        export_wav(folder, tmp_path / "nowhere" / "x.wav")


def test_an_export_that_fails_half_way_leaves_the_file_that_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = recorded(tmp_path / "recordings", pcm=speech())
    (tmp_path / "old.wav").write_bytes(b"old")

    def fail(self: wave.Wave_write, data: bytes) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(wave.Wave_write, "writeframesraw", fail)
    with pytest.raises(JournalUnwritable, match="Input/output error"):
        export_wav(folder, tmp_path / "old.wav", overwrite=True)
    with pytest.raises(JournalUnwritable, match="Input/output error"):
        export_wav(folder, tmp_path / "new.wav")
    assert names(tmp_path) == ["old.wav", "recordings"]
    assert (tmp_path / "old.wav").read_bytes() == b"old"


def test_temporary_folder_is_removed_with_its_sound() -> None:
    with temporary_folder("test") as folder:
        (folder / "dictation.wav").write_bytes(b"sound")
        assert folder.name.startswith("saywrite-copy-test-")
    assert not folder.exists()


def test_copies_of_a_killed_process_are_removed_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    for name, age in (("saywrite-copy-again-x", 25), ("saywrite-copy-again-y", 23), ("saywrite-notes", 25)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dictation.wav").write_bytes(b"sound")
        at = (now - timedelta(hours=age)).timestamp()
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "saywrite-copy-link").symlink_to("saywrite-notes")
    remove_forgotten_copies(now)
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"saywrite-copy-again-y", "saywrite-notes", "saywrite-copy-link"}
    assert (tmp_path / "saywrite-notes" / "dictation.wav").exists()


@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOSPC, "The disk is full. Free some space"), (errno.EROFS, "read-only disk")]
)
def test_temporary_folder_that_cannot_be_made_names_the_disk(
    code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: str, mode: int) -> None:
        raise OSError(code, os.strerror(code), folder)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile._os.mkdir", refuse)
    with pytest.raises(JournalUnwritable, match=told) as caught, temporary_folder("test"):
        pass
    assert str(tmp_path) in str(caught.value)


def test_computer_without_a_usable_temporary_folder_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: ["/nowhere"])
    with pytest.raises(JournalUnwritable, match="No usable temporary directory") as caught, temporary_folder("test"):
        pass
    assert "is gone" not in caught.value.what
