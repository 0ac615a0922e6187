"""The history window on a real store: list, search, read, copy, delete; no query on the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from saywrite.foundation.errors import HistoryUnavailable
from saywrite.foundation.events import Segment
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.history.dictation_list import HIT, ID
from saywrite.ui.history.listing.filter_bar import FilterBar
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.widgets.choosers import catalog_choices

NOW = datetime(2026, 11, 22, 18, 0)
TEXTS = {"d1": "The contract with the printing office.", "d2": "Kubernetes is ready for the demo.", "d3": "Buy milk."}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    history = HistoryStore(tmp_path / "history.sqlite3")
    for number, (dictation, text) in enumerate(TEXTS.items()):
        dictate(history, dictation, datetime(2026, 11, 20 + number, 9, 0, tzinfo=UTC), text)
    yield history
    history.close()


def dictate(store: HistoryStore, dictation: str, began: datetime, text: str = "", *, finished: bool = True) -> None:
    heading = SimpleNamespace(dictation=dictation, began=began, language="en", engine="local", source="microphone")
    store.begin(heading)
    if text:
        store.add_segment(dictation, Segment(1, text, text.lower(), 0, 32_000))
    if finished:
        store.finish(dictation, 32_000, 32_000)


class Watched:
    """The store, noting on which threads it is asked."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self.threads: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        self.threads.add(threading.get_ident())
        return getattr(self._store, name)

    def close(self) -> None:
        """The test closes the store itself."""


@pytest.fixture
def watched(store: HistoryStore) -> Watched:
    return Watched(store)


@pytest.fixture
def window(qtbot: Any, watched: Watched) -> Iterator[HistoryWindow]:
    made = HistoryWindow(lambda: watched, now=lambda: NOW)
    qtbot.addWidget(made)
    made.reload()
    made.show()
    qtbot.waitUntil(lambda: made.list.count() == len(TEXTS))
    yield made
    assert wait_for_tasks(5000)


def rows(window: HistoryWindow) -> list[str]:
    return [window.list.item(row).text().split("\n")[1] for row in range(window.list.count())]


def test_the_newest_comes_first_and_is_read(qtbot: Any, window: HistoryWindow) -> None:
    assert rows(window) == [TEXTS["d3"], TEXTS["d2"], TEXTS["d1"]]
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d3"])


def test_a_length_is_listed_once_it_is_known(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    """A dictation that goes on had "0 s"."""
    began = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    dictate(store, "d4", began, "Buy eggs.", finished=False)
    window.reload()
    qtbot.waitUntil(lambda: window.list.item(0).text() == f"{began.astimezone():%H:%M}\nBuy eggs.")
    store.finish("d4", 48_000, 48_000)
    window.reload()
    qtbot.waitUntil(lambda: window.list.item(0).text() == f"{began.astimezone():%H:%M} · 3 s\nBuy eggs.")


@pytest.mark.parametrize(
    ("parts", "query", "line"),
    [
        (("Dear Ms Miller,", "\n\nthank you."), "", "Dear Ms Miller, thank you."),
        (("Dear Ms Miller,\n\nthank you.",), "thank", "Dear Ms Miller,  thank you."),
        (("", ""), "", "No text"),
    ],
)
def test_an_entry_shows_its_words_on_one_line(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, parts: tuple[str, ...], query: str, line: str
) -> None:
    """Of several lines only the middle was in sight: nothing, where a spoken command had begun a paragraph."""
    dictate(store, "letter", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    for number, text in enumerate(parts):
        store.add_segment("letter", Segment(number, text, text, number * 16_000, number * 16_000 + 8_000))
    window.query.setText(query)
    window.reload()
    qtbot.waitUntil(lambda: window.list.count() > 0 and window.list.item(0).data(ID) == "letter")
    assert window.list.item(0).text().split("\n")[1:] == [line]
    hit = window.list.item(0).data(HIT)
    assert hit is None or [line[first:last] for first, last in hit.matches] == ["thank"]


def test_the_store_is_never_asked_on_the_gui_thread(qtbot: Any, window: HistoryWindow, watched: Watched) -> None:
    window.query.setText("milk")
    qtbot.waitUntil(lambda: window.list.count() == 1)
    assert watched.threads
    assert threading.get_ident() not in watched.threads


def test_typing_searches_and_emptying_lists_all_again(qtbot: Any, window: HistoryWindow) -> None:
    window.query.setText("kubern")
    qtbot.waitUntil(lambda: rows(window) == [TEXTS["d2"]])
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d2"])
    window.query.clear()
    qtbot.waitUntil(lambda: window.list.count() == 3)


def test_empty_result_is_shown(qtbot: Any, window: HistoryWindow) -> None:
    window.query.setText("zebra")
    qtbot.waitUntil(lambda: window.list.empty.words.text() == "Nothing found for “zebra”.")
    assert window.list.empty.isVisible()
    assert window.text.toPlainText() == ""
    assert not window.copy.isEnabled()


def test_everything_is_listed_again_with_one_button(qtbot: Any, window: HistoryWindow) -> None:
    window.query.setText("zebra")
    qtbot.waitUntil(window.list.empty.isVisible)
    window.filters.length.setCurrentIndex(4)
    words = window.list.empty.words
    qtbot.waitUntil(lambda: words.text() == "Nothing found for “zebra” with these filters.")
    middle = words.mapTo(window.list, words.rect().center())
    assert abs(middle.x() - window.list.width() // 2) <= 8
    window.list.empty.show_all.click()
    qtbot.waitUntil(lambda: window.list.count() == 3)
    assert (window.query.text(), window.filters.length.currentIndex()) == ("", 0)
    assert not window.list.empty.isVisible()


def test_a_list_that_deletions_have_emptied_says_so(qtbot: Any, window: HistoryWindow) -> None:
    qtbot.waitUntil(window.delete.isEnabled)
    window.list.selectAll()
    window.delete.click()
    qtbot.waitUntil(window.list.empty.isVisible)
    assert "No dictations yet" in window.list.empty.words.text()
    assert window.note.text() == "3 dictations deleted."
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 3)
    assert not window.list.empty.isVisible()


@pytest.mark.parametrize("again", ["Ctrl+F", "opened again"])
def test_the_next_letter_replaces_the_last_search(qtbot: Any, window: HistoryWindow, again: str) -> None:
    window.activateWindow()
    qtbot.keyClicks(window.query, "milk")
    window.list.setFocus()
    if again == "Ctrl+F":
        qtbot.keyClick(window.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    else:
        window.reload()
    assert window.query.hasFocus()
    qtbot.keyClicks(window.query, "demo")
    assert window.query.text() == "demo"


@pytest.mark.parametrize("how", ["double click", "Return", "Enter", "single click"])
def test_a_double_click_or_enter_leads_into_the_text(qtbot: Any, window: HistoryWindow, how: str) -> None:
    window.activateWindow()
    window.list.setFocus()
    place = window.list.visualItemRect(window.list.item(1)).center()
    qtbot.mouseClick(window.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    if how == "double click":
        qtbot.mouseDClick(window.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    elif how in ("Return", "Enter"):
        qtbot.keyClick(window.list, Qt.Key[f"Key_{how}"])
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d2"])
    assert window.text.hasFocus() is (how != "single click")


def test_a_dictation_is_copied(qtbot: Any, qapp: Any, window: HistoryWindow) -> None:
    window.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d2"])
    window.copy.click()
    assert qapp.clipboard().text() == TEXTS["d2"]


def test_export_gets_the_whole_dictation(qtbot: Any, window: HistoryWindow) -> None:
    qtbot.waitUntil(window.export.isEnabled)
    with qtbot.waitSignal(window.export_requested) as told:
        window.export.click()
    assert [each.summary.dictation for each in told.args[0]] == ["d3"]


def test_several_dictations_are_exported_together(qtbot: Any, window: HistoryWindow) -> None:
    qtbot.waitUntil(window.export.isEnabled)
    window.list.selectAll()
    with qtbot.waitSignal(window.export_requested) as requested:
        window.export.click()
    assert [each.summary.dictation for each in requested.args[0]] == ["d3", "d2", "d1"]


def test_deleting_removes_the_text_and_can_be_undone(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    told: list[tuple[str, ...]] = []
    window.texts_changed.connect(told.append)
    qtbot.waitUntil(window.delete.isEnabled)
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 2)
    assert told == [("d3",)]
    assert window.note.text() == "1 dictation deleted."
    assert window.undo.isVisible()
    assert store.search("milk") == ()
    assert rows(window)[0] == TEXTS["d2"]
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d2"])
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 3)
    assert told == [("d3",), ("d3",)]
    assert len(store.search("milk")) == 1
    assert not window.undo.isVisible()


@pytest.mark.parametrize("without_text", ["d1", "d3"])
def test_unfinished_recordings_among_several_deleted_ones_are_told_of(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, without_text: str
) -> None:
    """Only the current dictation was looked at."""
    store.finish(without_text, 160_000, 0)
    window.reload()
    qtbot.waitUntil(lambda: "10 s" in window.list.item({"d3": 0, "d1": 2}[without_text]).text())
    window.list.selectAll()
    window.list.item(0).setSelected(False)
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 1)
    assert window.note.text().startswith("2 dictations deleted.")
    assert window.note.text().endswith("unfinished ones.") is (without_text == "d1")


def test_dictation_without_text_has_nothing_to_copy(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    """The button emptied the clipboard."""
    dictate(store, "silent", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    window.reload()
    qtbot.waitUntil(lambda: window.view.dictation == "silent")
    assert window.delete.isEnabled()
    assert not window.copy.isEnabled()


def test_export_of_what_was_deleted_meanwhile_says_so(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    """The program asked for a folder for 0 dictations."""
    qtbot.waitUntil(window.export.isEnabled)
    asked: list[object] = []
    window.export_requested.connect(asked.append)
    store.delete("d3")
    window.export.click()
    qtbot.waitUntil(lambda: window.note.text() == "This dictation was deleted meanwhile.")
    assert asked == []


def test_closing_the_window_deletes_for_good(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    qtbot.waitUntil(window.delete.isEnabled)
    window.list.selectAll()
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 0)
    assert window.note.text() == "3 dictations deleted."
    assert store.load("d3") is not None
    window.close()
    qtbot.waitUntil(lambda: store.load("d3") is None)
    assert store.recent(10) == ()


def test_deleted_dictation_is_removed_from_the_list_when_opened(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d3"])
    store.delete("d2")
    window.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: window.text.toPlainText() == TEXTS["d1"])
    assert len(rows(window)) == 2


def test_more_is_loaded_when_the_end_is_reached(qtbot: Any, store: HistoryStore, window: HistoryWindow) -> None:
    for number in range(150):
        dictate(store, f"old{number}", datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number))
    window.reload()
    qtbot.waitUntil(lambda: window.list.count() == 100)
    window.list.scrollToBottom()
    qtbot.waitUntil(lambda: window.list.count() == 153)


def test_hits_do_not_end_with_the_first_page(qtbot: Any, store: HistoryStore, window: HistoryWindow) -> None:
    for number in range(232):
        began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        dictate(store, f"old{number}", began, f"Offer number {number}.")
    window.query.setText("offer")
    for found in (100, 200, 232):
        qtbot.waitUntil(lambda found=found: window.list.count() == found)
        window.list.scrollToBottom()
    assert rows(window) == [f"Offer number {number}." for number in reversed(range(232))]


def test_an_empty_history_says_what_will_be_here(qtbot: Any, tmp_path: Path) -> None:
    empty = HistoryWindow(lambda: HistoryStore(tmp_path / "none.sqlite3"))
    qtbot.addWidget(empty)
    empty.reload()
    qtbot.waitUntil(lambda: "No dictations yet" in empty.list.empty.words.text())
    assert empty.list.empty.show_all.isHidden()
    empty.close()
    assert wait_for_tasks(5000)


def test_a_history_that_cannot_be_read_says_why(qtbot: Any) -> None:
    def fail() -> Any:
        raise HistoryUnavailable("The history is damaged.", "It was left as it is.")

    window = HistoryWindow(fail)
    qtbot.addWidget(window)
    window.reload()
    qtbot.waitUntil(lambda: window.note.text() == "The history is damaged. It was left as it is.")


def test_escape_ends_the_search_before_it_closes_the_window(qtbot: Any, window: HistoryWindow) -> None:
    window.activateWindow()
    window.query.setFocus()
    qtbot.keyClicks(window.query, "milk")
    qtbot.keyClick(window.query, Qt.Key.Key_Escape)
    assert (window.query.text(), window.isVisible()) == ("", True)
    qtbot.keyClick(window.query, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_window_stays_where_the_user_has_moved_it(qtbot: Any, window: HistoryWindow) -> None:
    window.move(37, 41)
    window.close()
    window.show()
    assert (window.x(), window.y()) == (37, 41)


def test_another_message_leaves_the_undo_of_a_deletion(qtbot: Any, window: HistoryWindow) -> None:
    qtbot.waitUntil(window.delete.isEnabled)
    window.delete.click()
    qtbot.waitUntil(window.undo.isVisible)
    window.view.failed.emit("The dictation was not transcribed again.")
    assert window.note.text() == "The dictation was not transcribed again."
    assert window.undo.isVisible()
    window.undo.click()
    assert not window.undo.isVisible()


def test_a_new_window_offers_no_undo(qtbot: Any) -> None:
    window = HistoryWindow(lambda: pytest.fail("nothing was asked yet"))
    qtbot.addWidget(window)
    window.show()
    assert not window.undo.isVisible()


def test_ground_beside_a_column_of_text_is_that_of_the_page(qtbot: Any, window: HistoryWindow) -> None:
    window.resize(1600, 700)
    qtbot.waitUntil(lambda: window.text.viewportMargins().right() > 40)
    picture = window.text.grab().toImage()
    page = window.text.palette().color(QPalette.ColorRole.Base)
    assert picture.pixelColor(picture.width() - 20, picture.height() // 2) == page


def test_escape_closes_it(qtbot: Any, window: HistoryWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.parametrize(("width", "columns"), [(180, 1), (420, 2)])
def test_filters_have_a_row_each_in_a_narrow_list(qtbot: Any, width: int, columns: int) -> None:
    bar = FilterBar(catalog_choices())
    qtbot.addWidget(bar)
    bar.resize(width, 200)
    with qtbot.waitExposed(bar):
        bar.show()
    QApplication.processEvents()
    assert len({chooser.x() for chooser in bar._all()}) == columns
    assert len({(chooser.x(), chooser.y()) for chooser in bar._all()}) == 4
