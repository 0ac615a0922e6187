"""What became of a dictated text, of a cancelled dictation and of the keys is shown, with the way out."""

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


def test_a_text_that_went_in_is_said_in_passing(shown: Shown) -> None:
    assert shown.tell(went_in()) == []
    assert shown.window.status.text() == "Inserted into Kate"
    assert shown.beside == []
    shown.window.actions_.take_back.trigger()
    assert shown.dictation.names() == ["take_back_insertion"]


def test_a_text_that_went_elsewhere_says_where(shown: Shown) -> None:
    (words,) = shown.tell(went_in(elsewhere=True))
    assert words.startswith("The text went into Kate")
    assert shown.beside == [words]


def test_a_text_that_did_not_get_there_can_be_inserted_again(shown: Shown) -> None:
    assert not shown.window.actions_.insert_again.isEnabled()
    assert shown.tell(MISSED) == ["Kate did not read the text. The text is on the clipboard."]
    assert shown.beside == ["Kate did not read the text. The text is on the clipboard."]
    shown.click("&Insert again")
    assert shown.dictation.names() == ["insert_again"]
    assert shown.tell(went_in()) == []
    assert not shown.window.actions_.insert_again.isEnabled()


@pytest.mark.parametrize("unusual", [True, False])
def test_a_text_that_nobody_can_tell_of_is_not_called_inserted(unusual: bool, shown: Shown) -> None:
    event = InsertionUncertain("d", "Kate", "Another program took the clipboard.", "Look.", unusual, False, 0.02, 5.0)
    assert shown.tell(event) == (["Another program took the clipboard. Look."] if unusual else [])
    if unusual:
        shown.click("&Insert again")
    else:
        assert shown.window.status.text() == "Sent to Kate; it does not tell whether it took the text"
        assert shown.beside == []
        shown.window.actions_.insert_again.trigger()
    assert shown.dictation.names() == ["insert_again"]


def test_the_next_dictation_takes_the_word_of_the_last_away(shown: Shown) -> None:
    assert shown.tell(MISSED, StateChanged("e", State.STARTING)) == []
    assert shown.window.actions_.insert_again.isEnabled()


def test_a_cancelled_dictation_can_be_taken_back_until_it_is_gone(shown: Shown) -> None:
    assert shown.tell(Cancelled("d", revocable=True))[0].startswith("The dictation was cancelled.")
    shown.click("&Take that back")
    assert shown.dictation.names() == ["take_back_cancelled"]
    assert shown.tell(Cancelled("d", revocable=False)) == []


def test_without_the_window_in_sight_a_cancel_is_taken_back_in_the_menu_of_the_tray(shown: Shown) -> None:
    menu = TrayMenu(shown.window.actions_, CHOICES)
    action = shown.window.actions_.want_cancelled
    assert action in menu.actions()
    assert not action.isVisible()
    shown.tell(Cancelled("d", revocable=True))
    assert shown.beside[-1].endswith("the menu of this icon takes that back.")
    assert action.isVisible()
    action.trigger()
    assert shown.dictation.names() == ["take_back_cancelled"]
    shown.tell(Cancelled("d", revocable=False))
    assert not action.isVisible()


def test_an_insertion_taken_back_is_taken_back_once(shown: Shown) -> None:
    shown.tell(went_in(), InsertionUndone("d", "Kate"))
    assert shown.window.status.text() == "Undone in Kate"
    assert not shown.window.actions_.take_back.isEnabled()
    assert shown.tell(UndoFailed("Another window has the focus now.", "Undo it there.")) == [
        "Another window has the focus now. Undo it there."
    ]


def test_a_key_that_another_program_has_is_told_until_another_is_chosen(shown: Shown) -> None:
    taken = KeyProblem("dictate", "Another program has F9.", "Choose another key in the settings.")
    assert shown.tell(KeysChanged((), (taken,))) == ["Another program has F9. Choose another key in the settings."]
    shown.click("Choose a &key…")
    assert shown.opened == [True]
    assert shown.tell(KeysChanged((("dictate", ""),))) == []


def test_a_microphone_that_is_always_open_is_said_as_long_as_it_is(shown: Shown) -> None:
    (words,) = shown.tell(PrerollActive("Desk"))
    assert words.startswith("Desk is open all the time, as you chose.")
    assert shown.tell(PrerollActive("")) == []
