"""Offset and hum are removed before sound is judged; the voice is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywrite.audio.high_pass import FRAME, HighPass

RATE = 16_000


def filtered(samples: np.ndarray) -> np.ndarray:
    return HighPass().filter(samples.astype("<i2").tobytes()).reshape(-1).astype(float)


@pytest.mark.parametrize(
    ("hertz", "lowest_db", "highest_db"),
    [(50, -99, -50), (60, -99, -45), (100, -99, -25), (150, -1, 1), (300, -0.2, 0.2), (3_000, -0.2, 0.2)],
)
def test_tones_below_the_voice_are_removed(hertz: float, lowest_db: float, highest_db: float) -> None:
    tone = 16_000 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    out = filtered(tone)[RATE // 2 :]
    gain = 20 * np.log10(max(out.std(), 0.01) / tone.std())
    assert lowest_db <= gain <= highest_db


@pytest.mark.parametrize("offset", [-32_768, -9_830, 1, 328, 9_830, 32_767])
def test_offset_leaves_nothing_not_even_a_click_at_the_start(offset: int) -> None:
    assert np.abs(filtered(np.full(RATE, offset))).max() <= 1


def test_sound_is_not_delayed() -> None:
    click = np.zeros(RATE)
    click[8_000:8_003] = 20_000
    assert int(np.argmax(np.abs(filtered(click)))) in range(8_000, 8_004)


def test_what_exceeds_full_scale_behind_the_filter_is_clipped() -> None:
    square = np.where(np.arange(RATE) // 400 % 2, 32_767, -32_768)
    rises = np.flatnonzero(np.diff(square) > 0) + 1
    assert (filtered(square)[rises] == 32_767).all()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 7), max_size=8))
def test_output_depends_on_the_sound_and_not_on_the_blocks(seed: int, cuts: list[int]) -> None:
    random = np.random.default_rng(seed)
    pcm = random.integers(-32_768, 32_768, FRAME * 20).astype("<i2").tobytes()
    high_pass, parts, at = HighPass(), [], 0
    for cut in [*cuts, 20]:
        parts.append(high_pass.filter(pcm[2 * at * FRAME : 2 * (at + cut) * FRAME]))
        at += cut
    assert np.array_equal(np.concatenate(parts), HighPass().filter(pcm))
