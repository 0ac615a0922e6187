"""Words in their sound, and edits of a text in their segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywrite.foundation.events import Segment
from saywrite.text.word_times import changed_segments, make_passage, time_words

TEXTS = st.text(st.sampled_from("abcé ,.\n你好ア"), min_size=1, max_size=30)


@st.composite
def segment_lists(draw: st.DrawFn) -> list[Segment]:
    at, made = 0, []
    for number, text in enumerate(draw(st.lists(TEXTS, max_size=6))):
        start = at + draw(st.integers(0, 5_000))
        at = start + draw(st.integers(1, 50_000))
        made.append(Segment(number, text, text, start, at))
    return made


def test_the_time_of_a_segment_is_divided_by_characters() -> None:
    words = time_words("one three", 16_000, 32_000)
    assert [(w.first, w.last, w.start, w.end) for w in words] == [(0, 3, 16_000, 22_000), (4, 9, 22_000, 32_000)]


def test_each_chinese_character_is_a_word_and_keeps_its_mark() -> None:
    assert [(w.first, w.last) for w in time_words("你好。", 0, 200)] == [(0, 1), (1, 3)]
    assert [(w.first, w.last) for w in time_words("Qt很好", 0, 400)] == [(0, 2), (2, 3), (3, 4)]


@given(segment_lists())
def test_words_are_in_order_and_within_their_segments(segments: list[Segment]) -> None:
    passage = make_passage(segments, "en")
    for one, other in zip(passage.words, passage.words[1:], strict=False):
        assert one.last <= other.first
        assert one.end <= other.start
    for segment, (first, last) in zip(passage.segments, passage.bounds, strict=True):
        assert passage.text[first:last] == segment.text
        inside = [word for word in passage.words if first <= word.first < last]
        assert all(segment.start <= word.start <= word.end <= segment.end for word in inside)
        assert "".join(passage.text[w.first : w.last] for w in inside) == "".join(segment.text.split())


def test_a_character_leads_to_its_word_and_a_sample_to_its_word() -> None:
    passage = make_passage([Segment(1, "one two", "", 0, 600), Segment(2, "six", "", 1_000, 1_300)], "en")
    assert passage.text == "one two six"
    word = passage.word_at(5)
    assert word is not None
    assert (word.first, word.start) == (4, 300)
    assert passage.word_at(3) == word, "a space leads to the next word"
    assert passage.word_at(11) is None
    assert passage.word_heard_at(300) == word
    assert passage.word_heard_at(800) is None
    assert passage.bounds_of(2) == (8, 11)
    assert passage.bounds_of(3) is None


def segments(*texts: str) -> list[Segment]:
    return [Segment(number, text, text, number * 100, number * 100 + 100) for number, text in enumerate(texts)]


def test_an_edit_changes_only_its_segment() -> None:
    passage = make_passage(segments("We met Anna.", "She was late.", "So was I."), "en")
    assert changed_segments(passage, "We met Hannah. She was late. So was I.") == {0: "We met Hannah."}
    assert changed_segments(passage, "We met Anna. She was early. So was I.") == {1: "She was early."}
    assert changed_segments(passage, "We saw Anna. She was late. So was he.") == {0: "We saw Anna.", 2: "So was he."}
    assert changed_segments(passage, passage.text) == {}


def test_a_deleted_segment_becomes_empty() -> None:
    passage = make_passage(segments("One.", "Two.", "Three."), "en")
    assert changed_segments(passage, "One. Three.") == {1: ""}


def test_the_break_between_two_paragraphs_belongs_to_no_segment() -> None:
    passage = make_passage(segments("We met Anna.", "She was late."), "en", ["", "\n"])
    assert passage.text == "We met Anna.\nShe was late."
    assert changed_segments(passage, "We met Hannah.\nShe was late.") == {0: "We met Hannah."}
    assert changed_segments(passage, "We met Hannah. She was late.") == {0: "We met Hannah."}
    assert changed_segments(passage, "We met Hannah.\n\nShe was late.") == {0: "We met Hannah.\n"}


@given(segment_lists(), TEXTS, st.lists(st.sampled_from([" ", "", "\n"]), min_size=6, max_size=6))
def test_an_edit_loses_no_character_and_invents_none(made: list[Segment], edited: str, leads: list[str]) -> None:
    passage = make_passage(made, "en", leads)
    changes = changed_segments(passage, edited)
    texts = [changes.get(segment.number, segment.text) for segment in passage.segments]
    if passage.segments:
        assert "".join("".join(texts).split()) == "".join(edited.split())
    else:
        assert changes == {}


@given(st.lists(st.text("abcdé", min_size=1, max_size=6), min_size=1, max_size=8), st.data())
def test_a_replaced_stretch_leaves_the_segments_beside_it_alone(texts: list[str], data: st.DataObject) -> None:
    passage = make_passage(segments(*texts), "en")
    chosen = data.draw(st.integers(0, len(passage.segments) - 1))
    first, last = passage.bounds[chosen]
    edited = passage.text[:first] + "XYZ" + passage.text[last:]
    changes = changed_segments(passage, edited)
    assert changes[passage.segments[chosen].number].strip() == "XYZ"
    assert changes.keys() == {passage.segments[chosen].number}
