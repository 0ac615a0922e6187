"""The table of states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.dictation.states import TRANSITIONS, UnlistedTransition, move
from saywrite.foundation.events import State


@given(st.sampled_from(State), st.sampled_from(State))
def test_only_listed_moves_are_made(now: State, to: State) -> None:
    if to in TRANSITIONS[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(UnlistedTransition):
            move(now, to)


def test_every_state_can_fail_and_every_state_leads_back_to_idle() -> None:
    for state in State:
        assert state is State.FAILED or State.FAILED in TRANSITIONS[state]
        reached, todo = {state}, [state]
        while todo:
            for to in TRANSITIONS[todo.pop()]:
                if to not in reached:
                    reached.add(to)
                    todo.append(to)
        assert State.IDLE in reached
