"""The words that two recognizers hear differently are found, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.dictation.engines.differences import END, MOST_WORDS, DifferenceFinder, compare
from saywrite.dictation.engines.provisional import LocalText
from saywrite.foundation.events import Difference, Segment, WordsDiffer

words = st.lists(st.sampled_from(["one", "two", "three", "won", "no"]), max_size=8)


@pytest.mark.parametrize(
    ("text", "other", "found"),
    [
        ("The feather is nice.", "the weather is nice", [("feather", "weather")]),
        ("Say Right listens.", "Saywrite listens.", [("Say Right", "Saywrite")]),
        ("It is nice, today.", "It is nice today", []),
        ("It is nice today.", "It is very nice today.", []),
        ("今天天汽好。", "今天天气好", [("汽", "气")]),
        ("", "anything", []),
    ],
)
def test_words_that_stand_for_each_other_differ(text: str, other: str, found: list[tuple[str, str]]) -> None:
    differences = compare(text, other)
    assert [(text[each.start : each.end], each.other) for each in differences] == found


@given(words, words)
def test_difference_is_a_part_of_each_text_and_none_is_long(one: list[str], two: list[str]) -> None:
    text, other = " ".join(one), " ".join(two)
    at = 0
    for each in compare(text, other):
        assert at <= each.start < each.end <= len(text)
        assert each.other in other
        assert len(text[each.start : each.end].split()) <= MOST_WORDS
        at = each.end
    assert compare(text, text.upper()) == ()


def segment(number: int, text: str, start: int, end: int) -> Segment:
    return Segment(number, text, text, start, end)


def test_segment_is_compared_once_when_its_sound_was_heard_here() -> None:
    finder, heard = DifferenceFinder("d"), LocalText()
    finder.add((segment(3, "One too.", 0, 10 * END),))
    assert finder.find(heard, 0, str) == ()
    heard.add("one two", 0, 10 * END, ())
    (found,) = finder.find(heard, heard.heard_until, str)
    assert found == WordsDiffer("d", 3, "One too.", (Difference(4, 7, "two"),))
    assert finder.find(heard, heard.heard_until, str) == ()


def test_segment_without_local_words_has_no_differences() -> None:
    finder = DifferenceFinder("d")
    finder.add((segment(1, "One.", 0, 100),))
    assert finder.find(LocalText(), 1_000, str) == ()


def test_keywords_are_no_difference() -> None:
    finder, heard = DifferenceFinder("d"), LocalText()
    heard.add("say right", 0, 100, ())
    finder.add((segment(1, "Saywrite", 0, 100),))
    assert finder.find(heard, 100, lambda text: text.replace("say right", "Saywrite")) == ()
