"""Every kind of sound and video file is decoded to its end, or it is told how much could not be read."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from tests import sounds
from tests.sounds import chunk, encode, encode_tracks, wav

from saywrite.audio.files import decoded_frames
from saywrite.audio.files.decoder import opened
from saywrite.foundation.errors import AudioFileError

VOICE = sounds.speech("two_cities")
SECONDS = len(VOICE) / 16_000
MONO = VOICE[:, None]
AT_48 = np.repeat(MONO, 3, axis=0)
STEREO_48 = np.column_stack([AT_48, AT_48])
AT_8 = MONO[::2].copy()


def decode(path: Path) -> tuple[np.ndarray, str]:
    """(16 kHz samples, what was told)."""
    pcm = bytearray()
    try:
        with opened(path) as file:
            for block in file.blocks(0.25):
                pcm += block
    except AudioFileError as error:
        return np.frombuffer(pcm, "<i2"), error.what
    return np.frombuffer(pcm, "<i2"), ""


def write(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


FILES = {
    "flac": lambda: encode(MONO, 16_000, "flac"),
    "mp3": lambda: encode(STEREO_48, 48_000, "mp3"),
    "mp3 without Xing": lambda: encode(MONO, 16_000, "mp3", write_xing="0"),
    "mp2": lambda: encode(STEREO_48, 48_000, "mp2"),
    "opus": lambda: encode(STEREO_48, 48_000, "ogg"),
    "vorbis": lambda: encode(STEREO_48, 48_000, "ogg", "vorbis"),
    "aac": lambda: encode(MONO, 16_000, "adts", "aac"),
    "m4a": lambda: encode(MONO, 16_000, "ipod", "aac"),
    "m4a, contents first": lambda: encode(MONO, 16_000, "ipod", "aac", movflags="+faststart"),
    "m4a, fragments": lambda: encode(MONO, 16_000, "mp4", "aac", movflags="frag_keyframe+empty_moov"),
    "alac": lambda: encode(MONO, 16_000, "ipod", "alac"),
    "mov": lambda: encode(MONO, 16_000, "mov", "pcm_s16le"),
    "webm": lambda: encode(STEREO_48, 48_000, "webm", "libopus"),
    "webm, live": lambda: encode(STEREO_48, 48_000, "webm", "libopus", live="1"),
    "mka": lambda: encode(MONO, 16_000, "matroska", "aac"),
    "wma": lambda: encode(STEREO_48, 48_000, "asf", "wmav2"),
    "amr": lambda: encode(AT_8, 8_000, "amr", "amr_nb"),
    "3gp": lambda: encode(AT_8, 8_000, "3gp", "amr_nb"),
    "ac3": lambda: encode(STEREO_48, 48_000, "ac3"),
    "aiff": lambda: encode(MONO, 16_000, "aiff"),
    "caf": lambda: encode(MONO, 16_000, "caf"),
    "au": lambda: encode(MONO, 16_000, "au"),
    "w64": lambda: encode(MONO, 16_000, "w64"),
    "avi": lambda: encode(MONO, 16_000, "avi", "mp3"),
    "ts": lambda: encode(MONO, 16_000, "mpegts", "aac"),
    "flv": lambda: encode(STEREO_48[:, :1], 44_100, "flv", "aac"),
    "tta": lambda: encode(MONO, 16_000, "tta"),
    "wv": lambda: encode(MONO, 16_000, "wv"),
    "wav": lambda: encode(MONO, 16_000, "wav"),
    "wav, 24 bits": lambda: encode(STEREO_48, 48_000, "wav", "pcm_s24le"),
    "wav, floats": lambda: encode(MONO, 16_000, "wav", "pcm_f32le"),
    "wav, mu-law": lambda: encode(AT_8, 8_000, "wav", "pcm_mulaw"),
    "wav, ADPCM": lambda: encode(MONO, 16_000, "wav", "adpcm_ms"),
    "rf64": lambda: encode(MONO, 16_000, "wav", rf64="always"),
}


@cache
def made(kind: str) -> bytes:
    return FILES[kind]()


NO_INDEX = ("m4a", "alac", "mov", "3gp")
"""Cut, they lack the list of their contents, which is at the end."""


@pytest.mark.parametrize("kind", FILES)
def test_file_is_decoded_to_its_end(tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    samples, told = decode(write(tmp_path, f"sound.{kind.split(',')[0].split()[0]}", made(kind)))
    assert told == ""
    expected = SECONDS * 48_000 / 44_100 if kind == "flv" else SECONDS
    assert len(samples) / 16_000 == pytest.approx(expected, abs=0.1)
    assert samples.astype(float).std() == pytest.approx(VOICE.astype(float).std(), rel=0.25)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.35, 0.9])
def test_file_that_was_cut_gives_what_is_there_and_is_reported(
    tmp_path: Path, kind: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = made(kind)
    name = f"cut.{kind.split(',')[0].split()[0]}"
    samples, told = decode(write(tmp_path, name, whole[: int(len(whole) * share) + 1]))
    assert "breaks off" in told or "is damaged" in told
    assert capfd.readouterr() == ("", "")
    if kind not in (*NO_INDEX, "wv"):  # WavPack here has blocks of 4 s
        assert len(samples) / 16_000 == pytest.approx(SECONDS * share, abs=2.5)
        assert f"{len(samples) / 16_000:.0f}" in told or f"{len(samples) / 16_000:.1f}" in told


def chained(*links: bytes) -> bytes:
    return b"".join(links)


JOINED = {
    "two.ogg": lambda: chained(encode(STEREO_48, 48_000, "ogg"), encode(STEREO_48, 48_000, "ogg")),
    "other_channels.opus": lambda: chained(encode(AT_48, 48_000, "ogg"), encode(STEREO_48, 48_000, "ogg")),
    "other_codec.ogg": lambda: chained(encode(STEREO_48, 48_000, "ogg", "vorbis"), encode(AT_48, 48_000, "ogg")),
    "two.mp3": lambda: chained(encode(MONO, 16_000, "mp3"), encode(MONO, 16_000, "mp3")),
    "other_rate.mp3": lambda: chained(encode(MONO, 16_000, "mp3"), encode(STEREO_48, 48_000, "mp3")),
    "two.aac": lambda: chained(encode(MONO, 16_000, "adts", "aac"), encode(STEREO_48, 48_000, "adts", "aac")),
}


@pytest.mark.parametrize("name", JOINED)
def test_joined_files_are_decoded_to_the_end(tmp_path: Path, name: str) -> None:
    samples, told = decode(write(tmp_path, name, JOINED[name]()))
    assert told == ""
    assert len(samples) / 16_000 == pytest.approx(2 * SECONDS, abs=0.2)
    second = samples[len(samples) // 2 :].astype(float)
    assert second.std() == pytest.approx(VOICE.astype(float).std(), rel=0.25)


@pytest.mark.parametrize("tail", [b"TAG" + bytes(125), bytes(5_000)])
@pytest.mark.parametrize("xing", ["0", "1"])
def test_tag_or_padding_behind_an_mp3_is_no_alarm(tmp_path: Path, tail: bytes, xing: str) -> None:
    samples, told = decode(write(tmp_path, "a.mp3", encode(MONO, 16_000, "mp3", write_xing=xing) + tail))
    assert told == ""
    assert len(samples) / 16_000 == pytest.approx(SECONDS, abs=0.1)


def test_damage_in_the_middle_is_reported(tmp_path: Path) -> None:
    whole = bytearray(encode(MONO, 16_000, "flac"))
    whole[len(whole) // 3 : len(whole) // 2] = bytes(len(whole) // 2 - len(whole) // 3)
    samples, told = decode(write(tmp_path, "a.flac", bytes(whole)))
    assert "breaks off" in told or "is damaged" in told
    assert len(samples) > 0.5 * len(VOICE)


@pytest.mark.parametrize("kind", ["opus", "vorbis"])
def test_ogg_file_without_its_first_page_is_refused_with_the_reason(tmp_path: Path, kind: str) -> None:
    whole = made(kind)
    samples, told = decode(write(tmp_path, "a.ogg", whole[whole.index(b"OggS", 4) :]))
    assert "is not a sound file" in told
    assert not len(samples)


def test_any_error_of_the_library_in_the_middle_keeps_what_was_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left = iter(range(50))

    def fail_later(frame: av.AudioFrame) -> np.ndarray:
        if next(left, None) is None:
            raise IndexError("list index out of range")
        return frames_of(frame)

    frames_of = decoded_frames.frames_of
    monkeypatch.setattr(decoded_frames, "frames_of", fail_later)
    samples, told = decode(write(tmp_path, "a.wav", made("wav")))
    assert len(samples) > 40_000
    assert "cannot be decoded" in told
    assert caplog.messages == ["decoding failed"]


def test_any_error_of_the_library_at_opening_refuses_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(av, "open", fail)
    samples, told = decode(write(tmp_path, "a.wav", made("wav")))
    assert "cannot be decoded" in told
    assert caplog.messages == ["decoding failed"]
    assert not len(samples)


# Headers that were never finished


def never_finished() -> dict[str, bytes]:
    closed = wav(MONO)
    rf64 = bytearray(encode(MONO, 16_000, "wav", rf64="always"))
    sizes = rf64.find(b"ds64") + 8
    rf64[sizes : sizes + 24] = bytes(24)
    aiff = bytearray(encode(MONO, 16_000, "aiff"))
    frames, sound = aiff.find(b"COMM") + 10, aiff.find(b"SSND") + 4
    for at in (4, frames, sound):
        aiff[at : at + 4] = bytes(4)
    au = bytearray(encode(MONO, 16_000, "au"))
    au[8:12] = bytes(4)
    caf = bytearray(encode(MONO, 16_000, "caf"))
    at = caf.find(b"data") + 4
    caf[at : at + 8] = b"\xff" * 8

    def sized(riff: int, data: int) -> bytes:
        return closed[:4] + riff.to_bytes(4, "little") + closed[8:40] + data.to_bytes(4, "little") + closed[44:]

    return {
        "zeros.wav": sized(0, 0),
        "header_only.wav": sized(36, 0),
        "early_flush.wav": sized(36 + 32_000, 32_000),
        "all_ones.wav": sized(0xFFFF_FFFF, 0xFFFF_FFFF),
        "half.wav": sized(0x7FFF_FFFF, 0x7FFF_FFFF - 36),
        "arecord.wav": sized(0x8000_0024, 0x8000_0000),
        "decimal.wav": sized(2_000_000_036, 2_000_000_000),
        "quarter.wav": sized(0x4000_0024, 0x4000_0000),
        "contradiction.wav": sized(36, 7_654_321),
        "stream.wav": sized(3_123_456_825, 3_123_456_789),
        "wrapped.rf64": bytes(rf64),
        "zeros.aiff": bytes(aiff),
        "zeros.au": bytes(au),
        "minus_one.caf": bytes(caf),
    }


@pytest.mark.parametrize("name", never_finished())
def test_header_that_was_never_finished_is_no_alarm_and_loses_nothing(tmp_path: Path, name: str) -> None:
    samples, told = decode(write(tmp_path, name, never_finished()[name]))
    assert told == ""
    assert np.array_equal(samples, VOICE)


def test_chunks_behind_the_sound_are_not_heard(tmp_path: Path) -> None:
    closed = wav(MONO)
    for tail in (chunk(b"LIST", b"INFO" + bytes(400)), chunk(b"XyzW", bytes(3_001)), b"TAG" + bytes(125)):
        samples, told = decode(write(tmp_path, "a.wav", closed + tail))
        assert (told, len(samples)) == ("", len(VOICE))


def test_sound_chunk_behind_64_kb_is_found_and_its_cut_is_reported(tmp_path: Path) -> None:
    closed = wav(MONO)
    late = chunk(b"RIFF", closed[8:36] + chunk(b"id3 ", bytes(70_001)) + closed[36:])
    assert len(decode(write(tmp_path, "late.wav", late))[0]) == len(VOICE)
    samples, told = decode(write(tmp_path, "cut.wav", late[:-100_000]))
    assert len(samples) == len(VOICE) - 50_000
    assert "breaks off: 5.2 s of 8.3 s could be read" in told


@pytest.mark.skipif(sys.platform == "win32", reason="Only on systems where a file of 4 GiB takes no room.")
def test_length_that_wrapped_at_4_gib_loses_nothing(tmp_path: Path) -> None:
    """A sparse file of a little more than 4 GiB, with its length modulo 2³² in the header."""
    channels, rate = 32, 192_000
    length = (1 << 32) + channels * 2 * 400_000
    head = wav(np.zeros((0, channels), np.int16), rate)
    path = write(tmp_path, "huge.wav", head[:40] + (length % (1 << 32)).to_bytes(4, "little"))
    with path.open("r+b") as file:
        file.truncate(44 + length)
    from saywrite.audio.files.headers import find_wav_data

    with path.open("rb") as file:
        data = find_wav_data(file, 44 + length)
    assert data is not None
    assert (data.length, data.promised) == (length, None)


@pytest.mark.parametrize("name", ["a.raw", "a.PCM"])
@pytest.mark.parametrize("kind", ["wav", "flac", "opus", "aiff"])
def test_header_within_a_raw_file_is_honored(tmp_path: Path, name: str, kind: str) -> None:
    samples, told = decode(write(tmp_path, name, made(kind)))
    assert told == ""
    assert len(samples) / 16_000 == pytest.approx(SECONDS, abs=0.1)


# Samples


@pytest.mark.parametrize("factor", [4.0, 1_000.0, 32_768.0])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_above_full_scale_are_scaled(tmp_path: Path, factor: float, kind: type) -> None:
    loud = (MONO / 32_768 * factor).astype(kind)
    samples, told = decode(write(tmp_path, "a.wav", wav(loud)))
    assert told == ""
    assert (np.abs(samples.astype(int)) >= 32_767).sum() < 32
    for at in range(8_000, len(VOICE) - 12_000, 4_000):
        if np.abs(VOICE[at : at + 4_000].astype(int)).max() > 400:
            assert np.corrcoef(samples[at : at + 4_000], VOICE[at : at + 4_000])[0, 1] > 0.97


def test_no_numbers_in_a_float_file_are_passed_over_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    damaged = (MONO / 32_768).astype(np.float64)
    damaged[1_000:1_010] = np.nan
    damaged[[5_000, 6_000, 7_000], 0] = [np.inf, -np.inf, 1e300]
    samples, told = decode(write(tmp_path, "a.wav", wav(damaged)))
    assert told == ""
    kept = np.delete(np.arange(len(VOICE)), [*range(1_000, 1_010), 5_000, 6_000, 7_000])
    assert np.array_equal(samples[kept], VOICE[kept])
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "frames",
    [
        np.column_stack([AT_48, -AT_48]),
        np.column_stack([AT_48 * 0, AT_48]),
        np.column_stack([AT_48 * 0, AT_48 * 0, AT_48, *[AT_48 * 0] * 5]),
    ],
    ids=["opposite phase", "silent left", "third of eight"],
)
@pytest.mark.parametrize("container", ["wav", "flac"])
def test_voice_keeps_its_level_on_any_channel(tmp_path: Path, frames: np.ndarray, container: str) -> None:
    samples, told = decode(write(tmp_path, f"a.{container}", encode(frames, 48_000, container)))
    assert told == ""
    difference = 20 * np.log10(samples.astype(float).std() / VOICE.astype(float).std())
    assert abs(difference) < 1


# What else is in a file


def test_track_with_the_voice_is_chosen(tmp_path: Path) -> None:
    silent = np.zeros_like(STEREO_48)
    for tracks in ([silent, AT_48], [AT_48, silent], [silent, silent, AT_48]):
        samples, told = decode(write(tmp_path, "a.mkv", encode_tracks(tracks, 48_000, "matroska", "libopus")))
        assert told == ""
        assert samples.astype(float).std() == pytest.approx(VOICE.astype(float).std(), rel=0.25)


def picture(folder: Path, container: str, sound: bool) -> Path:
    """A second of moving picture, with the voice or without."""
    path = folder / f"a.{container}"
    with av.open(path, "w") as output:
        video = output.add_stream("mpeg4", rate=10)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio = output.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 20 * number, np.uint8), format="rgb24")
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None:
            frame = av.AudioFrame.from_ndarray(VOICE[None], format="s16", layout="mono")
            frame.sample_rate = 16_000
            for item in (frame, None):
                output.mux(audio.encode(item))
    return path


@pytest.mark.parametrize("container", ["mp4", "mkv", "mov", "avi"])
def test_sound_of_a_video_is_decoded(tmp_path: Path, container: str) -> None:
    samples, told = decode(picture(tmp_path, container, sound=True))
    assert told == ""
    assert len(samples) / 16_000 == pytest.approx(SECONDS, abs=0.15)


def test_video_without_sound_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert "holds no sound" in decode(picture(tmp_path, "mp4", sound=False))[1]


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
        "ffconcat version 1.0\nfile 'sound.wav'\n",
        "[playlist]\nFile1=sound.wav\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
    ],
)
@pytest.mark.parametrize("suffix", ["m3u8", "wav", "mp3"])
def test_list_of_other_files_opens_none_of_them(tmp_path: Path, text: str, suffix: str) -> None:
    write(tmp_path, "sound.wav", wav(MONO))
    samples, told = decode(write(tmp_path, f"list.{suffix}", text.encode()))
    assert "is not a sound file" in told
    assert not len(samples)


@pytest.mark.skipif(sys.platform != "linux", reason="Only on Linux: file names that are not UTF-8.")
@pytest.mark.parametrize("cut", [False, True])
def test_name_that_is_not_utf_8_is_opened_and_shown(tmp_path: Path, cut: bool) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe9.flac"))
    data = made("flac")
    path.write_bytes(data[: len(data) // 2] if cut else data)
    samples, told = decode(path)
    assert len(samples) > 50_000
    assert told.startswith("“b�.flac” breaks off") if cut else told == ""
