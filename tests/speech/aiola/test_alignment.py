"""`align`: the place of a text among local words that differ from it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.delivery.words.alignment import Alignment, align
from saywrite.speech.aiola.delivery.words.units import units

WORDS = ("river", "stone", "window", "garden", "paper", "yellow", "market", "doctor", "engine", "summer", "bottle")


def place(text: str, local: str, breaks: str = "") -> tuple[int, int] | None:
    """The first and last local unit; `breaks`: the numbers of the local units that follow a pause."""
    found = found_alignment(text, local, breaks)
    return None if found is None else (found.first, found.last)


def found_alignment(text: str, local: str, breaks: str = "") -> Alignment | None:
    keys = [unit.key for unit in units(local)]
    after_a_pause = {0, len(keys), *map(int, breaks.split())}
    return align([unit.key for unit in units(text)], keys, [at in after_a_pause for at in range(len(keys) + 1)])


@pytest.mark.parametrize(
    ("text", "local", "expected"),
    [
        ("the garden gate", "we see the garden gate today", (2, 4)),
        ("the guardian gate", "we see the garden gate today", (2, 4)),
        ("seven dogs", "he has 7 dogs", (2, 3)),
        ("I've got 25 dogs", "well I have got twenty five dogs today", (2, 6)),
        ("cannot go", "I can not go", (1, 3)),
        ("can not go", "I cannot go", (1, 2)),
        ("the very old gate", "see the old gate", (1, 3)),
        ("the gate", "see the old gate", (1, 3)),
        ("我有七只狗", "他说我有7只小狗了", (2, 7)),
        ("東京へ行く", "明日東京に行く", (2, 6)),
        ("completely other", "we see the garden", None),
        ("", "we see", None),
        ("we see", "", None),
    ],
)
def test_place_tolerates_other_wording(text: str, local: str, expected: tuple[int, int] | None) -> None:
    assert place(text, local) == expected


def test_repeated_words_take_the_first_place_at_a_pause() -> None:
    assert place("no no no", "no no no no no no", "3") == (0, 2)
    assert place("no no", "no no no no no", "3") == (3, 4)
    assert place("no", "yes no maybe no", "3") == (3, 3)


def test_partners_tell_which_unit_is_which() -> None:
    found = found_alignment("one big gate", "two one gate")
    assert found is not None
    assert found.partners == (1, None, 2)
    assert found.matched == 2


@given(
    st.lists(st.sampled_from(WORDS), min_size=12, max_size=60, unique=False),
    st.data(),
)
def test_a_part_of_the_local_words_has_its_place_where_it_says_the_same(local: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(local) - 1))
    last = data.draw(st.integers(first, len(local) - 1))
    found = align(local[first : last + 1], local, [True] * (len(local) + 1))
    assert found is not None
    assert local[found.first : found.last + 1] == local[first : last + 1]
    assert found.first <= first, "an earlier place is as good"


@given(st.permutations(range(40)), st.integers(0, 30), st.data())
def test_some_other_words_move_a_text_by_few_units(order: list[int], first: int, data: st.DataObject) -> None:
    local = [f"{WORDS[number % len(WORDS)]}{number}" for number in order]
    text = [*local[first : first + 8]]
    changed = data.draw(st.sets(st.integers(1, len(text) - 2), max_size=2))
    text = ["xx" if at in changed else word for at, word in enumerate(text)]
    found = align(text, local, [True] * 41)
    assert found is not None
    assert (found.first, found.last) == (first, first + len(text) - 1)


def test_minutes_of_unplaced_words_are_narrowed_and_the_cost_is_bounded() -> None:
    local = [f"{WORDS[number % len(WORDS)]}{number // 3}" for number in range(6_000)]
    text = local[4_000:4_120]
    began = time.process_time()
    found = align(text, local, [True] * (len(local) + 1))
    took_s = time.process_time() - began
    assert found is not None
    assert (found.first, found.last) == (4_000, 4_119)
    assert took_s < 0.5
