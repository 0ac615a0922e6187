"""Sound that is missing within a file is reported, whatever the container, and what is behind it keeps its time."""

from __future__ import annotations

import io
from functools import cache, partial
from pathlib import Path

import av
import numpy as np
import pytest
from tests import sounds
from tests.audio.test_media_file import FILES as ALL
from tests.sounds import encode

from saywrite.audio.files.decoder import opened
from saywrite.audio.files.ogg_pages import find_ogg_damage
from saywrite.foundation.errors import AudioFileError

VOICE = sounds.speech("two_cities")
SECONDS = len(VOICE) / 16_000
MONO = VOICE[:, None]
AT_48 = np.repeat(MONO, 3, axis=0)


def flac_in(container: str) -> bytes:
    output = io.BytesIO()
    with av.open(output, "w", format=container) as file:
        stream = file.add_stream("flac", rate=16_000, layout="mono")
        stream.codec_context.open()
        frame = av.AudioFrame.from_ndarray(VOICE[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            if packet.size:  # the last one holds no sound
                file.mux(packet)
    return output.getvalue()


FRAMED = {"aac": ("adts",), "ac3": ("ac3",), "eac3": ("eac3",), "mp2": ("mp2",)}

FILES = {
    "opus": lambda: encode(AT_48, 48_000, "ogg"),
    "vorbis": lambda: encode(np.column_stack([AT_48, AT_48]), 48_000, "ogg", "vorbis"),
    "oga": lambda: flac_in("ogg"),
    "webm": lambda: encode(AT_48, 48_000, "webm", "libopus"),
    "webm, live": lambda: encode(AT_48, 48_000, "webm", "libopus", live="1"),
    "mka": lambda: encode(MONO, 16_000, "matroska", "aac"),
    "mka, flac": lambda: flac_in("matroska"),
    "flv": lambda: encode(MONO, 44_100, "flv", "aac"),
    "ts": lambda: encode(MONO, 16_000, "mpegts", "aac"),
    "mpg": lambda: encode(AT_48, 48_000, "mpeg", "mp2"),
    "vob": lambda: encode(AT_48, 48_000, "vob", "ac3"),
    "wma": lambda: encode(AT_48, 48_000, "asf", "wmav2"),
    "m4a": lambda: encode(MONO, 16_000, "ipod", "aac"),
    "avi": lambda: encode(AT_48, 48_000, "avi", "libmp3lame"),
    **{name: partial(encode, AT_48, 48_000, *options) for name, options in FRAMED.items()},
    "mp3": lambda: encode(MONO, 16_000, "mp3", write_xing="0"),
    "ac3, 44.1 kHz": lambda: encode(MONO, 44_100, "ac3"),
}


@cache
def made(kind: str) -> bytes:
    return FILES[kind]()


def decode(folder: Path, data: bytes) -> tuple[float, str]:
    """(seconds of sound, what was told)."""
    (folder / "sound").write_bytes(data)
    samples = 0
    try:
        with opened(folder / "sound") as file:
            for block in file.blocks(0.25):
                samples += len(block) // 2
    except AudioFileError as error:
        return samples / 16_000, error.what
    return samples / 16_000, ""


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_hole_in_a_file_is_reported(tmp_path: Path, kind: str, share: float) -> None:
    whole = made(kind)
    at = int(len(whole) * share) | 1  # not between two frames
    _, told = decode(tmp_path, whole[:at] + bytes(4_096) + whole[at + 4_096 :])
    assert "is damaged" in told or "breaks off" in told


@pytest.mark.parametrize(
    "kind", ["opus", "vorbis", "oga", "webm", "mka", "ts", "mpg", "vob", "wma", "avi", "mp3", *FRAMED]
)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_bytes_that_are_missing_in_a_file_are_reported(tmp_path: Path, kind: str, share: float) -> None:
    whole = made(kind)
    at = int(len(whole) * share)
    _, told = decode(tmp_path, whole[:at] + whole[at + 4_097 :])  # not a multiple of the frames of AC-3
    assert "is damaged" in told or "breaks off" in told


def test_whole_packs_that_are_missing_are_reported_with_their_length(tmp_path: Path) -> None:
    """A disc loses whole sectors; the packets around them are whole."""
    pack = 2_048
    whole = made("vob")
    cut = len(whole) // pack // 2 * pack
    missing = 10 * pack
    _, told = decode(tmp_path, whole[:cut] + whole[cut + missing :])
    length = float(told.partition(": ")[2].partition(" s ")[0])
    assert length == pytest.approx(missing / len(whole) * SECONDS, abs=0.3)


def test_joined_program_streams_are_whole(tmp_path: Path) -> None:
    """Zeros fill up the sectors between them."""
    for between in (b"", bytes(3_000)):
        seconds, told = decode(tmp_path, made("mpg") + between + made("mpg"))
        assert told == ""
        assert seconds == pytest.approx(2 * SECONDS, abs=0.2)


def pages(ogg: bytes) -> list[bytes]:
    return [b"OggS" + page for page in ogg.split(b"OggS")[1:]]


@pytest.mark.parametrize("kind", ["opus", "oga"])
@pytest.mark.parametrize("number", [2, 3, 4, -2, -1])
def test_one_wrong_bit_in_an_ogg_page_is_reported(tmp_path: Path, kind: str, number: int) -> None:
    parts = [bytearray(page) for page in pages(made(kind))]
    parts[number][len(parts[number]) // 2] ^= 1
    seconds, told = decode(tmp_path, b"".join(parts))
    assert "is damaged" in told or "breaks off" in told
    if number in (3, 4):  # pages follow it, and it is behind the first sound
        assert seconds == pytest.approx(SECONDS, abs=0.1)


def test_recording_of_a_station_that_began_in_the_middle_is_whole(tmp_path: Path) -> None:
    """Its headers are followed by the pages of the moment, which have their own numbers."""
    parts = pages(encode(np.tile(AT_48, (16, 1)), 48_000, "ogg", page_duration="20000"))
    assert len(parts) > 1_000
    seconds, told = decode(tmp_path, b"".join(parts[:2] + parts[-350:]))
    assert told == ""
    assert seconds == pytest.approx(7.0, abs=0.1)


@pytest.mark.parametrize("tail", [b"", bytes(50_000), b"TAG" + bytes(125)])
@pytest.mark.parametrize("kind", ["opus", "vorbis", "oga"])
def test_whole_ogg_file_has_no_damage(tmp_path: Path, kind: str, tail: bytes) -> None:
    (tmp_path / "a").write_bytes(made(kind) + tail)
    with (tmp_path / "a").open("rb") as file:
        assert find_ogg_damage(file) == (False, False)


# What was appended

JUNK = {"zeros": bytes(50_000), "noise": np.random.default_rng(1).bytes(5_000)}
OPEN = ("wav", "wav, 24 bits", "wav, floats", "wav, mu-law", "wav, ADPCM", "rf64", "au", "ac3", "ts")
"""Their headers may be unfinished, or they have none: what follows may be sound."""
OPEN_TO_NOISE = ("webm, live", "amr")
"""Only zeros are known to be no sound of theirs."""


@pytest.mark.parametrize(
    ("kind", "junk"),
    [
        (kind, junk)
        for kind in ALL
        for junk in JUNK
        if kind not in OPEN and not (junk == "noise" and kind in OPEN_TO_NOISE)
    ],
)
def test_what_was_appended_to_a_whole_file_is_no_alarm(tmp_path: Path, kind: str, junk: str) -> None:
    whole, _ = decode(tmp_path, ALL[kind]())
    assert decode(tmp_path, ALL[kind]() + JUNK[junk]) == (pytest.approx(whole, abs=0.15), "")


def test_zeros_within_an_amr_file_are_damage(tmp_path: Path) -> None:
    whole = encode(MONO[::2].copy(), 8_000, "amr", "amr_nb")
    at = 6 + 32 * 100
    _, told = decode(tmp_path, whole[:at] + bytes(32 * 13) + whole[at + 32 * 13 :])
    assert "is damaged" in told


def test_many_joined_mp3_files_are_whole(tmp_path: Path) -> None:
    seconds, told = decode(tmp_path, encode(MONO, 16_000, "mp3") * 6)
    assert told == ""
    assert seconds == pytest.approx(6 * SECONDS, abs=0.5)


TAGS = {
    "ID3v2": b"ID3\4\0\0\0\0\2\0" + b"\xff\xfb\x90\x64" * 64,
    "ID3v1": b"TAG" + b"\xff" * 125,
    "APE": b"APETAGEX\xd0\7\0\0" + (48).to_bytes(4, "little") + bytes(7) + b"\xa0" + bytes(8) + b"\xff" * 48,
    "zeros": bytes(4_096),
}


@pytest.mark.parametrize("tag", TAGS)
def test_tag_between_joined_files_is_no_hole(tmp_path: Path, tag: str) -> None:
    seconds, told = decode(tmp_path, made("mp3") + TAGS[tag] + made("mp3"))
    assert told == ""
    assert seconds == pytest.approx(2 * SECONDS, abs=0.3)


def test_recording_that_breaks_off_in_front_of_another_one_is_reported(tmp_path: Path) -> None:
    whole = made("mp3")
    _, told = decode(tmp_path, whole[: len(whole) * 2 // 3] + whole)
    assert "breaks off" in told


def test_two_caf_files_in_one_are_no_fault_of_the_disk(tmp_path: Path) -> None:
    whole = encode(MONO, 16_000, "caf")
    assert decode(tmp_path, whole + whole) == (pytest.approx(SECONDS, abs=0.1), "")
