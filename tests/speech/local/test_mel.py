"""The log-mel spectrogram is Whisper's: against another implementation, and against the definition written out."""

from __future__ import annotations

import cmath
import math

import kaldi_native_fbank
import numpy as np
import pytest

from saywrite.speech.local.decoder.mel import log_mel

EDGE = 3
"""Frames at either end that see the mirrored signal, which the reference mirrors in another way."""


def reference(samples: np.ndarray, bands: int) -> np.ndarray:
    """The spectrogram by kaldi-native-fbank, which computes the mel powers, with Whisper's logarithm and scale.

    Its frames are centered between two hops, Whisper's on a hop: 80 samples in front make up for that.
    """
    options = kaldi_native_fbank.WhisperFeatureOptions()
    options.dim = bands
    bank = kaldi_native_fbank.OnlineWhisperFbank(options)
    bank.accept_waveform(16_000, [0.0] * 80 + samples.tolist())
    bank.input_finished()
    power = np.array([bank.get_frame(frame) for frame in range(len(samples) // 160)])
    decades = np.log10(np.maximum(power, 1e-10))
    return (np.maximum(decades, decades.max() - 8) + 4).T / 4


@pytest.mark.parametrize("bands", [80, 128])
def test_spectrogram_equals_that_of_another_implementation(bands: int) -> None:
    noise = np.random.default_rng(1).standard_normal(16_000)
    sweep = np.sin(np.cumsum(np.linspace(0, math.pi, 16_000)))
    samples = (0.1 * np.concatenate([np.zeros(16_000), noise, sweep])).astype(np.float32)
    spectrogram = log_mel(samples, bands)
    assert spectrogram.shape == (bands, 300)
    difference = np.abs(spectrogram - reference(samples, bands))[:, EDGE:-EDGE]
    assert difference.max() < 2e-3
    assert difference.mean() < 1e-5


def test_signal_is_mirrored_at_its_ends() -> None:
    samples = np.random.default_rng(3).standard_normal(3200).astype(np.float32)
    mirrored = np.concatenate([samples[800:0:-1], samples, samples[-2:-802:-1]])
    assert np.allclose(log_mel(samples), log_mel(mirrored)[:, 5:25], atol=1e-4)


def test_one_frame_equals_the_definition_written_out() -> None:
    samples = [0.3 * math.sin(2 * math.pi * 440 * n / 16_000) + 0.2 * math.cos(n * n / 500) for n in range(1600)]
    frame = [samples[800 - 200 + n] * (0.5 - 0.5 * math.cos(2 * math.pi * n / 400)) for n in range(400)]
    power = [
        abs(sum(value * cmath.exp(-2j * math.pi * k * n / 400) for n, value in enumerate(frame))) ** 2
        for k in range(201)
    ]

    def hertz(mel: float) -> float:
        return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)

    top = 15 + 27 * math.log(8) / math.log(6.4)
    spectrogram = log_mel(np.array(samples, np.float32))
    for band in (3, 11, 40, 79):
        low, center, high = (hertz(top * edge / 81) for edge in (band, band + 1, band + 2))
        slopes = [min((40 * k - low) / (center - low), (high - 40 * k) / (high - center)) for k in range(201)]
        energy = sum(value * max(0, slope) for value, slope in zip(power, slopes, strict=True))
        expected = max((math.log10(energy * 2 / (high - low)) + 4) / 4, spectrogram.max() - 2)
        assert spectrogram[band, 5] == pytest.approx(expected, abs=1e-3), band


def test_silence_is_the_floor_everywhere() -> None:
    # The last bit depends on the processor's instructions.
    np.testing.assert_allclose(log_mel(np.zeros(16_000, np.float32)), -1.5, rtol=0, atol=1e-6)


def test_nothing_is_more_than_eight_decades_below_the_loudest() -> None:
    samples = np.zeros(16_000, np.float32)
    samples[8000:8400] = np.random.default_rng(2).standard_normal(400)
    spectrogram = log_mel(samples)
    assert spectrogram.max() - spectrogram.min() == pytest.approx(2.0, abs=1e-6)
