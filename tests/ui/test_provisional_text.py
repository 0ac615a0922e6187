"""What this computer heard stands in the transcript until the text of the service replaces it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QTextCursor
from tests.ui.test_transcript_view import BEGAN, SECOND, start
from tests.ui.test_transcript_view import view as view

from saywrite.foundation.events import (
    Partial,
    PendingUtterances,
    ProvisionalStretch,
    ProvisionalText,
    Segment,
    SegmentAdded,
    Started,
)
from saywrite.ui.transcript.live.provisional_rows import is_mostly_in
from saywrite.ui.transcript.live.unfinished_text import UnfinishedText
from saywrite.ui.transcript.rows import RowKind
from saywrite.ui.transcript.view import TranscriptView

Heard = tuple[int, str, float, float]
ONE: Heard = (1, "one two", 0.0, 2.0)
TWO: Heard = (2, "three four", 3.0, 5.0)


def hear(view: TranscriptView, *heard: Heard, away: bool = True) -> None:
    stretches = tuple(
        ProvisionalStretch(number, text, round(begin * SECOND), round(end * SECOND))
        for number, text, begin, end in heard
    )
    view.receive(ProvisionalText("d", stretches, away))


def arrive(view: TranscriptView, number: int, text: str, begin: float, end: float, dictation: str = "d") -> None:
    """The text of the service comes."""
    segment = Segment(number, text, text, round(begin * SECOND), round(end * SECOND))
    view.receive(SegmentAdded(dictation, segment))


def rows(view: TranscriptView) -> list[str]:
    return [row.text for row in view.document.rows if row.editable]


def edit(view: TranscriptView, old: str, new: str) -> None:
    """Type `new` over `old`, as the user does."""
    cursor = view.document.doc.find(old)
    assert cursor.hasSelection()
    cursor.insertText(new)


def test_words_are_below_the_text_while_the_service_is_there(view: TranscriptView) -> None:
    hear(view, ONE, away=False)
    assert rows(view) == []
    assert view.pane.partial.text().endswith("one two")
    arrive(view, 1, "One, two.", 0, 2)
    hear(view, away=False)
    assert rows(view) == ["One, two."]
    assert view.pane.partial.text() == ""


def test_words_are_lighter_rows_with_a_note_while_the_service_is_away(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    assert rows(view) == ["one two", "three four"]
    row = view.document.rows[-1]
    assert row.kind is RowKind.PROVISIONAL
    assert "This computer heard this" in view.pane.gutter._note_of(row)
    color = view.document.cursor(len(view.document.rows) - 1, 1).charFormat().foreground().color()
    arrive(view, 1, "One, two.", 0, 2)
    arrive(view, 2, "Three, four.", 3, 5)
    assert view.document.cursor(len(view.document.rows) - 1, 1).charFormat().foreground().color() != color


def test_text_of_the_service_replaces_them_once_and_in_order(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    arrive(view, 1, "One, two.", 0.1, 2.1)
    assert rows(view) == ["One, two.", "three four"]
    hear(view, TWO, away=False)
    arrive(view, 2, "Three, four.", 3, 5)
    assert rows(view) == ["One, two.", "Three, four."]
    hear(view, away=False)
    assert rows(view) == ["One, two.", "Three, four."]


def test_words_left_of_an_utterance_stay_in_their_row(view: TranscriptView) -> None:
    hear(view, (1, "one two three", 0.0, 6.0))
    arrive(view, 1, "One.", 0, 2)
    hear(view, (1, "two three", 2.0, 6.0))
    assert rows(view) == ["One.", "two three"]


def test_edited_words_stay_and_go_into_the_history(view: TranscriptView, qtbot: Any) -> None:
    stored: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: stored.append(edit))
    hear(view, ONE, TWO)
    edit(view, "two", "too")
    view.flush()
    assert stored == [], "there is no segment yet"
    hear(view, (1, "one tow", 0.0, 2.0), TWO)
    assert rows(view) == ["one too", "three four"]
    arrive(view, 7, "One, two.", 0, 2)
    assert rows(view) == ["one too", "three four"]
    assert stored == [("d", 7, "one too")]
    hear(view, TWO)
    arrive(view, 8, "Three, four.", 3, 5)
    assert rows(view) == ["one too", "Three, four."]
    view.undo()
    assert rows(view) == ["One, two.", "Three, four."], "undo brings the text of the service"


def test_a_pause_while_typing_into_them_begins_a_step_of_undo(view: TranscriptView, qtbot: Any) -> None:
    hear(view, ONE)
    edit(view, "two", "too")
    with qtbot.waitSignal(view._debouncer.paused, timeout=5000):
        pass
    edit(view, "too", "2")
    view.undo()
    assert rows(view) == ["one too"]


def test_edited_words_of_two_rows_are_joined_as_their_language_joins_them(view: TranscriptView) -> None:
    view.receive(Started("d", "aiola", "zh", "microphone", 0.0, BEGAN))
    hear(view, (1, "今天", 0.0, 2.0), (2, "晴天", 2.0, 4.0))
    edit(view, "今", "明")
    arrive(view, 1, "明天晴天。", 0, 4)
    assert rows(view) == ["明天晴天"]


def test_cursor_of_a_user_who_types_keeps_its_place(view: TranscriptView, qtbot: Any) -> None:
    hear(view, ONE, TWO)
    cursor = view.document.doc.find("two")
    cursor.setPosition(cursor.selectionEnd())
    view.pane.editor.setTextCursor(cursor)
    qtbot.keyClicks(view.pane.editor, "!")
    arrive(view, 1, "One, two.", 0, 2)
    hear(view, TWO, away=False)
    arrive(view, 2, "Three, four.", 3, 5)
    hear(view, away=False)
    qtbot.keyClicks(view.pane.editor, "?")
    assert rows(view) == ["one two!?", "Three, four."]


def test_second_text_for_edited_words_adds_nothing(view: TranscriptView) -> None:
    stored: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: stored.append(edit))
    hear(view, (1, "one two three", 0.0, 6.0))
    edit(view, "two", "too")
    arrive(view, 1, "One.", 0, 2)
    hear(view, (1, "two three", 2.0, 6.0))
    arrive(view, 2, "Two three.", 2.1, 6)
    hear(view)
    assert rows(view) == ["one too three"]
    assert stored == [("d", 1, "one too three"), ("d", 2, "")]


def test_text_that_adds_nothing_ends_the_wait_for_it(view: TranscriptView) -> None:
    hear(view, ONE)
    edit(view, "two", "too")
    arrive(view, 1, "One.", 0, 2)
    hear(view)
    view.receive(PendingUtterances("d", ((SECOND, 2 * SECOND),)))
    assert "waiting for text" in view.pane.partial.text()
    arrive(view, 2, "Two.", 1, 2)
    assert view.pane.partial.text() == ""


def test_words_that_the_user_deleted_do_not_come_back(view: TranscriptView) -> None:
    stored: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: stored.append(edit))
    hear(view, ONE, TWO)
    cursor = view.document.doc.find("one two")
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    assert rows(view) == ["three four"]
    arrive(view, 1, "One, two.", 0, 2)
    assert rows(view) == ["three four"]
    assert stored == [("d", 1, "")]


def test_rows_go_when_the_words_are_not_wanted_any_more_except_edited_ones(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    edit(view, "two", "too")
    hear(view)
    assert rows(view) == ["one too"]


def test_words_of_another_dictation_change_nothing(view: TranscriptView) -> None:
    hear(view, ONE)
    view.receive(ProvisionalText("another", ()))
    assert rows(view) == ["one two"]
    start(view, "e")
    assert rows(view) == ["one two"]


def test_text_of_a_dictation_replaces_its_words_although_another_one_has_begun(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    start(view, "e")
    arrive(view, 1, "Something else.", 0, 2, "e")
    assert rows(view) == ["one two", "three four", "Something else."]
    arrive(view, 1, "One, two.", 0, 2)
    hear(view, TWO)
    assert rows(view) == ["One, two.", "three four", "Something else."]
    hear(view)
    assert rows(view) == ["One, two.", "Something else."]


def test_utterance_that_was_heard_here_needs_no_line_that_it_waits(view: TranscriptView) -> None:
    pending = ((0, 2 * SECOND), (3 * SECOND, 5 * SECOND), (6 * SECOND, 7 * SECOND))
    hear(view, ONE)
    view.receive(PendingUtterances("d", pending))
    assert view.pane.partial.text().count("waiting for text") == 2
    hear(view, ONE, TWO)
    assert view.pane.partial.text().count("waiting for text") == 1


def test_words_being_heard_follow_what_was_heard(view: TranscriptView, qtbot: Any) -> None:
    hear(view, ONE, away=False)
    view.receive(Partial("d", "three", 5))
    qtbot.waitUntil(lambda: view.pane.partial.text().endswith("one two\nthree"))
    assert view.pane.partial.agreed_text == "three"


def test_nothing_is_unfinished_at_first() -> None:
    unfinished = UnfinishedText()
    assert not unfinished
    assert unfinished.text() == ("", (0, 0))


@pytest.mark.parametrize(
    ("span", "other", "mostly"),
    [((0, 10), (0, 10), True), ((0, 10), (4, 20), True), ((0, 10), (5, 20), False), ((0, 10), (20, 30), False)],
)
def test_span_lies_in_another_when_more_than_half_of_it_does(span: Any, other: Any, mostly: bool) -> None:
    assert is_mostly_in(*span, *other) is mostly


def test_words_of_the_user_reach_the_history_after_the_transcript_was_cleared(view: TranscriptView) -> None:
    """A clear() must not look like a deletion by the user, who was told that the text stays in the history."""
    edits: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: edits.append(edit))
    hear(view, ONE, TWO)
    edit(view, "one two", "one too")
    view.clear()
    arrive(view, 1, "One, two.", 0, 2)
    arrive(view, 2, "Three, four.", 3, 5)
    assert edits == [("d", 1, "one too")]
    assert rows(view) == []
    view.undo_clear()
    assert rows(view) == ["one too", "Three, four."]
    assert all(row.kind is not RowKind.PROVISIONAL for row in view.document.rows)


def test_words_that_were_cleared_and_put_back_stand_once(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    view.clear()
    hear(view, (1, "one two", 0.5, 2.0), (2, "three four five", 3.0, 5.0))
    view.undo_clear()
    assert rows(view) == ["one two", "three four five"]
    hear(view)
    assert rows(view) == []


def test_words_that_are_over_while_the_transcript_is_cleared_are_not_put_back(view: TranscriptView) -> None:
    hear(view, ONE, TWO)
    view.clear()
    hear(view, TWO)
    view.undo_clear()
    assert rows(view) == ["three four"]


def test_edited_words_take_the_text_of_a_continued_dictation(view: TranscriptView) -> None:
    stored: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *edit: stored.append(edit))
    hear(view, (0, "one two", 0.0, 2.0))
    edit(view, "two", "too")
    view.receive(Started("d", "aiola", "en", "microphone", 0.0, BEGAN))
    hear(view, (0, "one two", 0.0, 2.0), (1, "three four", 3.0, 5.0))
    assert rows(view) == ["one too", "three four"], "what was edited is not heard anew"
    arrive(view, 1, "One, two.", 0, 2)
    arrive(view, 2, "Three, four.", 3, 5)
    assert rows(view) == ["one too", "Three, four."]
    assert stored == [("d", 1, "one too")]
