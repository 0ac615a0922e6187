"""The switch “Start at login” shows the state of the system and changes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from window_fakes import CHOICES

from saywrite.desktop.autostart import DesktopEntry
from saywrite.foundation.program import window_command
from saywrite.storage.settings.schema import Settings
from saywrite.ui.settings.autostart_switch import HELP, AutostartSwitch
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.toolkit.background import wait_for_tasks
from saywrite.ui.toolkit.preferences import Preferences


@pytest.fixture
def entry(tmp_path: Path) -> DesktopEntry:
    return DesktopEntry(tmp_path / "autostart" / "saywrite.desktop", ("saywrite",))


@pytest.fixture
def switch(entry: DesktopEntry, qtbot: Any) -> Any:
    made = AutostartSwitch(entry)
    qtbot.addWidget(made)
    yield made
    assert wait_for_tasks(5000)


def test_it_shows_the_system_and_changes_it(switch: AutostartSwitch, entry: DesktopEntry, qtbot: Any) -> None:
    entry.switch(True)
    switch.show()
    qtbot.waitUntil(lambda: switch.box.isEnabled())
    assert switch.box.isChecked()
    switch.box.click()
    qtbot.waitUntil(lambda: switch.box.isEnabled())
    assert not entry.is_on()
    switch.hide()
    entry.switch(True)
    switch.show()
    qtbot.waitUntil(lambda: switch.box.isChecked())


def test_refusal_leaves_the_switch_and_shows_the_reason(switch: AutostartSwitch, tmp_path: Path, qtbot: Any) -> None:
    (tmp_path / "autostart").write_text("in the way")
    switch.show()
    qtbot.waitUntil(lambda: switch.box.isEnabled())
    switch.box.click()
    qtbot.waitUntil(lambda: switch.note.text() != HELP and switch.box.isEnabled())
    assert not switch.box.isChecked()
    assert "Make it writable" in switch.note.text()
    assert switch.box.accessibleDescription() == switch.note.text()


def test_it_is_among_the_settings(entry: DesktopEntry, qtbot: Any) -> None:
    preferences = Preferences(Settings(), lambda _settings: None)
    dialog = SettingsDialog(preferences, CHOICES, autostart=entry)
    qtbot.addWidget(dialog)
    dialog.show_page("Window")
    dialog.show()
    found = dialog.findChild(AutostartSwitch)
    assert found is not None
    qtbot.waitUntil(lambda: found.box.isEnabled())
    assert found.isVisible()
    assert wait_for_tasks(5000)


def test_what_is_started_at_login_uses_the_same_folders(tmp_path: Path) -> None:
    command = window_command(tmp_path / "c", Path("d"))
    assert command[1:4] == ("-m", "saywrite", "--config")
    assert command[-3:] == (str(tmp_path / "c"), "--data", str(Path("d").absolute()))
