"""A letter that is pressed with Alt chooses one thing in its window, in each language of the program.

Where two have the same letter, Qt presses neither: it only moves the focus from one to the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QGroupBox, QLabel, QMenuBar, QPushButton, QTabBar, QWidget
from test_no_english import WINDOWS
from test_no_english import front as front_with_history
from window_fakes import FakeDictation

from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.ui.app.first_run.window import FirstRunWindow
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.window import HistoryWindow
from saywrite.ui.keywords.add_dialog import AlwaysWriteDialog
from saywrite.ui.keywords.lab.window import KeywordLabWindow
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.settings.dialog import SettingsDialog

front = front_with_history


def letters(window: QWidget) -> list[str]:
    """The letters of what is visible and enabled, each as often as it is given."""
    texts: list[str] = []
    for each in window.findChildren(QWidget):
        if each.window() is not window or not each.isVisible() or not each.isEnabled():
            continue
        if isinstance(each, QAbstractButton) or (isinstance(each, QLabel) and each.buddy() is not None):
            texts.append(each.text())
        elif isinstance(each, QGroupBox):
            texts.append(each.title())
        elif isinstance(each, QTabBar):
            texts += map(each.tabText, range(each.count()))
        elif isinstance(each, QMenuBar):
            texts += (action.text() for action in each.actions() if action.isVisible())
    return [found[1].casefold() for text in texts if (found := re.search(r"&([^&\s])", text.replace("&&", "")))]


def states(window: QWidget) -> Iterator[str]:
    """Bring the window into each state in which it shows other buttons."""
    match window:
        case HistoryWindow():
            window.undo.show()
            window.view.versions.show()
            window.view.versions.use.setEnabled(True)
            yield "an earlier text, and a deletion that can be undone"
            window.edit.click()
            yield "editing"
            window.text.set_editing(False)
            window._show_editing()
        case KeywordLabWindow():
            window.panel.report.show()
            window.panel.report.undo.show()
            window.suggestions.undo.show()
            for button in (window.suggestions.add, window.suggestions.forget, window.suggestions.clear):
                button.setEnabled(True)
            for tab in range(2):
                window.tabs.setCurrentIndex(tab)
                yield window.tabs.tabText(tab)
            window.tabs.setCurrentIndex(0)
            window.trial.show_running(True)
            yield "a trial runs"
            window.trial.show_running(False)
        case SettingsDialog():
            for page in range(window.list.count()):
                window.list.setCurrentRow(page)
                yield window.list.item(page).text()
        case FirstRunWindow():
            for step in range(window._pages.count()):
                window._show_step(step)
                yield f"step {step}"
        case MainWindow():
            window.keywords.report.show()
            window.keywords.report.undo.show()
            window.transcript.find_bar.show()
            yield "keywords were removed"
        case _:
            yield ""


def always_write(front: FrontEnd, _dictation: FakeDictation) -> QWidget:
    dialog = AlwaysWriteDialog("k eight s", lambda _spoken: 1, front.window)
    dialog.open()
    return dialog


@pytest.mark.parametrize("name", [*(name for name in WINDOWS if name != "tray"), "always write"])
def test_each_letter_chooses_one_thing(
    front: FrontEnd,
    dictation: FakeDictation,
    in_language: Callable[[str], None],
    name: str,
) -> None:
    window = (WINDOWS | {"always write": always_write})[name](front, dictation)
    clashes: dict[tuple[str, str], list[str]] = {}
    for language in LANGUAGE_CODES:
        in_language(language)
        for state in states(window):
            QApplication.processEvents()
            if twice := [letter for letter, times in Counter(letters(window)).items() if times > 1]:
                clashes[language, state] = twice
    assert clashes == {}


def test_letter_that_is_given_twice_would_be_found(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for text in ("&Add", "&Apply", "R && D", "Close"):
        QPushButton(text, window)
    window.show()
    assert letters(window) == ["a", "a"]
