"""How long the model's window is, and what its tokens say about text and the next window."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywrite.speech.local.decoder.windows import DecodedSegment, Reading, read, token_limit, window_s
from saywrite.speech.local.models import MODELS, WindowPolicy, window_policy


@pytest.mark.parametrize(
    ("sound_s", "long_window", "expected"),
    [
        (0.0, False, 5.0),
        (3.0, False, 5.0),
        (3.1, False, 5.1),
        (25.0, False, 27.0),
        (28.0, False, 30.0),
        (90.0, False, 30.0),
        (1.0, True, 30.0),
        (90.0, True, 30.0),
    ],
)
def test_window_is_the_sound_and_two_seconds_at_least_five_at_most_thirty(
    sound_s: float, long_window: bool, expected: float
) -> None:
    assert window_s(sound_s, long_window, WindowPolicy()) == pytest.approx(expected)


def test_window_follows_the_policy_of_the_model() -> None:
    policy = WindowPolicy(min_s=8.0, pad_s=4.0)
    assert [window_s(sound_s, False, policy) for sound_s in (1.0, 5.0, 28.0)] == [8.0, 9.0, 30.0]
    assert window_s(1.0, True, policy) == 30.0


@pytest.mark.parametrize("id", ["whisper-base", "whisper-small", "whisper-large-v3-turbo", "unknown"])
def test_policy_is_found_by_the_name_of_the_folder(id: str) -> None:
    assert id in [*(model.id for model in MODELS), "unknown"]
    assert window_policy(Path("/anywhere") / id) == WindowPolicy(min_s=5.0, pad_s=2.0)


@pytest.mark.parametrize(("sound_s", "tokens"), [(0.0, 24), (2.0, 42), (10.0, 114), (25.0, 224), (30.0, 224)])
def test_tokens_are_limited_by_the_length_of_the_sound(sound_s: float, tokens: int) -> None:
    assert token_limit(sound_s) == tokens


class Numbers:
    """Tokens of a model with the texts 0 to 99 and timestamps of a fiftieth of a second from 200 on."""

    end_of_text = 100
    first_timestamp = 200

    def seconds(self, token: int) -> float | None:
        return (token - 200) / 50 if token >= 200 else None


def at(seconds: float) -> int:
    return 200 + round(seconds * 50)


def read_tokens(*tokens: int, sound_s: float = 30.0, ended: bool = True, last: bool = True) -> Reading:
    return read(tokens, Numbers(), sound_s, ended=ended, last=last)


def test_text_between_timestamps_is_a_segment() -> None:
    reading = read_tokens(at(0), 1, 2, at(3), at(4), 3, at(6))
    assert reading == Reading((DecodedSegment(0.0, 3.0, (1, 2)), DecodedSegment(4.0, 6.0, (3,))), None)


def test_a_segment_without_an_end_counts_in_the_last_window() -> None:
    assert read_tokens(at(0), 1, at(3), at(3), 2) == Reading(
        (DecodedSegment(0.0, 3.0, (1,)), DecodedSegment(3.0, None, (2,))), None
    )


def test_tokens_without_any_timestamp_are_a_segment() -> None:
    assert read_tokens(1, 2) == Reading((DecodedSegment(0.0, None, (1, 2)),), None)


def test_segments_that_start_behind_the_sound_are_dropped() -> None:
    reading = read_tokens(at(0), 1, at(4), at(5), 2, at(6), sound_s=5.0)
    assert reading.segments == (DecodedSegment(0.0, 4.0, (1,)),)


def test_special_tokens_are_no_text() -> None:
    assert read_tokens(at(0), 1, 150, at(2)).segments == (DecodedSegment(0.0, 2.0, (1,)),)


def test_silence_in_the_middle_of_a_long_sound_leads_to_the_next_window() -> None:
    assert read_tokens(last=False) == Reading((), 30.0)


def test_a_long_sound_continues_behind_its_last_closed_segment() -> None:
    reading = read_tokens(at(0), 1, at(20), at(20), 2, at(27), at(27), 3, last=False)
    assert reading.segments == (DecodedSegment(0.0, 20.0, (1,)), DecodedSegment(20.0, 27.0, (2,)))
    assert reading.next_s == 27.0


def test_a_long_sound_with_one_open_segment_continues_behind_the_window() -> None:
    assert read_tokens(at(0), 1, 2, last=False) == Reading((DecodedSegment(0.0, None, (1, 2)),), 30.0)


def test_a_closed_segment_at_the_end_of_the_window_leads_behind_it() -> None:
    assert read_tokens(at(0), 1, at(30), last=False).next_s == 30.0


@pytest.mark.parametrize(
    ("ending", "next_s"),
    [
        ((at(9), at(9)), 9.0),
        ((at(28.9), at(28.9)), 28.9),
        ((at(9),), None),
        ((at(9), at(9), 2), None),
        ((at(29.1), at(29.1)), None),
    ],
    ids=[
        "another segment was begun",
        "room for a few words",
        "the end",
        "its text without an end",
        "no room for speech",
    ],
)
def test_the_last_window_is_read_on_when_the_model_ends_where_another_segment_starts(
    ending: tuple[int, ...], next_s: float | None
) -> None:
    assert read_tokens(at(0), 1, *ending).next_s == next_s


def test_tokens_that_ran_into_the_limit_are_continued() -> None:
    reading = read_tokens(at(0), 1, at(9), at(9), 2, ended=False, sound_s=20.0)
    assert reading == Reading((DecodedSegment(0.0, 9.0, (1,)),), 9.0)


def test_tokens_that_ran_into_the_limit_behind_the_sound_are_the_end() -> None:
    assert read_tokens(at(0), 1, at(9), at(9), 2, ended=False, sound_s=8.0).next_s is None


def test_a_window_always_leads_on_by_a_second_or_more() -> None:
    assert read_tokens(at(0), 1, at(0.5), at(0.5), 2, last=False).next_s == 30.0


def test_text_that_is_not_read_again_counts() -> None:
    reading = read_tokens(at(0), 1, at(0.5), at(0.5), 2, last=False)
    assert reading.segments == (DecodedSegment(0.0, 0.5, (1,)), DecodedSegment(0.5, None, (2,)))


def test_loop_behind_a_short_segment_does_not_count() -> None:
    reading = read_tokens(at(0), 1, at(0.5), at(0.5), *[2] * 30, ended=False, sound_s=3.0)
    assert reading == Reading((DecodedSegment(0.0, 0.5, (1,)),), None)
