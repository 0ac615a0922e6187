"""The keys at work: settings become grabs, presses become dictations, and what the user should know is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictation.keyboard_desk import SETTINGS, Desk

from saywrite.desktop.hotkeys.bindings import (
    CANCEL,
    FIRST,
    SECOND,
    Binding,
    Grabbed,
    HotkeyProblem,
    HotkeysLost,
)
from saywrite.desktop.hotkeys.chords import parse
from saywrite.desktop.session import Resumed, ScreenLocked, ScreenUnlocked, Suspending
from saywrite.dictation.keyboard import ESCAPE, bindings_of
from saywrite.dictation.push_to_talk import TAKE_BACK_S
from saywrite.settings.schema import Settings

F9 = Binding(FIRST, parse("F9"), "Dictate")


def test_holding_the_key_dictates_and_escape_is_borrowed_for_as_long() -> None:
    desk = Desk()
    desk.press()
    desk.wait(2.0)
    desk.release()
    desk.wait(1.0)
    assert desk.done == ["start dictate", "stop"]
    assert desk.ways[0].grabs == [(F9,), (F9, ESCAPE), (F9,)]
    assert desk.told == []


def test_where_keys_are_not_lent_escape_is_left_alone() -> None:
    desk = Desk(lends_keys=False)
    desk.press()
    desk.wait(2.0)
    desk.release()
    desk.wait(1.0)
    assert desk.ways[0].grabs == [(F9,)]


def test_escape_cancels_and_the_offer_ends_by_itself() -> None:
    desk = Desk()
    desk.press()
    desk.wait(1.0)
    desk.press(CANCEL)
    desk.wait(TAKE_BACK_S)
    assert desk.done == ["start dictate", f"cancel until {1 + TAKE_BACK_S:g}", "discard d1"]


def test_a_cancel_from_the_window_can_be_taken_back_too() -> None:
    desk = Desk()
    desk.start("window")
    desk.keyboard.cancel(desk.at)
    desk.keyboard.take_back(desk.at)
    assert desk.done[1:] == [f"cancel until {TAKE_BACK_S:g}", "take back d1"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (ScreenLocked(1.0), "The microphone was closed when the screen was locked."),
        (Suspending(1.0), "The microphone was closed when the computer went to sleep."),
        (HotkeysLost("Gone.", "Wait."), "The microphone was closed: the key is no longer heard."),
    ],
)
def test_what_closes_the_microphone_is_told_once(message: object, told: str) -> None:
    desk = Desk()
    desk.press()
    desk.wait(1.0)
    desk.hear(message)
    desk.hear(message)
    assert desk.done == ["start dictate", "stop"]
    assert desk.told == [told]


def test_waking_and_unlocking_begin_nothing() -> None:
    desk = Desk()
    desk.hear(Resumed(0.0))
    desk.hear(ScreenUnlocked(0.0))
    assert desk.done == []


def test_the_limit_of_the_settings_closes_the_microphone_and_is_told() -> None:
    desk = Desk()
    desk.press()
    desk.wait(60.0)
    assert desk.done == ["start dictate", "stop"]
    assert desk.told == ["The microphone was closed: the longest time for a key was reached."]


@pytest.mark.parametrize("began", [FIRST, "window"])
def test_a_sleep_that_no_signal_told_of_ends_what_was_being_captured(began: str) -> None:
    desk = Desk()
    desk.press() if began == FIRST else desk.start("window")
    desk.wait(1.0)
    desk.sleep(3_600.0)
    desk.wait(0.1)
    assert desk.done[-1] == "stop"
    assert desk.told == ["The microphone was closed when the computer went to sleep."]


def test_a_sleep_before_the_press_does_not_end_what_it_begins() -> None:
    desk = Desk()
    desk.wait(1.0)
    desk.sleep(3_600.0)
    desk.press()
    desk.wait(1.0)
    assert desk.done == ["start dictate"]


def test_a_sleep_before_the_windows_start_does_not_end_it_either() -> None:
    desk = Desk()
    desk.wait(1.0)
    desk.sleep(3_600.0)
    desk.start("window")
    desk.wait(1.0)
    assert desk.done == ["start window"]


def test_other_settings_are_grabbed_at_once_and_the_same_ones_not_again() -> None:
    desk = Desk()
    desk.keyboard.apply(replace(SETTINGS, theme="dark"))
    assert desk.ways[0].grabs == [(F9,)]
    desk.keyboard.apply(replace(SETTINGS, hotkey="F8", second_hotkey="Ctrl+F8", second_language="de"))
    second = Binding(SECOND, parse("Ctrl+F8"), "Dictate in German")
    assert desk.ways[0].grabs[1:] == [(Binding(FIRST, parse("F8"), "Dictate"), second)]


def test_settings_changed_during_a_dictation_keep_escape() -> None:
    desk = Desk()
    desk.press()
    desk.keyboard.apply(replace(SETTINGS, hotkey="F8"))
    assert desk.ways[0].grabs[-1] == (Binding(FIRST, parse("F8"), "Dictate"), ESCAPE)


def test_the_outcome_is_told_when_it_changes_and_without_escape() -> None:
    desk = Desk()
    heard = Grabbed(((FIRST, "F9"),))
    desk.hear(heard)
    desk.hear(Grabbed(((FIRST, "F9"), (CANCEL, "Escape"))))
    desk.hear(Grabbed(((FIRST, "F9"),), (HotkeyProblem(CANCEL, "Taken.", "Free it."),)))
    assert desk.keys == [heard]
    taken = Grabbed((), (HotkeyProblem(FIRST, "Taken.", "Free it."),))
    desk.hear(taken)
    assert desk.keys == [heard, taken]


def test_lost_keys_are_told_and_opened_again_with_the_next_settings() -> None:
    desk = Desk()
    desk.hear(HotkeysLost("Gone.", "Choose the key again."))
    assert desk.ways[0].released
    assert desk.keys == [Grabbed((), (HotkeyProblem("", "Gone.", "Choose the key again."),))]
    desk.keyboard.apply(SETTINGS)
    assert [way.grabs for way in desk.ways] == [[(F9,)], [(F9,)]]


def test_where_the_desktop_binds_keys_nothing_is_opened_and_mistakes_are_still_told() -> None:
    desk = Desk(lends_keys=False, settings=Settings(hotkey=""))
    assert (desk.ways, desk.keys) == ([], [Grabbed(())])
    desk.lends_keys = None
    desk.keyboard.apply(replace(SETTINGS, second_hotkey="Nonsense"))
    assert [each.what for each in desk.keys[-1].problems] == ["There is no key called “nonsense”."]


def test_closing_lets_go() -> None:
    desk = Desk()
    desk.keyboard.close()
    desk.keyboard.close()
    assert desk.ways[0].released


@pytest.mark.parametrize(
    ("first", "second", "heard", "problems"),
    [
        ("F9", "", ["F9"], []),
        ("", "", [], []),
        ("  ", "F8", ["F8"], []),
        ("F9", "f9", ["F9"], ["F9 is already your other key."]),
        ("A", "F8", ["F8"], ["A is needed for writing: add Ctrl, Alt or Super."]),
        ("Ctrl+Space", "", ["Ctrl+Space"], []),
        ("Ctlr+F9", "", [], ["“ctlr” in “Ctlr+F9” is not a modifier."]),
    ],
)
def test_the_settings_name_the_keys(first: str, second: str, heard: list[str], problems: list[str]) -> None:
    bindings, refused = bindings_of(Settings(hotkey=first, second_hotkey=second), "linux")
    assert [str(each.chord) for each in bindings] == heard
    assert [each.what for each in refused] == problems


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_stands_in_the_settings_is_a_key_a_problem_or_nothing(first: str, second: str) -> None:
    bindings, refused = bindings_of(Settings(hotkey=first, second_hotkey=second), "linux")
    named = sum(bool(text.strip()) for text in (first, second))
    assert len(bindings) + len(refused) == named


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        (Settings(second_hotkey="F8", second_language="it"), "Dictate in Italian"),
        (Settings(second_hotkey="F8", second_engine="aiola"), "Dictate with aiOla"),
        (Settings(second_hotkey="F8"), "Dictate (second key)"),
    ],
)
def test_the_desktop_is_told_what_the_second_key_is_for(settings: Settings, label: str) -> None:
    assert bindings_of(settings, "linux")[0][1].label == label
