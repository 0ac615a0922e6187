"""Actions of user, microphone, recognizer and disk in any order: each dictation ends exactly once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.dictation.conftest import Stage

from saywrite.foundation.errors import AudioError
from saywrite.foundation.events import Failed, Finished, Started, State, StateChanged

SECONDS = st.sampled_from([0.02, 0.1, 0.5, 1.0])


class DictationMachine(RuleBasedStateMachine):
    """Each rule is an event that may happen at any time."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="saywrite-machine-"))
        self.stage = Stage(self.folder)

    @rule(act=st.sampled_from(["start", "stop", "cancel", "toggle"]))
    def user(self, act: str) -> None:
        getattr(self.stage.dictation, act)()
        self.stage.handle_messages()

    @precondition(lambda self: self.live())
    @rule()
    def microphone_opens(self) -> None:
        self.stage.source.open()
        self.stage.handle_messages()

    @precondition(lambda self: self.live())
    @rule(seconds=SECONDS)
    def speaks(self, seconds: float) -> None:
        self.stage.source.open()
        self.stage.say(seconds)

    @precondition(lambda self: self.live())
    @rule()
    def microphone_hiccups(self) -> None:
        self.stage.source.sink.gap(1_000, "A hiccup.")
        self.stage.source.sink.failed(AudioError("It hiccups.", "Wait."), False)

    @precondition(lambda self: self.live())
    @rule(broken=st.booleans())
    def microphone_ends(self, broken: bool) -> None:
        if broken:
            self.stage.source.sink.failed(AudioError("It broke.", "Mend it."), True)
        if not self.stage.source.ended:
            self.stage.source.end()
        self.stage.handle_messages()

    @precondition(lambda self: self.busy())
    @rule(words=st.sampled_from(["hello", "comma", "scratch that", "new paragraph", ""]))
    def recognizer_speaks(self, words: str) -> None:
        said_s = self.stage.recognizer.fed / 16_000
        self.stage.recognizer.partial(words)
        self.stage.recognizer.final(words, said_s / 2, said_s)
        self.stage.handle_messages()

    @precondition(lambda self: self.busy())
    @rule()
    def recognizer_takes(self) -> None:
        self.stage.recognizer.take_all()
        self.stage.handle_messages()

    @precondition(lambda self: self.busy())
    @rule()
    def worker_is_replaced(self) -> None:
        head = self.stage.loop.sessions[0]
        self.stage.recognizer.rewind((head._cursor.confirmed - head.plan.base) / 16_000)
        self.stage.handle_messages()

    @precondition(lambda self: self.busy() and self.stage.recognizer.finishing)
    @rule()
    def recognizer_finishes(self) -> None:
        self.stage.recognizer.done()
        self.stage.handle_messages()

    @precondition(lambda self: self.busy())
    @rule()
    def recognizer_fails(self) -> None:
        self.stage.recognizer.say(Failed(self.stage.recognizer.dictation, "It broke.", "Start again.", fatal=True))
        self.stage.handle_messages()

    @rule(seconds=st.floats(0, 700))
    def time_passes(self, seconds: float) -> None:
        self.stage.pass_time(seconds)

    @rule()
    def disk_stalls_or_goes_on(self) -> None:
        if self.stage.disk.stalled:
            self.stage.disk.go_on()
        else:
            self.stage.disk.stalled = True

    @invariant()
    def the_state_shown_is_the_state(self) -> None:
        if hasattr(self, "stage") and self.stage.all(StateChanged):
            assert self.stage.last(StateChanged).state is self.stage.loop.state

    @invariant()
    def with_nothing_running_it_is_idle_or_failed(self) -> None:
        if hasattr(self, "stage") and not self.stage.loop.sessions:
            assert self.stage.loop.state in (State.IDLE, State.FAILED)

    def teardown(self) -> None:
        """Quit: every dictation that started has finished exactly once, and every second of it is accounted for."""
        if not hasattr(self, "stage"):
            return
        self.stage.disk.go_on()
        self.stage.dictation.quit()
        self.stage.handle_messages()
        finished = self.stage.all(Finished)
        ids = [event.dictation for event in finished]
        assert len(ids) == len(set(ids))
        assert {event.dictation for event in self.stage.all(Started)} <= set(ids)
        for event in finished:
            assert 0 <= event.confirmed <= event.heard
            assert event.pending in (0, event.heard - event.confirmed)
        shutil.rmtree(self.folder)

    def live(self) -> bool:
        """There is a microphone that has not ended."""
        return bool(self.stage.sources) and self.stage.source.sink is not None and not self.stage.source.ended

    def busy(self) -> bool:
        """The recognizer works for a dictation."""
        sessions = self.stage.loop.sessions
        return bool(sessions) and sessions[0].state.recognizer_runs


DictationMachine.TestCase.settings = settings(deadline=None, stateful_step_count=40)
TestDictationMachine = DictationMachine.TestCase
