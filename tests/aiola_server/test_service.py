"""The test service does what it is told, and is as strict as the real one. Spoken to in raw WebSocket frames."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websocket
from tests.aiola_server.certificates import make
from tests.aiola_server.hosting import ServiceProcess, ServiceThread
from tests.aiola_server.script import API_KEY, DEFAULT_WORKFLOW
from tests.aiola_server.socket_server import NAMESPACE, PATH
from tests.aiola_server.tones import speech, utterances
from tests.aiola_server.wire import Wire, connected


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as running:
        yield running


def refused(service: ServiceThread, token: str = "", **query: str) -> str:
    """The code with which the namespace refuses."""
    wire = Wire(service, token, **query)
    answer = wire.connect()
    wire.socket.shutdown()
    assert answer.startswith(f"44{NAMESPACE},"), answer
    return str(json.loads(answer.removeprefix(f"44{NAMESPACE},"))["data"]["code"])


def post(service: ServiceThread, path: str, bearer: str, **body: object) -> httpx.Response:
    return httpx.post(service.url + path, json=body, headers={"Authorization": f"Bearer {bearer}"}, timeout=10)


def open_session(service: ServiceThread) -> httpx.Response:
    token = post(service, "/voip-auth/apiKey2Token", API_KEY).json()["context"]["token"]
    return post(service, "/voip-auth/session", token, workflow_id=DEFAULT_WORKFLOW)


def test_transcripts_come_in_order_and_after_the_delay(service: ServiceThread) -> None:
    service.set(delay_s=0.2)
    spoken = utterances(12, seed=1)
    with connected(service) as wire:
        wire.send_audio(speech(spoken))
        assert [wire.event() for _ in spoken] == [("transcript", {"transcript": " ".join(w)}) for w in spoken]
    for answer in service.stream().answers:
        assert answer.sent - answer.closed >= 0.2


def test_the_number_of_sessions_is_limited_until_one_is_closed(service: ServiceThread) -> None:
    service.set(session_limit=1)
    first = open_session(service)
    second = open_session(service)
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.json()["error"]["code"] == "MAX_CONCURRENCY_REACHED"
    bearer = {"Authorization": f"Bearer {first.json()['jwt']}"}
    closed = httpx.delete(service.url + "/voip-auth/session", headers=bearer, timeout=10)
    assert set(closed.json()) == {"status", "deletedAt"}
    assert httpx.delete(service.url + "/voip-auth/session", headers=bearer, timeout=10).status_code == 401
    assert open_session(service).status_code == 200


def test_the_number_of_streams_is_limited(service: ServiceThread) -> None:
    service.set(stream_limit=1)
    with connected(service):
        assert refused(service) == "MAX_CONCURRENCY_REACHED"
    service.wait_for_streams(0)
    with connected(service):
        pass


def test_a_second_client_takes_the_slot_and_gives_it_back(service: ServiceThread) -> None:
    with connected(service) as wire:
        service.take_slot(0.5)
        name, payload = wire.event()
        assert (name, payload["error"]["code"]) == ("error", "MAX_CONCURRENCY_REACHED")
        assert wire.read() == f"41{NAMESPACE},"
    assert refused(service) == "MAX_CONCURRENCY_REACHED"
    service.set(taken_until=0.0)
    with connected(service):
        pass


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"flow_id": "none"}, "WORKFLOW_NOT_FOUND"),
        ({"lang_code": "xx"}, "VALIDATION_ERROR"),
        ({"execution_id": "7"}, "VALIDATION_ERROR"),
        ({"keywords": "[1]"}, "VALIDATION_ERROR"),
        ({"vad_config": '{"min_pause": 3}'}, "VALIDATION_ERROR"),
        ({"x-aiola-api-token": "another"}, "UNAUTHORIZED"),
    ],
)
def test_what_a_stream_asks_for_is_checked(service: ServiceThread, query: dict[str, str], code: str) -> None:
    assert refused(service, **query) == code
    assert [found for _at, found in service.records().refused] == [code]


def test_a_token_is_checked_for_its_signature_its_time_and_its_kind(service: ServiceThread) -> None:
    good = service.mint()
    temporary = post(service, "/voip-auth/apiKey2Token", API_KEY).json()["context"]["token"]
    assert refused(service, good[:-2] + ("AA" if good[-2:] != "AA" else "BB")) == "INVALID_TOKEN"
    assert refused(service, "not.a.token") == "INVALID_TOKEN"
    assert refused(service, temporary) == "INVALID_TOKEN"
    assert refused(service, service.mint(life_s=-1)) == "TOKEN_EXPIRED"
    service.set(clock_off_s=4000.0)
    assert refused(service, good) == "TOKEN_EXPIRED"


def test_an_expired_token_ends_the_stream_and_opens_no_other(service: ServiceThread) -> None:
    with connected(service) as wire:
        service.expire()
        name, payload = wire.event()
        assert (name, payload["error"]["code"]) == ("error", "TOKEN_EXPIRED")
        assert wire.read() == f"41{NAMESPACE},"
        assert refused(service, wire.query["x-aiola-api-token"]) == "TOKEN_EXPIRED"
        service.wait_for_streams(0)
    with connected(service) as wire:
        service.expire("reset")
        assert wire.read_to_the_end() == []


@pytest.mark.parametrize(
    ("how", "last"), [("socketio", [f"41{NAMESPACE},"]), ("engineio", ["1"]), ("tcp", [])], ids=str
)
def test_it_hangs_up_in_every_orderly_way(service: ServiceThread, how: str, last: list[str]) -> None:
    with connected(service) as wire:
        service.hang_up(how)
        if how == "socketio":
            assert wire.read() == last[0]
        else:
            assert wire.read_to_the_end() == last
        service.wait_for_streams(0)


def test_a_reset_breaks_every_connection(service: ServiceThread) -> None:
    with connected(service) as one, connected(service) as other:
        service.reset()
        assert one.read_to_the_end() == other.read_to_the_end() == []
        service.wait_for_streams(0)
    with connected(service):
        service.wait_for_streams(1)


def test_it_goes_down_and_comes_back_on_the_same_port(service: ServiceThread) -> None:
    with connected(service) as wire:
        service.down()
        assert wire.read_to_the_end() == []
    assert not listens(service)
    service.up()
    with connected(service):
        pass
    service.down(0.1)
    wait_for(lambda: listens(service))


def listens(service: ServiceThread) -> bool:
    try:
        socket.create_connection(("127.0.0.1", service.port), timeout=10).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_for(met: Any, limit_s: float = 10) -> None:
    deadline = time.monotonic() + limit_s
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_while_it_is_silent_it_takes_sound_and_answers_nothing(service: ServiceThread) -> None:
    service.set(delay_s=0.0)
    with connected(service) as wire:
        service.silent(60)
        wire.send_audio(speech([["alpha", "bravo"]]))
        service.wait_for_audio(len(speech([["alpha", "bravo"]])))
        service.silent(0)
        wire.send_audio(speech([["charlie", "delta"]]))
        assert wire.event() == ("transcript", {"transcript": "charlie delta"})


def test_a_mute_stream_never_answers_again_and_a_later_one_does(service: ServiceThread) -> None:
    service.set(delay_s=0.0)
    with connected(service) as wire:
        service.mute(0)
        wire.send_audio(speech([["alpha", "bravo"]]))
        service.wait_for_audio(len(speech([["alpha", "bravo"]])))
        with connected(service) as other:
            other.send_audio(speech([["charlie", "delta"]]))
            assert other.event() == ("transcript", {"transcript": "charlie delta"})
        assert service.stream(0).answers == []


def test_what_was_held_back_comes_in_one_burst(service: ServiceThread) -> None:
    service.set(delay_s=0.0)
    spoken = utterances(8, seed=4)
    with connected(service) as wire:
        service.ask("hold")
        wire.send_audio(speech(spoken))
        service.wait_for_audio(len(speech(spoken)))
        assert service.ask("summary")["answers"] == 0
        service.ask("release")
        assert [wire.event()[1]["transcript"] for _ in spoken] == [" ".join(words) for words in spoken]


@pytest.mark.parametrize("where", ["token", "session", "stream", "file", ""])
def test_http_is_refused_where_and_as_often_as_was_said(service: ServiceThread, where: str) -> None:
    path = {"session": "/voip-auth/session", "file": "/api/speech-to-text/file", "stream": f"{PATH}/"}.get(
        where, "/voip-auth/apiKey2Token"
    )
    service.refuse(where, status=503, times=2, headers={"Retry-After": "7"}, message="later")
    answers = [post(service, path, API_KEY) for _ in range(3)]
    assert [answer.status_code == 503 for answer in answers] == [True, True, False]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[0].json()["error"] == {"message": "later", "code": "INTERNAL_ERROR", "details": {}}


def test_a_refusal_ends_with_its_time_and_may_be_a_web_page(service: ServiceThread) -> None:
    service.refuse("token", status=200, body="<html>Sign in</html>", seconds=600)
    page = post(service, "/voip-auth/apiKey2Token", API_KEY)
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text == "<html>Sign in</html>"
    service.accept()
    assert post(service, "/voip-auth/apiKey2Token", API_KEY).status_code == 200
    service.refuse("token", status=500, seconds=0)
    assert post(service, "/voip-auth/apiKey2Token", API_KEY).status_code == 200


def test_the_namespace_can_be_refused_with_any_code(service: ServiceThread) -> None:
    service.refuse("connect", code="RATE_LIMIT_EXCEEDED", times=1)
    assert refused(service) == "RATE_LIMIT_EXCEEDED"
    with connected(service):
        pass


def test_rubbish_reaches_the_client_as_it_is(service: ServiceThread) -> None:
    with connected(service) as wire:
        service.emit("never_heard_of", [1, {"a": None}])
        service.send_raw(f"2{NAMESPACE},[", "9", b"\x00orphan")
        assert wire.event() == ("never_heard_of", [1, {"a": None}])
        assert [wire.read() for _ in range(3)] == [f"42{NAMESPACE},[", "49", repr(b"\x00orphan")]


def test_it_asks_for_acknowledgements_when_told_to(service: ServiceThread) -> None:
    service.set(ask_acks=True, delay_s=0.0)
    with connected(service) as wire:
        wire.send_audio(speech([["alpha", "bravo"]]))
        assert wire.read() == f'42{NAMESPACE},1["transcript",{{"transcript":"alpha bravo"}}]'
        wire.socket.send(f"43{NAMESPACE},1[]")
        wait_for(lambda: service.stream().acks == 1)


@pytest.mark.parametrize(
    "frame", [f'42{NAMESPACE},["set_keywords",{{}}]', "4", "4x", "451-/events,[", f"42{NAMESPACE},[]"], ids=repr
)
def test_it_hangs_up_on_what_comes_before_the_namespace_or_makes_no_sense(service: ServiceThread, frame: str) -> None:
    wire = Wire(service)
    if "[]" in frame or frame.startswith("451"):
        wire.connect()
    wire.socket.send(frame)
    assert wire.read_to_the_end() == []
    wire.socket.shutdown()


def test_a_websocket_ping_is_answered_behind_the_sound_sent_before_it(service: ServiceThread) -> None:
    with connected(service) as wire:
        wire.send_audio(speech([["alpha", "bravo"]]))
        wire.socket.ping("17")
        opcode, data = wire.socket.recv_data(control_frame=True)
        assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"17")
        assert service.ask("summary")["audio_bytes"] == len(speech([["alpha", "bravo"]]))


def test_it_writes_down_what_it_saw(service: ServiceThread) -> None:
    service.set(keep_audio=True)
    pcm = speech([["alpha", "bravo"]])
    with connected(service, lang_code="de") as wire:
        wire.socket.send(f'42{NAMESPACE},["set_keywords",{{"alpha":"A"}}]')
        wire.send_audio(pcm)
        assert wire.event() == ("transcript", {"transcript": "A bravo"})
        stream = service.stream()
    assert bytes(stream.audio) == pcm
    assert stream.chunks == -(-len(pcm) // 4096)
    assert stream.query["lang_code"] == "de"
    assert stream.headers["Authorization"] == "Bearer " + wire.query["x-aiola-api-token"]
    assert [event[1:] for event in stream.events] == [("set_keywords", {"alpha": "A"})]
    ways = [way for way, _frame in stream.raw]
    assert stream.raw[0] == ("up", f"0{NAMESPACE},")
    assert ways.count("up") == 2 + 2 * stream.chunks
    assert ways.count("down") == 2
    wait_for(lambda: [(each.method, each.status) for each in service.records().requests] == [("GET", 101)])


def test_from_another_process_it_is_the_same_service() -> None:
    with ServiceProcess() as service:
        service.set(keep_audio=True, api_keys={"another"})
        pcm = speech([["alpha", "bravo"]])
        with connected(service) as wire:
            wire.send_audio(pcm)
            assert wire.event() == ("transcript", {"transcript": "alpha bravo"})
            service.send_raw(b"\x01")
            assert wire.read() == repr(b"\x01")
            stream = service.stream()
            assert bytes(stream.audio) == pcm
            assert stream.answers[0].text == "alpha bravo"
            service.kill()
            wire.read_to_the_end()
        service.start()
        with connected(service):
            service.wait_for_streams(1)


def test_frozen_it_keeps_its_connections_and_says_nothing() -> None:
    with ServiceProcess() as service, connected(service) as wire:
        service.freeze()
        wire.socket.ping("1")
        wire.socket.settimeout(0.3)
        with pytest.raises(websocket.WebSocketTimeoutException):
            wire.socket.recv_data(control_frame=True)
        service.thaw()
        wire.socket.settimeout(10)
        assert wire.socket.recv_data(control_frame=True)[1] == b"1"


def test_over_tls_only_who_trusts_its_authority_speaks_to_it(tmp_path: Path) -> None:
    made = make(tmp_path)
    trusting = ssl.create_default_context(cafile=str(made.authority))
    with ServiceThread(certificate=str(made.server)) as service:
        path, bearer = service.url + "/voip-auth/apiKey2Token", {"Authorization": f"Bearer {API_KEY}"}
        assert httpx.post(path, headers=bearer, verify=trusting, timeout=10).status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.post(path, headers=bearer, timeout=10)


def test_it_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with ServiceThread() as service, connected(service):
        pass
    assert threading.active_count() == before
