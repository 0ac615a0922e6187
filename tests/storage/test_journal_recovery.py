"""After a crash at any byte the recording can be read up to its last complete sample."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.errors import JournalDamaged
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import open_recording, scan

BEGAN = datetime(2026, 11, 22, 10, 42, 7, tzinfo=UTC)
SOUND = bytes(range(1, 121))


def header(name: str = "one", began: datetime = BEGAN) -> Header:
    return Header(name, began, "en", "local", "microphone", {"k eight s": "Kubernetes"})


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """The recordings of a process that died: 60 samples, 20 of them confirmed."""
    with Journal.create(tmp_path / "recordings", header()) as journal:
        journal.append(SOUND)
        journal.confirm(20)
        journal.add_gap(10, 5, "overflow")
        journal.save_metadata()
    return tmp_path / "recordings"


def truncate(path: Path, length: int) -> None:
    with path.open("r+b") as file:
        file.truncate(length)


def test_unfinished_dictation_is_found_with_its_time_and_lengths(crashed: Path):
    (found,) = scan(crashed)
    assert (found.dictation, found.began, found.length, found.confirmed) == ("one", BEGAN, 60, 20)
    assert found.problem == ""


def test_sound_cut_off_at_every_byte_gives_all_its_whole_samples(crashed: Path):
    for length in range(len(SOUND), -1, -1):
        truncate(crashed / "one/audio.pcm", length)
        found = scan(crashed)
        if length // 2 <= 20:
            assert found == ()
            continue
        assert [(item.length, item.confirmed) for item in found] == [(length // 2, 20)]
        with open_recording(crashed / "one") as recording:
            assert recording.read(0, 1000) == SOUND[: length // 2 * 2]
            assert recording.metadata.header == header()


def test_sound_is_found_with_a_sidecar_cut_off_at_any_byte(crashed: Path, caplog: pytest.LogCaptureFixture):
    whole = (crashed / "one/dictation.json").read_bytes()
    for length in range(len(whole) - 2, -1, -1):  # the last byte is a line end
        truncate(crashed / "one/dictation.json", length)
        (found,) = scan(crashed)
        assert (found.length, found.confirmed, found.problem) == (60, 0, "")
        with open_recording(crashed / "one") as recording:
            assert recording.read(0, 60) == SOUND


def test_without_a_sidecar_the_time_is_that_of_the_sound_file(crashed: Path, caplog: pytest.LogCaptureFixture):
    (crashed / "one/dictation.json").unlink()
    ended = BEGAN + timedelta(seconds=30)
    os.utime(crashed / "one/audio.pcm", (ended.timestamp(), ended.timestamp()))
    truncate(crashed / "one/audio.pcm", 16_000 * 2 * 30)
    os.utime(crashed / "one/audio.pcm", (ended.timestamp(), ended.timestamp()))
    (found,) = scan(crashed)
    assert found.began == BEGAN
    assert found.began.tzinfo is not None


def test_kill_before_the_rename_leaves_the_old_sidecar(crashed: Path):
    """Every state of the write: the temporary file at each length beside the sidecar that was there."""
    whole = (crashed / "one/dictation.json").read_bytes()
    for length in range(0, len(whole) + 1):
        (crashed / "one/dictation.json.tmp").write_bytes(whole[:length].replace(b"20", b"60"))
        (found,) = scan(crashed)
        assert (found.length, found.confirmed) == (60, 20)
    with Journal.reopen(crashed / "one") as journal:
        journal.confirm(60)
        journal.end(complete=True)
    assert scan(crashed) == ()
    assert not (crashed / "one/dictation.json.tmp").exists()


def test_kill_at_any_step_of_creation_offers_no_dictation(tmp_path: Path):
    recordings = tmp_path / "recordings"
    assert scan(recordings) == ()
    (recordings / "one").mkdir(parents=True)
    assert scan(recordings) == ()
    (recordings / "one/lock").touch()
    assert scan(recordings) == ()
    (recordings / "one/dictation.json.tmp").write_bytes(b"{")
    assert scan(recordings) == ()
    with Journal.create(recordings, header("two")):
        pass
    assert scan(recordings) == ()


@pytest.mark.usefixtures("caplog")
@given(metadata=st.binary(max_size=200), pcm=st.binary(max_size=50))
def test_whatever_is_in_the_files_the_sound_is_offered(
    tmp_path_factory: pytest.TempPathFactory, metadata: bytes, pcm: bytes
):
    folder = tmp_path_factory.mktemp("recordings") / "one"
    folder.mkdir()
    (folder / "audio.pcm").write_bytes(pcm)
    (folder / "dictation.json").write_bytes(metadata)
    found = scan(folder.parent)
    assert [item.length for item in found] == ([len(pcm) // 2] if len(pcm) >= 2 else [])
    assert (folder / "audio.pcm").read_bytes() == pcm
    assert (folder / "dictation.json").read_bytes() == metadata
    shutil.rmtree(folder.parent)


def test_other_files_and_folders_are_ignored(crashed: Path, caplog: pytest.LogCaptureFixture):
    (crashed / "notes.txt").write_text("not mine")
    (crashed / "empty").mkdir()
    (crashed / "photos").mkdir()
    (crashed / "photos/a.png").write_bytes(b"x")
    (crashed / "elsewhere").symlink_to(crashed / "one")
    (crashed / "loop").symlink_to(crashed / "loop")
    (crashed / "odd").mkdir()
    (crashed / "odd/audio.pcm").mkdir()
    assert [item.dictation for item in scan(crashed)] == ["one"]
    assert scan(crashed / "notes.txt") == ()


def test_the_oldest_comes_first_and_one_in_this_process_can_be_left_out(crashed: Path):
    for name, hours in (("a", 5), ("b", -5)):
        with Journal.create(crashed, header(name, BEGAN + timedelta(hours=hours))) as journal:
            journal.append(SOUND)
    assert [item.dictation for item in scan(crashed)] == ["b", "one", "a"]
    assert [item.dictation for item in scan(crashed, alive={"b"})] == ["one", "a"]


def test_one_with_all_its_text_is_not_offered_even_when_the_last_save_was_missed(crashed: Path):
    with Journal.reopen(crashed / "one") as journal:
        journal.confirm(60)
        journal.save_metadata()
    assert scan(crashed) == ()


def test_dictation_being_written_is_not_offered_until_its_writer_ends(crashed: Path):
    with Journal.create(crashed, header("live")) as journal:
        journal.append(SOUND)
        assert [item.dictation for item in scan(crashed)] == ["one"]
    assert [item.dictation for item in scan(crashed)] == ["live", "one"]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from saywrite.storage.recordings.journal import Header, Journal
journal = Journal.create(Path(sys.argv[1]), Header("child", datetime.now(UTC), "en", "local", "microphone"))
at = 0
while True:
    journal.append(b"".join((n & 0xFFFF).to_bytes(2, "little") for n in range(at, at + 160)))
    at += 160
    journal.confirm(at // 2)
    journal.save_metadata()
    print(at, flush=True)
"""


def test_killed_process_loses_no_acknowledged_sound(tmp_path: Path):
    """After kill -9 at any step the lock is released, and all acknowledged sound is there in order."""
    for reports in (1, 4, 9):
        recordings = tmp_path / str(reports)
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", WRITER, str(recordings)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as child:
            assert child.stdout is not None
            for _ in range(reports):
                acknowledged = int(child.stdout.readline())
            assert scan(recordings) == ()
            child.send_signal(signal.SIGKILL)
            child.wait(30)
        (found,) = scan(recordings)
        assert found.length >= acknowledged
        assert acknowledged // 2 <= found.confirmed < found.length
        with open_recording(recordings / "child") as recording:
            expected = b"".join((n & 0xFFFF).to_bytes(2, "little") for n in range(found.length))
            assert recording.read(0, found.length) == expected


def test_recording_that_cannot_be_opened_is_returned_with_its_reason(crashed: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: object, flags: int, mode: int = 0o777, **more: object) -> int:
        if str(path).endswith("audio.pcm"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags, mode)  # type: ignore[call-overload]

    real_open = os.open
    monkeypatch.setattr("saywrite.storage.recordings.library.os.open", refuse)
    (found,) = scan(crashed)
    assert (found.dictation, found.began, found.length) == ("one", BEGAN, 0)
    assert "Permission denied" in found.problem
    with pytest.raises(JournalDamaged) as raised:
        open_recording(crashed / "one")
    assert "permissions" in raised.value.remedy
