"""Hosts for tray icons, of both kinds, on a real bus and a real display: each coming and going is told once."""

from __future__ import annotations

import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from tests.system.lab.desktop import Desktop, desktop, wait_for
from tests.system.lab.session_bus import session_bus
from tests.system.lab.threads import switches_in_a_second
from tests.system.lab.tray import panel

from saywrite.desktop.desktop_thread import NAME, DesktopThread
from saywrite.desktop.tray_host import WATCHER, TrayHostWatch

LIMIT_S = 20.0
PATH = "/StatusNotifierWatcher"


class Watcher:
    """A panel's StatusNotifierWatcher: it has a host, or not yet."""

    def __init__(self, *, host: bool) -> None:
        self.host = host
        self._connection = open_dbus_connection("SESSION")
        self._thread = threading.Thread(target=self._serve, name="status notifier watcher", daemon=True)
        self._thread.start()
        self._connection.send(message_bus.RequestName(WATCHER))

    def register_host(self, there: bool) -> None:
        self.host = there
        member = "StatusNotifierHostRegistered" if there else "StatusNotifierHostUnregistered"
        self._connection.send(new_signal(DBusAddress(PATH, interface=WATCHER), member))

    def close(self) -> None:
        self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(LIMIT_S)
        self._connection.close()

    def _serve(self) -> None:
        while True:
            try:
                message: Message = self._connection.receive()
            except OSError:
                return
            if message.header.message_type is MessageType.method_call:
                assert message.header.fields[HeaderFields.member] == "Get"
                assert message.body == (WATCHER, "IsStatusNotifierHostRegistered")
                self._connection.send(new_method_return(message, "v", (("b", self.host),)))


class ObservedWatch:
    """A watch, and what it told."""

    def __init__(self, *, x11: bool) -> None:
        self._news: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.thread = DesktopThread()
        self.watch = TrayHostWatch(self._news.put, self.thread, x11=x11)

    def close(self) -> None:
        self.watch.close()
        self.thread.close()

    def next(self) -> bool:
        return self._news.get(timeout=LIMIT_S)

    def rest(self) -> list[bool]:
        found = []
        while not self._news.empty():
            found.append(self._news.get())
        return found


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture(scope="module")
def screen() -> Iterator[Desktop]:
    with desktop() as made:
        yield made


@pytest.fixture
def display(screen: Desktop, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    monkeypatch.setenv("DISPLAY", screen.env["DISPLAY"])
    return screen


@pytest.fixture
def watching() -> Iterator[Callable[..., ObservedWatch]]:
    made: list[ObservedWatch] = []

    def watch(*, x11: bool = False) -> ObservedWatch:
        made.append(ObservedWatch(x11=x11))
        return made[-1]

    yield watch
    for each in made:
        each.close()


def test_without_bus_and_display_there_is_none(watching: Callable[..., ObservedWatch]) -> None:
    told = watching(x11=True)
    assert told.next() is False
    assert told.rest() == []


def test_start_and_end_of_a_host_on_the_bus_are_reported(bus: str, watching: Callable[..., ObservedWatch]) -> None:
    told = watching()
    assert told.next() is False
    for _ in range(2):
        watcher = Watcher(host=True)
        assert told.next() is True
        watcher.close()
        assert told.next() is False
    assert told.rest() == []


def test_a_watcher_without_a_host_is_none_yet(bus: str, watching: Callable[..., ObservedWatch]) -> None:
    watcher = Watcher(host=False)
    told = watching()
    assert told.next() is False
    watcher.register_host(True)
    assert told.next() is True
    watcher.register_host(False)
    assert told.next() is False
    watcher.close()
    assert told.rest() == []


def test_one_that_was_there_before_is_reported_first(bus: str, watching: Callable[..., ObservedWatch]) -> None:
    watcher = Watcher(host=True)
    told = watching()
    assert told.next() is True
    watcher.close()
    assert told.next() is False


def test_a_bus_that_dies_takes_its_hosts_with_it(bus: str, watching: Callable[..., ObservedWatch]) -> None:
    watcher = Watcher(host=True)
    told = watching()
    assert told.next() is True
    (daemon,) = [each for each in psutil.Process().children() if each.name() == "dbus-daemon"]
    daemon.send_signal(signal.SIGKILL)
    assert told.next() is False
    watcher.close()


def test_start_and_end_of_a_tray_on_the_display_are_reported_also_when_it_is_killed(
    display: Desktop, tmp_path: Path, watching: Callable[..., ObservedWatch]
) -> None:
    told = watching(x11=True)
    assert told.next() is False
    with panel(display, tmp_path) as tray:
        for _ in range(2):
            tray.start()
            assert told.next() is True
            tray.kill()
            assert told.next() is False
    assert told.rest() == []


def test_a_display_that_dies_takes_its_tray_with_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    watching: Callable[..., ObservedWatch],
    caplog: pytest.LogCaptureFixture,
) -> None:
    others = psutil.Process().children()
    with desktop() as short_lived, panel(short_lived, tmp_path) as tray:
        monkeypatch.setenv("DISPLAY", short_lived.env["DISPLAY"])
        told = watching(x11=True)
        assert told.next() is False
        tray.start()
        assert told.next() is True
        (server,) = [each for each in psutil.Process().children() if each.name() == "Xvfb" and each not in others]
        server.send_signal(signal.SIGKILL)
        assert told.next() is False
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_our_windows_on_wayland_cannot_use_a_tray_of_the_display(
    display: Desktop, tmp_path: Path, watching: Callable[..., ObservedWatch]
) -> None:
    with panel(display, tmp_path) as tray:
        tray.start()
        assert watching(x11=False).next() is False


def test_of_two_kinds_one_is_enough(
    bus: str, display: Desktop, tmp_path: Path, watching: Callable[..., ObservedWatch]
) -> None:
    told = watching(x11=True)
    assert told.next() is False
    watcher = Watcher(host=True)
    assert told.next() is True
    with panel(display, tmp_path) as tray:
        tray.start()
        watcher.close()
        tray.kill()
        assert told.next() is False
    assert told.rest() == []


def test_while_nothing_changes_the_thread_sleeps(
    bus: str, display: Desktop, tmp_path: Path, watching: Callable[..., ObservedWatch]
) -> None:
    with panel(display, tmp_path) as tray:
        told = watching(x11=True)
        assert told.next() is False
        watcher = Watcher(host=True)
        assert told.next() is True
        tray.start()  # the other kind comes too: both connections are read, or the thread would never sleep again
        (thread,) = [each for each in threading.enumerate() if each.name == NAME]
        wait_for(lambda: switches_in_a_second(thread) == 0, "the thread does not come to rest")
        watcher.close()
