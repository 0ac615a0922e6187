"""The text of a past dictation in paragraphs by pause, and its times in the margin of the history window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor

from saywrite.foundation.events import SAMPLE_RATE, Segment
from saywrite.storage.history.store import Dictated, Summary
from saywrite.ui.history.dictation_list import hit_color
from saywrite.ui.history.prose import make_prose, time_of
from saywrite.ui.history.reader import Reader
from saywrite.ui.toolkit.theme import plain_palette

BEGAN = datetime(2026, 11, 22, 10, 42, 7)


def dictated(*segments: tuple[float, float, str], source: str = "microphone", language: str = "en") -> Dictated:
    """A dictation of segments, each with its start and end in seconds."""
    made = tuple(
        Segment(number, text, text.lower(), round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        for number, (start, end, text) in enumerate(segments)
    )
    summary = Summary("d", BEGAN, language, "aiola", source, 0, 0, True, "")
    return Dictated(summary, made, ())


THREE = dictated((0, 2, "We met Anna."), (2.5, 4, "She was late."), (7, 9, "A new 🎉 thought."))


@pytest.fixture
def reader(qtbot: Any) -> Iterator[Reader]:
    made = Reader()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    made.show_dictated(THREE)
    yield made
    made.close()


def times(reader: Reader) -> list[str]:
    return [reader._time_of(row) for row, _, _ in reader._rows_with_times()]


def test_a_pause_begins_a_paragraph_as_in_the_transcript(reader: Reader) -> None:
    assert reader.pause_s == 2
    assert reader.toPlainText() == "We met Anna. She was late.\nA new 🎉 thought."
    assert times(reader) == ["10:42:07", "10:42:14"]
    reader.set_pause(4)
    assert reader.toPlainText() == "We met Anna. She was late. A new 🎉 thought."
    reader.set_pause(0)
    assert reader.toPlainText() == "We met Anna.\nShe was late.\nA new 🎉 thought."
    assert times(reader) == ["10:42:07", "10:42:09", "10:42:14"]


def test_the_position_in_a_file_is_its_time(reader: Reader) -> None:
    reader.show_dictated(dictated((0, 2, "One."), (65, 66, "Two."), source="/home/ann/talk.mp3"))
    assert times(reader) == ["0:00", "1:05"]


def test_a_spoken_line_break_begins_a_line_with_a_time() -> None:
    made = dictated((0, 2, "One."), (6, 8, "\n\nTwo."))
    prose = make_prose(made, 2.0)
    assert prose.passage.text == "One.\n\nTwo."
    assert [(each.character, time_of(made.summary, each.row)) for each in prose.beginnings] == [
        (0, "10:42:07"),
        (6, "10:42:13"),
    ]


def test_a_click_on_a_time_plays_from_there(reader: Reader, qtbot: Any) -> None:
    row, top, baseline = reader._rows_with_times()[1]
    with qtbot.waitSignal(reader.play_requested) as heard:
        qtbot.mouseClick(reader.times, Qt.MouseButton.LeftButton, pos=QPoint(20, int(top + baseline) - 3))
    assert heard.args == [7 * SAMPLE_RATE]
    assert row.text == "A new 🎉 thought."


def test_a_click_on_a_word_of_a_later_paragraph_plays_it(reader: Reader, qtbot: Any) -> None:
    cursor = reader.document().find("thought")
    cursor.setPosition(cursor.selectionStart() + 2)
    place = reader.cursorRect(cursor).center()
    with qtbot.waitSignal(reader.play_requested) as heard:
        qtbot.mouseClick(reader.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x() + 1, place.y()))
    assert 7.5 * SAMPLE_RATE < heard.args[0] < 9 * SAMPLE_RATE


def test_hits_and_the_spoken_word_are_marked_in_their_paragraph(reader: Reader) -> None:
    reader.mark_hits("thought")
    reader.follow(round(2.6 * SAMPLE_RATE))
    assert [mark.cursor.selectedText() for mark in reader.extraSelections()] == ["thought", "She"]


def test_marks_follow_the_colors_of_the_desktop(reader: Reader) -> None:
    reader.mark_hits("thought")
    reader.setPalette(plain_palette(dark=True))
    (mark,) = reader.extraSelections()
    ground = mark.format.background().color()
    assert ground == hit_color(reader.palette())


LONG = dictated(*((at, at + 1, f"Sentence number {at}.") for at in range(0, 500, 5)))


@pytest.mark.parametrize("editing", [False, True])
def test_playing_leaves_the_cursor_and_the_selection_of_the_user(reader: Reader, editing: bool) -> None:
    """Words that the user typed while a later part was played were put there."""
    reader.resize(500, 200)
    reader.show_dictated(LONG)
    reader.set_editing(editing)
    reader.setTextCursor(reader.document().find("number"))
    reader.follow(495 * SAMPLE_RATE)
    assert reader.textCursor().selectedText() == "number"
    assert (reader.textCursor().block().blockNumber(), reader.verticalScrollBar().value() > 0) == (0, not editing)


def test_an_edit_in_one_paragraph_keeps_the_others_and_their_times(reader: Reader, qtbot: Any) -> None:
    reader.set_editing(True)
    cursor = reader.document().find("late")
    reader.setTextCursor(cursor)
    qtbot.keyClicks(reader, "early")
    assert reader.changes() == {1: "She was early."}
    assert times(reader) == ["10:42:07", "10:42:14"]
    qtbot.keyClick(reader, Qt.Key.Key_Return)
    assert times(reader) == ["10:42:07", "10:42:14"], "a line that the user began has no time"
    assert reader.changes() == {1: "She was early\n."}
    reader.set_editing(False)
    assert reader.toPlainText() == "We met Anna. She was late.\nA new 🎉 thought."
    assert times(reader) == ["10:42:07", "10:42:14"]


def test_no_break_space_is_no_change_and_stays(reader: Reader, qtbot: Any) -> None:
    """Qt's plain text has a space in its place, so a text with one was changed as soon as it was edited."""
    reader.show_dictated(dictated((0, 2, "Il faut 5\u00a0€."), (7, 9, "Bien\u00a0!")))
    reader.set_editing(True)
    assert reader.changes() == {}
    qtbot.keyClicks(reader, "Oui. ")
    assert reader.changes() == {0: "Oui. Il faut 5\u00a0€."}
    assert reader.selected_prose() == "Oui. Il faut 5\u00a0€.\nBien\u00a0!"


def test_words_typed_at_the_end_of_a_paragraph_belong_to_it(reader: Reader, qtbot: Any) -> None:
    reader.set_editing(True)
    cursor = reader.document().find("late.")
    cursor.setPosition(cursor.selectionEnd())
    reader.setTextCursor(cursor)
    qtbot.keyClicks(reader, " Very.")
    assert reader.changes() == {1: "She was late. Very."}


def test_a_copy_has_an_empty_line_between_paragraphs(reader: Reader) -> None:
    assert reader.selected_prose() == "We met Anna. She was late.\n\nA new 🎉 thought."
    cursor = reader.document().find("late")
    cursor.setPosition(reader.document().find("thought").selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
    reader.setTextCursor(cursor)
    assert reader.createMimeDataFromSelection().text() == "late.\n\nA new 🎉 thought"
    reader.set_pause(0)
    assert reader.selected_prose() == "We met Anna. She was late. A new 🎉 thought."


def test_with_translations_each_segment_has_its_time(reader: Reader) -> None:
    segments = (Segment(0, "Hallo.", "", 0, 100, "Hello."), Segment(1, "Ja.", "", 16_000, 16_100, "Yes."))
    reader.show_dictated(Dictated(THREE.summary, segments, ()))
    assert reader.toPlainText() == "Hallo.\n\tHello.\nJa.\n\tYes."
    assert times(reader) == ["10:42:07", "10:42:08"]


def test_a_narrow_text_has_no_times(reader: Reader) -> None:
    assert reader.times.isVisible()
    reader.resize(340, 500)
    assert not reader.times.isVisible()
    assert reader.viewportMargins().left() == 0


def test_a_text_of_another_recognizer_says_so(reader: Reader) -> None:
    segments = (Segment(0, "One.", "", 0, 100), Segment(1, "Two.", "", 90_000, 95_000, engine="local"))
    reader.show_dictated(Dictated(THREE.summary, segments, ()))
    notes = [reader._note_of(row) for row, _, _ in reader._rows_with_times()]
    assert notes == ["", "Recognized on this computer while aiola was away"]


def test_segment_of_characters_that_qt_reserves_has_no_place() -> None:
    assert make_prose(dictated((0, 1, "\ufffc"), (1, 2, "One.")), 2.0).passage.text == "One."


TEXTS = st.text(st.sampled_from("abé ,.\n好🎉"), min_size=1, max_size=20)


@given(st.lists(st.tuples(st.floats(0, 5), TEXTS), max_size=6), st.sampled_from([0, 2]))
def test_no_character_is_lost(parts: list[tuple[float, str]], pause_s: float) -> None:
    at, spoken = 0.0, []
    for pause, text in parts:
        spoken.append((at + pause, at + pause + 1, text))
        at += pause + 1
    prose = make_prose(dictated(*spoken), pause_s)
    text = prose.passage.text
    assert [text[first:last] for first, last in prose.passage.bounds] == [part for _, part in parts]
    assert all(text[at] == "\n" for at, _ in prose.separators)
    assert "".join(prose.copied().split()) == "".join(text.split())
