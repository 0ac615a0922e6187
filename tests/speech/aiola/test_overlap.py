"""Repeated words are removed only where they clearly come from the same sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.delivery.overlap import OverlapDeduplicator


def strip(known: list[str], *texts: str) -> list[str]:
    repeats = OverlapDeduplicator()
    repeats.expect(known)
    return [repeats.strip(text) for text in texts]


@pytest.mark.parametrize(
    ("known", "text", "left"),
    [
        ([], "alpha bravo", "alpha bravo"),
        (["alpha bravo"], "alpha bravo", ""),
        (["Alpha, bravo."], "alpha BRAVO!", ""),
        (["alpha bravo"], "alpha bravo charlie", "charlie"),
        (["alpha bravo."], "Alpha, bravo. And charlie.", "And charlie."),
        (["alpha bravo charlie delta"], "charlie delta", ""),
        (["alpha bravo charlie delta"], "charlie delta echo", "echo"),
        (["alpha bravo"], "bravo charlie", "bravo charlie"),
        (["alpha bravo"], "bravo", "bravo"),
        (["bravo"], "bravo", ""),
        (["alpha bravo charlie delta echo"], "bravo charlie delta", ""),
        (["alpha bravo charlie delta echo"], "bravo charlie", "bravo charlie"),
        (["alpha", "bravo charlie"], "alpha bravo charlie delta", "delta"),
        (["don't stop"], "Don’t stop now", "now"),
        (["今日は天気が"], "今日は天気がいいです。", "いいです。"),
        (["Straße gesperrt"], "STRASSE gesperrt hier", "hier"),
        (["(Alpha bravo.)"], "(Alpha bravo.)", ""),
        (["alpha"], "Alpha, bravo charlie", "bravo charlie"),
        (["alpha bravo"], "", ""),
        (["alpha bravo"], "… !", "… !"),
    ],
)
def test_strip_returns_the_new_words(known: list[str], text: str, left: str) -> None:
    assert strip(known, text) == [left]


def test_expected_words_are_removed_once() -> None:
    assert strip(["alpha bravo charlie"], "alpha", "bravo charlie", "alpha bravo charlie") == [
        "",
        "",
        "alpha bravo charlie",
    ]
    assert strip(["alpha bravo", "charlie delta"], "alpha bravo", "alpha bravo") == ["", "alpha bravo"]
    assert strip(["alpha bravo"], "bravo charlie", "alpha bravo") == ["bravo charlie", ""]
    assert strip(["alpha bravo charlie delta"], "charlie delta echo", "charlie delta golf") == [
        "echo",
        "charlie delta golf",
    ]


def test_whole_texts_that_come_again_in_another_order_are_removed_once() -> None:
    known = ["alpha bravo", "charlie delta", "echo foxtrot"]
    assert strip(known, "charlie delta", "alpha bravo", "alpha bravo") == ["", "", "alpha bravo"]
    assert strip(known, "echo foxtrot", "charlie delta", "alpha bravo") == ["", "", ""]
    assert strip(known, "charlie delta", "charlie delta") == ["", "charlie delta"]
    assert strip(["alpha", "charlie delta"], "charlie delta", "alpha") == ["", "alpha"]
    assert strip(["alpha bravo", "charlie delta echo"], "delta echo", "alpha bravo") == ["", ""]


def test_texts_that_were_passed_over_are_not_expected_after_the_next_loss() -> None:
    passed_over, said = "alpha bravo", "charlie delta"
    repeats = OverlapDeduplicator()
    repeats.expect([passed_over, said])
    assert repeats.strip(said) == ""
    repeats.expect(["echo foxtrot"])
    assert repeats.strip(passed_over) == passed_over


def test_words_behind_new_words_are_not_expected_any_more() -> None:
    assert strip(["alpha bravo"], "alpha bravo charlie", "alpha bravo") == ["charlie", "alpha bravo"]


WORDS = st.lists(st.sampled_from(["alpha", "bravo", "charlie", "delta", "echo"]), max_size=8)


@given(st.lists(WORDS, max_size=3), WORDS)
def test_only_expected_words_at_the_beginning_are_removed(known: list[list[str]], new: list[str]) -> None:
    text = " ".join(new)
    left = strip([" ".join(words) for words in known], text)[0]
    assert text.endswith(left)
    taken = text[: len(text) - len(left)].split()
    everything = [word for words in known for word in words]
    assert " ".join(taken) in " ".join(everything)


@given(st.text(), st.text())
def test_any_text_is_accepted(known: str, text: str) -> None:
    assert text.endswith(strip([known], text)[0])
