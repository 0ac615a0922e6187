"""The tray icon shows the state by its shape, its menu has the daily actions, and the window hides behind it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget
from window_fakes import BEGAN, CHOICES, HEADSET, WEBCAM, FakeDictation

from saywrite.foundation.events import (
    DevicesChanged,
    Failed,
    Finished,
    NotInserted,
    Partial,
    PrerollActive,
    Segment,
    Started,
    State,
    StateChanged,
    StoredTextChanged,
)
from saywrite.storage.history.records.trash import move_to_trash, restore_from_trash
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.main_window.actions import Actions
from saywrite.ui.toolkit.theme import GRAPHIC_CONTRAST, contrast
from saywrite.ui.toolkit.translation import set_text, tr
from saywrite.ui.tray.menu import LONGEST, RecentText, TrayMenu, elided
from saywrite.ui.tray.state_icons import SIZES, TrayState, paint_state, state_icon, tray_state_of
from saywrite.ui.tray.window_lifecycle import HOW_TO_QUIT, STILL_RUNNING

Reason = QSystemTrayIcon.ActivationReason


class NotedIcon(QSystemTrayIcon):
    """A tray icon whose messages are noted instead of shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.messages: list[tuple[str, str]] = []

    def showMessage(self, title: str, text: str, *_more: Any) -> None:
        self.messages.append((title, text))


class Resident:
    """A front end with an icon in the tray, as far as it knows."""

    def __init__(self, front: FrontEnd, qtbot: Any) -> None:
        self.front, self.qtbot = front, qtbot
        self.icons: list[NotedIcon] = []
        front.tray._make = self._make

    def _make(self, parent: QObject) -> NotedIcon:
        self.icons.append(NotedIcon(parent))
        return self.icons[-1]

    def host(self, there: bool) -> None:
        """Report on another thread, as the program does, whether there is a tray host."""
        teller = threading.Thread(target=self.front.tray.host_changed.emit, args=(there,))
        teller.start()
        teller.join()
        self.qtbot.waitUntil(lambda: self.front.tray.present == there)

    @property
    def icon(self) -> NotedIcon:
        return self.icons[-1]

    @property
    def visible(self) -> bool:
        return self.front.window.isVisible()


@pytest.fixture
def make_resident(make_front: Callable[..., FrontEnd], qtbot: Any) -> Callable[..., Resident]:
    def make(*, tray: bool = True, **changes: Any) -> Resident:
        resident = Resident(make_front(**changes), qtbot)
        if tray:
            resident.host(True)
        return resident

    return make


# Faces


@pytest.mark.parametrize(
    ("state", "problem", "face"),
    [
        (State.IDLE, False, TrayState.IDLE),
        (State.STARTING, True, TrayState.LISTENING),
        (State.LISTENING, False, TrayState.LISTENING),
        (State.RECONNECTING, False, TrayState.LISTENING),
        (State.FINISHING, True, TrayState.FINISHING),
        (State.FAILED, False, TrayState.PROBLEM),
        (State.IDLE, True, TrayState.PROBLEM),
    ],
)
def test_each_state_has_its_icon(state: State, problem: bool, face: TrayState) -> None:
    assert tray_state_of(state, problem=problem) is face


def shape(face: TrayState, size: int) -> list[bool]:
    """The pixels that the icon covers, without their color."""
    image = state_icon(face, mask=False).pixmap(QSize(size, size)).toImage()
    assert (image.width(), image.height()) == (size, size)
    return [image.pixelColor(x, y).alpha() > 127 for y in range(size) for x in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_icons_differ_in_shape_not_only_in_color(size: int, qtbot: Any) -> None:
    for one, other in combinations(TrayState, 2):
        mine, its = shape(one, size), shape(other, size)
        different = sum(a != b for a, b in zip(mine, its, strict=True))
        assert different > 0.2 * sum(mine), (one, other)


@pytest.mark.parametrize("face", list(TrayState))
@pytest.mark.parametrize("ground", ["white", "black", "#808080", "#0078d7", "#2b2b2b", "#f0f0f0"])
def test_icon_has_contrast_on_every_panel(face: TrayState, ground: str, qtbot: Any) -> None:
    size = 16
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, state_icon(face, mask=False).pixmap(QSize(size, size)))
    painter.end()
    pixels = [image.pixelColor(x, y) for y in range(size) for x in range(size)]
    assert sum(contrast(pixel, QColor(ground)) >= GRAPHIC_CONTRAST for pixel in pixels) >= 20


def test_on_macos_only_the_opacity_counts(qtbot: Any) -> None:
    image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    paint_state(painter, TrayState.PROBLEM, mask=True)
    painter.end()
    assert image.pixelColor(12, 11).alpha() == 0, "the sign is cut out of the triangle"
    assert image.pixelColor(7, 17).alpha() == 255
    assert state_icon(TrayState.IDLE, mask=True).isMask()


# The icon


def test_there_is_no_icon_before_there_is_a_host(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident(tray=False)
    assert resident.icons == []
    resident.host(True)
    assert len(resident.icons) == 1
    resident.host(False)
    resident.host(True)
    assert len(resident.icons) == 1, "Qt puts the one there is back"


def test_icon_and_tooltip_follow_the_dictation(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    told = []
    for event in (
        StateChanged("d1", State.STARTING),
        StateChanged("d1", State.FINISHING),
        StateChanged("d1", State.IDLE),
        Failed("", "No microphone was found.", "Plug one in.", fatal=True),
        StateChanged("d2", State.STARTING),
    ):
        resident.front.receive(event)
        told.append(resident.icon.toolTip())
    assert told == [
        "Saywrite: listening",
        "Saywrite: finishing",
        "Saywrite: ready",
        "Saywrite: No microphone was found.",
        "Saywrite: listening",
    ]
    assert resident.front.tray.shown_state is TrayState.LISTENING


def show_active(resident: Resident, qtbot: Any) -> None:
    with qtbot.waitActive(resident.front.window):
        resident.front.show()


def test_failure_is_shown_beside_the_icon_only_while_the_window_is_hidden(
    make_resident: Callable[..., Resident], qtbot: Any
) -> None:
    resident = make_resident()
    resident.front.receive(Failed("", "Told here.", "Do that.", fatal=True))
    show_active(resident, qtbot)
    resident.front.receive(Failed("", "Told in the window.", "Do that.", fatal=True))
    assert resident.icon.messages == [("Told here.", "Do that.")]


def test_a_text_that_was_not_inserted_is_shown_beside_the_icon_while_another_window_is_active(
    make_resident: Callable[..., Resident], qtbot: Any
) -> None:
    """The notice in the window may be behind the program into which the user dictates."""
    resident = make_resident()
    show_active(resident, qtbot)
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
    resident.front.receive(NotInserted("d1", "Mousepad", "Mousepad did not take the text.", "Paste it.", True))
    assert resident.icon.messages == [("Mousepad did not take the text.", "Paste it.")]


def test_failure_is_shown_beside_the_icon_while_the_window_is_minimized(
    make_resident: Callable[..., Resident], qtbot: Any
) -> None:
    resident = make_resident()
    show_active(resident, qtbot)
    resident.front.window.showMinimized()
    resident.front.receive(Failed("", "Told here.", "Do that.", fatal=True))
    assert resident.icon.messages == [("Told here.", "Do that.")]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Only on Linux a message may be read as markup")
@pytest.mark.parametrize(
    ("place", "body"), [(QRect(), "Connect R&amp;D &lt;b&gt;."), (QRect(1, 1, 22, 22), "Connect R&D <b>.")]
)
def test_names_in_a_message_are_not_read_as_markup(
    place: QRect, body: str, make_resident: Callable[..., Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = make_resident()
    monkeypatch.setattr(NotedIcon, "geometry", lambda _icon: place)
    resident.front.receive(Failed("", "No R&D <b>.", "Connect R&D <b>.", fatal=True))
    assert resident.icon.messages == [("No R&D <b>.", body)]


def test_problem_seen_in_the_window_is_removed_from_the_icon(
    make_resident: Callable[..., Resident], qtbot: Any
) -> None:
    resident = make_resident()
    resident.front.receive(Failed("", "No microphone.", "Plug one in.", fatal=True))
    assert resident.front.tray.shown_state is TrayState.PROBLEM
    resident.icon.activated.emit(Reason.Trigger)
    qtbot.waitUntil(lambda: resident.front.tray.shown_state is TrayState.IDLE)
    assert resident.visible


def test_tray_has_no_timers(make_resident: Callable[..., Resident]) -> None:
    from PySide6.QtCore import QTimer

    resident = make_resident()
    parts = (resident.front.tray, resident.front.tray.menu, resident.front.lifecycle, resident.front.tray_texts)
    assert not [timer for part in parts for timer in part.findChildren(QTimer) if timer.isActive()]


# The menu


def entries(menu: Any) -> list[str]:
    return [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]


def checked(menu: Any) -> list[str]:
    return [action.text() for action in menu.actions() if action.isChecked()]


def choose(menu: Any, label: str) -> None:
    next(action for action in menu.actions() if action.text().replace("&", "") == label).trigger()


def test_permanently_open_microphone_is_shown_at_the_icon(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    resident.front.receive(PrerollActive("Desk"))
    assert resident.icon.toolTip().endswith("(Desk is open all the time)")
    resident.front.receive(PrerollActive(""))
    assert "open" not in resident.icon.toolTip()


def test_menu_has_the_daily_actions(make_resident: Callable[..., Resident], dictation: FakeDictation) -> None:
    menu = make_resident().front.tray.menu
    visible = [action.text().replace("&", "") for action in menu.actions() if action.isVisible()]
    assert [text for text in visible if text] == [
        "Start",
        "Hands-free",
        "Language",
        "Microphone",
        "Recognizer",
        "Insert the last text again",
        "Undo the last insertion",
        "Show window",
        "Settings…",
        "Quit Saywrite",
    ]
    choose(menu, "Start")
    assert dictation.names()[-1] == "toggle"


def test_menu_shows_no_key_that_works_in_the_window_only(qtbot: Any, make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    record = resident.front.window.actions_.record
    first = resident.front.tray.menu.actions()[0]
    assert (first.text(), record.shortcut().toString()) == (record.text(), "F9")
    assert [action.text() for action in resident.front.tray.menu.actions() if not action.shortcut().isEmpty()] == []
    with qtbot.waitSignal(record.triggered):
        first.trigger()
    record.setEnabled(False)
    set_text(record.setText, tr("&Stop"))
    assert (first.text(), first.isEnabled()) == ("&Stop", False)


def test_language_engine_and_microphone_are_chosen_and_shown(make_resident: Callable[..., Resident]) -> None:
    front = make_resident().front
    menu = front.tray.menu
    front.receive(DevicesChanged((HEADSET, WEBCAM)))
    assert entries(menu.microphones)[0] == "Default: USB Headset Mono"
    choose(menu.engines, "aiOla")
    choose(menu.languages, "German")
    choose(menu.microphones, WEBCAM.label)
    settings = front.preferences.settings
    assert (settings.engine, settings.language, settings.microphone_name) == ("aiola", "de", WEBCAM.key)
    assert checked(menu.engines) == ["aiOla"]
    assert checked(menu.languages) == ["German"]
    assert checked(menu.microphones) == [WEBCAM.label]
    front.receive(DevicesChanged((HEADSET,)))
    assert checked(menu.microphones) == [f"{WEBCAM.key} (not connected)"]


def test_a_language_the_engine_does_not_know_cannot_be_chosen(qtbot: Any) -> None:
    parent = QObject()
    menu = TrayMenu(Actions(parent), CHOICES)
    qtbot.addWidget(menu)
    menu.show_settings(Settings(engine="aiola"))
    enabled = [action.text() for action in menu.languages.actions() if action.isEnabled()]
    assert enabled == ["English", "German", "French"]


def test_the_last_three_texts_can_be_copied_whole(make_resident: Callable[..., Resident]) -> None:
    front = make_resident().front
    for number in range(4):
        front.receive(Finished(f"d{number}", 1, 1, 0, 1.0, f"Text {number} & more\nof it. " + "word " * 30))
    front.receive(Finished("silent", 1, 1, 0, 1.0, ""))
    front.receive(Finished("unwanted", 1, 1, 0, 1.0, "Cancelled text.", cancelled=True))
    texts = [action for action in front.tray.menu.texts if action.isVisible()]
    assert [action.text()[:6] for action in texts] == ["Text 3", "Text 2", "Text 1"]
    assert all("\n" not in action.text() and action.text().endswith("…") for action in texts)
    assert [action.text() for action in texts[1].menu().actions()] == ["&Insert again", "&Copy"]
    texts[1].menu().actions()[1].trigger()
    assert QApplication.clipboard().text() == "Text 2 & more\nof it. " + "word " * 30


def test_a_text_that_left_the_menu_meanwhile_is_not_chosen(
    make_resident: Callable[..., Resident], dictation: FakeDictation
) -> None:
    """A panel that draws the menu itself reports a click later."""
    front = make_resident().front
    front.receive(Finished("d1", 1, 1, 0, 1.0, "Text."))
    front.tray.menu.update_texts({"d1": ""})
    for action in front.tray.menu.texts[0].menu().actions():
        action.trigger()
    assert dictation.arguments("insert_text") == []


def test_any_of_the_last_texts_can_be_inserted_again(
    make_resident: Callable[..., Resident], dictation: FakeDictation
) -> None:
    front = make_resident().front
    front.receive(Started("d1", "local", "de", "microphone", 0.0, BEGAN))
    for number in (1, 2):
        front.receive(Finished(f"d{number}", 1, 1, 0, 1.0, f"Text {number}."))
    front.tray.menu.texts[1].menu().actions()[0].trigger()
    assert dictation.arguments("insert_text") == [("d1", "Text 1.", "de")]


def test_earlier_texts_come_from_the_history(
    make_resident: Callable[..., Resident], tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "history.sqlite3"
    store = HistoryStore(path)
    for number in range(2):
        began = datetime(2026, 11, 22, 10, number, tzinfo=UTC)
        store.begin(Header(f"old{number}", began, "en", "local", "microphone"))
        store.add_segment(f"old{number}", Segment(1, f"Old text {number}.", "", 0, 1))
    store.close()
    resident = make_resident(tray=False, open_history=lambda: HistoryStore(path))
    menu = resident.front.tray.menu
    resident.front.receive(Finished("new", 1, 1, 0, 1.0, "New text."))
    resident.host(True)
    qtbot.waitUntil(lambda: menu.texts[2].isVisible())
    assert [action.text() for action in menu.texts] == ["New text.", "Old text 1.", "Old text 0."]


def test_text_of_a_dictation_is_not_replaced_by_an_older_state_of_the_history(
    make_resident: Callable[..., Resident],
) -> None:
    """The dictation may end while the history is read, which then has only its first words."""
    front = make_resident(tray=False).front
    front.receive(Finished("old", 1, 1, 0, 1.0, "Old text."))
    front.receive(Finished("new", 1, 1, 0, 1.0, "New text, all of it."))
    front.tray_texts._show((RecentText("new", "New text,"), RecentText("older", "Older text.")))
    assert [action.text() for action in front.tray.menu.texts] == ["New text, all of it.", "Old text.", "Older text."]


@pytest.fixture
def five(tmp_path: Path) -> Iterator[HistoryStore]:
    """A history of five dictations: "Text 0." to "Text 4."."""
    store = HistoryStore(tmp_path / "five.sqlite3")
    for number in range(5):
        store.begin(Header(f"d{number}", datetime(2026, 11, 22, 10, number, tzinfo=UTC), "en", "local", "microphone"))
        store.add_segment(f"d{number}", Segment(1, f"Text {number}.", "", 0, 1))
    yield store
    store.close()


def shown_texts(front: FrontEnd) -> list[str]:
    return [action.text() for action in front.tray.menu.texts if action.isVisible()]


def test_what_is_deleted_in_the_history_leaves_the_menu_until_that_is_undone(
    make_resident: Callable[..., Resident], five: HistoryStore, tmp_path: Path, qtbot: Any
) -> None:
    front = make_resident(open_history=lambda: HistoryStore(tmp_path / "five.sqlite3")).front
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text 4.", "Text 3.", "Text 2."])
    move_to_trash(five, ["d4", "d2"], BEGAN)
    front.dialogs.texts_changed.emit(("d4", "d2"))
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text 3.", "Text 1.", "Text 0."])
    front.tray.menu.texts[0].menu().actions()[1].trigger()
    assert QApplication.clipboard().text() == "Text 3."
    restore_from_trash(five, ["d4"])
    five.delete("d3")
    front.dialogs.texts_changed.emit(("d4", "d3"))
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text 4.", "Text 1.", "Text 0."])


def test_a_corrected_text_is_in_the_menu_as_it_was_corrected(
    make_resident: Callable[..., Resident], five: HistoryStore, tmp_path: Path, qtbot: Any
) -> None:
    front = make_resident(open_history=lambda: HistoryStore(tmp_path / "five.sqlite3")).front
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text 4.", "Text 3.", "Text 2."])
    five.edit_segment("d3", 1, "Text three.")
    front.receive(StoredTextChanged("d3"))
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text 4.", "Text three.", "Text 2."])
    five.edit_segment("d4", 1, "")
    front.receive(StoredTextChanged("d4"))
    qtbot.waitUntil(lambda: shown_texts(front) == ["Text three.", "Text 2.", "Text 1."])


def test_unreadable_history_leaves_the_menu_without_texts(
    make_resident: Callable[..., Resident], qtbot: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    resident = make_resident()  # its history is None
    qtbot.waitUntil(lambda: "no earlier texts" in caplog.text)
    assert not any(action.isVisible() for action in resident.front.tray.menu.texts)
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize("text", ["short & sweet", "two\nlines\t and  more", "x" * 200])
def test_a_text_is_one_short_line_in_the_menu(text: str) -> None:
    line = elided(text)
    assert "\n" not in line
    assert len(line.replace("&&", "&")) <= LONGEST
    assert line.replace("&&", "").count("&") == 0


def test_dictation_with_more_text_is_listed_once(qtbot: Any) -> None:
    parent = QObject()
    menu = TrayMenu(Actions(parent), CHOICES)
    qtbot.addWidget(menu)
    menu.add_text(RecentText("one", "Half."))
    menu.add_text(RecentText("one", "Half and half."))
    assert [action.text() for action in menu.texts if action.isVisible()] == ["Half and half."]


# The window and the icon


def test_with_an_icon_closing_hides_and_says_so_once(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    resident.front.show()
    for _ in range(2):
        resident.front.window.close()
        assert not resident.visible
        resident.front.window.show()
    assert resident.icon.messages == [(STILL_RUNNING, HOW_TO_QUIT)]
    resident.front.window.close()
    resident.front.save()
    again = make_resident()
    again.front.show()
    again.front.window.close()
    assert again.icon.messages == [], "it was explained in an earlier run"


@pytest.mark.parametrize(
    ("tray", "setting"), [(False, True), (True, False)], ids=["without a tray", "where the user wants it"]
)
def test_closing_ends_the_program(
    tray: bool, setting: bool, make_resident: Callable[..., Resident], monkeypatch: pytest.MonkeyPatch
) -> None:
    quits: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", lambda: quits.append(True))
    resident = make_resident(tray=tray, settings=Settings(close_to_tray=setting))
    resident.front.show()
    resident.front.window.close()
    assert quits == [True]


def test_hidden_window_reports_waiting_edits_at_quit(make_resident: Callable[..., Resident], qtbot: Any) -> None:
    """Qt asks only windows that can be seen to close."""
    resident = make_resident()
    resident.front.show()
    resident.icon.activated.emit(Reason.Trigger)
    app = QApplication.instance()
    assert app is not None
    with qtbot.waitSignal(resident.front.window.closing):
        app.aboutToQuit.emit()


def test_click_shows_and_hides_the_window(make_resident: Callable[..., Resident], qtbot: Any) -> None:
    resident = make_resident()
    resident.icon.activated.emit(Reason.Trigger)
    qtbot.waitUntil(lambda: resident.front.window.isActiveWindow())
    resident.icon.activated.emit(Reason.Trigger)
    assert not resident.visible


def test_window_is_shown_at_the_start_by_default(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident(tray=False)
    resident.front.show()
    assert resident.visible


def test_started_in_the_tray_everything_loads_without_a_window(
    make_resident: Callable[..., Resident], dictation: FakeDictation, qtbot: Any
) -> None:
    resident = make_resident(tray=False, settings=Settings(start_hidden=True))
    resident.front.show()
    qtbot.waitUntil(lambda: "refresh_devices" in dictation.names())
    resident.host(True)
    resident.front.lifecycle._without_icon.timeout.emit()
    assert not resident.visible
    assert not resident.front.lifecycle._without_icon.isActive()


def test_hidden_start_without_a_tray_shows_the_window(make_resident: Callable[..., Resident], qtbot: Any) -> None:
    resident = make_resident(tray=False, settings=Settings(start_hidden=True))
    resident.front.lifecycle._without_icon.setInterval(50)
    resident.front.show()
    assert not resident.visible
    qtbot.waitUntil(lambda: resident.visible)


def test_window_is_shown_when_the_icon_disappears(make_resident: Callable[..., Resident], qtbot: Any) -> None:
    resident = make_resident()
    resident.front.show()
    resident.front.window.close()
    resident.front.lifecycle._without_icon.setInterval(50)
    resident.host(False)
    qtbot.waitUntil(lambda: resident.visible)


def test_restarted_panel_does_not_show_the_window(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    resident.front.show()
    resident.front.window.close()
    resident.host(False)
    assert resident.front.lifecycle._without_icon.isActive()
    resident.host(True)
    assert not resident.front.lifecycle._without_icon.isActive()
    assert not resident.visible


def test_words_of_a_running_dictation_change_nothing_in_the_tray(make_resident: Callable[..., Resident]) -> None:
    resident = make_resident()
    resident.front.receive(StateChanged("d1", State.LISTENING))
    before = resident.icon.icon().cacheKey()
    resident.front.receive(Partial("d1", "some words"))
    assert resident.icon.icon().cacheKey() == before
