"""The transcript as prose: paragraphs by pause, and everything that works on rows inside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QKeySequence, QPalette, QTextCursor
from PySide6.QtWidgets import QApplication

from saywrite.foundation.catalog import LOCAL, MARKDOWN, SRT, TXT
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Gap,
    Partial,
    PendingUtterances,
    ProvisionalStretch,
    ProvisionalText,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    Started,
)
from saywrite.storage.settings.schema import OPTIONS
from saywrite.text.export import render
from saywrite.ui.transcript.paragraphs.edits import PARAGRAPH_END, read_edit
from saywrite.ui.transcript.paragraphs.grouping import LONG, LONGEST
from saywrite.ui.transcript.rows import Row, RowKind
from saywrite.ui.transcript.view import TranscriptView

PAUSE = 2.0


@pytest.fixture
def view(qtbot: Any) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(700, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.set_paragraph_pause(PAUSE)
    begin(view)
    return view


def begin(view: TranscriptView, dictation: str = "d", language: str = "en") -> None:
    view.receive(Started(dictation, "local", language, "microphone", 0.0, datetime(2026, 11, 22, 10, 42, 7)))


def say(
    view: TranscriptView, number: int, start_s: float, end_s: float, text: str, dictation: str = "d", engine: str = ""
) -> None:
    start, end = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
    view.receive(SegmentAdded(dictation, Segment(number, text, text, start, end, "", engine)))
    QApplication.processEvents()


def blocks(view: TranscriptView) -> list[str]:
    """The paragraphs below headings."""
    doc, paragraphs = view.document.doc, view.document.paragraphs
    numbers = [n for n in range(len(paragraphs)) if view.document.rows[paragraphs.span(n).start].editable]
    return [doc.findBlockByNumber(number).text() for number in numbers]


def texts(view: TranscriptView) -> list[str]:
    return [row.text for row in view.document.rows if row.editable]


def put_cursor(view: TranscriptView, text: str, *, behind: bool = False) -> QTextCursor:
    found = view.document.doc.find(text)
    found.setPosition(found.selectionEnd() if behind else found.selectionStart())
    view.pane.editor.setTextCursor(found)
    return found


def two_paragraphs(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "The first sentence.")
    say(view, 2, 2.5, 4, "The second one.")
    say(view, 3, 7, 8, "A new thought.")


def test_the_default_pause_is_two_seconds_and_the_least_means_a_line_each() -> None:
    option = OPTIONS["paragraph_pause_s"]
    assert (option.default, option.minimum) == (2, 0)
    assert [value for value, _ in option.special] == [0]


def test_sentences_without_a_long_pause_are_one_paragraph(view: TranscriptView) -> None:
    two_paragraphs(view)
    assert blocks(view) == ["The first sentence. The second one.", "A new thought."]
    assert view.text() == "The first sentence. The second one.\n\nA new thought."


@pytest.mark.parametrize(("pause_s", "count"), [(1.99, 1), (2.0, 2), (30, 2)])
def test_a_pause_of_the_setting_begins_a_paragraph(view: TranscriptView, pause_s: float, count: int) -> None:
    say(view, 1, 0, 2, "One.")
    say(view, 2, 2 + pause_s, 3 + pause_s, "Two.")
    assert len(blocks(view)) == count


def test_a_dictation_and_a_gap_begin_paragraphs(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    view.receive(Gap("d", 2 * SAMPLE_RATE, SAMPLE_RATE, "unplugged"))
    say(view, 2, 2.1, 3, "Two.")
    begin(view, "e")
    say(view, 1, 0, 1, "Three.", "e")
    assert blocks(view) == ["One.", "Two.", "Three."]


def test_japanese_sentences_have_no_space_between_them(view: TranscriptView) -> None:
    begin(view, "j", "ja")
    say(view, 1, 0, 2, "今日は晴れです。", "j")
    say(view, 2, 2.1, 3, "明日は雨です。", "j")
    assert blocks(view) == ["今日は晴れです。明日は雨です。"]
    put_cursor(view, "明日")
    assert view.pane.editor.current_row() is view.document.rows[-1]


def test_a_spoken_new_paragraph_is_a_paragraph_with_a_time(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    say(view, 2, 6, 8, "\n\nTwo.")
    assert blocks(view) == ["One.\u2028\u2028Two."]
    assert [view._time_of(row) for row, _, _ in view.pane.gutter._rows()] == ["10:42:07", "10:42:13"]
    (_, top, base), (_, later_top, later_base) = view.pane.gutter._rows()
    line = view.document.block(1).layout()
    assert later_top + later_base - top - base == pytest.approx(line.lineAt(2).y() - line.lineAt(0).y(), abs=1)


def test_times_stand_where_paragraphs_begin_and_play_them_whole(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    rows = view.pane.gutter._rows()
    assert [view._time_of(row) for row, _, _ in rows] == ["10:42:07", "10:42:14"]
    with qtbot.waitSignal(view.play_requested) as heard:
        place = QPoint(20, int(rows[0][1] + rows[0][2]) - 2)
        qtbot.mouseClick(view.pane.gutter, Qt.MouseButton.LeftButton, pos=place)
    assert heard.args == ["d", 0, 4 * SAMPLE_RATE]


def test_ctrl_enter_plays_the_sentence_at_the_cursor(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "second")
    with qtbot.waitSignal(view.play_requested) as heard:
        qtbot.keyClick(view.pane.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert heard.args == ["d", round(2.5 * SAMPLE_RATE), 4 * SAMPLE_RATE]


def test_a_sentence_of_another_recognizer_has_a_ring_in_its_line(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    say(view, 2, 2.1, 3, "Two.", engine=LOCAL)
    rows = view.pane.gutter._rows()
    assert [row.text for row, _, _ in rows] == ["One.", "Two."]
    assert round(rows[0][1] + rows[0][2]) == round(rows[1][1] + rows[1][2])
    assert view.pane.gutter._note_beside(rows[0][0]) != ""


def test_typing_changes_one_sentence_and_only_it(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "second")
    qtbot.keyClicks(view.pane.editor, "very ")
    with qtbot.waitSignal(view.segment_edited) as told:
        view.flush()
    assert told.args == ["d", 2, "The very second one."]
    assert texts(view) == ["The first sentence.", "The very second one.", "A new thought."]


def test_words_typed_between_two_sentences_belong_to_the_first(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "sentence.", behind=True)
    qtbot.keyClicks(view.pane.editor, " And more.")
    assert texts(view)[:2] == ["The first sentence. And more.", "The second one."]
    assert blocks(view)[0] == "The first sentence. And more. The second one."


def test_backspace_over_the_space_joins_two_sentences_and_undo_parts_them(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "The second")
    qtbot.keyClick(view.pane.editor, Qt.Key.Key_Backspace)
    assert texts(view) == ["The first sentence.The second one.", "A new thought."]
    view.undo()
    assert texts(view) == ["The first sentence.", "The second one.", "A new thought."]
    assert blocks(view) == ["The first sentence. The second one.", "A new thought."]
    view.redo()
    assert blocks(view)[0] == "The first sentence.The second one."


def test_a_deleted_sentence_leaves_the_others_alone(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, 0, 1, "One.")
    say(view, 2, 1.1, 2, "Two.")
    say(view, 3, 2.1, 3, "Three.")
    cursor = view.document.doc.find("Two. ")
    view.pane.editor.setTextCursor(cursor)
    told: list[tuple[str, int, str]] = []
    view.segment_edited.connect(lambda *args: told.append(args))
    qtbot.keyClick(view.pane.editor, Qt.Key.Key_Delete)
    view.flush()
    assert told == [("d", 2, "")]
    assert blocks(view) == ["One. Three."]
    view.undo()
    assert blocks(view) == ["One. Two. Three."]


def test_late_text_stands_in_its_place_and_bridges_the_pause(view: TranscriptView) -> None:
    say(view, 1, 0, 1, "One.")
    say(view, 3, 4, 5, "Three.")
    assert blocks(view) == ["One.", "Three."]
    say(view, 2, 2, 3, "Two.")
    assert blocks(view) == ["One. Two. Three."]
    view.receive(SegmentsRemoved("d", (2,)))
    assert blocks(view) == ["One.", "Three."]


def test_better_text_replaces_the_words_in_place_and_the_space_fits(view: TranscriptView) -> None:
    two_paragraphs(view)
    cursor = put_cursor(view, "second")
    before = cursor.position()
    say(view, 1, 0, 2, "Better.")
    assert blocks(view)[0] == "Better. The second one."
    assert view.pane.editor.textCursor().position() == before + len("Better.") - len("The first sentence.")
    say(view, 2, 2.5, 4, ", he said")
    assert blocks(view)[0] == "Better., he said"


def test_provisional_words_become_the_text_of_the_service_in_place(view: TranscriptView) -> None:
    say(view, 1, 0, 1, "One.")
    stretch = ProvisionalStretch(1, "maybe two", round(1.2 * SAMPLE_RATE), 2 * SAMPLE_RATE)
    view.receive(ProvisionalText("d", (stretch,), away=True))
    assert blocks(view) == ["One. maybe two"]
    say(view, 2, 1.2, 2, "Surely two.")
    assert blocks(view) == ["One. Surely two."]
    assert all(row.kind is not RowKind.PROVISIONAL for row in view.document.rows)


def test_a_cursor_at_the_end_of_a_paragraph_stays_when_late_text_joins_it(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, 0, 1, "One.")
    say(view, 3, 9, 10, "Three.")
    put_cursor(view, "One.", behind=True)
    say(view, 2, 2, 3, "Two.")
    qtbot.keyClicks(view.pane.editor, "!")
    assert texts(view) == ["One.!", "Two.", "Three."]


@pytest.mark.parametrize("pause", [0, PAUSE])
def test_a_cursor_at_the_start_of_a_sentence_stays_there_when_late_text_comes_before_it(
    view: TranscriptView, qtbot: Any, pause: float
) -> None:
    view.set_paragraph_pause(pause)
    say(view, 1, 0, 1, "One.")
    say(view, 3, 2.5, 3, "Three.")
    put_cursor(view, "Three.")
    say(view, 2, 1.2, 2, "Two.")
    qtbot.keyClicks(view.pane.editor, "!")
    assert texts(view) == ["One.", "Two.", "!Three."]


def test_the_words_being_heard_stand_where_their_text_will(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "This sentence is long enough to make the next one begin far to the right.")
    view.receive(PendingUtterances("d", ((round(2.2 * SAMPLE_RATE), 4 * SAMPLE_RATE),)))
    words = "And these words are so many that they need a second line below the first one."
    view.receive(Partial("d", words))
    view._show_newest_partial()
    QApplication.processEvents()
    shown = view.pane.partial
    layout = shown._laid_out(shown.width())
    assert layout is not None
    behind = len(shown._behind)
    start = layout.lineForTextPosition(behind)
    x = shown.x() + start.cursorToX(behind)[0]  # type: ignore[index]
    y = shown.y() + start.y()
    lines = [layout.lineAt(at).textStart() - behind for at in range(1, layout.lineCount())]
    assert len(lines) >= 1
    say(view, 2, 2.2, 4, words)
    place = view.document.cursor(2)
    final = view.pane.editor.cursorRect(place)
    viewport = view.pane.editor.viewport()
    assert viewport.x() + final.center().x() == pytest.approx(x, abs=2)
    block = view.document.block(2)
    line = block.layout().lineForTextPosition(place.positionInBlock())
    top = view.pane.editor.blockBoundingGeometry(block).translated(view.pane.editor.contentOffset()).top()
    assert viewport.y() + top + line.y() == pytest.approx(y, abs=1)
    final_lines = [block.layout().lineAt(at).textStart() - place.positionInBlock() for at in range(block.lineCount())]
    assert [start for start in final_lines if start > 0] == [start for start in lines if start > 0]


def test_words_after_a_pause_are_shown_as_a_new_paragraph(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    view.receive(PendingUtterances("d", ((9 * SAMPLE_RATE, 10 * SAMPLE_RATE),)))
    view.show_partial("two")
    assert view.pane.partial._behind == ""


def test_find_goes_to_words_inside_a_paragraph(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    view.find()
    view.find_bar.words.setText("the")
    qtbot.waitUntil(lambda: not view.find_bar._again.isActive(), timeout=3000)
    marks = [mark.cursor.selectionStart() for mark in view.pane.editor.extraSelections()]
    start = view.document.doc.find("The first").selectionStart()
    assert marks == [start, start + len("The first sentence. ")]
    put_cursor(view, "second")
    view.find_bar.go(-1)
    assert view.pane.editor.textCursor().selectionStart() == marks[1]
    assert view.find_bar.count.text() == "2 of 2"


def test_a_selection_over_sentences_and_paragraphs_is_copied_as_shown(view: TranscriptView) -> None:
    two_paragraphs(view)
    cursor = view.document.doc.find("sentence")
    cursor.setPosition(view.document.doc.find("thought").selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
    cursor.setPosition(view.document.doc.find("sentence").selectionStart(), QTextCursor.MoveMode.MoveAnchor)
    cursor.setPosition(view.document.doc.find("thought").selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
    view.pane.editor.setTextCursor(cursor)
    assert view.selected_text() == "sentence. The second one.\n\nA new thought"


def test_the_export_has_paragraphs_as_text_and_sentences_as_subtitles(view: TranscriptView) -> None:
    two_paragraphs(view)
    document = view.to_export()
    assert document is not None
    assert render(document, TXT).decode() == "The first sentence. The second one.\n\nA new thought.\n"
    markdown = render(document, MARKDOWN).decode()
    assert "**10:42:07** The first sentence. The second one.\n\n**10:42:14** A new thought." in markdown
    assert render(document, SRT).decode().count("-->") == 3


def test_the_setting_changes_the_shown_text_at_once_and_keeps_undo(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "second")
    qtbot.keyClicks(view.pane.editor, "x")
    view.set_paragraph_pause(0)
    assert blocks(view) == ["The first sentence.", "The xsecond one.", "A new thought."]
    assert view.text() == "The first sentence. The xsecond one. A new thought."
    view.set_paragraph_pause(10)
    assert blocks(view) == ["The first sentence. The xsecond one. A new thought."]
    view.undo()
    assert texts(view)[1] == "The second one."
    assert view.word_count == 9


def test_clearing_can_be_undone(view: TranscriptView) -> None:
    two_paragraphs(view)
    view.clear()
    say(view, 4, 8.5, 9, "More.")
    view.undo()
    assert blocks(view) == ["The first sentence. The second one.", "A new thought. More."]


def test_speech_without_a_pause_has_paragraphs_of_bounded_length(view: TranscriptView) -> None:
    for number in range(200):
        say(view, number, number, number + 0.9, "This is one more sentence in a row." if number < 100 else "and so on")
    lengths = [len(block) for block in blocks(view)]
    assert (LONG, LONGEST) == (1_200, 3_000)
    assert max(lengths) <= LONGEST + 40
    assert LONG <= lengths[0] <= LONG + 80
    assert blocks(view)[0].endswith(".")


def segments(*parts: str, leads: tuple[str | None, ...]) -> list[Row]:
    rows = [Row(RowKind.SEGMENT, "d", number, number, number, text) for number, text in enumerate(parts)]
    for row, lead in zip(rows, leads, strict=True):
        row.lead = lead
    return rows


def test_the_place_of_an_edit_decides_which_of_two_equal_letters_was_typed() -> None:
    rows = segments("一一", "一一", leads=(None, ""))
    first = read_edit(None, rows, None, "一一一一一", 1)
    second = read_edit(None, rows, None, "一一一一一", 3)
    assert first is not None
    assert second is not None
    assert [(row.number, text) for row, text, _ in first.rows] == [(0, "一一一")]
    assert [(row.number, text) for row, text, _ in second.rows] == [(1, "一一一")]


def test_an_edit_over_paragraphs_gives_each_its_row() -> None:
    rows = segments("one", "two", "three", leads=(None, " ", None))
    edit = read_edit(None, rows, None, f"oNe two{PARAGRAPH_END}thRee", 1)
    assert edit is not None
    assert [text for _, text, _ in edit.rows] == ["oNe two", "thRee"]


def test_undo_and_redo_keys_work_inside_a_paragraph(view: TranscriptView, qtbot: Any) -> None:
    two_paragraphs(view)
    put_cursor(view, "second")
    qtbot.keyClicks(view.pane.editor, "x")
    qtbot.keySequence(view.pane.editor, QKeySequence(QKeySequence.StandardKey.Undo))
    assert blocks(view)[0] == "The first sentence. The second one."


def test_the_words_being_heard_keep_their_place_when_the_colors_change(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "The first sentence.")
    view.receive(Gap("d", 3 * SAMPLE_RATE, SAMPLE_RATE, "the microphone was away"))
    say(view, 2, 7, 8, "A new thought.")
    view.show_partial("perhaps", agreed=0)
    shown, place = view.pane.partial, view.pane.partial.geometry()
    assert shown._behind
    dark = QPalette(view.palette())
    dark.setColor(QPalette.ColorRole.Base, QColor("black"))
    view.setPalette(dark)
    assert shown.geometry() == place


def test_the_last_line_is_not_painted_twice_and_the_agreed_words_are_dark(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One sentence that is final.")
    view.show_partial("certain and perhaps", agreed=len("certain"))
    shown = view.pane.partial
    layout = shown._laid_out(shown.width())
    assert layout is not None
    image = shown.grab().toImage()

    def darkest(first: int, last: int) -> int:
        left, right = (round(layout.lineAt(0).cursorToX(at)[0]) for at in (first, last))  # type: ignore[index]
        return min(image.pixelColor(x, y).lightness() for x in range(left, right) for y in range(image.height()))

    behind = len(shown._behind)
    paper = image.pixelColor(0, 0).lightness()
    assert darkest(0, behind - 1) == paper
    assert darkest(behind, behind + 7) < darkest(behind + 8, behind + 19) < paper
