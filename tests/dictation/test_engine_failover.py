"""Another engine stands in for a service that is away or refuses; its text is marked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.dictation.conftest import FakeRecognizer, Stage

from saywrite.foundation.events import (
    SAMPLE_RATE,
    ConnectionChanged,
    Failed,
    Finished,
    ProgressChanged,
    SegmentAdded,
    State,
    Traffic,
)
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
    settings = replace(Settings(), engine="aiola", aiola_while_away=wish, aiola_listen_along="off", language=language)
    stage.commands.apply(settings)
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


def test_dictation_with_the_service_is_recognized_here_where_nothing_may_leave(stage: Stage, service: Service) -> None:
    stage.commands.apply(replace(Settings(), stay_offline=True))
    assert stage.commands.start_microphone("aiola")
    stage.source.open()
    stage.handle_messages()
    assert stage.commands.plan.engine == "local"
    assert "start" in stage.recognizer.calls
    assert "start" not in service.calls


def test_no_stand_in_begins_within_the_first_second(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(0.9)
    assert "start" not in stage.recognizer.calls
    assert stage.loop.state is State.RECONNECTING


def test_local_recognizer_gets_all_sound_without_text_after_a_second(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
    assert "start" in stage.recognizer.calls
    assert stage.recognizer.fed == 3 * SAMPLE_RATE, "from the end of the last text on"
    assert stage.loop.state is State.LISTENING
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.handle_messages()
    assert texts(stage) == [("One two", ""), ("three four", "local")]
    assert stage.all(SegmentAdded)[-1].segment.start == round(2.5 * SAMPLE_RATE), "in its place"


def connect_slowly(stage: Stage, service: Service) -> None:
    """A dictation of two seconds, whose connection is not made within six."""
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_while_away="local", aiola_listen_along="off"))
    stage.commands.start_microphone()
    stage.source.open()
    service.connection("connecting")
    stage.handle_messages()
    stage.say(2)
    stage.pass_time(5.9)
    assert "start" not in stage.recognizer.calls
    stage.pass_time(0.2)


def test_local_recognizer_stands_in_when_the_first_connection_takes_long(stage: Stage, service: Service) -> None:
    connect_slowly(stage, service)
    assert stage.recognizer.fed == 2 * SAMPLE_RATE
    stage.release()
    stage.recognizer.final("one two", 0.5, 2.0)
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.last(Finished).text == "One two"
    assert texts(stage) == [("One two", "local")]


def test_slow_connection_is_waited_for_after_it_has_once_been_made(stage: Stage, service: Service) -> None:
    connect_slowly(stage, service)
    service.connection("connected")
    stage.handle_messages()
    service.connection("connecting")
    stage.handle_messages()
    stage.recognizer.calls.clear()
    stage.pass_time(8.0)
    assert "start" not in stage.recognizer.calls, "the service would never get the dictation"
    service.connection("lost")
    stage.handle_messages()
    stage.pass_time(1.1)
    assert "start" in stage.recognizer.calls


def test_service_that_is_back_continues_from_the_end_of_the_text(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.handle_messages()
    service.connection("connected")
    stage.handle_messages()
    assert stage.recognizer.calls[-1] == "abort"
    assert service.calls[-4:] == ["start", "stand_by", "abort", "start"], "it hears nothing while another one stands in"
    stage.say(1)
    stage.handle_messages()
    assert service.fed == round(1.5 * SAMPLE_RATE), "from the end of the last text on"
    service.final("five", 0.2, 1.0)
    stage.handle_messages()
    assert texts(stage)[-1] == ("five", "")
    assert stage.all(SegmentAdded)[-1].segment.start == round(4.7 * SAMPLE_RATE)


def test_late_events_of_the_former_recognition_are_dropped(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
    service.final("late", 2.0, 3.0)
    service.say(Failed(service.dictation, "It broke.", "Start again.", fatal=True))
    stage.handle_messages()
    assert texts(stage) == [("One two", "")]
    assert stage.loop.state is State.LISTENING


def test_dictation_ends_with_the_stand_in(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
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
    progress = stage.last(ProgressChanged)
    assert (progress.heard, progress.sent) == (5 * SAMPLE_RATE, 2 * SAMPLE_RATE), "the rest stayed on this computer"
    assert service.calls[-1] == "abort", "the engine that is away need not try any longer"
    assert stage.loop.state is State.IDLE


def test_failed_stand_in_does_not_end_the_dictation(stage: Stage, service: Service) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
    stage.recognizer.say(Failed(stage.recognizer.dictation, "It broke.", "Start again.", fatal=True))
    stage.recognizer.done()
    stage.handle_messages()
    assert stage.loop.state is State.LISTENING
    assert not stage.last(Failed).fatal
    assert service.calls[-2:] == ["abort", "start"], "the service is waited for again"
    assert service.fed == 3 * SAMPLE_RATE


def test_local_recognizer_stands_in_for_every_language(stage: Stage, service: Service) -> None:
    begin(stage, service, language="de")
    stage.pass_time(1.1)
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
    stage.pass_time(1.1)
    service.connection("connected")
    stage.handle_messages()
    service.say(Traffic(service.dictation, "apis.aiola.ai", 500, 5))
    stage.handle_messages()
    assert (stage.last(Traffic).sent, stage.last(Traffic).received) == (1_500, 15)


def refuse(stage: Stage, service: Service, *, along: str = "on", fatal: bool = False) -> None:
    """A dictation has two seconds of text, and its service refuses the key for good."""
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_listen_along=along))
    stage.commands.start_microphone()
    stage.source.open()
    stage.say(2)
    service.final("one two", 0.5, 2.0)
    stage.handle_messages()
    stage.say(3)
    service.say(ConnectionChanged(service.dictation, "refused", reason="the key was refused"))
    service.say(Failed(service.dictation, "The key was refused.", "Enter another.", fatal=fatal, about="account"))
    stage.handle_messages()


@pytest.mark.parametrize("fatal", [False, True])
def test_stand_in_begins_at_once_when_the_service_refuses(stage: Stage, service: Service, fatal: bool) -> None:
    refuse(stage, service, fatal=fatal)
    assert stage.recognizer.calls[-2:] == ["abort", "start"], "it listened along, and hears the dictation now"
    assert service.calls[-1] == "abort"
    assert stage.recognizer.fed == 3 * SAMPLE_RATE
    assert stage.loop.state is State.LISTENING
    failed = stage.all(Failed)
    assert [(each.what, each.fatal) for each in failed] == [("The key was refused.", False)]
    assert "this computer carries on" in failed[0].remedy
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.handle_messages()
    assert texts(stage)[-1] == ("three four", "local")


@pytest.mark.parametrize("fatal", [False, True])
def test_refusal_during_an_outage_is_said_and_the_stand_in_carries_on(
    stage: Stage, service: Service, fatal: bool
) -> None:
    begin(stage, service)
    stage.pass_time(1.1)
    calls = list(stage.recognizer.calls)
    service.say(ConnectionChanged(service.dictation, "refused", reason="the key was refused"))
    service.say(Failed(service.dictation, "The key was refused.", "Enter another.", fatal=fatal, about="account"))
    stage.handle_messages()
    assert stage.recognizer.calls == calls, "it goes on where it is"
    assert stage.loop.state is State.LISTENING
    failed = stage.last(Failed)
    assert (failed.what, failed.fatal, failed.about) == ("The key was refused.", False, "account")
    assert "this computer carries on" in failed.remedy
    assert "Enter another." in failed.remedy


def test_refused_dictation_ends_with_the_text_of_the_stand_in(stage: Stage, service: Service) -> None:
    refuse(stage, service)
    stage.release()
    stage.recognizer.final("three four", 0.5, 2.5)
    stage.recognizer.done()
    stage.handle_messages()
    assert (stage.last(Finished).pending, stage.last(Finished).text) == (0, "One two three four")


def test_refusal_is_as_before_for_those_who_want_no_recognizer_here(stage: Stage, service: Service) -> None:
    refuse(stage, service, along="off", fatal=True)
    assert "start" not in stage.recognizer.calls
    assert stage.loop.state is State.FAILED
