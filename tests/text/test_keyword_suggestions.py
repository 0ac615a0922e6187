"""Keywords are suggested from what the user corrected in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.keyword_sets.suggestions import Correction, Suggestion, find_pairs, suggest
from saywrite.text.keywords import Keyword, Keywords


def correction(original: str, edited: str, language: str = "en") -> Correction:
    return Correction(original, edited, language)


@pytest.mark.parametrize(
    ("original", "edited", "pairs"),
    [
        ("Post gress is down.", "Postgres is down.", [("Post gress", "Postgres")]),
        ("We use k eight s, mostly.", "We use Kubernetes, mostly.", [("k eight s", "Kubernetes")]),
        ("Ask doctor Meyer (soon).", "Ask Dr. Meier (soon).", [("doctor Meyer", "Dr. Meier")]),
        ("We use see plus plus.", "We use C++.", [("see plus plus", "C++")]),
        ("I met saywrite users.", "I met Saywrite users.", [("saywrite", "Saywrite")]),
        ("Two pear and grapel here.", "Two pair and Grapple here.", [("pear", "pair"), ("grapel", "Grapple")]),
        ("It works, then it stops.", "It works. Then it stops.", []),
        ("It works, kubernetes stops.", "It works. Kubernetes stops.", []),
        ("Hello world", "Hello, world!", []),
        ("Nothing changed.", "Nothing changed.", []),
        ("They put it their.", "They put it there.", []),
        ("Words were removed here.", "Words were here.", []),
        ("All of this was said badly before.", "Now another sentence entirely stands here instead.", []),
        ("One line here.", "One\nline here.", []),
    ],
)
def test_pairs_are_the_words_that_were_replaced(original: str, edited: str, pairs: list[tuple[str, str]]) -> None:
    assert find_pairs(correction(original, edited)) == tuple(Keyword(*pair) for pair in pairs)


def test_chinese_is_aligned_by_characters() -> None:
    assert find_pairs(correction("我住在背景。", "我住在北京。", "zh")) == (Keyword("背景", "北京"),)


def test_the_most_frequent_suggestion_is_the_first() -> None:
    found = suggest(
        [
            correction("Post gress is down.", "Postgres is down."),
            correction("Use cube control.", "Use kubectl control."),
            correction("Is post gress up?", "Is Postgres up?"),
            correction("Use post gress.", "Use Postgres."),
        ]
    )
    assert found[0] == Suggestion(Keyword("post gress", "Postgres"), 2)


def test_a_rewording_is_suggested_only_when_it_was_made_twice() -> None:
    once = correction("A splendid idea.", "A fulfilling idea.")
    changed = correction("The quick idea.", "The monolithic idea.")
    assert suggest([changed]) == ()
    assert suggest([changed, changed]) == (Suggestion(Keyword("quick", "monolithic"), 2),)
    assert len(suggest([once, changed])) <= 1


def test_present_and_forgotten_keywords_are_not_suggested() -> None:
    made = [correction("Use post gress now.", "Use Postgres now."), correction("Ask Inez.", "Ask Ines.")]
    postgres, ines = Keyword("post gress", "Postgres"), Keyword("Inez", "Ines")
    assert {each.keyword for each in suggest(made)} == {postgres, ines}
    assert [each.keyword for each in suggest(made, present=[Keyword("Post Gress", "PG")])] == [ines]
    assert [each.keyword for each in suggest(made, is_forgotten=lambda keyword: keyword == ines)] == [postgres]


def test_one_spoken_form_is_suggested_once() -> None:
    made = [
        correction("Ask Inez.", "Ask Ines."),
        correction("Ask Inez.", "Ask Inés."),
        correction("Ask Inez.", "Ask Inés."),
    ]
    assert suggest(made) == (Suggestion(Keyword("Inez", "Inés"), 2),)


def test_a_very_long_text_is_skipped() -> None:
    assert find_pairs(correction("post gress " * 1_000, "Postgres " * 1_000)) == ()


fillers = st.lists(st.sampled_from(["cluster", "deploys", "quickly", "weather", "printing", "office"]), max_size=6)


@given(fillers, fillers)
def test_the_suggested_keyword_makes_the_correction(before: list[str], after: list[str]) -> None:
    original = " ".join(["Well", *before, "grapel", "qube", *after])
    edited = " ".join(["Well", *before, "Grapelqube", *after])
    (found,) = suggest([correction(original, edited)])
    assert Keywords([found.keyword]).rewrite(original).text == edited


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["en", "zh", "fr"]))
def test_pairs_are_parts_of_both_texts_and_make_valid_keywords(one: str, other: str, language: str) -> None:
    pairs = find_pairs(correction(one, other, language))
    assert all(pair.spoken in one and pair.written in other and pair.spoken != pair.written for pair in pairs)
    assert all(Keywords([pair]).entries == (pair,) for pair in pairs)
