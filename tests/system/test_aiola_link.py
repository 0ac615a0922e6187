"""A link against real sockets: in order, encrypted, through proxies, refused, cut off, stalled; always ended."""

from __future__ import annotations

import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any, TypeVar

import psutil
import pytest
from tests.aiola_server.certificates import make
from tests.system import peers
from tests.system.lab.stopwatch import Stopwatch
from tests.system.peers import LIMIT_S, OPENING, Script, SocketIoServer, accepted, frame, received, rest, scripted

from saywrite.foundation.errors import (
    AddressRefused,
    CaptivePortal,
    CertificateUntrusted,
    ClockWrong,
    PermissionRefused,
    ProxyRefused,
    RateLimited,
    ServiceError,
    ServiceFailed,
    ServiceUnreachable,
    TokenExpired,
)
from saywrite.speech.aiola.net import connection_thread as line
from saywrite.speech.aiola.net import connector as dialing
from saywrite.speech.aiola.net.command_queue import (
    EventReceived,
    PingReceived,
    Ponged,
    SocketConnected,
    TransportClosed,
    TransportConnected,
    TransportLost,
    TransportMessage,
    TransportRefused,
)
from saywrite.speech.aiola.net.websocket import WebSocketTransport
from saywrite.speech.network.network import Network

PATH = "/api/voice-streaming/socket.io/?x-aiola-api-token=s3cret"
HEADERS = {"Authorization": "Bearer s3cret"}
SOUND = bytes(range(256)) * 16

M = TypeVar("M", bound=TransportMessage)


class Listener:
    """A link, and everything it posts."""

    def __init__(self, network: Network | None = None, *, number: int = 7) -> None:
        self.seen: list[TransportMessage] = []
        self._posted: Queue[Any] = Queue()
        self.link = WebSocketTransport(number, self._posted.put, network or Network())

    def wait_for(self, kind: type[M], limit_s: float = LIMIT_S) -> M:
        """The next message of `kind`; the ones before it are `seen`."""
        deadline = time.monotonic() + limit_s
        while True:
            message = self._posted.get(timeout=max(deadline - time.monotonic(), 0.01))
            self.seen.append(message)
            if isinstance(message, kind):
                return message
            assert not isinstance(message, TransportRefused | TransportLost | TransportClosed), message

    def wait_for_the_last(self, limit_s: float = LIMIT_S) -> TransportMessage:
        """What the thread posted last; nothing may follow."""
        assert self.link.join(limit_s)
        while True:
            try:
                self.seen.append(self._posted.get(timeout=0.05))
            except Empty:
                break
        lasts = [each for each in self.seen if isinstance(each, TransportRefused | TransportLost | TransportClosed)]
        assert len(lasts) == 1
        assert self.seen[-1] is lasts[0]
        assert all(each.link == self.link.number for each in self.seen)
        assert "s3cret" not in repr(self.seen) + "".join(
            str(each.error) for each in lasts if not isinstance(each, TransportClosed)
        )
        return lasts[0]

    def connect(self, url: str) -> Listener:
        self.link.connect(url)
        self.link.upgrade(PATH, HEADERS)
        return self

    def error(self, kind: type[TransportRefused | TransportLost]) -> ServiceError:
        last = self.wait_for_the_last()
        assert isinstance(last, kind)
        assert isinstance(last, TransportRefused | TransportLost)
        assert last.error.remedy
        return last.error


def wait_until(condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def no_descriptor_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    process = psutil.Process()
    before = process.num_fds()
    yield
    wait_until(lambda: process.num_fds() <= before, 5.0)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def here() -> Iterator[Listener]:
    """A listener whose link is ended behind the test."""
    listener = Listener()
    yield listener
    listener.link.abort()
    assert listener.link.join(5.0)


# What is said and heard


def test_what_is_said_arrives_in_order_and_what_is_heard_too(here: Listener) -> None:
    with SocketIoServer() as server:
        here.connect(server.url)
        connected = here.wait_for(TransportConnected)
        assert (connected.ping_interval_s, connected.ping_timeout_s) == (25.0, 20.0)
        assert "EIO=4" in server.request["QUERY_STRING"]
        assert "x-aiola-api-token=s3cret" in server.request["QUERY_STRING"]
        assert server.request["HTTP_AUTHORIZATION"] == "Bearer s3cret"
        for number in range(300):
            here.link.emit("binary_data", struct.pack("!H", number) + SOUND)
        here.link.emit("set_keywords", {"a": "b"})
        here.link.mark(41)
        assert here.wait_for(Ponged).number == 41
        assert here.link.queued == 0
        assert here.link.sent_bytes > 300 * len(SOUND)
        assert [server.heard.get(timeout=LIMIT_S)[1][:2] for _ in range(300)] == [
            struct.pack("!H", number) for number in range(300)
        ]
        assert server.heard.get(timeout=LIMIT_S) == ("set_keywords", {"a": "b"})


def test_a_burst_of_three_thousand_events_keeps_its_order(here: Listener) -> None:
    with SocketIoServer() as server:
        here.connect(server.url).wait_for(TransportConnected)
        server.emit("transcript", {"transcript": "x"}, times=3000)
        assert [here.wait_for(EventReceived).payload["number"] for _ in range(3000)] == list(range(3000))
        assert here.link.received_bytes > 3000 * 20


def test_what_is_said_before_the_stream_is_open_follows_when_it_is(here: Listener) -> None:
    with SocketIoServer() as server:
        here.link.emit("binary_data", b"early")
        here.link.mark(1)
        assert here.link.queued == 5
        here.connect(server.url)
        assert here.wait_for(Ponged).number == 1
        assert [type(each) for each in here.seen] == [SocketConnected, TransportConnected, Ponged]
        assert server.heard.get(timeout=LIMIT_S) == ("binary_data", b"early")


def test_nothing_overtakes_what_waits_and_nobody_waits_for_the_lock(
    here: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SocketIoServer() as server:
        here.connect(server.url).wait_for(TransportConnected)
        line = here.link._connection
        assert line is not None
        with monkeypatch.context() as patch:
            patch.setattr(here.link._commands, "wake", lambda: None)  # the link's thread sleeps on
            wait_until(line._lock.acquire)
            here.link.emit("binary_data", b"first")
            line._lock.release()
            here.link.emit("binary_data", b"second")
            assert here.link.queued == len(b"firstsecond")
        here.link.emit("binary_data", b"third")
        assert [server.heard.get(timeout=LIMIT_S)[1] for _ in range(3)] == [b"first", b"second", b"third"]


def test_sound_is_on_the_wire_as_the_official_sdk_puts_it(here: Listener) -> None:
    got: Queue[Any] = Queue()

    def script(connection: socket.socket) -> None:
        head = peers.upgraded(connection, frame(OPENING))
        got.put(head)
        got.put(received(connection))
        connection.sendall(frame(peers.ACCEPTED))
        for _ in range(3):
            got.put(received(connection))

    with scripted(script) as url:
        here.connect(f"{url}/what/upgrade/is/asked/counts")
        here.link.emit("binary_data", SOUND)
        here.link.mark(12)
        head = got.get(timeout=LIMIT_S)
        assert b"Sec-WebSocket-Extensions" not in head
        assert b"Origin" not in head
        assert head.startswith(
            b"GET /api/voice-streaming/socket.io/?x-aiola-api-token=s3cret&EIO=4&transport=websocket "
        )
        assert got.get(timeout=LIMIT_S) == (1, b"40/events,{}")
        assert got.get(timeout=LIMIT_S) == (1, b'451-/events,["binary_data",{"_placeholder":true,"num":0}]')
        assert got.get(timeout=LIMIT_S) == (2, SOUND)
        assert got.get(timeout=LIMIT_S) == (9, b"12")


def test_an_acknowledgment_that_is_asked_for_is_given(here: Listener) -> None:
    with SocketIoServer() as server:
        here.connect(server.url).wait_for(TransportConnected)
        server.emit("transcript", {"transcript": "x"}, callback=lambda *said: server.acknowledged.put(said))
        assert here.wait_for(EventReceived).payload == {"transcript": "x"}
        assert server.acknowledged.get(timeout=LIMIT_S) == ()


def test_pings_of_the_service_are_answered_and_are_a_sign_of_life(here: Listener) -> None:
    with SocketIoServer(ping_interval_s=0.1) as server:
        here.connect(server.url)
        for _ in range(3):
            here.wait_for(PingReceived)
        server.emit("transcript", {})
        here.wait_for(EventReceived)


def test_a_storm_of_pings_does_not_drown_what_is_said(here: Listener) -> None:
    got: Queue[Any] = Queue()

    def script(connection: socket.socket) -> None:
        accepted(connection)
        storm = (frame(b"2") + frame(b"ws", 9)) * 5_000
        connection.sendall(storm + frame(b'42/events,["after",1]'))
        while (said := received(connection))[0] != 2:
            got.put(said)
        got.put(said)
        rest(connection)

    with scripted(script) as url:
        here.connect(url).wait_for(TransportConnected)
        here.wait_for(EventReceived)
        here.link.emit("binary_data", b"x")
        replies = [got.get(timeout=LIMIT_S)]
        while replies[-1] != (2, b"x"):
            replies.append(got.get(timeout=LIMIT_S))
        assert (1, b"3") in replies
        assert (10, b"ws") in replies


def test_a_connection_can_wait_before_it_is_used(here: Listener) -> None:
    with SocketIoServer() as server:
        here.link.connect(server.url)
        here.wait_for(SocketConnected)
        here.link.upgrade(PATH, HEADERS)
        here.wait_for(TransportConnected)


def test_messages_in_pieces_are_put_together(here: Listener) -> None:
    pieces = frame(b'42/events,["a"', fin=False) + frame(b"hello", 9) + frame(b",1", 0, fin=False) + frame(b"]", 0)

    def script(connection: socket.socket) -> None:
        accepted(connection)
        for place in range(len(pieces)):
            connection.sendall(pieces[place : place + 1])
        rest(connection)

    with scripted(script) as url:
        assert here.connect(url).wait_for(EventReceived).payload == 1


# TLS, addresses, proxies


def test_an_encrypted_connection_is_as_good(certificates: Any, here: Listener) -> None:
    listener = Listener(Network(ca_file=certificates.authority))
    with SocketIoServer(certificate=certificates.server) as server:
        listener.link.connect(server.url)
        listener.wait_for(SocketConnected)
        listener.link.upgrade(PATH, HEADERS)
        listener.wait_for(TransportConnected)
        for _ in range(200):
            listener.link.emit("binary_data", SOUND * 8)
        server.emit("transcript", {}, times=500)
        assert [listener.wait_for(EventReceived).payload["number"] for _ in range(500)] == list(range(500))
        listener.link.mark(1)
        listener.wait_for(Ponged)
        listener.link.close()
        assert isinstance(listener.wait_for_the_last(), TransportClosed)
        assert [server.heard.get(timeout=LIMIT_S)[1] for _ in range(200)] == [SOUND * 8] * 200


def test_both_directions_at_once_on_an_encrypted_connection_keep_their_order(certificates: Any) -> None:
    listener = Listener(Network(ca_file=certificates.authority))
    with SocketIoServer(certificate=certificates.server) as server:
        listener.connect(server.url).wait_for(TransportConnected)
        talking = threading.Thread(target=server.emit, args=("transcript", {"transcript": "x" * 500}, 1000))
        talking.start()
        for number in range(1000):
            listener.link.emit("binary_data", struct.pack("!H", number) + SOUND, number if number % 50 == 49 else None)
        assert [listener.wait_for(EventReceived).payload["number"] for _ in range(1000)] == list(range(1000))
        talking.join(LIMIT_S)
        listener.link.mark(5000)
        while listener.wait_for(Ponged).number != 5000:
            pass
        marks = [each.number for each in listener.seen if isinstance(each, Ponged)]
        assert marks == [*range(49, 1000, 50), 5000]
        assert listener.link.queued == 0
        heard = [server.heard.get(timeout=LIMIT_S)[1] for _ in range(1000)]
        assert [struct.unpack("!H", each[:2])[0] for each in heard] == list(range(1000))
        assert all(each[2:] == SOUND for each in heard)
        listener.link.close()
        assert isinstance(listener.wait_for_the_last(), TransportClosed)


def test_a_certificate_nobody_vouches_for_is_not_accepted(certificates: Any) -> None:
    with SocketIoServer(certificate=certificates.server) as server:
        assert isinstance(Listener().connect(server.url).error(TransportLost), CertificateUntrusted)


def test_a_certificate_that_is_not_valid_yet_means_that_the_clock_is_wrong(tmp_path: Path) -> None:
    early = make(tmp_path, starts_in_s=3600)
    with SocketIoServer(certificate=early.server) as server:
        assert isinstance(Listener(Network(early.authority)).connect(server.url).error(TransportLost), ClockWrong)


def test_a_certificate_for_another_host_is_not_accepted(tmp_path: Path) -> None:
    other = make(tmp_path, host="elsewhere.example")
    with SocketIoServer(certificate=other.server) as server:
        assert isinstance(
            Listener(Network(other.authority)).connect(server.url).error(TransportLost), CertificateUntrusted
        )


def test_a_host_that_does_not_speak_tls_is_a_failure() -> None:
    with scripted(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url:
        assert Listener().connect(url.replace("http://", "https://")).error(TransportLost)


@pytest.mark.parametrize("url", ["http://apis.aiola.ai", "http://192.168.0.1", "ftp://localhost", "nonsense"])
def test_sound_is_not_sent_unencrypted_to_another_computer(url: str) -> None:
    listener = Listener().connect(url)
    assert isinstance(listener.error(TransportLost), AddressRefused)
    assert not any(isinstance(each, SocketConnected) for each in listener.seen)


def test_the_loopback_of_ip_version_6_is_reached(here: Listener) -> None:
    with SocketIoServer(host="::1") as server:
        here.connect(server.url).wait_for(TransportConnected)
        assert server.request["HTTP_HOST"] == f"[::1]:{server.port}"


def test_when_one_address_does_not_answer_the_next_is_taken(here: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    with SocketIoServer() as server, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        refusing = socket.socket()
        refusing.bind(("127.0.0.1", 0))
        places = [full.getsockname(), refusing.getsockname(), ("127.0.0.1", server.port)]
        found = [(socket.AF_INET, place) for place in places]
        monkeypatch.setattr(dialing, "_look_up", lambda *_: found)
        began = time.monotonic()
        here.connect(server.url).wait_for(TransportConnected)
        assert time.monotonic() - began < 5
        for each in (*fillers, refusing):
            each.close()


def test_a_name_nobody_knows_is_a_problem_that_names_it() -> None:
    error = Listener().connect("https://no-such-host.invalid").error(TransportLost)
    assert isinstance(error, ServiceUnreachable)
    assert "no-such-host.invalid" in error.what


def test_a_port_nobody_listens_at_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert isinstance(Listener().connect(f"http://127.0.0.1:{port}").error(TransportLost), ServiceUnreachable)


def test_a_resolver_that_hangs_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    look_up = dialing._look_up

    def hang(host: str, port: int, flags: int = 0) -> Any:
        if flags:
            return look_up(host, port, flags)
        answer.wait(LIMIT_S)
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(dialing, "_look_up", hang)
    listener = Listener().connect("https://slow.example")
    listener.link.abort()
    assert isinstance(listener.wait_for_the_last(2.0), TransportClosed)
    answer.set()
    wait_until(lambda: not any(each.name == "aiola-resolver" for each in threading.enumerate()))


def through(proxy_url: str, monkeypatch: pytest.MonkeyPatch, signed: str = "") -> None:
    """Send what is encrypted through a proxy; the service's own name is none the resolver knows."""
    monkeypatch.setenv("HTTPS_PROXY", proxy_url.replace("http://", f"http://{signed}@" if signed else "http://"))


@pytest.mark.parametrize(("signed", "wanted"), [("", ""), ("me:p%3Aw", "me:p:w")])
def test_a_proxy_leads_to_the_service(
    signed: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(tmp_path, host="service.example")
    asked: Queue[bytes] = Queue()
    with SocketIoServer(certificate=made.server) as server:
        to = f"127.0.0.1:{server.port}"
        with scripted(peers.proxy(to, signed=wanted, asked=asked)) as proxy_url:
            through(proxy_url, monkeypatch, signed)
            listener = Listener(Network(made.authority)).connect("https://service.example")
            listener.wait_for(TransportConnected)
            listener.link.emit("binary_data", SOUND)
            assert server.heard.get(timeout=LIMIT_S) == ("binary_data", SOUND)
            head = asked.get(timeout=LIMIT_S)
            assert head.startswith(b"CONNECT service.example:443 HTTP/1.1\r\n")
            assert (b"Proxy-Authorization" in head) == bool(signed)
            assert b"s3cret" not in head
            listener.link.close()
            assert isinstance(listener.wait_for_the_last(), TransportClosed)


def test_a_proxy_that_wants_a_password_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(peers.proxy("127.0.0.1:1", signed="me:right")) as proxy_url:
        through(proxy_url, monkeypatch, "me:s3cret")
        error = Listener().connect("https://service.example").error(TransportLost)
        assert isinstance(error, ProxyRefused)
        assert "password" in error.what


@pytest.mark.parametrize(("status", "kind"), [("403 Forbidden", ProxyRefused), ("502 Bad Gateway", ServiceUnreachable)])
def test_a_proxy_may_say_no(status: str, kind: type[ServiceError], monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(peers.proxy("127.0.0.1:1", status=status)) as proxy_url:
        through(proxy_url, monkeypatch)
        assert isinstance(Listener().connect("https://service.example").error(TransportLost), kind)


def test_a_proxy_that_talks_nonsense_or_is_away_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(lambda connection: connection.sendall(b"SSH-2.0-x\r\n\r\n")) as proxy_url:
        through(proxy_url, monkeypatch)
        assert Listener().connect("https://service.example").error(TransportLost)
    assert isinstance(Listener().connect("https://service.example").error(TransportLost), ServiceUnreachable)


def test_a_proxy_of_another_kind_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    assert isinstance(Listener().connect("https://service.example").error(TransportLost), ProxyRefused)


# Refusals


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (peers.answer("401 Unauthorized"), TokenExpired),
        (peers.answer("401 Unauthorized", '{"error":{"code":"TOKEN_EXPIRED","message":"s3cret"}}'), TokenExpired),
        (peers.answer("403 Forbidden"), PermissionRefused),
        (peers.answer("404 Not Found"), ServiceFailed),
        (peers.answer("429 Too Many Requests", Retry_After="7"), RateLimited),
        (peers.answer("503 Service Unavailable", "s3cret"), ServiceFailed),
        (peers.answer("200 OK", "<html>Sign in!</html>", Content_Type="text/html"), CaptivePortal),
        (peers.answer("302 Found", Location="https://portal.example/?s3cret"), CaptivePortal),
    ],
)
def test_an_upgrade_that_is_refused_says_why(script: Script, kind: type[ServiceError]) -> None:
    with scripted(script) as url:
        error = Listener().connect(url).error(TransportRefused)
    assert isinstance(error, kind)
    assert error.retry_after_s == (7.0 if kind is RateLimited else None)


def test_a_redirect_is_not_followed() -> None:
    asked: Queue[bytes] = Queue()
    with scripted(lambda connection: asked.put(peers.request_head(connection))) as elsewhere:
        moved = peers.answer("307 Temporary Redirect", Location=elsewhere.replace("http", "ws"))
        with scripted(moved) as url:
            Listener().connect(url).error(TransportRefused)
    assert asked.empty()


def test_a_namespace_that_is_refused_says_why() -> None:
    with SocketIoServer() as server:
        server.refuse = {"error": {"code": "TOKEN_EXPIRED", "message": "s3cret"}}
        listener = Listener().connect(server.url)
        assert isinstance(listener.error(TransportRefused), TokenExpired)
        assert not any(isinstance(each, TransportConnected) for each in listener.seen)


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_is_none_is_a_loss(said: bytes) -> None:
    def script(connection: socket.socket) -> None:
        peers.request_head(connection)
        connection.sendall(said)

    with scripted(script) as url:
        listener = Listener().connect(url)
        assert isinstance(listener.wait_for_the_last(), TransportLost | TransportRefused)


def test_an_answer_without_end_is_not_read_to_the_end() -> None:
    def script(connection: socket.socket) -> None:
        peers.request_head(connection)
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    with scripted(script) as url:
        assert Listener().connect(url).error(TransportLost)


@pytest.mark.parametrize("said", [[], [frame(OPENING)]])
def test_an_upgrade_that_is_never_answered_is_given_up(said: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "UPGRADE_S", 0.3)
    monkeypatch.setattr(line, "ACCEPT_S", 0.3)

    def script(connection: socket.socket) -> None:
        if said:
            peers.upgraded(connection, *said)
        rest(connection)

    with scripted(script) as url:
        assert isinstance(Listener().connect(url).error(TransportLost), ServiceUnreachable)


def test_a_connection_that_is_never_made_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialing, "CONNECT_S", 0.3)
    with scripted(rest) as url:
        error = Listener().connect(url.replace("http://", "https://")).error(TransportLost)
        assert isinstance(error, ServiceUnreachable)


# Ends


@pytest.mark.parametrize(
    "end",
    [
        frame(b"41/events,"),
        frame(b"1"),
        frame(struct.pack("!H", 1011) + b"s3cret", 8),
        frame(b"", 8),
        b"",
    ],
)
def test_the_service_may_end_it(end: bytes) -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection, frame(b'42/events,["last",1]'), end)
        if end:
            rest(connection)

    with scripted(script) as url:
        listener = Listener().connect(url)
        listener.wait_for(EventReceived)
        assert isinstance(listener.error(TransportLost), ServiceUnreachable)


def test_a_disconnect_of_the_server_is_a_loss() -> None:
    with SocketIoServer() as server:
        listener = Listener().connect(server.url)
        listener.wait_for(TransportConnected)
        server.disconnect()
        assert isinstance(listener.error(TransportLost), ServiceUnreachable)


def test_a_reset_is_a_loss_and_what_was_said_before_it_is_heard() -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection, frame(b'42/events,["error",{"code":"TOKEN_EXPIRED"}]'))
        rest_of = received(connection)
        assert rest_of[0] == 9
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with scripted(script) as url:
        listener = Listener().connect(url)
        listener.wait_for(TransportConnected)
        listener.link.mark(1)
        assert isinstance(listener.error(TransportLost), ServiceUnreachable)
        assert any(isinstance(each, EventReceived) for each in listener.seen)


def test_a_host_that_goes_before_the_stream_is_asked_for_is_lost() -> None:
    with scripted(lambda _connection: None) as url:
        listener = Listener()
        listener.link.connect(url)
        assert isinstance(listener.error(TransportLost), ServiceUnreachable)


@pytest.mark.parametrize(
    "rubbish",
    [
        frame(b"\xff\xfe\xfd"),
        frame(b"4999"),
        frame(b"orphan", 2),
        frame(b'451-/events,["x",{"_placeholder":true,"num":9}]') + frame(b"x", 2),
        frame(b"42/events," + b"[" * 100_000),
        frame(b"x" * 100, 10),
        frame(b"-1", 10),
        frame(b"", 10),
        frame(b"2" + b"x" * 200_000),
        frame(b""),
        frame(b"", 2),
    ],
)
def test_rubbish_in_whole_frames_is_ignored(rubbish: bytes, here: Listener) -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection, rubbish, frame(b'42/events,["after",1]'))
        rest(connection)

    with scripted(script) as url:
        here.connect(url)
        assert here.wait_for(EventReceived).name == "after"
        assert not any(isinstance(each, Ponged) for each in here.seen)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\xff" * 14,
        frame(b"x", 3),
        frame(b"more", 0),
        frame(b"a", 1, fin=False) + frame(b"b", 1),
        b"\x82\x7f" + struct.pack("!Q", 2**62) + b"x" * 100_000,
        b"\x01\x7e\xff\xff" + b"x" * 65_535 + (b"\x00\x7e\xff\xff" + b"x" * 65_535) * 20,
        frame(b"", 1, fin=False) + frame(b"", 0, fin=False) * 2_000,
    ],
)
def test_rubbish_that_is_no_frame_ends_the_connection_after_what_came_before(rubbish: bytes) -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection, frame(b'42/events,["before",1]'), rubbish)
        rest(connection)

    with scripted(script) as url:
        listener = Listener().connect(url)
        assert isinstance(listener.error(TransportLost), ServiceFailed)
        assert [each.name for each in listener.seen if isinstance(each, EventReceived)] == ["before"]


def test_a_service_that_falls_silent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def script(connection: socket.socket) -> None:
        peers.upgraded(connection, frame(b'0{"sid":"e1","pingInterval":200,"pingTimeout":200}'))
        received(connection)
        connection.sendall(frame(peers.ACCEPTED))
        rest(connection)

    with scripted(script) as url:
        assert isinstance(Listener().connect(url).error(TransportLost), ServiceUnreachable)


# Our end of it


def test_an_orderly_end_comes_behind_what_was_said() -> None:
    with SocketIoServer() as server:
        listener = Listener().connect(server.url)
        listener.wait_for(TransportConnected)
        for _ in range(50):
            listener.link.emit("binary_data", SOUND)
        listener.link.close()
        listener.link.close()
        assert isinstance(listener.wait_for_the_last(), TransportClosed)
        assert [server.heard.get(timeout=LIMIT_S)[0] for _ in range(51)] == ["binary_data"] * 50 + ["disconnect"]


def stalled(connection: socket.socket) -> None:
    """Accepts, then reads nothing any more until the other end has gone."""
    accepted(connection)
    gone.wait(LIMIT_S)


gone = threading.Event()


@pytest.fixture
def stall() -> Iterator[Listener]:
    """A link whose other end has stopped reading, with megabytes waiting."""
    gone.clear()
    listener = Listener()
    with scripted(stalled) as url:
        listener.connect(url).wait_for(TransportConnected)
        for _ in range(2_000):
            listener.link.emit("binary_data", SOUND)
        wait_until(lambda: listener.link.sent_bytes > 100_000)
        yield listener
        gone.set()


def test_what_a_stalled_reader_has_not_taken_is_queued_and_an_abort_is_immediate(stall: Listener) -> None:
    assert stall.link.queued > 1_000_000
    assert stall.link.queued + stall.link.sent_bytes >= 2_000 * len(SOUND)
    watch = Stopwatch()
    stall.link.abort()
    assert watch.seconds() < 0.1
    assert isinstance(stall.wait_for_the_last(), TransportClosed)
    assert watch.seconds() < 1.0


def test_an_orderly_end_waits_for_a_stalled_reader_no_longer_than_a_second(stall: Listener) -> None:
    began, watch = time.monotonic(), Stopwatch()
    stall.link.close()
    assert watch.seconds() < 0.1
    assert isinstance(stall.wait_for_the_last(), TransportClosed)
    assert time.monotonic() - began > 0.9
    assert watch.seconds() < 3.0


def test_an_end_that_is_not_answered_takes_a_second_at_most() -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection)
        while True:
            received(connection)

    with scripted(script) as url:
        listener = Listener().connect(url)
        listener.wait_for(TransportConnected)
        began = time.monotonic()
        listener.link.close()
        assert isinstance(listener.wait_for_the_last(), TransportClosed)
        assert time.monotonic() - began < 3.0


def test_what_goes_wrong_while_it_is_ended_is_no_loss() -> None:
    def script(connection: socket.socket) -> None:
        accepted(connection)
        while received(connection)[0] != 8:
            pass
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with scripted(script) as url:
        listener = Listener().connect(url)
        listener.wait_for(TransportConnected)
        listener.link.close()
        assert isinstance(listener.wait_for_the_last(), TransportClosed)


@pytest.mark.parametrize("end", [WebSocketTransport.abort, WebSocketTransport.close])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_hangs_while_it_is_made_is_ended_at_once(
    scheme: str, end: Callable[[WebSocketTransport], None]
) -> None:
    with scripted(rest) as url:
        listener = Listener().connect(url.replace("http", scheme))
        if scheme == "http":
            listener.wait_for(SocketConnected)
        end(listener.link)
        assert isinstance(listener.wait_for_the_last(2.0), TransportClosed)


@pytest.mark.parametrize("end", [WebSocketTransport.abort, WebSocketTransport.close])
def test_a_link_that_was_never_dialed_ends_too(end: Callable[[WebSocketTransport], None]) -> None:
    listener = Listener()
    end(listener.link)
    end(listener.link)
    assert isinstance(listener.wait_for_the_last(), TransportClosed)
    with pytest.raises(RuntimeError):
        listener.link.connect("http://127.0.0.1:1")
    listener.link.emit("binary_data", b"x")
    listener.link.mark(1)


def test_after_the_end_nothing_does_any_harm() -> None:
    with scripted(lambda _connection: None) as url:
        listener = Listener().connect(url)
        listener.wait_for_the_last()
        listener.link.emit("binary_data", b"x")
        listener.link.mark(1)
        listener.link.close()
        listener.link.abort()
        listener.seen.clear()
        with pytest.raises(Empty):
            listener.wait_for(TransportMessage, 0.2)


def test_what_is_no_json_is_refused_where_it_is_said() -> None:
    listener = Listener()
    with pytest.raises(TypeError):
        listener.link.emit("set_keywords", {"a": object()})
    listener.link.abort()


def test_a_header_cannot_be_two() -> None:
    with scripted(rest) as url:
        listener = Listener()
        listener.link.connect(url)
        listener.link.upgrade(PATH, {"Authorization": "Bearer s3cret\r\nHost: elsewhere"})
        assert isinstance(listener.wait_for_the_last(), TransportLost)


def test_a_fault_of_ours_is_logged_without_what_was_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "s3cret"

    def stumble(*_: object) -> None:
        raise LookupError(secret)

    monkeypatch.setattr(line.SocketIOProtocol, "opened", stumble)
    with SocketIoServer() as server:
        assert Listener().connect(server.url).error(TransportLost)
    (record,) = caplog.records
    assert "LookupError" in record.getMessage()
    assert "stumble" in record.getMessage()
    assert secret not in caplog.text


def test_no_library_logs_what_was_said(caplog: pytest.LogCaptureFixture, here: Listener) -> None:
    caplog.set_level(0)
    with SocketIoServer() as server:
        here.connect(server.url).wait_for(TransportConnected)
        here.link.emit("set_keywords", {"s3cret": "x"})
        server.heard.get(timeout=LIMIT_S)
    assert logging.getLogger("websocket").disabled
    assert "s3cret" not in "".join(
        each.getMessage() for each in caplog.records if each.name.startswith(("websocket", "saywrite"))
    )
