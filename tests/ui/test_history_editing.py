"""Correcting a dictation of the history: no word is lost when writing fails, lasts, or the list is loaded meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from window_fakes import FakeDictation

from saywrite.foundation.errors import HistoryError
from saywrite.foundation.events import Segment, SegmentAdded, Started
from saywrite.storage.history.records.versions import Origin, replace_text
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks

NOW = datetime(2026, 11, 22, 18, 0)
LIMIT_S = 5.0


class Disk:
    """The store. `full`: it refuses to write; `goes_on`: it writes when this is set."""

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self.full = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def in_transaction(self, write: Callable[[sqlite3.Connection], object]) -> object:
        assert self.goes_on.wait(LIMIT_S)
        if self.full:
            raise HistoryError("The disk is full.", "Free some space.")
        return self._store.in_transaction(write)

    def text_of(self, dictation: str) -> list[str]:
        dictated = self._store.load(dictation)
        assert dictated is not None
        return [segment.text for segment in dictated.segments]

    def replace(self, dictation: str, text: str) -> None:
        replace_text(
            self._store, dictation, [Segment(1, text, "", 0, 32_000)], Origin("aiola", "", "en"), datetime.now(UTC)
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def close(self) -> None:
        """The test closes the store itself."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    store = HistoryStore(tmp_path / "history.sqlite3")
    for day, (dictation, text) in enumerate({"d1": "Old news.", "d2": "We met Anna."}.items(), start=20):
        began = datetime(2026, 11, day, 9, 0, tzinfo=UTC)
        store.begin(SimpleNamespace(dictation=dictation, began=began, language="en", engine="local", source="m"))
        store.add_segment(dictation, Segment(1, text, text.lower(), 0, 32_000))
        store.finish(dictation, 32_000, 32_000)
    yield Disk(store)
    store.close()


@pytest.fixture
def window(qtbot: Any, disk: Disk) -> Iterator[HistoryWindow]:
    made = HistoryWindow(lambda: disk, now=lambda: NOW)  # type: ignore[arg-type,return-value]
    qtbot.addWidget(made)
    made.reload()
    made.show()
    qtbot.waitUntil(made.edit.isEnabled)
    yield made
    disk.full = False
    disk.goes_on.set()
    made.text.set_editing(False)
    made.close()
    assert wait_for_tasks(5000)


def change_text(window: HistoryWindow, text: str) -> None:
    window.edit.click()
    window.text.selectAll()
    window.text.insertPlainText(text)


def answer(qtbot: Any, window: HistoryWindow, button: str) -> None:
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)))
    box = window.findChildren(QMessageBox)[0]
    next(each for each in box.buttons() if each.text() == button).click()
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox))


def let_queries_end(qtbot: Any, window: HistoryWindow) -> None:
    """Wait for every query, those included that answers of others ask: the jobs run in order."""
    for _ in range(3):
        ended: list[object] = []
        window._ask(lambda _history: None, ended.append)
        qtbot.waitUntil(lambda ended=ended: bool(ended))


def test_window_stays_open_with_the_changes_that_cannot_be_saved(qtbot: Any, window: HistoryWindow, disk: Disk) -> None:
    disk.full = True
    change_text(window, "We met Hannah.")
    window.close()
    answer(qtbot, window, "&Save")
    qtbot.waitUntil(lambda: "The disk is full." in window.note.text())
    assert window.isVisible()
    assert window.text.editing
    assert window.text.toPlainText() == "We met Hannah."
    disk.full = False
    window.close()
    answer(qtbot, window, "&Save")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert disk.text_of("d2") == ["We met Hannah."]


def test_words_that_are_typed_while_the_disk_writes_are_kept(qtbot: Any, window: HistoryWindow, disk: Disk) -> None:
    disk.goes_on.clear()
    change_text(window, "We met Hannah")
    window.save.click()
    window.text.insertPlainText(" again")
    disk.goes_on.set()
    let_queries_end(qtbot, window)
    assert disk.text_of("d2") == ["We met Hannah"]
    assert window.text.toPlainText() == "We met Hannah again"
    window.save.click()
    qtbot.waitUntil(lambda: not window.text.editing)
    assert window.text.toPlainText() == "We met Hannah again"
    assert disk.text_of("d2") == ["We met Hannah again"]


def test_changes_that_are_saved_twice_while_the_disk_writes_are_saved(
    qtbot: Any, window: HistoryWindow, disk: Disk
) -> None:
    """The second save was refused: the text had been changed “elsewhere”, by the first one."""
    disk.goes_on.clear()
    change_text(window, "We met Hannah.")
    window.save.click()
    window.save.click()
    disk.goes_on.set()
    let_queries_end(qtbot, window)
    assert not window.text.editing
    assert window.note.text() == ""
    assert disk.text_of("d2") == ["We met Hannah."]


def test_list_that_is_loaded_meanwhile_leaves_the_changes(qtbot: Any, window: HistoryWindow, disk: Disk) -> None:
    change_text(window, "We met Hannah.")
    window.reload()  # History was chosen in the menu once more
    let_queries_end(qtbot, window)
    window.view.again.finished.emit("d2")
    let_queries_end(qtbot, window)
    assert window.text.editing
    assert window.text.toPlainText() == "We met Hannah."
    window.save.click()
    qtbot.waitUntil(lambda: not window.text.editing)
    assert disk.text_of("d2") == ["We met Hannah."]


def test_changes_of_a_text_that_was_replaced_meanwhile_are_not_put_into_the_new_one(
    qtbot: Any, window: HistoryWindow, disk: Disk
) -> None:
    """The text of the service may arrive while the user corrects what this computer heard."""
    change_text(window, "We met Hannah.")
    disk.replace("d2", "Another text.")
    window.save.click()
    qtbot.waitUntil(lambda: "changed elsewhere" in window.note.text())
    assert window.text.editing
    assert window.text.toPlainText() == "We met Hannah."
    assert disk.text_of("d2") == ["Another text."]


def test_changes_of_which_the_disk_took_a_part_can_be_saved_again(
    qtbot: Any, window: HistoryWindow, disk: Disk
) -> None:
    """A text of several segments is corrected as a whole, or not at all."""
    disk.add_segment("d2", Segment(2, "She left.", "she left", 40_000, 60_000))
    refuse = """CREATE TRIGGER refuse BEFORE UPDATE ON segments WHEN new.number = 2
        BEGIN SELECT RAISE(FAIL, 'refused'); END"""
    disk.in_transaction(lambda connection: connection.execute(refuse))
    window.view.again.finished.emit("d2")
    qtbot.waitUntil(lambda: "She left." in window.text.toPlainText())
    window.edit.click()
    window.text.setPlainText(window.text.toPlainText().replace("Anna", "Hannah").replace("left", "stayed"))
    window.save.click()
    qtbot.waitUntil(lambda: bool(window.note.text()))
    assert window.text.editing
    assert disk.text_of("d2") == ["We met Anna.", "She left."]
    disk.in_transaction(lambda connection: connection.execute("DROP TRIGGER refuse"))
    window.save.click()
    qtbot.waitUntil(lambda: not window.text.editing)
    assert disk.text_of("d2") == ["We met Hannah.", "She stayed."]


def test_deletion_that_cannot_be_undone_now_can_be_undone_later(qtbot: Any, window: HistoryWindow, disk: Disk) -> None:
    """What stays in the trash is deleted for good with the end of the undo."""
    window.delete.click()
    qtbot.waitUntil(window.undo.isVisible)
    disk.full = True
    window.undo.click()
    qtbot.waitUntil(lambda: "The disk is full." in window.note.text())
    assert window.undo.isVisible()
    disk.full = False
    window.undo.click()
    qtbot.waitUntil(lambda: window.list.count() == 2)
    assert [each.dictation for each in disk.recent(5)] == ["d2", "d1"]


def test_transcript_shows_what_was_corrected_in_the_history(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, disk: Disk
) -> None:
    """Otherwise the next correction in the transcript would bring the old words back into the history."""
    disk.add_segment("d2", Segment(2, "She left.", "she left", 40_000, 60_000))
    front = make_front(open_history=lambda: disk)
    dictation.tell(Started("d2", "local", "en", "microphone", 0.0, datetime(2026, 11, 21, 9, 0)))
    said = [Segment(1, "We met Anna.", "", 0, 32_000), Segment(2, "She left.", "", 40_000, 60_000)]
    for segment in said:
        dictation.tell(SegmentAdded("d2", segment))
    front.dialogs.show_history()
    history = front.window.findChild(HistoryWindow)
    told: list[tuple[str, ...]] = []
    front.dialogs.texts_changed.connect(told.append)
    qtbot.waitUntil(history.edit.isEnabled)
    history.edit.click()
    history.text.setPlainText("We met Hannah.")
    history.save.click()
    qtbot.waitUntil(lambda: not history.text.editing)
    assert disk.text_of("d2") == ["We met Hannah.", ""]
    assert front.window.transcript.text() == "We met Hannah."
    assert told == [("d2",)]
    dictation.tell(SegmentAdded("d2", said[0]))
    assert front.window.transcript.text() == "We met Hannah.", "the text of a service comes later"
    assert dictation.arguments("edit_segment") == []
    history.close()
