"""“Nothing leaves this computer” in the window: no recognizer that needs the network is offered, and it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from window_fakes import CHOICES, FakeDictation

from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.first_run.window import FirstRunWindow
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.settings.dialog import SettingsDialog


def offered(front: FrontEnd) -> list[str]:
    box = front.window.control_bar.engine
    return [str(box.itemData(row)) for row in range(box.count())]


def test_switch_hides_aiola_everywhere_and_chooses_this_computer(
    shown: FrontEnd, dictation: FakeDictation, qtbot: Any
) -> None:
    shown.preferences.update(engine="aiola", second_engine="aiola")
    assert offered(shown) == ["local", "aiola"]
    assert not shown.window.status.offline.isVisible()
    shown.dialogs.show_settings()
    dialog = shown.window.findChild(SettingsDialog)
    dialog.editor("stay_offline").click()
    settings = shown.preferences.settings
    assert (settings.stay_offline, settings.engine, settings.second_engine) == (True, "local", "local")
    assert dictation.arguments("apply")[-1] == (settings,)
    assert offered(shown) == ["local"]
    assert [action.text() for action in shown.tray.menu.engines.actions()] == [CHOICES.engines[0].label]
    assert shown.window.status.offline.isVisible()
    assert shown.window.status.offline.text() == "Nothing leaves this computer"


def test_switch_back_offers_aiola_again(shown: FrontEnd) -> None:
    shown.preferences.update(stay_offline=True)
    shown.preferences.update(engine="aiola")
    assert shown.preferences.settings.engine == "local"
    shown.preferences.update(stay_offline=False)
    assert offered(shown) == ["local", "aiola"]
    assert not shown.window.status.offline.isVisible()


def test_first_run_does_not_offer_aiola(shown: FrontEnd, qtbot: Any) -> None:
    shown.preferences.replace(replace(Settings(), stay_offline=True))
    shown.dialogs.show_first_run()
    window = shown.window.findChild(FirstRunWindow)
    assert window.recognizer.buttons["local"].isChecked()
    assert [name for name, button in window.recognizer.buttons.items() if button.isEnabled()] == ["local"]
