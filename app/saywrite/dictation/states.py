"""The states of the application (`loop.py`) and of one dictation (`session.py`). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum

from saywrite.foundation.events import State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.IDLE: frozenset({State.STARTING, State.FAILED}),
    State.STARTING: frozenset({State.LISTENING, State.FINISHING, State.FAILED}),
    State.LISTENING: frozenset({State.RECONNECTING, State.FINISHING, State.FAILED}),
    State.RECONNECTING: frozenset({State.LISTENING, State.FINISHING, State.FAILED}),
    # A press while the last text is still being worked out starts the next dictation at once (promise 3).
    State.FINISHING: frozenset({State.IDLE, State.STARTING, State.FAILED}),
    State.FAILED: frozenset({State.STARTING, State.IDLE}),
}

CAPTURING = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING})
"""The states in which a source is running, so that it can be stopped."""


class UnlistedTransition(AssertionError):
    """The loop was to change to a state that `TRANSITIONS` does not list: an error in our code."""


def move(now: State, to: State) -> State:
    """Return the new state. Raises UnlistedTransition where the table does not list it."""
    if to not in TRANSITIONS[now]:
        raise UnlistedTransition(f"{now} -> {to}")
    return to


class SessionState(Enum):
    """Where a dictation stands: its sound (open or ended), its recognizer (not begun, running, finished)."""

    WAITING = "sound open, the recognizer still works for an earlier dictation"
    RECORDED = "sound ended, the recognizer still works for an earlier dictation"
    RECOGNIZING = "sound open, recognizer running"
    FINISHING = "sound ended, recognizer running"
    RECORDING = "sound open, recognizer finished: the rest is only recorded"
    COMPLETE = "sound ended, recognizer finished"
    ABORTING = "given up: sound open, recognizer running"
    CLOSING_SOURCE = "given up: sound open, recognizer not begun or finished"
    CLOSING_RECOGNIZER = "given up: sound ended, recognizer running"
    ABANDONED = "given up: sound ended, recognizer not begun or finished"

    @property
    def source_ended(self) -> bool:
        return self in _SOURCE_ENDED

    @property
    def recognizer_runs(self) -> bool:
        return self in _RECOGNIZER_RUNS

    @property
    def given_up(self) -> bool:
        return self in _GIVEN_UP

    @property
    def over(self) -> bool:
        """No sound and no text can come any more."""
        return self in (SessionState.COMPLETE, SessionState.ABANDONED)


class SessionSignal(StrEnum):
    """What changes the state of a dictation."""

    SOURCE_ENDED = "source ended"
    RECOGNIZER_STARTED = "recognizer started"
    RECOGNIZER_FINISHED = "recognizer finished"
    GIVEN_UP = "given up"


_S = SessionState
_SOURCE_ENDED = frozenset({_S.RECORDED, _S.FINISHING, _S.COMPLETE, _S.CLOSING_RECOGNIZER, _S.ABANDONED})
_RECOGNIZER_RUNS = frozenset({_S.RECOGNIZING, _S.FINISHING, _S.ABORTING, _S.CLOSING_RECOGNIZER})
_GIVEN_UP = frozenset({_S.ABORTING, _S.CLOSING_SOURCE, _S.CLOSING_RECOGNIZER, _S.ABANDONED})

SESSION_TRANSITIONS: Mapping[SessionState, Mapping[SessionSignal, SessionState]] = {
    _S.WAITING: {
        SessionSignal.SOURCE_ENDED: _S.RECORDED,
        SessionSignal.RECOGNIZER_STARTED: _S.RECOGNIZING,
        SessionSignal.GIVEN_UP: _S.CLOSING_SOURCE,
    },
    _S.RECORDED: {
        SessionSignal.RECOGNIZER_STARTED: _S.FINISHING,
        SessionSignal.GIVEN_UP: _S.ABANDONED,
    },
    _S.RECOGNIZING: {
        SessionSignal.SOURCE_ENDED: _S.FINISHING,
        SessionSignal.RECOGNIZER_FINISHED: _S.RECORDING,
        SessionSignal.GIVEN_UP: _S.ABORTING,
    },
    _S.FINISHING: {
        SessionSignal.RECOGNIZER_FINISHED: _S.COMPLETE,
        SessionSignal.GIVEN_UP: _S.CLOSING_RECOGNIZER,
    },
    _S.RECORDING: {
        SessionSignal.SOURCE_ENDED: _S.COMPLETE,
        SessionSignal.GIVEN_UP: _S.CLOSING_SOURCE,
    },
    _S.COMPLETE: {SessionSignal.GIVEN_UP: _S.ABANDONED},
    _S.ABORTING: {
        SessionSignal.SOURCE_ENDED: _S.CLOSING_RECOGNIZER,
        SessionSignal.RECOGNIZER_FINISHED: _S.CLOSING_SOURCE,
    },
    _S.CLOSING_SOURCE: {SessionSignal.SOURCE_ENDED: _S.ABANDONED},
    _S.CLOSING_RECOGNIZER: {SessionSignal.RECOGNIZER_FINISHED: _S.ABANDONED},
    _S.ABANDONED: {},
}
"""A signal that a state does not list changes nothing: it is late, or repeated."""
