"""The sound that the model gets: no constant, no hum below a voice, loud enough."""

from __future__ import annotations

import numpy as np
import pytest

from saywrite.speech.local.decoder.conditioning import prepare, remove_hum, samples_of, speech_level

SECOND = np.arange(16_000) / 16_000


def tone(hertz: float, level_dbfs: float = -20.0) -> np.ndarray:
    """One second of a sine; its level is that of its RMS."""
    return (np.sqrt(2) * 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hertz * SECOND)).astype(np.float32)


def decibels(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2)))


def test_pcm_becomes_floats_and_half_a_sample_is_ignored() -> None:
    pcm = np.array([0, 16_384, -32_768, 32_767], "<i2").tobytes() + b"\x01"
    assert samples_of(pcm).tolist() == [0.0, 0.5, -1.0, pytest.approx(1.0, abs=1e-4)]
    assert len(samples_of(b"")) == len(samples_of(b"\x01")) == 0


@pytest.mark.parametrize("offset", [-0.3, 0.05, 0.3])
def test_a_constant_does_not_arrive(offset: float) -> None:
    assert np.allclose(prepare(tone(440) + np.float32(offset)), prepare(tone(440)), atol=1e-5)


@pytest.mark.parametrize("hertz", [5, 30])
def test_what_no_voice_has_is_taken_out(hertz: float) -> None:
    assert decibels(remove_hum(tone(hertz))) < -80


@pytest.mark.parametrize("hertz", [80, 120, 440, 7900])
def test_what_a_voice_has_stays(hertz: float) -> None:
    assert decibels(remove_hum(tone(hertz))) == pytest.approx(-20, abs=0.1)


def test_mains_hum_is_lowered() -> None:
    assert decibels(remove_hum(tone(50))) < -36
    assert decibels(remove_hum(tone(60))) < -25


@pytest.mark.parametrize("level", [-31.0, -40.0, -60.0])
def test_quiet_sound_is_raised_to_minus_20_dbfs(level: float) -> None:
    assert decibels(prepare(tone(440, level))) == pytest.approx(-20, abs=0.2)


@pytest.mark.parametrize("level", [-29.0, -20.0, -4.0])
def test_sound_that_is_loud_enough_keeps_its_level(level: float) -> None:
    assert decibels(prepare(tone(440, level))) == pytest.approx(level, abs=0.2)


def test_next_to_nothing_is_not_raised_without_end() -> None:
    assert decibels(prepare(tone(440, -90))) == pytest.approx(-40, abs=0.5)


def test_pauses_do_not_count_for_the_level() -> None:
    speech = np.concatenate([tone(440), np.zeros(48_000, np.float32)])
    assert speech_level(speech) == pytest.approx(-20, abs=0.1)


@pytest.mark.parametrize("length", [0, 1, 100, 321])
def test_any_length_comes_back_as_long(length: int) -> None:
    assert len(prepare(np.zeros(length, np.float32))) == length
