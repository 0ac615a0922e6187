"""When the hands-free mode waits, and when it ends a dictation: examples, and a state machine without a microphone."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saywrite.desktop.hotkeys.base import HANDS_FREE, KeyPressed, KeyReleased
from saywrite.dictation.push_to_talk.hands_free.policy import Conditions, EndReason, HandsFree, ToggleKey
from saywrite.dictation.push_to_talk.policy import DictationState
from saywrite.foundation.events import HandsFreeState, State
from saywrite.storage.settings.schema import Settings

IDLE = Conditions(DictationState(State.IDLE))
OWN = Conditions(DictationState(State.LISTENING, "d1"), busy=True)
OTHER = Conditions(DictationState(State.LISTENING, "d2"), busy=True)
FINISHING = Conditions(DictationState(State.FINISHING, "d1"), busy=True)


def dictating(silence_s: float = 60.0, limit_s: float = 900.0) -> HandsFree:
    mode = HandsFree(silence_s, limit_s)
    mode.switch(True)
    mode.began("d1", 100.0)
    return mode


@pytest.mark.parametrize(
    ("conditions", "state"),
    [
        (IDLE, HandsFreeState.WAITING),
        (OTHER, HandsFreeState.PAUSED),
        (FINISHING, HandsFreeState.PAUSED),
        (Conditions(DictationState(State.IDLE), blocked=True), HandsFreeState.BLOCKED),
        (Conditions(DictationState(State.FAILED)), HandsFreeState.WAITING),
    ],
)
def test_it_waits_only_while_nothing_else_is_done(conditions: Conditions, state: HandsFreeState) -> None:
    mode = HandsFree()
    assert mode.state(conditions) is HandsFreeState.OFF
    mode.switch(True)
    assert mode.state(conditions) is state


def test_dictation_of_the_phrase_is_its_own_until_it_is_ended_elsewhere() -> None:
    mode = dictating()
    assert mode.state(OWN) is HandsFreeState.DICTATING
    assert mode.step(101.0, OWN) is None
    assert mode.step(101.0, FINISHING) is None  # the key or the window stopped it
    assert mode.due is None
    assert mode.state(OWN) is HandsFreeState.PAUSED


def test_a_dictation_that_a_key_began_meanwhile_is_not_ended_by_the_silence_of_another() -> None:
    mode = dictating()
    assert mode.state(OTHER) is HandsFreeState.PAUSED
    assert mode.step(900.0, OTHER) is None


def test_silence_is_counted_from_the_last_voice() -> None:
    mode = dictating(silence_s=Settings().hands_free_silence_s)
    assert mode.due == 160.0
    mode.hear_voice(130.0)
    assert mode.due == 190.0
    assert mode.step(189.9, OWN) is None
    assert mode.step(190.0, OWN) is EndReason.SILENCE
    assert mode.step(190.0, OWN) is None  # once


def test_limit_ends_a_dictation_although_somebody_speaks() -> None:
    mode = dictating(silence_s=60.0, limit_s=80.0)
    mode.hear_voice(179.0)
    assert mode.due == 180.0
    assert mode.step(180.0, OWN) is EndReason.LIMIT


def test_spoken_end_switch_and_lock_end_it_at_once() -> None:
    said, off, locked = dictating(), dictating(), dictating()
    said.hear_stop()
    off.switch(False)
    locked.lock(True)
    assert said.step(101.0, OWN) is EndReason.SAID
    assert off.step(101.0, OWN) is EndReason.SWITCHED_OFF
    assert off.state(IDLE) is HandsFreeState.OFF
    assert locked.step(101.0, OWN) is EndReason.LOCKED
    assert locked.state(IDLE) is HandsFreeState.PAUSED
    locked.lock(False)
    assert locked.state(IDLE) is HandsFreeState.WAITING


def test_switching_it_on_forgets_a_lock_whose_end_nobody_reported() -> None:
    mode = HandsFree()
    mode.switch(True)
    mode.lock(True)
    mode.switch(False)
    mode.switch(True)
    assert mode.state(IDLE) is HandsFreeState.WAITING


@pytest.mark.parametrize(
    ("events", "toggles"),
    [
        ("p0.0", 1),
        ("p0.0 r0.1 p1.0 r1.1", 2),
        ("p0.0 p0.5 p0.53 p0.56 r0.6", 1),  # a held key repeats as presses
        ("p0.0 r0.5 p0.51 r0.54 p0.55 r0.6", 1),  # or as pairs
        ("p0.0 r0.1 p0.11 r0.2", 1),  # its contact bounces
        ("p50.0 p50.5 p50.53 r50.6", 1),
        ("p0.0 p9.0", 2),  # the release was lost
    ],
)
def test_key_toggles_once_for_each_press(events: str, toggles: int) -> None:
    key, count = ToggleKey(), 0
    for event in events.split():
        kind = KeyPressed if event[0] == "p" else KeyReleased
        count += key.is_pressed_anew(kind(HANDS_FREE, float(event[1:])))
    assert count == toggles


class Modes(RuleBasedStateMachine):
    """Anything may happen in any order; time goes on in any steps."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = HandsFree(silence_s=60.0, limit_s=300.0)
        self.at = 0.0
        self.state, self.dictation, self.busy, self.blocked = State.IDLE, "", False, False
        self.locked = False
        self.number = 0
        self.voice_at = self.began_at = 0.0

    @property
    def conditions(self) -> Conditions:
        return Conditions(DictationState(self.state, self.dictation), self.busy, self.blocked)

    def step(self) -> None:
        before = self.mode.dictation
        reason = self.mode.step(self.at, self.conditions)
        if reason is None:
            return
        assert self.state is State.LISTENING
        assert before == self.dictation
        if reason is EndReason.SILENCE:
            assert self.at - self.voice_at >= 60.0
        if reason is EndReason.LIMIT:
            assert self.at - self.began_at >= 300.0
        self.state = State.FINISHING

    @rule(on=st.booleans())
    def switch(self, on: bool) -> None:
        self.mode.switch(on)
        self.locked = False
        self.step()

    @rule(locked=st.booleans())
    def lock(self, locked: bool) -> None:
        self.mode.lock(locked)
        self.locked = locked
        self.step()

    @rule(seconds=st.floats(0, 400))
    def wait(self, seconds: float) -> None:
        self.at += seconds
        self.step()

    @rule()
    def speak(self) -> None:
        self.mode.hear_voice(self.at)
        self.voice_at = self.at
        self.step()

    @precondition(lambda self: self.mode.state(self.conditions) is HandsFreeState.WAITING)
    @rule()
    def say_start(self) -> None:
        self.number += 1
        self.dictation, self.state, self.busy = f"d{self.number}", State.LISTENING, True
        self.mode.began(self.dictation, self.at)
        self.voice_at = self.began_at = self.at
        self.step()

    @rule()
    def say_stop(self) -> None:
        self.mode.hear_stop()
        self.step()

    @precondition(lambda self: self.state is not State.LISTENING)
    @rule()
    def press_the_key(self) -> None:
        self.number += 1
        self.dictation, self.state, self.busy = f"d{self.number}", State.LISTENING, True
        self.step()

    @precondition(lambda self: self.state is State.LISTENING)
    @rule()
    def release_the_key(self) -> None:
        self.state = State.FINISHING
        self.step()

    @precondition(lambda self: self.state is State.FINISHING)
    @rule()
    def finish(self) -> None:
        self.dictation, self.state, self.busy = "", State.IDLE, False
        self.step()

    @rule(blocked=st.booleans())
    def block(self, blocked: bool) -> None:
        self.blocked = blocked
        self.step()

    @invariant()
    def the_microphone_waits_only_when_it_may(self) -> None:
        state = self.mode.state(self.conditions)
        may_wait = self.mode.on and not self.locked and not self.busy and not self.blocked
        assert (state is HandsFreeState.WAITING) == may_wait

    @invariant()
    def nothing_is_captured_hands_free_behind_a_lock_or_when_switched_off(self) -> None:
        if self.mode.dictation:
            assert self.mode.on
            assert not self.locked
            assert self.mode.due is not None
            assert self.mode.due > self.at


TestModes = Modes.TestCase
