"""The results of push-to-talk are shown with the actions that are possible."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QPushButton
from window_fakes import CHOICES, FakeDictation

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.foundation.events import (
    Cancelled,
    Inserted,
    InsertionUncertain,
    InsertionUndone,
    KeyProblem,
    KeysChanged,
    NotInserted,
    PrerollActive,
    State,
    StateChanged,
    UndoFailed,
)
from saywrite.ui.main_window.push_to_talk_notices import PushToTalkNotices
from saywrite.ui.main_window.window import MainWindow
from saywrite.ui.tray.menu import TrayMenu


class Shown:
    """The notices on a window, what was posted, and what was said beside the tray icon."""

    def __init__(self, qtbot: Any) -> None:
        self.window = MainWindow(LatestLevel().take, Envelope, CHOICES)
        self.dictation = FakeDictation()
        self.beside: list[str] = []
        self.opened: list[bool] = []
        self.notices = PushToTalkNotices(
            self.window,
            self.dictation,
            lambda what, remedy: self.beside.append(f"{what} {remedy}"),
            lambda: self.opened.append(True),
        )
        qtbot.addWidget(self.window)

    def tell(self, *events: Any) -> list[str]:
        for event in events:
            self.notices.receive(event)
        return self.window.notices.texts()

    def click(self, text: str) -> None:
        (button,) = [each for each in self.window.notices.findChildren(QPushButton) if each.text() == text]
        button.click()


@pytest.fixture
def shown(qtbot: Any) -> Shown:
    return Shown(qtbot)


MISSED = NotInserted("d", "Kate", "Kate did not read the text.", "The text is on the clipboard.", on_clipboard=True)


def went_in(*, elsewhere: bool = False) -> Inserted:
    return Inserted("d", "Kate", elsewhere, 0.02, 5.0)


def test_insertion_is_shown_as_a_short_message(shown: Shown) -> None:
    assert shown.tell(went_in()) == []
    assert shown.window.status.text() == "Inserted into Kate"
    assert shown.beside == []
    shown.window.actions_.take_back.trigger()
    assert shown.dictation.names() == ["take_back_insertion"]


def test_insertion_into_another_window_names_it(shown: Shown) -> None:
    (words,) = shown.tell(went_in(elsewhere=True))
    assert words.startswith("The text was inserted into Kate")
    assert shown.beside == [words]


def test_failed_insertion_can_be_repeated(shown: Shown) -> None:
    assert not shown.window.actions_.insert_again.isEnabled()
    assert shown.tell(MISSED) == ["Kate did not read the text. The text is on the clipboard."]
    assert shown.beside == ["Kate did not read the text. The text is on the clipboard."]
    shown.click("&Insert again")
    assert shown.dictation.names() == ["insert_again"]
    assert shown.tell(went_in()) == []
    assert not shown.window.actions_.insert_again.isEnabled()


@pytest.mark.parametrize("unusual", [True, False])
def test_uncertain_insertion_is_not_called_inserted(unusual: bool, shown: Shown) -> None:
    event = InsertionUncertain("d", "Kate", "Another program took the clipboard.", "Look.", unusual, False, 0.02, 5.0)
    assert shown.tell(event) == (["Another program took the clipboard. Look."] if unusual else [])
    if unusual:
        shown.click("&Insert again")
    else:
        assert shown.window.status.text() == "Sent to Kate; it does not tell whether it took the text"
        assert shown.beside == []
        shown.window.actions_.insert_again.trigger()
    assert shown.dictation.names() == ["insert_again"]


def test_next_dictation_withdraws_the_notice_of_the_last(shown: Shown) -> None:
    assert shown.tell(MISSED, StateChanged("e", State.STARTING)) == []
    assert shown.window.actions_.insert_again.isEnabled()


def test_cancelled_dictation_can_be_restored_until_it_expires(shown: Shown) -> None:
    assert shown.tell(Cancelled("d", revocable=True))[0].startswith("The dictation was cancelled.")
    shown.click("&Undo")
    assert shown.dictation.names() == ["take_back_cancelled"]
    assert shown.tell(Cancelled("d", revocable=False)) == []


def test_cancelling_is_undone_in_the_tray_menu_without_the_window(shown: Shown) -> None:
    menu = TrayMenu(shown.window.actions_, CHOICES)
    action = shown.window.actions_.want_cancelled
    assert action in menu.actions()
    assert not action.isVisible()
    shown.tell(Cancelled("d", revocable=True))
    assert shown.beside[-1].endswith("The menu of this icon offers to undo it.")
    assert action.isVisible()
    action.trigger()
    assert shown.dictation.names() == ["take_back_cancelled"]
    shown.tell(Cancelled("d", revocable=False))
    assert not action.isVisible()


def test_insertion_is_undone_once(shown: Shown) -> None:
    shown.tell(went_in(), InsertionUndone("d", "Kate"))
    assert shown.window.status.text() == "Undone in Kate"
    assert not shown.window.actions_.take_back.isEnabled()
    assert shown.tell(UndoFailed("Another window has the focus now.", "Undo it there.")) == [
        "Another window has the focus now. Undo it there."
    ]


def test_key_of_another_program_is_reported_until_another_is_chosen(shown: Shown) -> None:
    taken = KeyProblem("dictate", "Another program has F9.", "Choose another key in the settings.")
    assert shown.tell(KeysChanged((), (taken,))) == ["Another program has F9. Choose another key in the settings."]
    shown.click("Choose a &key…")
    assert shown.opened == [True]
    assert shown.tell(KeysChanged((("dictate", ""),))) == []


def test_open_microphone_is_shown_as_long_as_it_is_open(shown: Shown) -> None:
    (words,) = shown.tell(PrerollActive("Desk"))
    assert words.startswith("Desk is open all the time, as you chose.")
    assert shown.tell(PrerollActive("")) == []
