"""What a command from outside does to the dictation, and what it is told about it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dictation.conftest import FakeRecognizer, Stage

from saywrite import __version__
from saywrite.cli.remote_answers import RemoteControl, WindowCalls
from saywrite.cli.remote_commands import describe
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.dictation.observers import Status, StatusBoard
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.events import SAMPLE_RATE, Failed, Finished, ProgressChanged, State, StateChanged


@dataclass
class Remote:
    """A dictation with its remote control, and what the window was asked for."""

    stage: Stage
    board: StatusBoard
    shown: list[str] = field(default_factory=list)
    quits: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        calls = WindowCalls(self.shown.append, lambda: self.quits.append(True))
        self.control = RemoteControl(self.stage.dictation, self.board, self.stage.commands.loop.settings, calls)

    def ask(self, verb: str, **more: str) -> Answer:
        """Ask on another thread, as the listener does, while the dictation takes its messages here."""
        told: list[Answer | ControlRefused] = []

        def asking() -> None:
            try:
                told.append(self.control.answer(ControlRequest(verb, **more)))
            except ControlRefused as error:
                told.append(error)

        thread = threading.Thread(target=asking)
        thread.start()
        while thread.is_alive():
            while (message := self.stage.inbox.take(0)) is not None:
                self.stage.loop.handle(message)
                self.note()
            thread.join(0.001)
        if isinstance(told[0], ControlRefused):
            raise told[0]
        return told[0]

    def note(self) -> None:
        """The board hears what the front end hears."""
        for event in self.stage.told[self._noted :]:
            self.board.receive(event)
        self._noted = len(self.stage.told)

    _noted: int = 0


@pytest.fixture
def remote(stage: Stage) -> Remote:
    return Remote(stage, StatusBoard())


def test_idle_status_names_the_next_dictations_engine_and_language(remote: Remote) -> None:
    answer = remote.ask("status")
    pid = answer["pid"]
    assert answer == {
        "state": "idle",
        "engine": "local",
        "language": "en",
        "dictation": None,
        "heard_s": 0.0,
        "pending_s": 0.0,
        "problem": None,
        "version": __version__,
        "pid": pid,
    }
    assert isinstance(pid, int)


def test_start_speak_stop(remote: Remote) -> None:
    stage = remote.stage
    remote.ask("start")
    assert stage.states == ["starting"]
    stage.source.open()
    stage.say(2)
    stage.recognizer.final("hello", 0.1, 1.5)
    stage.pass_time(1)
    stage.pass_time(1)
    remote.note()
    answer = remote.ask("status")
    assert answer["dictation"] == stage.loop.session.id
    assert (answer["state"], answer["heard_s"], answer["pending_s"]) == ("listening", 2.0, 0.5)
    remote.ask("stop")
    assert stage.states[-1] == "finishing"
    stage.source.end()
    stage.handle_messages()
    stage.recognizer.done()
    stage.handle_messages()
    remote.note()
    answer = remote.ask("status")
    assert (answer["state"], answer["dictation"], answer["heard_s"]) == ("idle", None, 0.0)


def test_toggle_starts_and_stops(remote: Remote) -> None:
    remote.ask("toggle")
    remote.stage.source.open()
    remote.stage.pass_time(1)
    remote.ask("toggle")
    assert remote.stage.states == ["starting", "listening", "finishing"]


def test_cancel_drops_what_is_running(remote: Remote) -> None:
    remote.ask("start")
    remote.ask("cancel")
    remote.stage.handle_messages()
    assert remote.stage.states[-1] == "idle"


def test_one_dictation_may_have_another_language_and_engine_and_the_next_has_not(remote: Remote) -> None:
    other = FakeRecognizer(remote.stage.inbox.post, "aiola")
    remote.stage.recognizers["aiola"] = other
    answer = remote.ask("start", engine="aiola", language="de")
    assert (other.request.language, remote.stage.loop.session.plan.engine) == ("de", "aiola")
    assert (answer["engine"], answer["language"]) == ("aiola", "de")
    remote.ask("cancel")
    remote.stage.handle_messages()
    remote.note()
    answer = remote.ask("status")
    assert (answer["engine"], answer["language"]) == ("local", "en")
    remote.ask("start")
    assert (remote.stage.recognizer.request.language, remote.stage.loop.session.plan.engine) == ("en", "local")


def test_former_name_of_the_local_engine_is_understood(remote: Remote) -> None:
    assert remote.ask("start", engine="builtin")["engine"] == "local"


def test_status_follows_settings_changed_in_the_window(remote: Remote) -> None:
    remote.stage.dictation.apply(replace(remote.stage.loop.settings, language="fr"))
    remote.stage.handle_messages()
    assert remote.ask("status")["language"] == "fr"


def test_the_window_is_shown_and_quit_without_the_dictation(remote: Remote) -> None:
    remote.ask("show", activation="token-1")
    assert (remote.shown, remote.quits) == (["token-1"], [])
    remote.ask("quit")
    assert remote.quits == [True]
    assert remote.stage.states == []


@pytest.mark.parametrize(
    "request_",
    [
        ControlRequest("start", engine="magic"),
        ControlRequest("toggle", language="xx"),
        ControlRequest("stop", language="en"),
    ],
)
def test_what_it_does_not_know_is_refused_and_not_done(request_: ControlRequest, remote: Remote) -> None:
    with pytest.raises(ControlRefused):
        remote.control.answer(request_)
    remote.stage.handle_messages()
    assert remote.stage.states == []


def test_what_keeps_a_dictation_from_beginning_is_the_answer_and_stays_to_be_seen(remote: Remote) -> None:
    with pytest.raises(ControlRefused, match=r"aiOla.*--engine local"):
        remote.ask("start", engine="aiola")
    answer = remote.ask("status")
    assert answer["state"] == "idle"
    assert "aiOla" in str(answer["problem"])
    assert "aiOla" in describe(answer)
    assert remote.ask("start")["problem"] is None


def test_status_is_answered_while_the_dictation_hangs(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saywrite.cli.remote_answers.COMMAND_LIMIT_S", 0.05)
    assert remote.control.answer(ControlRequest("start"))["state"] == "idle"  # nobody takes the message
    assert remote.control.answer(ControlRequest("status"))["state"] == "idle"
    remote.stage.handle_messages()
    assert remote.stage.states == ["starting"]


def test_a_failure_stays_to_be_seen_until_the_next_start() -> None:
    board = StatusBoard()
    board.receive(StateChanged("a", State.STARTING))
    board.receive(Failed("a", "No microphone.", "Plug one in.", fatal=True))
    board.receive(StateChanged("a", State.FAILED))
    assert board.now == Status(State.FAILED, "a", problem=("No microphone.", "Plug one in."))
    board.receive(StateChanged("b", State.STARTING))
    assert board.now == Status(State.STARTING, "b")


def test_an_older_dictation_that_is_still_finishing_does_not_count() -> None:
    board = StatusBoard()
    board.receive(StateChanged("b", State.LISTENING))
    board.receive(ProgressChanged("b", 2 * SAMPLE_RATE, SAMPLE_RATE, SAMPLE_RATE))
    board.receive(ProgressChanged("a", 9 * SAMPLE_RATE, 0, 0))
    board.receive(Failed("a", "Too late.", "", fatal=True))
    board.receive(Finished("a", 9 * SAMPLE_RATE, 0, 9 * SAMPLE_RATE, 9.0, ""))
    assert board.now == Status(State.LISTENING, "b", 2.0, 1.0)


@given(st.sampled_from(list(State)), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_status_is_one_line_for_people(state: State, heard: float, pending: float) -> None:
    idle = {"state": state.value, "engine": "local", "language": "en", "dictation": None}
    assert describe(idle) == f"{state} · local · en"
    line = describe({**idle, "dictation": "x", "heard_s": heard, "pending_s": pending})
    assert line == f"{state} · local · en · {heard} s heard, {pending} s without text so far"
