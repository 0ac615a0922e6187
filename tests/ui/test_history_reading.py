"""A dictation in the history window: found words, playing, editing, its texts and where its text went."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from window_fakes import CHOICES

from saywrite.dictation.models.transcribing_child import Retranscriber
from saywrite.foundation.events import PlaybackChanged, RecordClosed, Segment
from saywrite.foundation.paths import default_paths
from saywrite.storage.history.records.corrections import corrections
from saywrite.storage.history.records.receipts import Outcome, TextReceipt, keep_receipt
from saywrite.storage.history.records.versions import Origin, TextVersion, replace_text
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.text.keyword_sets.suggestions import Correction
from saywrite.ui.history.access import HistoryTools
from saywrite.ui.history.again_bar import VersionBar
from saywrite.ui.history.dictation_list import DAY
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.theme.tokens import S

NOW = datetime(2026, 11, 22, 18, 0)
SECOND = 16_000


class Speaker:
    """Records what is to be played."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int, int]] = []
        self.stops = 0

    def play(self, dictation: str, start: int, end: int) -> None:
        self.parts.append((dictation, start, end))

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HistoryStore]:
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    made = HistoryStore(paths.history)
    texts = {"d1": ("Old news.",), "d2": ("We met Anna.", "She brought 🎉 milk.", "Milk is good.")}
    for day, (dictation, sentences) in enumerate(texts.items(), start=21):
        header = Header(dictation, datetime(2026, 11, day, 12, 0, tzinfo=UTC), "en", "local", "microphone")
        journal = Journal.create(paths.recordings, header)
        journal.append((np.sin(np.arange(90 * SECOND) / 9) * 9_000).astype("<i2").tobytes())
        journal.end(complete=True)
        journal.close()
        made.begin(header)
        for number, text in enumerate(sentences):
            made.add_segment(
                dictation, Segment(number, text, text.lower(), number * 2 * SECOND, (number * 2 + 1) * SECOND)
            )
        made.finish(dictation, 90 * SECOND, 90 * SECOND)
    yield made
    made.close()


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


@pytest.fixture
def window(qtbot: Any, tmp_path: Path, store: HistoryStore, speaker: Speaker) -> Iterator[HistoryWindow]:
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    retranscriber = Retranscriber(paths, ("false",), os.environ)
    tools = HistoryTools(paths.recordings, speaker.play, speaker.stop, retranscriber)
    made = HistoryWindow(lambda: HistoryStore(paths.history), lambda: NOW, None, CHOICES, tools)
    qtbot.addWidget(made)
    made.reload()
    made.show()
    qtbot.waitUntil(lambda: made.player.isVisible())
    yield made
    made.close()
    assert wait_for_tasks(5000)


def test_dictations_are_listed_by_day(window: HistoryWindow) -> None:
    assert [window.list.item(row).data(DAY) for row in range(2)] == ["Today", "Yesterday"]
    assert window.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Today, ")


def marked(window: HistoryWindow) -> list[str]:
    return [selection.cursor.selectedText() for selection in window.text.extraSelections()]


def test_found_words_are_marked_and_scrolled_to(qtbot: Any, window: HistoryWindow) -> None:
    window.query.setText("milk")
    qtbot.waitUntil(lambda: window.list.count() == 2)
    qtbot.waitUntil(lambda: marked(window) == ["milk", "Milk"])
    cursor = window.text.textCursor()
    assert window.text.toPlainText()[: cursor.position() - 1].endswith("🎉 "), "positions behind an emoji are right"
    window.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: window.text.toPlainText()[window.text.textCursor().position() - 1 :].startswith("Milk is"))
    assert marked(window) == ["milk", "Milk"]


def test_filters_are_offered_and_applied(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    keep_receipt(store, "d1", TextReceipt("Writer", Outcome.INSERTED, datetime.now(UTC)))
    keep_receipt(store, "d2", TextReceipt("Firefox", Outcome.UNCERTAIN, datetime.now(UTC)))
    window.reload()
    qtbot.waitUntil(lambda: window.filters.program.count() == 3)
    window.filters.program.setCurrentText("Writer")
    qtbot.waitUntil(lambda: window.list.count() == 1)
    qtbot.waitUntil(lambda: window.view.receipts.text() == "Writer received the text")
    window.filters.length.setCurrentText("Up to 10 s")
    qtbot.waitUntil(lambda: window.list.count() == 0)
    assert window.list.empty.words.text() == "Nothing matches these filters."
    window.filters.reset()
    qtbot.waitUntil(lambda: window.list.count() == 2)
    assert window.list.empty.isHidden()
    assert window.note.text() == ""


def test_playing_moves_the_cursor_and_marks_the_spoken_word(
    qtbot: Any, window: HistoryWindow, speaker: Speaker
) -> None:
    clock = [100.0]
    window.player._now = lambda: clock[0]
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert speaker.parts == [("d2", 0, 60 * SECOND)]
    window.receive(PlaybackChanged("d2", 0, 60 * SECOND, 100.0))
    clock[0] = 102.5
    qtbot.waitUntil(lambda: window.player.wave.position == int(2.5 * SECOND))
    assert marked(window) == ["brought"]
    assert window.player.time.text() == "0:02 / 1:30"
    window.receive(PlaybackChanged("d2", 0, 60 * SECOND, None))
    assert speaker.parts[1:] == [("d2", 60 * SECOND, 90 * SECOND)], "the next part follows by itself"
    window.receive(PlaybackChanged("d2", 60 * SECOND, 90 * SECOND, 160.0))
    window.receive(PlaybackChanged("d2", 60 * SECOND, 90 * SECOND, None))
    assert not window.player.playing
    assert window.player.wave.position == 90 * SECOND


def test_a_click_on_a_word_plays_it(qtbot: Any, window: HistoryWindow, speaker: Speaker) -> None:
    cursor = window.text.textCursor()
    cursor.setPosition(len("We met Anna. She br"))
    window.text.setTextCursor(cursor)
    place = window.text.cursorRect(cursor).center()
    qtbot.mouseClick(window.text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x() + 1, place.y()))
    ((_, start, _),) = speaker.parts
    assert 2 * SECOND < start < 3 * SECOND
    qtbot.keyClick(window.text, Qt.Key.Key_Return)
    assert speaker.parts[1] == speaker.parts[0], "Enter plays the word at the cursor"
    window.receive(PlaybackChanged("d2", start, start + 60 * SECOND, None))
    assert window.player.playing, "the end of the replaced part is not the end of the new one"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (speaker.stops, window.player.playing, window.isVisible()) == (1, False, True)


def test_a_click_on_the_waveform_plays_from_there(qtbot: Any, window: HistoryWindow, speaker: Speaker) -> None:
    wave = window.player.wave
    qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(wave.width() // 2, 10))
    assert abs(speaker.parts[0][1] - 45 * SECOND) < SECOND
    qtbot.keyClick(wave, Qt.Key.Key_Home)
    qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert [part[1] for part in speaker.parts[1:]] == [0, 5 * SECOND]


def test_end_key_leads_to_the_end_of_the_recording(qtbot: Any, window: HistoryWindow, speaker: Speaker) -> None:
    """There is nothing to play from there, so the key did nothing, and a recording that was played went on."""
    wave = window.player.wave
    qtbot.keyClick(wave, Qt.Key.Key_Right)
    assert window.player.playing
    qtbot.keyClick(wave, Qt.Key.Key_End)
    assert (window.player.playing, speaker.stops, wave.position) == (False, 1, 90 * SECOND)
    assert window.player.time.text() == "1:30 / 1:30"
    window.player.toggle()
    assert speaker.parts[-1] == ("d2", 0, 60 * SECOND), "from the end, Play begins again"


def test_an_edit_is_stored_in_its_segment(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    window.edit.click()
    assert window.save.isVisible()
    assert not window.delete.isVisible()
    window.text.setPlainText(window.text.toPlainText().replace("Anna", "Hannah"))
    window.save.click()
    qtbot.waitUntil(lambda: not window.text.editing)
    loaded = store.load("d2")
    assert loaded is not None
    assert [segment.text for segment in loaded.segments] == ["We met Hannah.", "She brought 🎉 milk.", "Milk is good."]
    assert loaded.segments[0].raw == "we met anna."
    assert window.text.toPlainText().startswith("We met Hannah.")


@pytest.mark.parametrize("remembers", [False, True])
def test_the_text_before_an_edit_is_kept_only_if_the_user_wants_suggestions(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, remembers: bool
) -> None:
    window._remembers = lambda: remembers
    window.edit.click()
    window.text.setPlainText(window.text.toPlainText().replace("Anna", "Hannah"))
    window.save.click()
    qtbot.waitUntil(lambda: not window.text.editing)
    assert corrections(store) == ((Correction("We met Anna.", "We met Hannah.", "en"),) if remembers else ())


def test_a_cancelled_edit_changes_nothing(qtbot: Any, window: HistoryWindow) -> None:
    before = window.text.toPlainText()
    window.edit.click()
    qtbot.keyClicks(window.text, "xyz")
    assert window.text.toPlainText() != before
    window.discard.click()
    assert window.text.toPlainText() == before
    assert window.isVisible()
    window.edit.click()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (window.text.editing, window.isVisible()) == (False, True), "without changes Escape asks nothing"


def answer(window: HistoryWindow, role: QMessageBox.ButtonRole) -> None:
    box = window.findChild(QMessageBox)
    assert box.text() == "You changed the text and did not save it."
    next(button for button in box.buttons() if box.buttonRole(button) == role).click()


@pytest.mark.parametrize("how", ["Escape", "close"])
@pytest.mark.parametrize("role", ["AcceptRole", "DestructiveRole", "RejectRole"])
def test_changes_are_not_lost_without_a_question(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, how: str, role: str
) -> None:
    window.edit.click()
    window.text.setPlainText(window.text.toPlainText().replace("Anna", "Hannah"))
    if how == "close":
        window.close()
    else:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.isVisible()
    answer(window, QMessageBox.ButtonRole[role])
    if role != "RejectRole":
        qtbot.waitUntil(lambda: not window.text.editing)
    assert wait_for_tasks(5000)
    loaded = store.load("d2")
    assert loaded is not None
    assert loaded.segments[0].text == ("We met Hannah." if role == "AcceptRole" else "We met Anna.")
    if role == "RejectRole":
        assert (window.isVisible(), window.text.editing, "Hannah" in window.text.toPlainText()) == (True, True, True)
        window.discard.click()
    else:
        assert (window.isVisible(), window.text.editing) == (how == "Escape", False)


def test_a_program_that_quits_saves_the_changes(qapp: QApplication, window: HistoryWindow, store: HistoryStore) -> None:
    window.edit.click()
    window.text.setPlainText(window.text.toPlainText().replace("Anna", "Hannah"))
    qapp.setProperty("quitting", True)
    closed = window.close()
    qapp.setProperty("quitting", None)
    assert wait_for_tasks(5000)
    loaded = store.load("d2")
    assert loaded is not None
    assert (closed, loaded.segments[0].text) == (True, "We met Hannah.")


def test_an_earlier_text_is_read_and_used(qtbot: Any, window: HistoryWindow, store: HistoryStore) -> None:
    assert not window.view.versions.isVisible()
    text = [Segment(0, "We met Hannah.", "", 0, SECOND)]
    replace_text(store, "d2", text, Origin("aiola", "", "de"), datetime.now(UTC))
    window.view.again.finished.emit("d2")
    qtbot.waitUntil(lambda: window.view.versions.isVisible())
    texts = window.view.versions.texts
    assert texts.itemText(0) == "Present text: aiOla, German"
    assert "On this computer, English" in texts.itemText(1)
    assert window.text.toPlainText() == "We met Hannah."
    texts.setCurrentIndex(1)
    assert window.text.toPlainText().startswith("We met Anna.")
    assert not window.edit.isEnabled()
    window.view.versions.use.click()
    qtbot.waitUntil(lambda: texts.itemText(0) == "Present text: On this computer, English")
    assert window.text.toPlainText().startswith("We met Anna.")


def test_a_failed_attempt_says_so_and_the_list_keeps_its_size(qtbot: Any, window: HistoryWindow) -> None:
    again, size = window.view.again, window.list.size()
    assert again.start.isEnabled()
    again.begin()
    assert again.stop.isVisible()
    qtbot.waitUntil(lambda: "was not transcribed again" in window.note.text())
    assert again.start.isVisible()
    assert window.list.size() == size


def test_the_window_opens_over_the_middle_of_its_parent(qtbot: Any, tmp_path: Path) -> None:
    parent = QWidget()
    parent.setGeometry(300, 150, 400, 300)
    qtbot.addWidget(parent)
    parent.show()
    made = HistoryWindow(lambda: HistoryStore(tmp_path / "none.sqlite3"), parent=parent)
    made.resize(300, 200)
    made.show()
    place, around = made.frameGeometry(), parent.frameGeometry()
    assert abs(place.center().y() - around.center().y()) <= 2
    # The offscreen screen is hardly wider than the window: what does not fit is moved into it.
    room = made.screen().availableGeometry()
    wanted = around.center().x() - place.width() // 2
    assert abs(place.left() - max(room.left(), min(wanted, room.right() - place.width()))) <= 2


def test_every_control_has_a_name(window: HistoryWindow) -> None:
    for name in ("QComboBox", "QPushButton", "QToolButton", "QLineEdit", "QListWidget", "QPlainTextEdit"):
        for widget in window.findChildren(QWidget):
            if widget.metaObject().className() == name and not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_text_that_is_being_replaced_cannot_be_edited(
    qtbot: Any, window: HistoryWindow, caplog: pytest.LogCaptureFixture
) -> None:
    """The numbers of its segments would be those of the new text when the changes are saved."""
    again = window.view.again
    qtbot.waitUntil(again.start.isEnabled)
    assert window.edit.isEnabled()
    again.start.click()
    assert again.running
    assert not window.edit.isEnabled()
    qtbot.waitUntil(lambda: not again.running)
    assert window.edit.isEnabled()


def test_choosers_are_those_of_the_dictation_that_was_opened_meanwhile(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    """Otherwise an English dictation would be transcribed as the German one before it."""
    replace_text(store, "d2", [Segment(0, "Hallo.", "", 0, SECOND)], Origin("local", "", "de"), datetime.now(UTC))
    window.view.again.finished.emit("d2")
    again = window.view.again
    qtbot.waitUntil(lambda: again.language.currentData() == "de")
    again.start.click()
    window.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: not again.running and again.start.isVisible() and again.start.isEnabled())
    assert window.view.dictation == "d1"
    assert again.language.currentData() == "en"


def test_dictation_that_is_still_spoken_is_not_transcribed_again(
    qtbot: Any, window: HistoryWindow, store: HistoryStore
) -> None:
    """The words that follow would be put between those of the new text."""
    store.in_transaction(lambda connection: connection.execute("UPDATE dictations SET finished = 0 WHERE id = 'd1'"))
    window.list.setCurrentRow(1)
    qtbot.waitUntil(lambda: window.view.dictation == "d1" and window.player.isVisible())
    assert not window.view.again.start.isEnabled()
    store.finish("d1", 90 * SECOND, 90 * SECOND)
    window.receive(RecordClosed("d1", True, 90 * SECOND))
    qtbot.waitUntil(window.view.again.start.isEnabled)


def test_recording_of_a_dictation_that_ends_while_it_is_read_is_played_to_its_end(
    qtbot: Any, window: HistoryWindow, store: HistoryStore, tmp_path: Path
) -> None:
    """The player had the length that the recording had when the dictation was opened."""
    paths = default_paths(tmp_path / "config", tmp_path / "data")
    header = Header("d3", datetime(2026, 11, 22, 13, 0, tzinfo=UTC), "en", "local", "microphone")
    store.begin(header)
    with Journal.create(paths.recordings, header) as journal:
        journal.append(b"\1\0" * 10 * SECOND)
        window.reload()
        qtbot.waitUntil(lambda: window.view.dictation == "d3" and window.player.isVisible())
        assert window.player.wave.length == 10 * SECOND
        journal.append(b"\1\0" * 20 * SECOND)
        journal.end(complete=True)
    store.finish("d3", 30 * SECOND, 30 * SECOND)
    window.receive(RecordClosed("d3", True, 30 * SECOND))
    qtbot.waitUntil(lambda: window.player.wave.length == 30 * SECOND)
    assert len(window.player.wave.data.columns(0, 30, 300)[2]) > 200, "the waveform has its end, too"


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_name_of_a_text_takes_the_room_that_there_is(qtbot: Any, direction: Qt.LayoutDirection) -> None:
    bar = VersionBar(CHOICES, lambda: NOW)
    qtbot.addWidget(bar)
    bar.setLayoutDirection(direction)
    version = TextVersion(1, Origin("local", "whisper-base", "en"), datetime.now(UTC), ())
    bar.show_versions(Origin("local", "whisper-small", "de"), (version,))
    bar.show()
    for width in (700, 220):
        bar.resize(width, bar.heightForWidth(width))
        QApplication.processEvents()
        same_line = abs(bar.use.geometry().center().y() - bar.texts.geometry().center().y()) <= 1
        beside = bar.use.width() + S if same_line else 0
        assert bar.texts.width() == width - beside
        assert bar.rect().contains(bar.texts.geometry().united(bar.use.geometry()))
        assert same_line is (width == 700)
