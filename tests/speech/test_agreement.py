"""The prefix on which two passes agree, in characters of the newer one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.local.agreement import Agreement, agreed_prefix

TEXTS = st.text(st.sampled_from(list("ab cé'. ,我们の-\n")), max_size=30)


@pytest.mark.parametrize(
    ("before", "now", "agreed"),
    [
        ("", "It was", ""),
        ("It was", "It was the best", "It was"),
        ("It was the beast", "It was the best of", "It was the"),
        ("It was.", "It was the best", "It was"),
        ("It was the best, it", "it was the best, it was", "it was the best, it"),
        ("It was the best.", "It was the best. It", "It was the best."),
        ("Kuber", "Kubernetes is", ""),
        ("don't", "don’t know", ""),
        ("don't", "don't know", "don't"),
        ("3.5 liters", "3.5 liters of", "3.5 liters"),
        ("Schön, daß", "Schön, dass", "Schön,"),
        ("今日は天", "今日は天気です", "今日は天"),
        ("我们在北", "我们在背景", "我们在"),
        ("“Yes", "“Yes, he said", "“Yes"),
    ],
)
def test_words_on_which_both_passes_agree(before: str, now: str, agreed: str) -> None:
    assert now[: agreed_prefix(before, now)] == agreed


@given(TEXTS, TEXTS)
def test_agreed_prefix_lies_within_the_text_and_ends_behind_no_space(before: str, now: str) -> None:
    agreed = agreed_prefix(before, now)
    assert 0 <= agreed <= len(now)
    assert now[:agreed] == now[:agreed].rstrip()


@given(TEXTS)
def test_a_text_that_stays_is_agreed_up_to_its_last_word(text: str) -> None:
    agreed = agreed_prefix(text, text)
    assert not any(character.isalnum() for character in text[agreed:])


def test_each_pass_is_compared_with_the_one_before() -> None:
    agreement = Agreement()
    passes = ["It was", "It was the beast", "It was the best of", "It was the best of times"]
    assert [text[: agreement.compare(text)] for text in passes] == ["", "It was", "It was the", "It was the best of"]
