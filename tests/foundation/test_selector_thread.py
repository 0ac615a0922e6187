"""A thread that sleeps in the kernel: orders wake it in order, sockets wake it, and its end is never slept through."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable

import psutil
import pytest

from saywrite.foundation.selector_thread import SelectorThread

LIMIT_S = 20.0


def serving(sockets: list[int], woken: Callable[[bool], None] = lambda ready: None) -> Callable[[SelectorThread], None]:
    """What such a thread does: wait, and tell why it woke."""

    def run(thread: SelectorThread) -> None:
        while not thread.closing:
            woken(thread.wait(sockets))

    return run


def test_orders_run_on_the_thread_in_their_order() -> None:
    done: list[tuple[int, int]] = []
    finished = threading.Event()
    thread = SelectorThread("test", serving([]))
    for number in range(100):
        thread.order(lambda n=number: done.append((n, threading.get_ident())))
    thread.order(finished.set)
    assert finished.wait(LIMIT_S)
    assert [number for number, _ident in done] == list(range(100))
    assert {ident for _number, ident in done} == {thread._thread.ident}
    assert thread.close(LIMIT_S)


def test_a_socket_that_can_be_read_wakes_it() -> None:
    ours, theirs = socket.socketpair()
    woken = threading.Event()

    def tell(ready: bool) -> None:
        if ready:
            ours.recv(1)
            woken.set()

    thread = SelectorThread("test", serving([ours.fileno()], tell))
    theirs.send(b"!")
    assert woken.wait(LIMIT_S)
    assert thread.close(LIMIT_S)
    ours.close()
    theirs.close()


def test_the_end_is_seen_although_an_inner_wait_took_the_news_of_it() -> None:
    inside = threading.Event()

    def run(thread: SelectorThread) -> None:
        inside.set()
        thread.wait([])  # wakes for the end
        thread.wait([])  # must not sleep again

    thread = SelectorThread("test", run)
    assert inside.wait(LIMIT_S)
    assert thread.close(LIMIT_S)


def test_it_can_end_itself_and_orders_after_the_end_are_nothing() -> None:
    thread = SelectorThread("test", serving([]))
    ended = threading.Event()

    def end() -> None:
        thread.close(LIMIT_S)
        ended.set()

    thread.order(end)
    assert ended.wait(LIMIT_S)
    assert thread.close(LIMIT_S)
    thread.order(lambda: pytest.fail("it ran"))


def test_a_thread_that_stumbles_says_so_and_keeps_no_file_open(caplog: pytest.LogCaptureFixture) -> None:
    files = psutil.Process().num_fds() if os.name == "posix" else 0

    def run(thread: SelectorThread) -> None:
        raise RuntimeError("stumbled")

    thread = SelectorThread("the test's thread", run)
    assert thread.close(LIMIT_S)
    assert "the thread the test's thread ended" in caplog.text
    assert os.name != "posix" or psutil.Process().num_fds() == files
