"""Gateways and services that break an assumption of the protocol: a dictation through them is complete all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.aiola_server.hosting import ServiceProcess
from tests.aiola_server.tones import seconds_of, speech, utterances
from tests.system.lab.counting import count, words_of
from tests.system.lab.speaker import Speaker

from saywrite.foundation.events import ConnectionChanged

SPOKEN = utterances(5, seed=3)
SOUND = speech(SPOKEN)
SAID = [word for utterance in SPOKEN for word in utterance]
BACK_S = 1.0
"""Seconds from the return of the service until sound arrives there again."""
SLOW_MACHINE_S = 1.0


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess() as running_service:
        yield running_service


@pytest.fixture
def speaker(service: ServiceProcess, tmp_path: Path) -> Iterator[Speaker]:
    # The sound is tones: the recognizer on this computer hears words in it that nobody said, and asks for them again.
    with Speaker(tmp_path, service.environment(), aiola_listen_along="off") as somebody:
        yield somebody


def dictate_to_the_end(speaker: Speaker, *, may_repeat: bool = False) -> None:
    """The rest of `SOUND` is said; every word has its text, once and in order.

    `may_repeat`: the words of one utterance may come twice.
    """
    speaker.wait_until_said(seconds_of(SOUND))
    finished = speaker.let_go()
    found = count(SAID, words_of(finished.text))
    assert (found.lost, found.disordered) == ((), ()), (found, speaker.problems)
    assert len(found.twice) <= (max(map(len, SPOKEN)) if may_repeat else 0), (found, speaker.problems)
    assert finished.pending == 0


def test_a_gateway_that_swallows_pongs_loses_no_word(service: ServiceProcess, speaker: Speaker) -> None:
    service.set(pongs=False)
    speaker.press(SOUND)
    dictate_to_the_end(speaker)
    assert service.ask("summary")["streams"] <= 1


def test_pongs_that_end_in_mid_dictation_lose_no_word(service: ServiceProcess, speaker: Speaker) -> None:
    """The connection counts as dead, and the next one brings the text of its last utterance once more."""
    speaker.press(SOUND)
    speaker.wait_until_said(4.0)
    service.set(pongs=False)
    dictate_to_the_end(speaker, may_repeat=True)
    assert service.ask("summary")["streams"] <= 4


def test_a_token_that_is_refused_by_resets_only_is_replaced(service: ServiceProcess, speaker: Speaker) -> None:
    speaker.press(SOUND)
    speaker.wait_until_said(3.0)
    service.expire("resets")
    dictate_to_the_end(speaker)
    tokens = [each for each in service.records().requests if each.path.endswith("apiKey2Token")]
    assert len(tokens) == 2


def test_a_gateway_that_lets_no_websocket_pass_ends_no_dictation(service: ServiceProcess, speaker: Speaker) -> None:
    body = '{"code":3,"message":"Bad request"}'
    service.refuse("stream", status=400, body=body, content_type="application/json")
    speaker.press(SOUND)
    speaker.wait_until_said(4.0)
    service.accept()
    dictate_to_the_end(speaker)


def test_a_namespace_that_is_acknowledged_after_eleven_seconds_is_used(
    service: ServiceProcess, speaker: Speaker
) -> None:
    service.set(connect_delay_s=11.0)
    speaker.press(SOUND)
    dictate_to_the_end(speaker)
    assert service.ask("summary")["streams"] == 1


@pytest.mark.alone
@pytest.mark.parametrize("away_s", [3.0, 6.5])
def test_sound_arrives_a_second_after_the_service_is_back(
    away_s: float, service: ServiceProcess, speaker: Speaker
) -> None:
    speaker.press(SOUND)
    speaker.wait_until_said(2.5)
    service.down()
    speaker.wait_until_said(2.5 + away_s)
    back = time.monotonic()
    service.up()
    service.wait_until(lambda now: now["streams"] == 2 and now["first_audio"][1] is not None)
    assert service.stream().first_audio - back <= BACK_S + SLOW_MACHINE_S
    dictate_to_the_end(speaker)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("structured", {"results": {str(number): [number, "x"] for number in range(10_000)}}),
        ("transcript", {"transcript": "never said " * 60_000}),
        ("unknown", {"a": 1}),
    ],
    ids=["structured", "text", "tiny"],
)
def test_a_flooding_service_costs_no_memory(
    name: str, payload: object, service: ServiceProcess, speaker: Speaker
) -> None:
    speaker.press(SOUND)
    speaker.wait_until_said(2.5)
    process = psutil.Process()
    before, largest = process.memory_info().rss, 0
    began = time.monotonic()
    while time.monotonic() < began + 4:
        service.flood(name, payload, 1.0)
        largest = max(largest, process.memory_info().rss)
    assert largest - before < 64_000_000
    if name != "transcript":
        dictate_to_the_end(speaker)
    reasons = [event.reason for _at, event in speaker.all(ConnectionChanged) if isinstance(event, ConnectionChanged)]
    assert name == "unknown" or any("sends" in reason for reason in reasons), (reasons, speaker.problems)
