"""Dictating through the service as a user meets it: the next press, a withdrawn key, a cancel, the program's end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.aiola_server.hosting import ServiceThread
from tests.aiola_server.script import API_KEY
from tests.aiola_server.tones import speech
from tests.system.lab.counting import words_of
from tests.system.lab.speaker import Speaker

from saywrite.foundation.events import (
    ConnectionChanged,
    Failed,
    Finished,
    SegmentAdded,
    SegmentTranslated,
    State,
    StateChanged,
    Structured,
    Traffic,
)
from saywrite.speech.aiola.delivery import completion as course

HELLO = [["alpha", "bravo", "charlie"]]
AGAIN = [["delta", "echo", "foxtrot"]]
LONG = [["alpha", "bravo"], ["charlie", "delta"], ["echo", "foxtrot"], ["golf", "hotel"]]


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


def texts(speaker: Speaker) -> list[str]:
    return words_of(" ".join(event.segment.text for _at, event in speaker.all(SegmentAdded)))


def said(words: list[list[str]]) -> list[str]:
    return [word for utterance in words for word in utterance]


def dictate(speaker: Speaker, words: list[list[str]]) -> Finished:
    """Press, speak, let go."""
    pcm = speech(words)
    speaker.press(pcm)
    speaker.wait_until_said(len(pcm) / 32_000)
    return speaker.let_go()


def states(speaker: Speaker) -> list[str]:
    return [event.state for _at, event in speaker.all(ConnectionChanged)]


def test_nothing_is_sent_anywhere_until_somebody_speaks(service: ServiceThread, tmp_path: Path) -> None:
    with Speaker(tmp_path, service.environment()) as speaker:
        speaker.wait_for(lambda: bool(speaker.told), "the application")
    assert service.records().requests == []
    assert service.records().streams == []


def test_the_next_press_finds_the_connection_open_and_after_a_while_it_is_closed(
    service: ServiceThread, tmp_path: Path
) -> None:
    with Speaker(tmp_path, service.environment(), aiola_linger_s=2) as speaker:
        dictate(speaker, HELLO)
        dictate(speaker, AGAIN)
        assert texts(speaker) == said(HELLO + AGAIN)
        assert len(service.records().streams) == 1
        service.wait_for_streams(0)
        speaker.wait_for(lambda: states(speaker)[-1] == "closed", "the word that it is closed")
        assert dictate(speaker, HELLO).pending == 0
        assert len(service.records().streams) == 2
        tokens = [request for request in service.records().requests if "apiKey2Token" in request.path]
        assert len(tokens) == 1, "the token is kept"


def test_at_the_end_of_the_program_the_session_is_closed(service: ServiceThread, tmp_path: Path) -> None:
    with Speaker(tmp_path, service.environment()) as speaker:
        dictate(speaker, HELLO)
        assert service.ask("summary")["sessions"] == 1
    assert service.ask("summary")["sessions"] == 0
    service.wait_for_streams(0)


def test_what_was_cancelled_says_nothing_into_the_next_dictation(service: ServiceThread, tmp_path: Path) -> None:
    service.set(delay_s=1.0)
    with Speaker(tmp_path, service.environment()) as speaker:
        pcm = speech(HELLO)
        speaker.press(pcm)
        speaker.wait_until_said(len(pcm) / 32_000)
        speaker.dictation.cancel()
        speaker.finished(1)
        assert dictate(speaker, AGAIN).pending == 0
        assert texts(speaker) == said(AGAIN)


def test_a_wrong_key_stops_it_at_once_and_keeps_the_sound(service: ServiceThread, tmp_path: Path) -> None:
    environment = {**service.environment(), "AIOLA_API_KEY": "another"}
    with Speaker(tmp_path, environment, aiola_listen_along="off") as speaker:
        speaker.press(speech(HELLO))
        finished = speaker.finished(1)
        failed = next(event for _at, event in speaker.all(Failed))
        assert (failed.fatal, failed.about) == (True, "account")
        assert "key" in failed.what
        assert failed.remedy
        assert finished.pending == finished.heard
        assert states(speaker)[-2:] in (["connecting", "refused"], ["refused", "closed"])


def test_a_key_withdrawn_in_mid_sentence_costs_no_word_once_there_is_another(
    service: ServiceThread, tmp_path: Path
) -> None:
    pcm = speech(LONG)
    with Speaker(tmp_path, service.environment(), aiola_listen_along="off") as speaker:
        speaker.press(pcm)
        speaker.wait_for(lambda: len(speaker.all(SegmentAdded)) == 1, "the first text")
        service.set(api_keys=set())
        service.expire()
        speaker.wait_for(lambda: bool(speaker.all(Failed)), "the problem")
        failed = next(event for _at, event in speaker.all(Failed))
        assert (failed.fatal, failed.about) == (False, "account"), "who speaks goes on speaking"
        speaker.wait_until_said(len(pcm) / 32_000)
        service.set(api_keys={API_KEY})
        speaker.dictation.renew_account()
        assert speaker.let_go().pending == 0
        assert texts(speaker) == said(LONG)


def test_without_a_way_to_the_service_the_end_is_not_waited_for_long(
    service: ServiceThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "OFFLINE_FINISH_S", 1.0)
    pcm = speech(LONG)
    with Speaker(tmp_path, service.environment()) as speaker:
        speaker.press(pcm)
        speaker.wait_for(lambda: len(speaker.all(SegmentAdded)) == 1, "the first text")
        service.down()
        speaker.wait_until_said(len(pcm) / 32_000)
        finished = speaker.let_go(limit_s=10)
        assert finished.pending > 0
        assert "no text yet" in speaker.problems[-1]
        service.up()
        assert speaker.go_on(finished.dictation).pending == 0
        assert words_of(speaker.all(Finished)[-1][1].text) == said(LONG)  # type: ignore[attr-defined]


def test_translations_come_behind_their_texts_and_are_waited_for(service: ServiceThread, tmp_path: Path) -> None:
    with Speaker(tmp_path, service.environment(), aiola_translate_to="de") as speaker:
        dictate(speaker, LONG)
        translated = {event.number: event.text for _at, event in speaker.all(SegmentTranslated)}
        segments = {event.segment.number: event.segment.text for _at, event in speaker.all(SegmentAdded)}
    assert translated.keys() == segments.keys()
    for number, text in translated.items():
        assert text == " ".join(f"{word}-de" for word in words_of(segments[number]))


def test_structured_results_and_bytes_are_told(service: ServiceThread, tmp_path: Path) -> None:
    with Speaker(tmp_path, service.environment()) as speaker:
        pcm = speech(HELLO)
        speaker.press(pcm)
        service.wait_for_audio(32_000)
        service.emit("structured", {"results": {"form": {"name": "Ada"}}})
        speaker.wait_until_said(len(pcm) / 32_000)
        speaker.let_go()
        assert [event.results for _at, event in speaker.all(Structured)] == [{"form": {"name": "Ada"}}]
        traffic = speaker.all(Traffic)[-1][1]
        assert isinstance(traffic, Traffic)
        assert traffic.host == "127.0.0.1"
        assert traffic.sent > len(pcm)
        assert traffic.received > 0


def test_while_the_service_is_away_the_state_says_so(service: ServiceThread, tmp_path: Path) -> None:
    with Speaker(tmp_path, service.environment()) as speaker:
        pcm = speech(LONG)
        speaker.press(pcm)
        speaker.wait_for(lambda: "connected" in states(speaker), "the connection")
        service.down(1.0)
        speaker.wait_until_said(len(pcm) / 32_000)
        speaker.let_go()
        shown = [str(event.state) for _at, event in speaker.all(StateChanged)]
        assert shown[:4] == ["starting", "listening", "reconnecting", "listening"]
        assert shown[-1] == State.IDLE
        lost = next(event for _at, event in speaker.all(ConnectionChanged) if event.state == "lost")
        assert lost.reason
        assert lost.retry_in_s is not None
        measured = [event for _at, event in speaker.all(ConnectionChanged) if event.rtt_ms is not None]
        assert measured
        assert 0 < measured[0].rtt_ms < 1_000
