"""Everything has a name for screen readers and works by keyboard; hidden windows have no timers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QMenuBar, QScrollBar, QSplitter, QWidget
from window_fakes import BEGAN, FakeDictation, front_end, script, ui_context

from saywrite.foundation import events
from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.storage.history.store import HistoryStore
from saywrite.ui.app.files.window import FilesWindow
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.reports.ledger_window import LedgerWindow
from saywrite.ui.history.reports.timing_window import LatencyWindow
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.keywords.lab.window import KeywordLabWindow
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.widgets.frame_clock import frame_clock


def focusable(root: QWidget) -> list[QWidget]:
    """Every widget below `root` that keyboard or mouse can give the focus to, without Qt's own inner parts."""
    inner = ("qt_", "_q_")
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not widget.objectName().startswith(inner)
        and not isinstance(widget, (QMenu, QScrollBar))
        and not (isinstance(widget.parentWidget(), QAbstractScrollArea) and widget.parentWidget().viewport() is widget)
        and widget.metaObject().className()
        not in ("QComboBoxPrivateContainer", "QComboBoxListView", "QMenuBarExtension")
    ]


def unnamed(root: QWidget) -> list[str]:
    found = []
    for widget in focusable(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        if not (interface and interface.text(QAccessible.Text.Name).strip()):
            parents = " in ".join(str(w.metaObject().className()) for w in (widget, widget.parentWidget()) if w)
            found.append(parents)
    return found


@pytest.fixture
def everything(shown: FrontEnd, dictation: FakeDictation) -> FrontEnd:
    """The window with all that can be in it."""
    script(dictation)
    dictation.tell(events.Failed("d1", "Something failed.", "Do this."))
    dictation.tell(
        events.IncompleteRecordingsFound(
            (events.IncompleteRecording("u1", BEGAN, 16_000, 0), events.IncompleteRecording("u2", BEGAN, 16_000, 0))
        )
    )
    return shown


def test_every_widget_that_takes_the_focus_has_a_name(everything: FrontEnd) -> None:
    assert len(focusable(everything.window)) > 12
    assert unnamed(everything.window) == []


def test_an_unnamed_widget_would_be_found(everything: FrontEnd) -> None:
    stranger = QWidget(everything.window.control_bar)
    stranger.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    assert unnamed(everything.window) == ["QWidget in ControlBar"]


def test_tab_reaches_every_widget_that_takes_the_tab_focus(qtbot: Any, everything: FrontEnd) -> None:
    window = everything.window
    wanted = {w for w in focusable(window) if w.isVisible() and w.isEnabled()}
    wanted = {w for w in wanted if w.focusPolicy() & Qt.FocusPolicy.TabFocus}
    window.control_bar.button.setFocus()
    reached = set()
    for _ in range(3 * len(wanted)):
        current = window.focusWidget()
        reached.add(current)
        qtbot.keyClick(current, Qt.Key.Key_Tab)
        if window.focusWidget() is current:  # a table takes Tab for its cells; Ctrl+Tab leaves it
            qtbot.keyClick(current, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    missing = [w.accessibleName() or w.metaObject().className() for w in wanted - reached]
    assert missing == []


def mnemonic(text: str) -> str:
    """The letter that chooses an entry of a menu; "" without one."""
    return "".join(re.findall(r"&([^&])", text.replace("&&", ""))).casefold()


def menus_below(top: QMenuBar | QMenu) -> list[list[QAction]]:
    """The entries of every menu that opens from here."""
    opened = [action.menu() for action in top.actions() if action.menu() is not None]
    return [entries for menu in opened for entries in [menu.actions(), *menus_below(menu)]]


def menu_actions(front: FrontEnd) -> list[QAction]:
    found: list[QAction] = []
    queue = list(front.window.menuBar().actions())
    while queue:
        action = queue.pop()
        if action.menu() is not None:
            queue.extend(action.menu().actions())
        elif not action.isSeparator():
            found.append(action)
    return found


def test_every_menu_entry_has_a_mnemonic_and_no_shortcut_is_given_twice(front: FrontEnd) -> None:
    actions = menu_actions(front)
    assert len(actions) > 18
    assert [action.text() for action in actions if "&" not in action.text()] == []
    shortcuts = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert len(shortcuts) == len(set(shortcuts))


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_mnemonics_are_unique_within_a_menu(front: FrontEnd, language: str, in_language: Callable[[str], None]) -> None:
    in_language(language)
    clashes: dict[str, list[str]] = {}
    bar, tray = front.window.menuBar(), front.tray.menu
    for actions in [bar.actions(), *menus_below(bar), tray.actions(), *menus_below(tray)]:
        texts = [action.text() for action in actions if action.isVisible()]
        letters = Counter(letter for text in texts if (letter := mnemonic(text)))
        clashes |= {letter: texts for letter, times in letters.items() if times > 1}
    assert clashes == {}


def test_space_presses_the_record_button(qtbot: Any, shown: FrontEnd, dictation: FakeDictation) -> None:
    shown.window.control_bar.button.setFocus()
    qtbot.keyClick(shown.window.control_bar.button, Qt.Key.Key_Space)
    assert "toggle" in dictation.names()


def active_timers(front: FrontEnd) -> list[QTimer]:
    """The timers of the window that run again and again, and that of the clock which all moving parts share."""
    timers = [*front.window.findChildren(QTimer), *frame_clock().findChildren(QTimer)]
    return [each for each in timers if each.isActive() and not each.isSingleShot()]


def test_idle_no_timer_runs(qtbot: Any, shown: FrontEnd) -> None:
    assert active_timers(shown) == []


def test_hidden_no_timer_runs_even_while_recording(qtbot: Any, everything: FrontEnd) -> None:
    assert active_timers(everything), "nothing would be tested"
    everything.window.hide()
    assert active_timers(everything) == []


def test_size_and_splitters_are_remembered(
    qtbot: Any, shown: FrontEnd, dictation: FakeDictation, tmp_path: Path
) -> None:
    shown.window.resize(720, 640)
    shown.window._split.setSizes([420, 300])
    sizes = shown.window._split.sizes()
    shown.save()
    again = front_end(dictation, ui_context(tmp_path))
    qtbot.addWidget(again.window)
    again.show()
    assert (again.window.width(), again.window.height()) == (720, 640)
    assert again.window._split.sizes() == pytest.approx(sizes, abs=8)


OTHERS = {
    "settings": ("show_settings", SettingsDialog),
    "history": ("show_history", HistoryWindow),
    "speed": ("show_speed", LatencyWindow),
    "ledger": ("show_ledger", LedgerWindow),
    "keyword lab": ("show_keyword_lab", KeywordLabWindow),
}


def open_other(front: FrontEnd, name: str) -> QWidget:
    if name == "files":
        front.window.actions_.files.trigger()
        return front.window.findChild(FilesWindow)
    opener, kind = OTHERS[name]
    getattr(front.dialogs, opener)()
    return front.window.findChild(kind)


@pytest.mark.parametrize("name", [*OTHERS, "files"])
def test_size_and_position_of_every_other_window_are_remembered(
    qtbot: Any, make_front: Callable[..., FrontEnd], dictation: FakeDictation, tmp_path: Path, name: str
) -> None:
    shown = make_front(open_history=lambda: HistoryStore(tmp_path / "history.sqlite3"))
    shown.show()
    window = open_other(shown, name)
    window.setGeometry(31, 47, 760, 470)
    if (splitter := window.findChild(QSplitter)) is not None:
        splitter.moveSplitter(330, 1)
        sizes = splitter.sizes()
    window.close()
    assert wait_for_tasks(5000)
    shown.save()
    again = front_end(dictation, ui_context(tmp_path, open_history=shown._context.open_history))
    qtbot.addWidget(again.window)
    again.show()
    reopened = open_other(again, name)
    assert reopened.geometry() == QRect(31, 47, 760, 470)
    if splitter is not None:
        assert reopened.findChild(QSplitter).sizes() == pytest.approx(sizes, abs=8)
    reopened.close()
    assert wait_for_tasks(5000)


@pytest.mark.parametrize("broken", [None, 5, {"history": 3}, {"history": {"geometry": 7, "split": "no base64!"}}])
def test_a_broken_geometry_of_a_window_is_ignored(
    make_front: Callable[..., FrontEnd], tmp_path: Path, broken: object
) -> None:
    shown = make_front(open_history=lambda: HistoryStore(tmp_path / "history.sqlite3"))
    shown.geometry.restore(broken)
    window = open_other(shown, "history")
    assert window.isVisible()
    window.close()
    assert wait_for_tasks(5000)


@pytest.mark.parametrize(
    "broken", [b"", b"[]", b'{"geometry": 5, "split": "no base64!", "left": null}', '{"split": "é"}'.encode()]
)
def test_a_broken_window_state_is_ignored(
    make_front: Callable[..., FrontEnd], tmp_path: Path, broken: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "window.json").write_bytes(broken)
    front = make_front()
    front.show()
    assert front.window.isVisible()


def test_waiting_edit_is_reported_when_the_window_closes(shown: FrontEnd) -> None:
    flushed: list[bool] = []
    shown.window.closing.connect(lambda: flushed.append(True))
    shown.window.close()
    assert flushed == [True]


def test_the_window_can_be_narrow(qtbot: Any, shown: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    shown.window.resize(420, 420)
    qtbot.waitUntil(lambda: shown.window.control_bar.engine_button.y() > shown.window.control_bar.button.y() + 10)
    assert shown.window.width() < 700
    shown.window.resize(1100, 600)
    qtbot.waitUntil(lambda: shown.window.control_bar.engine_button.x() > shown.window.control_bar.unit.x())


def test_diagnostics_are_made_on_another_thread_and_copied(qtbot: Any, qapp: Any, front: FrontEnd) -> None:
    front.window.actions_.diagnostics.trigger()
    qtbot.waitUntil(lambda: qapp.clipboard().text() == "all is well")
