"""An open history follows what happens to the dictations, and the user keeps the place in the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication

from saywrite.foundation.events import RecordClosed, Segment, StoredTextChanged
from saywrite.storage.history.records.receipts import Outcome, TextReceipt, keep_receipt
from saywrite.storage.history.records.versions import Origin, replace_text
from saywrite.storage.history.search import SearchHit
from saywrite.storage.history.store import HistoryStore, Summary
from saywrite.storage.recordings.journal import Header
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.dictation_list import DAY, ID, DictationList
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks

NOW = datetime(2026, 11, 22, 18, 0)
BEGAN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def dictate(store: HistoryStore, minute: int, text: str) -> None:
    """Add the dictation of a minute. An even minute's is in German."""
    dictation = f"d{minute}"
    language = ("de", "en")[minute % 2]
    store.begin(Header(dictation, BEGAN + timedelta(minutes=minute), language, "local", "microphone"))
    store.add_segment(dictation, Segment(1, text, text, 0, 32_000))
    store.finish(dictation, 32_000, 32_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    made = HistoryStore(tmp_path / "history.sqlite3")
    for minute in range(40):
        dictate(made, minute, f"Offer {minute}.")
    yield made
    made.close()


@pytest.fixture
def window(qtbot: Any, tmp_path: Path, store: HistoryStore) -> Iterator[HistoryWindow]:
    made = HistoryWindow(lambda: HistoryStore(tmp_path / "history.sqlite3"), now=lambda: NOW)
    qtbot.addWidget(made)
    made.reload()
    made.show()
    qtbot.waitUntil(lambda: made.list.count() == 40)
    qtbot.waitUntil(made.edit.isEnabled)
    yield made
    made.text.set_editing(False)
    made.close()
    assert wait_for_tasks(5000)


def texts(listed: DictationList) -> list[str]:
    return [listed.item(row).text().split("\n")[1] for row in range(listed.count())]


def select(qtbot: Any, window: HistoryWindow, text: str) -> None:
    window.list.setCurrentRow(texts(window.list).index(text), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    qtbot.waitUntil(lambda: window.text.toPlainText() == text)


def top_of(window: HistoryWindow, text: str) -> int:
    return window.list.visualItemRect(window.list.item(texts(window.list).index(text))).top()


def test_a_dictation_that_has_ended_is_listed_and_the_user_keeps_the_place(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    select(qtbot, window, "Offer 10.")
    window.list.item(30).setSelected(True)
    shown, place = window.text.document().revision(), top_of(window, "Offer 10.")
    assert window.list.verticalScrollBar().value() > 0
    dictate(store, 2_000, "Buy milk.")
    window.receive(RecordClosed("d2000", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.list.count() == 41)
    assert texts(window.list)[:2] == ["Buy milk.", "Offer 39."]
    assert [window.list.item(row).data(DAY) for row in range(3)] == ["Today", "Yesterday", None]
    assert window.list.currentItem().text().endswith("Offer 10.")
    assert window.list.chosen() == ["d10", "d9"]
    assert top_of(window, "Offer 10.") == place
    assert window.text.document().revision() == shown, "the text beside it was not loaded again"


def test_the_event_of_the_dictation_reaches_the_open_window(
    qtbot: Any, make_front: Callable[..., FrontEnd], tmp_path: Path, store: HistoryStore
) -> None:
    front = make_front(open_history=lambda: HistoryStore(tmp_path / "history.sqlite3"))
    front.dialogs.show_history()
    window = front.window.findChild(HistoryWindow)
    qtbot.waitUntil(lambda: window.list.count() == 40)
    dictate(store, 50, "Buy milk.")
    front.dialogs.receive(RecordClosed("d50", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: texts(window.list)[0] == "Buy milk.")
    window.close()
    assert wait_for_tasks(5000)


def test_an_edit_in_the_transcript_is_shown_in_the_open_window(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    select(qtbot, window, "Offer 39.")
    store.edit_segment("d39", 1, "Order 39.")
    window.receive(StoredTextChanged("d39"))
    qtbot.waitUntil(lambda: window.text.toPlainText() == "Order 39.")
    assert texts(window.list)[0] == "Order 39."


def test_an_edit_in_the_transcript_leaves_what_is_being_edited_in_the_history(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    select(qtbot, window, "Offer 39.")
    window.edit.click()
    window.text.selectAll()
    window.text.insertPlainText("Mine.")
    store.edit_segment("d39", 1, "Order 39.")
    window.receive(StoredTextChanged("d39"))
    qtbot.waitUntil(lambda: texts(window.list)[0] == "Order 39.")
    assert wait_for_tasks(5000)
    assert window.text.toPlainText() == "Mine."


def test_a_list_at_its_top_shows_the_new_dictation(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    dictate(store, 50, "Buy milk.")
    window.receive(RecordClosed("d50", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.list.count() == 41)
    assert window.list.verticalScrollBar().value() == 0
    assert window.list.currentItem().text().endswith("Offer 39.")


def test_a_search_or_a_filter_lists_a_new_dictation_only_if_it_matches(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    window.query.setText("offer")
    window.filters.language.setCurrentIndex(window.filters.language.findData("en"))
    qtbot.waitUntil(lambda: window.list.count() == 20)
    for minute, text in ((51, "Buy milk."), (52, "An offer in German."), (53, "Another offer.")):
        dictate(store, minute, text)
        window.receive(RecordClosed(f"d{minute}", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.list.count() == 21)
    assert wait_for_tasks(5000)
    assert texts(window.list)[:2] == ["Another offer.", "Offer 39."]


def test_the_first_dictation_of_an_empty_list_is_opened(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    window.query.setText("milk")
    qtbot.waitUntil(window.list.empty.isVisible)
    dictate(store, 50, "Buy milk.")
    window.receive(RecordClosed("d50", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.text.toPlainText() == "Buy milk.")
    assert not window.list.empty.isVisible()


@pytest.mark.parametrize("query", ["", "Offer"])
def test_a_corrected_text_is_listed_as_it_is_now(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, query: str
) -> None:
    window.query.setText(query)
    qtbot.waitUntil(lambda: (window.list.item(0).text().count("at 0:00") == 1) is bool(query))
    select(qtbot, window, "Offer 12.")
    place = top_of(window, "Offer 12.")
    window.edit.click()
    window.text.selectAll()
    window.text.insertPlainText("Nothing is sold.")
    window.save.click()
    qtbot.waitUntil(lambda: "Nothing is sold." in texts(window.list))
    assert window.list.count() == 40, "the dictation that the user reads stays in the list of hits"
    assert window.list.currentItem().text().endswith("Nothing is sold.")
    assert top_of(window, "Nothing is sold.") == place
    qtbot.waitUntil(lambda: not window.text.editing)


def test_a_dictation_that_was_transcribed_again_is_listed_with_its_new_text(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    select(qtbot, window, "Offer 12.")
    replace_text(store, "d30", [Segment(1, "Off her.", "", 0, 32_000)], Origin("local", "", "en"), datetime.now(UTC))
    window.view.again.finished.emit("d30")
    qtbot.waitUntil(lambda: "Off her." in texts(window.list))
    assert window.text.toPlainText() == "Offer 12."


def test_program_that_received_its_first_text_can_be_filtered(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    window.filters.language.setCurrentIndex(1)
    qtbot.waitUntil(lambda: window.list.count() == 20)
    dictate(store, 51, "Buy milk.")
    keep_receipt(store, "d51", TextReceipt("Writer", Outcome.INSERTED, datetime.now(UTC)))
    window.receive(RecordClosed("d51", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.filters.program.findData("Writer") > 0)
    assert window.filters.program.isEnabled(), "most dictations have no program"
    assert not window.filters.engine.isEnabled(), "every dictation has this one"
    assert window.filters.language.currentIndex() == 1
    assert window.list.count() == 20


@pytest.mark.parametrize("how", ["another dictation", "activated"])
def test_days_are_named_anew_after_midnight(qtbot: Any, tmp_path: Path, store: HistoryStore, how: str) -> None:
    clock = [datetime(2026, 11, 21, 23, 59)]
    window = HistoryWindow(lambda: HistoryStore(tmp_path / "history.sqlite3"), now=lambda: clock[0])
    qtbot.addWidget(window)
    window.reload()
    window.show()
    qtbot.waitUntil(lambda: window.list.count() == 40)
    assert window.list.item(0).data(DAY) == "Today"
    clock[0] += timedelta(minutes=2)
    if how == "activated":
        QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    else:
        store.begin(Header("new", datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "en", "local", "microphone"))
        window.receive(RecordClosed("new", saved=True, kept=32_000))
        qtbot.waitUntil(lambda: window.list.count() == 41)
    last = window.list.item(window.list.count() - 40)
    assert last.data(DAY) == "Yesterday"
    assert last.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Yesterday, ")
    window.close()
    assert wait_for_tasks(5000)


def test_text_that_was_transcribed_again_leaves_the_history_of_a_closed_window_closed(
    qtbot: Any, tmp_path: Path, store: HistoryStore
) -> None:
    opened: list[HistoryStore] = []

    def open_history() -> HistoryStore:
        opened.append(HistoryStore(tmp_path / "history.sqlite3"))
        return opened[-1]

    window = HistoryWindow(open_history, now=lambda: NOW)
    qtbot.addWidget(window)
    window.reload()
    window.show()
    qtbot.waitUntil(window.edit.isEnabled)
    window.close()
    changed: list[tuple[str, ...]] = []
    window.texts_changed.connect(changed.append)
    window.view.again.finished.emit("d39")
    assert wait_for_tasks(5000)
    assert (len(opened), changed) == (1, [("d39",)])


def test_pages_go_on_after_a_list_was_read_again(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    for minute in range(100, 300):
        dictate(store, minute, f"Offer {minute}.")
    window.reload()
    qtbot.waitUntil(lambda: window.list.count() == 100)
    dictate(store, 301, "Buy milk.")
    window.list.scrollToBottom()
    window.receive(RecordClosed("d301", saved=True, kept=32_000))
    qtbot.waitUntil(lambda: window.list.count() == 201)
    window.list.scrollToBottom()
    qtbot.waitUntil(lambda: window.list.count() == 241)
    every = [f"Offer {minute}." for minute in (*reversed(range(100, 300)), *reversed(range(40)))]
    assert texts(window.list) == ["Buy milk.", *every]


def test_search_that_was_answered_while_the_user_edited_is_listed_afterwards(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    """Its answer was dropped: the list did not have what the field above it said."""
    dictate(store, 50, "Buy milk.")
    with qtbot.waitSignal(window.query.searched):
        window.query.setText("milk")
        window.edit.click()
    answers: list[object] = []
    window._ask(lambda _history: None, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert window.list.count() == 40
    window.discard.click()
    qtbot.waitUntil(lambda: texts(window.list) == ["Buy milk."])


def test_scrolling_while_the_list_is_loaded_again_leaves_no_gap(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    for minute in range(100, 300):
        dictate(store, minute, f"Offer {minute}.")
    window.reload()
    qtbot.waitUntil(lambda: window.list.count() == 100)
    dictate(store, 301, "Buy milk.")
    window.reload()
    window.list.scrollToBottom()  # the page behind the former list
    assert wait_for_tasks(5000)
    QApplication.processEvents()
    for count in (200, 241):
        window.list.scrollToBottom()
        qtbot.waitUntil(lambda count=count: window.list.count() == count)
    every = [f"Offer {minute}." for minute in (*reversed(range(100, 300)), *reversed(range(40)))]
    assert texts(window.list) == ["Buy milk.", *every]


@pytest.mark.parametrize("query", ["", "Offer"])
@pytest.mark.parametrize("kept", [0, 2])
def test_list_goes_on_after_all_that_it_shows_was_deleted(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, query: str, kept: int
) -> None:
    """A list that does not fill its room cannot be scrolled to its next page."""
    for minute in range(100, 200):
        dictate(store, minute, f"Offer {minute}.")
    if query:
        window.query.setText(query)
    else:
        window.reload()
    qtbot.waitUntil(lambda: window.list.count() == 100 and texts(window.list)[0] == "Offer 199.")
    qtbot.waitUntil(lambda: ("at 0:00" in window.list.item(0).text()) is bool(query))
    window.list.selectAll()
    for row in range(kept):
        window.list.item(row).setSelected(False)
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 40 + kept)
    assert not window.list.empty.isVisible()
    assert texts(window.list)[kept] == "Offer 39."
    qtbot.waitUntil(lambda: window.text.toPlainText() in ("Offer 39.", "Offer 198."))
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 140)


@pytest.mark.parametrize("query", ["", "Offer"])
def test_an_undone_deletion_keeps_the_place(qtbot: Any, window: HistoryWindow, store: HistoryStore, query: str) -> None:
    for minute in range(100, 200):
        dictate(store, minute, f"Offer {minute}.")
    window.query.setText(query)
    window.reload()
    qtbot.waitUntil(lambda: texts(window.list)[0] == "Offer 199.")
    qtbot.waitUntil(lambda: ("at 0:00" in window.list.item(0).text()) is bool(query))
    window.list.scrollToBottom()
    qtbot.waitUntil(lambda: window.list.count() == 140)
    before = texts(window.list)
    days = [window.list.item(row).data(DAY) for row in range(140)]
    select(qtbot, window, "Offer 150.")
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 139)
    select(qtbot, window, "Offer 149.")
    window.list.item(0).setSelected(True)
    window.list.item(100).setSelected(True)
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 136)
    window.undo.click()
    qtbot.waitUntil(lambda: window.text.toPlainText() == "Offer 199.")
    assert wait_for_tasks(5000)
    assert texts(window.list) == before
    assert [window.list.item(row).data(DAY) for row in range(140)] == days
    assert window.list.chosen() == ["d199"]


def test_entry_that_is_deleted_twice_leaves_the_place_in_the_list(qtbot: Any, window: HistoryWindow) -> None:
    """The second deletion found nothing, and the first entry of the list was selected."""
    select(qtbot, window, "Offer 12.")
    window.delete.click()
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 39)
    assert wait_for_tasks(5000)
    QApplication.processEvents()
    assert window.list.currentItem().text().endswith("Offer 11.")
    assert window.note.text() == "1 dictation deleted."
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 40)


def test_an_undone_deletion_of_an_old_dictation_shows_it(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    select(qtbot, window, "Offer 3.")
    place = window.list.verticalScrollBar().value()
    assert place > 0
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 39)
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 40)
    qtbot.waitUntil(lambda: window.text.toPlainText() == "Offer 3.")
    assert (
        abs(window.list.verticalScrollBar().value() - place)
        <= window.list.visualItemRect(window.list.currentItem()).height()
    )


def test_an_undo_during_another_search_lists_only_what_matches(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    dictate(store, 50, "Buy milk.")
    window.reload()
    qtbot.waitUntil(lambda: window.list.count() == 41)
    window.list.setCurrentRow(0)
    window.list.item(1).setSelected(True)
    window.delete.click()
    qtbot.waitUntil(lambda: window.list.count() == 39)
    window.query.setText("milk")
    qtbot.waitUntil(window.list.empty.isVisible)
    window.undo.click()
    qtbot.waitUntil(lambda: texts(window.list) == ["Buy milk."])
    qtbot.waitUntil(lambda: window.text.toPlainText() == "Buy milk.")


def summary(minute: int) -> Summary:
    return Summary(f"d{minute}", BEGAN + timedelta(minutes=minute), "en", "local", "microphone", 1, 0, True, "A")


def ids(listed: DictationList) -> list[str]:
    return [listed.item(row).data(ID) for row in range(listed.count())]


def test_entry_that_was_selected_during_a_refresh_keeps_its_dictation(qtbot: Any) -> None:
    listed = DictationList(lambda: NOW)
    qtbot.addWidget(listed)
    listed.show_found([summary(9), summary(8), summary(7)])
    listed.setCurrentRow(1)
    listed.refresh([summary(9)], summary(7))
    assert ids(listed) == ["d9", "d8"]


def test_kept_entry_that_is_found_again_is_listed_once(qtbot: Any) -> None:
    """A correction took the words of the search out of the text, and another one brought them back."""
    hits = [SearchHit(f"d{day}", BEGAN + timedelta(minutes=day), 1, 0, "An offer", ((3, 8),)) for day in (9, 8, 7)]
    listed = DictationList(lambda: NOW)
    qtbot.addWidget(listed)
    listed.show_found(hits)
    listed.setCurrentRow(1)
    listed.refresh([hits[0], hits[2]], summary(8))
    assert listed.current() == summary(8)
    listed.refresh(hits, summary(8))
    assert ids(listed) == ["d9", "d8", "d7"]
    assert listed.current() == hits[1]


def test_next_page_does_not_list_an_entry_again_that_the_list_has_kept(qtbot: Any) -> None:
    listed = DictationList(lambda: NOW)
    qtbot.addWidget(listed)
    listed.show_found([summary(9), summary(8), summary(7)])
    listed.setCurrentRow(2)
    listed.refresh([summary(11), summary(10), summary(9)], summary(7))
    listed.append([summary(8), summary(7), summary(6)])
    assert ids(listed) == ["d11", "d10", "d9", "d8", "d7", "d6"]
