"""The times and sizes of a connection that README and design promise, as literal numbers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from itertools import islice
from random import Random

import pytest
from tests.speech.aiola.test_connection import FakeGrants, FakeLink

from saywrite.foundation.errors import RateLimited, ServiceUnreachable, TooManyDictations
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection import ServiceConnection, SessionClosed, delays
from saywrite.speech.aiola.delivery.flow_control import REPLAY, FlowControl, RateLimiter
from saywrite.speech.aiola.delivery.sender import CHUNK
from saywrite.speech.aiola.net import connector
from saywrite.speech.aiola.net.command_queue import CloseCommand, CommandQueue, Stopped, TransportLost
from saywrite.speech.aiola.net.connector import Connector, Endpoint
from saywrite.speech.aiola.net.stream_request import StreamConfig
from saywrite.speech.aiola.token_provider import Grant
from saywrite.speech.engine import VoiceSettings
from saywrite.speech.network.network import Network
from saywrite.storage.settings.schema import Settings

BYTES_PER_S = 32_000


class MiddleRandom(Random):
    """Draws the middle of every range."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class RecordingQueue(CommandQueue):
    """Remembers how long each wait was to take at most, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self.waits: list[float] = []

    def wait(self, interest: Mapping[socket.socket, int], until: float) -> list[socket.socket]:
        self.waits.append(until - time.monotonic())
        return super().wait(interest, until)


def open_connection() -> tuple[ServiceConnection, list[FakeLink]]:
    """A connection that has just begun to connect, and its links."""
    grants, links = FakeGrants(), list[FakeLink]()
    grants.account = Account("key", "a key", base_url="https://speech.example")
    grants.grant = Grant("a token", grants.account)

    def make(number: int) -> FakeLink:
        links.append(FakeLink(number))
        return links[-1]

    connection = ServiceConnection(grants, make, MiddleRandom())  # type: ignore[arg-type]
    connection.open(StreamConfig("en", VoiceSettings()), 0.0)
    return connection, links


def test_attempts_wait_a_quarter_of_a_second_and_double_up_to_five() -> None:
    assert list(islice(delays(MiddleRandom()), 8)) == pytest.approx([0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0])


def test_each_wait_varies_by_a_fifth() -> None:
    plain = [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    shares = [
        wait / expected for seed in range(40) for wait, expected in zip(delays(Random(seed)), plain, strict=False)
    ]
    assert 0.8 <= min(shares) < 0.83
    assert 1.17 < max(shares) <= 1.2


def test_connection_that_fails_again_and_again_keeps_these_waits() -> None:
    connection, links = open_connection()
    now, waits = 0.0, []
    for _ in range(7):
        down = connection.receive(TransportLost(links[-1].number, now, ServiceUnreachable("Away.", "")), now)
        assert isinstance(down, SessionClosed)
        assert down.retry_in_s is not None
        waits.append(down.retry_in_s)
        connection.wake(now := now + down.retry_in_s)
    assert waits == pytest.approx([0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0])


@pytest.mark.parametrize("error", [TooManyDictations("Two at once.", ""), RateLimited("Too often.", "")])
def test_limit_of_the_account_is_retried_after_five_seconds(error: TooManyDictations | RateLimited) -> None:
    connection, links = open_connection()
    down = connection.receive(TransportLost(links[-1].number, 1.0, error), 1.0)
    assert isinstance(down, SessionClosed)
    assert down.retry_in_s == 5.0


def test_attempt_without_result_is_given_up_after_25_seconds() -> None:
    connection, _links = open_connection()
    assert connection.wake(24.9)[0] is None
    assert connection.wake(25.0)[0] is not None


def test_dead_line_shows_within_four_seconds() -> None:
    flow = FlowControl(0.0, 45.0)
    flow.sent(16_384)
    flow.mark(8_192, 10.0)
    assert 13.0 < flow.dead_at() <= 14.0


def test_idle_line_is_probed_so_often_that_it_shows_dead_within_four_seconds() -> None:
    flow = FlowControl(10.0, 45.0)
    probe = flow.probe_due()
    assert probe == 10.5
    flow.mark(0, probe)
    assert flow.dead_at() <= 14.0


def test_ping_follows_every_half_second_of_sound() -> None:
    flow = FlowControl(0.0, 45.0)
    flow.sent(16_383)
    assert not flow.wants_mark()
    flow.sent(1)
    assert flow.wants_mark()
    assert pytest.approx(0.5, abs=0.02) == 16_384 / BYTES_PER_S


def test_chunk_is_what_aiola_recommends() -> None:
    assert CHUNK == 4_096


def test_replay_is_ten_times_faster_than_speech() -> None:
    pace = RateLimiter(REPLAY, 0.0)
    pace.spend(round(pace.allows(0.0)))
    pace.spend(10 * BYTES_PER_S)
    assert pace.due(1, 0.0) == pytest.approx(1.0, abs=0.01)


def test_connection_lingers_for_thirty_seconds_by_default() -> None:
    assert Settings().aiola_linger_s == 30


def test_orderly_end_may_take_one_second() -> None:
    now = [100.0]
    commands = CommandQueue(lambda: now[0])
    commands.put(CloseCommand())
    assert commands.close_by == 101.0
    with pytest.raises(Stopped):
        commands.wait({}, 200.0)
    commands.close()


def test_next_address_is_tried_beside_a_silent_one_after_a_quarter_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent, socket.create_server(("127.0.0.1", 0)) as good:
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:  # a full backlog answers no more connection
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
        addresses = [(socket.AF_INET, silent.getsockname()), (socket.AF_INET, good.getsockname())]
        monkeypatch.setattr(connector, "_look_up", lambda *_: addresses)
        commands = RecordingQueue(time.monotonic)
        sock = Connector(commands, Network(), time.monotonic).connect(Endpoint("127.0.0.1", 1, secure=False))
        assert commands.waits[0] == pytest.approx(0.25, abs=0.05)
        assert sock.getpeername() == good.getsockname()
        for each in (sock, *fillers):
            each.close()
        commands.close()
