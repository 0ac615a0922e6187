"""Edits and rows: every row knows its text after any edit, and no typed character is lost."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from saywrite.ui.toolkit.document_text import as_paragraph, clean, utf16_length
from saywrite.ui.transcript.document import TranscriptDocument
from saywrite.ui.transcript.paragraphs.edits import reconcile
from saywrite.ui.transcript.rows import Row, RowKind


def segment(number: int, text: str, dictation: str = "d") -> Row:
    return Row(RowKind.SEGMENT, dictation, number, number * 100, number * 100 + 50, text)


def heading(text: str = "Heading", dictation: str = "d") -> Row:
    return Row(RowKind.HEADING, dictation, -1, -1, -1, text)


@pytest.fixture
def document(qapp: QApplication) -> TranscriptDocument:
    return TranscriptDocument()


def filled(document: TranscriptDocument, *texts: str) -> list[Row]:
    rows = [segment(number, text) for number, text in enumerate(texts)]
    document.insert(0, rows)
    return rows


def paragraphs(document: TranscriptDocument) -> list[str]:
    return [document.block(index).text() for index in range(document.doc.blockCount())]


def assert_in_step(document: TranscriptDocument) -> None:
    """The paragraphs and the rows are the same text, and the word count is theirs."""
    grouped: list[str] = []
    for row in document.rows:
        if row.lead is None:
            grouped.append("")
        grouped[-1] += (row.lead or "") + as_paragraph(row.text)
    assert document.in_paragraphs or all(row.lead is None for row in document.rows)
    assert [document.doc.findBlockByNumber(at).text() for at in range(document.doc.blockCount())] == (grouped or [""])
    assert [document.paragraphs.text(at) for at in range(len(document.paragraphs))] == [clean(text) for text in grouped]
    assert all(row.lead is None for row in document.rows if not row.editable)
    assert document.words == sum(row.words for row in document.rows)


def select(document: TranscriptDocument, start: tuple[int, int], end: tuple[int, int]) -> QTextCursor:
    cursor = document.cursor(*start)
    cursor.setPosition(document.cursor(*end).position(), QTextCursor.MoveMode.KeepAnchor)
    return cursor


def test_typing_in_a_row_changes_that_row_only(document: TranscriptDocument) -> None:
    rows = filled(document, "one", "two", "three")
    told: list[tuple[Row, ...]] = []
    document.edited.connect(told.append)
    document.cursor(1, 3).insertText("!")
    assert [row.text for row in rows] == ["one", "two!", "three"]
    assert told == [(rows[1],)]


def test_a_row_keeps_the_line_breaks_inside_it(document: TranscriptDocument) -> None:
    rows = filled(document, "first\nsecond", "next")
    assert document.doc.blockCount() == 2
    document.cursor(0, 0).insertText("X")
    assert rows[0].text == "Xfirst\nsecond"


def test_backspace_at_the_start_joins_a_row_with_the_one_before(document: TranscriptDocument) -> None:
    rows = filled(document, "one", "two")
    told: list[tuple[Row, ...]] = []
    document.edited.connect(told.append)
    document.cursor(1).deletePreviousChar()
    assert document.rows == [rows[0]]
    assert (rows[0].text, rows[1].text) == ("onetwo", "")
    assert set(told[0]) == set(rows)


def test_a_paragraph_split_by_other_means_becomes_a_line_break_in_its_row(document: TranscriptDocument) -> None:
    rows = filled(document, "one two", "three")
    document.cursor(0, 3).insertBlock()
    assert rows[0].text == "one\n two"
    assert_in_step(document)


def test_deleting_over_several_rows_leaves_the_rest_in_the_first(document: TranscriptDocument) -> None:
    rows = filled(document, "aaa", "bbb", "ccc")
    select(document, (0, 1), (2, 2)).removeSelectedText()
    assert [row.text for row in rows] == ["ac", "", ""]
    assert_in_step(document)


def test_undo_separates_joined_rows(document: TranscriptDocument) -> None:
    rows = filled(document, "one", "two")
    document.cursor(1).deletePreviousChar()
    document.undo()
    assert document.rows == rows
    assert [row.text for row in rows] == ["one", "two"]
    document.redo()
    assert [row.text for row in rows] == ["onetwo", ""]


def test_undo_does_not_affect_new_finals(document: TranscriptDocument) -> None:
    rows = filled(document, "one")
    document.cursor(0, 3).insertText("!")
    document.insert(1, [segment(1, "arrived")])
    document.undo()
    assert [row.text for row in document.rows] == ["one", "arrived"]
    assert document.undo() is None
    assert rows[0].text == "one"


def test_undo_does_not_restore_segments_removed_by_voice(document: TranscriptDocument) -> None:
    rows = filled(document, "one", "two")
    document.cursor(1).deletePreviousChar()
    document.remove_for_good([rows[1]])
    document.undo()
    assert [row.text for row in document.rows] == ["one"]


@pytest.mark.parametrize("typed", ["X", ""])
def test_heading_survives_every_change_of_its_paragraph(document: TranscriptDocument, typed: str) -> None:
    first, second = segment(0, "one", "a"), segment(0, "two", "b")
    document.insert(0, [first, heading(dictation="b"), second])
    select(document, (0, 1), (2, 1)).insertText(typed)
    assert [row.kind for row in document.rows if not row.editable] == [RowKind.HEADING]
    assert_in_step(document)
    assert first.text + second.text == f"o{typed}wo"


@pytest.mark.parametrize("typed", ["", "x", "mm 10"])
@pytest.mark.parametrize("rest", ["and 2", "42", "10:42", "1 more", ""])
def test_what_is_left_below_a_heading_stays_whole(document: TranscriptDocument, rest: str, typed: str) -> None:
    """An input method removes a selection that includes the heading; what is left may read like a part of it."""
    row = segment(1, f"gone {rest}", "b")
    document.insert(0, [segment(0, "one", "a"), heading("\n10:42", "b"), row])
    select(document, (1, 0), (2, 5)).insertText(typed)
    assert [each.text for each in document.rows] == ["one", "\n10:42", typed + rest]
    assert_in_step(document)


def test_a_heading_that_is_split_or_shortened_changes_no_text(document: TranscriptDocument) -> None:
    rows = [segment(0, "one", "a"), heading("10:42", "b"), segment(1, "two", "b")]
    document.insert(0, rows)
    document.cursor(1, 2).insertBlock()
    assert [each.text for each in document.rows] == ["one", "10:42", "two"]
    select(document, (1, 1), (1, 3)).removeSelectedText()
    assert [each.text for each in document.rows] == ["one", "10:42", "two"]
    assert_in_step(document)


def test_text_typed_into_a_heading_moves_to_the_next_row(document: TranscriptDocument) -> None:
    row = segment(0, "one")
    document.insert(0, [heading(), row])
    document.cursor(0, 3).insertText("X")
    assert "X" in row.text
    assert_in_step(document)


def test_clearing_and_putting_back_keeps_rows_and_undo(document: TranscriptDocument) -> None:
    rows = filled(document, "one", "two")
    document.cursor(0, 3).insertText("!")
    snapshot = document.take_all()
    assert_in_step(document)
    document.insert(0, [segment(2, "later")])
    document.put_back(snapshot)
    assert [row.text for row in document.rows] == ["one!", "two", "later"]
    document.undo()
    assert rows[0].text == "one"


def test_renewed_rows_read_the_same(document: TranscriptDocument) -> None:
    filled(document, *(f"row {number}\n🎙 שלום" for number in range(20)))
    document.renew(3, 10)
    assert_in_step(document)


texts = st.text(alphabet="ab c\n🎙ש中", max_size=8)
actions = st.one_of(
    st.tuples(st.just("append"), texts, st.sampled_from([50, 32_050])),
    st.tuples(st.just("late"), texts, st.integers(0, 30)),
    st.tuples(st.just("rewrite"), texts, st.integers(0, 30)),
    st.tuples(st.just("group"), st.sampled_from([0.0, 2.0])),
    st.tuples(st.just("type"), st.integers(0, 200), st.integers(0, 200), texts),
    st.tuples(st.just("split"), st.integers(0, 200)),
    st.tuples(st.just("back"), st.integers(0, 200)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("heading")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("clear and back")),
    st.tuples(st.just("renew")),
)


class Person:
    """Plays random actions and keeps the reported text of each segment, as the history does."""

    def __init__(self) -> None:
        self.document = TranscriptDocument()
        self.known: dict[int, str] = {}
        self.number = self.end = 0
        self.document.edited.connect(self.learn)

    def learn(self, rows: tuple[Row, ...]) -> None:
        self.known.update({row.number: row.text for row in rows})

    def play(self, action: tuple) -> None:
        getattr(self, action[0].replace(" ", "_"))(*action[1:])

    def append(self, text: str, pause: int = 50) -> None:
        self.end += pause
        self._add(self.end, clean(text) or "x")
        self.end += 50

    def late(self, text: str, before: int) -> None:
        """A text comes after the text of later speech."""
        later = [row for row in self.document.rows if row.editable][before:]
        if later:
            self._add(later[0].start - 60, clean(text) or "x")

    def rewrite(self, text: str, number: int) -> None:
        for row in self.document.rows:
            if row.number == number and row.editable and not row.edited:
                self.document.rewrite(row, clean(text) or "y")
                self.known[number] = row.text

    def group(self, pause_s: float) -> None:
        self.document.group(pause_s)

    def _add(self, start: int, text: str) -> None:
        row = Row(RowKind.SEGMENT, "d", self.number, start, start + 50, text)
        self.known[self.number] = row.text
        self.number += 1
        self.document.insert(self.document.place(row), [row])

    def heading(self) -> None:
        if self.document.rows:
            self.document.insert(len(self.document.rows), [heading(f"Heading {len(self.document.rows)}")])

    def cursor(self, *positions: int) -> QTextCursor:
        cursor = QTextCursor(self.document.doc)
        cursor.setPosition(self.place(positions[0]))
        cursor.setPosition(self.place(positions[-1]), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def place(self, position: int) -> int:
        """A place where keys and mouse can put the cursor: never inside a character of two UTF-16 units."""
        position %= self.document.doc.characterCount()
        inside = position and 0xDC00 <= ord(self.document.doc.characterAt(position)) <= 0xDFFF
        return position - 1 if inside else position

    def type(self, start: int, end: int, text: str) -> None:
        if any(row.editable for row in self.document.rows):
            self.cursor(start, end).insertText(text)

    def split(self, at: int) -> None:
        if any(row.editable for row in self.document.rows):
            self.cursor(at).insertBlock()

    def back(self, at: int) -> None:
        if any(row.editable for row in self.document.rows):
            self.cursor(at).deletePreviousChar()

    def remove(self, number: int) -> None:
        rows = [row for row in self.document.rows if row.editable and row.number == number]
        self.document.remove_for_good(rows)
        for row in rows:
            self.known.pop(row.number, None)

    def undo(self) -> None:
        self.document.undo()

    def redo(self) -> None:
        self.document.redo()

    def clear_and_back(self) -> None:
        self.document.put_back(self.document.take_all())

    def renew(self) -> None:
        self.document.renew(0, len(self.document.paragraphs) // 2)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(actions, max_size=25))
def test_rows_document_and_reported_edits_always_agree(qapp: QApplication, plan: list[tuple]) -> None:
    """After every action the paragraphs equal the rows, and the reported edits give exactly their texts."""
    person = Person()
    for action in [("append", "first one"), *plan]:
        person.play(action)
        assert_in_step(person.document)
        shown_now = {row.number: row.text for row in person.document.rows if row.editable}
        hidden = {number: text for number, text in person.known.items() if number not in shown_now}
        assert {number: person.known.get(number) for number in shown_now} == shown_now
        assert not any(hidden.values())


@settings(max_examples=200)
@given(
    old=st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "bb", "Heading", ""])), max_size=5),
    new=st.lists(st.text(alphabet="xyz\n", max_size=4), max_size=6),
)
def test_reconcile_keeps_every_typed_character(old: list[tuple[bool, str]], new: list[str]) -> None:
    """The new texts share no letter with the fixed rows, so each of their letters must be in the result."""
    rows = [heading(f"#{text}{i}") if fixed else segment(i, text) for i, (fixed, text) in enumerate(old)]
    after = segment(99, "after")
    result = reconcile(None, rows, after, new)
    kept = "".join(text for row, text in result if row.editable)
    for letter in "xyz":
        assert kept.count(letter) == sum(text.count(letter) for text in new)
    assert [row for row, _ in result if not row.editable] == [row for row in rows if not row.editable]


@given(text=st.text())
def test_positions_are_utf16_as_in_qt(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


def test_a_sentence_begins_a_paragraph_when_only_a_heading_is_left_above_it(document: TranscriptDocument) -> None:
    document.group(2.0)
    rows = [segment(0, "one", "a"), heading(dictation="b"), segment(1, "two", "b"), segment(2, "three", "b")]
    document.insert(0, rows)
    assert paragraphs(document)[:3] == ["one", "Heading", "two three"]
    select(document, (0, 1), (2, 3)).removeSelectedText()
    assert [row.text for row in document.rows] == ["o", "Heading", "three"]
    assert_in_step(document)
