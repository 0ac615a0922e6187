"""The hotkey controller: settings become grabs, presses become dictations, problems are reported."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictation.keyboard_stage import SETTINGS, HotkeySetup

from saywrite.desktop.hotkeys.base import (
    CANCEL,
    FIRST,
    HANDS_FREE,
    SECOND,
    Binding,
    GrabResult,
    HotkeysLost,
    KeyPressed,
    KeyReleased,
)
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.desktop.session.events import Resumed, ScreenLocked, ScreenUnlocked, Suspending
from saywrite.dictation.push_to_talk.hotkey_controller import ESCAPE, bindings_of
from saywrite.dictation.push_to_talk.policy import TAKE_BACK_S
from saywrite.foundation.events import KeyProblem
from saywrite.storage.settings.schema import Settings

F9 = Binding(FIRST, parse("F9"), "Dictate")


def test_held_key_dictates_and_escape_is_grabbed_meanwhile() -> None:
    commands = HotkeySetup()
    commands.press()
    commands.wait(2.0)
    commands.release()
    commands.wait(1.0)
    assert commands.done == ["start dictate", "stop"]
    assert commands.ways[0].grabs == [(F9,), (F9, ESCAPE), (F9,)]
    assert commands.told == []


def test_escape_is_not_grabbed_where_temporary_grabs_are_impossible() -> None:
    commands = HotkeySetup(supports_temporary_grabs=False)
    commands.press()
    commands.wait(2.0)
    commands.release()
    commands.wait(1.0)
    assert commands.ways[0].grabs == [(F9,)]


def test_escape_cancels_and_the_offer_ends_by_itself() -> None:
    commands = HotkeySetup()
    commands.press()
    commands.wait(1.0)
    commands.press(CANCEL)
    commands.wait(TAKE_BACK_S)
    assert commands.done == ["start dictate", f"cancel until {1 + TAKE_BACK_S:g}", "discard d1"]


def test_cancel_from_the_window_can_be_taken_back_too() -> None:
    commands = HotkeySetup()
    commands.start("window")
    commands.keyboard.cancel(commands.at)
    commands.keyboard.take_back(commands.at)
    assert commands.done[1:] == [f"cancel until {TAKE_BACK_S:g}", "take back d1"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (ScreenLocked(1.0), "The microphone was closed when the screen was locked."),
        (Suspending(1.0), "The microphone was closed when the computer went to sleep."),
        (HotkeysLost("Gone.", "Wait."), "The microphone was closed: the key is no longer heard."),
    ],
)
def test_reason_for_closing_the_microphone_is_reported_once(message: object, told: str) -> None:
    commands = HotkeySetup()
    commands.press()
    commands.wait(1.0)
    commands.hear(message)
    commands.hear(message)
    assert commands.done == ["start dictate", "stop"]
    assert commands.told == [told]


def test_waking_and_unlocking_begin_nothing() -> None:
    commands = HotkeySetup()
    commands.hear(Resumed(0.0))
    commands.hear(ScreenUnlocked(0.0))
    assert commands.done == []


def test_limit_of_the_settings_closes_the_microphone_and_is_reported() -> None:
    commands = HotkeySetup()
    commands.press()
    commands.wait(60.0)
    assert commands.done == ["start dictate", "stop"]
    assert commands.told == ["The microphone was closed: the time limit of the key was reached."]


@pytest.mark.parametrize("began", [FIRST, "window"])
def test_sleep_without_a_signal_ends_the_dictation_that_was_captured(began: str) -> None:
    commands = HotkeySetup()
    commands.press() if began == FIRST else commands.start("window")
    commands.wait(1.0)
    commands.sleep(3_600.0)
    commands.wait(0.1)
    assert commands.done[-1] == "stop"
    assert commands.told == ["The microphone was closed when the computer went to sleep."]


def test_sleep_before_the_press_does_not_end_its_dictation() -> None:
    commands = HotkeySetup()
    commands.wait(1.0)
    commands.sleep(3_600.0)
    commands.press()
    commands.wait(1.0)
    assert commands.done == ["start dictate"]


def test_sleep_before_a_start_in_the_window_does_not_end_its_dictation() -> None:
    commands = HotkeySetup()
    commands.wait(1.0)
    commands.sleep(3_600.0)
    commands.start("window")
    commands.wait(1.0)
    assert commands.done == ["start window"]


def test_changed_keys_are_grabbed_at_once_and_unchanged_ones_not_again() -> None:
    commands = HotkeySetup()
    commands.keyboard.apply(replace(SETTINGS, theme="dark"))
    assert commands.ways[0].grabs == [(F9,)]
    commands.keyboard.apply(replace(SETTINGS, hotkey="F8", second_hotkey="Ctrl+F8", second_language="de"))
    second = Binding(SECOND, parse("Ctrl+F8"), "Dictate in German")
    assert commands.ways[0].grabs[1:] == [(Binding(FIRST, parse("F8"), "Dictate"), second)]


def test_settings_changed_during_a_dictation_keep_escape() -> None:
    commands = HotkeySetup()
    commands.press()
    commands.keyboard.apply(replace(SETTINGS, hotkey="F8"))
    assert commands.ways[0].grabs[-1] == (Binding(FIRST, parse("F8"), "Dictate"), ESCAPE)


def test_grabbed_keys_are_reported_when_they_change_and_without_escape() -> None:
    commands = HotkeySetup()
    heard = GrabResult(((FIRST, "F9"),))
    commands.hear(heard)
    commands.hear(GrabResult(((FIRST, "F9"), (CANCEL, "Escape"))))
    commands.hear(GrabResult(((FIRST, "F9"),), (KeyProblem(CANCEL, "Taken.", "Free it."),)))
    assert commands.keys == [heard]
    taken = GrabResult((), (KeyProblem(FIRST, "Taken.", "Free it."),))
    commands.hear(taken)
    assert commands.keys == [heard, taken]


def test_lost_keys_are_reported_and_opened_again_with_the_next_settings() -> None:
    commands = HotkeySetup()
    commands.hear(HotkeysLost("Gone.", "Choose the key again."))
    assert commands.ways[0].released
    assert commands.keys == [GrabResult((), (KeyProblem("", "Gone.", "Choose the key again."),))]
    commands.keyboard.apply(SETTINGS)
    assert [way.grabs for way in commands.ways] == [[(F9,)], [(F9,)]]


def test_no_backend_is_opened_where_the_desktop_binds_keys_and_mistakes_are_reported() -> None:
    commands = HotkeySetup(supports_temporary_grabs=False, settings=Settings(hotkey=""))
    assert (commands.ways, commands.keys) == ([], [GrabResult(())])
    commands.supports_temporary_grabs = None
    commands.keyboard.apply(replace(SETTINGS, second_hotkey="Nonsense"))
    assert [each.what for each in commands.keys[-1].problems] == ["There is no key called “nonsense”."]


def test_close_releases_the_keys() -> None:
    commands = HotkeySetup()
    commands.keyboard.close()
    commands.keyboard.close()
    assert commands.ways[0].released


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
def test_settings_name_the_keys(first: str, second: str, heard: list[str], problems: list[str]) -> None:
    bindings, refused = bindings_of(Settings(hotkey=first, second_hotkey=second), "linux")
    assert [str(each.chord) for each in bindings] == heard
    assert [each.what for each in refused] == problems


def test_key_of_the_hands_free_mode_is_a_third_one() -> None:
    bindings, refused = bindings_of(Settings(hotkey="F9", hands_free_hotkey="F10"), "linux")
    assert [(each.id, str(each.chord), each.label) for each in bindings] == [
        (FIRST, "F9", "Dictate"),
        (HANDS_FREE, "F10", "Hands-free mode on and off"),
    ]
    assert refused == ()
    bindings, refused = bindings_of(Settings(hotkey="F9", hands_free_hotkey="F9"), "linux")
    assert [each.binding for each in refused] == [HANDS_FREE]


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_in_the_settings_is_a_key_a_problem_or_nothing(first: str, second: str) -> None:
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
def test_label_of_the_second_key_names_its_language_or_engine(settings: Settings, label: str) -> None:
    assert bindings_of(settings, "linux")[0][1].label == label


def test_a_bounce_that_is_handled_late_is_no_release() -> None:
    """A busy computer: both messages of the bounce wait in the inbox for longer than a bounce lasts."""
    setup = HotkeySetup()
    setup.press()
    setup.wait(0.5)
    bounced = setup.at
    setup.wait(0.2)
    setup.hear(KeyReleased(FIRST, bounced))
    assert setup.keyboard.wake(setup.at) == pytest.approx(setup.at + 0.03)
    setup.hear(KeyPressed(FIRST, bounced + 0.01))
    setup.wait(1.0)
    assert setup.done == [f"start {FIRST}"]
    setup.release()
    setup.wait(0.04)
    assert setup.done == [f"start {FIRST}", "stop"]
