"""What happens to sound, text and settings on a disk that is really full or read-only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.system.small_disk import SmallDisk, small_disk

from saywrite.foundation.errors import HistoryUnavailable, JournalUnwritable, SettingsError
from saywrite.foundation.events import Segment
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import export_wav, finish_recording, open_recording, scan
from saywrite.storage.settings.file import load, save, write_private
from saywrite.storage.settings.schema import Settings

HEADER = Header("one", datetime(2026, 11, 22, 10, 42, tzinfo=UTC), "en", "local", "test", {})
BLOCK = 1600  # samples: 100 ms, as the dictation appends


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as small:
        yield small


def noise(samples: int) -> bytes:
    return random.Random(7).randbytes(2 * samples)


def append_until_full(journal: Journal, sound: bytes) -> JournalUnwritable:
    """Append in blocks until the disk refuses; what the journal counts is on disk."""
    for at in range(0, len(sound) // 2, BLOCK):
        try:
            journal.append(sound[2 * at : 2 * (at + BLOCK)])
        except JournalUnwritable as error:
            return error
    raise AssertionError("the disk never filled")


def test_a_full_disk_is_reported_with_its_remedy_and_what_was_written_is_known_to_the_sample(disk: SmallDisk):
    sound = noise(800_000)
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        error = append_until_full(journal, sound)
        assert "disk is full" in error.what
        assert "Free some space" in error.remedy
        assert journal.length > 100_000
        on_disk = (disk.path / "recordings/one/audio.pcm").read_bytes()
        assert on_disk == sound[: 2 * journal.length]


def test_appending_continues_without_loss_or_repetition_when_space_is_free_again(disk: SmallDisk):
    sound = noise(30_000)
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        disk.fill(leave=8192)
        append_until_full(journal, sound)
        stopped = journal.length
        assert 0 < stopped < 30_000
        with pytest.raises(JournalUnwritable):
            journal.append(sound[2 * stopped :])
        assert journal.length == stopped
        disk.free()
        journal.append(sound[2 * stopped :])
        assert journal.read(0, 40_000) == sound


def test_half_a_sample_written_before_the_disk_was_full_is_not_kept(disk: SmallDisk):
    """A tmpfs page holds whole samples; a file-size limit plays the file system that stops at an odd byte."""
    import resource
    import signal

    sound = noise(1000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (777, before[1]))
        try:
            with pytest.raises(JournalUnwritable, match="largest file size"):
                journal.append(sound)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert journal.length == 388
        assert (disk.path / "recordings/one/audio.pcm").stat().st_size == 776
        journal.append(sound[2 * journal.length :])
        assert journal.read(0, 1000) == sound


def test_a_full_disk_leaves_the_sidecar_that_was_there(disk: SmallDisk):
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        journal.append(noise(16_000))
        journal.confirm(8_000)
        journal.save_metadata()
        disk.fill()
        journal.confirm(12_000)
        with pytest.raises(JournalUnwritable, match="disk is full"):
            journal.save_metadata()
    (found,) = scan(disk.path / "recordings")
    assert (found.length, found.confirmed) == (16_000, 8_000)


def test_no_journal_can_begin_on_a_full_disk_and_nothing_half_made_stays(disk: SmallDisk):
    (disk.path / "recordings").mkdir()
    disk.fill()
    with pytest.raises(JournalUnwritable, match="disk is full"):
        Journal.create(disk.path / "recordings", HEADER)
    assert list((disk.path / "recordings").iterdir()) == []
    disk.free()
    Journal.create(disk.path / "recordings", HEADER).close()


def test_a_recording_that_cannot_be_encoded_for_lack_of_space_stays_as_it_is(disk: SmallDisk):
    sound = noise(200_000)
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        journal.append(sound)
        journal.end(complete=True)
    folder = disk.path / "recordings/one"
    disk.fill(leave=100_000)
    with pytest.raises(JournalUnwritable, match="kept as it is"):
        finish_recording(folder, keep=True)
    assert sorted(path.name for path in folder.iterdir()) == ["audio.pcm", "dictation.json", "lock"]
    with open_recording(folder) as recording:
        assert recording.read(0, 200_000) == sound


def test_an_export_that_does_not_fit_leaves_nothing_behind(disk: SmallDisk, tmp_path: Path):
    with Journal.create(tmp_path / "recordings", HEADER) as journal:
        journal.append(noise(600_000))
    with pytest.raises(JournalUnwritable, match="disk is full"):
        export_wav(tmp_path / "recordings/one", disk.path / "one.wav")
    assert list(disk.path.iterdir()) == []


@pytest.fixture
def read_only(disk: SmallDisk) -> SmallDisk:
    with Journal.create(disk.path / "recordings", HEADER) as journal:
        journal.append(noise(16_000))
    disk.make_read_only()
    return disk


def test_a_read_only_disk_is_named_and_recordings_on_it_can_still_be_read(read_only: SmallDisk):
    with pytest.raises(JournalUnwritable, match="read-only") as raised:
        Journal.create(read_only.path / "recordings", replace(HEADER, dictation="two"))
    assert "--data" in raised.value.remedy
    (found,) = scan(read_only.path / "recordings")
    assert found.length == 16_000
    with open_recording(read_only.path / "recordings/one") as recording:
        assert recording.read(0, 16_000) == noise(16_000)


def test_a_read_only_disk_refuses_removal_and_encoding_without_harm(read_only: SmallDisk):
    for keep in (True, False):
        with pytest.raises(JournalUnwritable, match="read-only"):
            finish_recording(read_only.path / "recordings/one", keep=keep)
    assert (read_only.path / "recordings/one/audio.pcm").exists()


def segment(number: int) -> Segment:
    return Segment(number, f"word{number} " * 20, "raw", number * 100, number * 100 + 90)


def add_until_refused(store: HistoryStore) -> tuple[int, HistoryUnavailable]:
    for number in range(10_000):
        try:
            store.add_segment("one", segment(number))
        except HistoryUnavailable as error:
            return number, error
    raise AssertionError("the disk never filled")


def test_the_history_reports_a_full_disk_keeps_what_it_acknowledged_and_continues_later(
    disk: SmallDisk, caplog: pytest.LogCaptureFixture
):
    store = HistoryStore(disk.path / "history.sqlite3")
    store.begin(HEADER)
    disk.fill(leave=64 * 1024)
    acknowledged, error = add_until_refused(store)
    assert "disk is full" in error.what
    assert error.remedy
    assert acknowledged > 0
    disk.free()
    store.add_segment("one", segment(acknowledged))
    dictated = store.load("one")
    assert dictated is not None
    assert [item.number for item in dictated.segments] == list(range(acknowledged + 1))
    assert store.search("word0")
    store.close()


def test_a_history_on_a_read_only_disk_is_refused_with_a_remedy(disk: SmallDisk, caplog: pytest.LogCaptureFixture):
    HistoryStore(disk.path / "history.sqlite3").close()
    disk.make_read_only()
    with pytest.raises(HistoryUnavailable, match="cannot be opened for writing") as raised:
        HistoryStore(disk.path / "history.sqlite3")
    assert "writable" in raised.value.remedy
    with pytest.raises(HistoryUnavailable):
        HistoryStore(disk.path / "new" / "history.sqlite3")


def test_settings_on_a_full_disk_stay_as_they_were(disk: SmallDisk):
    path = disk.path / "saywrite.toml"
    save(path, replace(Settings(), language="de"))
    disk.fill()
    with pytest.raises(SettingsError, match="disk is full") as raised:
        write_private(path, b"x" * 10_000)
    assert "Free some space" in raised.value.remedy
    assert load(path).settings.language == "de"
    assert sorted(item.name for item in disk.path.iterdir()) == ["ballast", "saywrite.toml"]


def test_settings_on_a_read_only_disk_can_be_read_and_saving_names_the_remedy(disk: SmallDisk):
    path = disk.path / "saywrite.toml"
    save(path, replace(Settings(), language="de"))
    broken = disk.path / "broken.toml"
    broken.write_text("= broken")
    disk.make_read_only()
    assert load(path).settings.language == "de"
    with pytest.raises(SettingsError, match="read-only") as raised:
        save(path, Settings())
    assert raised.value.remedy
    assert "left as it is" in load(broken).problems[0]


@pytest.fixture
def larger_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """With space for the log of many writes."""
    with small_disk(tmp_path / "larger", 8 << 20) as larger:
        yield larger


@pytest.mark.parametrize("leave", [16_384, 65_536, 131_072, 196_608])
def test_a_damaged_history_stays_until_there_is_space_for_what_can_be_read_of_it(
    larger_disk: SmallDisk, leave: int, caplog: pytest.LogCaptureFixture
):
    disk, path = larger_disk, larger_disk.path / "history.sqlite3"
    with closing(HistoryStore(path)) as store:
        for number in range(40):
            store.begin(replace(HEADER, dictation=f"20261122-1042{number:02}-0000"))
            store.add_segment(f"20261122-1042{number:02}-0000", Segment(1, f"word{number} " * 300, "", 0, 1))
    content = bytearray(path.read_bytes())
    damaged = len(content) // 2 // 4096 * 4096
    content[damaged : damaged + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    disk.fill(leave=leave)
    with pytest.raises(HistoryUnavailable, match="disk is full") as raised:
        open_or_replace(path)
    assert raised.value.remedy == "Free some space on the disk."
    assert path.read_bytes() == content
    assert not [other.name for other in disk.path.glob("history.sqlite3.*") if not other.name.endswith(".lock")]
    disk.free()
    store, salvaged = open_or_replace(path)
    store.close()
    assert salvaged is not None
    assert salvaged.aside.read_bytes() == content
    assert salvaged.dictations >= 35
