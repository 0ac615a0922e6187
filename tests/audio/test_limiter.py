"""Sound above full scale is scaled, not clipped."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sounds

from saywrite.audio.limiter import Limiter

Floats = npt.NDArray[np.float32]

VOICE = sounds.speech("weather").astype(np.float32)
PEAK = float(np.abs(VOICE).max())


def limited(sound: Floats) -> Floats:
    limiter = Limiter()
    return np.concatenate([limiter.limit(sound), limiter.flush()])


def test_sound_below_full_scale_is_unchanged() -> None:
    assert np.array_equal(limited(VOICE), VOICE)


@pytest.mark.parametrize("factor", [1.5, 4, 100, 32_768])
def test_tone_above_full_scale_keeps_its_shape(factor: float) -> None:
    tone = (32_767 * factor * np.sin(np.arange(40_000) * 2 * math.pi * 440 / 16_000)).astype(np.float32)
    out = limited(tone)
    assert np.abs(out).max() == pytest.approx(32_767, rel=0.001)
    assert np.corrcoef(out, tone)[0, 1] > 0.9999


@pytest.mark.parametrize("factor", [4, 100, 32_768])
def test_voice_above_full_scale_is_not_clipped(factor: float) -> None:
    out = limited(VOICE * np.float32(factor))
    assert (np.abs(out) >= 32_767).sum() <= 16
    # Sentence by sentence the shape is that of the voice; the gain may differ.
    for at in range(8_000, 40_000, 4_000):
        assert np.corrcoef(out[at : at + 4_000], VOICE[at : at + 4_000])[0, 1] > 0.98


def test_stray_samples_do_not_silence_the_rest() -> None:
    damaged = VOICE.copy()
    damaged[[9_000, 20_000, 20_100]] = [1e30, -3e9, 1e20]
    out = limited(damaged)
    kept = np.delete(np.arange(len(VOICE)), [9_000, 20_000, 20_100])
    assert np.array_equal(out[kept], VOICE[kept])


def quiet(level: float, length: int = 20_000) -> Floats:
    return (level * np.sin(np.arange(length) * 2 * math.pi * 440 / 16_000)).astype(np.float32)


@pytest.mark.parametrize("level", [0, 9_000])
def test_a_few_samples_of_a_hop_do_not_lower_the_rest_and_more_do(level: float) -> None:
    few, more = quiet(level), quiet(level)
    few[6_000:6_008] = more[6_000:6_009] = 4 * 32_767
    kept = np.r_[0:6_000, 6_008:20_000]
    assert np.array_equal(limited(few)[kept], few[kept])
    assert np.abs(limited(more)).max() == pytest.approx(32_767, rel=0.001)


def test_a_single_sample_little_above_full_scale_is_not_clipped() -> None:
    sound = quiet(900)
    sound[9_000] = 40_000
    assert limited(sound).max() == pytest.approx(32_767, rel=0.001)


@pytest.mark.parametrize("length", [1, 8, 9, 17])
def test_very_short_sound_is_limited(length: int) -> None:
    assert limited(np.full(length, 70_000, np.float32)) == pytest.approx(32_767, rel=0.001)


def test_the_gain_changes_without_a_jump() -> None:
    sound = quiet(20_000)
    sound[12_000:] *= 4
    out = limited(sound)
    heard = np.abs(sound) > 1_000
    assert np.abs(np.diff((out / np.where(heard, sound, 1))[heard])).max() < 0.01
    assert out[20:3_000] == pytest.approx(sound[20:3_000]), "long before it nothing is lowered"


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 9_000), max_size=9), st.sampled_from([0.5, 3.0, 1e4]))
def test_output_depends_on_the_sound_and_not_on_the_blocks(seed: int, cuts: list[int], factor: float) -> None:
    random = np.random.default_rng(seed)
    sound = (random.standard_normal(random.integers(0, 20_000)) * 9_000 * factor).astype(np.float32)
    limiter, parts, at = Limiter(), [], 0
    for cut in [*cuts, len(sound)]:
        parts.append(limiter.limit(sound[at : at + cut]))
        at += cut
    out = np.concatenate([*parts, limiter.flush()])
    assert np.array_equal(out, limited(sound))
    assert len(out) == len(sound)
