"""Translations beside or below the text, marks on text of another engine, and copying both."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from window_fakes import FakeDictation

from saywrite.foundation.events import Segment, SegmentAdded, SegmentsRemoved, SegmentTranslated, Started, Structured
from saywrite.text.export import render
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.transcript.margins import without_overlap
from saywrite.ui.transcript.view import TranscriptView

BEGAN = datetime(2026, 11, 22, 10, 42, 7)
STARTED = Started("d", "aiola", "de", "microphone", 0.0, BEGAN)
LONG = "A translation that is a good deal longer than what was said, so that it needs more lines than its text. " * 2


@pytest.fixture
def view(qtbot: Any) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.engine_label = {"local": "On this computer", STARTED.engine: "aiOla"}.get
    view.resize(900, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.receive(STARTED)
    return view


def say(view: TranscriptView, number: int, text: str, translation: str = "", engine: str = "") -> None:
    view.receive(
        SegmentAdded("d", Segment(number, text, text, number * 16_000, number * 16_000 + 8_000, engine=engine))
    )
    if translation:
        view.receive(SegmentTranslated("d", number, translation))


def column_texts(view: TranscriptView) -> list[str]:
    return [row.translation for row, _ in view.translations.column.placed()]


def test_without_translations_there_is_no_column(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.")
    assert view.translations.column.isHidden()
    assert view.translations.strip.isHidden()


def test_a_translation_stands_beside_its_text(view: TranscriptView, qapp: QApplication) -> None:
    say(view, 1, "Guten Tag.", "Good day.")
    say(view, 2, "Noch nicht.")
    say(view, 3, "Wie geht es?", "How are you?")
    qapp.processEvents()
    column, editor = view.translations.column, view.pane.editor
    assert column.isVisible()
    assert column_texts(view) == ["Good day.", "How are you?"]
    visible = [(index, place.top()) for index, place in editor.visible_rows()]
    tops = {editor.transcript.rows[index].number: top + editor.first_line(index) for index, top in visible}
    assert [box.top() for _, box in column.placed()] == [tops[1], tops[3]], "on the baselines of the text"
    assert column.geometry().left() > editor.viewport().geometry().right()
    assert column.accessibleDescription() == "How are you?"
    assert view.translations.strip.isHidden()


def test_narrow_transcript_shows_translations_below(view: TranscriptView, qapp: QApplication) -> None:
    say(view, 1, "Guten Tag.", "Good day.")
    view.resize(420, 400)
    qapp.processEvents()
    strip = view.translations.strip
    assert view.translations.column.isHidden()
    assert strip.isVisible()
    assert strip.toPlainText() == "Good day."
    say(view, 2, "Wie geht es?", "How are you?")
    qapp.processEvents()
    assert strip.toPlainText() == "Good day.\nHow are you?"
    view.resize(900, 400)
    qapp.processEvents()
    assert strip.isHidden()
    assert view.translations.column.isVisible()


def test_strip_shows_translations_of_the_visible_rows(view: TranscriptView, qapp: QApplication) -> None:
    view.resize(420, 300)
    for number in range(1, 60):
        say(view, number, f"Satz {number}.", f"Sentence {number}.")
    qapp.processEvents()
    assert view.translations.strip.toPlainText().endswith("Sentence 59.")
    view.pane.editor.verticalScrollBar().setValue(0)
    qapp.processEvents()
    shown = view.translations.strip.toPlainText()
    assert shown.startswith("Sentence 1.\n")
    assert "Sentence 59." not in shown


def test_strip_is_written_anew_only_where_its_text_has_changed(view: TranscriptView, qapp: QApplication) -> None:
    """The user may have scrolled it, or selected a part. French has no-break spaces."""
    view.resize(420, 300)
    say(view, 1, "Na?", "Eh bien\u00a0?")
    qapp.processEvents()
    strip = view.translations.strip
    strip.selectAll()
    strip.refresh()
    assert strip.textCursor().hasSelection()


def test_clearing_hides_the_column_and_undo_shows_it(view: TranscriptView, qapp: QApplication) -> None:
    say(view, 1, "Guten Tag.", "Good day.")
    view.clear()
    assert view.translations.column.isHidden()
    view.undo_clear()
    qapp.processEvents()
    assert column_texts(view) == ["Good day."]


def test_translation_of_a_removed_segment_is_ignored(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.")
    view.receive(SegmentsRemoved("d", (1,)))
    view.receive(SegmentTranslated("d", 1, "Good day."))
    assert view.translations.column.isHidden()


def test_no_column_is_left_when_the_only_translation_goes(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.")
    say(view, 2, "Wie geht es?", "How are you?")
    view.receive(SegmentsRemoved("d", (2,)))
    assert view.translations.column.isHidden()
    assert view.translations.column.accessibleDescription() == ""


def test_translation_of_a_cleared_segment_comes_back_with_it(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.")
    view.clear()
    view.receive(SegmentTranslated("d", 1, "Good day."))
    assert view.translations.column.isHidden()
    view.undo_clear()
    assert column_texts(view) == ["Good day."]


def test_long_translations_never_overlap(view: TranscriptView, qapp: QApplication) -> None:
    for number in range(1, 8):
        say(view, number, f"Satz {number}.", LONG if number % 3 == 0 else "Short.")
    qapp.processEvents()
    boxes = [box for _, box in view.translations.column.placed()]
    assert all(lower.top() >= upper.bottom() for upper, lower in pairwise(boxes))


heights = st.lists(st.tuples(st.floats(0, 40), st.floats(1, 60)), max_size=12)


@given(heights, st.floats(0, 400))
def test_boxes_are_in_order_apart_and_end_above_the_bottom(steps: list[tuple[float, float]], bottom: float) -> None:
    places, at = [], 0.0
    for step, height in steps:
        at += step
        places.append((at, height))
    tops = without_overlap(places, bottom)
    ends = [top + height for top, (_, height) in zip(tops, places, strict=True)]
    assert all(end <= top + 1e-6 for end, top in zip(ends, tops[1:], strict=False))
    assert all(end <= bottom + 1e-6 for end in ends)


@given(st.lists(st.floats(1, 40), max_size=12))
def test_boxes_that_fit_are_not_moved(sizes: list[float]) -> None:
    places, at = [], 0.0
    for height in sizes:
        places.append((at, height))
        at += height
    assert without_overlap(places, at + 1) == pytest.approx([top for top, _ in places])


# Copying and exporting


def test_text_is_copied_with_its_translation_on_demand(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.", "Good day.")
    say(view, 2, "Wie geht es?")
    view.copy()
    assert QGuiApplication.clipboard().text() == "Guten Tag. Wie geht es?"
    view.copy_with_translation()
    assert QGuiApplication.clipboard().text() == "Guten Tag.\n\tGood day.\nWie geht es?\n"


def test_the_window_offers_to_copy_translations_when_there_are_some(front: FrontEnd, dictation: FakeDictation) -> None:
    action = front.window.actions_.copy_translated
    dictation.tell(STARTED)
    dictation.tell(SegmentAdded("d", Segment(1, "Guten Tag.", "", 0, 16_000)))
    assert not action.isVisible()
    dictation.tell(SegmentTranslated("d", 1, "Good day."))
    dictation.tell(SegmentAdded("d", Segment(2, "Ja.", "", 16_000, 32_000)))
    assert action.isVisible()
    action.trigger()
    assert QGuiApplication.clipboard().text() == "Guten Tag.\n\tGood day.\nJa.\n"


def test_an_export_has_translations_results_and_marks(view: TranscriptView) -> None:
    say(view, 1, "Guten Tag.", "Good day.")
    say(view, 2, "Ja.", engine="local")
    view.receive(Structured("d", {"greeting": True}))
    document = view.to_export()
    assert document is not None
    content = json.loads(render(document, "json"))
    assert content["segments"][0]["translation"] == "Good day."
    assert content["segments"][1]["engine"] == "On this computer"
    assert content["structured"] == [{"greeting": True}]


# The mark of a stand-in


def test_text_of_another_engine_is_marked_beside_its_time(view: TranscriptView, qapp: QApplication) -> None:
    say(view, 1, "Ja.")
    say(view, 2, "Nein.", engine="local")
    qapp.processEvents()
    gutter = view.pane.gutter
    image = gutter.grab().toImage()
    ground = image.pixelColor(1, image.height() - 2)
    tops = {row.number: round(top) for row, top, _ in gutter._rows()}
    left = range(10)

    def marked(number: int) -> bool:
        return any(image.pixelColor(x, tops[number] + y) != ground for x in left for y in range(16))

    assert not marked(1)
    assert marked(2)


def test_the_mark_says_what_it_means(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, "Ja.")
    say(view, 2, "Nein.", engine="local")
    gutter = view.pane.gutter
    tips = []
    for _, top, _ in gutter._rows():
        qtbot.mouseMove(gutter, QPoint(12, int(top) + 6))
        qtbot.waitUntil(lambda: gutter.toolTip() not in ("", *tips))
        tips.append(gutter.toolTip())
    assert tips == ["Hear from here", "Hear from here\nRecognized on this computer while aiOla was away"]
