"""The sound server's thread where there is no server; with a real one: tests/system/test_microphone.py."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

import pytest

from saywrite.audio.backend.pulse_server import (
    ABSENT,
    NullConnection,
    ServerSnapshot,
    ServerSource,
    ServerStream,
    SoundServer,
    look_once,
)

LIMIT_S = 10


def test_without_a_server_a_subscriber_is_informed_at_once():
    news: queue.SimpleQueue[object] = queue.SimpleQueue()
    server = SoundServer(available=True)
    server.subscribe("me", news.put)
    assert news.get(timeout=LIMIT_S) == ABSENT
    server.close(wait=LIMIT_S)


def test_orders_to_a_server_that_is_not_there_come_to_nothing():
    news: queue.SimpleQueue[object] = queue.SimpleQueue()
    server = SoundServer(available=True)
    server.move(ServerStream("1-1", 1, 1), ServerSource(2, "usb", "Headset", False, 1, 48_000))
    server.look()
    server.unsubscribe("nobody")
    server.subscribe("me", news.put)
    assert news.get(timeout=LIMIT_S) == ABSENT
    server.close(wait=LIMIT_S)


def test_where_no_sound_server_exists_no_thread_is_started():
    told: list[object] = []
    before = threading.active_count()
    server = SoundServer(available=False)
    server.subscribe("me", told.append)
    server.look()
    server.unsubscribe("me")
    server.close(wait=LIMIT_S)
    assert told == [ABSENT]
    assert threading.active_count() == before


def test_it_can_be_used_again_after_it_was_closed():
    server = SoundServer(available=True)
    for _ in range(2):
        news: queue.SimpleQueue[object] = queue.SimpleQueue()
        server.subscribe("me", news.put)
        assert news.get(timeout=LIMIT_S) == ABSENT
        server.close(wait=LIMIT_S)
    assert not any(thread.name == "sound server" for thread in threading.enumerate())


class FailingOnce(NullConnection):
    """A connection whose first `watch(closely)` meets a server that goes away."""

    def __init__(self, closely: bool) -> None:
        self.fails_on: bool | None = closely
        self.watched: list[bool] = []

    def watch(self, closely: bool) -> None:
        if closely == self.fails_on:
            self.fails_on = None
            raise ConnectionError
        self.watched.append(closely)


@pytest.mark.parametrize("fails_on", [True, False])
def test_a_server_that_goes_away_during_a_subscription_is_watched_as_wanted_when_it_is_back(monkeypatch, fails_on):
    """Closely while a recording is subscribed, and not any more afterwards."""
    server = SoundServer(available=True)
    orders: list[Callable[[NullConnection], None]] = []
    monkeypatch.setattr(server, "_order", orders.append)
    connection = FailingOnce(fails_on)
    server.subscribe("recording", lambda change: None, closely=True)
    if not fails_on:
        server.unsubscribe("recording")
    with contextlib.suppress(ConnectionError):
        for order in orders:
            order(connection)
    assert bool(server._close_listeners) is fails_on


def test_one_look_without_a_server_finds_nothing():
    assert look_once() == ABSENT


def test_monitors_are_no_microphones():
    usb = ServerSource(1, "usb", "Headset", False, 1, 48_000)
    monitor = ServerSource(2, "usb.monitor", "Monitor", True, 1, 48_000)
    assert ServerSnapshot(True, (usb, monitor)).microphones == (usb,)
