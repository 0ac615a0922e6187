"""Keywords are tried on past dictations: both texts, the hits of each keyword, and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.text.keyword_sets.ordinary_words import is_ordinary
from saywrite.text.keyword_sets.trial import (
    KeywordResult,
    KeywordWarning,
    PastDictation,
    TriedKeywords,
    cut_excerpt,
    try_keywords,
)
from saywrite.text.keyword_sets.word_differences import compare
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key

BEGAN = datetime(2026, 11, 22, 10, 42)
POSTGRES, KUBERNETES = Keyword("post gress", "Postgres"), Keyword("k eight s", "Kubernetes")


def past(*raw: str, language: str = "en", commands: bool = False, again: Sequence[str] | None = None) -> PastDictation:
    return PastDictation("d", BEGAN, language, commands, raw, None if again is None else tuple(again))


def tried(
    dictations: Sequence[PastDictation], keywords: Sequence[Keyword], present: Sequence[Keyword] = ()
) -> TriedKeywords:
    return try_keywords(dictations, Keywords(present), Keywords(keywords))


def result(found: TriedKeywords, keyword: Keyword) -> KeywordResult:
    return found.results[key(keyword.spoken)]


def test_both_texts_are_composed_as_in_a_dictation_and_the_differences_are_found() -> None:
    found = tried([past("post gress is down.", "restart post gress")], [POSTGRES])
    (text,) = found.texts
    assert (text.before, text.after) == (
        "Post gress is down. Restart post gress",
        "Postgres is down. Restart Postgres",
    )
    assert [text.before[slice(*span)] for span in text.removed] == ["Post gress", "post gress"]
    assert [text.after[slice(*span)] for span in text.added] == ["Postgres", "Postgres"]
    assert [text.after[hit.start : hit.end] for hit in text.hits] == ["Postgres", "Postgres"]
    assert text.changed
    assert (found.changed, found.hits, found.warned) == (1, 2, 0)


def test_a_present_keyword_changes_nothing_and_still_has_hits() -> None:
    found = tried([past("use k eight s")], [KUBERNETES], present=[KUBERNETES])
    assert not found.texts[0].changed
    assert found.texts[0].before == "Use Kubernetes"
    assert (found.changed, found.hits) == (0, 1)


def test_a_removed_keyword_shows_what_it_did() -> None:
    (text,) = tried([past("use k eight s")], [], present=[KUBERNETES]).texts
    assert (text.before, text.after, text.hits) == ("Use Kubernetes", "Use k eight s", ())


def test_hits_are_counted_for_each_keyword_and_dictation() -> None:
    found = tried([past("post gress and post gress"), past("post gress"), past("k eight s")], [POSTGRES, KUBERNETES])
    assert [(each.hits, each.dictations) for each in found.results.values()] == [(3, 2), (1, 1)]


def test_the_recording_that_was_recognized_again_is_the_text_afterwards() -> None:
    found = tried([past("post grass is down", again=["post gress is down"])], [POSTGRES])
    assert found.texts[0].before == "Post grass is down"
    assert found.texts[0].after == "Postgres is down"
    assert result(found, POSTGRES).hits == 1


def test_a_recording_without_words_has_no_text_afterwards() -> None:
    found = tried([past("post gress", again=[])], [POSTGRES])
    assert found.texts[0].after == ""
    assert result(found, POSTGRES).hits == 0


def test_spoken_commands_are_carried_out_and_what_they_remove_is_no_hit() -> None:
    (text,) = tried([past("post gress scratch that hello comma world", commands=True)], [POSTGRES]).texts
    assert text.after == "Hello, world"
    assert text.hits == ()


def test_a_keyword_that_is_in_no_dictation_has_a_warning() -> None:
    found = tried([past("hello world")], [POSTGRES])
    assert result(found, POSTGRES).warnings == (KeywordWarning.NEVER,)
    assert found.warned == 1


def test_a_keyword_that_the_recognizer_applies_itself_has_no_warning() -> None:
    found = tried([past("Postgres is down")], [POSTGRES])
    assert result(found, POSTGRES) == KeywordResult(POSTGRES, 0, 0, warnings=())


def test_a_written_form_of_several_words_from_the_recognizer_is_no_hit() -> None:
    city = Keyword("new york", "New York City")
    assert tried([past("New York city is large")], [city]).hits == 0
    assert tried([past("in new york city")], [city]).hits == 1
    assert tried([past("in new york")], [city]).hits == 1


def test_nothing_was_dictated_so_no_keyword_is_blamed() -> None:
    assert result(tried([], [POSTGRES]), POSTGRES).warnings == ()


@pytest.mark.parametrize(
    ("spoken", "language", "ordinary"),
    [
        ("may", "en", True),
        ("In to", "en", True),
        ("k eight s", "en", False),
        ("in kubernetes", "en", False),
        ("über", "de", True),
        ("may", "de", False),
        ("j'", "fr", True),
        ("我们", "zh", True),
        ("库伯", "zh", False),
        ("これ", "ja", True),
        ("", "en", False),
        ("the", "xx", False),
    ],
)
def test_ordinary_words_are_those_of_the_language(spoken: str, language: str, ordinary: bool) -> None:
    assert is_ordinary(spoken, language) is ordinary


def test_a_keyword_for_ordinary_words_has_a_warning_only_for_the_languages_that_were_spoken() -> None:
    may = Keyword("may", "May")
    assert result(tried([past("you may go")], [may]), may).warnings == (KeywordWarning.ORDINARY,)
    assert result(tried([past("das may sein", language="de")], [may]), may).warnings == ()


def test_a_keyword_that_replaces_a_frequent_word_has_a_warning() -> None:
    table = Keyword("table", "Tableau")
    often = [past("clean the table")] * 5 + [past("hello")] * 44
    assert result(tried(often, [table]), table).warnings == (KeywordWarning.FREQUENT,)
    assert result(tried(often[1:], [table]), table).warnings == (), "four times are not frequent"
    assert result(tried([*often, past("hello")], [table]), table).warnings == (), "a tenth is not frequent"
    assert result(tried(often, [table], present=[table]), table).warnings == (), "the user has it already"
    phrase = Keyword("the table", "Tableau")
    assert result(tried(often, [phrase]), phrase).warnings == (), "several words are rarely meant otherwise"
    capital = Keyword("table", "Table")
    assert result(tried(often, [capital]), capital).warnings == (), "it is the same word"


words = st.sampled_from(["post", "gress", "k", "eight", "s", "hello", "straße", "İo", "北京", "x.", "new", "york"])
finals = st.lists(st.lists(words, max_size=8).map(" ".join), max_size=4)
keyword = st.builds(
    Keyword,
    st.lists(words, min_size=1, max_size=3).map(" ".join),
    st.sampled_from(["Postgres", "New York", "ß", "a\nb"]),
)


@given(finals, st.lists(keyword, max_size=4), st.lists(keyword, max_size=4))
def test_marks_are_in_order_inside_the_texts_and_cover_every_difference(
    raw: list[str], present: list[Keyword], new: list[Keyword]
) -> None:
    found = tried([past(*raw)], new, present)
    (text,) = found.texts
    for content, spans in (
        (text.before, text.removed),
        (text.after, text.added),
        (text.after, tuple((hit.start, hit.end) for hit in text.hits)),
    ):
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(content) for edge in edges)
        assert all(start < end for start, end in spans)
    without = [word for word in text.before.split() if word not in text.after.split()]
    assert all(any(word in text.before[slice(*span)] for span in text.removed) for word in without)
    assert sum(each.hits for each in found.results.values()) == len(text.hits)
    assert found.results.keys() == {key(each.spoken) for each in new if key(each.spoken)}


@given(finals, st.lists(keyword, max_size=4))
def test_the_same_keywords_change_nothing(raw: list[str], keywords: list[Keyword]) -> None:
    assert not tried([past(*raw)], keywords, keywords).texts[0].changed


def test_an_excerpt_keeps_whole_words_around_its_marks() -> None:
    text = "one two three four five six seven eight nine ten"
    at = text.index("five")
    cut = cut_excerpt(text, [(at, at + 4)], around=6)
    assert cut.text == "… four five six seven …"
    assert [cut.text[slice(*mark)] for mark in cut.marks] == ["five"]
    assert cut_excerpt("short", [], around=60).text == "short"
    assert cut_excerpt(text, [], around=6).text == "one two …"


@given(st.text(alphabet="ab .", max_size=300), st.text(alphabet="ab .", max_size=300), st.integers(0, 40))
def test_an_excerpt_has_every_mark_and_nothing_else_than_the_text(one: str, other: str, around: int) -> None:
    marks = compare(one, other).now
    cut = cut_excerpt(one, marks, around)
    assert [cut.text[slice(*mark)] for mark in cut.marks] == [one[slice(*mark)] for mark in marks]
    assert all(part in one for part in cut.text.split("…") if part.strip() for part in [part.strip()])
