"""What is painted, announced or shown beside the tray icon is in the language of the program, and follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pseudo_language import untranslated
from PySide6.QtWidgets import QPushButton, QWidget
from test_tray import Resident
from window_fakes import BEGAN

from saywrite.foundation import events
from saywrite.foundation.events import Failed, HandsFreeChanged, HandsFreeState, State, StateChanged
from saywrite.foundation.messages import message
from saywrite.storage.settings.schema import Settings
from saywrite.ui.app.frontend import FrontEnd
from saywrite.ui.settings.dialog import SettingsDialog
from saywrite.ui.settings.hotkey_recorder import KeyRecorder
from saywrite.ui.toolkit.screen_reader import announce
from saywrite.ui.toolkit.translation import set_language
from saywrite.ui.tray.overlay import Overlay
from saywrite.ui.tray.overlay_controller import OverlayController

GERMAN = Settings(program_language="de", overlay="on")
NO_MICROPHONE = Failed("", message("No microphone was found."), message("Connect one."), fatal=True)
BLOCKED = HandsFreeChanged(
    HandsFreeState.BLOCKED, what=message("No microphone was found."), remedy=message("Connect one.")
)
"""Below `ui` a text is made once, in English, and keeps its template."""


# The overlay


def listen(front: FrontEnd) -> None:
    front.receive(StateChanged("d1", State.LISTENING))


def finish(front: FrontEnd) -> None:
    front.receive(StateChanged("d1", State.FINISHING))


def cancel(front: FrontEnd) -> None:
    front.receive(events.Cancelled("d1", revocable=True))


def insert(front: FrontEnd) -> None:
    front.receive(events.Inserted("d1", "42", elsewhere=False, took_s=0.2, at=0.0))


def wait(front: FrontEnd) -> None:
    front.receive(HandsFreeChanged(HandsFreeState.WAITING, phrase="42"))


def fail(front: FrontEnd) -> None:
    front.receive(NO_MICROPHONE)


PRESENTED = (listen, finish, cancel, insert, wait, fail)


def english_of(overlay: Overlay, painted: list[str]) -> list[str]:
    """The English texts that the overlay paints and gives to screen readers."""
    painted.clear()
    overlay.grab()
    assert painted
    return untranslated([*painted, overlay.accessibleName(), overlay.accessibleDescription()])


def shown_overlay(controller: OverlayController) -> Overlay:
    assert controller.overlay is not None
    assert controller.overlay.isVisible()
    return controller.overlay


@pytest.mark.parametrize("present", PRESENTED)
def test_the_overlay_has_no_english_text(
    front: FrontEnd, marked: None, painted: list[str], present: Callable[[FrontEnd], None]
) -> None:
    front.preferences.replace(GERMAN)
    present(front)
    assert not english_of(shown_overlay(front.overlay), painted)


@pytest.mark.parametrize("present", PRESENTED)
def test_the_overlay_follows_the_language(
    front: FrontEnd, marked: None, painted: list[str], present: Callable[[FrontEnd], None]
) -> None:
    front.preferences.update(overlay="on")
    present(front)
    overlay = shown_overlay(front.overlay)
    front.preferences.replace(GERMAN)
    assert not english_of(overlay, painted)


def test_dictated_words_that_are_also_a_text_of_the_program_stay(front: FrontEnd, marked: None) -> None:
    front.preferences.replace(GERMAN)
    front.receive(StateChanged("d1", State.STARTING))
    front.receive(events.Started("d1", "local", "en", "microphone", 0.0, BEGAN))
    front.receive(events.Partial("d1", "Start"))
    overlay = shown_overlay(front.overlay)
    assert (overlay.words, overlay.accessibleDescription()) == ("Start", "Start")


# The tray icon


def stay_in_tray(front: FrontEnd) -> None:
    front.window.show()
    front.window.close()


def block(front: FrontEnd) -> None:
    front.receive(BLOCKED)


def refuse_text(front: FrontEnd) -> None:
    front.receive(
        events.NotInserted("d1", "42", message("The screen is locked."), message("Insert it."), on_clipboard=False)
    )


@pytest.mark.parametrize("tell", [stay_in_tray, block, fail, cancel, refuse_text])
def test_a_message_beside_the_icon_has_no_english_text(
    front: FrontEnd, qtbot: Any, marked: None, tell: Callable[[FrontEnd], None]
) -> None:
    resident = Resident(front, qtbot)
    resident.host(True)
    front.preferences.replace(GERMAN)
    tell(front)
    assert len(resident.icon.messages) == 1
    assert not untranslated([*resident.icon.messages[0], resident.icon.toolTip()])


# Announcements


def record_key(front: FrontEnd) -> None:
    front.dialogs.show_settings()
    recorder = front.window.findChildren(KeyRecorder)[0]
    recorder.record()
    recorder.button.releaseKeyboard()


def search_in_vain(front: FrontEnd) -> None:
    front.dialogs.show_settings()
    front.window.findChildren(SettingsDialog)[0].search.setText("qqqq")


def discard_unfinished(front: FrontEnd) -> None:
    item = events.IncompleteRecording("d1", datetime.now(), 160_000, 0, message("No microphone was found."))
    front.receive(events.IncompleteRecordingsFound((item,)))
    next(each for each in front.window.unfinished.findChildren(QPushButton) if each.text().endswith("…⟧")).click()


@pytest.mark.parametrize("act", [listen, finish, fail, insert, record_key, search_in_vain, discard_unfinished])
def test_an_announcement_has_no_english_text(
    front: FrontEnd, marked: None, spoken: list[str], act: Callable[[FrontEnd], None]
) -> None:
    front.preferences.replace(GERMAN)
    front.show()
    act(front)
    assert spoken
    assert not untranslated(spoken)


def test_a_text_of_the_user_is_announced_as_it_is(marked: None, spoken: list[str]) -> None:
    set_language("de")
    announce(QWidget(), "Start")
    announce(QWidget(), message("Start"))
    assert spoken == ["Start", "⟦Start⟧"]


# Parts of windows


def test_the_empty_list_of_keywords_has_no_english_text(front: FrontEnd, marked: None, painted: list[str]) -> None:
    table = front.window.keywords.table
    for language in ("en", "de"):
        set_language(language)
        painted.clear()
        table.grab()
        assert len(painted) >= 2
    assert not untranslated(painted)
