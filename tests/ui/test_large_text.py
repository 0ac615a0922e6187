"""The window at 640 × 420 with text of twice the size: nothing is cut off, and no message makes it larger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from window_fakes import FakeDictation, script

from saywrite.foundation.events import KeysChanged
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.keywords.model import KeywordsModel
from saywrite.ui.keywords.table import KeywordsTable, place_words
from saywrite.ui.waveform.picture import place_times
from saywrite.ui.widgets.notices import Severity

SIZE = (640, 420)


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    qapp.setFont(font)
    yield
    qapp.setFont(before)


@pytest.fixture
def open_in(
    large_text: None, make_front: Callable[..., FrontEnd], in_language: Callable[[str], None], qapp: QApplication
) -> Callable[[str], FrontEnd]:
    def open_window(language: str) -> FrontEnd:
        front = make_front(settings=replace(Settings(), program_language=language))
        front.show()
        front.receive(KeysChanged((("dictate", ""),)))
        front.window.resize(*SIZE)
        qapp.processEvents()
        return front

    return open_window


def check(front: FrontEnd, qapp: QApplication) -> None:
    qapp.processEvents()
    least = front.window.minimumSizeHint()
    assert (least.width() <= SIZE[0], least.height() <= SIZE[1]) == (True, True), least
    assert (front.window.width(), front.window.height()) == SIZE


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "it", "zh", "ja"])
def test_window_with_both_panels_and_a_message_keeps_its_size(
    open_in: Callable[[str], FrontEnd], dictation: FakeDictation, qapp: QApplication, language: str
) -> None:
    front = open_in(language)
    window = front.window
    check(front, qapp)
    window.actions_.show_keywords.trigger()
    check(front, qapp)
    headline = window.empty._headline
    lines = QFontMetrics(headline.font()).boundingRect(headline.rect(), Qt.TextFlag.TextWordWrap, headline.text())
    assert lines.width() <= headline.width(), headline.text()
    script(dictation)
    check(front, qapp)
    assert window.waveform.isVisible()
    window.notices.notify(Severity.WARNING, "The desk's microphone delivers nothing but silence. " * 2, "Check it.")
    check(front, qapp)
    assert not window.waveform.isVisible(), "it has made room"
    window.notices.withdraw_passing()
    check(front, qapp)
    assert window.waveform.isVisible()


@pytest.mark.parametrize(("width", "tip"), [(90, "When I say"), (600, "")])
def test_heading_that_does_not_fit_has_a_tooltip(
    qtbot: Any, large_text: None, monkeypatch: pytest.MonkeyPatch, width: int, tip: str
) -> None:
    table = KeywordsTable(KeywordsModel())
    qtbot.addWidget(table)
    table.resize(2 * width, 200)
    table.show()
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: tips.append(text))
    header = table.horizontalHeader()
    help_event = QHelpEvent(QEvent.Type.ToolTip, QPoint(20, 8), QPoint(20, 8))
    QApplication.sendEvent(header.viewport(), help_event)
    assert tips == [tip]


@pytest.mark.parametrize(
    ("height", "top", "has_title"),
    [(600, 250, True), (160, 40, True), (140, 40, True), (139, 19, False), (60, 0, False)],
)
def test_title_of_the_empty_table_is_left_out_where_it_would_lie_under_the_heading(
    height: int, top: int, has_title: bool
) -> None:
    assert place_words(height, 40, 100) == (top, has_title)


def test_times_of_the_waveform_that_would_touch_are_left_out() -> None:
    places = place_times([0.0, 80.0, 160.0, 240.0, 320.0], [50.0] * 5, 4.0, 340.0)
    assert places == [4.0, None, 135.0, 215.0, 290.0]
    assert place_times([0.0, 80.0, 160.0], [30.0] * 3, 4.0, 340.0) == [4.0, 65.0, 145.0], "all have room"
