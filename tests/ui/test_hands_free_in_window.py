"""The hands-free mode as people see it: the switch, the status bar, the notice, the tray and the overlay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from window_fakes import FakeDictation

from saywrite.foundation.events import HandsFreeChanged, HandsFreeState, Inserted, State, StateChanged
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.app.hands_free import words_of
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.tray.overlay import Overlay
from saywrite.ui.tray.state_icons import TrayState

OFF = HandsFreeChanged(HandsFreeState.OFF)
WAITING = HandsFreeChanged(HandsFreeState.WAITING, "start listening")
DICTATING = HandsFreeChanged(HandsFreeState.DICTATING, "stop listening")
PAUSED = HandsFreeChanged(HandsFreeState.PAUSED, "start listening")
WITHOUT_MODEL = HandsFreeChanged(HandsFreeState.BLOCKED, "start listening", "No model.", "Download one.", True)
LOST = HandsFreeChanged(HandsFreeState.BLOCKED, "start listening", "Desk went away.", "Plug it in.")


def test_switch_asks_for_a_change_and_shows_the_state(shown: FrontEnd, dictation: FakeDictation) -> None:
    action = shown.window.actions_.hands_free
    assert not action.isChecked()
    action.trigger()
    shown.receive(WAITING)
    assert action.isChecked()
    shown.receive(WITHOUT_MODEL)
    assert action.isChecked()  # it is on, and waits for a model
    action.trigger()
    shown.receive(OFF)
    assert not action.isChecked()
    assert dictation.arguments("switch_hands_free") == [(True,), (False,)]
    assert action in shown.tray.menu.actions()


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (OFF, ""),
        (WAITING, "Hands-free: say “start listening”"),
        (DICTATING, "Hands-free: “stop listening” ends the dictation"),
        (PAUSED, "Hands-free: paused"),
        (WITHOUT_MODEL, "Hands-free: cannot listen"),
    ],
)
def test_status_bar_says_what_the_mode_does(event: HandsFreeChanged, words: str, shown: FrontEnd) -> None:
    badge = shown.window.status.hands_free
    shown.receive(WAITING)
    shown.receive(event)
    assert words_of(event) == words
    assert badge.isVisible() == bool(words)
    assert badge.toolTip() == words


def test_status_bar_is_short_in_a_narrow_window(shown: FrontEnd, qtbot: Any) -> None:
    shown.preferences.update(stay_offline=True)
    shown.receive(WAITING)
    texts = []
    for width in (1040, 640):
        shown.window.resize(width, 700)
        qtbot.waitUntil(lambda width=width: shown.window.status.width() == width)
        texts.append((shown.window.status.hands_free.text(), shown.window.status.offline.text()))
    assert texts[0][0] == "Hands-free: say “start listening”"
    assert texts[1] == ("Hands-free", "Offline")


def notices(front: FrontEnd) -> str:
    return " ".join(front.window.notices.texts())


def test_what_is_missing_is_said_with_its_remedy_until_it_is_there(shown: FrontEnd) -> None:
    shown.receive(WITHOUT_MODEL)
    assert "No model." in notices(shown)
    assert "Download one." in notices(shown)
    shown.receive(LOST)
    assert "No model." not in notices(shown)
    assert "Desk went away." in notices(shown)
    shown.receive(WAITING)
    assert "Desk went away." not in notices(shown)


def test_tray_says_that_the_microphone_is_open_also_after_a_problem(shown: FrontEnd) -> None:
    shown.receive(StateChanged("d1", State.FAILED))
    shown.receive(WAITING)
    assert shown.tray.shown_state is TrayState.WAITING
    shown.receive(StateChanged("d2", State.STARTING))
    assert shown.tray.shown_state is TrayState.LISTENING
    shown.receive(StateChanged("d2", State.FINISHING))
    shown.receive(StateChanged("d2", State.IDLE))
    shown.receive(OFF)
    assert shown.tray.shown_state is TrayState.IDLE


@pytest.fixture
def pill(make_front: Callable[..., FrontEnd]) -> tuple[FrontEnd, Callable[[], Overlay]]:
    """A program whose window is hidden, and its overlay."""
    front = make_front()

    def overlay() -> Overlay:
        assert front.overlay.overlay is not None
        return front.overlay.overlay

    return front, overlay


def test_overlay_shows_that_it_waits_and_comes_back_after_a_dictation(
    pill: tuple[FrontEnd, Callable[[], Overlay]], qtbot: Any
) -> None:
    front, overlay = pill
    front.receive(WAITING)
    assert overlay().is_shown
    assert overlay().words == "Hands-free: say “start listening”"
    assert not overlay().is_polling
    front.receive(StateChanged("d1", State.STARTING))
    front.receive(DICTATING)
    front.receive(Inserted("d1", "Kate", False, 0.1, 1.0))
    assert overlay().shown_state is TrayState.LISTENING  # each sentence is inserted, and the dictation goes on
    front.receive(StateChanged("d1", State.FINISHING))
    front.receive(PAUSED)
    front.receive(StateChanged("d1", State.IDLE))
    front.receive(WAITING)
    assert overlay().shown_state is TrayState.WAITING
    front.receive(OFF)
    assert not overlay().is_shown


def test_overlay_waits_only_outside_of_our_window(shown: FrontEnd, qtbot: Any) -> None:
    qtbot.waitUntil(shown.window.isActiveWindow)
    shown.receive(WAITING)
    assert shown.overlay.overlay is None
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):  # hiding the window would not move the focus on the offscreen platform
        other.show()
    qtbot.waitUntil(lambda: shown.overlay.overlay is not None and shown.overlay.overlay.is_shown)


def test_key_is_recorded_in_the_settings(shown: FrontEnd, tmp_path: Path) -> None:
    shown.dialogs.show_settings()
    dialog = shown.window.findChild(SettingsDialog)
    assert "hands_free_hotkey" in dialog.keys_page.recorders
    dialog.keys_page.recorders["hands_free_hotkey"].chosen.emit("F10")
    assert shown.preferences.settings.hands_free_hotkey == "F10"
    dialog.close()
