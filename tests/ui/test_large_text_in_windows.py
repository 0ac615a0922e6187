"""Every window at 640 × 420 with text of twice the size, in each language: none becomes larger, and all is reached."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QScrollArea, QWidget
from test_no_english import WINDOWS
from test_no_english import front as front
from window_fakes import FakeDictation

from saywrite.foundation.catalog import LANGUAGE_CODES
from saywrite.foundation.files import os_error_message
from saywrite.storage.history.ledger import Ledger
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.history.window import UNFINISHED
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.translation import joined

SIZE = (640, 420)


@pytest.fixture
def double_text(qapp: QApplication) -> Iterator[Callable[[], None]]:
    """Doubles the size of the text, as the system does at run time."""
    before = qapp.font()

    def double() -> None:
        font = qapp.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        qapp.setFont(font)

    yield double
    qapp.setFont(before)


@pytest.fixture
def large_text(double_text: Callable[[], None]) -> None:
    double_text()


def check(window: Any, qapp: QApplication) -> None:
    """The window can have the size."""
    for _ in range(3):  # what wraps takes its height when it has its width
        qapp.processEvents()
    window.resize(*SIZE)
    qapp.processEvents()
    assert (window.width(), window.height()) == SIZE, window.minimumSizeHint()


@pytest.mark.usefixtures("large_text")
@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("name", ["keyword lab", "files", "details", "ledger", "shortcuts", "models", "first run"])
def test_window_takes_the_size(
    front: FrontEnd, dictation: FakeDictation, qapp: QApplication, name: str, language: str
) -> None:
    front.preferences.replace(Settings(program_language=language))
    check(WINDOWS[name](front, dictation), qapp)


@pytest.mark.usefixtures("large_text")
@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_history_with_its_longest_message_takes_the_size(
    front: FrontEnd, dictation: FakeDictation, qapp: QApplication, language: str
) -> None:
    front.preferences.replace(Settings(program_language=language))
    window: Any = WINDOWS["history"](front, dictation)
    window.resize(*SIZE)
    refused = os_error_message(OSError(errno.EACCES, "Permission denied"), "/a folder with a long name" * 6)
    window._deleted = ["h0"]
    window._say(joined(" ", refused.sentence, refused.remedy, UNFINISHED))
    check(window, qapp)
    assert window.undo.visibleRegion().boundingRect().height() > window.undo.height() / 2
    window.view.again.start.click()
    assert wait_for_tasks(5000)
    check(window, qapp)


@pytest.mark.usefixtures("large_text")
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


@pytest.mark.usefixtures("large_text")
def test_details_open_within_the_screen(front: FrontEnd, dictation: FakeDictation, qapp: QApplication) -> None:
    window: QWidget = WINDOWS["details"](front, dictation)
    assert window.height() <= window.screen().availableGeometry().height()


@pytest.mark.parametrize("name", ["ledger", "keyword lab"])
def test_columns_follow_the_size_of_the_text(
    qtbot: Any, front: FrontEnd, dictation: FakeDictation, double_text: Callable[[], None], name: str
) -> None:
    window: Any = WINDOWS[name](front, dictation)
    if name == "ledger":
        window.show_ledger(Ledger())
    header = next(each for each in window.findChildren(QHeaderView) if each.isVisible())
    assert header.orientation() is Qt.Orientation.Horizontal
    before = [header.sectionSizeHint(column) for column in range(header.count())]
    double_text()

    def follow() -> bool:
        least = [header.sectionSizeHint(column) for column in range(header.count())]
        return least > before and all(header.sectionSize(column) >= width for column, width in enumerate(least))

    qtbot.waitUntil(follow)
