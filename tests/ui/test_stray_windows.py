"""No part of a window is shown before it has a parent: it would be a window of its own for a moment.

Such a window takes the focus from the user's program and closes every open menu.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from saywrite.foundation.events import (
    Cancelled,
    Failed,
    FrontEndEvent,
    IncompleteRecording,
    IncompleteRecordingsFound,
    InsertionUncertain,
    KeyProblem,
    KeysChanged,
    NotInserted,
    PrerollActive,
    UndoFailed,
)
from saywrite.ui.app.frontend import FrontEnd

BEGAN = datetime(2026, 11, 22, 10, 42)
NOTICES: tuple[FrontEndEvent, ...] = (
    NotInserted("d1", "Kate", "Kate did not read the text.", "Paste it.", on_clipboard=True),
    InsertionUncertain("d1", "Kate", "Kate lost it.", "Look.", unusual=True, elsewhere=False, took_s=0.0, at=0.0),
    UndoFailed("There is nothing to undo.", "Undo it in the program itself."),
    Cancelled("d1", revocable=True),
    Failed("", "No microphone.", "Connect one.", fatal=True),
    PrerollActive("Headset"),
    KeysChanged((("dictate", ""),), (KeyProblem("dictate", "F8 is taken.", "Choose another."),)),
    IncompleteRecordingsFound((IncompleteRecording("a", BEGAN, 16_000, 0, "its file is damaged"),)),
    IncompleteRecordingsFound(tuple(IncompleteRecording(each, BEGAN, 16_000, 0) for each in "ab")),
)


class ShownWindows(QObject):
    """Notes every window without a title that is shown; menus, tooltips and other popups have none."""

    def __init__(self) -> None:
        super().__init__()
        self.untitled: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and watched.windowType() is Qt.WindowType.Window
            and not watched.windowTitle()
        ):
            self.untitled.append(type(watched).__name__)
        return False


@pytest.fixture
def windows(qapp: QApplication) -> Iterator[ShownWindows]:
    noted = ShownWindows()
    qapp.installEventFilter(noted)
    yield noted
    qapp.removeEventFilter(noted)


def test_every_notice_leaves_an_open_menu_open(front: FrontEnd, windows: ShownWindows, qtbot: Any) -> None:
    menu = front.tray.menu
    menu.popup(QPoint(0, 0))
    qtbot.waitUntil(menu.isVisible)
    for event in NOTICES:
        front.receive(event)
        assert menu.isVisible(), event
    menu.close()
    assert windows.untitled == []


def test_windows_are_shown_whole(
    shown: FrontEnd, windows: ShownWindows, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")  # the settings show how to bind the command line to a key
    dialogs = shown.dialogs
    for show in (
        dialogs.show_settings,
        dialogs.show_keys,
        dialogs.show_first_run,
        dialogs.show_history,
        dialogs.show_keyword_lab,
        dialogs.show_speed,
        dialogs.show_ledger,
        dialogs.show_shortcuts,
        dialogs.show_whats_new,
        dialogs.show_about,
    ):
        show()
        QApplication.processEvents()
    for window in QApplication.topLevelWidgets():
        if window is not shown.window:
            window.close()
    assert windows.untitled == []
