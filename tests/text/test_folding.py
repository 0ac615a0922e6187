"""Folding for search: letters with two spellings are equal, and matches have positions in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.characters import decode
from saywrite.text.folding import fold, pattern


def found(words: str, text: str, *, case: bool = False) -> list[str]:
    looked_for = pattern(words, case=case)
    return [text[first:last] for first, last in looked_for.places(text)] if looked_for else []


@pytest.mark.parametrize(
    ("plain", "special"),
    [
        ("strasse", "Straße"),
        ("strasse", "STRAẞE"),
        ("coeur", "Cœur"),
        ("aether", "Æther"),
        ("lodz", "Łódź"),
        ("oresund", "Øresund"),
        ("dorde", "Đorđe"),
        ("edda", "Eðda"),
        ("thorr", "Þórr"),
        ("ανθρωποσ", "Άνθρωπος"),
        ("ὁδός", "οδος"),
        ("diyarbakir", "Diyarbakır"),
        ("istanbul", "İSTANBUL"),
        ("abc12", "ＡＢＣ１２"),
        ("fin", "ﬁn"),
        ("creme brulee", "Crème Bru\u0302le\u0301e"),
        ("don't", "don’t"),
        ("еж", "ёж"),
        ("شمس", "شَمْس"),
        ("vietnam", "Việtnam"),
    ],
)
def test_two_spellings_find_each_other(plain, special):
    assert found(plain, f"ab {special} cd") == [special]
    assert found(special, f"ab {plain} cd") == [plain]
    assert found(special, special) == [special]


def test_case_and_accents_count_when_asked_for():
    assert found("Strasse", "Straße Strasse strasse", case=True) == ["Strasse"]


def test_kana_and_hangul_keep_their_marks_and_syllables():
    assert found("か", "がか") == ["か"]
    assert found("하", "한하") == ["하"]


def test_part_of_an_expanded_letter_marks_the_whole_letter():
    assert found("s", "Maß") == ["ß", "ß"]
    assert found("mas", "Maß") == ["Maß"]


def test_white_space_in_the_words_is_any_white_space():
    assert found(" a  b ", "a\u00a0\n b") == ["a\u00a0\n b"]
    assert pattern("  ") is None


@given(st.text(max_size=40), st.text(max_size=6))
def test_places_are_in_the_text_and_fold_to_the_words(text, words):
    looked_for = pattern(words)
    for first, last in looked_for.places(text) if looked_for else ():
        assert 0 <= first < last <= len(text)
        assert "".join(fold(words).split()) in "".join(fold(text[first:last]).split())


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(encoding):
    assert decode("größe = 1\n".encode(encoding)) == "größe = 1\n"


def test_other_encodings_are_refused():
    with pytest.raises(UnicodeDecodeError):
        decode("größe".encode("cp1252"))
