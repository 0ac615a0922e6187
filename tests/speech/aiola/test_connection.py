"""`ServiceConnection`: when it connects, what each failure means, and which token the next attempt uses."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

from saywrite.foundation.catalog import AIOLA_WORKFLOW
from saywrite.foundation.errors import (
    KeyRefused,
    ServiceError,
    ServiceUnreachable,
    TokenExpired,
    TooManyDictations,
    WorkflowUnknown,
)
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection import (
    CONNECT_LIMIT_S,
    CROWDED_S,
    ServiceConnection,
    SessionClosed,
    SessionOpened,
)
from saywrite.speech.aiola.net.command_queue import (
    EventReceived,
    SocketConnected,
    TransportConnected,
    TransportLost,
    TransportRefused,
)
from saywrite.speech.aiola.net.probe import HostReachable
from saywrite.speech.aiola.net.stream_request import StreamConfig
from saywrite.speech.aiola.token_provider import AccountFound, AuthFailed, Grant, TokenFetched
from saywrite.speech.engine import VoiceSettings

ACCOUNT = Account("key", "a key", base_url="https://speech.example/base")
WANTED = StreamConfig("pr", VoiceSettings(), "en", {"postgres": "PostgreSQL"})
UNREACHABLE = ServiceUnreachable("No network.", "Wait.")


class FakeLink:
    def __init__(self, number: int) -> None:
        self.number = number
        self.did: list[str] = []
        self.path = ""
        self.headers: dict[str, str] = {}
        self.emitted: list[tuple[str, object]] = []
        self.sent_bytes = self.received_bytes = self.queued = 0

    def connect(self, base_url: str) -> None:
        self.did.append(f"connect {base_url}")

    def upgrade(self, path: str, headers: dict[str, str]) -> None:
        self.did.append("upgrade")
        self.path, self.headers = path, headers

    def emit(self, name: str, payload: object) -> None:
        self.emitted.append((name, payload))

    def close(self) -> None:
        self.did.append("close")

    def abort(self) -> None:
        self.did.append("abort")


class FakeGrants:
    """A token provider whose grant the test sets."""

    def __init__(self) -> None:
        self.account: Account | None = None
        self.grant: Grant | None = None
        self.wanted = False
        self.fetches = 0
        self.forgotten = 0

    def current(self) -> Grant | None:
        return self.grant

    def fetch(self) -> None:
        self.fetches += 1

    def forget(self, *, revoke: bool = False) -> None:
        self.grant = None
        self.forgotten += 1

    def receive(self, message: object) -> bool:
        if isinstance(message, AccountFound):
            self.account = message.account
        if isinstance(message, TokenFetched):
            self.grant = message.grant
        return True

    def wake(self, now: float) -> float | None:
        return None


class FakeProbe:
    def __init__(self, number: int, base_url: str) -> None:
        self.number = number
        self.base_url = base_url
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


class Bench:
    """A connection whose grants and links the test controls."""

    def __init__(self, *, token: str | None = "a token") -> None:
        self.grants = FakeGrants()
        self.links: list[FakeLink] = []
        if token is not None:
            self.grants.account = ACCOUNT
            self.grants.grant = Grant(token, ACCOUNT)
        self.probes: list[FakeProbe] = []
        self.connection = ServiceConnection(self.grants, self._make, Random(1), self._make_probe)  # type: ignore[arg-type]

    def _make(self, number: int) -> FakeLink:
        self.links.append(FakeLink(number))
        return self.links[-1]

    def _make_probe(self, number: int, base_url: str) -> FakeProbe:
        self.probes.append(FakeProbe(number, base_url))
        return self.probes[-1]

    @property
    def link(self) -> FakeLink:
        return self.links[-1]

    def open(self, wanted: StreamConfig = WANTED, now: float = 0.0, *, is_awaited: bool = False) -> bool:
        return self.connection.open(wanted, now, is_awaited=is_awaited)

    def lose_after_the_request(self, now: float) -> SessionClosed:
        """The socket connects, the request goes out, and the connection is lost. The next attempt begins."""
        self.connection.receive(SocketConnected(self.link.number, now), now)
        down = self.fail(UNREACHABLE, now)
        assert down.retry_in_s is not None
        self.connection.wake(now + down.retry_in_s)
        return down

    def come_up(self, now: float = 1.0) -> object:
        return self.connection.receive(TransportConnected(self.link.number, now, 25.0, 20.0), now)

    def fail(self, error: ServiceError, now: float = 1.0, kind: type = TransportLost) -> SessionClosed:
        down = self.connection.receive(kind(self.link.number, now, error), now)
        assert isinstance(down, SessionClosed)
        return down


def test_with_a_token_it_connects_and_upgrades_at_once() -> None:
    bench = Bench()
    assert not bench.open()
    assert bench.link.did == ["connect https://speech.example/base", "upgrade"]
    assert bench.come_up() == SessionOpened(45.0)
    assert bench.connection.up
    assert bench.connection.host == "speech.example"


def test_socket_connects_while_a_token_is_fetched() -> None:
    bench = Bench(token=None)
    bench.open()
    assert (bench.grants.fetches, bench.links) == (1, [])
    bench.connection.receive(AccountFound(1, ACCOUNT), 0.1)
    assert bench.link.did == ["connect https://speech.example/base"]
    bench.connection.receive(TokenFetched(1, Grant("a token", ACCOUNT)), 0.2)
    assert bench.link.did[-1] == "upgrade"


def test_address_has_the_query_of_the_official_sdks() -> None:
    bench = Bench()
    bench.open()
    parts = urlsplit(bench.link.path)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert parts.path == "/base/api/voice-streaming/socket.io/"
    assert len(query.pop("execution_id")) == 36
    assert json.loads(query.pop("vad_config")) == {
        "threshold": 0.5,
        "min_speech_ms": 250,
        "min_silence_ms": 500,
        "max_segment_ms": 30_000,
    }
    assert json.loads(query.pop("tasks_config")) == {"TRANSLATION": {"src_lang_code": "pr", "dst_lang_code": "en"}}
    assert json.loads(query.pop("keywords")) == {"postgres": "PostgreSQL"}
    assert query == {
        "flow_id": AIOLA_WORKFLOW,
        "time_zone": "UTC",
        "x-aiola-api-token": "a token",
        "lang_code": "pr",
    }
    assert bench.link.headers == {"Authorization": "Bearer a token"}


def test_lost_connection_is_retried_with_backoff() -> None:
    bench = Bench()
    bench.open()
    bench.come_up()
    now, waits = 1.0, []
    for _ in range(7):
        down = bench.fail(UNREACHABLE, now)
        assert down.retry_in_s is not None
        waits.append(down.retry_in_s)
        count = len(bench.links)
        bench.connection.wake(now + down.retry_in_s - 0.01)
        assert len(bench.links) == count
        bench.connection.wake(now := now + down.retry_in_s)
        assert len(bench.links) == count + 1
    assert waits[0] < 0.31
    assert 3.9 < waits[-1] < 6.1
    bench.come_up(now)
    again = bench.fail(UNREACHABLE, now)
    assert again.retry_in_s is not None
    assert again.retry_in_s > 3.9, "a stream without a text reset the backoff"
    bench.connection.wake(now := now + again.retry_in_s)
    bench.come_up(now)
    bench.connection.reset_backoff()
    at_last = bench.fail(UNREACHABLE, now)
    assert at_last.retry_in_s is not None
    assert at_last.retry_in_s < 0.31


def test_token_refused_on_every_open_stream_stops_the_attempts() -> None:
    bench = Bench()
    bench.open()
    waits = []
    for number in range(4):
        bench.come_up(number)
        down = bench.connection.drop(TokenExpired("Expired.", ""), number, at_once=True)
        waits.append(down.retry_in_s)
        if down.retry_in_s is None:
            break
        bench.connection.wake(number + down.retry_in_s)
        bench.connection.receive(TokenFetched(number, Grant("another", ACCOUNT)), number)
    assert waits[0] == 0.0
    assert waits[-1] is None


def test_token_of_a_new_account_goes_to_no_other_host() -> None:
    bench = Bench()
    bench.grants.grant = None
    bench.open()
    assert bench.links[0].did == ["connect https://speech.example/base"], "it connected to another host"
    moved = replace(ACCOUNT, base_url="https://other.example")
    bench.connection.receive(AccountFound(1, moved), 0.1)
    bench.connection.receive(TokenFetched(1, Grant("a token", moved)), 0.2)
    assert bench.links[0].did[-1] == "abort"
    assert bench.links[0].headers == {}
    assert bench.link.did == ["connect https://other.example", "upgrade"]
    assert bench.connection.host == "other.example"


def test_hurry_makes_the_next_attempt_at_once() -> None:
    bench = Bench()
    bench.open()
    for _ in range(6):
        bench.fail(UNREACHABLE)
        bench.connection.retry_now(2.0)
        _down, due = bench.connection.wake(2.0)
        assert bench.link.did[0].startswith("connect")
    assert len(bench.links) == 7
    assert due == 2.0 + CONNECT_LIMIT_S


@pytest.mark.parametrize("error", [TokenExpired("Expired.", ""), KeyRefused("No.", "")])
def test_refused_token_is_replaced_at_once_and_only_once(error: ServiceError) -> None:
    bench = Bench()
    bench.open()
    assert bench.fail(error, kind=TransportRefused).retry_in_s == 0.0
    bench.connection.wake(1.0)
    assert (bench.grants.forgotten, bench.grants.fetches) == (1, 1)
    bench.connection.receive(TokenFetched(2, Grant("another", ACCOUNT)), 1.1)
    assert bench.link.headers == {"Authorization": "Bearer another"}
    for number in (2, 3):
        down = bench.fail(error, 2.0, kind=TransportRefused)
        if down.retry_in_s is None:
            break
        bench.connection.wake(2.0 + down.retry_in_s)
        bench.connection.receive(TokenFetched(number, Grant("yet another", ACCOUNT)), 9.0)
    assert down.retry_in_s is None, "fresh tokens were fetched without end"
    assert isinstance(down.error, KeyRefused)


def test_refused_access_token_of_the_user_stops_the_attempts() -> None:
    bench = Bench()
    bench.grants.grant = Grant("a token", replace(ACCOUNT, sign_in="token"))
    bench.open()
    assert bench.fail(TokenExpired("Expired.", ""), kind=TransportRefused).retry_in_s is None


def test_incurable_failure_stops_the_attempts() -> None:
    bench = Bench()
    bench.open()
    assert (
        bench.fail(WorkflowUnknown("No such workflow.", "Look."), kind=TransportRefused)
        == SessionClosed(WorkflowUnknown("No such workflow.", "Look."), None)
        or bench.links
    )
    assert bench.connection.wake(1_000.0) == (None, None)
    assert len(bench.links) == 1


def test_attempts_resume_after_the_account_has_changed() -> None:
    bench = Bench(token=None)
    bench.open()
    down = bench.connection.receive(AuthFailed(1, KeyRefused("Wrong key.", "Enter another.")), 1.0)
    assert isinstance(down, SessionClosed)
    assert down.retry_in_s is None
    bench.connection.try_again(5.0)
    bench.connection.wake(5.0)
    assert bench.grants.fetches == 2


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (TooManyDictations("Two at once.", ""), CROWDED_S),
        (TooManyDictations("Two at once.", "", retry_after_s=30.0), 30.0),
        (ServiceUnreachable("Busy.", "", retry_after_s=7.0), 7.0),
    ],
)
def test_wait_at_a_limit_is_as_long_as_the_service_asks(error: ServiceError, wait: float) -> None:
    bench = Bench()
    bench.open()
    assert bench.fail(error, kind=TransportRefused).retry_in_s == wait


def test_attempt_without_result_is_aborted() -> None:
    bench = Bench()
    bench.open()
    down, _due = bench.connection.wake(CONNECT_LIMIT_S)
    assert down is not None
    assert bench.links[0].did[-1] == "abort"
    assert down.retry_in_s is not None


def test_messages_of_a_former_connection_are_ignored() -> None:
    bench = Bench()
    bench.open()
    bench.come_up()
    former = bench.link.number
    bench.fail(UNREACHABLE)
    bench.connection.wake(9.0)
    assert bench.connection.receive(TransportConnected(former, 9.1, 25.0, 20.0), 9.1) is None
    assert not bench.connection.up
    bench.come_up(9.2)
    assert bench.connection.receive(TransportLost(former, 9.3, UNREACHABLE), 9.3) is None
    assert bench.connection.receive(EventReceived(former, 9.4, "transcript", {}), 9.4) is None
    mine = EventReceived(bench.link.number, 9.4, "transcript", {})
    assert bench.connection.receive(mine, 9.4) is mine


def test_open_stream_gets_the_keywords_of_the_next_dictation() -> None:
    bench = Bench()
    bench.open()
    bench.come_up()
    assert bench.open(replace(WANTED, keywords={"jay son": "JSON"}), 5.0)
    assert len(bench.links) == 1
    assert bench.link.emitted == [("set_keywords", {"jay son": "JSON"})]
    assert bench.open(replace(WANTED, keywords={"jay son": "JSON"}), 6.0)
    assert len(bench.link.emitted) == 1, "the same keywords were sent twice"


def test_another_language_needs_another_stream() -> None:
    bench = Bench()
    bench.open()
    bench.come_up()
    assert not bench.open(replace(WANTED, language="de"), 5.0)
    assert bench.links[0].did[-1] == "abort"
    assert "lang_code=de" in bench.link.path


def test_closed_connection_stays_closed() -> None:
    bench = Bench()
    bench.open()
    bench.come_up()
    bench.connection.close()
    assert bench.link.did[-1] == "close"
    assert bench.connection.wake(100.0) == (None, None)
    assert not bench.grants.wanted
    assert bench.connection.receive(TokenFetched(3, Grant("late", ACCOUNT)), 101.0) is None
    assert len(bench.links) == 1


def test_traffic_counts_all_connections_of_a_dictation() -> None:
    bench = Bench()
    bench.open()
    bench.link.sent_bytes, bench.link.received_bytes = 100, 10
    bench.connection.count_anew()
    bench.link.sent_bytes, bench.link.received_bytes = 150, 15
    bench.fail(UNREACHABLE)
    bench.connection.wake(9.0)
    bench.link.sent_bytes, bench.link.received_bytes = 1_000, 100
    assert bench.connection.traffic == (1_050, 105)


def test_the_return_of_the_host_makes_the_next_attempt_at_once() -> None:
    bench = Bench()
    bench.open(is_awaited=True)
    for _ in range(6):
        down = bench.fail(UNREACHABLE)
        assert down.retry_in_s is not None
        bench.connection.wake(1.0 + down.retry_in_s)
    bench.fail(UNREACHABLE, 10.0)
    assert [(probe.number, probe.base_url) for probe in bench.probes] == [(1, ACCOUNT.base_url)], "one probe an outage"
    bench.connection.receive(HostReachable(1), 10.5)
    count = len(bench.links)
    bench.connection.wake(10.5)
    assert len(bench.links) == count + 1
    bench.come_up(10.6)
    assert bench.probes[0].stopped


def test_an_attempt_that_began_before_the_host_returned_is_made_again_at_once() -> None:
    bench = Bench()
    bench.open(is_awaited=True)
    bench.fail(UNREACHABLE, 1.0)
    bench.connection.wake(2.0)
    bench.connection.receive(SocketConnected(bench.link.number, 2.1), 2.1)
    bench.connection.receive(HostReachable(1), 2.2)
    assert bench.fail(UNREACHABLE, 2.3).retry_in_s == 0.0
    bench.connection.wake(2.3)
    again = bench.fail(UNREACHABLE, 2.4).retry_in_s
    assert again is not None
    assert again > 0, "a host that only accepts connections was asked without a pause"


def test_an_attempt_whose_socket_hangs_is_replaced_when_the_host_returns() -> None:
    bench = Bench()
    bench.open(is_awaited=True)
    bench.fail(UNREACHABLE, 1.0)
    bench.connection.wake(2.0)
    hanging = bench.link
    bench.connection.receive(HostReachable(1), 5.0)
    assert hanging.did[-1] == "abort"
    assert bench.link is not hanging
    assert bench.link.did[-1] == "upgrade"


def test_nobody_is_probed_for_a_file_and_after_the_end() -> None:
    bench = Bench()
    bench.open()
    bench.fail(UNREACHABLE)
    assert bench.probes == []
    bench = Bench()
    bench.open(is_awaited=True)
    bench.fail(UNREACHABLE)
    bench.connection.close()
    assert bench.probes[0].stopped


def test_a_token_whose_connections_are_only_lost_is_replaced_once() -> None:
    bench = Bench()
    bench.open()
    bench.lose_after_the_request(1.0)
    assert (bench.grants.forgotten, bench.grants.fetches) == (0, 0), "one lost connection says nothing about the token"
    bench.lose_after_the_request(3.0)
    assert (bench.grants.forgotten, bench.grants.fetches) == (1, 1)
    bench.connection.receive(TokenFetched(1, Grant("another", ACCOUNT)), 5.0)
    assert bench.link.headers == {"Authorization": "Bearer another"}
    for number in range(5):
        bench.lose_after_the_request(10.0 + 9 * number)
    assert (bench.grants.forgotten, bench.grants.fetches) == (1, 1), "an unstable network renewed it again and again"


def test_a_host_that_cannot_be_connected_to_says_nothing_about_the_token() -> None:
    bench = Bench()
    bench.open()
    for number in range(5):
        down = bench.fail(UNREACHABLE, 9.0 * number)
        assert down.retry_in_s is not None
        bench.connection.wake(9.0 * number + down.retry_in_s)
    assert bench.grants.forgotten == 0
