"""Search: any typed text is a valid query."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saywrite.foundation.events import Segment
from saywrite.storage.history import occurrences, schema
from saywrite.storage.history.filters import HistoryFilter
from saywrite.storage.history.records.trash import move_to_trash
from saywrite.storage.history.search import SearchHit, split_terms
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

BEGAN = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)

TEXTS = {
    "en": ["The quick brown fox.", "It jumps AND runs over the lazy dog.", 'C++ costs 12" and 100 % of nothing.'],
    "fr": ["L'élève a mangé une crème brûlée à l'hôtel.", "Ça va, naïve?"],
    "de": ["Straße und Übermut."],
    "zh": ["今天天气很好，我们去公园。"],
    "ja": ["東京タワーはとても高いです。"],
}


def fill(store: HistoryStore) -> None:
    for days, (language, texts) in enumerate(TEXTS.items()):
        store.begin(Header(language, BEGAN + timedelta(days=days), language, "local", "microphone"))
        for number, text in enumerate(texts):
            store.add_segment(language, Segment(number, text, text, number, number + 1, f"traduction{number}"))


@pytest.fixture(params=["with FTS5", "without FTS5"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[HistoryStore]:
    """With and without FTS5 the results are equal."""
    if request.param == "without FTS5":
        monkeypatch.setattr(schema, "_has_fts5", lambda connection: False)
    opened = HistoryStore(tmp_path / "history.sqlite3")
    fill(opened)
    yield opened
    opened.close()


def hits(store: HistoryStore, query: str) -> list[tuple[str, int]]:
    return [(found.dictation, found.number) for found in store.search(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fox", [("en", 0)]),
        ("FOX quick", [("en", 0)]),
        ("fox dog", [("en", 0)]),
        ("fox zebra", []),
        ("fox tres", []),
        ("qui", [("en", 0)]),
        ('"brown fox"', [("en", 0)]),
        ('"fox brown"', []),
        ("eleve", [("fr", 0)]),
        ("ÉLÈVE brulee", [("fr", 0)]),
        ("ubermut", [("de", 0)]),
        ("naïve", [("fr", 1)]),
        ("天气", [("zh", 0)]),
        ("公园 今天", [("zh", 0)]),
        ("タワー", [("ja", 0)]),
        ("traduction2", [("en", 2)]),
        ("traduction1", [("fr", 1), ("en", 1)]),
        ("", []),
        ("  ", []),
        ("!?", []),
        ('"', []),
        ("*", []),
    ],
)
def test_words_are_found_without_case_and_accents_newest_first(
    store: HistoryStore, query: str, expected: list[tuple[str, int]]
):
    assert hits(store, query) == expected


@pytest.mark.parametrize("store", ["with FTS5"], indirect=True)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("quick bro", [("en", 0)]),
        ("quick bro ", []),
        ("quick brown ", [("en", 0)]),
        ('quick "bro"', []),
        ("bro quick", []),
    ],
)
def test_only_the_last_word_may_be_unfinished_and_none_before_a_space(
    store: HistoryStore, query: str, expected: list[tuple[str, int]]
):
    assert hits(store, query) == expected


@pytest.mark.parametrize(
    "query",
    ["AND", "fox AND dog", "NOT x", "NEAR(a b)", "text:fox", '12"', "C++", "a^b", "(fox", "l'élève", "a*b", "-fox"],
)
def test_query_language_of_the_index_has_no_effect(store: HistoryStore, query: str):
    store.search(query)


FOLDED = [
    "Straße",
    "cœur",
    "Æther",
    "Łódź",
    "Øresund",
    "Đorđe",
    "ðyngja",
    "Þórr",
    "Άνθρωπος",
    "ısı",
    "ＡＢＣ１２",
    "ё",
    "ﬁn",
]


PLAIN = "strasse coeur aether lodz oresund dorde dyngja thorr ανθρωποσ isi abc12 е fin"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        *zip(PLAIN.split(), FOLDED, strict=True),
        *((text.upper(), text) for text in FOLDED),
        ("łodz", "lodz"),
        ("straße", "STRASSE"),
        ("œuf", "oeuf"),
        ("don't", "don’t"),
    ],
)
def test_letters_with_two_spellings_are_found_by_either(store: HistoryStore, query: str, text: str):
    store.add_segment("de", Segment(9, f"wir sehen {text} dort", "", 0, 1))
    (found,) = (found for found in store.search(query + " ") if found.number == 9)
    assert " ".join(found.snippet[begin:end] for begin, end in found.matches).replace(" t", "’t") == text


def test_operators_are_words_like_others(store: HistoryStore):
    assert hits(store, "jumps AND runs") == [("en", 1)]
    assert hits(store, "quick AND fox") == [("en", 0)], "AND is in the next segment"
    assert hits(store, "quick OR fox") == []
    assert hits(store, "l'élève") == [("fr", 0)]


def test_a_snippet_shows_where_the_words_are(store: HistoryStore):
    (found,) = store.search("lazy jumps")
    assert sorted(found.snippet[begin:end] for begin, end in found.matches) == ["jumps", "lazy"]
    (found,) = store.search("天气")
    assert [found.snippet[begin:end] for begin, end in found.matches] == ["天气"]
    assert (found.began, found.start) == (BEGAN + timedelta(days=3), 0)
    (found,) = store.search("traduction2")
    assert [found.snippet[begin:end] for begin, end in found.matches] == ["traduction2"]


def test_a_long_text_is_cut_around_the_word(store: HistoryStore):
    text = "lorem ipsum " * 40 + "needle " + "dolor sit " * 40 + "needle"
    store.add_segment("en", Segment(7, text, "", 0, 1))
    (found,) = store.search("needle")
    assert len(found.snippet) < 400
    assert found.snippet.startswith("…")
    assert found.snippet.endswith("…")
    assert [found.snippet[begin:end] for begin, end in found.matches] == ["needle"]
    assert "ipsum needle dolor" in found.snippet


def test_no_more_is_found_than_was_asked_for(store: HistoryStore):
    for number in range(10, 40):
        store.add_segment("de", Segment(number, "wieder", "", 0, 1))
    assert len(store.search("wieder", limit=5)) == 5
    assert hits(store, "wieder")[0] == ("de", 10)


@given(query=st.text(max_size=30) | st.text(alphabet="\"*()^:-+ANDORT{} \0'", max_size=15))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_valid_query(store: HistoryStore, query: str):
    for found in store.search(query):
        assert all(0 <= begin < end <= len(found.snippet) for begin, end in found.matches)


def test_terms_are_words_and_phrases_with_something_to_search_for():
    assert split_terms('say "two words" - now! "" "…"') == ("say", "two words", "now!")


def triggers(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]


def test_an_index_left_behind_by_a_python_without_fts5_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "history.sqlite3"
    first = HistoryStore(path)
    fill(first)
    first.close()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_has_fts5", lambda connection: False)
        second = HistoryStore(path)
        # Without the module each trigger of the index would make writing fail; this one is the ledger's.
        assert triggers(path) == ["dictations_deleted"]
        second.add_segment("en", Segment(9, "written without an index", "", 0, 1))
        second.edit_segment("en", 0, "A slow cat.")
        assert hits(second, "written index") == [("en", 9)]
        second.close()
    third = HistoryStore(path)
    assert len(triggers(path)) == 4
    assert hits(third, "written index") == [("en", 9)]
    assert hits(third, "cat") == [("en", 0)]
    assert hits(third, "fox") == []
    third.close()


def test_a_pasted_text_of_thousands_of_words_is_a_query_like_others(store: HistoryStore):
    """SQLite refuses an expression with a condition for each of a thousand words."""
    text = " ".join(f"word{number}" for number in range(3_000))
    assert hits(store, text) == []
    store.add_segment("en", Segment(9, text, text, 20, 21))
    assert hits(store, text) == [("en", 9)]
    assert hits(store, f"{text} {text}") == [("en", 9)]
    assert hits(store, f"{text} 今天") == []


def test_a_repeated_word_at_the_end_may_still_be_the_beginning_of_one(store: HistoryStore):
    assert split_terms("qui fox qui") == ("fox", "qui")
    assert hits(store, "qui fox qui") == [("en", 0)]


def dictate(store: HistoryStore, dictation: str, *texts: str, program: str = "microphone") -> None:
    """Add a dictation that is newer than the others, with a segment for each text."""
    store.begin(Header(dictation, BEGAN + timedelta(days=100 + len(dictation)), "en", "local", program))
    for number, text in enumerate(texts):
        store.add_segment(dictation, Segment(number, text, "", 10 * number, 10 * number + 9))


def test_words_of_different_segments_are_found_together(store: HistoryStore):
    dictate(store, "plan", "The budget was discussed.", "On Tuesday we visit Bob.", "Bob has the budget until Tuesday.")
    dictate(store, "short plan", "The budget was discussed.", "On Tuesday we visit the Straße.")
    dictate(store, "another plan", "On Tuesday.")
    assert hits(store, "budget Tuesday") == [("short plan", 0), ("plan", 2)], "one with all words goes before others"
    assert hits(store, "discussed visit Tuesday") == [("short plan", 1), ("plan", 1)], "one with the most words"
    assert hits(store, "budget strasse") == [("short plan", 0)], "the index finds one word, comparing the other"
    assert hits(store, "plan budget") == []
    (found, _older) = store.search("discussed visit Tuesday")
    assert [found.snippet[begin:end] for begin, end in found.matches] == ["Tuesday", "visit"]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("discussed on Tuesday", 0),
        ("project was DISCUSSED on", 0),
        ("was discussed. On", 0),
        ("yes we visit", 2),
        ("Tuesday yes we", 1),
        ("we visit the strasse", 3),
        ("discussed we", None),
        ("scussed on Tuesday", None),
        ("on Tuesday we", None),
    ],
)
def test_a_phrase_may_go_on_in_the_next_segments(store: HistoryStore, phrase: str, expected: int | None):
    dictate(store, "plan", "The project was discussed.", "On Tuesday,", "yes,", "we visit", "the Straße.")
    assert hits(store, f'"{phrase}"') == ([("plan", expected)] if expected is not None else [])
    for found in store.search(f'"{phrase}"'):
        ((begin, end),) = found.matches
        marked = re.findall(r"\w+", found.snippet[begin:end].lower().replace("ß", "ss"))
        assert marked == re.findall(r"\w+", phrase.lower())


def test_words_without_spaces_may_go_on_in_the_next_segment(store: HistoryStore):
    dictate(store, "weather", "昨天天", "气很好。", "明天也好。")
    assert hits(store, "昨天天气") == [("weather", 0)]
    assert hits(store, "很好。明天") == [("weather", 1)]
    assert hits(store, "明天 天气") == [("weather", 0)]
    (found,) = store.search("昨天天气")
    assert [found.snippet[begin:end] for begin, end in found.matches] == ["昨天天气"]


def test_dictations_without_all_letters_of_a_text_without_spaces_are_not_read(
    store: HistoryStore, monkeypatch: pytest.MonkeyPatch
):
    """A pasted paragraph took nine seconds in a history of 10,000: almost all have its first and last letter."""
    read: list[str] = []
    across = occurrences._across

    def note(connection: sqlite3.Connection, term: str, dictation: str) -> set[tuple[int, int]]:
        read.append(dictation)
        return across(connection, term, dictation)

    monkeypatch.setattr(occurrences, "_across", note)
    for number in range(5):
        dictate(store, f"other{number}", "会议", "很好。")
    dictate(store, "weather", "会议那天的天", "气很好。")
    assert hits(store, "会议那天的天气很好。") == [("weather", 0)]
    assert read == ["weather"]


def test_words_of_a_deleted_or_filtered_dictation_are_not_found(store: HistoryStore):
    dictate(store, "plan", "The budget.", "On Tuesday.")
    assert len(store.search("budget Tuesday", only=HistoryFilter(language="en"))) == 1
    assert store.search("budget Tuesday", only=HistoryFilter(language="de")) == ()
    move_to_trash(store, ["plan"], BEGAN)
    assert store.search("budget Tuesday") == ()


@pytest.mark.parametrize("query", ["wieder", "wieder immer"])
def test_pages_have_every_hit_once_in_the_order_of_the_list(store: HistoryStore, query: str):
    for number in range(5):
        dictate(store, "x" * (number // 2 + 1) + str(number), *["immer wieder"] * number, "immer", "und", "wieder")
    whole = store.search(query)
    assert len(whole) == {"wieder": 15, "wieder immer": 11}[query]
    pages, before = list[SearchHit](), None
    while page := store.search(query, 2, before=before):
        pages += page
        before = page[-1]
    assert tuple(pages) == whole
