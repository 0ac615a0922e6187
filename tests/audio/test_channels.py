"""Several channels become one: the voice is heard at its own level on whichever channel it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sounds

from saywrite.audio.channels import ChannelMixer

Sound = npt.NDArray[np.float64]

RATE = 16_000
VOICE: Sound = sounds.speech("two_cities").astype(float)
LOUD = float(np.sqrt(np.mean(np.square(VOICE))))
SILENCE = np.zeros(len(VOICE))
TIME = np.arange(len(VOICE)) / RATE


def noise(level: float, seed: int) -> Sound:
    return np.random.default_rng(seed).standard_normal(len(VOICE)) * level


def hum(level: float, hertz: float = 50) -> Sound:
    return level * np.sqrt(2) * np.sin(2 * np.pi * hertz * TIME)


def mixed(*channels: Sound, rate: int = RATE) -> Sound:
    mixer = ChannelMixer(rate, len(channels))
    frames = np.stack(channels, axis=1).astype(np.float32)
    return np.concatenate([mixer.mix(frames), mixer.flush()]).astype(float)


def gain_db(out: Sound, of: Sound = VOICE) -> float:
    """How loud `of` is in `out`: its part of the sound, whatever else is in it, of either sign."""
    return float(20 * np.log10(abs(out @ of) / (of @ of) + 1e-9))


def noise_db(out: Sound, of: Sound = VOICE) -> float:
    """The level of what is not `of`, relative to it."""
    rest = out - (out @ of) / (of @ of) * of
    return float(20 * np.log10(np.linalg.norm(rest) / np.linalg.norm(of) + 1e-9))


CASES: dict[str, Sequence[Sound]] = {
    "dual mono": [VOICE, VOICE],
    "opposite phase": [VOICE, -VOICE],
    "opposite phase, half the level": [VOICE, -0.5 * VOICE],
    "opposite phase with noise": [VOICE + noise(LOUD / 10, 1), noise(LOUD / 10, 2) - VOICE],
    "opposite phase with offset": [VOICE + 9_000, -VOICE - 3_000],
    "opposite phase, hum in phase, 10 dB louder": [VOICE + hum(3 * LOUD), hum(3 * LOUD) - VOICE],
    "opposite phase, very quiet": [VOICE / 30, -VOICE / 30],
    "silent left": [SILENCE, VOICE],
    "silent right": [VOICE, SILENCE],
    "offset alone on the left": [SILENCE + 8_000, VOICE],
    "first of eight": [VOICE, *[SILENCE] * 7],
    "third of eight": [*[SILENCE] * 2, VOICE, *[SILENCE] * 5],
    "last of thirty-two": [*[SILENCE] * 31, VOICE],
    "third of eight in noise": [
        noise(LOUD / 10, 8),
        noise(LOUD / 10, 9),
        VOICE,
        *(noise(LOUD / 10, n) for n in range(5)),
    ],
    "beside noise as loud as the voice": [VOICE, noise(LOUD, 3)],
    "beside noise 10 dB louder": [VOICE, noise(3.2 * LOUD, 4)],
    "beside hum 10 dB louder": [VOICE, hum(3 * LOUD)],
    "beside hum of 100 Hz": [hum(3 * LOUD, 100), VOICE, SILENCE, SILENCE],
    "crosstalk on seven inputs": [VOICE, *(np.roll(VOICE, 20 * n) * 0.1 for n in range(1, 8))],
    "mixed signs on four": [VOICE, -VOICE, VOICE, -VOICE],
}


@pytest.mark.parametrize("case", CASES)
def test_voice_keeps_its_level(case: str) -> None:
    reference = VOICE / 30 if case == "opposite phase, very quiet" else VOICE
    assert gain_db(mixed(*CASES[case]), reference) == pytest.approx(0, abs=3)


@pytest.mark.parametrize("case", ["third of eight in noise", "beside noise as loud as the voice"])
def test_noise_of_other_channels_is_left_out(case: str) -> None:
    assert noise_db(mixed(*CASES[case])) < -10


def test_noise_louder_than_the_voice_is_left_out_from_the_first_pause_on() -> None:
    """It stands out from nothing, however loud it is; the first second is what it takes to know that."""
    second = slice(RATE, None)
    assert noise_db(mixed(VOICE, noise(3.2 * LOUD, 4))[second], VOICE[second]) < -6


def test_two_speakers_on_two_channels_are_both_heard() -> None:
    half = len(VOICE) // 2
    left, right = VOICE.copy(), VOICE.copy()
    left[half:], right[:half] = 0, 0
    out = mixed(left + noise(5, 1), right + noise(5, 2))
    assert gain_db(out, left) == pytest.approx(0, abs=1)
    assert gain_db(out, right) == pytest.approx(0, abs=1)


def test_two_speakers_at_once_are_both_in_the_mix() -> None:
    other = np.roll(VOICE, len(VOICE) // 3)
    out = mixed(VOICE, 0.7 * other)
    assert gain_db(out, VOICE) > -6
    assert gain_db(out, other) > -16


def test_voice_that_moves_to_another_channel_makes_no_click() -> None:
    """A steady tone passes from one channel to the other: the step between samples stays that of the tone."""
    tone = 8_000 * np.sin(2 * np.pi * 300 * TIME)
    first = TIME < 3
    out = mixed(np.where(first, tone, 0), np.where(first, 0, tone))
    assert np.abs(np.diff(out)).max() < 1.1 * np.abs(np.diff(tone)).max()


def test_voice_that_begins_on_another_channel_makes_no_click_in_the_first() -> None:
    """The weight of the first one falls while its tone is at a peak."""
    first = 8_000 * np.cos(2 * np.pi * 310 * TIME)
    second = np.where(TIME < 3, 0, 8_000 * np.sin(2 * np.pi * 200 * TIME))
    out = mixed(first, second)
    assert abs(gain_db(out[4 * RATE :], first[4 * RATE :])) > 3
    assert np.abs(np.diff(out)).max() < np.abs(np.diff(first)).max() + np.abs(np.diff(second)).max()


def test_equal_channels_pass_unchanged() -> None:
    assert np.array_equal(mixed(VOICE, VOICE), VOICE)


def test_channel_beside_silence_passes_unchanged() -> None:
    assert np.array_equal(mixed(SILENCE, VOICE), VOICE)


def test_opposite_phase_from_the_first_sample_is_not_faded_in() -> None:
    tone = 8_000 * np.sin(2 * np.pi * 440 * TIME)
    assert np.abs(np.abs(mixed(tone, -tone)) - np.abs(tone)).max() < 1


def test_channels_that_come_into_phase_again_do_not_cancel_each_other() -> None:
    """The polarity of one input is switched, or another microphone takes its place, while somebody speaks."""
    other = np.where(np.arange(len(VOICE)) < len(VOICE) // 2, -VOICE, VOICE)
    out, end = mixed(VOICE, other), len(VOICE) * 3 // 4
    assert abs(gain_db(out[end:], VOICE[end:])) < 1


def test_noise_that_begins_later_is_left_out_after_two_seconds() -> None:
    """A fan on another input starts after its silence has been taken for its noise."""
    voice, begin, later = np.tile(VOICE, 3), 2 * RATE, 5 * RATE
    fan = np.where(np.arange(len(voice)) < begin, 0.0, np.tile(noise(LOUD, 11), 3))
    out = mixed(voice, fan)
    assert noise_db(out[later:], voice[later:]) < -15


def test_silence_stays_silence() -> None:
    assert not mixed(SILENCE, SILENCE).any()


@st.composite
def streams(draw: st.DrawFn) -> tuple[int, npt.NDArray[np.float32], list[int]]:
    rate, channels = draw(st.sampled_from([8_000, 11_025, 44_100])), draw(st.integers(2, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    frames = random.integers(-9_000, 9_000, (draw(st.integers(0, 9_000)), channels)).astype(np.float32)
    for channel in range(channels):
        frames[:, channel] *= draw(st.sampled_from([0, 0.001, 1, -1]))
        frames[: draw(st.sampled_from([0, 500, 4_000])), channel] = 0
    return rate, frames, draw(st.lists(st.integers(1, 3_000), max_size=12))


@settings(deadline=None)
@given(streams())
def test_output_depends_on_the_sound_and_not_on_the_blocks(
    stream: tuple[int, npt.NDArray[np.float32], list[int]],
) -> None:
    rate, frames, cuts = stream
    mixer, parts, at = ChannelMixer(rate, frames.shape[1]), [], 0
    for cut in [*cuts, len(frames)]:
        parts.append(mixer.mix(frames[at : at + cut]))
        at += cut
    parts.append(mixer.flush())
    whole = ChannelMixer(rate, frames.shape[1])
    expected = np.concatenate([whole.mix(frames), whole.flush()])
    assert np.array_equal(np.concatenate(parts), expected)
    assert len(expected) == len(frames)


@settings(deadline=None)
@given(streams())
def test_mix_is_never_louder_than_the_loudest_channel(
    stream: tuple[int, npt.NDArray[np.float32], list[int]],
) -> None:
    rate, frames, _cuts = stream
    mixer = ChannelMixer(rate, frames.shape[1])
    out = np.concatenate([mixer.mix(frames), mixer.flush()])
    assert (np.abs(out) <= np.abs(frames).max(axis=1) * 1.001 + 0.01).all()
