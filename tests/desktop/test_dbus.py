"""A client of a bus stays with it: a message that cannot be read, or that a handler fails on, ends nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest
from jeepney import DBusAddress, HeaderFields, Message, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection

from saywrite.desktop import dbus
from saywrite.desktop.dbus import BusClient
from saywrite.desktop.desktop_thread import DesktopThread

WORDS = DBusAddress("/words", interface="org.example.Words")
LIMIT_S = 5.0


class Bus:
    """The far end of a connection. `heard`: the signals that reached the handler; it fails on "fail"."""

    def __init__(self, thread: DesktopThread, monkeypatch: pytest.MonkeyPatch) -> None:
        near, self.socket = socket.socketpair()
        hello = message_bus.Hello()
        hello.header.serial = 1
        self.socket.sendall(new_method_return(hello, "s", (":1.1",)).serialise(serial=1))
        connection = DBusConnection(near)
        monkeypatch.setattr(dbus, "connect", lambda bus: connection)
        self.heard: SimpleQueue[str] = SimpleQueue()
        self.lost = threading.Event()
        self._clients: list[BusClient] = []

        def join() -> None:
            client = BusClient("SESSION", thread, self._hear)
            client.lost = self.lost.set
            self._clients.append(client)

        thread.submit(lambda: None)  # `run` on a thread that has not started yet would call it here
        assert thread.run(join)
        self.close = lambda: (thread.run(self._clients[0].close), self.socket.close())

    def _hear(self, message: Message) -> None:
        word = str(message.body[0])
        if word == "fail":
            raise KeyError(word)
        self.heard.put(word)

    def say(self, word: str) -> None:
        self.socket.sendall(signal(word))


def signal(word: str) -> bytes:
    return bytes(new_signal(WORDS, "Said", "s", (word,)).serialise(serial=1))


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    thread = DesktopThread()
    made = Bus(thread, monkeypatch)
    yield made
    made.close()
    thread.close()


def test_message_that_a_handler_fails_on_does_not_end_the_connection(
    bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    bus.say("fail")
    bus.say("next")
    assert bus.heard.get(timeout=LIMIT_S) == "next"
    assert not bus.lost.is_set()


@pytest.mark.parametrize("longer", [False, True])
def test_message_that_cannot_be_read_is_dropped_and_the_next_one_arrives(
    bus: Bus, caplog: pytest.LogCaptureFixture, longer: bool
) -> None:
    word = "a word of another length" if longer else "good"
    bus.socket.sendall(signal("good").replace(b"good", b"g\xff\xffd"))
    bus.say(word)
    assert bus.heard.get(timeout=LIMIT_S) == word
    assert not bus.lost.is_set()


def test_stream_whose_messages_have_no_known_length_is_lost(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    bus.socket.sendall(b"nothing that begins as a message does")
    assert bus.lost.wait(LIMIT_S)


def test_message_with_more_descriptors_than_came_is_dropped(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    message = new_signal(WORDS, "Said", "s", ("with descriptors",))
    message.header.fields[HeaderFields.unix_fds] = 3
    bus.socket.sendall(message.serialise(serial=1))
    bus.say("next")
    assert bus.heard.get(timeout=LIMIT_S) == "next"
