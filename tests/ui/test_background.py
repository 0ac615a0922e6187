"""Jobs on pool threads: their outcome, and the thread on which what they refer to is deleted."""

from __future__ import annotations

import gc
import logging
import threading
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt

from saywrite.ui.toolkit.background import run_task

MAIN = threading.main_thread().name


def fail() -> None:
    raise OSError(28, "full")


@pytest.mark.parametrize("way", [{}, {"in_order": True}, {"alone": True}])
def test_a_result_and_an_error_arrive_on_the_gui_thread(qtbot: Any, way: dict[str, bool]) -> None:
    arrived: list[tuple[object, str]] = []
    run_task(lambda: 7, lambda result: arrived.append((result, threading.current_thread().name)), **way)
    run_task(fail, failed=lambda error: arrived.append((type(error), threading.current_thread().name)), **way)
    qtbot.waitUntil(lambda: len(arrived) == 2)
    assert set(arrived) == {(7, MAIN), (OSError, MAIN)}


def test_jobs_in_order_end_in_their_order(qtbot: Any) -> None:
    arrived: list[int] = []
    for number in range(50):
        run_task(lambda number=number: number, arrived.append, in_order=True)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(arrived) == 50)
    assert arrived == list(range(50))


def test_an_owner_that_is_deleted_hears_nothing(qtbot: Any) -> None:
    owner, arrived = QObject(), list[int]()
    run_task(lambda: 1, arrived.append, owner=owner, in_order=True)
    shiboken6.delete(owner)
    run_task(lambda: 2, arrived.append, in_order=True)
    qtbot.waitUntil(lambda: bool(arrived))
    assert arrived == [2]


def test_an_error_that_nobody_takes_is_in_the_log(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        run_task(fail)
        qtbot.waitUntil(lambda: bool(caplog.records))
    assert "a task failed" in caplog.text


@pytest.mark.parametrize("work", ["ends", "fails"])
def test_what_a_job_refers_to_is_deleted_on_the_gui_thread(qtbot: Any, work: str) -> None:
    """PySide deletes a `QObject` on the thread that gives up its last reference."""
    deleted_on: list[str] = []
    gc.disable()  # it would delete what is in a cycle on any thread

    def start() -> None:
        thing = QObject()
        thing.destroyed.connect(
            lambda: deleted_on.append(threading.current_thread().name), Qt.ConnectionType.DirectConnection
        )

        def func() -> None:
            thing.objectName()
            if work == "fails":
                fail()

        run_task(func, lambda _none: thing.objectName(), lambda _error: thing.objectName())

    try:
        for _ in range(500):
            start()
        qtbot.waitUntil(lambda: len(deleted_on) == 500)
    finally:
        gc.enable()
    assert set(deleted_on) == {MAIN}
