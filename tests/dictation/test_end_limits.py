"""How long the end of a dictation may take on the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.dictation.conftest import Stage
from tests.dictation.test_engine_failover import Service

from saywrite.foundation.end_limits import NO_SERVICE_S, EndLimits
from saywrite.foundation.events import Failed, Finished, RecordClosed
from saywrite.storage.settings.schema import Settings


def test_without_limits_there_is_no_end() -> None:
    assert EndLimits().due(stopped_at=1.0, offline_since=1.0, waits=True) is None


def test_service_that_cannot_be_reached_is_given_up_after_a_minute() -> None:
    assert NO_SERVICE_S == 60
    limits = EndLimits(offline_s=NO_SERVICE_S)
    assert limits.due(None, offline_since=100.0, waits=True) == 160.0
    assert limits.due(None, offline_since=None, waits=True) is None


def test_no_dictation_is_given_up_while_its_microphone_is_open() -> None:
    assert EndLimits(offline_s=60).due(None, offline_since=100.0, waits=False) is None


def test_earlier_limit_applies_after_a_stop() -> None:
    limits = EndLimits(finish_s=4.0, offline_s=2.0)
    assert limits.due(stopped_at=50.0, offline_since=10.0, waits=True) == 52.0
    assert limits.due(stopped_at=50.0, offline_since=None, waits=True) == 54.0
    assert limits.due(stopped_at=50.0, offline_since=53.0, waits=True) == 54.0


@pytest.fixture
def service(stage: Stage) -> Service:
    service = Service(stage.inbox.post, "aiola")
    stage.recognizers["aiola"] = service
    stage.commands.apply(replace(Settings(), engine="aiola", aiola_while_away="wait"))
    stage.commands.start_microphone()
    stage.source.open()
    service.connection("connecting")
    stage.say(2)
    stage.handle_messages()
    return service


def test_dictation_without_more_sound_waits_a_minute_for_its_service_and_then_fails(
    stage: Stage, service: Service
) -> None:
    stage.loop.limits = EndLimits(offline_s=NO_SERVICE_S)
    stage.pass_time(300)
    assert not stage.all(Failed), "somebody speaks"
    stage.dictation.stop()
    stage.handle_messages()
    stage.source.end()
    stage.pass_time(1)
    (failed,) = stage.all(Failed)
    assert failed.fatal
    assert failed.about == "network"
    assert "--wait" in failed.remedy
    assert stage.last(Finished).pending == 2 * 16_000, "the recording waits for its text"
    assert stage.last(RecordClosed).saved


def test_on_a_signal_a_service_that_cannot_be_reached_is_given_up_soon(stage: Stage, service: Service) -> None:
    stage.dictation.stop(EndLimits(finish_s=60.0, offline_s=2.0))
    stage.handle_messages()
    stage.source.end()
    stage.pass_time(1.5)
    assert not stage.all(Finished)
    stage.pass_time(1.0)
    assert stage.last(Finished).pending == 2 * 16_000
    assert not stage.all(Failed)


def test_on_a_signal_a_service_that_never_answers_is_given_up_after_the_limit(stage: Stage, service: Service) -> None:
    service.connection("connected")
    stage.handle_messages()
    stage.dictation.stop(EndLimits(finish_s=60.0, offline_s=2.0))
    stage.handle_messages()
    stage.source.end()
    stage.pass_time(59)
    assert not stage.all(Finished)
    stage.pass_time(2)
    assert stage.last(Finished).pending == 2 * 16_000
