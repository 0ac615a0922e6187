"""The whole window over a hand-made dictation."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible, QFontMetrics, QFontMetricsF, QGuiApplication, QPainter
from PySide6.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))

from pseudo_language import Marked
from window_fakes import FakeDictation, front_end, ui_context, windows_to_delete

from saywrite.text.keywords import Keyword
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.toolkit import translation
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.screen_reader import held_announcements
from saywrite.ui.toolkit.translation import set_language


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns about popups, size hints and trays, which it does not know: nothing of ours."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", "systemTrayWindowChanged"))


def pytest_sessionfinish() -> None:
    """Empty the clipboard: the offscreen platform frees a `QMimeData` made in Python after Python, and crashes."""
    if QGuiApplication.instance() is not None:
        QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def no_window_remains() -> Iterator[None]:
    """Delete what a test leaves open: without an event loop `deleteLater` deletes nothing, and later tests see it.

    No thread of a test collects garbage: it would delete windows, see `GarbageTimer`.
    """
    gc.disable()
    yield
    gc.unfreeze()
    gc.collect(1)
    gc.enable()
    if QGuiApplication.instance() is None:
        return
    held_announcements.release()
    for window in QApplication.topLevelWidgets():
        window.close()
    assert wait_for_tasks(5000)
    QCoreApplication.processEvents()  # what the jobs report is for windows that still exist
    for window in windows_to_delete():
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [type(window).__name__ for window in QApplication.topLevelWidgets() if window.isVisible()]
    assert not left, left


@pytest.fixture(autouse=True, scope="module")
def no_garbage_remains() -> Iterator[None]:
    """The next module may have threads that collect garbage."""
    yield
    gc.collect()


@pytest.fixture
def dictation() -> FakeDictation:
    return FakeDictation()


@pytest.fixture
def in_language(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Changes the language of the program until the end of the test."""
    yield set_language
    set_language("en")


@pytest.fixture
def marked(qapp: QApplication) -> Iterator[None]:
    """While the test runs, "de" is a language whose texts stand in ⟦ ⟧."""
    load = translation.load_translator
    translation.load_translator = lambda _folder, _name: Marked()
    yield
    translation.load_translator = load
    set_language("en")


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that widgets of ours paint themselves, in the order in which they are painted; none is shortened."""
    texts: list[str] = []
    draw = QPainter.drawText

    def note(painter: QPainter, *arguments: Any) -> object:
        texts.extend(str(each) for each in arguments if isinstance(each, str))
        return draw(painter, *arguments)

    monkeypatch.setattr(QPainter, "drawText", note)
    for metrics in (QFontMetrics, QFontMetricsF):
        monkeypatch.setattr(metrics, "elidedText", lambda _metrics, text, *_more: text)
    return texts


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is asked to read."""
    words: list[str] = []

    def note(event: Any) -> None:
        if event.type() == QAccessible.Event.Announcement:
            words.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", note)
    return words


@pytest.fixture
def make_front(qtbot: Any, tmp_path: Path, dictation: FakeDictation) -> Iterator[Callable[..., FrontEnd]]:
    """Makes a front end that is not shown; `changes` replace fields of its `UiContext`."""

    def make(problems: tuple[str, ...] = (), keywords: tuple[Keyword, ...] = (), **changes: Any) -> FrontEnd:
        front = front_end(dictation, ui_context(tmp_path, **changes), problems, keywords)
        qtbot.addWidget(front.window)
        dictation.tell = front.receive
        return front

    yield make
    assert wait_for_tasks(5000)


@pytest.fixture
def front(make_front: Callable[..., FrontEnd]) -> FrontEnd:
    return make_front()


@pytest.fixture
def shown(front: FrontEnd, qtbot: Any) -> FrontEnd:
    """The same, on the (offscreen) screen and active."""
    with qtbot.waitExposed(front.window):
        front.show()
    front.window.activateWindow()
    return front
