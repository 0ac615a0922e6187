"""The thread that several parts share: their sockets, their timers, and that none of them ends the others."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from saywrite.desktop.desktop_thread import NAME, DesktopThread

LIMIT_S = 20.0


@pytest.fixture
def thread() -> Iterator[DesktopThread]:
    made = DesktopThread()
    yield made
    made.close()


def test_thread_starts_with_the_first_job_and_is_called_desktop(thread: DesktopThread) -> None:
    assert NAME == "desktop"
    assert NAME not in {each.name for each in threading.enumerate()}
    names: list[str] = []
    done = threading.Event()
    thread.submit(lambda: names.append(threading.current_thread().name))
    thread.submit(done.set)
    assert done.wait(LIMIT_S)
    assert names == ["desktop"]


def test_readable_socket_calls_its_handler_until_it_is_unwatched(thread: DesktopThread) -> None:
    ours, theirs = socket.socketpair()
    received: list[bytes] = []
    twice = threading.Event()

    def read() -> None:
        received.append(ours.recv(1))
        if len(received) == 2:
            thread.unwatch(ours.fileno())
            twice.set()

    thread.submit(lambda: thread.watch(ours.fileno(), read))
    theirs.sendall(b"abc")
    assert twice.wait(LIMIT_S)
    assert thread.run(lambda: None)
    assert received == [b"a", b"b"]
    ours.close()
    theirs.close()


class Clock:
    """The clock in place of the module `time`. It stands still for as long as `stopped_at` has a value."""

    stopped_at: float | None = None

    def monotonic(self) -> float:
        return time.monotonic() if self.stopped_at is None else self.stopped_at


def test_jobs_run_when_they_are_due_and_a_cancelled_one_does_not(
    thread: DesktopThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    last = threading.Event()
    clock = Clock()
    monkeypatch.setattr("saywrite.desktop.desktop_thread.time", clock)

    def plan() -> None:
        clock.stopped_at = time.monotonic()  # a pause between two calls would change the order in which they are due
        thread.call_later(0.10, lambda: ran.append("second"))
        thread.call_later(0.05, lambda: ran.append("first"))
        thread.call_later(0.01, lambda: ran.append("never")).cancel()
        thread.call_later(0.15, last.set)
        clock.stopped_at = None

    began = time.monotonic()
    thread.submit(plan)
    assert last.wait(LIMIT_S)
    assert time.monotonic() - began >= 0.15
    assert ran == ["first", "second"]


def test_part_that_fails_loses_its_socket_and_the_others_continue(
    thread: DesktopThread, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = socket.socketpair()
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise RuntimeError("broken")

    thread.submit(lambda: thread.watch(ours.fileno(), fail))
    theirs.sendall(b"!")
    ran = threading.Event()
    thread.submit(lambda: thread.call_later(0.1, ran.set) and None)
    assert ran.wait(LIMIT_S)
    assert calls == [1]
    assert "a part of the desktop thread failed" in caplog.text
    ours.close()
    theirs.close()


def test_run_waits_for_its_job_wherever_it_is_called(thread: DesktopThread) -> None:
    idents: list[int] = []

    def note() -> None:
        idents.append(threading.get_ident())

    assert thread.run(note)  # not started: on this thread
    thread.submit(note)
    assert thread.run(note)
    assert thread.run(lambda: thread.run(note) and None)
    thread.close()
    assert thread.run(note)
    mine = threading.get_ident()
    assert [ident == mine for ident in idents] == [True, False, False, False, True]
    thread.submit(lambda: pytest.fail("it ran after the end"))


def test_run_gives_up_on_a_thread_that_is_busy(thread: DesktopThread, caplog: pytest.LogCaptureFixture) -> None:
    may_end = threading.Event()
    thread.submit(lambda: may_end.wait(LIMIT_S) and None)
    assert not thread.run(lambda: None, 0.05)
    assert "has not answered" in caplog.text
    may_end.set()
