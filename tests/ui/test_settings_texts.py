"""The texts of the settings say what an option does, without codes; numbers have their unit in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.storage.settings.option import Option
from saywrite.storage.settings.schema import OPTIONS
from saywrite.ui.settings.search import find_options
from saywrite.ui.toolkit.translation import set_language
from saywrite.ui.widgets.fields.amount_box import AmountBox, value_of, words_for

NUMBERS = [option for option in OPTIONS.values() if option.kind is int]
UNITS = ("milliseconds", "seconds", "minutes", "hours", "days", "percent", "bytes")
CODED = re.compile(r"-\d|[−–]\d|\b\d+: |\babove 0\b|\bat 0\b|\b0 (means|is)\b", re.IGNORECASE)
"""A number whose meaning is a code: "0: remove", "-1: keep", "at 0 nothing listens"."""
LONGEST_HELP = 170


def riddles(option: Option) -> list[str]:
    """What a reader of the label, the help or a choice would have to guess."""
    found = []
    first = option.help.split(maxsplit=1)[0].rstrip(".,:").casefold() if option.help else ""
    if first in UNITS:
        found.append("the help begins with a unit")
    for text in (option.label, option.help, *(label for _value, label in option.choices)):
        if CODED.search(text):
            found.append(f"a number with a coded meaning: {text}")
        if re.match(r"(Another one|Its|The same$|It$)\b", text):
            found.append(f"a word that refers to nothing: {text}")
        if re.match(r"(Off|On|Empty|Less|Higher): ", text):
            found.append(f"a value in place of a sentence: {text}")
    if option.help and not option.help.endswith("."):
        found.append("the help is no sentence")
    if len(option.help) > LONGEST_HELP:
        found.append(f"the help has {len(option.help)} characters")
    return found


@pytest.mark.parametrize("name", OPTIONS)
def test_text_of_an_option_is_no_riddle(name: str) -> None:
    assert riddles(OPTIONS[name]) == []


@pytest.mark.parametrize(
    ("label", "help_"),
    [
        ("Keep recordings for", "Days. 0: remove as soon as the text is there. -1: keep."),
        ("If the window changed", "Another one has the focus than when you began."),
        ("Its recognizer", ""),
        ("Show words", "Off: each sentence appears when it is finished."),
        ("Pause", "Milliseconds."),
        ("Listen ahead", "At 0 nothing listens until you press the key."),
        ("Sounds", "At the end"),
    ],
)
def test_riddle_would_be_found(label: str, help_: str) -> None:
    assert riddles(replace(OPTIONS["theme"], label=label, help=help_))


def test_every_number_has_a_unit_and_only_special_numbers_are_words() -> None:
    assert len(NUMBERS) > 5
    for option in NUMBERS:
        assert option.unit, option.name
        for value, _words in option.special:
            assert option.minimum <= value <= option.maximum
        assert set(range(option.minimum, 0)) <= set(dict(option.special)), option.name


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("keep_recordings_days", 7, "7 days"),
        ("keep_recordings_days", 1, "1 day"),
        ("keep_recordings_days", 0, "Until the text is there"),
        ("keep_recordings_days", -1, "Until you delete them"),
        ("preroll_ms", 0, "Off"),
        ("preroll_ms", 250, "0.25 seconds"),
        ("aiola_max_segment_ms", 30_000, "30 seconds"),
        ("aiola_min_speech_ms", 1_000, "1 second"),
        ("aiola_threshold", 50, "50 percent"),
        ("hotkey_limit_minutes", 15, "15 minutes"),
    ],
)
def test_number_is_shown_with_its_unit_in_words(name: str, value: int, words: str) -> None:
    assert words_for(OPTIONS[name], value) == words


@given(st.data())
def test_shown_number_means_its_value_again(qapp: QApplication, data: st.DataObject) -> None:
    option = data.draw(st.sampled_from(NUMBERS))
    value = data.draw(st.integers(option.minimum, option.maximum) | st.sampled_from([option.minimum, option.default]))
    set_language(data.draw(st.sampled_from(LANGUAGE_CODES)))
    try:
        assert value_of(option, words_for(option, value)) == value
    finally:
        set_language("en")


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_special_value_is_in_the_language_of_the_program(language: str, in_language: Callable[[str], None]) -> None:
    option = OPTIONS["keep_recordings_days"]
    in_language(language)
    shown = {words_for(option, value) for value, _words in option.special}
    english = {str(words) for _value, words in option.special}
    assert (shown == english) == (language == "en")


def test_number_can_be_typed_without_its_unit(qtbot: Any) -> None:
    box = AmountBox(OPTIONS["keep_recordings_days"])
    qtbot.addWidget(box)
    box.setValue(7)
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "30")
    box.interpretText()
    assert (box.value(), box.text()) == (30, "30 days")
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "nonsense")
    box.interpretText()
    assert box.value() == 30


@pytest.mark.parametrize("digits", [20, 400, 5_000])
@pytest.mark.parametrize("name", ["keep_recordings_days", "preroll_ms"])
def test_number_too_large_for_anything_becomes_the_maximum(qtbot: Any, name: str, digits: int) -> None:
    """Pasted by mistake, for example."""
    box = AmountBox(OPTIONS[name])
    qtbot.addWidget(box)
    box.lineEdit().setText("9" * digits)
    box.interpretText()
    assert box.value() == OPTIONS[name].maximum


@pytest.mark.parametrize("typed", ["1.000 Tage", "1,000 days", "1\u202f000 jours", "1 000", "1’000", "1000日"])
def test_a_thousand_days_are_not_one_day(typed: str) -> None:
    """Almost every recording would be removed."""
    assert value_of(OPTIONS["keep_recordings_days"], typed) == 1_000


@pytest.mark.parametrize(("typed", "days"), [("0.5", 1), ("0,4 Tage", 1), ("1.5 days", 2), ("2.0", 2)])
def test_part_of_a_day_is_a_day(typed: str, days: int) -> None:
    """Rounded to 0, every recording would be removed with its text."""
    assert value_of(OPTIONS["keep_recordings_days"], typed) == days


@pytest.mark.parametrize(
    ("query", "name"),
    [("dark", "theme"), ("keep audio", "keep_recordings_days"), ("SHORTCUT", "hotkey"), ("typing", "insertion_means")],
)
def test_option_is_found_by_label_help_choice_or_a_usual_word(query: str, name: str) -> None:
    assert name in find_options(OPTIONS.values(), query)


def test_search_needs_every_word_and_empty_search_finds_everything() -> None:
    assert find_options(OPTIONS.values(), "dark zebra") == frozenset()
    assert find_options(OPTIONS.values(), "  ") == frozenset(OPTIONS)
