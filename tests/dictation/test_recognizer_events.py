"""The events that recognizers return: when the loop handles them, and in which order."""

from __future__ import annotations

import pytest
from tests.dictation.conftest import FakeRecognizer, Stage

from saywrite.dictation.session import DictationSession
from saywrite.foundation.events import (
    SAMPLE_RATE,
    EngineChanged,
    EngineState,
    Failed,
    Final,
    ModelVerified,
    Partial,
    Progress,
    RecognizerFinished,
    SegmentAdded,
    Started,
    State,
    StateChanged,
)
from saywrite.speech.engine import EventBuffer, Events, Incoming, Request


class DirectRecognizer(FakeRecognizer):
    """Answers every call at once, without a thread. `due`: what the next `wake` returns."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.inbox.post)
        self.due: Events = ()

    def start(self, request: Request) -> Events:
        super().start(request)
        return (EngineChanged("local", EngineState.LOADING),)

    def feed(self, pcm: bytes, end: int) -> Events:
        super().feed(pcm, end)
        return (Partial(self.dictation, f"{end}"), Progress(self.dictation, end, 0))

    def finish(self) -> Events:
        super().finish()
        final = Final(self.dictation, "all of it", 0, self.fed)
        return (final, Progress(self.dictation, self.fed, self.fed), RecognizerFinished(self.dictation))

    def wake(self, now: float) -> tuple[Events, float | None]:
        events, self.due = self.due, ()
        return events, None

    def release(self) -> Events:
        super().release()
        return (EngineChanged("local", EngineState.UNLOADED),)


@pytest.fixture
def direct(stage: Stage) -> DirectRecognizer:
    recognizer = DirectRecognizer(stage)
    stage.recognizer = stage.recognizers["local"] = recognizer
    return recognizer


def test_whole_dictation_needs_no_trip_through_the_inbox(stage: Stage, direct: DirectRecognizer) -> None:
    stage.loop.handle(lambda: stage.commands.start_microphone())
    stage.loop.handle(stage.source.open)
    stage.loop.handle(lambda: stage.source.say(0.2))
    stage.loop.handle(stage.loop.stop)
    stage.loop.handle(stage.source.end)
    assert stage.text == ["All of it"]
    assert stage.states == ["starting", "listening", "finishing", "idle"]


def test_events_are_handled_in_the_order_in_which_they_were_returned(stage: Stage, direct: DirectRecognizer) -> None:
    stage.listen()
    stage.say(0.3)
    stage.release()
    kinds = (EngineChanged, Partial, SegmentAdded, StateChanged)
    seen = [event for event in stage.told if isinstance(event, kinds)]
    starting, loading, listening, *partials, finishing, segment, idle = seen
    states = [starting.state, listening.state, finishing.state, idle.state]
    assert states == [State.STARTING, State.LISTENING, State.FINISHING, State.IDLE]
    assert loading.state is EngineState.LOADING
    assert [int(partial.text) for partial in partials] == [1600, 3200, 4800]
    assert isinstance(segment, SegmentAdded)


def test_answer_to_a_message_is_handled_before_the_next_message(stage: Stage) -> None:
    stage.listen()
    stage.say(1)
    texts_then: list[list[str]] = []
    stage.inbox.post(Incoming("local", Final(stage.recognizer.dictation, "hello", 0, SAMPLE_RATE)))
    stage.inbox.post(lambda: texts_then.append(stage.text))
    stage.handle_messages()
    assert texts_then == [["Hello"]]


def test_events_of_wake_are_handled_at_once_and_the_loop_is_woken_again(stage: Stage, direct: DirectRecognizer) -> None:
    stage.listen()
    direct.due = (Failed(direct.dictation, "It broke.", "Start again.", fatal=True),)
    assert stage.loop.wake(stage.now) == stage.now
    assert stage.loop.state is State.FAILED
    stage.loop.wake(stage.now)
    assert not stage.loop.sessions


def test_events_after_the_end_of_the_program_are_dropped(stage: Stage, direct: DirectRecognizer) -> None:
    stage.listen()
    direct.due = (EngineChanged("local", EngineState.READY),)
    stage.dictation.quit()
    stage.handle_messages()
    assert direct.due == ()
    assert [event.state for event in stage.all(EngineChanged)] == [EngineState.LOADING]


def test_exception_about_an_event_ends_the_dictation_of_the_event(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The next dictation, which is being spoken meanwhile, goes on."""
    stage.listen()
    stage.say(0.2)
    first = stage.last(Started).dictation
    stage.release()
    stage.listen()
    receive = DictationSession.receive

    def fail_at_final(session: DictationSession, event: object) -> None:
        if isinstance(event, Final):
            raise RuntimeError("on purpose")
        receive(session, event)

    monkeypatch.setattr(DictationSession, "receive", fail_at_final)
    stage.recognizer.final("hello", 0, 0.2)
    stage.inbox.post(lambda: setattr(stage.loop, "running", False))
    stage.loop.run()
    assert "on purpose" in caplog.text
    assert [failed.dictation for failed in stage.all(Failed)] == [first]
    assert stage.loop.state is State.LISTENING


def test_verified_model_is_reported(stage: Stage) -> None:
    stage.inbox.post(ModelVerified("whisper-base"))
    stage.handle_messages()
    assert stage.told == [ModelVerified("whisper-base")]


def test_buffer_returns_each_event_once() -> None:
    buffer = EventBuffer()
    first, second = Partial("d", "one"), Partial("d", "two")
    buffer.add(first, second)
    assert buffer.take() == (first, second)
    assert buffer.take() == ()
