"""Locks and sleep as the services of a desktop tell them, on real buses."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jeepney import DBusAddress, HeaderFields, Message, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from tests.system.lab.desktop import wait_for
from tests.system.lab.session_bus import session_bus

from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.session.events import (
    LOGIND,
    SAVERS,
    SLEPT_S,
    Resumed,
    ScreenLocked,
    ScreenUnlocked,
    SessionWatch,
    SuspendDetector,
    Suspending,
    sleep_clocks,
)

LIMIT_S = 20.0
OURS, THEIRS = "/org/freedesktop/login1/session/_32", "/org/freedesktop/login1/session/_33"


class Service:
    """A program on a bus that says what a test wants; the session manager when it is asked for our session."""

    def __init__(self, bus: str, name: str) -> None:
        self._connection = open_dbus_connection(bus)
        self._connection.send_and_get_reply(message_bus.RequestName(name))

    def answer_for_the_session(self) -> Message:
        while True:
            call = self._connection.receive(timeout=LIMIT_S)
            if call.header.fields.get(HeaderFields.member, "").startswith("GetSession"):
                self._connection.send(new_method_return(call, "o", (OURS,)))
                return call

    def say(self, path: str, interface: str, member: str, signature: str | None = None, *body: Any) -> None:
        self._connection.send(new_signal(DBusAddress(path, interface=interface), member, signature, body))

    def close(self) -> None:
        self._connection.close()


class Watch:
    """What was posted, in order. The watch has asked for our session before it is returned."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.thread = DesktopThread()
        self.watch = SessionWatch(self.heard.put, time.monotonic, self.thread)

    def close(self) -> None:
        self.watch.close()
        self.thread.close()

    def next(self) -> type:
        return type(self.heard.get(timeout=LIMIT_S))


@pytest.fixture
def buses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two buses of our own; the "system" one is a session bus by its nature, which makes no difference here."""
    with session_bus() as session, session_bus() as system:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        yield


@pytest.fixture
def logind(buses: None) -> Iterator[Service]:
    made = Service("SYSTEM", LOGIND)
    yield made
    made.close()


@pytest.fixture
def watch(logind: Service) -> Iterator[Watch]:
    made = Watch()
    logind.answer_for_the_session()
    yield made
    made.close()


def test_sleep_and_waking_are_reported(watch: Watch, logind: Service) -> None:
    for sleeping in (True, False):
        logind.say("/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", "b", sleeping)
    assert (watch.next(), watch.next()) == (Suspending, Resumed)


def test_our_sessions_lock_is_reported_and_another_users_is_not(watch: Watch, logind: Service) -> None:
    def sleep() -> None:
        logind.say("/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", "b", True)

    for path, member in [(THEIRS, "Lock"), (OURS, "Lock"), (THEIRS, "Unlock"), (OURS, "Unlock")]:
        logind.say(path, f"{LOGIND}.Session", member)
        sleep()
    heard = [watch.next() for _ in range(6)]
    assert heard == [Suspending, ScreenLocked, Suspending, Suspending, ScreenUnlocked, Suspending]


@pytest.mark.parametrize("name", SAVERS)
def test_every_screen_saver_is_heard_and_a_lock_reported_by_two_is_reported_once(
    watch: Watch, logind: Service, name: str
) -> None:
    saver = Service("SESSION", name)
    path = "/" + name.replace(".", "/")
    logind.say(OURS, f"{LOGIND}.Session", "Lock")
    assert watch.next() is ScreenLocked
    saver.say(path, name, "ActiveChanged", "b", True)
    saver.say(path, name, "ActiveChanged", "b", False)
    assert watch.next() is ScreenUnlocked
    saver.say(path, name, "ActiveChanged", "b", True)
    assert watch.next() is ScreenLocked
    saver.close()


def test_the_session_is_found_by_its_id_where_there_is_one_or_by_our_process(
    logind: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, expected in [("7", ("GetSession", ("7",))), ("", ("GetSessionByPID", (os.getpid(),)))]:
        monkeypatch.setenv("XDG_SESSION_ID", name)
        made = Watch()
        call = logind.answer_for_the_session()
        made.close()
        assert (call.header.fields[HeaderFields.member], call.body) == expected


def test_a_bus_that_dies_does_not_end_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with session_bus() as system:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", system)
        logind = Service("SYSTEM", LOGIND)
        with session_bus() as session:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session)
            watch = Watch()
            logind.answer_for_the_session()
            saver = Service("SESSION", SAVERS[0])

            def hears_both() -> bool:
                saver.say("/ScreenSaver", SAVERS[0], "ActiveChanged", "b", True)
                return not watch.heard.empty()

            wait_for(hears_both, "it does not listen to the session bus")
            assert watch.next() is ScreenLocked
            saver.close()
        for _ in range(3):  # in the first round it may not have noticed yet
            logind.say("/org/freedesktop/login1", f"{LOGIND}.Manager", "PrepareForSleep", "b", True)
            assert watch.next() is Suspending
        watch.close()
        logind.close()


def test_without_any_bus_there_are_no_events_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus")
    process = psutil.Process()
    files, threads = process.num_fds(), threading.active_count()
    watch = Watch()
    watch.close()
    assert watch.heard.empty()
    assert (process.num_fds(), threading.active_count()) == (files, threads)


@given(st.lists(st.tuples(st.floats(0.0, 100.0), st.sampled_from([0.0, 0.5, SLEPT_S + 0.1, 3_600.0]))))
def test_a_sleep_is_found_by_the_clocks_and_time_awake_is_none(steps: list[tuple[float, float]]) -> None:
    gauge, through, awake = SuspendDetector(), 5_000.0, 100.0
    assert gauge.slept(through, awake) == 0.0
    for while_awake, asleep in steps:
        through, awake = through + while_awake + asleep, awake + while_awake
        found = gauge.slept(through, awake)
        assert found == (pytest.approx(asleep) if asleep > SLEPT_S else 0.0)


def test_this_systems_clocks_run_together_while_it_is_awake() -> None:
    gauge = SuspendDetector()
    assert gauge.slept(*sleep_clocks()) == 0.0
    assert gauge.slept(*sleep_clocks()) == 0.0
