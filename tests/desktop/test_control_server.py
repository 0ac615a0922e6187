"""Whoever comes to the door says one line, gets one line, and keeps nobody else waiting."""

from __future__ import annotations

import logging
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.system.lab.desktop import wait_for
from tests.system.lab.threads import switches_in_a_second

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.remote_control import (
    client as control_client,
)
from saywrite.desktop.remote_control import (
    server as control_listener,
)
from saywrite.desktop.remote_control import (
    server_socket as control_door,
)
from saywrite.desktop.remote_control.client import ask, exchange
from saywrite.desktop.remote_control.instance_record import InstanceRecord
from saywrite.desktop.remote_control.protocol import LIMIT, format_request, parse_answer
from saywrite.desktop.remote_control.request import Answer, ControlRequest
from saywrite.desktop.remote_control.server import CONNECTIONS, ControlServer
from saywrite.desktop.remote_control.server_socket import ServerSocket, open_server_socket_at
from saywrite.desktop.single_instance import Instance, claim
from saywrite.foundation.errors import ControlRefused, NotRunning

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Only on systems with Unix domain sockets")

LIMIT_S = 10.0


class LoneServer(ControlServer):
    """A server with a desktop thread of its own, which ends with the server."""

    def __init__(self, server_socket: ServerSocket, answer: Callable[[ControlRequest], Answer]) -> None:
        self.thread = DesktopThread()
        super().__init__(server_socket, answer, self.thread)

    def stop(self) -> None:
        super().stop()
        self.thread.close()


class House:
    """A listener behind a door, and what it was asked. `does` may be replaced."""

    def __init__(self, server_socket: ServerSocket, data: Path) -> None:
        self.asked: list[ControlRequest] = []
        self.does: Callable[[ControlRequest], Answer] = lambda request: {"state": "idle"}
        self.data = data
        self.listener = LoneServer(server_socket, self._answer)
        self.path = server_socket.address

    def _answer(self, request: ControlRequest) -> Answer:
        self.asked.append(request)
        return self.does(request)

    def visit(self) -> socket.socket:
        visitor = socket.socket(socket.AF_UNIX)
        visitor.connect(self.path)
        visitor.settimeout(LIMIT_S)
        return visitor

    def answers(self) -> bool:
        return ask(self.data, "status", limit_s=LIMIT_S) == {"state": "idle"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    instance: Instance = claim(tmp_path, os.environ)
    assert instance.server_socket is not None
    made = House(instance.server_socket, tmp_path)
    made.listener.start()
    yield made
    made.listener.stop()
    for descriptor in made.listener.leaving:
        os.close(descriptor)
    instance.release()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the list itself is open while it is made


def test_a_command_gets_its_answer(house: House) -> None:
    assert ask(house.data, "start", engine="local", language="en") == {"state": "idle"}
    assert house.asked == [ControlRequest("start", "local", "en")]


def test_a_command_may_come_in_pieces_and_more_behind_it_is_not_heard(house: House) -> None:
    line = format_request({"verb": "stop"})
    with house.visit() as visitor:
        for at in range(len(line)):
            visitor.send(line[at : at + 1])
        assert parse_answer(visitor.recv(LIMIT)) == {"state": "idle"}
        assert visitor.recv(1) == b""
    with house.visit() as visitor:
        visitor.sendall(line + line)
        assert visitor.recv(LIMIT).count(b"\n") == 1
    assert house.asked == [ControlRequest("stop")] * 2


def test_a_refusal_is_reported(house: House) -> None:
    def refuse(request: ControlRequest) -> Answer:
        raise ControlRefused("Not now.", "Later.")

    house.does = refuse
    with pytest.raises(ControlRefused, match=r"Not now\. Later\."):
        ask(house.data, "start")


@pytest.mark.parametrize("said", [b"rubbish\n", b"\n", b"\x00\xff\n", b"x" * LIMIT, b"x" * 100_000, b'{"verb": 1}\n'])
def test_rubbish_is_refused_with_words(said: bytes, house: House) -> None:
    with house.visit() as visitor:
        try:
            visitor.sendall(said)
            answer = visitor.recv(LIMIT)
        except (BrokenPipeError, ConnectionResetError):  # it was let go while it was still talking
            answer = b""
        assert b'"what"' in answer or len(said) > LIMIT
    assert house.asked == []
    assert house.answers()


def test_one_that_leaves_in_the_middle_is_forgotten(house: House) -> None:
    for said in (b"", b'{"saywrite"'):
        with house.visit() as visitor:
            visitor.sendall(said)
    assert house.answers()


def test_half_a_line_is_waited_for_only_so_long_however_it_drips(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_listener, "COMMAND_LIMIT_S", 0.3)
    with house.visit() as visitor, house.visit() as silent:
        dripped = 0

        def drips() -> bool:
            nonlocal dripped
            try:
                dripped += visitor.send(b"x")
            except OSError:
                return True
            return False

        wait_for(drips, "it may drip for ever")
        assert dripped < LIMIT
        assert silent.recv(1) == b""
    assert house.asked == []


def test_server_answers_after_a_thousand_connections_at_once(house: House) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    before = open_files()
    visitors = []
    try:
        for number in range(1000):
            visitors.append(house.visit())
            if number % 250 == 0:
                assert house.answers()
        assert house.answers()
        assert open_files() <= before + len(visitors) + CONNECTIONS + 2
    finally:
        for visitor in visitors:
            visitor.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    wait_for(lambda: open_files() <= before + 1, "connections are left open")
    assert house.answers()


def test_a_hundred_talking_at_the_same_time_all_get_an_answer(house: House) -> None:
    wrong: list[object] = []

    def exchange() -> None:
        try:
            for _ in range(10):
                if not house.answers():
                    wrong.append("another answer")
        except Exception as error:  # noqa: BLE001 - whatever it was, the test tells it
            wrong.append(error)

    threads = [threading.Thread(target=exchange) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    assert not wrong
    assert len(house.asked) == 100


def test_without_a_free_file_descriptor_it_waits_without_spinning_and_continues_after(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(LIMIT_S)
        filler: list[int] = []
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (visitor.fileno() + 20, hard))
            filler = fill_descriptors()
            visitor.connect(house.path)
            visitor.sendall(format_request({"verb": "status"}))
            wait_for(lambda: EXHAUSTED in caplog.messages, "it has not tried to accept")
            threading.Event().wait(0.7)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for each in filler:
                os.close(each)
        assert parse_answer(visitor.recv(LIMIT)) == {"state": "idle"}
    assert 1 <= caplog.messages.count(EXHAUSTED) <= 10


EXHAUSTED = "no connection can be accepted: Too many open files"


def fill_descriptors() -> list[int]:
    taken = []
    while True:
        try:
            taken.append(os.dup(0))
        except OSError:
            return taken


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux a thread's wakeups can be counted")
def test_it_sleeps_while_there_is_no_caller(house: House) -> None:
    assert house.answers()
    (thread,) = (each for each in threading.enumerate() if each.name == "desktop")
    wait_for(lambda: switches_in_a_second(thread) == 0, "it does not sleep")  # first it closes the connection of before


def test_another_user_gets_no_word(tmp_path: Path) -> None:
    server_socket = open_server_socket_at(tmp_path / "s", os.geteuid())
    server_socket = ServerSocket(server_socket.socket, server_socket.address, uid=os.geteuid() + 1)
    listener = LoneServer(server_socket, lambda request: {"state": "idle"})
    listener.start()
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(LIMIT_S)
        visitor.connect(server_socket.address)
        try:
            visitor.sendall(format_request({"verb": "status"}))
            assert visitor.recv(LIMIT) == b""
        except (BrokenPipeError, ConnectionResetError):
            pass
    listener.stop()


AS_ANOTHER_USER = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
visitor = socket.socket(socket.AF_UNIX)
try:
    visitor.connect(sys.argv[1])
    visitor.sendall(b'{"saywrite": 1, "verb": "status"}\\n')
    print(visitor.recv(4096))
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="Only on an account that may become another"
)
def test_a_real_other_user_cannot_connect_and_where_the_modes_are_wrong_gets_no_word(house: House) -> None:
    def said_to_another_user(path: Path) -> str:
        command = [sys.executable, "-I", "-c", AS_ANOTHER_USER, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert said_to_another_user(Path(house.path)) == "PermissionError"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server_socket = open_server_socket_at(Path(folder) / "s", os.geteuid())
        Path(server_socket.address).chmod(0o666)
        listener = LoneServer(server_socket, lambda request: {"state": "idle"})
        listener.start()
        assert said_to_another_user(Path(server_socket.address)) in ("b''", "BrokenPipeError", "ConnectionResetError")
        listener.stop()


def test_where_the_system_does_not_name_the_caller_the_token_decides() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    listener = LoneServer(ServerSocket(listening, "", token="secret-1"), lambda request: {"state": "idle"})
    listener.start()
    answers = []
    for token in ("", "secret-2", "ünknown", "\ud800", "secret-1"):
        with socket.create_connection(listening.getsockname(), LIMIT_S) as visitor:
            visitor.sendall(format_request({"verb": "status", "token": token}))
            answers.append(visitor.recv(LIMIT))
    with socket.create_connection(listening.getsockname(), LIMIT_S) as visitor:
        assert exchange(visitor, InstanceRecord(1, "here", "1", "secret-1"), {"verb": "status"}) == {"state": "idle"}
    listener.stop()
    assert [b"idle" in answer for answer in answers] == [False, False, False, False, True]
    assert not any(b"secret" in answer for answer in answers)


def test_who_asked_for_the_end_keeps_its_connection_until_the_process_is_gone(house: House) -> None:
    with house.visit() as visitor:
        visitor.sendall(format_request({"verb": "quit"}))
        assert visitor.recv(LIMIT).endswith(b"\n")
        house.listener.stop()
        visitor.settimeout(0.2)
        with pytest.raises(TimeoutError):
            visitor.recv(1)
        os.close(house.listener.leaving.pop())
        assert visitor.recv(1) == b""


def test_after_the_stop_nothing_is_left(tmp_path: Path) -> None:
    threads, files = threading.active_count(), open_files()
    instance = claim(tmp_path, os.environ)
    assert instance.server_socket is not None
    listener = LoneServer(instance.server_socket, lambda request: {})
    listener.start()
    visitors = [socket.socket(socket.AF_UNIX) for _ in range(5)]
    for visitor in visitors:
        visitor.connect(instance.server_socket.address)
    listener.stop()
    for visitor in visitors:
        visitor.close()
    instance.release()
    assert threading.active_count() == threads
    assert open_files() == files
    assert not Path(instance.server_socket.address).exists()
    with pytest.raises(NotRunning):
        ask(tmp_path, "status")


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_whatever_is_said_it_continues(pieces: list[bytes]) -> None:
    shared = House(*_shared())
    shared.listener.start()
    try:
        with shared.visit() as visitor:
            for piece in pieces:
                try:
                    visitor.sendall(piece)
                except OSError:
                    break
        with shared.visit() as visitor:
            visitor.sendall(format_request({"verb": "status"}))
            assert parse_answer(visitor.recv(LIMIT)) == {"state": "idle"}
    finally:
        shared.listener.stop()


def _shared() -> tuple[ServerSocket, Path]:
    folder = Path(os.environ["XDG_RUNTIME_DIR"])
    return open_server_socket_at(folder / "any.sock", os.geteuid()), folder


# The one who asks


def test_where_nothing_listens_it_is_not_running(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="Start it with: saywrite"):
        ask(tmp_path, "status")


def test_one_that_does_not_answer_is_named(tmp_path: Path) -> None:
    instance = claim(tmp_path, os.environ)  # the kernel lets in, nobody listens
    with pytest.raises(ControlRefused, match=f"process {os.getpid()}"):
        ask(tmp_path, "status", limit_s=0.2)
    instance.release()


def test_where_many_wait_to_be_let_in_it_waits_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_door, "BACKLOG", 0)
    instance = claim(tmp_path, os.environ)
    assert instance.server_socket is not None
    with socket.socket(socket.AF_UNIX) as first:
        first.connect(instance.server_socket.address)
        with pytest.raises(ControlRefused, match="does not answer"):
            ask(tmp_path, "status", limit_s=0.2)
        listener = LoneServer(instance.server_socket, lambda request: {"state": "idle"})
        threading.Timer(0.2, listener.start).start()
        assert ask(tmp_path, "status", limit_s=LIMIT_S) == {"state": "idle"}
    listener.stop()
    instance.release()


def test_a_socket_of_another_user_is_not_trusted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_client, "peer_uid", lambda connection: os.geteuid() + 1)
    with pytest.raises(ControlRefused, match="another user"):
        ask(house.data, "status")
    assert house.asked == []


def test_server_answers_the_next_command_after_one_that_raised(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def fail(request: ControlRequest) -> Answer:
        raise LookupError("a bug of ours")

    house.does = fail
    with pytest.raises(ControlRefused, match="Something went wrong inside Saywrite"):
        ask(house.data, "status")
    house.does = lambda request: {"state": "idle"}
    assert ask(house.data, "status")["state"] == "idle"
    assert "a command failed" in caplog.text
