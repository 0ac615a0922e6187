"""The transcript for its user: new text, a stable view, editing by keyboard, clearing, copying."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QWidget

from saywrite.foundation.events import (
    Gap,
    PendingUtterances,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    Started,
    Structured,
)
from saywrite.foundation.formatting import full_date
from saywrite.text.keywords import Keyword
from saywrite.ui.keywords.add_dialog import open_add_dialog
from saywrite.ui.keywords.panel import KeywordsPanel
from saywrite.ui.transcript.rows import RowKind
from saywrite.ui.transcript.view import TranscriptView, context_menu

BEGAN = datetime(2026, 11, 22, 10, 42, 7)
SECOND = 16_000


@pytest.fixture
def view(qtbot: Any) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(600, 300)
    with qtbot.waitExposed(view):
        view.show()
    start(view)
    return view


def start(view: TranscriptView, dictation: str = "d", began: datetime = BEGAN, engine: str = "local") -> None:
    view.engine_label = {"local": "Built-in (basic)"}.get
    view.receive(Started(dictation, engine, "en", "microphone", 0.0, began))


def headings(view: TranscriptView) -> list[str]:
    return [row.text.strip() for row in view.document.rows if row.kind is RowKind.HEADING]


def add(view: TranscriptView, number: int, text: str, dictation: str = "d") -> None:
    begin = number * 4 * SECOND
    view.receive(SegmentAdded(dictation, Segment(number, text, text.lower(), begin, begin + 2 * SECOND)))


def fill(view: TranscriptView, count: int) -> None:
    for number in range(count):
        add(view, number, f"Sentence number {number}.")


def press(qtbot: Any, view: TranscriptView, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(view.pane.editor, key, modifier)


def cursor_to(view: TranscriptView, text: str) -> None:
    """Put the cursor before the first `text`."""
    cursor = view.document.doc.find(text)
    cursor.setPosition(cursor.selectionStart())
    view.pane.editor.setTextCursor(cursor)


def test_finals_become_rows_with_their_clock_time(view: TranscriptView) -> None:
    add(view, 0, "Hello.")
    add(view, 1, "World.")
    rows = view.document.rows
    assert [row.kind for row in rows] == [RowKind.HEADING, RowKind.SEGMENT, RowKind.SEGMENT]
    assert [view._time_of(row) for row in rows[1:]] == ["10:42:07", "10:42:11"]
    assert view.text() == "Hello. World."
    assert view.word_count == 2


def test_dictation_without_text_adds_no_heading(view: TranscriptView) -> None:
    start(view, "e")
    add(view, 0, "Hello.", "e")
    assert [row.dictation for row in view.document.rows] == ["e", "e"]


def test_late_final_is_placed_by_its_time(view: TranscriptView) -> None:
    add(view, 0, "one")
    view.receive(Gap("d", 5 * SECOND, SECOND, "microphone unplugged"))
    add(view, 2, "three")
    add(view, 1, "two")
    assert [row.text for row in view.document.rows[1:]] == [
        "one",
        "two",
        "1 s of sound missing: microphone unplugged",
        "three",
    ]
    assert view.text() == "one two three"


def test_a_late_final_of_an_earlier_dictation_joins_its_own(view: TranscriptView) -> None:
    add(view, 0, "one")
    start(view, "e")
    add(view, 0, "other", "e")
    add(view, 1, "two")
    assert view.text() == "one two\n\nother"


def test_scratch_that_removes_rows(view: TranscriptView) -> None:
    fill(view, 3)
    view.receive(SegmentsRemoved("d", (1, 2)))
    assert view.text() == "Sentence number 0."


def test_second_final_of_a_number_does_not_replace_an_edit(view: TranscriptView) -> None:
    add(view, 0, "helo")
    add(view, 0, "hello")
    assert view.text() == "hello"
    view.document.cursor(1, 5).insertText(" there")
    add(view, 0, "HELLO")
    assert view.text() == "hello there"


def test_edit_is_reported_when_typing_pauses(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "Helo.")
    told: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: told.append(edit))
    cursor_to(view, "o.")
    qtbot.keyClicks(view.pane.editor, "l")
    assert told == []
    qtbot.waitUntil(lambda: told == [("d", 0, "Hello.")], timeout=5000)


def test_edit_is_reported_at_once_when_the_focus_is_lost(view: TranscriptView, qtbot: Any) -> None:
    other = QWidget(view)
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    other.show()
    add(view, 0, "Helo.")
    view.pane.editor.setFocus()
    cursor_to(view, "o.")
    qtbot.keyClicks(view.pane.editor, "l")
    with qtbot.waitSignal(view.segment_edited, timeout=300) as told:
        other.setFocus()
    assert told.args == ["d", 0, "Hello."]


def test_enter_breaks_the_line_inside_its_segment(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "one two")
    cursor_to(view, " two")
    press(qtbot, view, Qt.Key.Key_Return)
    assert view.document.rows[1].text == "one\n two"
    assert len(view.document.rows) == 2


@pytest.mark.parametrize(
    ("place", "key"), [("Hello.", Qt.Key.Key_Backspace), ("Hello.", Qt.Key.Key_Left), (None, Qt.Key.Key_A)]
)
def test_headings_cannot_be_edited(view: TranscriptView, qtbot: Any, place: str | None, key: Qt.Key) -> None:
    add(view, 0, "Hello.")
    heading = view.document.rows[0].text
    if place:
        cursor_to(view, place)
    press(qtbot, view, key)
    assert view.document.block(0).text() == heading
    assert view.document.rows[1].text == "Hello."


def test_typing_over_everything_keeps_headings_and_typed_letters(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "one")
    start(view, "e")
    add(view, 0, "two", "e")
    view.pane.editor.selectAll()
    qtbot.keyClicks(view.pane.editor, "x")
    assert [row.text for row in view.document.rows if row.editable] == ["x", ""]
    assert sum(row.kind is RowKind.HEADING for row in view.document.rows) == 2


def test_a_selection_up_to_a_sentence_does_not_edit_it(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "one two")
    start(view, "e")
    add(view, 0, "three", "e")
    told: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: told.append(edit))
    cursor = view.document.cursor(1, 3)
    cursor.setPosition(view.document.cursor(3, 0).position(), QTextCursor.MoveMode.KeepAnchor)
    view.pane.editor.setTextCursor(cursor)
    press(qtbot, view, Qt.Key.Key_Delete)
    view.flush()
    assert told == [("d", 0, "one")]
    add(view, 0, "Three.", "e")
    assert view.text() == "one\n\nThree.", "its better text replaces it"


def test_empty_transcript_is_read_only(view: TranscriptView, qtbot: Any) -> None:
    qtbot.keyClicks(view.pane.editor, "lost")
    assert view.document.doc.toPlainText() == ""
    assert view.pane.editor.isReadOnly()


def test_ctrl_z_undoes_typing_but_never_speech(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "Hello.")
    cursor_to(view, "Hello.")
    qtbot.keyClicks(view.pane.editor, "Oh. ")
    add(view, 1, "World.")
    press(qtbot, view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.text() == "Hello. World."
    press(qtbot, view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.text() == "Hello. World."


def test_new_text_scrolls_into_view_while_nobody_edits(view: TranscriptView) -> None:
    fill(view, 60)
    scroll = view.pane.editor.verticalScrollBar()
    assert scroll.maximum() > 0
    assert scroll.value() == scroll.maximum()


def test_view_stays_after_scrolling_up_and_a_button_shows_new_text(view: TranscriptView, qtbot: Any) -> None:
    fill(view, 60)
    scroll = view.pane.editor.verticalScrollBar()
    scroll.setValue(5)
    add(view, 60, "More.")
    view.show_partial("being heard")
    assert scroll.value() == 5
    assert view.pane.new_text.isVisible()
    qtbot.mouseClick(view.pane.new_text, Qt.MouseButton.LeftButton)
    assert scroll.value() == scroll.maximum()
    assert not view.pane.new_text.isVisible()


def test_editing_keeps_cursor_and_view(view: TranscriptView, qtbot: Any) -> None:
    fill(view, 60)
    scroll = view.pane.editor.verticalScrollBar()
    press(qtbot, view, Qt.Key.Key_Up)
    cursor_to(view, "number 58")
    qtbot.keyClicks(view.pane.editor, "x")
    before = view.pane.editor.textCursor().position(), scroll.value()
    fill_more = range(60, 70)
    for number in fill_more:
        add(view, number, "More.")
    assert (view.pane.editor.textCursor().position(), scroll.value()) == before
    qtbot.keyClicks(view.pane.editor, "y")
    assert "xynumber 58" in view.text()


def test_a_selection_to_the_end_does_not_grow(view: TranscriptView) -> None:
    add(view, 0, "one")
    view.pane.editor.selectAll()
    add(view, 1, "two")
    assert view.selected_text() == "one"


def test_the_partial_is_below_the_text_and_not_part_of_it(view: TranscriptView) -> None:
    add(view, 0, "Hello.")
    view.show_partial("wor")
    assert view.pane.partial.isVisible()
    assert view.pane.partial.text() == "wor"
    assert view.text() == "Hello."
    view.show_partial("")
    assert not view.pane.partial.isVisible()


def outstanding(*spans: tuple[float, float], dictation: str = "d") -> PendingUtterances:
    return PendingUtterances(dictation, tuple((round(start * SECOND), round(end * SECOND)) for start, end in spans))


def test_utterance_without_text_has_a_line_until_its_text_arrives(view: TranscriptView) -> None:
    view.receive(outstanding((0, 2), (12, 15.3)))
    assert view.pane.partial.text() == "… 0:00 waiting for text, 2 s\n… 0:12 waiting for text, 3 s"
    add(view, 0, "Hello.")
    assert view.pane.partial.text() == "… 0:12 waiting for text, 3 s"
    view.receive(outstanding())
    assert view.pane.partial.text() == ""


def test_many_utterances_without_text_are_one_line(view: TranscriptView) -> None:
    view.receive(outstanding(*((12 + 10 * number, 18 + 10 * number) for number in range(300))))
    assert view.pane.partial.text() == "… 300 utterances since 0:12 waiting for text, 30 min"


def test_partial_replaces_the_line_of_the_last_utterance(view: TranscriptView) -> None:
    view.receive(outstanding((0, 2), (3, 4)))
    view.show_partial("wor")
    assert view.pane.partial.text() == "… 0:00 waiting for text, 2 s\nwor"


def test_utterances_without_text_of_an_old_dictation_are_not_shown(view: TranscriptView) -> None:
    view.receive(outstanding((0, 2), dictation="earlier"))
    assert view.pane.partial.text() == ""
    view.receive(outstanding((0, 2)))
    assert view.pane.partial.text() != ""
    start(view, "next")
    assert view.pane.partial.text() == ""


def test_click_on_a_time_requests_playback(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "Hello.")
    gutter = view.pane.gutter
    row, top, _ = gutter._rows()[0]
    with qtbot.waitSignal(view.play_requested) as heard:
        qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(20, int(top) + 6))
    assert row.text == "Hello."
    assert heard.args == ["d", 0, 2 * SECOND]


def test_ctrl_enter_requests_playback_of_the_current_row(view: TranscriptView, qtbot: Any) -> None:
    fill(view, 2)
    cursor_to(view, "number 1")
    with qtbot.waitSignal(view.play_requested) as heard:
        press(qtbot, view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == ["d", 4 * SECOND, 6 * SECOND]


def day_of(minutes: int) -> str:
    """The day so long after BEGAN, as the history and the details write it."""
    return full_date((BEGAN + timedelta(minutes=minutes)).date())


def time_of(minutes: int) -> str:
    return f"{BEGAN + timedelta(minutes=minutes):%H:%M}"


def test_a_heading_says_only_what_the_heading_above_does_not_say(view: TranscriptView) -> None:
    add(view, 0, "One.")
    for dictation, minutes, engine in (("e", 1, "local"), ("f", 2, "aiola"), ("g", 24 * 60, "aiola")):
        start(view, dictation, BEGAN + timedelta(minutes=minutes), engine)
        add(view, 0, "More.", dictation)
    assert headings(view) == [
        f"{day_of(0)} · {time_of(0)} · Built-in (basic)",
        time_of(1),
        f"{time_of(2)} · aiola",
        f"{day_of(24 * 60)} · {time_of(0)}",
    ]


def test_the_first_heading_after_a_clear_is_complete(view: TranscriptView) -> None:
    add(view, 0, "One.")
    view.clear()
    start(view, "e", BEGAN + timedelta(minutes=1))
    add(view, 0, "Two.", "e")
    assert headings(view) == [f"{day_of(1)} · {time_of(1)} · Built-in (basic)"]


def test_clear_can_be_undone_after_more_speech(view: TranscriptView, qtbot: Any) -> None:
    fill(view, 2)
    assert view.clear()
    assert (view.text(), view.word_count) == ("", 0)
    add(view, 2, "More.")
    with qtbot.waitSignal(view.segments_restored):
        view.undo()
    assert view.text() == "Sentence number 0. Sentence number 1. More."
    assert sum(row.kind is RowKind.HEADING for row in view.document.rows) == 1
    assert not view.undo_clear()


def test_a_transcript_with_nothing_but_a_note_can_be_cleared(view: TranscriptView) -> None:
    view.receive(Gap("d", SECOND, SECOND, "microphone unplugged"))
    assert view.clear(), "the window offers to undo it"
    assert not view.clear()


def test_undo_of_a_clear_does_not_bring_back_what_was_taken_back_by_voice_since(view: TranscriptView) -> None:
    fill(view, 3)
    view.clear()
    view.receive(SegmentsRemoved("d", (2,)))
    view.undo_clear()
    assert view.text() == "Sentence number 0. Sentence number 1."
    assert view.word_count == 6


def test_headings_below_a_restored_transcript_say_only_what_it_does_not_say(view: TranscriptView) -> None:
    add(view, 0, "One.")
    view.clear()
    start(view, "e", BEGAN + timedelta(minutes=1))
    add(view, 0, "Two.", "e")
    view.undo_clear()
    assert [row.text for row in view.document.rows if row.kind is RowKind.HEADING] == [
        f"{day_of(0)} · {time_of(0)} · Built-in (basic)",
        f"\n{time_of(1)}",
    ]


def tell_of_earlier_attempt(view: TranscriptView) -> None:
    """A dictation that is continued begins with what is known of it."""
    start(view)
    add(view, 0, "One.")
    view.receive(Gap("d", 3 * SECOND, SECOND, "unplugged"))


def test_a_dictation_that_is_continued_repeats_nothing(view: TranscriptView) -> None:
    tell_of_earlier_attempt(view)
    view.receive(Structured("d", {"greeting": True}))
    tell_of_earlier_attempt(view)
    add(view, 1, "Two.")
    rows = [row.kind for row in view.document.rows]
    assert rows == [RowKind.HEADING, RowKind.SEGMENT, RowKind.GAP, RowKind.SEGMENT]
    document = view.to_export()
    assert document is not None
    assert document.structured == ({"greeting": True},)


def test_undo_of_a_clear_does_not_repeat_what_a_continued_dictation_has_shown_again(view: TranscriptView) -> None:
    tell_of_earlier_attempt(view)
    view.clear()
    tell_of_earlier_attempt(view)
    add(view, 1, "Two.")
    view.undo_clear()
    rows = [row.kind for row in view.document.rows]
    assert rows == [RowKind.HEADING, RowKind.SEGMENT, RowKind.GAP, RowKind.SEGMENT]
    assert view.text() == "One. Two."


def test_clear_reports_waiting_edits_first(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "Helo.")
    cursor_to(view, "o.")
    qtbot.keyClicks(view.pane.editor, "l")
    with qtbot.waitSignal(view.segment_edited) as told:
        view.clear()
    assert told.args == ["d", 0, "Hello."]


def test_copy_takes_the_selection_or_everything_as_prose(view: TranscriptView) -> None:
    add(view, 0, "Dear Ada,\nthank you.")
    add(view, 1, "Bye.")
    assert not view.copy()
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "Dear Ada,\nthank you. Bye."
    assert clipboard.mimeData().formats() == ["text/plain"]
    cursor = view.document.doc.find("thank you")
    view.pane.editor.setTextCursor(cursor)
    assert view.copy()
    assert clipboard.text() == "thank you"


def test_ctrl_c_and_a_paste_keep_line_breaks_and_rows(view: TranscriptView, qtbot: Any) -> None:
    add(view, 0, "one\ntwo")
    view.pane.editor.selectAll()
    press(qtbot, view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "one\ntwo"
    cursor = view.document.cursor(1, 7)
    view.pane.editor.setTextCursor(cursor)
    press(qtbot, view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert view.document.rows[1].text == "one\ntwoone\ntwo"


def test_the_context_menu_offers_what_is_possible(view: TranscriptView) -> None:
    add(view, 0, "cube control")
    view.pane.editor.setTextCursor(view.document.doc.find("cube control"))
    asked: list[str] = []
    view.keyword_requested.connect(asked.append)
    menu = context_menu(view)
    entries = {action.text().replace("&", ""): action for action in menu.actions()}
    assert entries["Hear"].isEnabled()
    assert not entries["Undo"].isEnabled()
    entries["Always write as…"].trigger()
    assert asked == ["cube control"]
    menu.close()


@pytest.fixture
def panel(qtbot: Any) -> KeywordsPanel:
    panel = KeywordsPanel()
    qtbot.addWidget(panel)
    return panel


def test_always_write_as_adds_the_keyword_and_corrects_the_text(
    view: TranscriptView, panel: KeywordsPanel, qtbot: Any
) -> None:
    add(view, 0, "Use cube control.")
    add(view, 1, "Cube control again.")
    dialog = open_add_dialog(view, panel, "cube control")
    assert dialog.replace.text() == "&Replace it in the text now in 2 places"
    assert not dialog.add.isEnabled()
    qtbot.keyClicks(dialog.written, "kubectl")
    qtbot.keyClick(dialog.written, Qt.Key.Key_Return)
    assert panel.keywords() == (Keyword("cube control", "kubectl"),)
    assert view.text() == "Use kubectl. kubectl again."
    view.undo()
    assert view.text() == "Use cube control. Cube control again."


def test_the_export_has_edits_times_and_gaps(view: TranscriptView) -> None:
    add(view, 0, "Helo.")
    view.document.cursor(1, 3).insertText("l")
    view.receive(Gap("d", 3 * SECOND, SECOND, "unplugged"))
    document = view.to_export()
    assert document is not None
    assert document.title == "Dictation 2026-11-22 10.42"
    assert [(line.start_s, line.end_s, line.text, line.gap) for line in document.lines] == [
        (0.0, 2.0, "Hello.", ""),
        (3.0, 3.0, "", "1 s of sound missing: unplugged"),
    ]


def test_the_times_of_an_export_count_from_the_earliest_dictation(view: TranscriptView) -> None:
    """The first text of a dictation may come after that of the next one."""
    start(view, "e", BEGAN + timedelta(minutes=5), "aiola")
    add(view, 0, "Later.", "e")
    add(view, 0, "Earlier.")
    document = view.to_export()
    assert document is not None
    assert (document.began, document.engine) == (BEGAN, "Built-in (basic)")
    assert [(line.start_s, line.text) for line in document.lines] == [(300.0, "Later."), (0.0, "Earlier.")]
    assert document.duration_s == 302.0


def test_every_control_has_a_name(view: TranscriptView, every_named: Callable[[QWidget], None]) -> None:
    view.find()
    every_named(view)


@pytest.fixture
def every_named() -> Callable[[QWidget], None]:
    def check(parent: QWidget) -> None:
        for widget in parent.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible():
                text = getattr(widget, "text", lambda: "")()
                proxied = widget.focusProxy() is not None
                viewport = widget.objectName().startswith("qt_")
                assert widget.accessibleName() or text or proxied or viewport, widget

    return check


def test_the_cursor_stays_after_a_search_selection(view: TranscriptView) -> None:
    fill(view, 3)
    cursor = QTextCursor(view.document.doc.find("number 1"))
    view.pane.editor.setTextCursor(cursor)
    add(view, 3, "More.")
    assert view.selected_text() == "number 1"
