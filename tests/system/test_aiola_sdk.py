"""aiOla's own SDK, unchanged, works against the test service: that is what keeps the service honest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiola import AiolaClient
from aiola.clients.stt.stream_client import StreamConnection
from aiola.errors import AiolaError, AiolaStreamingError
from aiola.types import LiveEvents, VadConfig
from tests.aiola_server.hosting import ServiceProcess, ServiceThread
from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW
from tests.aiola_server.tones import speech, utterances, write_wav

CHUNK = 4096


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


class Listener:
    """Keeps what a stream says. The SDK calls each handler on a thread of its own."""

    def __init__(self, connection: StreamConnection) -> None:
        self.heard: dict[str, list[object]] = {event.value: [] for event in LiveEvents}
        self._news = threading.Condition()
        for event in LiveEvents:
            if event not in (LiveEvents.Connect, LiveEvents.Disconnect):
                connection.on(event, self._keeper(event.value))

    def wait(self, name: str, count: int, limit_s: float = 20) -> list[object]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.heard[name]) >= count, limit_s), self.heard
        return self.heard[name]

    def _keeper(self, name: str) -> object:
        def keep(payload: object = None) -> None:
            with self._news:
                self.heard[name].append(payload)
                self._news.notify_all()

        return keep


def client_of(service: ServiceThread | ServiceProcess, **account: str) -> AiolaClient:
    account = account or {"api_key": API_KEY}
    return AiolaClient(**account, base_url=service.url, auth_base_url=service.url)


def stream_all(connection: StreamConnection, pcm: bytes) -> None:
    for at in range(0, len(pcm), CHUNK):
        connection.send(pcm[at : at + CHUNK])


def texts(payloads: list[object]) -> list[str]:
    return sorted(payload["transcript"] for payload in payloads)  # type: ignore[index]  # its threads reorder them


def test_a_token_is_granted_and_its_session_closed(service: ServiceThread) -> None:
    granted = AiolaClient.grant_token(API_KEY, auth_base_url=service.url, workflow_id=DEFAULT_WORKFLOW)
    assert granted.session_id
    assert service.ask("summary")["sessions"] == 1
    assert AiolaClient.close_session(granted.access_token, auth_base_url=service.url) is not None
    assert service.ask("summary")["sessions"] == 0


def test_what_is_streamed_comes_back_word_by_word(service: ServiceThread) -> None:
    spoken = utterances(6, seed=3)
    connection = client_of(service).stt.stream(lang_code="en", vad_config=VadConfig(0.5, 250, 500, 30_000).__dict__)
    listener = Listener(connection)
    connection.connect()
    stream_all(connection, speech(spoken))
    assert texts(listener.wait("transcript", 6)) == sorted(" ".join(words) for words in spoken)
    connection.disconnect()
    stream = service.stream()
    assert stream.transport == "polling", "it begins with long polling"
    assert [answer.text for answer in stream.answers] == [" ".join(words) for words in spoken]


def test_keywords_are_set_at_connect_and_while_streaming(service: ServiceThread) -> None:
    connection = client_of(service).stt.stream(keywords={"alpha": "A", "bravo": "B"})
    listener = Listener(connection)
    connection.connect()
    stream_all(connection, speech([["alpha", "bravo", "kilo"]]))
    assert texts(listener.wait("transcript", 1)) == ["A B kilo"]
    connection.set_keywords({"kilo": "Kg"})
    stream_all(connection, speech([["alpha", "kilo"]]))
    listener.wait("transcript", 2)
    assert [answer.text for answer in service.stream().answers] == ["A B kilo", "alpha Kg"]
    connection.disconnect()
    assert [(name, payload) for _at, name, payload in service.stream().events] == [("set_keywords", {"kilo": "Kg"})]


def test_a_translation_follows_its_transcript(service: ServiceThread) -> None:
    tasks = {"TRANSLATION": {"src_lang_code": "en", "dst_lang_code": "de"}}
    connection = client_of(service).stt.stream(tasks_config=tasks)  # type: ignore[arg-type]
    listener = Listener(connection)
    connection.connect()
    stream_all(connection, speech([["golf", "hotel"]]))
    assert listener.wait("translation", 1) == [{"translation": "golf-de hotel-de"}]
    connection.disconnect()


def test_structured_results_and_errors_come_when_they_are_sent(service: ServiceThread) -> None:
    connection = client_of(service).stt.stream()
    listener = Listener(connection)
    connection.connect()
    service.wait_for_streams(1)
    service.emit("structured", {"results": {"temperature": 21}})
    service.emit("error", {"error": {"message": "No", "code": "INVALID_AUDIO_FORMAT"}})
    assert listener.wait("structured", 1) == [{"results": {"temperature": 21}}]
    assert listener.wait("error", 1)
    connection.disconnect()


def test_a_file_is_transcribed(service: ServiceThread, tmp_path: Path) -> None:
    spoken = utterances(4, seed=5)
    path = write_wav(tmp_path / "tones.wav", speech(spoken))
    with path.open("rb") as file:
        result = client_of(service).stt.transcribe_file(file, language="en", keywords={spoken[0][0]: "FIRST"})
    words = [word for utterance in spoken for word in utterance]
    assert result.raw_transcript.split() == words
    assert result.transcript.split()[0] == "FIRST"
    assert len(result.segments) == result.metadata.segments_count == 4


def test_a_wrong_key_and_an_unknown_workflow_are_refused(service: ServiceThread) -> None:
    with pytest.raises(AiolaError, match="401"):
        AiolaClient.grant_token("wrong", auth_base_url=service.url)
    with pytest.raises(AiolaError, match="404"):
        AiolaClient.grant_token(API_KEY, auth_base_url=service.url, workflow_id="none-such")


def test_a_closed_session_does_not_stream(service: ServiceThread) -> None:
    granted = AiolaClient.grant_token(API_KEY, auth_base_url=service.url)
    AiolaClient.close_session(granted.access_token, auth_base_url=service.url)
    with pytest.raises(AiolaStreamingError):
        client_of(service, access_token=granted.access_token).stt.stream().connect()
    assert [code for _at, code in service.records().refused] == ["INVALID_TOKEN"]


def test_it_works_the_same_with_the_service_in_a_process_of_its_own() -> None:
    with ServiceProcess() as service:
        connection = client_of(service).stt.stream()
        listener = Listener(connection)
        connection.connect()
        stream_all(connection, speech([["xray", "yankee", "zulu"]]))
        assert texts(listener.wait("transcript", 1)) == ["xray yankee zulu"]
        connection.disconnect()
        assert service.stream().audio_bytes == len(speech([["xray", "yankee", "zulu"]]))
