"""A file through the batch endpoint: sent unchanged, its text as one final, and every failure."""

from __future__ import annotations

import json
import logging
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from random import Random

import pytest
from tests.aiola_server import certificates
from tests.speech.aiola.scripted_http import KEY, Reply, ScriptedServer, Seen, jwt, refused, said, serving
from tests.speech.event_poster import EventPoster

from saywrite.foundation.errors import KeyMissing
from saywrite.foundation.events import (
    SAMPLE_RATE,
    ConnectionChanged,
    Failed,
    Final,
    Progress,
    RecognizerFinished,
    Traffic,
)
from saywrite.speech.aiola import file_request
from saywrite.speech.aiola import upload_engine as upload
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.upload_engine import AIOLA_FILE, UploadRecognizer
from saywrite.speech.aiola.upload_messages import FileTranscribed
from saywrite.speech.engine import Incoming, Request, VoiceSettings
from saywrite.speech.network.network import Network

PATH = "/api/speech-to-text/file"
TEXT = "the weather is fine"
WORDS = {
    "transcript": f" {TEXT} ",
    "raw_transcript": "the whether is fine",
    "segments": [{"start": 1.25, "end": 2.0}, {"start": 2.5, "end": 4.75}],
    "metadata": {"file_duration": 5.0},
}
HEARD = 5 * SAMPLE_RATE


class Service:
    """Signs everybody in; `on_file` answers the uploads, one after the other, the last one for ever."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.uploads: list[Seen] = []
        self.signed_in = 0
        self.on_file: list[Reply] = [said(WORDS)]
        server.answer = self.answer

    def answer(self, seen: Seen) -> Reply:
        if seen.path == PATH:
            self.uploads.append(seen)
            return self.on_file.pop(0) if len(self.on_file) > 1 else self.on_file[0]
        if seen.path.endswith("apiKey2Token"):
            return said({"context": {"token": "t"}})
        if seen.method == "POST":
            self.signed_in += 1
        return said({"jwt": jwt(number=self.signed_in, exp=time.time() + 3_600)})


class Run:
    """The dictation thread's side of one recognizer: hands messages back, wakes it, keeps what it tells."""

    def __init__(self, service: Service, network: Network | None = None) -> None:
        self.inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.told: list[object] = []
        self.now_more = 0.0
        url = service.server.url
        self.find: Callable[[], Account] = lambda: Account("key", KEY, url, url)
        recognizer = UploadRecognizer(
            self.inbox.put,
            lambda: self.find(),
            network or Network(),
            clock=self.clock,
            random=Random(1),
        )
        self.recognizer = EventPoster(recognizer, self.inbox.put)

    def clock(self) -> float:
        return time.monotonic() + self.now_more

    def until(self, kind: type) -> list[object]:
        """Let it work until it tells a `kind`."""
        return self.work(lambda: any(isinstance(event, kind) for event in self.told))

    def work(self, done: Callable[[], object]) -> list[object]:
        """Let it work; a pause before the next attempt is not waited for."""
        deadline = time.monotonic() + 20
        while not done():
            assert time.monotonic() < deadline, self.told
            due = self.recognizer.wake(self.clock())
            try:
                message = self.inbox.get(timeout=0.02)
            except queue.Empty:
                changes = self.of(ConnectionChanged)
                if due is not None and changes and getattr(changes[-1], "retry_in_s", None) is not None:
                    self.now_more += max(0.0, min(due - self.clock(), 10.0))
                continue
            if isinstance(message, Incoming):
                assert message.engine == AIOLA_FILE
                self.recognizer.receive(message.message)
            else:
                self.told.append(message)
        while not self.inbox.empty():
            message = self.inbox.get()
            if not isinstance(message, Incoming):
                self.told.append(message)
        return self.told

    def whole(self, request: Request) -> list[object]:
        """A file from its start to `RecognizerFinished`, fed as the dictation does."""
        self.recognizer.start(request)
        for end in range(SAMPLE_RATE, HEARD + 1, SAMPLE_RATE):
            self.recognizer.feed(bytes(2 * SAMPLE_RATE), end)
        self.recognizer.finish()
        return self.until(RecognizerFinished)

    def of(self, kind: type) -> list[object]:
        return [event for event in self.told if isinstance(event, kind)]


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(lambda _seen: Reply()) as server:
        yield Service(server)


@pytest.fixture
def run(service: Service) -> Iterator[Run]:
    made = Run(service)
    yield made
    made.recognizer.close(5.0)


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    path = tmp_path / "My Secret Plans.MP3"
    path.write_bytes(bytes(range(256)) * 400)
    return Request(
        "d1", "pt", {"saywrite": "Saywrite “é”"}, VoiceSettings(0.4, 200, 600, 20_000), live=False, file=path
    )


def parts(seen: Seen) -> dict[str, Message]:
    message = BytesParser().parsebytes(f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode() + seen.body)
    return {str(part.get_param("name", header="Content-Disposition")): part for part in message.get_payload()}  # type: ignore[union-attr, misc, arg-type]


def test_file_is_sent_unchanged_and_its_text_has_its_place(run: Run, service: Service, request_: Request) -> None:
    told = run.whole(request_)
    assert told[-4:] == [
        Final("d1", TEXT, round(1.25 * SAMPLE_RATE), round(4.75 * SAMPLE_RATE)),
        Progress("d1", HEARD, HEARD),
        ConnectionChanged("d1", "closed"),
        RecognizerFinished("d1", complete=True),
    ]
    (seen,) = service.uploads
    assert seen.headers["authorization"].startswith("Bearer ")
    sent = parts(seen)
    assert list(sent) == ["language", "keywords", "vad_config", "file"]
    assert request_.file is not None
    assert sent["file"].get_payload(decode=True) == request_.file.read_bytes()
    assert sent["file"].get_content_type() == "audio/mpeg"
    assert sent["language"].get_payload() == "pr"  # as the service calls Portuguese
    assert json.loads(str(sent["keywords"].get_payload())) == {"saywrite": "Saywrite “é”"}
    assert json.loads(str(sent["vad_config"].get_payload())) == {
        "threshold": 0.4,
        "min_speech_ms": 200,
        "min_silence_ms": 600,
        "max_segment_ms": 20_000,
    }


def test_base_url_may_have_a_path(run: Run, service: Service, request_: Request) -> None:
    run.find = lambda: Account("key", KEY, f"{service.server.url}/speech/v1", service.server.url)
    service.on_file = [refused(403, "FORBIDDEN")]
    answer = service.server.answer
    service.server.answer = lambda seen: said(WORDS) if seen.path == f"/speech/v1{PATH}" else answer(seen)
    assert run.whole(request_)[-1] == RecognizerFinished("d1", complete=True)


def test_name_of_the_file_is_not_sent(run: Run, service: Service, request_: Request) -> None:
    run.whole(request_)
    assert b"Secret" not in service.uploads[0].body


def test_progress_is_reported_in_bytes(run: Run, service: Service, request_: Request) -> None:
    run.whole(request_)
    traffic = run.of(Traffic)
    amounts = [event.sent for event in traffic if isinstance(event, Traffic)]
    assert amounts == sorted(amounts)
    last = traffic[-1]
    assert isinstance(last, Traffic)
    assert last.host == "127.0.0.1"
    assert last.sent == int(service.uploads[0].headers["content-length"])
    assert last.received > 0
    assert [event.state for event in run.of(ConnectionChanged) if isinstance(event, ConnectionChanged)] == [
        "connecting",
        "connected",
        "closed",
    ]


def test_fed_sound_is_confirmed_at_once(run: Run, request_: Request) -> None:
    run.recognizer.start(request_)
    run.recognizer.feed(bytes(200), 100)
    run.recognizer.feed(bytes(200), 200)
    run.recognizer.abort()
    run.until(RecognizerFinished)
    assert run.of(Progress) == [Progress("d1", 100, 0), Progress("d1", 200, 0)]


def test_text_waits_until_the_file_is_read_to_its_end(run: Run, service: Service, request_: Request) -> None:
    run.recognizer.start(request_)
    run.recognizer.feed(bytes(200), 3 * SAMPLE_RATE)
    run.work(lambda: any(isinstance(event, Traffic) and event.received for event in run.told))
    assert not run.of(RecognizerFinished)
    run.recognizer.finish()
    run.until(RecognizerFinished)
    # The service heard more than there is: a final never ends behind the sound.
    assert run.of(Final) == [Final("d1", TEXT, round(1.25 * SAMPLE_RATE), 3 * SAMPLE_RATE)]


@pytest.mark.parametrize(
    ("answer", "finals"),
    [
        ({"transcript": "a"}, [Final("d1", "a", 0, HEARD)]),
        ({"transcript": "a", "segments": "x"}, [Final("d1", "a", 0, HEARD)]),
        (
            {"transcript": "a", "segments": [None, {"start": "1", "end": 2}, {"start": 3, "end": 2}, {"start": -1}]},
            [Final("d1", "a", 0, HEARD)],
        ),
        ({"transcript": "a", "segments": [{"start": 9e9, "end": 1e308}]}, [Final("d1", "a", 0, HEARD)]),
        ({"transcript": "a", "segments": [{"start": 1, "end": 99}]}, [Final("d1", "a", SAMPLE_RATE, HEARD)]),
        ({"transcript": "a", "segments": [{"start": 98, "end": 99}]}, [Final("d1", "a", HEARD, HEARD)]),
        ({"transcript": "  "}, []),
    ],
)
def test_impossible_segments_are_ignored(
    run: Run, service: Service, request_: Request, answer: object, finals: list[Final]
) -> None:
    service.on_file = [said(answer)]
    told = run.whole(request_)
    assert run.of(Final) == finals
    assert told[-1] == RecognizerFinished("d1", complete=True)


TROUBLE = [
    ("the connection is lost", Reply(breaks=True)),
    ("a problem of its own", refused(500, "INTERNAL_ERROR")),
    ("no slot", refused(429, "MAX_CONCURRENCY_REACHED")),
    ("too often", refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "3"})),
    ("rubbish", Reply(200, b"}{")),
    ("no transcript", said({"segments": []})),
    ("half an answer", Reply(200, b'{"transcript": "half"}', {"Content-Length": "1000"})),
    ("a portal", Reply(200, b"<html>", {"Content-Type": "text/html"})),
]


@pytest.mark.parametrize("reply", [case[1] for case in TROUBLE], ids=[case[0] for case in TROUBLE])
def test_curable_failure_is_retried_until_the_text_comes(
    run: Run, service: Service, request_: Request, reply: Reply
) -> None:
    service.on_file = [reply, reply, said(WORDS)]
    told = run.whole(request_)
    assert [event.text for event in run.of(Final) if isinstance(event, Final)] == [TEXT]
    assert not run.of(Failed)
    assert told[-1] == RecognizerFinished("d1", complete=True)
    assert len(service.uploads) == 3
    assert service.uploads[2].body.count(bytes(range(256)) * 400) == 1
    waits = [event for event in run.of(ConnectionChanged) if isinstance(event, ConnectionChanged) and event.retry_in_s]
    assert len(waits) == 2
    assert all(event.reason and event.state in ("lost", "refused") for event in waits)


def test_requested_wait_is_kept(run: Run, service: Service, request_: Request) -> None:
    service.on_file = [refused(429, "RATE_LIMIT_EXCEEDED", **{"Retry-After": "30"}), said(WORDS)]
    run.whole(request_)
    waits = [e for e in run.of(ConnectionChanged) if isinstance(e, ConnectionChanged) and e.retry_in_s]
    assert [(event.state, event.retry_in_s) for event in waits] == [("refused", 30.0)]
    assert run.now_more > 25.0


def test_bytes_of_failed_uploads_count_as_traffic(run: Run, service: Service, request_: Request) -> None:
    service.on_file = [refused(500, "INTERNAL_ERROR"), said(WORDS)]
    run.whole(request_)
    last = run.of(Traffic)[-1]
    assert isinstance(last, Traffic)
    assert last.sent == sum(int(seen.headers["content-length"]) for seen in service.uploads)


def test_token_expired_during_an_upload_is_replaced(run: Run, service: Service, request_: Request) -> None:
    service.on_file = [refused(401, "TOKEN_EXPIRED"), said(WORDS)]
    told = run.whole(request_)
    assert told[-1] == RecognizerFinished("d1", complete=True)
    first, second = service.uploads
    assert first.headers["authorization"] != second.headers["authorization"]
    assert service.signed_in == 2


INCURABLE = [
    ("the token is refused, and the next one too", refused(401, "INVALID_TOKEN"), "account", "access token"),
    ("no permission", refused(403, "FORBIDDEN"), "account", "permission"),
    ("not a sound it takes", refused(400, "INVALID_AUDIO_FORMAT"), "account", "does not take this sound"),
    ("too long", Reply(413), "account", "does not take this sound"),
    ("not valid", refused(422, "VALIDATION_ERROR"), "account", "does not accept the request"),
]


@pytest.mark.parametrize(("reply", "about", "words"), [c[1:] for c in INCURABLE], ids=[c[0] for c in INCURABLE])
def test_incurable_failure_ends_the_upload_with_a_remedy(
    run: Run, service: Service, request_: Request, reply: Reply, about: str, words: str
) -> None:
    service.on_file = [reply]
    told = run.whole(request_)
    (failed,) = run.of(Failed)
    assert isinstance(failed, Failed)
    assert (failed.fatal, failed.about) == (True, about)
    assert words in failed.what
    assert failed.remedy
    assert told[-1] == RecognizerFinished("d1", complete=False)
    assert not run.of(Final)
    # Why it was refused stays in sight: nothing is said of the connection after it.
    last = run.of(ConnectionChanged)[-1]
    assert isinstance(last, ConnectionChanged)
    assert (last.retry_in_s, failed.what in last.reason) == (None, True)


def test_refusal_before_the_end_of_the_upload_is_read(run: Run, service: Service, request_: Request) -> None:
    assert request_.file is not None
    request_.file.write_bytes(bytes(20_000_000))
    service.on_file = [said(WORDS)]
    answer = service.server.answer

    def answering(seen: Seen) -> Reply:
        service.server.early = Reply(413) if seen.path.endswith("session") else None
        return answer(seen)

    service.server.answer = answering
    run.whole(request_)
    (failed,) = run.of(Failed)
    assert isinstance(failed, Failed)
    assert "does not take this sound" in failed.what


def test_missing_account_ends_the_upload(run: Run, service: Service, request_: Request) -> None:
    def find() -> Account:
        raise KeyMissing("There is no aiOla API key yet.", "Put it somewhere.")

    run.find = find
    told = run.whole(request_)
    failed = Failed("d1", "There is no aiOla API key yet.", "Put it somewhere.", fatal=True, about="account")
    assert run.of(Failed) == [failed]
    assert told[-1] == RecognizerFinished("d1", complete=False)


def test_missing_file_is_reported(run: Run, request_: Request, tmp_path: Path) -> None:
    run.whole(replace(request_, file=tmp_path / "gone.mp3"))
    (failed,) = run.of(Failed)
    assert isinstance(failed, Failed)
    assert failed.what == "gone.mp3 cannot be read: No such file or directory."


def test_unknown_language_is_reported(run: Run, service: Service, request_: Request) -> None:
    run.whole(replace(request_, language="xx"))
    (failed,) = run.of(Failed)
    assert isinstance(failed, Failed)
    assert "xx" in failed.what
    assert not service.server.seen


def test_upload_is_given_up_when_the_service_keeps_failing(
    run: Run, service: Service, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "GIVE_UP_S", 20.0)
    service.on_file = [refused(503, "SERVICE_UNAVAILABLE")]
    told = run.whole(request_)
    (failed,) = run.of(Failed)
    assert isinstance(failed, Failed)
    assert (failed.fatal, failed.about) == (True, "network")
    assert told[-1] == RecognizerFinished("d1", complete=False)
    assert len(service.uploads) > 3


def test_answer_over_the_limit_is_not_read(
    run: Run, service: Service, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_request, "ANSWER_LIMIT", 10_000)
    service.on_file = [Reply(200, b" " * 2_000_000 + b'{"transcript": "no"}'), said(WORDS)]
    run.whole(request_)
    assert [event.text for event in run.of(Final) if isinstance(event, Final)] == [TEXT]


# Ending it


def test_cancel_during_a_stalled_upload_closes_the_connection(run: Run, service: Service, request_: Request) -> None:
    assert request_.file is not None
    request_.file.write_bytes(bytes(30_000_000))
    answer = service.server.answer

    def answering(seen: Seen) -> Reply:
        if seen.path.endswith("session"):
            service.server.reading.clear()
        return answer(seen)

    service.server.answer = answering
    run.recognizer.start(request_)
    run.work(lambda: any(isinstance(event, Traffic) and event.sent > 0 for event in run.told))
    run.recognizer.abort()
    assert run.until(RecognizerFinished)[-1] == RecognizerFinished("d1", complete=False)
    service.server.reading.set()
    assert service.server.broken.wait(10)
    assert not service.uploads


def test_cancel_while_the_service_transcribes_closes_the_connection(
    run: Run, service: Service, request_: Request
) -> None:
    service.on_file = [Reply(hangs=True)]
    run.recognizer.start(request_)
    run.recognizer.finish()
    run.work(lambda: service.uploads)
    sending = run.recognizer._job.sending if run.recognizer._job else None
    assert sending is not None
    run.recognizer.abort()
    assert run.until(RecognizerFinished)[-1] == RecognizerFinished("d1", complete=False)
    sending.join(10)
    assert not sending.is_alive()


def test_next_file_after_a_cancel_gets_its_own_text(run: Run, service: Service, request_: Request) -> None:
    service.on_file = [Reply(hangs=True), said(WORDS)]
    run.recognizer.start(request_)
    run.work(lambda: service.uploads)
    run.recognizer.abort()
    run.until(RecognizerFinished)
    run.told.clear()
    told = run.whole(replace(request_, dictation="d2"))
    assert {event.dictation for event in told if isinstance(event, (Final, RecognizerFinished))} == {"d2"}
    assert told[-1] == RecognizerFinished("d2", complete=True)


def test_message_of_another_upload_is_ignored(run: Run, service: Service, request_: Request) -> None:
    service.on_file = [Reply(hangs=True)]
    run.recognizer.start(request_)
    run.work(lambda: service.uploads)
    run.recognizer.finish()
    run.recognizer.receive(FileTranscribed(99, TEXT, 0.0, 1.0, 10))
    assert not run.of(Final)
    run.recognizer.abort()
    assert run.until(RecognizerFinished)[-1] == RecognizerFinished("d1", complete=False)


def test_text_is_not_in_a_repr() -> None:
    assert TEXT not in repr(FileTranscribed(1, TEXT, 0.0, 1.0, 10))


def test_second_file_uses_the_same_grant(run: Run, service: Service, request_: Request) -> None:
    run.whole(request_)
    run.told.clear()
    run.whole(replace(request_, dictation="d2"))
    assert service.signed_in == 1


def test_closing_closes_the_session(service: Service, request_: Request) -> None:
    run = Run(service)
    run.whole(request_)
    run.recognizer.close(10.0)
    assert service.server.paths[-1] == "DELETE /voip-auth/session"


def test_upload_over_tls_after_a_cancel(tmp_path: Path, request_: Request) -> None:
    made = certificates.make(tmp_path)
    with serving(lambda _seen: Reply(), made.server) as server:
        service = Service(server)
        run = Run(service, Network(made.authority))
        service.on_file = [Reply(hangs=True), said(WORDS)]
        run.recognizer.start(request_)
        run.work(lambda: service.uploads)
        run.recognizer.abort()
        run.until(RecognizerFinished)
        run.told.clear()
        assert run.whole(replace(request_, dictation="d2"))[-1] == RecognizerFinished("d2", complete=True)
        run.recognizer.close(5.0)


def test_secrets_are_neither_logged_nor_posted(
    run: Run, service: Service, request_: Request, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.on_file = [refused(500, "X"), said(WORDS), refused(400, "VALIDATION_ERROR")]
    run.whole(request_)
    token = service.uploads[0].headers["authorization"].removeprefix("Bearer ")
    everything = caplog.text + repr([event for event in run.told if not isinstance(event, Final)])
    for secret in (KEY, token, TEXT, "Secret Plans"):
        assert secret not in everything
