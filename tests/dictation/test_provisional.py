"""Which words of the recognizer on this computer wait for a text of the service, for any order of events."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from saywrite.dictation.engines.provisional import KEEP, LocalText, shifted, text_of
from saywrite.foundation.events import Partial
from saywrite.speech.engine import LocalWord, LocalWords

Span = tuple[int, int]
spans = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda span: (min(span), max(span)))


def utterances(lengths: list[int]) -> list[tuple[str, int, int, tuple[LocalWord, ...]]]:
    """Utterances of so many words, ten samples each; the words say where they lie, so that each is unique."""
    found, at = [], 0
    for length in lengths:
        words = tuple(LocalWord(f"w{at + 10 * n},", at + 10 * n, at + 10 * n + 10) for n in range(length))
        found.append((" ".join(word.text for word in words), at, at + 10 * length, words))
        at += 10 * length + 5
    return found


@given(st.lists(st.integers(1, 6), max_size=6), st.lists(spans, max_size=6), st.integers(0, 200), st.randoms())
def test_word_is_shown_exactly_while_it_lies_in_no_text_and_is_not_confirmed(lengths, texts, confirmed, random) -> None:
    heard = utterances(lengths)
    steps = [*((LocalText.add, each) for each in heard)]
    others = [*((LocalText.cover, span) for span in texts), (LocalText.confirm, (confirmed,))]
    for step in others:  # in any order relative to the finals, which come in order
        steps.insert(random.randint(0, len(steps)), step)
    text = LocalText()
    for step, arguments in steps:
        step(text, *arguments)
    words = [word for _, _, _, each in heard for word in each]
    due = [
        word.text
        for word in words
        if word.start + 5 >= confirmed and not any(start <= word.start + 5 < end for start, end in texts)
    ]
    stretches = text.stretches()
    assert " ".join(stretch.text for stretch in stretches).split() == due
    assert [stretch.number for stretch in stretches] == sorted({stretch.number for stretch in stretches})
    assert all(one.end <= other.start for one, other in itertools.pairwise(stretches))


@given(st.lists(st.integers(1, 6), max_size=4), st.lists(st.integers(0, 300), max_size=8))
def test_covered_word_never_comes_back(lengths: list[int], confirmed: list[int]) -> None:
    text = LocalText()
    for each in utterances(lengths):
        text.add(*each)
    shown = {word for stretch in text.stretches() for word in stretch.text.split()}
    for to in confirmed:
        text.confirm(to)
        now = {word for stretch in text.stretches() for word in stretch.text.split()}
        assert now <= shown
        shown = now


def test_utterance_keeps_its_number_when_its_beginning_gets_a_text() -> None:
    text = LocalText()
    (heard,) = utterances([3])
    text.add(*heard)
    (before,) = text.stretches()
    text.cover(0, 10)
    (after,) = text.stretches()
    assert (before.number, before.text, before.start) == (1, "w0, w10, w20,", 0)
    assert (after.number, after.text, after.start, after.end) == (1, "w10, w20,", 10, 30)


def test_utterance_that_is_heard_again_is_not_shown_twice() -> None:
    text = LocalText()
    (heard,) = utterances([2])
    text.add(*heard)
    text.add(*heard)
    assert [stretch.text for stretch in text.stretches()] == ["w0, w10,"]


def test_text_without_places_counts_as_one_word() -> None:
    text = LocalText()
    text.add("one two", 100, 200, ())
    text.cover(0, 140)
    assert [stretch.text for stretch in text.stretches()] == ["one two"]
    text.cover(140, 160)
    assert text.stretches() == ()


def test_partial_loses_the_words_that_have_a_text() -> None:
    text = LocalText()
    words = (LocalWord("no", 0, 16_000), LocalWord("no", 16_000, 32_000), LocalWord("no.", 32_000, 48_000))
    partial = Partial("d", "no no no.", agreed=5)
    assert text.trim(partial, words) == partial
    text.cover(0, 16_000)
    assert text.trim(partial, words) == Partial("d", "no no.", agreed=2)
    text.cover(16_000, 64_000)
    assert text.trim(partial, words) == Partial("d", "", agreed=0)


def test_word_of_a_partial_that_reaches_into_the_pause_beside_a_text_is_left_out() -> None:
    text = LocalText()
    text.cover(10_000, 30_000)
    words = (LocalWord("Please", 3_000, 12_000), LocalWord("wait.", 28_000, 38_000), LocalWord("She", 38_000, 46_000))
    assert text.trim(Partial("d", "Please wait. She", agreed=0), words) == Partial("d", "She", agreed=0)


def test_partial_without_places_stays_whole() -> None:
    text = LocalText()
    text.cover(0, 1_000)
    assert text.trim(Partial("d", "no", 2), ()) == Partial("d", "no", 2)


def test_words_without_spaces_are_cut_without_spaces() -> None:
    words = tuple(LocalWord(each, n, n + 1) for n, each in enumerate(["今", "天", "好。"]))
    assert text_of("今天好。", words, [1, 2]) == "天好。"


def test_words_that_are_not_in_the_text_are_joined_with_spaces() -> None:
    words = (LocalWord("one", 0, 1), LocalWord("two", 1, 2), LocalWord("three", 2, 3))
    assert text_of("something else", words, [1, 2]) == "two three"


@given(st.lists(st.integers(1, 6), max_size=6), st.integers(0, 300))
def test_another_recognizer_gets_the_words_of_its_sound_in_its_own_offsets(lengths: list[int], base: int) -> None:
    text = LocalText()
    heard = utterances(lengths)
    for each in heard:
        text.add(*each)
    words = text.words_from(base)
    note = shifted(words, text.heard_until, base)
    assert [(word.start + base, word.end + base) for word in note.words] == [(word.start, word.end) for word in words]
    assert all(word.start >= 0 for word in note.words)
    assert shifted((LocalWord("early", 0, 5),), 3, 10) == LocalWords((), 0)


def test_old_words_are_forgotten() -> None:
    text = LocalText()
    text.add("old", 0, 10, ())
    text.add("new", 20, 30, ())
    text.confirm(20 + KEEP)
    assert [word.text for word in text.words_from(0)] == ["new"]
