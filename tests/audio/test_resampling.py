"""Any rate, any channels, any cutting into blocks: 16 kHz mono, nothing lost, nothing twice."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywrite.audio.resampling import Converter

RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]


def sine(hertz: float, rate: int, length: int, height: float = 16_000) -> np.ndarray:
    return np.rint(height * np.sin(np.arange(length) * 2 * math.pi * hertz / rate)).astype("<i2")


def interleaved(*channels: np.ndarray) -> bytes:
    return np.stack(channels, axis=1).astype("<i2").tobytes()


def converted(rate: int, channels: int, raw: bytes) -> np.ndarray:
    converter = Converter(rate, channels)
    return np.frombuffer(converter.convert(raw) + converter.flush(), "<i2")


@st.composite
def streams(draw: st.DrawFn) -> tuple[int, int, bytes, list[int]]:
    rate = draw(st.sampled_from(RATES))
    channels = draw(st.integers(1, 3))
    frames = draw(st.integers(0, 20_000))
    seed = draw(st.integers(0, 2**32 - 1))
    sound = np.random.default_rng(seed).integers(-32_768, 32_768, (frames, channels)).astype("<i2")
    for channel in range(channels):
        sound[: draw(st.sampled_from([0, 0, 100, 20_000])), channel] = 0
    cuts = draw(st.lists(st.integers(1, 9_000), max_size=20))
    return rate, channels, sound.tobytes(), cuts


@settings(deadline=None)
@given(streams())
def test_the_output_depends_on_the_sound_and_not_on_the_blocks(
    stream: tuple[int, int, bytes, list[int]],
) -> None:
    """Blocks are cut at any byte, in the middle of a sample too."""
    rate, channels, raw, cuts = stream
    converter, out, at = Converter(rate, channels), b"", 0
    for cut in cuts:
        out += converter.convert(raw[at : at + cut])
        at += cut
    out += converter.convert(raw[at:]) + converter.flush()
    whole = converted(rate, channels, raw)
    assert out == whole.tobytes()
    assert abs(len(whole) - len(raw) // (2 * channels) * 16_000 / rate) <= 1


@given(st.binary(max_size=4_000))
def test_16_khz_mono_passes_bit_for_bit(raw: bytes) -> None:
    even = raw[: len(raw) // 2 * 2]
    converter = Converter(16_000, 1)
    assert converter.convert(raw) + converter.flush() == even


def test_equal_channels_at_16_khz_pass_bit_for_bit() -> None:
    sound = np.random.default_rng(1).integers(-32_768, 32_768, 5_000).astype("<i2")
    assert np.array_equal(converted(16_000, 2, interleaved(sound, sound)), sound)


def test_a_dead_channel_costs_no_level() -> None:
    voice = sine(440, 16_000, 1_600)
    assert np.array_equal(converted(16_000, 2, interleaved(voice, np.zeros(1_600))), voice)
    assert np.array_equal(converted(16_000, 6, interleaved(*[np.zeros(1_600)] * 2, voice, *[voice * 0] * 3)), voice)


def test_silence_on_all_channels_stays_silence() -> None:
    assert not converted(48_000, 2, bytes(48_000)).any()


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_height_and_place(rate: int) -> None:
    out = converted(rate, 1, sine(1_000, rate, rate).tobytes()).astype(float)
    expected = sine(1_000, 16_000, 16_000).astype(float)
    inner = slice(500, 15_500)
    assert np.abs(out[inner] - expected[inner]).max() < 25  # −56 dB below the tone: no delay, no gain


def test_a_tone_above_8_khz_is_removed_and_not_folded_down() -> None:
    out = converted(48_000, 1, sine(11_000, 48_000, 48_000).tobytes())[500:-500]
    assert np.abs(out).max() <= 2


def test_full_scale_is_clipped_and_never_wraps_around() -> None:
    """A square wave overshoots when it is band-limited: a wrapped sample would have the wrong sign."""
    square = np.where(np.arange(48_000) // 240 % 2, 32_767, -32_768).astype("<i2")
    out = converted(48_000, 1, square.tobytes()).astype(int)
    middle = out.reshape(-1, 80)[5:-5, 20:60]
    assert out.max() == 32_767
    assert out.min() == -32_768
    assert (np.abs(middle) > 25_000).all()


def test_a_flushed_converter_begins_a_new_stream() -> None:
    converter = Converter(44_100, 2)
    raw = interleaved(sine(300, 44_100, 9_999), sine(400, 44_100, 9_999))
    first = converter.convert(raw) + converter.flush()
    assert converter.convert(raw) + converter.flush() == first


def test_ten_minutes_are_converted_without_drift() -> None:
    converter, block, total = Converter(44_100, 1), bytes(2 * 441 * 100), 0
    for _ in range(600):
        total += len(converter.convert(block)) // 2
    assert total + len(converter.flush()) // 2 == 600 * 16_000


@pytest.mark.parametrize(("rate", "channels"), [(0, 1), (16_000, 0), (-1, 2)])
def test_impossible_formats_are_refused(rate: int, channels: int) -> None:
    with pytest.raises(ValueError, match="no such sound"):
        Converter(rate, channels)
