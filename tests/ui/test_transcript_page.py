"""The transcript as a page to read: line height, measure, paragraphs, and times that fade."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QEnterEvent, QPaintEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.foundation import events
from saywrite.foundation.events import SAMPLE_RATE
from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, blend, contrast, page_colors, plain_palette
from saywrite.ui.transcript.margins import FADED
from saywrite.ui.transcript.rows import Row, RowKind, starts_paragraph
from saywrite.ui.transcript.view import TranscriptView

PROSE = (
    "The quarterly review moves to Thursday, because the numbers from Porto arrive one day later than we had hoped. "
    "Please ask Ines whether the new cluster is ready for the demo, and if it is not, we show the recording instead."
)


@pytest.fixture
def view(qtbot: Any) -> TranscriptView:
    view = TranscriptView()
    qtbot.addWidget(view)
    view.resize(1400, 500)
    with qtbot.waitExposed(view):
        view.show()
    view.receive(events.Started("d", "local", "en", "microphone", 0.0, datetime(2026, 11, 22, 10, 42)))
    return view


def say(view: TranscriptView, number: int, start_s: float, end_s: float, text: str = PROSE) -> None:
    start, end = int(start_s * SAMPLE_RATE), int(end_s * SAMPLE_RATE)
    view.receive(events.SegmentAdded("d", events.Segment(number, text, text, start, end)))
    QApplication.processEvents()


def lines_of(view: TranscriptView, index: int) -> list[str]:
    block = view.document.block(index)
    layout = block.layout()
    lines = [layout.lineAt(number) for number in range(layout.lineCount())]
    return [block.text()[line.textStart() : line.textStart() + line.textLength()] for line in lines]


def heights(view: TranscriptView) -> list[float]:
    return [place.height() for _, place in view.pane.editor.visible_rows()]


def test_lines_are_1_4_heights_of_the_font_apart(view: TranscriptView) -> None:
    say(view, 1, 0, 5)
    layout = view.document.block(1).layout()
    distance = layout.lineAt(1).y() - layout.lineAt(0).y()
    assert distance == pytest.approx(1.4 * view.pane.editor.fontMetrics().height(), abs=1)


def test_no_line_is_longer_than_80_characters_and_the_page_is_centered(view: TranscriptView) -> None:
    say(view, 1, 0, 5)
    lengths = [len(line.rstrip()) for line in lines_of(view, 1)]
    assert 60 <= max(lengths) <= 80
    editor = view.pane.editor
    left, right = editor.viewportMargins().left(), editor.viewportMargins().right()
    assert left > 250
    assert left - right == pytest.approx(view.pane.gutter.width(), abs=2)


def test_a_narrow_window_uses_its_whole_width(view: TranscriptView) -> None:
    view.resize(500, 500)
    say(view, 1, 0, 5)
    assert view.pane.editor.viewportMargins().right() == 0
    assert view.document.page.width == view.pane.editor.viewport().width()


@pytest.mark.parametrize("width", [1200, 700, 400, 900])
def test_every_line_fits_after_the_window_was_resized(view: TranscriptView, width: int) -> None:
    say(view, 1, 0, 5)
    view.resize(width, 500)
    QApplication.processEvents()
    list(view.pane.editor.visible_rows())
    layout = view.document.block(1).layout()
    assert layout.maximumWidth() > 0
    assert layout.lineAt(0).width() == view.pane.editor.viewport().width() - 16


def test_typing_keeps_the_line_height(view: TranscriptView) -> None:
    say(view, 1, 0, 5)
    before = heights(view)
    cursor = view.document.cursor(1, 3)
    cursor.insertText("x")
    QApplication.processEvents()
    assert heights(view) == before
    cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    QApplication.processEvents()
    assert heights(view) == before


def test_a_long_pause_starts_a_paragraph(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    say(view, 2, 2.5, 4, "Two.")
    say(view, 3, 6.5, 8, "Three.")
    say(view, 4, 8.2, 9, "Four.")
    _, one, two, three, _ = heights(view)
    assert one == two
    assert three == two + 8


class PaintedAreas(QObject):
    """Collects the rectangles in which a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.areas: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect())
        return False


def test_new_text_paints_only_its_paragraph(view: TranscriptView) -> None:
    view.set_paragraph_pause(2)
    say(view, 1, 0, 5)
    say(view, 2, 15, 20)
    _, first, second = heights(view)
    painted = PaintedAreas(view.pane.editor.viewport())
    say(view, 3, 20, 25)
    assert painted.areas
    top = view.pane.editor.contentOffset().y() + heights(view)[0] + first
    assert min(area.top() for area in painted.areas) == pytest.approx(top, abs=2)
    assert max(area.bottom() for area in painted.areas) > top + second + 20


@pytest.mark.parametrize("text", ["Short.", f"{PROSE} {PROSE}"])
def test_what_stands_below_a_changed_paragraph_is_painted_in_its_new_place(view: TranscriptView, text: str) -> None:
    for number in range(1, 4):
        say(view, number, 10 * number, 10 * number + 5)
    row = view.document.rows[1]
    view.document.edit([(row, text)])
    for _ in range(3):
        QApplication.processEvents()
    screen = view.screen().grabWindow(view.winId()).toImage()
    whole = view.grab().toImage()
    assert screen.convertToFormat(whole.format()) == whole


@pytest.mark.parametrize("pause", [0, 2])
def test_the_end_of_new_text_is_visible_whatever_its_length(view: TranscriptView, pause: int) -> None:
    view.resize(760, 400)
    view.set_paragraph_pause(pause)
    words = PROSE.split()
    for number in range(1, 40):
        begin = number % 3 * "\n"
        say(view, number, 6 * number, 6 * number + 5, begin + " ".join(words[: 1 + 7 * number % len(words)]))
        for _ in range(3):
            QApplication.processEvents()
        end = view.pane.editor.end_of_text()
        assert end is not None
        assert end <= view.pane.editor.viewport().height() + 8


@pytest.mark.parametrize(("pause", "starts"), [(0.4, False), (1.99, False), (2.0, True), (60, True)])
def test_the_pause_that_starts_a_paragraph_is_two_seconds(pause: float, starts: bool) -> None:
    above = Row(RowKind.SEGMENT, "d", 1, 0, SAMPLE_RATE, "a")
    row = Row(RowKind.SEGMENT, "d", 2, int((1 + pause) * SAMPLE_RATE), 90 * SAMPLE_RATE, "b")
    assert starts_paragraph(above, row) is starts


def test_view_at_its_end_follows_although_a_signal_of_its_scroll_bar_comes_late(view: TranscriptView) -> None:
    """A receiver of the signal lays out text and scrolls on, and the next receivers get the value before."""
    for number in range(40):
        say(view, number, 5.0 * number, 5.0 * number + 1)
    view.pane.scroll_to_end()
    scroll = view.pane.editor.verticalScrollBar()
    assert scroll.maximum() > 0
    scroll.valueChanged.emit(scroll.maximum() - 1)
    assert view.pane.follows


def test_the_words_being_heard_stand_where_their_paragraph_will(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    start, end = 5 * SAMPLE_RATE, 7 * SAMPLE_RATE
    view.receive(events.PendingUtterances("d", ((start, end),)))
    view.receive(events.Partial("d", "two and three"))
    view._show_newest_partial()
    QApplication.processEvents()
    top = view.pane.partial.y()
    say(view, 2, 5, 7, "Two and three.")
    _, place = list(view.pane.editor.visible_rows())[2]
    line = view.document.block(2).layout().lineAt(0).y()
    above = view.pane.partial._laid_out(400) is None
    assert above
    gap = view.document.block(1).layout().lineAt(0).y()
    assert place.top() + view.pane.editor.viewport().y() + line == pytest.approx(top + gap, abs=1)


def test_an_utterance_that_waits_keeps_its_distance_while_the_next_one_is_heard(view: TranscriptView) -> None:
    say(view, 1, 0, 2, "One.")
    waits, heard = (int(2.2 * SAMPLE_RATE), 4 * SAMPLE_RATE), (9 * SAMPLE_RATE, 10 * SAMPLE_RATE)
    view.receive(events.PendingUtterances("d", (waits,)))
    QApplication.processEvents()
    top = view.pane.partial.y()
    view.receive(events.PendingUtterances("d", (waits, heard)))
    view.show_partial("three")
    QApplication.processEvents()
    assert view.pane.partial.text() == "… 0:02 waiting for text, 2 s\nthree"
    assert view.pane.partial.y() == top


@pytest.mark.parametrize("dark", [False, True])
def test_faded_times_can_be_read(dark: bool) -> None:
    palette = plain_palette(dark=dark)
    page = palette.color(QPalette.ColorRole.Base)
    assert contrast(blend(page, page_colors(palette).muted, FADED), page) >= GRAPHIC_CONTRAST


def test_times_are_faded_until_the_mouse_is_over_them(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, 0, 5)
    gutter = view.pane.gutter
    assert gutter._shown == 0.0
    assert gutter._fade.duration() in (250, 120)
    QApplication.sendEvent(gutter, QEnterEvent(QPointF(2, 2), QPointF(2, 2), QPointF(gutter.mapToGlobal(QPoint(2, 2)))))
    assert gutter._fade.duration() == 120
    qtbot.waitUntil(lambda: gutter._shown == 1.0)
    QApplication.sendEvent(gutter, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: gutter._shown == 0.0)
    assert gutter._fade.state() == QVariantAnimation.State.Stopped


class Dragged:
    """Stands for the drag, which the offscreen platform cannot do: keeps the text that would be dragged."""

    def __init__(self, view: TranscriptView) -> None:
        self.texts: list[str] = []
        editor = view.pane.editor
        editor.drag_selection = lambda: self.texts.append(  # type: ignore[method-assign]
            editor.createMimeDataFromSelection().text()
        )


def select_and_press(view: TranscriptView, qtbot: Any) -> QPoint:
    say(view, 1, 0, 5, "One two three.")
    editor = view.pane.editor
    cursor = view.document.cursor(1, 0)
    cursor.setPosition(cursor.position() + 7, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)
    inside = editor.cursorRect(view.document.cursor(1, 3)).center()
    qtbot.mousePress(editor.viewport(), Qt.MouseButton.LeftButton, pos=inside)
    return inside


def test_the_selected_text_can_be_dragged_out_of_the_window(view: TranscriptView, qtbot: Any) -> None:
    dragged = Dragged(view)
    inside = select_and_press(view, qtbot)
    qtbot.mouseMove(view.pane.editor.viewport(), inside + QPoint(40, 0))
    assert dragged.texts == ["One two"]
    assert view.text() == "One two three."


def test_a_click_into_the_selection_places_the_cursor(view: TranscriptView, qtbot: Any) -> None:
    inside = select_and_press(view, qtbot)
    qtbot.mouseRelease(view.pane.editor.viewport(), Qt.MouseButton.LeftButton, pos=inside)
    assert not view.pane.editor.textCursor().hasSelection()
    assert view.pane.editor.textCursor().positionInBlock() in (2, 3)


def test_a_third_click_selects_the_paragraph(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, 0, 5, "One two three.")
    editor = view.pane.editor
    place = editor.cursorRect(view.document.cursor(1, 5)).center()
    qtbot.mouseDClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.selected_text() == "two"
    qtbot.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.selected_text() == "One two three."


def test_a_click_with_shift_makes_the_selection_shorter(view: TranscriptView, qtbot: Any) -> None:
    say(view, 1, 0, 5, "One two three.")
    editor = view.pane.editor
    editor.setTextCursor(view.document.doc.find("One two three."))
    place = editor.cursorRect(view.document.cursor(1, 7)).center()
    qtbot.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, pos=place)
    assert view.selected_text() == "One two"
