"""Corrections are kept for suggestions of keywords, and go with their segment and dictation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from saywrite.foundation.events import Segment
from saywrite.storage.history.records.corrections import (
    clear_corrections,
    corrections,
    find_forgotten,
    forget_suggestion,
    has_corrections,
    keep_original,
    restore_corrections,
    restore_suggestion,
)
from saywrite.storage.history.records.trash import move_to_trash, restore_from_trash
from saywrite.storage.history.records.versions import Origin, replace_text
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.text.keyword_sets.suggestions import Correction
from saywrite.text.keywords import Keyword

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
POSTGRES = Keyword("post gress", "Postgres")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[HistoryStore]:
    made = HistoryStore(path)
    for number, dictation in enumerate(("one", "two")):
        made.begin(Header(dictation, AT + timedelta(hours=number), "en", "local", "microphone"))
        made.add_segment(dictation, Segment(1, f"post gress {dictation}", "post gress", 0, 16_000))
        made.add_segment(dictation, Segment(2, "hello", "hello", 16_000, 32_000))
    yield made
    made.close()


def correct(store: HistoryStore, dictation: str, text: str, number: int = 1) -> None:
    keep_original(store, dictation, number)
    store.edit_segment(dictation, number, text)


def test_the_text_before_the_first_correction_is_kept(store: HistoryStore) -> None:
    correct(store, "one", "postg one")
    correct(store, "one", "Postgres one")
    correct(store, "two", "Postgres two")
    assert corrections(store) == (
        Correction("post gress two", "Postgres two", "en"),
        Correction("post gress one", "Postgres one", "en"),
    )


def test_an_edit_without_a_kept_original_is_not_remembered(store: HistoryStore) -> None:
    store.edit_segment("one", 1, "Postgres one")
    assert corrections(store) == ()


def test_an_undone_correction_suggests_nothing(store: HistoryStore) -> None:
    correct(store, "one", "Postgres one")
    correct(store, "one", "post gress one")
    assert corrections(store) == ()


def test_a_missing_segment_is_no_error(store: HistoryStore) -> None:
    keep_original(store, "none", 7)
    assert corrections(store) == ()


def test_correction_is_deleted_with_its_segment(store: HistoryStore) -> None:
    correct(store, "one", "Postgres one")
    correct(store, "two", "Postgres two")
    store.remove_segments("one", [1])
    replace_text(store, "two", [Segment(1, "post gres", "post gres", 0, 1)], Origin("local", "", "en"), AT)
    assert corrections(store) == ()


def test_a_deleted_dictation_leaves_no_word_of_its_corrections(store: HistoryStore, path: Path) -> None:
    correct(store, "one", "Postgres one")
    move_to_trash(store, ["one"], AT)
    assert corrections(store) == ()
    restore_from_trash(store, ["one"])
    assert len(corrections(store)) == 1
    forget_suggestion(store, POSTGRES)
    for dictation in ("one", "two"):
        store.delete(dictation)
    assert corrections(store) == ()
    store.close()
    assert b"gress" not in path.read_bytes()


def test_a_forgotten_suggestion_can_be_restored(store: HistoryStore) -> None:
    forget_suggestion(store, POSTGRES)
    forget_suggestion(store, POSTGRES)
    is_forgotten = find_forgotten(store)
    assert is_forgotten(POSTGRES)
    assert not is_forgotten(Keyword("post gress", "PG"))
    restore_suggestion(store, POSTGRES)
    assert not find_forgotten(store)(POSTGRES)


def test_clearing_removes_everything_and_returns_it(store: HistoryStore) -> None:
    correct(store, "one", "Postgres one")
    correct(store, "two", "hello!", 2)
    forget_suggestion(store, POSTGRES)
    cleared = clear_corrections(store)
    assert len(cleared.originals) == 2
    assert corrections(store) == ()
    assert not find_forgotten(store)(POSTGRES)
    assert clear_corrections(store).originals == ()


def test_clearing_can_be_undone_but_for_what_was_deleted_since(store: HistoryStore) -> None:
    correct(store, "one", "Postgres one")
    correct(store, "two", "hello!", 2)
    forget_suggestion(store, POSTGRES)
    before = corrections(store)
    cleared = clear_corrections(store)
    assert not has_corrections(store)
    restore_corrections(store, cleared)
    assert (corrections(store), has_corrections(store)) == (before, True)
    assert find_forgotten(store)(POSTGRES)
    cleared = clear_corrections(store)
    store.delete("two")
    restore_corrections(store, cleared)
    assert corrections(store) == (Correction("post gress one", "Postgres one", "en"),)


def test_undone_clearing_gives_no_deleted_words_to_a_later_dictation(store: HistoryStore) -> None:
    """SQLite gives the number of the newest row again when that row was deleted."""
    correct(store, "two", "hello!", 2)
    cleared = clear_corrections(store)
    store.delete("two")
    store.begin(Header("three", AT + timedelta(hours=3), "en", "local", "microphone"))
    for number in (1, 2):
        store.add_segment("three", Segment(number, "something else", "", 0, 16_000))
    restore_corrections(store, cleared)
    assert not has_corrections(store)


def test_a_forgotten_suggestion_alone_can_be_cleared(store: HistoryStore) -> None:
    assert not has_corrections(store)
    forget_suggestion(store, POSTGRES)
    assert has_corrections(store)
