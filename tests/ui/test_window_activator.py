"""A call from another thread shows the window, with the caller's activation token; menus bring other windows back."""

from __future__ import annotations

import os
import threading

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from saywrite.ui.app.files.window import FilesWindow
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.reports.timing_window import LatencyWindow
from saywrite.ui.tray.window_lifecycle import WindowActivator


def call(activator: WindowActivator, token: str) -> None:
    caller = threading.Thread(target=activator.show_requested.emit, args=(token,))
    caller.start()
    caller.join()


@pytest.mark.parametrize("away", ["hidden", "minimized"])
def test_hidden_or_minimized_window_is_shown(away: str, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    asked: list[int] = []
    activator = WindowActivator(window, asked.append)
    if away == "minimized":
        window.showMinimized()
    call(activator, "")
    assert not window.isVisible() or window.isMinimized(), "another thread only posts"
    qtbot.waitUntil(lambda: window.isVisible() and not window.isMinimized())
    assert asked == [], "this is no X11 window"


def test_the_callers_activation_token_is_where_qt_looks_for_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    call(WindowActivator(window, lambda number: None), "token-1")
    qtbot.waitUntil(lambda: window.isVisible())
    assert os.environ.pop("XDG_ACTIVATION_TOKEN") == "token-1"


@pytest.mark.parametrize(("action", "kind"), [("speed", LatencyWindow), ("files", FilesWindow)])
def test_another_window_that_was_minimized_comes_back_by_its_menu(
    action: str, kind: type[QWidget], shown: FrontEnd, qtbot: QtBot
) -> None:
    menu = getattr(shown.window.actions_, action)
    menu.trigger()
    window = shown.window.findChild(kind)
    window.showMinimized()
    qtbot.waitUntil(window.isMinimized)
    menu.trigger()
    qtbot.waitUntil(lambda: not window.isMinimized())
