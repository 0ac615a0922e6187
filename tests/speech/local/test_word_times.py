"""The words of a segment share its time; nothing of the text is lost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.local.decoder.windows import WordTime, divide, place_between
from saywrite.text.word_times import word_spans


def split_words(text: str) -> list[str]:
    return [text[first:last] for first, last in word_spans(text)]


texts = st.text(alphabet="ab é'.,今天。ひカー\u3000 \n", max_size=40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's 5 o'clock, really.", ["It's", "5", "o'clock,", "really."]),
        ("今天天气好。", ["今", "天", "天", "气", "好。"]),
        ("USB を使う。", ["USB", "を", "使", "う。"]),
        ("用USB。", ["用", "USB。"]),
        ("", []),
    ],
)
def test_words_keep_their_marks(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(texts)
def test_every_character_is_in_exactly_one_word(text: str) -> None:
    assert "".join(split_words(text)) == "".join(text.split())


@given(texts, st.floats(0, 20), st.floats(0, 20))
def test_words_fill_the_time_of_their_segment_in_order(text: str, start: float, length: float) -> None:
    words = divide(text, start, start + length)
    assert [word.text for word in words] == split_words(text)
    if words:
        assert words[0].start_s == pytest.approx(start)
        assert words[-1].end_s == pytest.approx(start + length)
    for one, other in itertools.pairwise(words):
        assert one.end_s == pytest.approx(other.start_s)
        assert one.start_s <= one.end_s


def test_longer_word_gets_more_time() -> None:
    assert divide("a bcd", 2.0, 4.0) == [WordTime("a", 2.0, 2.5), WordTime("bcd", 2.5, 4.0)]


def test_segment_without_an_end_and_one_beyond_the_sound_end_with_the_sound() -> None:
    words = place_between([("one", 0.0, 1.0), ("two", 1.2, None), ("three", 1.5, 9.0)], 25.0, 2.0)
    assert words == (WordTime("one", 25.0, 26.0), WordTime("two", 26.2, 27.0), WordTime("three", 26.5, 27.0))
