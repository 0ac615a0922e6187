"""Whether the user did something since the last insertion: what counts, and what our own keys explain."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywrite.desktop.insertion.context.user_activity import PolledInput, UserActivity


def since(at: float = 100.0) -> UserActivity:
    made = UserActivity(known=True)
    made.begin(at)
    return made


def test_input_after_an_insertion_counts_and_input_before_it_does_not() -> None:
    activity = since(100.0)
    activity.note_input(99.9)
    assert not activity.acted
    activity.note_input(100.5)
    assert activity.acted
    assert activity.first_input() == 100.5
    activity.begin(101.0)
    assert not activity.acted


def test_a_hold_of_our_own_key_with_its_modifiers_is_no_input_of_the_user() -> None:
    activity = since()
    activity.note_own_key(110.0, down=True)
    for at in (109.5, 110.0, 110.4, 112.0, 113.9, 114.0, 114.5):
        activity.note_input(at)
    activity.note_own_key(114.0, down=False)
    assert not activity.acted


def test_repeated_presses_of_a_key_that_is_down_are_one_hold() -> None:
    activity = since()
    for at in (110.0, 110.6, 111.2):
        activity.note_own_key(at, down=True)
        activity.note_input(at)
    activity.note_own_key(112.0, down=False)
    activity.note_input(112.0)
    assert not activity.acted


def test_typing_while_a_dictation_is_toggled_on_counts() -> None:
    activity = since()
    for at, own in ((110.0, True), (115.0, False), (120.0, True)):
        if own:
            activity.note_own_key(at, down=True)
            activity.note_own_key(at + 0.1, down=False)
        activity.note_input(at)
    assert activity.first_input() == 115.0


def test_a_command_explains_the_input_around_it() -> None:
    activity = since()
    activity.note_input(109.8)
    activity.note_command(110.0)
    assert not activity.acted


def test_start_of_a_dictation_does_not_end_the_hold_of_its_key() -> None:
    activity = since()
    activity.note_own_key(110.0, down=True)
    activity.note_command(110.1)
    activity.note_input(114.0)
    activity.note_own_key(114.0, down=False)
    assert not activity.acted


def test_it_need_not_listen_any_longer_once_no_hotkey_can_explain_what_it_saw() -> None:
    activity = since()
    activity.note_input(110.0)
    assert not activity.is_settled(110.5)
    assert activity.is_settled(111.5)
    activity.begin(120.0)
    assert not activity.is_settled(1_000.0)


@given(st.lists(st.floats(100.01, 200.0), max_size=200).map(sorted))
def test_without_keys_of_ours_any_input_counts_and_memory_is_bounded(times: list[float]) -> None:
    activity = since(100.0)
    for at in times:
        activity.note_input(at)
    assert activity.acted == bool(times)
    assert len(activity._inputs) <= 32


def test_where_only_the_last_input_can_be_asked_it_is_looked_at_twice_a_second() -> None:
    activity, ages = since(100.0), [0.5]
    polled = PolledInput(activity, lambda: ages[0])
    polled.start(100.0)
    assert polled.look(100.2) == 100.5
    assert polled.look(100.5) == 101.0  # the input half a second ago was our own keys
    ages[0] = 0.3
    assert polled.look(101.0) == 101.5
    assert activity.first_input() == 100.7
    ages[0] = 2.3
    assert polled.look(103.0) is None
