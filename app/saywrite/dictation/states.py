"""The states of the application and the only moves between them. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from saywrite.events import State

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
"""The states in which a source is running; `stop` and `cancel` mean something here."""


class UnlistedTransition(AssertionError):
    """A bug of ours, never of the user's."""


def move(now: State, to: State) -> State:
    """The new state; raises UnlistedTransition when the table does not know the move."""
    if to not in TRANSITIONS[now]:
        raise UnlistedTransition(f"{now} -> {to}")
    return to
