"""Events of keys, system and dictation in any order: the microphone closes in time, and a press works."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.dictation.push_to_talk_stage import Stage

from saywrite.desktop.hotkeys.base import FIRST, SECOND
from saywrite.dictation.push_to_talk.policy import REPEAT_GAP_S, TAKE_BACK_S, Mode, StopReason
from saywrite.foundation.events import State

LIMIT_S = 30.0
BINDINGS = st.sampled_from([FIRST, SECOND])
TIMES = st.sampled_from([0.0, 0.005, 0.04, 0.2, 0.5, 1.0, 1.3, 5.0, 9.0, 31.0])


class KeysMachine(RuleBasedStateMachine):
    """`down` is what the fingers do; events may be missing, doubled or late."""

    @initialize(mode=st.sampled_from(Mode))
    def begin(self, mode: Mode) -> None:
        self.stage = Stage(mode, LIMIT_S)
        self.down: set[str] = set()

    @rule(binding=BINDINGS)
    def presses(self, binding: str) -> None:
        self.down.add(binding)
        self.stage.press(binding)

    @rule(binding=BINDINGS)
    def releases(self, binding: str) -> None:
        self.down.discard(binding)
        self.stage.release(binding)

    @rule(binding=BINDINGS)
    def releases_unnoticed(self, binding: str) -> None:
        self.down.discard(binding)

    @rule(pairs=st.booleans(), times=st.integers(1, 30))
    def repeats(self, pairs: bool, times: int) -> None:
        for binding in sorted(self.down):
            for _ in range(times):
                if pairs:
                    self.stage.release(binding)
                self.stage.press(binding).wait(0.04)

    @rule(seconds=TIMES)
    def time_passes(self, seconds: float) -> None:
        self.stage.wait(seconds)

    @rule()
    def escapes(self) -> None:
        self.stage.escape()

    @rule()
    def takes_back(self) -> None:
        self.stage.take_back()

    @rule(why=st.sampled_from([StopReason.LOCKED, StopReason.SUSPENDED, StopReason.KEYS_LOST]))
    def is_interrupted(self, why: StopReason) -> None:
        self.stage.interrupt(why)
        assert why is not StopReason.SUSPENDED or not self.stage.capturing

    @rule(refuses=st.booleans())
    def engine_is_missing(self, refuses: bool) -> None:
        self.stage.refuses = refuses

    @precondition(lambda self: not self.stage.capturing)
    @rule()
    def window_starts(self) -> None:
        self.stage.begin()

    @precondition(lambda self: self.stage.capturing)
    @rule(state=st.sampled_from([State.LISTENING, State.FINISHING, State.FAILED, State.RECONNECTING]))
    def dictation_moves(self, state: State) -> None:
        if state is State.RECONNECTING and self.stage.state is not State.LISTENING:
            return
        if state is not self.stage.state:
            self.stage.to(state)

    @precondition(lambda self: self.stage.state in (State.FINISHING, State.FAILED))
    @rule()
    def dictation_is_over(self) -> None:
        self.stage.to(State.IDLE)

    @invariant()
    def no_dictation_of_a_key_outlives_its_limit(self) -> None:
        stage = self.stage
        if stage.capturing and stage.dictation in stage.begun_by_key:
            assert stage.at < stage.begun_by_key[stage.dictation] + LIMIT_S + 1e-6

    @invariant()
    def escape_belongs_to_others_unless_a_key_dictates(self) -> None:
        stage = self.stage
        assert stage.watching == (stage.capturing and stage.dictation in stage.begun_by_key)

    def teardown(self) -> None:
        """All fingers off, every release lost: presses in peace work as ever, and nothing stays open or kept."""
        if not hasattr(self, "stage"):
            return
        stage = self.stage
        stage.refuses = False
        for _ in range(2):
            before = stage.capturing
            stage.wait(REPEAT_GAP_S + 0.1)
            began_elsewhere = stage.dictation not in stage.begun_by_key
            running = stage.capturing
            assert running == before or not running
            stage.press()
            assert stage.capturing != running or (not began_elsewhere and stage.story[-1].startswith("start"))
        if stage.capturing and stage.dictation not in stage.begun_by_key:
            stage.to(State.FINISHING)
        stage.wait(LIMIT_S + TAKE_BACK_S)
        assert not stage.capturing
        assert not stage.kept
        assert stage.keys.due is None


TestKeysMachine = KeysMachine.TestCase
