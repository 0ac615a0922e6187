"""The self-test: which text of the bundled recording passes, and what is said when it does not."""

import pytest

from saywrite.cli.doctor.self_test import EXPECTED, _expected, _verdict
from saywrite.foundation.events import Finished
from saywrite.foundation.paths import resource

FINISHED = [Finished("d1", 115_200, 115_200, 0, 1.5, "")]


@pytest.mark.parametrize(
    "text",
    [
        "one two three four five six seven eight nine ten the weather is nice today",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10. The weather is nice today.",
        "1-2-3-4-5-6-7-8-9-10\nThe weather is nice today.",
        "One, two, three, four, five, six, seven, eight, nine, 10! The weather is nice today.",
    ],
)
def test_numbers_count_in_words_and_in_digits(text: str) -> None:
    check = _verdict(text, _expected(resource(EXPECTED)), [], FINISHED)
    assert check.ok, check.what
    assert "all 13 expected words" in check.what


def test_a_missing_word_fails_and_is_counted() -> None:
    check = _verdict("1 2 3 4 5 6 7 8 9 the weather is nice today", _expected(resource(EXPECTED)), [], FINISHED)
    assert not check.ok
    assert "12 of 13" in check.what
    assert check.remedy


def test_a_problem_of_the_engine_is_the_verdict() -> None:
    check = _verdict("", _expected(resource(EXPECTED)), ["The model is missing. Download it."], [])
    assert (check.ok, check.what) == (False, "The model is missing. Download it.")
