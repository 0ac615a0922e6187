"""Any sound file becomes 16 kHz mono; every bad one has its own reason and remedy."""

import math
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from tests import sounds

from saywrite.audio.files.file_source import AHEAD, FileSource, probe
from saywrite.audio.source import FromSource
from saywrite.foundation.errors import AudioError, AudioFileError
from saywrite.foundation.events import Level

LIMIT_S = 30.0


class Sink:
    def __init__(self) -> None:
        self.opens: list[str] = []
        self.pcm = b""
        self.levels: list[Level] = []
        self.errors: list[tuple[AudioError, bool]] = []
        self.ends = 0

    def opened(self, device: str, at: float) -> None:
        assert not self.pcm
        self.opens.append(device)

    def sound(self, pcm: bytes, level: Level) -> None:
        assert not self.ends
        self.pcm += pcm
        self.levels.append(level)

    def gap(self, length: int, cause: str) -> None:
        raise AssertionError("a file has no gaps")

    def source_changed(self, device: str, note: str) -> None:
        raise AssertionError("a file does not change")

    def failed(self, error: AudioError, fatal: bool) -> None:
        assert not self.ends
        self.errors.append((error, fatal))

    def ended(self) -> None:
        self.ends += 1


class FileReader:
    """The dictation thread of a file source: its inbox and its clock."""

    def __init__(self, path: Path, realtime: bool = False) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.now = 100.0
        self.source = FileSource(self.inbox.put, path, realtime=realtime, clock=lambda: self.now)
        self.sink = Sink()
        self.source.start(self.sink)

    def turn(self) -> None:
        message = self.inbox.get(timeout=LIMIT_S)
        assert isinstance(message, FromSource)
        self.source.receive(message.message)

    def run(self) -> Sink:
        self.source.allow(1 << 40)
        while not self.sink.ends:
            self.turn()
        return self.sink


def tone(rate: int, seconds: float, channels: int = 1) -> np.ndarray:
    wave = np.rint(9_000 * np.sin(np.arange(int(rate * seconds)) * 2 * math.pi * 440 / rate)).astype("int16")
    return np.stack([wave] * channels, axis=1)


def written(path: Path, rate: int = 44_100, seconds: float = 3.0, channels: int = 2) -> Path:
    path.write_bytes(sounds.encode(tone(rate, seconds, channels), rate, path.suffix[1:]))
    return path


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (48_000, 1)])
def test_every_common_format_becomes_16_khz_mono(tmp_path: Path, suffix: str, rate: int, channels: int) -> None:
    rate = 48_000 if suffix == "ogg" else rate  # Opus
    sink = FileReader(written(tmp_path / f"a.{suffix}", rate, 3.0, channels)).run()
    heard = np.frombuffer(sink.pcm, "<i2").astype(float)
    expected = tone(16_000, 3.0)[:, 0].astype(float)
    assert sink.opens == [str(tmp_path / f"a.{suffix}")]
    assert sink.errors == []
    assert len(heard) == pytest.approx(48_000, abs=1 if suffix != "ogg" else 320)
    inner = slice(4_000, 44_000)
    lossy = suffix in ("ogg", "mp3")
    assert np.abs(heard[inner] - expected[inner]).max() < (1_500 if lossy else 25)


def test_16_khz_mono_is_given_bit_for_bit(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", 16_000, 2.3, 1)
    assert FileReader(path).run().pcm == tone(16_000, 2.3)[:, 0].tobytes()


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_mulaw"])
def test_every_sample_format_has_the_same_level(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(sounds.encode(tone(16_000, 1.0), 16_000, "wav", codec))
    heard = np.frombuffer(FileReader(path).run().pcm, "<i2").astype(int)
    assert np.abs(heard - tone(16_000, 1.0)[:, 0]).max() < 300


@pytest.mark.parametrize("name", ["a.pcm", "a.RAW"])
def test_a_file_without_a_header_is_read_as_16_khz_pcm(tmp_path: Path, name: str) -> None:
    raw = tone(16_000, 1.7)[:, 0].tobytes()
    (tmp_path / name).write_bytes(raw + b"x")
    assert FileReader(tmp_path / name).run().pcm == raw
    assert probe(tmp_path / name).seconds == pytest.approx(1.7)


def test_probe_reads_the_header(tmp_path: Path) -> None:
    about = probe(written(tmp_path / "a.flac", 44_100, 3.0, 2))
    assert (about.rate, about.channels, about.frames, about.seconds) == (44_100, 2, 132_300, 3.0)
    assert about.format == "FLAC"


BAD = {
    "missing.wav": (lambda path: None, "There is no file"),
    "folder.wav": (lambda path: path.mkdir(), "is a folder"),
    "empty.wav": (lambda path: path.touch(), "is empty"),
    "empty.pcm": (lambda path: path.touch(), "is empty"),
    "text.wav": (lambda path: path.write_text("hello " * 500), "is not a sound file"),
    "picture.flac": (lambda path: path.write_bytes(b"\x89PNG\r\n" + os.urandom(999)), "is not a sound file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_none_fails_with_its_own_reason_and_remedy(tmp_path: Path, name: str) -> None:
    make, reason = BAD[name]
    make(tmp_path / name)
    with pytest.raises(AudioFileError, match=reason) as raised:
        probe(tmp_path / name)
    assert raised.value.remedy
    sink = FileReader(tmp_path / name).run()
    (error, fatal) = sink.errors[0]
    assert (str(error), fatal, sink.pcm, sink.ends) == (str(raised.value), True, b"", 1)


def test_zeros_called_mp3_are_no_sound_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "zero.mp3").write_bytes(bytes(5_000))
    with pytest.raises(AudioFileError, match="is not a sound file"):
        probe(tmp_path / "zero.mp3")
    assert capfd.readouterr() == ("", "")


def test_a_name_that_no_file_can_have_is_that_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="There is no file"):
        probe(tmp_path / "a\0b.wav")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Only on systems with named pipes.")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    with pytest.raises(AudioFileError, match="is not a file"):
        probe(tmp_path / "pipe.wav")


@pytest.mark.parametrize("size", [0, 1])
def test_raw_file_without_a_sample_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.raw").write_bytes(bytes(size))
    with pytest.raises(AudioFileError, match=r"holds no sound|is empty"):
        probe(tmp_path / "a.raw")


def test_header_without_sound_is_refused_with_the_reason(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: whole.index(b"data") + 8])
    (tmp_path / "b.wav").write_bytes(sounds.wav(np.zeros((0, 1), "int16")))
    for name, reason in (("a.wav", "nothing of it can be decoded"), ("b.wav", "holds no sound")):
        (error, fatal) = FileReader(tmp_path / name).run().errors[0]
        assert reason in error.what
        assert fatal


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_truncated_file_delivers_its_sound_and_reports_the_loss(tmp_path: Path, suffix: str) -> None:
    rate = 48_000
    whole = written(tmp_path / f"a.{suffix}", rate, 10.0).read_bytes()
    (tmp_path / f"cut.{suffix}").write_bytes(whole[: len(whole) // 2])
    sink = FileReader(tmp_path / f"cut.{suffix}").run()
    assert 3.0 <= len(sink.pcm) / 32_000 <= 5.5
    ((error, fatal),) = sink.errors
    assert "breaks off" in error.what
    assert not fatal


def test_source_delivers_what_is_allowed_and_decodes_little_ahead(tmp_path: Path) -> None:
    source_reader = FileReader(written(tmp_path / "a.wav", 16_000, 60.0, 1))
    for _ in range(1 + AHEAD):
        source_reader.turn()
    with pytest.raises(queue.Empty):
        source_reader.inbox.get(timeout=0.3)
    assert source_reader.sink.pcm == b""
    source_reader.source.allow(8_000)
    assert len(source_reader.sink.pcm) == 16_000
    source_reader.turn()
    source_reader.turn()
    assert len(source_reader.sink.pcm) == 16_000
    assert source_reader.source.position == 8_000
    assert source_reader.source.total == 960_000
    source_reader.source.abort()


def test_real_time_gives_each_block_when_it_would_have_been_spoken(tmp_path: Path) -> None:
    source_reader = FileReader(written(tmp_path / "a.wav", 16_000, 1.0, 1), realtime=True)
    source_reader.turn()
    source_reader.turn()
    assert source_reader.source.wake(100.0) == pytest.approx(100.1)
    assert source_reader.sink.pcm == b""
    assert source_reader.source.wake(100.1) is None
    assert len(source_reader.sink.pcm) == 3_200
    while not source_reader.sink.ends:
        due = source_reader.source.wake(source_reader.now)
        if due is None:
            source_reader.turn()
        else:
            source_reader.now = due
    assert len(source_reader.sink.pcm) == 32_000
    assert source_reader.now >= 101.0


def test_stop_leaves_the_rest_and_abort_ends_before_it_returns(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", 16_000, 60.0, 1)
    for stop in (lambda source: source.stop(100.0), lambda source: source.abort()):
        source_reader = FileReader(path)
        source_reader.source.allow(1_000)
        source_reader.turn()
        source_reader.turn()
        stop(source_reader.source)
        assert source_reader.sink.ends == 1
        given = len(source_reader.sink.pcm)
        stop(source_reader.source)
        while not source_reader.inbox.empty():
            source_reader.turn()
        assert (source_reader.sink.ends, len(source_reader.sink.pcm)) == (1, given)


def test_a_reader_that_is_left_alone_ends(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    source_reader = FileReader(written(tmp_path / "a.wav", 16_000, 60.0, 1))
    source_reader.turn()
    (reader,) = set(threading.enumerate()) - before
    source_reader.source.abort()
    reader.join(LIMIT_S)
    assert not reader.is_alive()


def test_levels_come_with_the_sound(tmp_path: Path) -> None:
    sink = FileReader(written(tmp_path / "a.wav", 16_000, 1.0, 1)).run()
    assert sink.levels[0].peak_dbfs == pytest.approx(-11.2, abs=0.1)


@pytest.mark.system
@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: /proc tells the memory.")
def test_a_file_of_hours_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    """3 h of 48 kHz stereo (2 GB, sparse) decoded in a process of its own, its peak memory measured."""
    path, seconds = tmp_path / "huge.wav", 3 * 3600
    sounds.write_wav(path, np.zeros((480, 2), "int16"), 48_000)
    size = seconds * 48_000 * 4
    with path.open("r+b") as file:
        file.seek(4)
        file.write((size + 36).to_bytes(4, "little"))
        file.seek(40)
        file.write(size.to_bytes(4, "little"))
        file.truncate(44 + size)
    program = (
        "import queue, resource, sys, threading; from pathlib import Path;"
        "from saywrite.audio.files.file_source import FileSource\n"
        "class Sink:\n"
        "    length = 0; over = False\n"
        "    def opened(self, *a): pass\n"
        "    def failed(self, *a): print(a)\n"
        "    def sound(self, pcm, level): self.length += len(pcm) // 2\n"
        "    def ended(self): self.over = True\n"
        "inbox = queue.SimpleQueue(); sink = Sink(); source = FileSource(inbox.put, Path(sys.argv[1]))\n"
        "source.start(sink); peak = 0\n"
        "while not sink.over and sink.length < 16000 * 1200:\n"
        "    source.allow(16000); source.receive(inbox.get().message)\n"
        "    if not peak and sink.length > 16000 * 60: peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(sink.length, peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
        "source.abort()\n"
        "for thread in set(threading.enumerate()) - {threading.current_thread()}: thread.join()\n"
    )
    out = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    length, early, late = map(int, out.stdout.split())
    assert length >= 16_000 * 1_200
    assert late - early < 12_000  # kB; 19 minutes more are 220 MB of file and 36 MB of sound
