"""Which texts have a letter or a digit."""

from __future__ import annotations

import pytest

from saywrite.text.characters import has_letter_or_digit


@pytest.mark.parametrize("text", ["", " ", ".", "...", " ♪ ♪", "—", "。", "?!"])
def test_punctuation_alone_is_no_text(text: str) -> None:
    assert not has_letter_or_digit(text)


@pytest.mark.parametrize("text", ["a.", "7", "是", "Да!", "é"])
def test_a_letter_or_a_digit_is_text(text: str) -> None:
    assert has_letter_or_digit(text)
