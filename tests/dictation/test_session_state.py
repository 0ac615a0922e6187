"""The states of one dictation, against the four facts that they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywrite.dictation.states import SESSION_TRANSITIONS, SessionSignal, SessionState


@dataclass
class Facts:
    """What has happened to a dictation, one flag each."""

    source_ended: bool = False
    recognizer_started: bool = False
    recognizer_finished: bool = False
    given_up: bool = False

    def take(self, signal: SessionSignal) -> None:
        if signal is SessionSignal.SOURCE_ENDED:
            self.source_ended = True
        elif signal is SessionSignal.GIVEN_UP:
            self.given_up = True
        elif signal is SessionSignal.RECOGNIZER_FINISHED:
            self.recognizer_finished = self.recognizer_started
        elif not self.given_up:
            self.recognizer_started = True

    @property
    def over(self) -> bool:
        return self.source_ended and (self.recognizer_finished or (self.given_up and not self.recognizer_started))


@given(st.lists(st.sampled_from(SessionSignal), max_size=12))
def test_state_agrees_with_what_has_happened(signals: list[SessionSignal]) -> None:
    state, facts = SessionState.WAITING, Facts()
    for signal in signals:
        state = SESSION_TRANSITIONS[state].get(signal, state)
        facts.take(signal)
        assert state.source_ended == facts.source_ended
        assert state.given_up == facts.given_up
        assert state.recognizer_runs == (facts.recognizer_started and not facts.recognizer_finished)
        assert state.over == facts.over


def test_table_lists_every_state_and_no_transition_that_changes_nothing() -> None:
    assert SESSION_TRANSITIONS.keys() == set(SessionState)
    assert all(to is not state for state, row in SESSION_TRANSITIONS.items() for to in row.values())


@pytest.mark.parametrize("state", SessionState)
def test_every_state_is_reached_and_leads_to_the_end(state: SessionState) -> None:
    def reachable(start: SessionState) -> set[SessionState]:
        found, todo = {start}, [start]
        while todo:
            new = set(SESSION_TRANSITIONS[todo.pop()].values()) - found
            found |= new
            todo += new
        return found

    assert state in reachable(SessionState.WAITING)
    assert any(each.over for each in reachable(state))
