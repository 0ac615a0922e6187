"""Receipts, earlier texts, deletions that can be undone, and filters, on a real history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from saywrite.foundation.errors import HistoryError, JournalError
from saywrite.foundation.events import Segment
from saywrite.storage.history.filters import FILES, FilterChoices, HistoryFilter, filter_choices
from saywrite.storage.history.records.receipts import Outcome, TextReceipt, describe_receipt, keep_receipt, receipts_of
from saywrite.storage.history.records.trash import (
    BATCH,
    UNDO_FOR,
    empty_trash,
    in_trash,
    move_to_trash,
    restore_from_trash,
)
from saywrite.storage.history.records.versions import Origin, TextChanged, replace_text, use_version, versions_of
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header

AT = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
SMALL = Origin("local", "whisper-small", "en")


@pytest.fixture
def removed() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, removed: list[str]) -> Iterator[HistoryStore]:
    made = HistoryStore(tmp_path / "history.sqlite3", removed.append)
    add(made, "one", "Buy milk.", seconds=4)
    add(made, "two", "Buy bread.", engine="aiola", language="de", seconds=30)
    add(made, "three", "Buy eggs.", source="/talk.wav", seconds=900)
    yield made
    made.close()


def add(
    store: HistoryStore, dictation: str, text: str, *, engine: str = "local", language: str = "en",
    source: str = "microphone", seconds: int = 1,
) -> None:  # fmt: skip
    minutes = len(store.recent(100))
    store.begin(Header(dictation, AT + timedelta(minutes=minutes), language, engine, source))
    store.add_segment(dictation, Segment(1, text, text.lower(), 0, seconds * 16_000))
    store.finish(dictation, seconds * 16_000, seconds * 16_000)


def listed(store: HistoryStore, only: HistoryFilter) -> list[str]:
    return [row.dictation for row in store.recent(10, only=only)]


def text_of(store: HistoryStore, dictation: str) -> list[str]:
    found = store.load(dictation)
    assert found is not None
    return [segment.text for segment in found.segments]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (HistoryFilter(), ["three", "two", "one"]),
        (HistoryFilter(engine="aiola"), ["two"]),
        (HistoryFilter(language="en"), ["three", "one"]),
        (HistoryFilter(program="Writer"), ["two", "one"]),
        (HistoryFilter(program=FILES), ["three"]),
        (HistoryFilter(length="short"), ["one"]),
        (HistoryFilter(length="medium"), ["two"]),
        (HistoryFilter(length="long"), []),
        (HistoryFilter(length="very long", language="en"), ["three"]),
        (HistoryFilter(program="Writer", engine="local"), ["one"]),
    ],
)
def test_a_filter_selects_in_the_list_and_in_the_search(
    store: HistoryStore, only: HistoryFilter, expected: list[str]
) -> None:
    for dictation in ("one", "two"):
        keep_receipt(store, dictation, TextReceipt("Writer", Outcome.INSERTED, AT))
    assert listed(store, only) == expected
    assert [hit.dictation for hit in store.search("buy", only=only)] == expected


def test_the_choices_are_what_occurs(store: HistoryStore) -> None:
    keep_receipt(store, "one", TextReceipt("Writer", Outcome.INSERTED, AT))
    keep_receipt(store, "two", TextReceipt("", Outcome.FAILED, AT))
    assert filter_choices(store.reading) == FilterChoices(("Writer",), ("aiola", "local"), ("de", "en"), files=True)


def test_receipts_are_kept_in_order_and_go_with_their_dictation(store: HistoryStore) -> None:
    first, second = (
        TextReceipt("Writer", Outcome.UNCERTAIN, AT),
        TextReceipt("", Outcome.FAILED, AT + timedelta(seconds=1)),
    )
    keep_receipt(store, "one", second)
    keep_receipt(store, "one", first)
    keep_receipt(store, "unknown", first)
    assert receipts_of(store, "one") == (first, second)
    assert receipts_of(store, "unknown") == ()
    assert describe_receipt(first) == "Writer was sent the text; no confirmation came"
    assert describe_receipt(second) == "An unknown program did not receive the text"
    store.delete("one")
    assert receipts_of(store, "one") == ()


@pytest.mark.parametrize(("column", "damage"), [("outcome", "inserteb"), ("at", 1 << 60)])
def test_a_damaged_receipt_hides_no_other_one(
    store: HistoryStore, column: str, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    for program in ("Writer", "Mail"):
        keep_receipt(store, "one", TextReceipt(program, Outcome.INSERTED, AT))
    store.in_transaction(
        lambda connection: connection.execute(f"UPDATE receipts SET {column} = ? WHERE program = 'Mail'", (damage,))
    )
    assert [receipt.program for receipt in receipts_of(store, "one")] == ["Writer"]
    assert caplog.messages == ["a receipt of a text is damaged; it is left out"]


def test_another_text_takes_the_place_and_the_old_one_is_kept(store: HistoryStore) -> None:
    replace_text(store, "one", [Segment(1, "Buy silk.", "buy silk", 0, 9), Segment(2, "Now.", "now", 9, 12)], SMALL, AT)
    assert text_of(store, "one") == ["Buy silk.", "Now."]
    assert [hit.dictation for hit in store.search("silk")] == ["one"]
    assert store.search("milk") == ()
    (version,) = versions_of(store, "one")
    assert version.origin == Origin("local", "", "en")
    assert version.kept == AT
    assert version.segments == (Segment(1, "Buy milk.", "buy milk.", 0, 64_000),)


def test_choosing_an_earlier_text_loses_none(store: HistoryStore) -> None:
    replace_text(store, "one", [Segment(1, "Buy silk.", "", 0, 9)], SMALL, AT)
    (version,) = versions_of(store, "one")
    use_version(store, "one", version.number, AT)
    assert text_of(store, "one") == ["Buy milk."]
    (other,) = versions_of(store, "one")
    assert (other.origin, other.segments[0].text) == (SMALL, "Buy silk.")
    with pytest.raises(TextChanged):
        use_version(store, "one", 999, AT)
    with pytest.raises(TextChanged):
        replace_text(store, "unknown", [], SMALL, AT)


def test_choosing_an_earlier_text_twice_does_not_undo_the_choice(store: HistoryStore) -> None:
    """With a double click, for example: the text that it replaces must not get the number of the chosen one."""
    replace_text(store, "one", [Segment(1, "Buy silk.", "", 0, 9)], SMALL, AT)
    (version,) = versions_of(store, "one")
    use_version(store, "one", version.number, AT)
    with pytest.raises(TextChanged):
        use_version(store, "one", version.number, AT)
    assert text_of(store, "one") == ["Buy milk."]


@pytest.mark.parametrize("damage", ["{", "[", "[7]", '[{"number": 1}]', "[" * 100_000])
def test_a_damaged_part_of_a_dictation_hides_no_other_part(
    store: HistoryStore, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Damage within a page is one that SQLite does not detect."""
    store.add_structured("one", {"greeting": True})
    store.add_structured("one", {"order": "milk"})
    for text in ("Buy silk.", "Buy salt."):
        replace_text(store, "one", [Segment(1, text, "", 0, 9)], SMALL, AT)
    newest = versions_of(store, "one")[0].number

    def damage_rows(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE versions SET segments = ? WHERE id = ?", (damage, newest))
        connection.execute("UPDATE structured SET results = ? WHERE results LIKE '%order%'", (damage[:1] + "\x00",))

    store.in_transaction(damage_rows)
    found = store.load("one")
    assert found is not None
    assert (text_of(store, "one"), found.structured) == (["Buy salt."], ({"greeting": True},))
    assert [version.segments[0].text for version in versions_of(store, "one")] == ["Buy milk."]
    assert sorted({record.getMessage() for record in caplog.records}) == [
        "a stored result of the service is damaged; it is left out",
        "an earlier text of a dictation is damaged; it is left out",
    ]


def test_an_earlier_text_is_deleted_with_its_dictation(store: HistoryStore, tmp_path: Path) -> None:
    replace_text(store, "one", [Segment(1, "Buy silk.", "", 0, 9)], SMALL, AT)
    store.delete("one")
    store.close()
    assert not [file for file in tmp_path.iterdir() if b"milk" in file.read_bytes() or b"silk" in file.read_bytes()]


def test_correction_of_a_former_text_does_not_change_the_present_one(store: HistoryStore) -> None:
    """The transcript shows the former text on, for example when the text of the service has come later."""
    store.add_segment("one", Segment(2, "And bred.", "and bred", 64_000, 96_000))
    present = [Segment(1, "Buy milk and bread.", "", 0, 80_000), Segment(2, "Thank you.", "", 80_000, 96_000)]
    replace_text(store, "one", present, SMALL, AT)
    with pytest.raises(HistoryError, match="changed elsewhere"):
        store.edit_segment("one", 2, "And bread.")
    assert text_of(store, "one") == ["Buy milk and bread.", "Thank you."]
    replace_text(store, "one", present[:1], SMALL, AT)
    numbers = [segment.number for version in versions_of(store, "one") for segment in version.segments]
    assert len(set(numbers)) == len(numbers)
    (former,) = (version for version in versions_of(store, "one") if version.segments[0].number == 1)
    use_version(store, "one", former.number, AT)
    store.edit_segment("one", 2, "And bread.")
    assert text_of(store, "one") == ["Buy milk.", "And bread."]


def test_trash_is_hidden_from_list_and_search_and_can_be_restored(store: HistoryStore, removed: list[str]) -> None:
    move_to_trash(store, ["one", "two", "unknown"], AT)
    assert listed(store, HistoryFilter()) == ["three"]
    assert in_trash(store, ["three", "two", "unknown"]) == {"two"}
    assert [hit.dictation for hit in store.search("buy")] == ["three"]
    assert restore_from_trash(store, ["two"]) == 1
    assert restore_from_trash(store, ["two"]) == 0
    assert listed(store, HistoryFilter()) == ["three", "two"]
    assert removed == []


def test_moving_to_the_trash_counts_the_dictations_without_all_of_their_text(store: HistoryStore) -> None:
    for dictation, confirmed in (("pending", 16_000), ("complete", 32_000)):
        store.begin(Header(dictation, AT, "en", "local", "microphone"))
        store.finish(dictation, 32_000, confirmed)
    store.begin(Header("killed", AT, "en", "local", "microphone"))
    assert move_to_trash(store, ["complete", "one", "unknown"], AT) == 0
    assert move_to_trash(store, ["pending", "complete"], AT) == 1
    assert move_to_trash(store, ["pending", "killed", "two"], AT) == 2


def test_trash_is_deleted_when_the_time_for_an_undo_has_passed(store: HistoryStore, removed: list[str]) -> None:
    move_to_trash(store, ["one"], AT)
    assert empty_trash(store, AT + UNDO_FOR - timedelta(seconds=1)) == ()
    assert empty_trash(store, AT + UNDO_FOR) == ("one",)
    assert removed == ["one"]
    assert store.load("one") is None
    move_to_trash(store, ["two"], AT)
    assert empty_trash(store, AT, older_than=timedelta(0)) == ("two",)


def test_many_are_deleted_at_once(store: HistoryStore, removed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write of the history waits for a deletion, and each rebuilds the index of words."""
    names = [f"d{number}" for number in range(2 * BATCH)]
    for name in names:
        store.begin(Header(name, AT, "en", "local", "microphone"))
    store.add_segment(names[0], Segment(1, "Secret.", "secret", 0, 16_000))
    move_to_trash(store, names, AT)
    transactions: list[object] = []
    run = store.in_transaction
    monkeypatch.setattr(store, "in_transaction", lambda write: (transactions.append(write), run(write))[1])
    assert set(empty_trash(store, AT + UNDO_FOR)) == set(names)
    assert len(transactions) == 2
    assert sorted(removed) == sorted(names)
    assert listed(store, HistoryFilter()) == ["three", "two", "one"]
    assert store.search("secret") == ()


def test_recording_that_cannot_be_removed_keeps_no_other(tmp_path: Path) -> None:
    removed: list[str] = []

    def remove(dictation: str) -> None:
        removed.append(dictation)
        if dictation == "one":
            raise JournalError("It cannot be removed.", "")

    with closing(HistoryStore(tmp_path / "history.sqlite3", remove)) as store:
        for name in ("one", "two", "three"):
            add(store, name, "Buy milk.")
        move_to_trash(store, ["one", "two", "three"], AT)
        with pytest.raises(JournalError):
            empty_trash(store, AT + UNDO_FOR)
        assert sorted(removed) == ["one", "three", "two"]
        assert listed(store, HistoryFilter()) == []
        assert restore_from_trash(store, ["one", "two", "three"]) == 0
