"""Which utterances begin a dictation by voice, which end one, and what is left of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.audio.microphone.preroll import LISTENED_S
from saywrite.dictation.push_to_talk.hands_free.phrase_listener import LONGEST_S, MIN_VOICE
from saywrite.dictation.push_to_talk.hands_free.phrases import (
    FUZZY_LETTERS,
    PHRASES,
    StopSplit,
    is_start,
    phrases_of,
    split_stop,
)
from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.foundation.catalog import LANGUAGES as LANGUAGES_OF_THE_CATALOG
from saywrite.storage.settings.schema import Settings

LANGUAGES = sorted(PHRASES)
WITH_SPACES = sorted(set(PHRASES) - {"zh", "ja"})


def test_every_language_of_the_catalog_has_phrases() -> None:
    assert set(PHRASES) == set(LANGUAGE_CODES)
    assert phrases_of("en").start[0] == "start listening"
    assert phrases_of("en").stop[0] == "stop listening"
    assert phrases_of("de").start[0] == "Diktieren beginnen"


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrase_does_what_it_says_and_never_the_opposite(language: str) -> None:
    known = PHRASES[language]
    for phrase in known.start:
        for said in (phrase, phrase.upper(), f"{phrase}.", f" «{phrase}»! "):
            assert is_start(said, language), said
            assert not split_stop(said, language).said, said
    for phrase in known.stop:
        for said in (phrase, phrase.upper(), f"{phrase}.", f" {phrase}… "):
            assert not is_start(said, language), said
            assert split_stop(said, language) == StopSplit("", said=True), said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Start listening."),
        ("en", "Start, listening!"),
        ("en", "start-listening"),
        ("en", "Start listenin."),
        ("de", "Diktats beginnen."),
        ("de", "diktat beginnen"),
        ("fr", "Commence a ecouter"),
        ("es", "iniciar dictados."),
        ("pt", "Comecar o ditado"),
        ("zh", "开始听写。"),
        ("ja", "音声入力、開始。"),
    ],
)
def test_phrase_is_recognized_as_whisper_may_write_it(language: str, said: str) -> None:
    assert is_start(said, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ""),
        ("en", "listening"),
        ("en", "start"),
        ("en", "I start listening."),
        ("en", "Start listening to me."),
        ("en", "Did you start listening?"),
        ("en", "Start listing."),
        ("en", "Smart listening."),
        ("en", "Star glistening."),
        ("en", "Start listening. Start listening."),
        ("en", "Diktat beginnen"),
        ("de", "start listening"),
        ("de", "Diktat beenden"),
        ("de", "Wir beginnen das Diktat"),
        ("zh", "开始听说"),
        ("ja", "音声入力"),
    ],
)
def test_other_utterance_begins_nothing(language: str, said: str) -> None:
    assert not is_start(said, language)


@pytest.mark.parametrize(
    ("language", "said", "left"),
    [
        ("en", "See you tomorrow. Stop listening.", "See you tomorrow."),
        ("en", "Hello everybody, stop listening.", "Hello everybody."),
        ("en", "Is that so? Stop listening!", "Is that so?"),
        ("en", "One, two - stop listening", "One, two"),
        ("en", "Good night Stop dictation.", "Good night."),
        ("fr", "À demain. Arrête d’écouter.", "À demain."),
        ("de", "Viele Grüße, Diktat beenden.", "Viele Grüße."),
        ("zh", "你好，停止听写。", "你好。"),
        ("ja", "こんにちは。音声入力終了。", "こんにちは。"),
    ],
)
def test_phrase_at_the_end_is_cut_off(language: str, said: str, left: str) -> None:
    assert split_stop(said, language) == StopSplit(left, said=True)


@pytest.mark.parametrize(
    "said", ["", "Stop.", "I stop listening to you.", "Stop listening now.", "He stopped.", "Don't stop listing."]
)
def test_utterance_that_does_not_end_with_the_phrase_stays_as_it_is(said: str) -> None:
    assert split_stop(said, "en") == StopSplit(said, said=False)


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_text_is_kept_whole_or_cut_at_its_end(text: str, language: str) -> None:
    split = split_stop(text, language)
    assert split.said or split.text == text
    assert text.startswith(split.text.rstrip(".!?…。！？")) or split.said
    is_start(text, language)


@given(st.sampled_from(WITH_SPACES), st.data(), st.text("abcdefghij ", min_size=1, max_size=30))
def test_words_before_the_phrase_are_all_there(language: str, data: st.DataObject, before: str) -> None:
    phrase = data.draw(st.sampled_from(PHRASES[language].stop))
    split = split_stop(f"{before} {phrase}.", language)
    assert split.said
    assert split.text.rstrip(".").split() == before.split()
    if before.split():
        assert not is_start(f"{before} {PHRASES[language].start[0]}", language)


def test_readme_names_the_phrases_and_the_limits() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    section = readme.split("### Hands-free")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)[1:]
    names = {language.code: str(language.name) for language in LANGUAGES_OF_THE_CATALOG}
    assert {name: (begin, end) for name, begin, end in rows} == {
        names[code]: (phrases.start[0], phrases.stop[0]) for code, phrases in PHRASES.items()
    }
    assert "at most 4 s" in section
    assert LONGEST_S == 4.0
    assert "for 10 s at most" in section
    assert LISTENED_S == 10
    assert "60 s of silence" in section
    assert Settings().hands_free_silence_s == 60
    assert (FUZZY_LETTERS, MIN_VOICE) == (6, 6_400)
