"""A key is chosen by pressing it: impossible keys are refused, conflicts are shown."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from window_fakes import CHOICES

from saywrite.foundation.events import KeyProblem, KeysChanged
from saywrite.storage.settings.schema import Settings
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.settings.hotkey_page import ManualBindingHelp
from saywrite.ui.settings.hotkey_recorder import ASKING, KeyRecorder
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
CONTROL_R = 0xFFE4
MODIFIER_KEYS = ((Qt.Key.Key_Control, 0xFFE3), (Qt.Key.Key_Alt, 0xFFE9), (Qt.Key.Key_Shift, 0xFFE1))


@pytest.fixture
def recorder(qtbot: Any) -> KeyRecorder:
    made = KeyRecorder(lambda: ["F8"], "linux")
    made.setAccessibleName("Key")
    made.set_value("F9")
    made.taken = []
    made.chosen.connect(made.taken.append)
    qtbot.addWidget(made)
    made.show()
    return made


def send(recorder: KeyRecorder, kind: QEvent.Type, key: Qt.Key, held: Qt.KeyboardModifier, native: int = 0) -> None:
    QApplication.sendEvent(recorder.button, QKeyEvent(kind, key, held, 0, native, 0))


def press(recorder: KeyRecorder, key: Qt.Key, held: Qt.KeyboardModifier = NONE, native: int = 0) -> None:
    send(recorder, QEvent.Type.KeyPress, key, held, native)


def test_pressed_keys_are_recorded(recorder: KeyRecorder) -> None:
    recorder.button.click()
    assert recorder.button.text() == ASKING
    press(recorder, Qt.Key.Key_Control, CTRL, 0xFFE3)
    press(recorder, Qt.Key.Key_Alt, CTRL | ALT, 0xFFE9)
    press(recorder, Qt.Key.Key_Space, CTRL | ALT)
    assert recorder.taken == ["Ctrl+Alt+Space"]
    assert not recorder.recording
    assert recorder.button.accessibleName() == "Key: Ctrl+Alt+Space"


def test_escape_keeps_the_old_key(recorder: KeyRecorder) -> None:
    recorder.button.click()
    press(recorder, Qt.Key.Key_Escape)
    assert recorder.taken == []
    assert recorder.button.text() == "F9"


def test_modifier_pressed_and_released_alone_is_a_key(recorder: KeyRecorder) -> None:
    recorder.button.click()
    press(recorder, Qt.Key.Key_Control, CTRL, CONTROL_R)
    send(recorder, QEvent.Type.KeyRelease, Qt.Key.Key_Control, NONE, CONTROL_R)
    assert recorder.taken == ["Right Ctrl"]
    assert "combinations" in recorder.note.text()


def test_several_modifiers_without_a_key_are_no_key(recorder: KeyRecorder) -> None:
    """Whoever presses Ctrl+Alt+Shift and hesitates has not chosen Left Shift."""
    recorder.button.click()
    for key, native in MODIFIER_KEYS:
        press(recorder, key, CTRL, native)
    for key, native in MODIFIER_KEYS:
        send(recorder, QEvent.Type.KeyRelease, key, CTRL, native)
    assert recorder.taken == []
    assert recorder.recording
    press(recorder, Qt.Key.Key_Control, CTRL, CONTROL_R)
    send(recorder, QEvent.Type.KeyRelease, Qt.Key.Key_Control, NONE, CONTROL_R)
    assert recorder.taken == ["Right Ctrl"]


@pytest.mark.parametrize(
    ("key", "held", "why"),
    [
        (Qt.Key.Key_A, SHIFT, "needed for writing"),
        (Qt.Key.Key_F8, NONE, "already your other key"),
        (Qt.Key.Key_BassBoost, NONE, "no key called"),
        (Qt.Key.Key_unknown, NONE, "cannot use this key"),
        (Qt.Key.Key_unknown, CTRL, "cannot use this key"),
        (Qt.Key.Key_Plus, CTRL, "no key called “plus”"),
    ],
)
def test_impossible_key_is_refused_and_recording_continues(
    recorder: KeyRecorder, key: Qt.Key, held: Qt.KeyboardModifier, why: str
) -> None:
    recorder.button.click()
    press(recorder, key, held)
    assert recorder.taken == []
    assert recorder.recording
    assert why in recorder.note.text()
    assert recorder.note.isVisible()
    press(recorder, Qt.Key.Key_F7)
    assert recorder.taken == ["F7"]


def test_shortcut_of_the_system_is_accepted_with_a_warning(recorder: KeyRecorder) -> None:
    recorder.button.click()
    press(recorder, Qt.Key.Key_T, CTRL | ALT)
    assert recorder.taken == ["Ctrl+Alt+T"]
    assert "opens a terminal" in recorder.note.text()


def test_clear_removes_the_key(recorder: KeyRecorder) -> None:
    recorder.clear_button.click()
    assert recorder.taken == [""]
    assert not recorder.clear_button.isEnabled()
    assert recorder.button.accessibleName() == "Key: none"


def test_losing_the_focus_ends_recording(recorder: KeyRecorder) -> None:
    recorder.button.click()
    recorder.button.setFocus()
    recorder.clear_button.setFocus()
    QApplication.sendEvent(recorder.button, focus_lost())
    assert not recorder.recording


def test_button_that_records_has_the_focus(recorder: KeyRecorder) -> None:
    """A click gives it none on a Mac; without it, nothing would end the recording of a window that is left."""
    recorder.clear_button.setFocus()
    recorder.button.click()
    assert recorder.window().focusWidget() is recorder.button
    assert recorder.recording


def focus_lost() -> QEvent:
    from PySide6.QtGui import QFocusEvent

    return QFocusEvent(QEvent.Type.FocusOut)


@pytest.fixture
def dialog(qtbot: Any) -> Any:
    preferences = Preferences(Settings(), lambda _settings: None)
    made = SettingsDialog(preferences, CHOICES)
    made.preferences = preferences
    qtbot.addWidget(made)
    yield made
    assert wait_for_tasks(5000)


def test_settings_save_the_key_and_show_when_another_program_uses_it(dialog: Any) -> None:
    recorder = dialog.keys_page.recorders["second_hotkey"]
    recorder.record()
    press(recorder, Qt.Key.Key_F8)
    assert dialog.preferences.settings.second_hotkey == "F8"
    taken = KeyProblem("dictate-second", "Another program has F8.", "Choose another key in the settings.")
    dialog.show_keys(KeysChanged((("dictate", ""),), (taken,)))
    assert recorder.note.text() == "Another program has F8. Choose another key in the settings."
    assert dialog.keys_page.recorders["hotkey"].note.text() == ""
    dialog.show_keys(KeysChanged((("dictate", ""), ("dictate-second", ""))))
    assert recorder.note.text() == ""


def test_lines_for_the_settings_of_the_desktop_can_be_copied(qtbot: Any) -> None:
    lines = ManualBindingHelp({"SWAYSOCK": "/run/sway"}, "saywrite")
    qtbot.addWidget(lines)
    lines.show_key("Ctrl+Alt+Space")
    lines.copy_button.click()
    copied = QApplication.clipboard().text().splitlines()
    assert [line.split(" exec ")[1] for line in copied] == ["saywrite start", "saywrite stop"]
    lines.show_key("no key at all")
    assert "F9" in lines.lines.text()
