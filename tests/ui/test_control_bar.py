"""The control bar: one row at 1,000 pixels, two at 480, one quiet button for recognizer, model and language."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from window_fakes import CHOICES, HEADSET, WEBCAM, FakeDictation, script

from saywrite.foundation.events import DevicesChanged, Level, SourceChanged, State, StateChanged
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.widgets.engine_button import EngineButton
from saywrite.ui.widgets.record_button import RecordButton


def rows_of(front: FrontEnd) -> int:
    bar = front.window.control_bar
    centers = sorted(widget.geometry().center().y() for widget in (bar.unit, bar.microphone, bar.engine_button))
    return 1 + sum(below - above > 10 for above, below in pairwise(centers))


@pytest.mark.parametrize(("width", "rows"), [(1000, 1), (480, 2)])
def test_the_bar_has_one_row_at_1000_pixels_and_two_at_480(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication, width: int, rows: int
) -> None:
    script(dictation)
    shown.window.resize(width, 600)
    for _ in range(3):
        qapp.processEvents()
    assert shown.window.width() == width
    assert rows_of(shown) == rows


def test_nothing_in_the_bar_is_cut_off_at_480_pixels(
    shown: FrontEnd, dictation: FakeDictation, qapp: QApplication
) -> None:
    script(dictation)
    shown.window.resize(480, 600)
    for _ in range(3):
        qapp.processEvents()
    bar = shown.window.control_bar
    for widget in (bar.unit, bar.microphone, bar.indicator, bar.engine_button):
        assert widget.width() >= widget.minimumSizeHint().width()
        assert widget.geometry().right() < bar.width()


def test_button_level_and_time_are_in_one_frame(shown: FrontEnd) -> None:
    bar = shown.window.control_bar
    assert {widget.parentWidget() for widget in (bar.button, bar.meter, bar.time)} == {bar.unit}


def test_tooltip_names_the_device_of_the_running_dictation_only(front: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    chosen = front.window.control_bar.microphone.toolTip()
    dictation.tell(SourceChanged("d1", "Webcam <2>"))
    while_recording = front.window.control_bar.microphone.toolTip()
    assert while_recording == "<qt>Microphone: recording from Webcam &lt;2&gt;</qt>"
    dictation.tell(DevicesChanged((WEBCAM,)))
    assert front.window.control_bar.microphone.toolTip() == while_recording
    dictation.tell(DevicesChanged((HEADSET, WEBCAM)))
    dictation.tell(StateChanged("d1", State.FINISHING))
    assert front.window.control_bar.microphone.toolTip() == chosen == "Microphone: Default: USB Headset Mono"


def double_click(button: RecordButton) -> None:
    kinds, place = QEvent.Type, QPointF(button.rect().center())
    for kind in (kinds.MouseButtonPress, kinds.MouseButtonRelease, kinds.MouseButtonDblClick, kinds.MouseButtonRelease):
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        held = Qt.MouseButton.NoButton if kind is kinds.MouseButtonRelease else left
        QApplication.sendEvent(button, QMouseEvent(kind, place, button.mapToGlobal(place), left, held, none))


def test_a_double_click_on_the_button_is_one_click(shown: FrontEnd, dictation: FakeDictation) -> None:
    double_click(shown.window.control_bar.button)
    assert dictation.names().count("toggle") == 1
    double_click(shown.window.control_bar.button)
    assert dictation.names().count("toggle") == 2, "it ends the dictation and does not start another one"


def test_the_level_in_dbfs_is_in_the_tooltip(shown: FrontEnd, dictation: FakeDictation) -> None:
    script(dictation)
    meter = shown.window.control_bar.meter
    meter._number_at = -1.0
    dictation.latest.put(Level(-8, -17, False))
    meter.poll()
    assert meter.toolTip() == "Microphone level: −8 dBFS"


@pytest.fixture
def button(qtbot: Any) -> EngineButton:
    button = EngineButton(CHOICES)
    qtbot.addWidget(button)
    button.show_settings(Settings())
    button.show()
    return button


def test_the_button_names_model_and_language(button: EngineButton) -> None:
    assert button.words == "Whisper base · English"
    assert button.accessibleDescription() == "Whisper base · English"
    button.show_settings(replace(Settings(), engine="aiola", language="de"))
    assert button.words == "aiOla · German"


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Down])
def test_the_keyboard_opens_the_choosers_and_escape_closes_them(qtbot: Any, button: EngineButton, key: Qt.Key) -> None:
    qtbot.keyClick(button, key)
    assert button.popup.isVisible()
    qtbot.keyClick(button.popup, Qt.Key.Key_Escape)
    assert not button.popup.isVisible()


def test_the_model_is_offered_only_for_the_recognizer_on_this_computer(button: EngineButton) -> None:
    button.open()
    assert button.model.isVisible()
    button.show_settings(replace(Settings(), engine="aiola"))
    assert not button.model.isVisible()
    button.popup.hide()


def test_the_chosen_model_is_saved(front: FrontEnd) -> None:
    front.window.control_bar.model.chosen.emit("whisper-small")
    assert front.preferences.settings.local_model == "whisper-small"


def test_a_long_name_does_not_widen_the_bar(button: EngineButton) -> None:
    least = button.minimumSizeHint().width()
    button.show_settings(replace(Settings(), local_model="x" * 400))
    assert button.minimumSizeHint().width() == least


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_time_stands_inside_the_round_end(
    shown: FrontEnd, qapp: QApplication, direction: Qt.LayoutDirection
) -> None:
    shown.window.setLayoutDirection(direction)
    for _ in range(3):
        qapp.processEvents()
    unit, time = shown.window.control_bar.unit, shown.window.control_bar.time
    assert time.geometry().left() >= 16 or direction is Qt.LayoutDirection.LeftToRight
    assert unit.width() - time.geometry().right() >= 16 or direction is Qt.LayoutDirection.RightToLeft
