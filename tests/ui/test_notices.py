"""Notices show problems with their remedies, once each; the bar of unfinished recordings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from saywrite.foundation.events import IncompleteRecording
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.main_window.unfinished_bar import UnfinishedBar, summary
from saywrite.ui.toolkit.icons import IconPushButton, icon_button
from saywrite.ui.widgets.notices import MOST_AT_ONCE, Notice, NoticeIcon, Notices, Severity

NOW = datetime(2026, 11, 22, 18, 0)
ONE = IncompleteRecording("a", datetime(2026, 11, 22, 10, 42), 151 * 16_000, 0)
OTHER = IncompleteRecording("b", NOW - timedelta(days=3), 30 * 16_000, 0)
BROKEN = IncompleteRecording("c", NOW - timedelta(days=4), 60 * 16_000, 0, "its file is damaged")


@pytest.fixture
def notices(qtbot: Any) -> Notices:
    widget = Notices()
    qtbot.addWidget(widget)
    return widget


def test_without_notices_the_bar_is_hidden(notices: Notices) -> None:
    assert notices.isHidden()


def test_notice_shows_what_happened_and_the_remedy(notices: Notices) -> None:
    notices.notify(Severity.ERROR, "No microphone was found.", "Connect one.")
    assert notices.texts() == ["No microphone was found. Connect one."]
    assert not notices.isHidden()


def test_the_same_notice_is_counted_instead_of_stacked(notices: Notices) -> None:
    for _ in range(3):
        notices.notify(Severity.WARNING, "The connection was lost.")
    assert notices.texts() == ["The connection was lost. (3 times)"]


def test_notice_about_the_same_matter_is_replaced(notices: Notices) -> None:
    notices.notify(Severity.WARNING, "1 s is missing", key="gap", counted=False)
    notices.notify(Severity.WARNING, "2 s are missing", key="gap", counted=False)
    assert notices.texts() == ["2 s are missing"]


def test_same_words_about_two_matters_are_one_notice_of_the_higher_severity(notices: Notices) -> None:
    words = ("There is no microphone.", "Connect one.")
    notices.notify(Severity.WARNING, *words, key="devices", passing=False, counted=False)
    notices.notify(Severity.ERROR, *words)
    assert notices.texts() == ["There is no microphone. Connect one."]
    assert [notice.severity for notice in notices.findChildren(Notice) if not notice.isHidden()] == [Severity.ERROR]
    notices.notify(Severity.WARNING, *words, key="devices", passing=False, counted=False)
    assert [notice.severity for notice in notices.findChildren(Notice) if not notice.isHidden()] == [Severity.ERROR]
    notices.withdraw("devices")
    assert notices.texts() == []


def test_a_notice_can_be_dismissed(qtbot: Any, notices: Notices) -> None:
    notices.notify(Severity.INFO, "Now recording from another device.")
    notices.show()
    (close,) = [each for each in notices.findChildren(QToolButton) if each.isVisible()]
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert notices.texts() == []
    assert notices.isHidden()


def test_when_there_are_too_many_the_least_serious_goes_first(notices: Notices) -> None:
    notices.notify(Severity.ERROR, "error")
    notices.notify(Severity.INFO, "info")
    for number in range(MOST_AT_ONCE - 1):
        notices.notify(Severity.WARNING, f"warning {number}")
    assert "error" in notices.texts()
    assert "info" not in notices.texts()
    assert len(notices.texts()) == MOST_AT_ONCE


def test_notices_without_room_are_counted_until_they_are_opened(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    notices = Notices()
    QVBoxLayout(window).addWidget(notices)
    window.resize(640, 2000)
    window.show()
    for severity, what in ((Severity.INFO, "info"), (Severity.ERROR, "error"), (Severity.WARNING, "warning")):
        notices.notify(severity, what)

    def seen() -> list[str]:
        return [each.what for each in notices.findChildren(Notice) if each.isVisible()]

    (more,) = [each for each in notices.findChildren(QToolButton) if each.accessibleName() == ""]
    assert (seen(), more.isVisible()) == (["info", "error", "warning"], False)
    window.resize(640, 300)
    notices.fold()
    assert (seen(), more.text()) == (["error"], "2 more messages")
    more.click()
    assert (seen(), more.text()) == (["info", "error", "warning"], "Show fewer messages")
    more.click()
    assert seen() == ["error"]
    notices.withdraw("error")
    assert (seen(), more.text()) == (["warning"], "1 more message")
    notices.withdraw("info")
    assert (seen(), more.isVisible()) == (["warning"], False)


@pytest.fixture(params=[1.0, 2.0])
def text_size(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[float]:
    """The size of the system's text, relative to the usual one."""
    usual, larger = qapp.font(), qapp.font()
    larger.setPointSizeF(usual.pointSizeF() * request.param)
    qapp.setFont(larger)
    yield request.param
    qapp.setFont(usual)


@pytest.mark.usefixtures("text_size")
def test_lines_of_notices_are_never_cut(shown: FrontEnd) -> None:
    window = shown.window
    window.show_panels(keywords=True, waveform=True)
    window.show_content(True)
    window.resize(1040, 700)
    for name in ("headset", "disk", "connection"):
        window.notices.notify(Severity.WARNING, f"The {name} is gone; the recording goes on in memory.", "Look at it.")
    window.notices._more.click()
    window.unfinished.set_items((ONE,))
    for _ in range(3):
        QApplication.processEvents()
    labels = [each for bar in (window.notices, window.unfinished) for each in bar.findChildren(QLabel)]
    assert [each.text() for each in labels if each.height() < each.heightForWidth(each.width())] == []
    assert len(labels) == 7


def test_new_dictation_withdraws_only_passing_notices(notices: Notices) -> None:
    notices.notify(Severity.ERROR, "of the dictation")
    notices.notify(Severity.WARNING, "of the settings", passing=False)
    notices.withdraw_passing()
    assert notices.texts() == ["of the settings"]


def test_button_of_a_notice_runs_its_action(qtbot: Any, notices: Notices) -> None:
    done: list[str] = []
    notices.notify(Severity.INFO, "Cleared.", actions=(("&Undo", lambda: done.append("undo")),))
    (button,) = notices.findChildren(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == ["undo"]


@pytest.fixture
def bar(qtbot: Any) -> UnfinishedBar:
    widget = UnfinishedBar(now=lambda: NOW)
    qtbot.addWidget(widget)
    return widget


def press(qtbot: Any, bar: UnfinishedBar, name: str) -> None:
    """Click the visible button whose accessible name begins so."""
    bar.show()
    buttons = [*bar.findChildren(QPushButton), *bar.findChildren(QToolButton)]
    (button,) = [b for b in buttons if b.isVisible() and b.accessibleName().startswith(name)]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def visible_verbs(bar: UnfinishedBar) -> list[str]:
    bar.show()
    return [button.text().replace("&", "") for button in bar.findChildren(QPushButton) if button.isVisible()]


def test_one_unfinished_dictation_is_named_with_its_time_and_length() -> None:
    assert summary((ONE,), NOW) == "1 unfinished dictation, 10:42, 2 min 31 s"


def test_several_recordings_are_summed_up(bar: UnfinishedBar) -> None:
    assert summary((ONE, OTHER), NOW) == "2 unfinished dictations, 3 min 1 s in all"


def test_the_bar_is_there_only_when_something_is_unfinished(bar: UnfinishedBar) -> None:
    assert bar.isHidden()
    bar.set_items((ONE,))
    assert not bar.isHidden()
    bar.set_items(())
    assert bar.isHidden()


def test_buttons_are_offered_and_reported(qtbot: Any, bar: UnfinishedBar) -> None:
    bar.set_items((ONE,))
    assert visible_verbs(bar) == ["Transcribe", "Save audio…", "Discard…"]
    with qtbot.waitSignal(bar.transcribe_requested) as told:
        press(qtbot, bar, "Transcribe")
    assert told.args == ["a"]
    with qtbot.waitSignal(bar.save_requested) as told:
        press(qtbot, bar, "Save audio")
    assert told.args == ["a"]


def test_discarding_asks_once_in_the_same_place(qtbot: Any, bar: UnfinishedBar) -> None:
    bar.set_items((ONE,))
    with qtbot.assertNotEmitted(bar.discard_requested):
        press(qtbot, bar, "Discard")
    assert visible_verbs(bar) == ["Discard recording", "Keep"]
    with qtbot.waitSignal(bar.discard_requested) as told:
        press(qtbot, bar, "Discard recording")
    assert told.args == ["a"]


def test_keep_restores_the_buttons(qtbot: Any, bar: UnfinishedBar) -> None:
    bar.set_items((ONE,))
    press(qtbot, bar, "Discard")
    with qtbot.assertNotEmitted(bar.discard_requested):
        press(qtbot, bar, "Keep")
    assert visible_verbs(bar) == ["Transcribe", "Save audio…", "Discard…"]


def test_several_recordings_can_be_listed_with_their_buttons(qtbot: Any, bar: UnfinishedBar) -> None:
    bar.set_items((ONE, OTHER))
    assert visible_verbs(bar) == []
    press(qtbot, bar, "Show")
    assert visible_verbs(bar) == ["Transcribe", "Save audio…", "Discard…"] * 2


def test_the_button_that_opens_the_list_keeps_the_focus(qtbot: Any, bar: UnfinishedBar) -> None:
    bar.set_items((ONE, OTHER))
    bar.show()
    bar.activateWindow()
    qtbot.waitUntil(bar.isActiveWindow)
    for name in ("Show", "Hide"):
        press(qtbot, bar, name)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QToolButton)
        assert focused.isVisible()


def test_only_a_single_recording_has_mnemonics(qtbot: Any, bar: UnfinishedBar) -> None:
    """Alt+T among several rows would press none of them."""
    bar.set_items((ONE,))
    assert sum("&" in button.text() for button in bar.findChildren(QPushButton)) == 2
    bar.set_items((ONE, OTHER))
    press(qtbot, bar, "Show")
    rows = [button for button in bar.findChildren(QPushButton) if button.isVisible()]
    assert len(rows) == 6
    assert not any("&" in button.text() for button in rows)


def test_unreadable_recording_cannot_be_transcribed(bar: UnfinishedBar) -> None:
    bar.set_items((BROKEN,))
    assert visible_verbs(bar) == ["Save audio…", "Discard…"]
    assert "its file is damaged" in summary((BROKEN,), NOW)


def test_icons_of_buttons_grow_with_the_text(qtbot: Any) -> None:
    row = QWidget()
    qtbot.addWidget(row)
    buttons = (icon_button("close", "Close"), IconPushButton("add"))
    column = QVBoxLayout(row)
    for button in buttons:
        column.addWidget(button)
    font = row.font()
    font.setPixelSize(13)
    row.setFont(font)
    assert [button.iconSize().width() for button in buttons] == [16, 16]
    font.setPixelSize(30)
    row.setFont(font)
    assert all(button.iconSize().width() >= 32 for button in buttons)


@pytest.mark.parametrize("remedy", ["", "The dictation goes on with the microphone of this computer."])
def test_the_icon_stands_beside_the_middle_of_the_words(qtbot: Any, remedy: str) -> None:
    notice = Notice(Severity.WARNING, "Headset was unplugged.", remedy, (("Again", lambda: None),))
    qtbot.addWidget(notice)
    notice.resize(700, notice.sizeHint().height())
    with qtbot.waitExposed(notice):
        notice.show()
    icon = notice.findChild(NoticeIcon)
    assert isinstance(icon, NoticeIcon)
    words = [label.geometry() for label in (notice._what, notice._remedy) if label.isVisible()]
    middle = (words[0].top() + words[-1].bottom()) / 2
    assert abs(icon.geometry().center().y() - middle) <= 2
