"""The bad line is bad in just the way it was told to be."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from tests.aiola_server.fault_proxy import FaultProxy, FaultProxyProcess

LIMIT_S = 10.0


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._socket.accept()
            except OSError:
                return
            if not self._threads:
                wire.close()
                return
            self._threads.append(threading.Thread(target=self._serve, args=(wire,)))
            self._threads[-1].start()

    @staticmethod
    def _serve(wire: socket.socket) -> None:
        with wire:
            try:
                while data := wire.recv(65536):
                    wire.sendall(data)
            except OSError:
                pass

    def close(self) -> None:
        threads, self._threads = self._threads, []
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in threads:
            thread.join(LIMIT_S)
        self._socket.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture(params=[FaultProxy, FaultProxyProcess])
def line(echo: Echo, request: pytest.FixtureRequest) -> Iterator[FaultProxy | FaultProxyProcess]:
    with request.param(echo.port) as proxy:
        yield proxy


def dial(line: FaultProxy | FaultProxyProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=LIMIT_S)


def there_and_back(wire: socket.socket, data: bytes = b"x") -> float:
    """Seconds until all of `data` is back."""
    began = time.monotonic()
    wire.sendall(data)
    back = b""
    while len(back) < len(data):
        piece = wire.recv(65536)
        assert piece, "the connection ended"
        back += piece
    assert back == data
    return time.monotonic() - began


def test_a_good_line_passes_everything_on(line: FaultProxy) -> None:
    with dial(line) as wire:
        data = bytes(range(256)) * 200
        there_and_back(wire, data)
    state = line.state()
    assert (state["accepted"], state["up"], state["down"]) == (1, len(data), len(data))


def test_delay_and_jitter_count_one_way_and_keep_the_order(line: FaultProxy) -> None:
    line.shape(delay_s=0.1, jitter_s=0.1)
    with dial(line) as wire:
        taken = there_and_back(wire, b"".join(n.to_bytes(2) for n in range(4000)))
    assert taken >= 0.2


def test_with_connect_delay_a_new_connection_costs_a_round_trip_more(line: FaultProxy) -> None:
    line.shape(delay_s=0.1, connect_delay=True)
    began = time.monotonic()  # before the connection: the delay of its first bytes counts from its acceptance
    with dial(line) as wire:
        there_and_back(wire)
        first = time.monotonic() - began
        later = min(there_and_back(wire) for _ in range(3))
    assert first >= 0.4
    assert 0.2 <= later < 0.4


def test_a_narrow_line_takes_its_time(line: FaultProxy) -> None:
    line.shape(rate=20_000)
    with dial(line) as wire:
        assert there_and_back(wire, bytes(10_000)) >= 0.5


@pytest.mark.parametrize("existing", [False, True])
def test_a_stalled_line_passes_nothing_until_it_flows_again(line: FaultProxy, existing: bool) -> None:
    with dial(line) as wire:
        there_and_back(wire)
        line.stall(existing=existing)
        wire.sendall(b"y")
        wire.settimeout(0.2)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        if existing:
            with dial(line) as other:
                there_and_back(other)
        line.flow()
        wire.settimeout(LIMIT_S)
        assert wire.recv(1) == b"y"


def test_what_goes_into_a_hole_never_comes_back(line: FaultProxy) -> None:
    with dial(line) as wire:
        there_and_back(wire)
        line.hole("up")
        wire.sendall(b"lost")
        wait_until_swallowed(line, 4)
        line.flow()
        there_and_back(wire, b"found")


def wait_until_swallowed(line: FaultProxy, size: int) -> None:
    deadline = time.monotonic() + LIMIT_S
    while line.state()["swallowed"] < size:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_reset_is_a_reset_and_an_end_is_an_end(line: FaultProxy) -> None:
    with dial(line) as wire:
        there_and_back(wire)
        line.reset()
        with pytest.raises(ConnectionResetError):
            wire.recv(1)
    with dial(line) as wire:
        there_and_back(wire)
        line.end()
        assert wire.recv(1) == b""


def test_new_connections_are_refused_or_left_hanging(line: FaultProxy) -> None:
    line.refuse()
    with pytest.raises(ConnectionResetError), dial(line) as wire:
        wire.recv(1)
    line.refuse(False)
    line.hang()
    with dial(line) as wire:
        wire.sendall(b"z")
        wire.settimeout(0.2)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        line.hang(False)
        wire.settimeout(LIMIT_S)
        assert wire.recv(1) == b"z"


def test_nobody_behind_the_line_breaks_the_connection(echo: Echo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with FaultProxy(port) as line:
        with pytest.raises(ConnectionResetError), dial(line) as wire:
            wire.recv(1)
        line.aim(echo.port)
        with dial(line) as wire:
            there_and_back(wire)
