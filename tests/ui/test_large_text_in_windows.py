"""Every window at 640 × 420 with text of twice the size, in each language: none becomes larger, and all is reached."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from test_no_english import WINDOWS
from test_no_english import front as front
from window_fakes import FakeDictation

from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.foundation.files import os_error_message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.window import UNFINISHED
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.translation import joined

SIZE = (640, 420)


@pytest.fixture(autouse=True)
def large_text(qapp: QApplication) -> Iterator[None]:
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    qapp.setFont(font)
    yield
    qapp.setFont(before)


def check(window: Any, qapp: QApplication) -> None:
    """The window can have the size."""
    for _ in range(3):  # what wraps takes its height when it has its width
        qapp.processEvents()
    window.resize(*SIZE)
    qapp.processEvents()
    assert (window.width(), window.height()) == SIZE, window.minimumSizeHint()


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("name", ["keyword lab", "files", "details", "ledger", "shortcuts", "models", "first run"])
def test_window_takes_the_size(
    front: FrontEnd, dictation: FakeDictation, qapp: QApplication, name: str, language: str
) -> None:
    front.preferences.replace(Settings(program_language=language))
    check(WINDOWS[name](front, dictation), qapp)


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_history_with_its_longest_message_takes_the_size(
    front: FrontEnd, dictation: FakeDictation, qapp: QApplication, language: str
) -> None:
    front.preferences.replace(Settings(program_language=language))
    window: Any = WINDOWS["history"](front, dictation)
    window.resize(*SIZE)
    refused = os_error_message(OSError(errno.EACCES, "Permission denied"), "/a folder with a long name" * 6)
    window._say(joined(" ", refused.sentence, refused.remedy, UNFINISHED), undo=True)
    check(window, qapp)
    assert window.undo.visibleRegion().boundingRect().height() > window.undo.height() / 2
    window.view.again.start.click()
    assert wait_for_tasks(5000)
    check(window, qapp)


def test_sides_of_the_keyword_lab_are_below_each_other_in_a_narrow_window(
    front: FrontEnd, dictation: FakeDictation, qapp: QApplication
) -> None:
    window: Any = WINDOWS["keyword lab"](front, dictation)

    def tops() -> tuple[int, int]:
        qapp.processEvents()
        return tuple(part.mapTo(window, part.rect().topLeft()).y() for part in (window.panel, window.tabs))

    window.resize(2 * SIZE[0], SIZE[1])
    assert tops()[0] == tops()[1]
    window.resize(*SIZE)
    assert tops()[0] < tops()[1]
    area = window.findChild(QScrollArea)
    area.ensureWidgetVisible(window.suggestions.clear if window.suggestions.isVisible() else window.trial.try_button)
    qapp.processEvents()
    assert not window.trial.try_button.visibleRegion().isEmpty()


def test_details_open_within_the_screen(front: FrontEnd, dictation: FakeDictation, qapp: QApplication) -> None:
    window: QWidget = WINDOWS["details"](front, dictation)
    assert window.height() <= window.screen().availableGeometry().height()
