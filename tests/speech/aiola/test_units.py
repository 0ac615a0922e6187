"""`units`: two recognizers' texts of the same words have the same keys, in all eight languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.speech.aiola.delivery.words.units import units


def keys(text: str) -> list[str]:
    return [unit.key for unit in units(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Seven dogs, please!", ["7", "dogs", "please"]),
        ("It’s 25.", ["its", "20", "5"]),
        ("twenty-five", ["20", "5"]),
        ("Straße Nr. 7", ["strasse", "nr", "7"]),
        ("fünf Äpfel", ["5", "apfel"]),
        ("Œuvre à sept heures", ["oeuvre", "a", "7", "heures"]),
        ("siete días", ["7", "dias"]),
        ("sete dias", ["7", "dias"]),
        ("sette città", ["7", "citta"]),
        ("我有七只狗。", ["我", "有", "7", "只", "狗"]),
        ("我有7只狗", ["我", "有", "7", "只", "狗"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("007", ["7"]),
        ("1000 mille", ["1000", "1000"]),
        ("… — !", []),
    ],
)
def test_keys_ignore_case_accents_marks_and_the_form_of_numbers(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@given(st.text(max_size=60))
def test_units_lie_in_their_text_in_order(text: str) -> None:
    found = units(text)
    assert all(0 <= unit.start < unit.end <= len(text) and unit.key for unit in found)
    assert [unit.start for unit in found] == sorted(unit.start for unit in found)


@given(st.text("abcdefgh äöüß一七九あア 0123456789", max_size=40))
def test_upper_case_and_punctuation_change_no_key(text: str) -> None:
    assert keys(text.replace(" ", ", ")) == keys(text)
    assert keys(text.upper()) == keys(text.upper().lower())
