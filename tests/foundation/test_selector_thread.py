"""A thread that sleeps in the kernel: jobs and sockets wake it, and it never sleeps through its end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

import psutil
import pytest

from saywrite.foundation.selector_thread import SelectorThread

LIMIT_S = 20.0


def serving(
    sockets: list[int], woken: Callable[[list[int]], None] = lambda ready: None
) -> Callable[[SelectorThread], None]:
    """The code of such a thread: wait, and report the sockets that can be read."""

    def run(thread: SelectorThread) -> None:
        while not thread.closing:
            woken(thread.wait(sockets))

    return run


def test_jobs_run_on_the_thread_in_their_order() -> None:
    done: list[tuple[int, int]] = []
    finished = threading.Event()
    thread = SelectorThread("test", serving([]))
    for number in range(100):
        thread.submit(lambda n=number: done.append((n, threading.get_ident())))
    thread.submit(finished.set)
    assert finished.wait(LIMIT_S)
    assert [number for number, _ident in done] == list(range(100))
    assert {ident for _number, ident in done} == {thread._thread.ident}
    assert thread.close(LIMIT_S)


def test_readable_socket_wakes_the_thread() -> None:
    ours, theirs = socket.socketpair()
    woken = threading.Event()

    def tell(ready: list[int]) -> None:
        if ready == [ours.fileno()]:
            ours.recv(1)
            woken.set()

    thread = SelectorThread("test", serving([ours.fileno()], tell))
    theirs.send(b"!")
    assert woken.wait(LIMIT_S)
    assert thread.close(LIMIT_S)
    ours.close()
    theirs.close()


def test_end_is_noticed_although_an_inner_wait_read_its_byte() -> None:
    inside = threading.Event()

    def run(thread: SelectorThread) -> None:
        inside.set()
        thread.wait([])  # wakes for the end
        thread.wait([])  # must not sleep again

    thread = SelectorThread("test", run)
    assert inside.wait(LIMIT_S)
    assert thread.close(LIMIT_S)


def test_thread_can_end_itself_and_later_jobs_do_not_run() -> None:
    thread = SelectorThread("test", serving([]))
    ended = threading.Event()

    def end() -> None:
        thread.close(LIMIT_S)
        ended.set()

    thread.submit(end)
    assert ended.wait(LIMIT_S)
    assert thread.close(LIMIT_S)
    thread.submit(lambda: pytest.fail("it ran"))


def test_thread_that_fails_is_logged_and_leaves_no_file_open(caplog: pytest.LogCaptureFixture) -> None:
    files = psutil.Process().num_fds() if os.name == "posix" else 0

    def run(thread: SelectorThread) -> None:
        raise RuntimeError("stumbled")

    thread = SelectorThread("the test's thread", run)
    assert thread.close(LIMIT_S)
    assert "the thread the test's thread ended" in caplog.text
    assert os.name != "posix" or psutil.Process().num_fds() == files
