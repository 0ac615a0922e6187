"""When another language than the chosen one is reported."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.local.decoder.spoken_language import SURE, SpokenLanguage

LANGUAGES = st.sampled_from(["en", "de", "fr", "cy"])


def reported(*utterances: tuple[str, str, float]) -> list[bool]:
    spoken = SpokenLanguage()
    return [spoken.note(*utterance) for utterance in utterances]


def test_two_sure_utterances_in_a_row_are_reported() -> None:
    assert reported(("en", "de", 0.99), ("en", "de", 0.95)) == [False, True]


@pytest.mark.parametrize(
    "between", [("en", "en", 0.99), ("en", "fr", 0.99), ("en", "de", SURE - 0.01), ("fr", "de", 0.99)]
)
def test_another_utterance_between_them_begins_anew(between: tuple[str, str, float]) -> None:
    assert reported(("en", "de", 0.99), between, ("en", "de", 0.99)) == [False, False, False]


def test_pair_is_reported_once() -> None:
    assert reported(*[("en", "de", 0.99)] * 6) == [False, True, False, False, False, False]
    assert reported(*[("en", "de", 0.99)] * 2, *[("en", "fr", 0.99)] * 2) == [False, True, False, True]


def test_language_that_cannot_be_chosen_is_not_reported() -> None:
    assert reported(("en", "cy", 0.99), ("en", "cy", 0.99)) == [False, False]


@given(st.lists(st.tuples(LANGUAGES, LANGUAGES, st.floats(0, 1)), max_size=20))
def test_report_follows_two_equal_sure_utterances(utterances: list[tuple[str, str, float]]) -> None:
    spoken = SpokenLanguage()
    for number, (chosen, heard, probability) in enumerate(utterances):
        if spoken.note(chosen, heard, probability):
            assert chosen != heard
            assert probability >= SURE
            assert utterances[number - 1][:2] == (chosen, heard)
            assert utterances[number - 1][2] >= SURE
