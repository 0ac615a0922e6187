"""The settings window is made from the declarations, and a change takes effect at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget
from window_fakes import CHOICES, HEADSET, FakeDictation

from saywrite.foundation.events import DevicesChanged
from saywrite.storage.settings.schema import OPTIONS, Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.settings.dialog import SHOWN_WITH_ANOTHER, SettingsDialog
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.labels import NoteLabel
from saywrite.ui.toolkit.preferences import Preferences


@pytest.fixture
def preferences(qapp: object) -> Any:
    yield Preferences(Settings(), lambda _settings: None)
    assert wait_for_tasks(5000)


@pytest.fixture
def dialog(qtbot: Any, preferences: Preferences) -> SettingsDialog:
    made = SettingsDialog(preferences, CHOICES)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("name", sorted(set(OPTIONS) - SHOWN_WITH_ANOTHER))
def test_every_option_has_an_editor_that_names_it(dialog: SettingsDialog, name: str) -> None:
    assert dialog.editor(name).accessibleName() == OPTIONS[name].label


def test_an_option_that_is_not_shown_is_an_error(dialog: SettingsDialog) -> None:
    with pytest.raises(KeyError):
        dialog.editor("no_such_option")


def test_choice_takes_effect_at_once(dialog: SettingsDialog, preferences: Preferences) -> None:
    box = dialog.editor("theme")
    assert isinstance(box, QComboBox)
    row = box.findData("dark")
    box.activated.emit(row)
    assert preferences.settings.theme == "dark"
    assert box.currentText() == "Dark"


def test_switch_takes_effect_at_once(qtbot: Any, dialog: SettingsDialog, preferences: Preferences) -> None:
    box = dialog.editor("show_waveform")
    assert isinstance(box, QCheckBox)
    assert box.isChecked()
    box.click()
    assert not preferences.settings.show_waveform


def test_a_number_stays_within_its_bounds(dialog: SettingsDialog, preferences: Preferences) -> None:
    box = dialog.editor("keep_recordings_days")
    assert isinstance(box, QSpinBox)
    box.setValue(10**9)
    assert preferences.settings.keep_recordings_days == OPTIONS["keep_recordings_days"].maximum
    box.setValue(-1)
    assert preferences.settings.keep_recordings_days == -1
    assert box.text() == "Until you delete them"
    box.setValue(0)
    assert box.text() == "Until the text is there"
    box.setValue(7)
    assert box.text() == "7 days"


def test_text_takes_effect_when_the_line_loses_the_focus(
    qtbot: Any, dialog: SettingsDialog, preferences: Preferences
) -> None:
    line = dialog.editor("export_folder")
    assert isinstance(line, QLineEdit)
    line.setText("/tmp/exports")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert preferences.settings.export_folder == "/tmp/exports"


def test_dialog_follows_changes_made_elsewhere(dialog: SettingsDialog, preferences: Preferences) -> None:
    preferences.update(theme="light", language="de", engine="aiola")
    theme, language = dialog.editor("theme"), dialog.editor("language")
    assert isinstance(theme, QComboBox)
    assert isinstance(language, QComboBox)
    assert (theme.currentText(), language.currentText()) == ("Light", "German")


def test_the_microphone_is_chosen_from_the_devices(dialog: SettingsDialog, preferences: Preferences) -> None:
    dialog.show_devices(DevicesChanged((HEADSET,)))
    chooser = dialog.editor("microphone_name")
    assert isinstance(chooser, QComboBox)
    row = chooser.findText(HEADSET.label, Qt.MatchFlag.MatchStartsWith)
    chooser.setCurrentIndex(row)
    chooser.activated.emit(row)
    assert preferences.settings.microphone_host_api == HEADSET.host_api
    assert preferences.settings.microphone_name == HEADSET.key


def test_only_engines_of_this_version_are_offered(dialog: SettingsDialog) -> None:
    box = dialog.editor("engine")
    assert isinstance(box, QComboBox)
    assert [box.itemData(row) for row in range(box.count())] == [engine.name for engine in CHOICES.engines]


def test_no_page_name_is_cut_off_and_the_window_fits_the_screen(dialog: SettingsDialog) -> None:
    assert dialog.list.sizeHintForColumn(0) <= dialog._side.maximumWidth()
    widest = int(dialog.screen().availableGeometry().width() * 0.9)
    assert dialog.width() <= widest


def test_no_page_name_is_cut_off_in_another_language(
    dialog: SettingsDialog, in_language: Callable[[str], None]
) -> None:
    dialog.show()
    in_language("de")
    assert dialog.list.sizeHintForColumn(0) <= dialog._side.maximumWidth()


def test_a_note_takes_only_the_lines_that_it_needs(qtbot: Any, qapp: QApplication) -> None:
    note = NoteLabel("Minutes without dictation after which the recognizer frees its memory.")
    qtbot.addWidget(note)
    note.show()
    line = note.fontMetrics().height()
    note.resize(120, 200)
    assert note.minimumHeight() >= 3 * line
    assert note.minimumSizeHint().height() >= 3 * line
    note.resize(900, 200)
    assert note.minimumHeight() == line
    assert note.sizeHint().height() == line
    assert note.minimumSizeHint().height() == line, "a layout gives a label at least this height"


@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize("width", [0, 480, 700, 1100])
def test_nothing_is_cut_off_on_any_page(
    qtbot: Any,
    preferences: Preferences,
    qapp: QApplication,
    width: int,
    language: str,
    in_language: Callable[[str], None],
) -> None:
    in_language(language)
    dialog = SettingsDialog(preferences, CHOICES)
    qtbot.addWidget(dialog)
    dialog.show_devices(DevicesChanged((HEADSET,)))
    if width:
        dialog.resize(width, 580)
    with qtbot.waitExposed(dialog):
        dialog.show()
    for row in range(dialog.list.count()):
        dialog.list.setCurrentRow(row)
        for _ in range(20):  # a note that gets another height changes the layout once more
            qapp.processEvents()
        assert cut_off(dialog) == [], dialog.list.currentItem().text()


def cut_off(dialog: SettingsDialog) -> list[str]:
    """The visible controls and texts that have less height than they need, or lie partly outside of their row."""
    kinds = QLabel | QComboBox | QSpinBox | QPushButton | QCheckBox
    found = []
    for each in dialog.findChildren(QWidget):
        if each.isVisible() and isinstance(each, kinds):
            needed = each.minimumHeight() if isinstance(each, NoteLabel) else each.minimumSizeHint().height()
            if each.height() < needed or each.geometry().bottom() >= each.parentWidget().height():
                found.append(f"{each.metaObject().className()} {each.accessibleName()} {each.geometry()}")
    return found


def test_the_sounds_can_be_heard_in_the_settings(qtbot: Any, front: FrontEnd, dictation: FakeDictation) -> None:
    front.dialogs.show_settings()
    (dialog,) = front.window.findChildren(SettingsDialog)
    dialog.show_page("Push-to-talk")
    listen = next(each for each in dialog.findChildren(QPushButton) if each.accessibleName() == "Listen to the sounds")
    qtbot.mouseClick(listen, Qt.MouseButton.LeftButton)
    assert "preview_sounds" in dictation.names()
