"""The fault matrix with shortened times: through every fault no word is lost, none comes twice, the order is kept.

The same for a service that answers in an unexpected way, with the real model: no word is lost silently, none comes
twice. Every second kind of answer runs here. All rows with full times, many runs, with and without a model:
`packaging/dev.py bench --faults`.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.lab.aiola_answers import ROWS as ANSWER_ROWS
from tests.system.lab.aiola_answers import AnswerResult, AnswerRow, run_answers
from tests.system.lab.aiola_faults import ROWS, Result, Row, run_all
from tests.system.lab.counting import Count, count, words_of

SEEDS = (1,)
AT_ONCE = 6
"""They mostly wait, but each begins with the start of three processes, which others are late by on two cores."""
SLOW_MACHINE_S = 2.0
"""Seconds that a machine with much to do may be late in noticing."""

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


KINDS = {re.sub(r"[0-9.]+", "N", row.name): row for row in ANSWER_ROWS}
"""Rows that differ only in their numbers are one kind."""
answer_rows = pytest.mark.parametrize("row", list(KINDS.values())[::2], ids=lambda row: row.name)


def selected(request: pytest.FixtureRequest, kind: type) -> list[Any]:
    """The rows of this kind that a selected test asks for."""
    here = [item for item in request.session.items if item.path == request.path and hasattr(item, "callspec")]
    return [row for item in here if isinstance(row := item.callspec.params.get("row"), kind)]


@pytest.fixture(scope="module")
def answers(request: pytest.FixtureRequest) -> dict[str, AnswerResult]:
    found = run_answers(selected(request, AnswerRow), (1,), listens_along=True, at_once=AT_ONCE)
    return {result.row: result for result in found}


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, list[Result]]:
    """Every row that a selected test asks for, several side by side; they are done before the first test looks."""
    found: dict[str, list[Result]] = {}
    for result in run_all(selected(request, Row), SEEDS, quick=True, at_once=AT_ONCE):
        found.setdefault(result.row, []).append(result)
    return found


@rows
@pytest.mark.timeout(900)
def test_no_word_is_lost_none_comes_twice_and_the_order_is_kept(row: Row, results: dict[str, list[Result]]) -> None:
    for result in results[row.name]:
        assert result.perfect, result
        assert result.words > 8
        if row.noticed_s is not None:
            assert result.noticed_s is not None, result
            assert result.noticed_s <= row.noticed_s + SLOW_MACHINE_S, result
        assert row.may_end_early or not result.later, result


@answer_rows
@pytest.mark.timeout(900)
def test_a_service_that_answers_differently_loses_no_word_silently_while_this_computer_listens_along(
    row: AnswerRow, answers: dict[str, AnswerResult]
) -> None:
    result = answers[row.name]
    assert result.problem == ""
    assert result.words >= 9
    assert (result.silent, result.twice, result.disordered) == (0, (), ()), result


def test_what_is_counted_is_what_became_of_the_words() -> None:
    said = ["alpha", "bravo", "charlie", "delta"]
    assert count(said, said) == Count()
    assert count(said, ["alpha", "charlie", "delta"]) == Count(lost=("bravo",))
    assert count(said, ["alpha", "bravo", "charlie", "charlie", "delta"]) == Count(twice=("charlie",))
    assert count(said, ["bravo", "alpha", "charlie", "delta"]).disordered != ()
    assert count(said, ["alpha", "zulu", "charlie"]) == Count(lost=("bravo", "delta"), twice=("zulu",))
    assert count(said, []) == Count(lost=tuple(said))
    assert words_of("Alpha bravo.\nCHARLIE, (delta)") == said


letters = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(letters, letters)
def test_every_word_is_accounted_for(said: list[str], written: list[str]) -> None:
    found = count(said, written)
    assert len(said) - len(found.lost) == len(written) - len(found.twice)
    assert found.perfect == (said == written)
