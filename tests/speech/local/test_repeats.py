"""A text that is too short or too long for its sound is looked for a phrase that was said twice or written twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.local.decoder.conditioning import Floats
from saywrite.speech.local.decoder.repeats import MOST_BYTES_PER_SECOND, is_hurried, pause_in, repeats

SLOW = "x" * 20
"""Text for 1.4 s of voice at least."""


def sound(*parts_s: float) -> Floats:
    """Voice and silence in turn, in seconds."""
    noise = np.random.default_rng(1)
    parts: list[npt.NDArray[np.float64]] = [np.zeros(0)]
    for number, part_s in enumerate(parts_s):
        length = round(part_s * SAMPLE_RATE)
        parts.append(np.zeros(length) if number % 2 else noise.normal(0, 0.1, length))
    return np.concatenate(parts).astype(np.float32)


def test_a_sound_with_too_much_voice_is_divided_in_its_pause() -> None:
    at = pause_in(sound(2.0, 0.6, 2.0), SLOW)
    assert at is not None
    assert at / SAMPLE_RATE == pytest.approx(2.3, abs=0.02)


def test_of_several_pauses_the_one_near_the_middle_is_taken() -> None:
    at = pause_in(sound(1.5, 0.4, 1.0, 0.4, 1.6, 0.4, 0.6), SLOW)
    assert at is not None
    assert at / SAMPLE_RATE == pytest.approx(3.1, abs=0.02)


@pytest.mark.parametrize(
    ("parts_s", "text"),
    [
        ((2.0, 0.6, 2.0), "x" * 60),
        ((2.0, 0.6, 2.0), ""),
        ((4.0,), SLOW),
        ((2.0, 0.15, 2.0), SLOW),
        ((0.5, 0.6, 3.5), SLOW),
        ((), SLOW),
        ((0.0, 3.0), SLOW),
    ],
    ids=["enough text", "no text", "no pause", "too short a pause", "a pause near the start", "no sound", "silence"],
)
def test_any_other_sound_is_not_divided(parts_s: tuple[float, ...], text: str) -> None:
    assert pause_in(sound(*parts_s), text) is None


def test_the_limit_is_fourteen_bytes_for_a_second_of_voice() -> None:
    assert MOST_BYTES_PER_SECOND == 14
    assert pause_in(sound(2.0, 0.6, 2.0), "x" * 55) is not None
    assert pause_in(sound(2.0, 0.6, 2.0), "x" * 57) is None
    assert pause_in(sound(2.0, 0.6, 2.0), "話" * 18) is not None
    assert pause_in(sound(2.0, 0.6, 2.0), "話" * 19) is None


@pytest.mark.parametrize(
    ("text", "voice_s", "hurried"),
    [
        ("Good morning. Good morning.", 0.66, True),
        ("See you. See you.", 0.42, True),
        ("Stop. Stop. Stop.", 0.5, True),
        ("Good morning. Good morning.", 1.3, False),
        ("Good morning to all.", 0.5, False),
        ("Good morning, good evening.", 0.66, False),
        ("No.", 0.06, False),
        ("", 0.5, False),
        ("谢谢", 0.3, False),
    ],
)
def test_a_repeated_phrase_is_hurried_when_nobody_says_it_so_fast(text: str, voice_s: float, hurried: bool) -> None:
    assert is_hurried(sound(0.0, 0.3, voice_s, 0.2), text) is hurried


@pytest.mark.parametrize(
    ("text", "phrase", "is_repeat"),
    [
        ("Call me back.", "Call me back", True),
        ("Call me back. call me back!", "Call me back.", True),
        ("She opens the letter and reads.", "She opened the letter and reads.", True),
        ("Call me.", "Call me back.", False),
        ("Write to them.", "Call me back.", False),
        ("Call me back. And", "Call me back.", False),
        ("", "Call me back.", False),
        ("Call me back.", "", False),
        ("行きましょう。行きましょう。", "行きましょう。", True),
        ("行きましょう。", "帰りません。", False),
    ],
)
def test_a_text_repeats_a_phrase_when_it_has_its_words_and_no_others(text: str, phrase: str, is_repeat: bool) -> None:
    assert repeats(text, phrase) is is_repeat
