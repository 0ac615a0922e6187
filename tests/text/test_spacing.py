"""Texts join into prose: the space between them and the capitals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.spacing import CONTEXT, THIN_SPACE, TextPiece, compose, ends_sentence, fit, gap, join

texts = st.text(alphabet="abAB ,.;:!?()[]“”„«»\"'’-—/%\n\u202f北、。#$3iI", max_size=12) | st.text(max_size=12)
languages = st.sampled_from(["en", "de", "fr", "zh", "ja", ""])


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("", "hello", ""),
        ("hello", "world", " "),
        ("hello ", "world", ""),
        ("hello\n", "world", ""),
        ("hello", "\n", ""),
        *[("hello", mark, "") for mark in (",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "…", "”", "»", "?!")],
        *[(f"see {mark}", "this", "") for mark in ("(", "[", "{", "“", "„", "«", "¿", "¡", '"', "'", "#")],
        ("use", ".NET", " "),
        ("about", ".5", " "),
        ("fun", ":)", " "),
        ("dogs", "'s", ""),
        ("it", "’ll do", ""),
        ("he said", "'yes'", " "),
        ("he said", '"yes"', " "),
        ("he said", '"', " "),
        ('he said "yes', '"', ""),
        ('he said "yes"', "then", " "),
        ("er sagte „ja", "“", ""),
        ("er sagte „ja“", "dann", " "),
        ("either/", "or", ""),
        ("either", "/or", ""),
        ("well-", "known", ""),
        ("minus", "-5", " "),
        ("one –", "two", " "),
        ("5 $", "extra", ""),
        ("5$", "extra", " "),
    ],
)
def test_the_space_follows_from_the_characters_at_the_seam(before, text, expected):
    assert gap(before, text, "en") == expected


@pytest.mark.parametrize("mark", [";", ":", "!", "?", "»"])
def test_french_puts_a_thin_no_break_space_before_high_marks(mark):
    assert fit("bonjour", mark, "fr", capitals=False) == THIN_SPACE + mark
    assert fit("bonjour", mark, "en", capitals=False) == mark


def test_french_spaces_of_a_recognizer_are_made_thin_and_missing_ones_added():
    assert fit("", "Vraiment ? Oui! « Non » : 10:30", "fr", capitals=False) == (
        "Vraiment\u202f? Oui\u202f! «\u202fNon\u202f»\u202f: 10:30"
    )
    assert fit("", "voir https://example.fr?a=b", "fr", capitals=False) == "voir https://example.fr?a=b"


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        (["你好", "世界"], "", "你好世界"),
        (["你好", "，", "世界", "。", "再见"], "zh", "你好，世界。再见"),
        (["我们用", "Kubernetes", "部署"], "zh", "我们用Kubernetes部署"),
        (["我在", "New", "York"], "zh", "我在New York"),
        (["Tokyo", "Tower", "へ"], "ja", "Tokyo Towerへ"),
        (["it means", "世界", "here"], "en", "it means 世界 here"),
        (["สวัสดี", "ครับ"], "th", "สวัสดี ครับ"),
    ],
)
def test_chinese_and_japanese_have_no_spaces(texts, language, expected):
    assert join(texts, language) == expected


def test_segments_join_into_prose():
    assert join(["Hello", ",", "", "world.", "\n\n", "(", "see", ")", "now"]) == "Hello, world.\n\n(see) now"
    assert join([]) == ""


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("", "hello there", "Hello there"),
        ("so", "hello", " hello"),
        ("Done.", "next", " Next"),
        ("Done!", "next", " Next"),
        ("Done?” ", "next", "Next"),
        ("Done.)", "next", " Next"),
        ("Done. (", "next", "Next"),
        ("Done:", "next", " next"),
        ("Done,\n", "next", "Next"),
        ("Done", "\nnext", "\nNext"),
        ("well…", "next", " next"),
        ("well...", "next", " next"),
        ("at 3.", "next", " Next"),
        ("see e.g.", "this", " this"),
        ("ask Dr.", "who", " who"),
        ("at 5 p.m.", "or later", " or later"),
        ("vitamin C.", "next", " Next"),
        ("on example.com.", "next", " Next"),
        ("", '"hello"', '"Hello"'),
        ("", "¿qué", "¿Qué"),
        ("", "3 apples", "3 apples"),
        ("", "iPhone sales", "iPhone sales"),
        ("", "example.com is", "example.com is"),
        ("", "e\u0301lan", "E\u0301lan"),
        ("", "élan", "Élan"),
        ("", "ßa", "ßa"),
        ("", "ǆ", "ǅ"),
        ("so", "THIS Stays", " THIS Stays"),
    ],
)
def test_sentences_begin_with_a_capital_and_nothing_is_lower_cased(before, text, expected):
    assert fit(before, text, "en", capitals=True) == expected


def test_without_capitals_letters_stay_as_they_are():
    assert fit("Done.", "next i say", "en", capitals=False) == " next i say"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so i said i'm here, and i’ve seen it", "so I said I'm here, and I’ve seen it"),
        ("am i.", "am I."),
        ("i.e. this", "i.e. this"),
        ("wi-fi via i/o and x.i", "wi-fi via i/o and x.i"),
        ("it is in i-beam", "it is in i-beam"),
    ],
)
def test_the_english_i_is_a_capital(text, expected):
    assert fit("so", text, "en", capitals=True).strip() == expected
    assert fit("so", text, "it", capitals=True).strip() == text


def test_a_piece_may_refuse_its_spaces():
    pieces = [TextPiece("a"), TextPiece("–", left=True, right=True), TextPiece("b")]
    assert compose("", pieces, "en", capitals=False) == "a–b"


def test_german_and_english_use_the_same_quotation_mark_in_different_places():
    assert join(["er sagt", "„", "ja", "“", "und", "“nein"]) == "er sagt „ja“ und “nein"


@given(texts, texts, languages, st.booleans())
def test_only_space_is_put_in_front_and_only_letters_become_capitals(before, text, language, capitals):
    fitted = fit(before, text, language, capitals)
    visible = "".join(fitted.split())
    assert len(visible) == len("".join(text.split()))
    assert visible.casefold() == "".join(text.split()).casefold()
    assert all(new == old or old.islower() for new, old in zip(visible, "".join(text.split()), strict=True))


@given(st.text(max_size=20), texts, languages)
def test_only_the_last_characters_before_matter(start, text, language):
    before = "x. " * CONTEXT
    assert fit(start + before, text, language, True) == fit(before, text, language, True)
    assert gap("„" + before + "x", "“", "de") == gap(before + "x", "“", "de") == " "


@given(st.lists(texts, max_size=6), languages)
def test_joining_adds_nothing_but_space(parts, language):
    assert "".join(join(parts, language).split()) == "".join("".join(parts).split())


@given(texts, languages)
def test_a_sentence_begins_at_the_start_and_on_a_new_line(text, language):
    assert ends_sentence("", language)
    assert ends_sentence(text + "\n", language)
