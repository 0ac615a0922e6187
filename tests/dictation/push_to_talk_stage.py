"""A user with keys and a dictation without sound: carries out and checks the actions of the policy."""

from __future__ import annotations

from saywrite.desktop.hotkeys.base import CANCEL, FIRST, KeyPressed, KeyReleased
from saywrite.dictation.push_to_talk.policy import (
    Action,
    Cancel,
    DictationState,
    Discard,
    Mode,
    PushToTalk,
    RestoreCancelled,
    Start,
    Stop,
    StopReason,
    WatchCancelKey,
)
from saywrite.dictation.states import CAPTURING, move
from saywrite.foundation.events import State


class Stage:
    """Time is in seconds from 0. `story`: the actions so far; `kept`: the cancelled dictations."""

    def __init__(self, mode: Mode = Mode.BOTH, limit_s: float = 60.0) -> None:
        self.keys = PushToTalk(mode, limit_s)
        self.at = 0.0
        self.state = State.IDLE
        self.dictation = ""
        self.number = 0
        self.story: list[str] = []
        self.kept: set[str] = set()
        self.watching = False
        self.begun_by_key: dict[str, float] = {}
        self.refuses = False

    @property
    def now(self) -> DictationState:
        return DictationState(self.state, self.dictation)

    @property
    def capturing(self) -> bool:
        return self.state in CAPTURING

    def press(self, binding: str = FIRST) -> Stage:
        return self.do(self.keys.key(KeyPressed(binding, self.at), self.now))

    def release(self, binding: str = FIRST) -> Stage:
        return self.do(self.keys.key(KeyReleased(binding, self.at), self.now))

    def escape(self) -> Stage:
        return self.press(CANCEL)

    def interrupt(self, why: StopReason) -> Stage:
        return self.do(self.keys.interrupt(why, self.at, self.now))

    def take_back(self) -> Stage:
        return self.do(self.keys.take_back(self.at, self.now))

    def wait(self, seconds: float) -> Stage:
        """Let time pass, waking push-to-talk exactly when it asked for it."""
        end = self.at + seconds
        while (due := self.keys.due) is not None and due <= end:
            self.at = max(self.at, due)
            self.do(self.keys.wake(self.at, self.now))
            assert self.keys.due is None or self.keys.due > self.at, "it would be woken for ever"
        self.at = end
        return self

    def begin(self) -> None:
        """The dictation starts, whoever asked for it."""
        self.number += 1
        self.dictation = f"d{self.number}"
        self.to(State.STARTING)

    def to(self, state: State) -> Stage:
        self.state = move(self.state, state)
        if state is State.IDLE:
            self.dictation = ""
        for action in self.keys.on_state_changed(self.now):
            self._carry_out(action)
        return self

    def hear(self) -> Stage:
        return self.to(State.LISTENING)

    def do(self, actions: tuple[Action, ...]) -> Stage:
        for action in actions:
            self._carry_out(action)
        self.keys.carried_out(self.now)
        return self

    def _carry_out(self, action: Action) -> None:
        match action:
            case Start(binding=binding, at=at):
                assert not self.capturing, "a start while it is running would be ignored"
                self.story.append(f"start {binding}")
                if not self.refuses:
                    self.begun_by_key[f"d{self.number + 1}"] = at
                    self.begin()
            case Stop(why=why, at=at):
                assert self.capturing, "a stop while nothing is running"
                assert at <= self.at
                self.story.append(f"stop {why}")
                self.to(State.FINISHING)
            case Cancel(dictation=dictation):
                assert dictation == self.dictation
                self.kept.add(dictation)
                self.story.append("cancel")
                if self.capturing:
                    self.to(State.FINISHING)
                self.to(State.IDLE)
            case RestoreCancelled(dictation=dictation) | Discard(dictation=dictation):
                self.kept.remove(dictation)
                self.story.append("take back" if isinstance(action, RestoreCancelled) else "discard")
            case WatchCancelKey(wanted=wanted):
                assert wanted != self.watching
                self.watching = wanted
