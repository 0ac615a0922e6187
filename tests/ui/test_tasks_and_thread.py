"""Jobs run on pool threads and answer on the GUI thread, which also gets the events of the dictation."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, Slot

from saywrite.foundation.events import Failed, State, StateChanged
from saywrite.ui.app.dictation_thread import DictationThread
from saywrite.ui.toolkit.background import run_task, wait_for_tasks


def test_job_runs_on_a_pool_thread_and_answers_on_the_gui_thread(qtbot: Any) -> None:
    here, seen = threading.get_ident(), []
    run_task(threading.get_ident, lambda ident: seen.append((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    ((there, answered),) = seen
    assert there != here
    assert answered == here


def test_error_of_a_job_is_passed_on(qtbot: Any) -> None:
    errors: list[Exception] = []
    run_task(lambda: 1 // 0, failed=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_error_without_a_callback_is_logged(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    run_task(lambda: 1 // 0)
    qtbot.waitUntil(lambda: "a task failed" in caplog.text)
    assert "ZeroDivisionError" in caplog.text


def test_ordered_jobs_keep_their_order(qtbot: Any) -> None:
    first_may_end = threading.Event()
    order: list[int] = []

    def slow() -> None:
        first_may_end.wait(10)
        order.append(1)

    run_task(slow, in_order=True)
    run_task(lambda: order.append(2), in_order=True)
    run_task(first_may_end.set)
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == [1, 2]


def test_deleted_owner_is_not_called(qtbot: Any, qapp: Any) -> None:
    may_end, answers = threading.Event(), []
    owner = QObject()
    run_task(lambda: may_end.wait(10), answers.append, owner=owner)
    owner.deleteLater()
    with qtbot.waitSignal(owner.destroyed):
        pass
    may_end.set()
    assert wait_for_tasks(5000)
    qapp.processEvents()
    assert answers == []


def test_job_that_may_block_has_its_own_thread(qtbot: Any) -> None:
    may_end, seen = threading.Event(), []

    def wait_for_a_person() -> bool:
        may_end.wait(10)
        return threading.current_thread().daemon

    for _ in range(50):  # more than any pool has threads
        run_task(wait_for_a_person, seen.append, alone=True)
    run_task(lambda: "another", seen.append)
    qtbot.waitUntil(lambda: seen == ["another"])
    assert wait_for_tasks(5000), "the end of the program does not wait for it"
    may_end.set()
    qtbot.waitUntil(lambda: seen[1:] == [True] * 50)


class Receiver(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[object, QThread]] = []

    @Slot(object)
    def receive(self, event: object) -> None:
        self.events.append((event, QThread.currentThread()))


def test_events_arrive_on_the_gui_thread_in_their_order(qtbot: Any, qapp: Any) -> None:
    thread, receiver = DictationThread(), Receiver()
    thread.event_emitted.connect(receiver.receive)
    sent = [StateChanged(str(number), State.IDLE) for number in range(1000)]

    def loop() -> None:
        for event in sent:
            thread.event_emitted.emit(event)

    thread.loop = loop
    thread.start()
    qtbot.waitUntil(lambda: len(receiver.events) == len(sent))
    assert [event for event, _ in receiver.events] == sent
    assert {arrived for _, arrived in receiver.events} == {qapp.thread()}
    assert thread.wait(5000)


def test_failed_dictation_thread_is_reported_with_a_remedy(qtbot: Any, caplog: pytest.LogCaptureFixture) -> None:
    thread, receiver = DictationThread(), Receiver()
    thread.event_emitted.connect(receiver.receive)

    def loop() -> None:
        raise RuntimeError("broken on purpose")

    thread.loop = loop
    thread.start()
    qtbot.waitUntil(lambda: bool(receiver.events))
    event = receiver.events[0][0]
    assert isinstance(event, Failed)
    assert event.fatal
    assert event.remedy
    assert "broken on purpose" in caplog.text
    assert thread.wait(5000)
