"""Words on which two recognizers differ are underlined with dots and can be swapped."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from tests.ui.test_transcript_view import add, cursor_to, press
from tests.ui.test_transcript_view import view as view

from saywrite.foundation.events import Difference, WordsDiffer
from saywrite.ui.transcript.view import TranscriptView, context_menu

DOTS = QTextCharFormat.UnderlineStyle.DotLine


def differ(view: TranscriptView, text: str, *differences: Difference, number: int = 1) -> None:
    view.receive(WordsDiffer("d", number, text, differences))


def dotted(view: TranscriptView) -> str:
    """The characters that are underlined with dots."""
    found, block = "", view.document.doc.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            found += fragment.text() if fragment.charFormat().underlineStyle() == DOTS else ""
            iterator += 1
        block = block.next()
    return found


def swap(qtbot: Any, view: TranscriptView) -> None:
    press(qtbot, view, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)


def texts(view: TranscriptView) -> list[str]:
    return [row.text for row in view.document.rows if row.editable]


def begin(view: TranscriptView) -> None:
    add(view, 1, "The feather is ice today.")
    differ(view, "The feather is ice today.", Difference(4, 11, "weather"), Difference(15, 18, "nice"))


def test_different_words_are_underlined_with_dots(view: TranscriptView) -> None:
    begin(view)
    assert dotted(view) == "featherice"


def test_key_swaps_the_words_at_the_cursor_and_swaps_back(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "feather")
    swap(qtbot, view)
    assert texts(view) == ["The weather is ice today."]
    assert dotted(view) == "weatherice"
    swap(qtbot, view)
    assert texts(view) == ["The feather is ice today."]
    cursor_to(view, "ice")
    swap(qtbot, view)
    assert texts(view) == ["The feather is nice today."]
    view.undo()
    assert texts(view) == ["The feather is ice today."]


def test_second_words_can_be_swapped_after_the_first_became_longer(view: TranscriptView, qtbot: Any) -> None:
    add(view, 1, "A b c.")
    differ(view, "A b c.", Difference(0, 1, "Alpha"), Difference(4, 5, "charlie"))
    cursor_to(view, "A b")
    swap(qtbot, view)
    cursor_to(view, "c.")
    swap(qtbot, view)
    assert texts(view) == ["Alpha b charlie."]


def test_key_changes_nothing_elsewhere(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "today")
    swap(qtbot, view)
    assert texts(view) == ["The feather is ice today."]


def test_text_that_the_user_edited_is_not_marked_or_swapped(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "The")
    qtbot.keyClicks(view.pane.editor, "X")
    cursor_to(view, "feather")
    swap(qtbot, view)
    assert texts(view) == ["XThe feather is ice today."]
    differ(view, "The feather is ice today.", Difference(0, 3, "A"))
    assert texts(view) == ["XThe feather is ice today."]


def test_undo_of_a_swap_brings_the_mark_back(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "feather")
    swap(qtbot, view)
    view.undo()
    assert dotted(view) == "featherice"
    cursor_to(view, "feather")
    swap(qtbot, view)
    assert texts(view) == ["The weather is ice today."]


def test_an_edit_takes_the_marks_away_and_its_undo_brings_them_back(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "eather")
    qtbot.keyClicks(view.pane.editor, "xy")
    assert texts(view) == ["The fxyeather is ice today."]
    assert dotted(view) == ""
    view.undo()
    assert dotted(view) == "featherice"


@pytest.mark.parametrize("how", ["paragraphs", "clear", "renew"])
def test_marks_stay_when_the_text_is_written_anew(view: TranscriptView, how: str) -> None:
    begin(view)
    add(view, 2, "Not marked.")
    if how == "paragraphs":
        view.set_paragraph_pause(20)
    elif how == "clear":
        view.clear()
        view.undo_clear()
    else:
        view.document.renew(0, 2)
    assert dotted(view) == "featherice"


def test_menu_offers_the_other_words_and_to_write_them_always(view: TranscriptView, qtbot: Any) -> None:
    begin(view)
    cursor_to(view, "feather")
    menu = context_menu(view)
    entries = {action.text(): action for action in menu.actions()}
    entries["S&wap with “weather”"].trigger()
    assert texts(view) == ["The weather is ice today."]
    with qtbot.waitSignal(view.keyword_requested) as asked:
        always = next(action for action in context_menu(view).actions() if "write as" in action.text())
        assert always.isEnabled()
        always.trigger()
    assert asked.args == ["weather"]
