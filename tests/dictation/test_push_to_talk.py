"""The push-to-talk policy: what keys do, and when the microphone closes."""

from __future__ import annotations

import pytest
from tests.dictation.push_to_talk_stage import Stage

from saywrite.desktop.hotkeys.base import FIRST, SECOND, KeyPressed, KeyReleased
from saywrite.desktop.hotkeys.conflicts import objections
from saywrite.desktop.hotkeys.key_combination import parse
from saywrite.dictation.push_to_talk.policy import (
    BOUNCE_S,
    REPEAT_GAP_S,
    TAKE_BACK_S,
    TAP_S,
    Cancel,
    DictationState,
    Discard,
    Mode,
    PushToTalk,
    Start,
    Stop,
    StopReason,
)
from saywrite.foundation.events import State
from saywrite.storage.settings.schema import OPTIONS, Settings

REPEAT_EVERY_S = 0.04
REPEAT_AFTER_S = 0.66


def held(mode: Mode, seconds: float) -> Stage:
    """The first key was down for `seconds`, and enough time has passed to know that it is up."""
    return Stage(mode).press().wait(seconds).release().wait(1.0)


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_starts_with_the_press_itself(mode: Mode) -> None:
    stage = Stage(mode)
    stage.at = 5.0
    assert stage.keys.key(KeyPressed(FIRST, 5.0), stage.now) == (Start(FIRST, 5.0),)


@pytest.mark.parametrize(
    ("mode", "seconds", "story"),
    [
        (Mode.HOLD, 0.1, ["start dictate", "stop released"]),
        (Mode.HOLD, 3.0, ["start dictate", "stop released"]),
        (Mode.TOGGLE, 0.1, ["start dictate"]),
        (Mode.TOGGLE, 3.0, ["start dictate"]),
        (Mode.BOTH, TAP_S - 0.01, ["start dictate"]),
        (Mode.BOTH, TAP_S, ["start dictate", "stop released"]),
    ],
)
def test_release_ends_a_dictation_only_after_a_long_press(mode: Mode, seconds: float, story: list[str]) -> None:
    assert held(mode, seconds).story == story


@pytest.mark.parametrize("mode", [Mode.TOGGLE, Mode.BOTH])
def test_second_tap_stops_the_dictation_of_the_first(mode: Mode) -> None:
    stage = held(mode, 0.1).press().wait(2.0).release().wait(1.0)
    assert stage.story == ["start dictate", "stop pressed"]


def test_stop_has_the_time_of_the_release_although_it_waits_for_a_bounce() -> None:
    stage = Stage(Mode.HOLD).press().wait(1.0).release()
    assert stage.keys.due == 1.0 + BOUNCE_S
    assert stage.keys.wake(1.5, stage.now)[-1] == Stop(StopReason.RELEASED, 1.0)


@pytest.mark.parametrize("mode", list(Mode))
def test_bouncing_contact_is_one_press_and_one_release(mode: Mode) -> None:
    stage = Stage(mode).press()
    for _ in range(3):
        stage.wait(0.004).release().wait(0.006).press()
    stage.wait(1.0).release()
    for _ in range(3):
        stage.wait(0.004).press().wait(0.006).release()
    stage.wait(1.0)
    assert stage.story == ["start dictate", *([] if mode is Mode.TOGGLE else ["stop released"])]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("pairs", [False, True])
def test_repetitions_of_a_key_that_is_down_are_one_press(mode: Mode, pairs: bool) -> None:
    """As presses (portal, KDE), or as release/press pairs with one time stamp (X11)."""
    stage = Stage(mode).press().wait(REPEAT_AFTER_S)
    for _ in range(50):
        if pairs:
            stage.release()
        stage.press().wait(REPEAT_EVERY_S)
    assert stage.story == ["start dictate"]
    assert stage.release().wait(1.0).capturing == (mode is Mode.TOGGLE)


@pytest.mark.parametrize("mode", list(Mode))
def test_after_a_lost_release_the_next_press_stops(mode: Mode) -> None:
    stage = Stage(mode).press().wait(REPEAT_GAP_S).press()
    assert stage.story == ["start dictate", "stop pressed"]
    assert stage.release().wait(1.0).press().story[-1] == "start dictate"


@pytest.mark.parametrize("mode", list(Mode))
def test_after_a_lost_release_a_press_too_soon_ends_with_its_release_or_the_press_after(mode: Mode) -> None:
    stage = Stage(mode).press().wait(0.8).press().wait(0.2).release().wait(1.0)
    if stage.capturing:
        stage.press()
    assert not stage.capturing


def test_the_limit_ends_a_dictation_whose_release_was_lost() -> None:
    stage = Stage(Mode.HOLD, limit_s=60.0).press().wait(59.9)
    assert stage.capturing
    assert stage.wait(0.1).story == ["start dictate", "stop limit"]
    assert stage.release().wait(1.0).story[-1] == "stop limit"


def test_limit_begins_no_other_dictation_while_the_key_repeats() -> None:
    stage = Stage(Mode.HOLD, limit_s=2.0).press()
    for _ in range(100):
        stage.wait(REPEAT_EVERY_S).press()
    assert stage.story == ["start dictate", "stop limit"]


def test_press_just_at_the_limit_begins_nothing() -> None:
    stage = held(Mode.TOGGLE, 0.1)
    stage.at = 60.0
    assert stage.press().story == ["start dictate", "stop limit"]


@pytest.mark.parametrize("why", [StopReason.LOCKED, StopReason.SUSPENDED, StopReason.KEYS_LOST])
@pytest.mark.parametrize("mode", list(Mode))
def test_lock_suspend_and_lost_keys_close_the_microphone(mode: Mode, why: StopReason) -> None:
    stage = Stage(mode).press().wait(1.0).interrupt(why)
    assert stage.story == ["start dictate", f"stop {why}"]
    stage.wait(0.5).release().wait(1.0).interrupt(why)
    assert len(stage.story) == 2


def test_dictation_of_the_window_continues_behind_a_locked_screen_but_not_through_sleep() -> None:
    stage = Stage()
    stage.begin()
    assert stage.hear().interrupt(StopReason.LOCKED).capturing
    assert stage.interrupt(StopReason.SUSPENDED).story == ["stop suspended"]


def test_repetitions_of_a_key_that_is_down_when_the_screen_locks_start_no_dictation() -> None:
    stage = Stage(Mode.HOLD).press().wait(1.0).press().interrupt(StopReason.LOCKED)
    for _ in range(50):
        stage.wait(REPEAT_EVERY_S).press()
    assert not stage.capturing


def test_press_stops_a_dictation_of_the_window_and_its_release_begins_nothing() -> None:
    stage = Stage()
    stage.begin()
    stage.hear().press().wait(2.0).release().wait(1.0)
    assert stage.story == ["stop pressed"]


def test_release_does_not_stop_a_dictation_that_began_elsewhere_meanwhile() -> None:
    stage = Stage(Mode.HOLD).press().hear().wait(1.0)
    stage.to(State.FINISHING)
    stage.begin()
    assert stage.release().wait(1.0).capturing


def test_press_while_the_last_text_is_outstanding_begins_the_next_at_once() -> None:
    stage = held(Mode.HOLD, 1.0)
    assert stage.state is State.FINISHING
    assert stage.press().capturing


def test_release_during_starting_stops_although_nothing_was_heard_yet() -> None:
    stage = Stage(Mode.HOLD).press().wait(0.05).release().wait(BOUNCE_S)
    assert stage.state is State.FINISHING


def test_refused_start_leaves_no_state() -> None:
    stage = Stage(Mode.HOLD)
    stage.refuses = True
    stage.press()
    assert (stage.watching, stage.keys.due) == (False, None)
    stage.wait(0.5).release().wait(1.0)
    stage.refuses = False
    assert stage.press().capturing


def test_refused_start_does_not_claim_the_next_dictation_of_the_window() -> None:
    stage = Stage(Mode.HOLD, limit_s=2.0)
    stage.refuses = True
    stage.press()
    stage.begin()
    assert stage.wait(5.0).release().wait(1.0).capturing


def test_second_key_begins_its_own_dictation_and_ends_a_toggled_first_one() -> None:
    stage = held(Mode.BOTH, 0.1).press(SECOND)
    assert stage.story == ["start dictate", "stop pressed", "start dictate-second"]
    assert stage.watching
    assert stage.wait(1.0).release(SECOND).wait(1.0).story[-1] == "stop released"


def test_second_key_only_stops_while_the_first_is_down() -> None:
    """It may be held, or its release may be lost: either way the microphone closes."""
    stage = Stage(Mode.HOLD).press().wait(5.0).press(SECOND)
    assert stage.story == ["start dictate", "stop pressed"]
    assert not stage.release().wait(1.0).release(SECOND).wait(1.0).capturing


def test_release_of_a_key_whose_dictation_the_limit_ended_leaves_that_of_another_key_alone() -> None:
    stage = Stage(Mode.HOLD, limit_s=5.0).press().wait(6.0)
    assert stage.story[-1] == "stop limit"
    stage.press(SECOND).wait(1.0)
    assert stage.release().wait(1.0).capturing
    assert not stage.release(SECOND).wait(1.0).capturing


def test_escape_is_grabbed_exactly_while_a_key_dictates() -> None:
    stage = Stage(Mode.TOGGLE)
    stage.begin()
    assert not stage.hear().watching
    stage.press().wait(0.1).release().wait(1.0)
    assert not stage.watching
    assert stage.press().watching
    stage.to(State.FAILED)
    assert not stage.watching


@pytest.mark.parametrize("mode", list(Mode))
def test_escape_cancels_and_the_dictation_can_be_taken_back_for_a_while(mode: Mode) -> None:
    stage = Stage(mode).press().wait(1.0).escape()
    assert (stage.story[-1], stage.kept, stage.watching) == ("cancel", {"d1"}, False)
    assert stage.wait(0.5).release().wait(1.0).story[-1] == "cancel"
    assert stage.take_back().story[-1] == "take back"
    assert stage.wait(100.0).kept == set()


def test_cancelled_dictation_is_discarded_after_its_time() -> None:
    stage = Stage().press().wait(1.0).escape().wait(TAKE_BACK_S - 0.01)
    assert stage.kept == {"d1"}
    assert stage.wait(0.01).kept == set()
    assert stage.take_back().story == ["start dictate", "cancel", "discard"]


def test_the_dictation_cancelled_last_is_taken_back_first() -> None:
    stage = held(Mode.TOGGLE, 0.1).escape().press().wait(0.1).release().wait(1.0).escape()
    assert stage.kept == {"d1", "d2"}
    assert stage.take_back().kept == {"d1"}
    assert stage.take_back().kept == set()
    assert stage.take_back().story.count("take back") == 2


def test_cancel_works_while_text_is_outstanding_and_does_nothing_when_idle() -> None:
    stage = held(Mode.HOLD, 1.0)
    stage.do(stage.keys.cancel(stage.at, stage.now))
    assert stage.kept == {"d1"}
    stage.do(stage.keys.cancel(stage.at, stage.now))
    assert stage.story[-1] == "cancel"


def test_second_cancel_of_a_dictation_does_not_prolong_the_time_to_take_it_back() -> None:
    keys = PushToTalk(Mode.BOTH, 60.0)
    now = DictationState(State.FINISHING, "d")
    assert keys.cancel(1.0, now) == (Cancel("d", 1.0 + TAKE_BACK_S),)
    assert keys.cancel(2.0, now) == ()
    assert keys.cancel(1.0 + TAKE_BACK_S, DictationState(State.IDLE, "")) == (Discard("d"),)


def test_idle_policy_waits_for_nothing() -> None:
    assert Stage().keys.due is None
    assert held(Mode.HOLD, 1.0).keys.due is None


def test_release_without_a_press_does_nothing() -> None:
    stage = Stage()
    assert stage.keys.key(KeyReleased(FIRST, 0.0), stage.now) == ()


def test_changed_mode_and_limit_apply_at_once() -> None:
    stage = Stage(Mode.TOGGLE).press().wait(1.0)
    stage.keys.set_mode(Mode.HOLD, 5.0)
    assert stage.release().wait(1.0).story[-1] == "stop released"
    stage.press().wait(5.0)
    assert stage.story[-1] == "stop limit"


def test_settings_offer_exactly_these_modes_and_an_acceptable_default_key() -> None:
    settings = Settings()
    assert {value for value, _label in OPTIONS["hotkey_mode"].choices} == set(Mode)
    assert Mode(settings.hotkey_mode) is Mode.BOTH
    chord = parse(settings.hotkey)
    assert [objections(chord, platform) for platform in ("linux", "win32", "darwin")] == [(), (), ()]
