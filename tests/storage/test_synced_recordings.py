"""A recording survives a power cut: sound, sidecar and FLAC file are synced before anything relies on them.

The real files are written and the real calls made; `DiskCalls` records their order. What a disk keeps when its power
really goes is tested in tests/system/test_power_cut.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.disk_calls import DiskCalls

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import export_wav, finish_recording
from saywrite.storage.recordings.repair import restore_pcm

HEADER = Header("one", datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "microphone")
SECOND = bytes(range(256)) * (SAMPLE_RATE * 2 // 256)


def recorded(recordings: Path) -> Path:
    with Journal.create(recordings, HEADER) as journal:
        journal.append(SECOND)
        journal.confirm(SAMPLE_RATE)
        journal.end(complete=True)
    return recordings / "one"


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_sync_brings_the_sound_and_the_names_of_a_new_recording_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal.create(tmp_path, HEADER) as journal:
        disk = DiskCalls(monkeypatch)
        journal.append(SECOND)
        assert disk.calls == []
        journal.sync()
        for path in (tmp_path / "one/audio.pcm", tmp_path / "one", tmp_path):
            assert disk.of(path) == ["sync"], path
        journal.append(SECOND)
        journal.sync()
        assert disk.of(tmp_path / "one/audio.pcm") == ["sync", "sync"]
        assert disk.of(tmp_path) == ["sync"], "its name is on the disk already"


def test_sidecar_is_synced_before_it_replaces_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.create(tmp_path, HEADER) as journal:
        disk = DiskCalls(monkeypatch)
        journal.save_metadata()
        sidecar = inode(tmp_path / "one/dictation.json")
        assert disk.index("sync", sidecar) < disk.index("replace", sidecar)
        assert disk.index("replace", sidecar) < disk.index("sync", inode(tmp_path / "one"))


def test_end_syncs_the_sound_before_the_metadata_call_it_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(SECOND)
        disk = DiskCalls(monkeypatch)
        journal.end(complete=True)
        sound, sidecar = (inode(tmp_path / "one" / name) for name in ("audio.pcm", "dictation.json"))
        assert disk.index("sync", sound) < disk.index("replace", sidecar)


def test_flac_file_and_its_name_are_synced_before_the_pcm_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(tmp_path)
    pcm = inode(folder / "audio.pcm")
    disk = DiskCalls(monkeypatch)
    finish_recording(folder, keep=True)
    flac = inode(folder / "audio.flac")
    assert disk.index("sync", flac) < disk.index("replace", flac)
    assert disk.index("replace", flac) < disk.index("sync", inode(folder)) < disk.index("remove", pcm)


def test_restored_pcm_is_synced_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded(tmp_path)
    finish_recording(folder, keep=True)
    disk = DiskCalls(monkeypatch)
    restore_pcm(folder)
    pcm = inode(folder / "audio.pcm")
    assert disk.index("sync", pcm) < disk.index("replace", pcm)
    assert (folder / "audio.pcm").read_bytes() == SECOND


def test_exported_wav_file_is_synced_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded(tmp_path / "recordings")
    target = tmp_path / "a.wav"
    target.write_bytes(b"an older export")
    disk = DiskCalls(monkeypatch)
    export_wav(folder, target, overwrite=True)
    wav = inode(target)
    assert disk.index("sync", wav) < disk.index("replace", wav)
