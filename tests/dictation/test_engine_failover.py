"""Another engine stands in for a service that is away for long; its text is marked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.dictation.conftest import FakeRecognizer, Stage

from saywrite.foundation.events import SAMPLE_RATE, ConnectionChanged, Failed, Finished, SegmentAdded, State, Traffic
from saywrite.storage.settings.schema import Settings


class Service(FakeRecognizer):
    """A recognizer whose service can be away."""

    def connection(self, state: str) -> None:
        retry = 1.0 if state == "lost" else None
        self.say(ConnectionChanged(self.dictation, state, retry_in_s=retry))


@pytest.fixture
def service(stage: Stage) -> Service:
    service = Service(stage.inbox.post, "aiola")
    stage.recognizers["aiola"] = service
    return service


def begin(stage: Stage, service: Service, *, wish: str = "local", language: str = "en") -> None:
    """A dictation through the service has two seconds of text, then the service is lost."""
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_while_away=wish, language=language))
    stage.commands.start_microphone()
    stage.source.open()
    stage.say(2)
    service.final("one two", 0.5, 2.0)
    stage.handle_messages()
    service.connection("lost")
    stage.handle_messages()
    stage.say(3)
    stage.handle_messages()


def texts(stage: Stage) -> list[tuple[str, str]]:
    return [(event.segment.text, event.segment.engine) for event in stage.all(SegmentAdded)]


def test_no_stand_in_begins_before_a_minute(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(59)
    assert "start" not in stage.recognizer.calls
    assert stage.loop.state is State.RECONNECTING


def test_local_recognizer_gets_all_sound_without_text_after_a_minute(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(61)
    assert "start" in stage.recognizer.calls
    assert stage.recognizer.fed == 3 * SAMPLE_RATE, "from the end of the last text on"
    assert stage.loop.state is State.LISTENING
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.handle_messages()
    assert texts(stage) == [("One two", ""), ("three four", "local")]
    assert stage.all(SegmentAdded)[-1].segment.start == round(2.5 * SAMPLE_RATE), "in its place"


def test_service_that_is_back_continues_from_the_end_of_the_text(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(61)
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.handle_messages()
    service.connection("connected")
    stage.handle_messages()
    assert stage.recognizer.calls[-1] == "abort"
    assert service.calls.count("start") == 2
    stage.say(1)
    stage.handle_messages()
    assert service.fed == round(1.5 * SAMPLE_RATE), "from the end of the last text on"
    service.final("five", 0.2, 1.0)
    stage.handle_messages()
    assert texts(stage)[-1] == ("five", "")
    assert stage.all(SegmentAdded)[-1].segment.start == round(4.7 * SAMPLE_RATE)


def test_late_events_of_the_former_recognition_are_dropped(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(61)
    service.final("late", 2.0, 3.0)
    service.say(Failed(service.dictation, "It broke.", "Start again.", fatal=True))
    stage.handle_messages()
    assert texts(stage) == [("One two", "")]
    assert stage.loop.state is State.LISTENING


def test_dictation_ends_with_the_stand_in(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(61)
    stage.dictation.stop()
    stage.handle_messages()
    stage.source.end()
    stage.handle_messages()
    assert stage.recognizer.finishing
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.recognizer.done()
    stage.handle_messages()
    finished = stage.last(Finished)
    assert (finished.pending, finished.text) == (0, "One two three four")
    assert service.calls[-1] == "abort", "the engine that is away need not try any longer"
    assert stage.loop.state is State.IDLE


def test_failed_stand_in_does_not_end_the_dictation(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(61)
    stage.recognizer.say(Failed(stage.recognizer.dictation, "It broke.", "Start again.", fatal=True))
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.loop.state is State.LISTENING
    assert not stage.last(Failed).fatal
    assert service.calls[-2:] == ["abort", "start"], "the service is waited for again"
    assert service.fed == 3 * SAMPLE_RATE


def test_local_recognizer_stands_in_for_every_language(stage: Stage, service: Service) -> None:
    begin(stage, service, language="de")
    stage.pass_time(61)
    assert stage.recognizer.request.language == "de"


@pytest.mark.parametrize(("wish", "waits"), [("later", False), ("local", True)])
def test_no_stand_in_without_the_setting_or_without_its_model(
    stage: Stage, service: Service, wish: str, waits: bool
) -> None:
    stage.recognizer.waits = waits
    begin(stage, service, wish=wish)
    stage.pass_time(600)
    assert "start" not in stage.recognizer.calls
    assert stage.loop.state is State.RECONNECTING


def test_bytes_are_counted_over_all_connections_of_a_dictation(stage: Stage, service: Service) -> None:
    begin(stage, service)
    service.say(Traffic(service.dictation, "apis.aiola.ai", 1_000, 10))
    stage.handle_messages()
    stage.pass_time(61)
    service.connection("connected")
    stage.handle_messages()
    service.say(Traffic(service.dictation, "apis.aiola.ai", 500, 5))
    stage.handle_messages()
    assert (stage.last(Traffic).sent, stage.last(Traffic).received) == (1_500, 15)
