"""The journal while it is written: every appended sample can be read at once."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.disk_calls import DiskCalls

from saywrite.foundation.errors import JournalDamaged, JournalError, JournalUnwritable
from saywrite.foundation.events import Gap
from saywrite.storage.recordings import journal as journal_module
from saywrite.storage.recordings.journal import Header, Journal, SampleReader, unwritable
from saywrite.storage.recordings.metadata import Metadata, parse_metadata
from saywrite.storage.recordings.repair import replace_metadata, restore_pcm

BEGAN = datetime(2026, 11, 22, 10, 42, 7, 5, tzinfo=timezone(timedelta(hours=1)))
HEADER = Header("one", BEGAN, "de", "local", "Mikrofon äöü", {"k eight s": "Kubernetes"})


def sound(first: int, count: int) -> bytes:
    """Samples whose values are their positions."""
    return b"".join((n & 0xFFFF).to_bytes(2, "little") for n in range(first, first + count))


def test_appended_sound_is_on_disk_when_append_returns(tmp_path: Path):
    with Journal.create(tmp_path / "recordings", HEADER) as journal:
        for at in range(0, 1000, 100):
            journal.append(sound(at, 100))
            assert (tmp_path / "recordings/one/audio.pcm").read_bytes() == sound(0, at + 100)
            assert journal.length == at + 100


def test_any_stretch_can_be_read_and_ends_where_the_sound_ends(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 500))
        assert journal.read(100, 200) == sound(100, 100)
        assert journal.read(400, 900) == sound(400, 100)
        assert journal.read(500, 600) == b""
        assert journal.read(300, 100) == b""


def test_folders_and_files_are_for_the_user_alone(tmp_path: Path):
    with Journal.create(tmp_path / "data/recordings", HEADER) as journal:
        journal.append(sound(0, 10))
        journal.save_metadata()
    for folder in ("data/recordings", "data/recordings/one"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700
    for path in (tmp_path / "data/recordings/one").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_new_journal_refuses_an_existing_folder(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 10))
    with pytest.raises(JournalUnwritable):
        Journal.create(tmp_path, HEADER)
    assert (tmp_path / "one/audio.pcm").read_bytes() == sound(0, 10)
    assert (tmp_path / "one/dictation.json").exists()


def test_a_journal_that_a_full_disk_refused_can_be_created_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The record tries again every two seconds; what the first attempt left must not count as another journal."""

    def refuse(folder: Path, metadata: Metadata) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal_module, "save_metadata", refuse)
        with pytest.raises(JournalUnwritable):
            Journal.create(tmp_path, HEADER)
    assert list(tmp_path.iterdir()) == []
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 10))


def test_the_names_of_a_new_recording_are_synced_once_with_its_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without its name in the folder, sound that is on the disk cannot be found after a power cut."""
    with Journal.create(tmp_path / "recordings", HEADER) as journal:
        journal.append(sound(0, 10))
        disk = DiskCalls(monkeypatch)
        journal.sync()
        assert disk.of(tmp_path / "recordings/one/audio.pcm") == ["sync"]
        assert disk.of(tmp_path / "recordings/one") == ["sync"]
        assert disk.of(tmp_path / "recordings") == ["sync"]
        journal.sync()
        assert disk.of(tmp_path / "recordings/one/audio.pcm") == ["sync", "sync"]
        assert disk.of(tmp_path / "recordings") == ["sync"]


def test_all_sound_is_on_the_disk_before_the_sidecar_calls_it_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 10))
        disk = DiskCalls(monkeypatch)
        journal.end(complete=True)
    audio, sidecar = ((tmp_path / "one" / name).stat().st_ino for name in ("audio.pcm", "dictation.json"))
    assert disk.index("sync", audio) < disk.index("replace", sidecar)


def test_a_journal_that_could_not_be_reopened_can_be_when_its_sound_is_there(tmp_path: Path):
    Journal.create(tmp_path, HEADER).close()
    audio = tmp_path / "one/audio.pcm"
    audio.rename(tmp_path / "elsewhere")
    with pytest.raises(JournalDamaged):
        Journal.reopen(tmp_path / "one")
    (tmp_path / "elsewhere").rename(audio)
    journal = Journal.reopen(tmp_path / "one")
    journal.close()
    journal.close()


def test_the_sidecar_of_a_newer_version_is_kept_when_its_recording_is_continued(tmp_path: Path):
    Journal.create(tmp_path, HEADER).close()
    sidecar = tmp_path / "one/dictation.json"
    newer = sidecar.read_bytes().replace(b'"schema": 1', b'"schema": 2')
    assert newer != sidecar.read_bytes()
    sidecar.write_bytes(newer)
    with Journal.reopen(tmp_path / "one") as journal:
        assert sidecar.read_bytes() == newer
        journal.save_metadata()
        journal.save_metadata()
    assert [path.read_bytes() for path in sidecar.parent.glob("*.broken-*")] == [newer]
    assert not parse_metadata(sidecar.read_bytes(), "one").newer


def test_half_a_sample_is_refused(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal, pytest.raises(ValueError, match="half a sample"):
        journal.append(b"abc")


@given(steps=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 9)), max_size=12))
def test_short_and_refused_writes_lose_and_repeat_no_sample(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
):
    """Each step is how many bytes the disk takes before it is full, and how many samples come."""
    real_write = os.write
    room = 0

    def write(fd: int, data: memoryview) -> int:
        nonlocal room
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = real_write(fd, data[: min(room, 7)])
        room -= taken
        return taken

    given_so_far = 0
    with (
        Journal.create(tmp_path_factory.mktemp("j"), HEADER) as journal,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("saywrite.storage.recordings.journal.os.write", write)
        for bytes_free, count in steps:
            room = bytes_free
            given_so_far += count
            before = journal.length
            pending = sound(before, given_so_far - before)
            with suppress(JournalUnwritable):
                journal.append(pending)
            assert (journal.length == given_so_far) == (len(pending) <= bytes_free)
            assert journal.read(0, 10_000) == sound(0, journal.length)
            assert (journal.folder / "audio.pcm").stat().st_size == 2 * journal.length
        room = 1 << 20
        journal.append(sound(journal.length, given_so_far - journal.length))
        assert (journal.folder / "audio.pcm").read_bytes() == sound(0, given_so_far)


def test_the_half_sample_of_a_failed_append_is_written_over_even_when_it_cannot_be_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real_write = os.write
    takes = iter([3, 0])

    def write(fd: int, data: memoryview) -> int:
        return real_write(fd, data[: next(takes)])

    def ftruncate(fd: int, length: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with Journal.create(tmp_path, HEADER) as journal:
        with monkeypatch.context() as patch:
            patch.setattr("saywrite.storage.recordings.journal.os.write", write)
            patch.setattr("saywrite.storage.recordings.journal.os.ftruncate", ftruncate)
            with pytest.raises(JournalUnwritable):
                journal.append(sound(0, 10))
        assert journal.length == 1
        journal.append(sound(1, 9))
        assert (tmp_path / "one/audio.pcm").read_bytes() == sound(0, 10)


def test_a_reader_on_another_thread_never_sees_less_or_else_than_was_written(tmp_path: Path):
    blocks, block = 400, 160
    wrong: list[int] = []
    with Journal.create(tmp_path, HEADER) as journal:

        def read_behind() -> None:
            at = 0
            while at < blocks * block:
                end = journal.length
                if journal.read(at, end) != sound(at, end - at):
                    wrong.append(at)
                    return
                at = end

        reader = threading.Thread(target=read_behind)
        reader.start()
        for number in range(blocks):
            journal.append(sound(number * block, block))
        reader.join(30)
        assert not reader.is_alive()
    assert wrong == []


def test_reading_works_where_the_system_has_no_pread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr("os.pread")
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 300))
        assert journal.read(100, 200) == sound(100, 100)
        journal.append(sound(300, 100))
        assert journal.read(0, 1000) == sound(0, 400)


def test_reading_a_closed_recording_is_an_error_and_never_another_file(tmp_path: Path):
    (tmp_path / "x").write_bytes(sound(0, 10))
    reader = SampleReader(os.open(tmp_path / "x", os.O_RDONLY))
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read(0, 1)


def test_sidecar_has_the_header_and_the_confirmed_length(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 500))
        journal.confirm(300)
        journal.confirm(200)
        journal.add_gap(250, 80, "the microphone was unplugged")
        journal.save_metadata()
        saved = parse_metadata((tmp_path / "one/dictation.json").read_bytes(), "one")
        assert saved == Metadata(HEADER, 300, (Gap("one", 250, 80, "the microphone was unplugged"),))
        assert not Journal.is_complete(tmp_path / "one")
        journal.end(complete=True)
    assert parse_metadata((tmp_path / "one/dictation.json").read_bytes(), "one").ended
    assert Journal.is_complete(tmp_path / "one")


names = st.text(max_size=20)
headers = st.builds(
    Header,
    st.just("one"),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.replace(fold=0).astimezone(UTC)),
    names,
    names,
    names,
    st.dictionaries(names, names, max_size=3),
)
gaps = st.lists(st.builds(Gap, st.just("one"), st.integers(0), st.integers(0), names), max_size=3).map(tuple)


@given(metadata=st.builds(Metadata, headers, st.integers(0, 2**40), gaps, st.booleans(), st.booleans()))
def test_a_sidecar_reads_back_as_it_was_written(metadata: Metadata):
    encoded = metadata.encode()
    if not any(0xD800 <= ord(char) <= 0xDFFF for char in repr(metadata)):
        assert parse_metadata(encoded, "one") == metadata


@given(data=st.binary(max_size=300))
def test_invalid_sidecar_raises_value_error_only(data: bytes):
    with pytest.raises(ValueError, match=r"."):
        parse_metadata(data, "one")


def test_a_source_whose_name_is_no_text_can_still_be_recorded(tmp_path: Path):
    """A file name on Linux may contain bytes that are no UTF-8."""
    header = Header("one", BEGAN, "en", "local", os.fsdecode(b"caf\xe9.wav"))
    Journal.create(tmp_path, header).close()
    assert parse_metadata((tmp_path / "one/dictation.json").read_bytes(), "one").header.source == "caf?.wav"


def test_journal_reopened_after_a_crash_keeps_its_sound_and_is_completed(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 500))
        journal.confirm(200)
        journal.save_metadata()
    with Journal.reopen(tmp_path / "one") as again:
        assert (again.length, again.metadata.confirmed, again.metadata.header) == (500, 200, HEADER)
        assert again.read(200, 500) == sound(200, 300)
        again.confirm(500)
        again.end(complete=True)
    assert (tmp_path / "one/audio.pcm").read_bytes() == sound(0, 500)
    assert Journal.is_complete(tmp_path / "one")


def test_reopened_journal_with_half_a_sample_continues_behind_the_last_complete_one(tmp_path: Path):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 50))
    with (tmp_path / "one/audio.pcm").open("ab") as file:
        file.write(b"\xff")
    with Journal.reopen(tmp_path / "one") as again:
        assert again.length == 50
        again.append(sound(50, 50))
    assert (tmp_path / "one/audio.pcm").read_bytes() == sound(0, 100)


def test_a_damaged_sidecar_is_set_aside_before_another_is_written(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with Journal.create(tmp_path, HEADER) as journal:
        journal.append(sound(0, 500))
    (tmp_path / "one/dictation.json").write_bytes(b"{damaged")
    (tmp_path / "one/dictation.json.broken-1").write_bytes(b"older")
    with Journal.reopen(tmp_path / "one") as again:
        assert (tmp_path / "one/dictation.json").read_bytes() == b"{damaged"
        again.end(complete=True)
    assert (tmp_path / "one/dictation.json.broken-1").read_bytes() == b"older"
    assert (tmp_path / "one/dictation.json.broken-2").read_bytes() == b"{damaged"
    assert Journal.is_complete(tmp_path / "one")


def test_dictation_that_is_being_written_cannot_be_reopened(tmp_path: Path):
    with (
        Journal.create(tmp_path, HEADER),
        pytest.raises(JournalError, match="still being recorded"),
    ):
        Journal.reopen(tmp_path / "one")
    Journal.reopen(tmp_path / "one").close()


def test_folder_without_sound_cannot_be_reopened(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "one").mkdir()
    with pytest.raises(JournalDamaged, match="cannot be opened"):
        Journal.reopen(tmp_path / "one")


@pytest.mark.parametrize(
    ("code", "what", "remedy"),
    [
        (errno.ENOSPC, "disk is full", "Free some space"),
        (errno.EDQUOT, "disk is full", "Free some space"),
        (errno.EROFS, "read-only", "--data"),
        (errno.EACCES, "may not write", "permission"),
        (errno.EPERM, "may not write", "permission"),
        (errno.EFBIG, "largest file size", "new dictation"),
        (errno.EIO, "Input/output error", "Check the disk"),
    ],
)
def test_refused_write_names_cause_remedy_and_what_is_saved(code: int, what: str, remedy: str):
    error = unwritable(OSError(code, os.strerror(code)), Path("/data"), "The recording is saved up to 3 s.")
    assert what in error.what
    assert error.what.endswith("saved up to 3 s.")
    assert remedy in error.remedy


@pytest.mark.parametrize("use", [Journal.reopen, restore_pcm])
def test_recording_that_was_removed_meanwhile_is_not_said_to_be_kept(
    tmp_path: Path, use: Callable[[Path], object]
) -> None:
    with pytest.raises(JournalDamaged, match=r"\(No such file") as raised:
        use(tmp_path / "removed")
    assert "kept" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_sidecar_of_a_recording_that_was_removed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    metadata = Metadata(HEADER)
    replace_metadata(tmp_path / "removed", metadata, metadata)
    assert not list(tmp_path.iterdir())
