"""Rows with very long texts: a change costs what it changes, and the numbers are those of the whole text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.export import words
from saywrite.ui.toolkit.document_text import difference
from saywrite.ui.transcript import rows
from saywrite.ui.transcript.rows import Row, RowKind

TEXTS = st.text(alphabet=list("aab1.,'-’ \n\t\u00a0é\u0301\u200d🎉漢字ไทย"), max_size=60)
LENGTH = 100_000
"""Words of a text that an hour-long lecture without a pause would not reach."""


def difference_by_characters(old: str, new: str) -> tuple[int, int, int]:
    """What `difference` returns, found one character after the other."""
    limit = min(len(old), len(new))
    head = next((at for at in range(limit) if old[at] != new[at]), limit)
    rest = limit - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return head, len(old) - tail, len(new) - tail


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_difference_is_the_part_between_equal_beginnings_and_ends(head: str, old: str, new: str, tail: str) -> None:
    before, after = head * 9 + old + tail * 9, head * 9 + new + tail * 9
    assert difference(before, after) == difference_by_characters(before, after)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_words_around_a_change_are_counted_as_in_the_whole_text(head: str, old: str, new: str, tail: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "LONG", -1)
        row = Row(RowKind.SEGMENT, "d", 1, 0, 1, head + old + tail)
        for text in (head + new + tail, head + tail, "", head, head + old + tail):
            row.set_text(text)
            assert row.words == words(text)


def test_letter_in_a_very_long_text_is_counted_at_once() -> None:
    row = Row(RowKind.SEGMENT, "d", 1, 0, 1, " ".join(f"word{number % 977}" for number in range(LENGTH)))
    middle = len(row.text) // 2
    began = time.process_time()
    for _ in range(10):
        row.set_text(f"{row.text[:middle]}x{row.text[middle:]}")
    assert time.process_time() - began < 0.5, "counting all words takes 0.5 s or more for each letter"
    assert row.words == LENGTH
