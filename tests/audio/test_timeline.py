"""The sound of a file is where its time stamps say: late tracks and pauses become silence, wrong stamps do not."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests import sounds

from saywrite.audio.files.decoder import opened
from saywrite.audio.files.timeline import Timeline

FRAME_S = 0.02


def silences(starts: list[float | None], end: float | None = None, longest: float = 40_000.0) -> list[float]:
    """The silence before each frame of 20 ms with these time stamps."""
    timeline = Timeline()
    timeline.restart(0.0, end, longest)
    following = [*starts[1:], None]
    found = [timeline.silence_before(*pair) for pair in zip(starts, [FRAME_S] * len(starts), following, strict=True)]
    return [round(silence, 3) for silence in found]


def test_a_pause_becomes_silence() -> None:
    assert silences([0.0, 0.02, 5.04, 5.06]) == [0.0, 0.0, 5.0, 0.0]


def test_single_packets_within_a_pause_stay_at_their_place() -> None:
    assert silences([0.0, 0.4, 0.8, 1.2]) == [0.0, 0.38, 0.38, 0.38]


def test_the_first_time_stamp_is_no_jump() -> None:
    assert silences([7.0, 7.02]) == [0.0, 0.0]
    assert silences([-0.007, 0.013]) == [0.0, 0.0]
    assert silences([None, 3.0, 3.02]) == [0.0, 0.0, 0.0]


def test_short_jumps_add_up_and_a_slow_clock_does_not() -> None:
    assert sum(silences([0.06 * number for number in range(100)])) == pytest.approx(99 * 0.04, abs=0.1)
    assert sum(silences([0.0201 * number for number in range(10_000)])) == 0.0


def test_rounded_time_stamps_and_missing_ones_are_no_jumps() -> None:
    rounded: list[float | None] = [round(number * 0.0213333, 3) for number in range(1_000)]
    assert sum(silences(rounded)) == 0.0
    assert sum(silences([0.0, None, None, 0.06, None, 0.10])) == 0.0


def test_a_single_wrong_time_stamp_is_ignored() -> None:
    assert sum(silences([0.0, 0.02, 31.0, 0.06, 0.08])) == 0.0
    assert sum(silences([0.0, 0.02, -31.0, 0.06, 0.08])) == 0.0


def test_a_jump_back_begins_anew() -> None:
    assert silences([5.0, 5.02, 0.0, 0.02, 1.04, 1.06]) == [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]


def test_time_stamps_behind_the_end_and_jumps_of_a_day_are_wrong() -> None:
    assert sum(silences([0.0, 0.02, 9.0, 9.02], end=3.0)) == 0.0
    assert sum(silences([0.0, 0.02, 86_400.0, 86_400.02])) == 0.0
    assert sum(silences([0.0, 0.02, 60.0, 60.02], longest=10.0)) == 0.0


def test_a_track_that_begins_late_has_silence_before_it() -> None:
    timeline = Timeline()
    timeline.restart(1.4, None)
    assert timeline.silence_at_start(6.4) == pytest.approx(5.0)
    assert [timeline.silence_at_start(start) for start in (1.4, 1.46, 0.0, 90_000.0)] == [0.0] * 4


# Files

VOICE = sounds.speech("weather")
SECONDS = len(VOICE) / 16_000
RATE = 48_000
LATE = {"mkv": ("matroska", "aac"), "mp4": ("mp4", "aac"), "webm": ("webm", "libopus"), "ts": ("mpegts", "aac")}
LATE |= {"flv": ("flv", "aac"), "wma": ("asf", "wmav2")}


def file_of(container: str, codec: str, starts: list[float], picture: bool = True, **options: str) -> bytes:
    """The voice at each of these seconds, in a video or alone."""
    rate = 44_100 if container == "flv" else RATE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        with av.open(path, "w", format=container, options=options) as output:
            packets = pictures(output, starts[-1] + 4) if picture else []
            stream = output.add_stream(codec, rate=rate, layout="mono")
            stream.bit_rate = 64_000
            stream.codec_context.open()
            packets += [packet for frame in voices(stream, rate, starts) for packet in stream.encode(frame)]
            packets += stream.encode(None)
            for packet in sorted(packets, key=lambda packet: float(packet.dts * packet.time_base)):
                output.mux(packet)
        return path.read_bytes()


def pictures(output: av.container.OutputContainer, seconds: float) -> list[av.Packet]:
    kind = {"webm": "libvpx", "mpegts": "mpeg2video", "flv": "flv", "asf": "msmpeg4"}.get(output.format.name, "mpeg4")
    stream = output.add_stream(kind, rate=25, width=64, height=64, pix_fmt="yuv420p")
    packets: list[av.Packet] = []
    for number in range(int(seconds * 25)):
        frame = av.VideoFrame.from_ndarray(np.full((96, 64), 100, np.uint8), format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def voices(stream: av.AudioStream, rate: int, starts: list[float]) -> list[av.AudioFrame]:
    size, frames = stream.codec_context.frame_size, []
    for start in starts:
        resampler = av.AudioResampler(stream.format.name, "mono", rate, frame_size=size)
        voice = av.AudioFrame.from_ndarray(VOICE[None], format="s16", layout="mono")
        voice.sample_rate, voice.pts, at = 16_000, 0, round(start * rate)
        for frame in [*resampler.resample(voice), *resampler.resample(None)]:
            if frame.samples == size:
                frame.pts, frame.time_base = at, Fraction(1, rate)
                at += size
                frames.append(frame)
    return frames


def decode(folder: Path, data: bytes) -> np.ndarray:
    (folder / "sound").write_bytes(data)
    with opened(folder / "sound") as file:
        return np.frombuffer(b"".join(file.blocks(0.25)), "<i2").astype(float)


def where(samples: np.ndarray) -> list[float]:
    """The seconds at which the voice begins."""
    samples = np.concatenate([np.zeros(16_000), samples])  # an encoder's delay may put it before the beginning
    spectrum = np.fft.rfft(samples, 2 * len(samples)) * np.conj(np.fft.rfft(VOICE.astype(float), 2 * len(samples)))
    match = np.fft.irfft(spectrum)[: len(samples)]
    found, limit = [], 0.5 * match.max()
    while match.max() > limit:
        at = int(match.argmax())
        found.append(at / 16_000 - 1)
        match[max(0, at - 16_000) : at + 16_000] = 0
    return sorted(found)


@pytest.mark.parametrize("kind", LATE)
@pytest.mark.parametrize("starts", [[5.0], [0.0, 8.0], [2.0, 8.0]], ids=["late", "pause", "both"])
def test_voice_is_where_the_time_stamps_say(tmp_path: Path, kind: str, starts: list[float]) -> None:
    samples = decode(tmp_path, file_of(*LATE[kind], starts))
    assert where(samples) == pytest.approx(starts, abs=0.12)
    assert len(samples) / 16_000 == pytest.approx(starts[-1] + SECONDS, abs=0.15)


@pytest.mark.parametrize("kind", ["mkv", "mp4", "webm"])
def test_sound_that_begins_behind_a_minute_of_picture_is_where_it_was(tmp_path: Path, kind: str) -> None:
    assert where(decode(tmp_path, file_of(*LATE[kind], [62.0]))) == pytest.approx([62.0], abs=0.12)


def test_time_counts_from_the_beginning_of_the_file(tmp_path: Path) -> None:
    samples = decode(tmp_path, file_of("matroska", "aac", [30.0], picture=False))
    assert len(samples) / 16_000 == pytest.approx(SECONDS, abs=0.1)


def test_transport_stream_whose_clock_begins_anew_has_no_silence(tmp_path: Path) -> None:
    wrapped = file_of("mpegts", "aac", [(1 << 33) / 90_000 - 1.5], picture=False)
    assert len(decode(tmp_path, wrapped)) / 16_000 == pytest.approx(SECONDS, abs=0.1)
    first, later = (file_of("mpegts", "aac", [start], picture=False) for start in (0.0, 3_600.0))
    for joined in (first + later, later + first):
        assert len(decode(tmp_path, joined)) / 16_000 == pytest.approx(2 * SECONDS, abs=0.2)


def test_joined_ogg_files_have_no_silence_between_them(tmp_path: Path) -> None:
    first, later = (file_of("ogg", "libopus", [start], picture=False) for start in (0.0, 100.0))
    samples = decode(tmp_path, first + later)
    assert len(samples) / 16_000 == pytest.approx(2 * SECONDS, abs=0.2)


def test_pause_in_an_ogg_file_is_no_damage(tmp_path: Path) -> None:
    samples = decode(tmp_path, file_of("ogg", "libopus", [0.0, 8.0], picture=False))
    assert where(samples) == pytest.approx([0.0, 8.0], abs=0.12)
