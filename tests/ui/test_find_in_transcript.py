"""Find: count, next and previous, marks on visible occurrences, and a window that stays responsive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt

from saywrite.foundation.events import Segment, SegmentAdded, Started
from saywrite.text.folding import pattern
from saywrite.ui.transcript.find_bar import ROWS_AT_ONCE, FindScan
from saywrite.ui.transcript.rows import Row, RowKind
from saywrite.ui.transcript.view import TranscriptView


@pytest.fixture
def view(qtbot: Any) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(600, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.engine_label = lambda _name: "Built-in"
    view.receive(Started("d", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42)))
    for number, text in enumerate(["The cat.", "the other 🎙 Cat and the cat", "Kein Wort.", "new\nline"]):
        view.receive(SegmentAdded("d", Segment(number, text, text, number * 100, number * 100 + 50)))
    return view


def look_for(view: TranscriptView, qtbot: Any, words: str) -> None:
    view.find()
    view.find_bar.words.setText(words)
    qtbot.waitUntil(lambda: not view.find_bar._again.isActive(), timeout=3000)


def test_the_count_and_the_places_in_order(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "cat")
    assert view.find_bar.count.text() == "3 found"
    found = []
    for _ in range(4):
        view.find_bar.go(1)
        cursor = view.pane.editor.textCursor()
        found.append((cursor.blockNumber(), cursor.selectedText(), view.find_bar.count.text()))
    assert found == [
        (1, "cat", "1 of 3"),
        (2, "Cat", "2 of 3"),
        (2, "cat", "3 of 3"),
        (1, "cat", "1 of 3"),
    ]
    view.find_bar.go(-1)
    assert view.find_bar.count.text() == "3 of 3"


def test_case_counts_when_asked(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "Cat")
    view.find_bar.case.setChecked(True)
    assert view.find_bar.count.text() == "1 found"


def test_a_space_finds_a_line_break_too(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "new line")
    view.find_bar.go(1)
    assert view.selected_text() == "new\nline"


def test_empty_result_is_shown(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "zebra")
    assert view.find_bar.count.text() == "Not found"
    assert not view.find_bar.next.isEnabled()


def test_headings_are_not_searched(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "Built-in")
    assert view.find_bar.count.text() == "Not found"


def test_every_visible_occurrence_is_marked(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "the")
    assert [mark.cursor.selectedText() for mark in view.pane.editor.extraSelections()] == ["The", "the", "the", "the"]


def test_new_text_is_searched(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "cat")
    view.find_bar.go(1)
    view.receive(SegmentAdded("d", Segment(9, "Another cat.", "", 900, 950)))
    qtbot.waitUntil(lambda: view.find_bar.count.text() == "1 of 4", timeout=3000)


def test_escape_closes_the_bar_and_focuses_the_text(view: TranscriptView, qtbot: Any) -> None:
    view.activateWindow()
    look_for(view, qtbot, "cat")
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Escape)
    assert view.find_bar.isHidden()
    assert view.pane.editor.hasFocus()
    assert view.pane.editor.extraSelections() == []


def test_enter_goes_to_the_next_and_shift_enter_to_the_previous(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "cat")
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Return)
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Return)
    assert view.find_bar.count.text() == "2 of 3"
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.find_bar.count.text() == "1 of 3"


@pytest.mark.parametrize("place", ["field", "text"])
def test_f3_goes_to_the_next_from_the_field_and_from_the_text(view: TranscriptView, qtbot: Any, place: str) -> None:
    view.activateWindow()
    look_for(view, qtbot, "cat")
    focused = view.find_bar.words if place == "field" else view.pane.editor
    focused.setFocus()
    qtbot.keyClick(focused, Qt.Key.Key_F3)
    assert view.find_bar.count.text() == "1 of 3"
    qtbot.keyClick(focused, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert view.find_bar.count.text() == "3 of 3"


def test_enter_looks_for_the_words_that_were_typed_just_now(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "cat")
    view.find_bar.words.setText("wort")
    qtbot.keyClick(view.find_bar.words, Qt.Key.Key_Return)
    assert view.selected_text() == "Wort"
    assert view.find_bar.count.text() == "1 of 1"


def test_next_continues_from_the_selection_although_new_text_has_just_come(view: TranscriptView, qtbot: Any) -> None:
    rows = [Row(RowKind.SEGMENT, "d", number, number * 100, number * 100, "word") for number in range(10, 1200)]
    view.document.insert(5, rows)
    look_for(view, qtbot, "word")
    view.find_bar.go(-1)
    view.receive(SegmentAdded("d", Segment(1200, "One more word.", "", 120_000, 120_050)))
    view.find_bar.go(1)
    assert view.find_bar.count.text() == "1,191 of 1,191"


def test_next_after_the_transcript_was_cleared_finds_nothing(view: TranscriptView, qtbot: Any) -> None:
    look_for(view, qtbot, "cat")
    view.clear()
    view.find_bar.go(1)
    assert view.find_bar.count.text() == "Not found"


def test_a_long_transcript_is_searched_in_slices(qtbot: Any) -> None:
    rows = [Row(RowKind.SEGMENT, "d", number, 0, 1, "some words here") for number in range(3 * ROWS_AT_ONCE)]
    scan = FindScan()
    scan.start(rows, pattern("words", case=False))
    assert len(scan) == ROWS_AT_ONCE
    assert not scan.done
    qtbot.waitUntil(lambda: scan.done, timeout=5000)
    assert len(scan) == 3 * ROWS_AT_ONCE
    assert scan.place(3 * ROWS_AT_ONCE - 1) == (3 * ROWS_AT_ONCE - 1, 5, 10)
