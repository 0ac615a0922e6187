"""A keyword matches whole words and numbers: apostrophes, figures, times, addresses, single letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.keywords import Keyword, Keywords


def written(text: str, *pairs: tuple[str, str]) -> str:
    return Keywords(Keyword(*pair) for pair in pairs).rewrite(text).text


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "＇", "´"])
@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("m", "I'm here"),
        ("s", "it's John's car"),
        ("t", "I don't and can't"),
        ("don", "don't go"),
        ("can", "can't"),
        ("ve", "we've been"),
        ("we", "we've, we're, we'll, we'd"),
        ("re", "they're"),
        ("ll", "you'll"),
        ("d", "she'd"),
        ("he", "he's in, he'd go"),
        ("it", "it's, it'll, it'd"),
        ("let", "let's go"),
        ("who", "who's there"),
        ("shouldn", "shouldn't've"),
        ("ve", "shouldn't've"),
        ("clock", "ten o'clock"),
        ("o", "ten o'clock, O'Brien"),
        ("brien", "Mr O'Brien"),
        ("hui", "aujourd'hui"),
        ("aujourd", "aujourd'hui"),
        ("l", "l'eau et l'air"),
        ("d", "d'accord"),
        ("qu", "qu'il"),
        ("c", "c'est"),
        ("un", "un'altra"),
        ("po", "un po' di sale"),
        ("m", "mind your m's"),
        ("em", "get 'em"),
        ("n", "rock 'n' roll"),
        ("rock", "rock'n'roll"),
        ("ok", "he ok'd it"),
    ],
)
def test_an_apostrophe_is_part_of_its_word(spoken, text, apostrophe):
    text = text.replace("'", apostrophe)
    assert written(text, (spoken, "WRONG")) == text


@pytest.mark.parametrize(
    ("spoken", "text", "expected"),
    [
        ("api", "l'API est là, dell'API, d’API, un'API", "l'X est là, dell'X, d’X, un'X"),
        ("élan", "qu’élan et s'élan", "qu’X et s'X"),
        ("postgres", "Postgres's tables, Postgres’s, Postgres' tables", "X's tables, X’s, X' tables"),
        ("john", "John's car isn't John", "X's car isn't X"),
        ("o'brien", "O’Brien and OʼBrien's", "X and X's"),
        ("don’t", "don't stop", "X stop"),
        ("l'api", "L’API", "X"),
        ("use", "'use' and ‘use’ it", "'X' and ‘X’ it"),
        ("m", "the letter 'm' is m", "the letter 'X' is X"),
        ("c++", "C++'s and C++", "X's and X"),
        ("北京", "北京's", "X's"),
    ],
)
def test_a_word_beside_an_elision_a_possessive_or_quotation_marks_is_a_word(spoken, text, expected):
    assert written(text, (spoken, "X")) == expected


@pytest.mark.parametrize("spoken", ["1", "2", "3", "5", "10", "30", "50", "000", "100"])
@pytest.mark.parametrize(
    "text",
    [
        "1,000", "10:30", "3.5", "1.000,50", "1'000", "1’000", "10 000", "10\u202f000", "10\u00a0000,50", "1,000,000",
        "10:30:50", "2024-10-05", "5-3", "5–3", "1/2", "30/10/2024", "192.168.10.1", "v3.5", "3.5mm", "10:30pm", "1st",
        "50%", "50‰", "$5", "€10", "#1", "§5", "-5", "+5", ".5", "5°", "5's", "１０：３０", "٣٫٥",
    ],
)  # fmt: skip
def test_a_number_is_one_word_with_its_marks(spoken, text):
    assert written(f"so {text} now", (spoken, "WRONG")) == f"so {text} now"


@pytest.mark.parametrize(
    ("spoken", "text", "expected"),
    [
        ("1", "1, 2 and 1. Or 1: (1) 1; 1?", "one, 2 and one. Or one: (one) one; one?"),
        ("10", "10 20, in 10-fold", "one 20, in one-fold"),
        ("3.5", "3.5 not 13.5 or 3.55", "one not 13.5 or 3.55"),
        ("1,000", "1,000 and 1,000,000", "one and 1,000,000"),
        ("10:30", "at 10:30.", "at one."),
        ("covid 19", "covid-19", "one"),
        ("5%", "5% of it", "one of it"),
    ],
)
def test_a_number_that_stands_alone_is_found(spoken, text, expected):
    assert written(text, (spoken, "one")) == expected


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("m", "at 5 p.m. sharp"),
        ("h", "50 km/h"),
        ("d", "our R&D team"),
        ("t", "AT&T"),
        ("com", "see example.com"),
        ("example", "john@example.com"),
        ("john", "john@example.com"),
        ("js", "node.js"),
        ("c", "C++ and C# and C++11"),
        ("x", "an x-ray"),
        ("s", "U.S. and e.g."),
        ("user", "user_name"),
    ],
)
def test_addresses_abbreviations_and_single_letters_are_whole(spoken, text):
    assert written(text, (spoken, "WRONG")) == text


def test_the_examples_of_the_bug_report_stay_as_they_are():
    pairs = (("m", "metres"), ("1", "one"), ("10", "ten"), ("5", "five"))
    assert written("I'm here: 1,000 · 10:30 · 3.5", *pairs) == "I'm here: 1,000 · 10:30 · 3.5"


letters = st.text(alphabet="abcms", min_size=1, max_size=3)
texts = st.text(alphabet="abcms15 '’.,:-/%&+é北", max_size=40)


@given(texts, st.lists(letters | st.from_regex(r"\A[15]{1,2}\Z"), min_size=1, max_size=4))
def test_second_pass_of_keywords_changes_nothing(text, spoken):
    """Written forms that contain no spoken form; with "a → b, b → a" a second pass would undo the first."""
    keywords = Keywords(Keyword(form, f"Zz{number} Qq") for number, form in enumerate(spoken))
    once = keywords.rewrite(text).text
    assert keywords.rewrite(once).text == once


@given(texts, letters, letters)
def test_a_keyword_whose_written_form_holds_the_spoken_one_is_applied_once(text, spoken, more):
    keywords = Keywords([Keyword(spoken, f"{spoken.upper()} {more.upper()}X")])
    once = keywords.rewrite(text).text
    assert keywords.rewrite(once).text == once


@given(texts, st.lists(letters | st.sampled_from(["1", "5", "15", "m", "s"]), min_size=1, max_size=4))
def test_no_character_outside_a_match_changes(text, spoken):
    keywords = Keywords(Keyword(form, "\ue000") for form in spoken)
    result, exact = keywords.rewrite(text)
    outside, at = "", 0
    for start, end in (*exact, (len(result), len(result))):
        outside += result[at:start] + ("\ue000" if end > start else "")
        at = end
    rest = text
    for part in outside.split("\ue000"):
        found = rest.find(part)
        assert found >= 0
        rest = rest[found + len(part) :]


@given(st.text(alphabet="abms15'’.,:", min_size=2, max_size=8), st.sampled_from(["a", "b", "m", "s", "1", "5", "15"]))
def test_no_letter_or_digit_is_beside_a_match(text, spoken):
    result, exact = Keywords([Keyword(spoken, "\ue000")]).rewrite(text)
    for start, end in exact:
        around = result[max(0, start - 1) : start] + result[end : end + 1]
        assert not any(char.isalnum() for char in around)
