"""Widgets in reference cycles are deleted on the GUI thread, whichever thread allocates."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt

from saywrite.ui.app.application import GarbageTimer, generation_due


@pytest.fixture
def timer(qtbot: Any) -> Iterator[GarbageTimer]:
    was_enabled, owner = gc.isenabled(), QObject()
    yield GarbageTimer(owner)
    if was_enabled:
        gc.enable()


def leave_cycles(deleted_on: list[str], number: int) -> None:
    for _ in range(number):
        thing = QObject()
        thing.destroyed.connect(
            lambda: deleted_on.append(threading.current_thread().name), Qt.ConnectionType.DirectConnection
        )
        thing.itself = thing  # type: ignore[attr-defined]


def allocate() -> None:
    kept = [[number] for number in range(200_000)]
    assert kept


def test_a_cycle_with_a_widget_is_deleted_on_the_gui_thread(timer: GarbageTimer) -> None:
    deleted_on: list[str] = []
    leave_cycles(deleted_on, 3 * gc.get_threshold()[0])
    other = threading.Thread(target=allocate, name="other")
    other.start()
    other.join()
    assert deleted_on == []
    timer.collect()
    assert set(deleted_on) == {threading.main_thread().name}


def test_without_new_objects_nothing_is_collected(timer: GarbageTimer) -> None:
    gc.collect()
    deleted_on: list[str] = []
    leave_cycles(deleted_on, 1)
    timer.collect()
    assert deleted_on == []


def test_an_idle_program_wakes_up_more_and_more_rarely(timer: GarbageTimer) -> None:
    gc.collect()
    waits = []
    for _ in range(6):
        timer.collect()
        waits.append(timer.interval())
    assert waits == [4_000, 8_000, 16_000, 32_000, 32_000, 32_000]
    leave_cycles([], 3 * gc.get_threshold()[0])
    timer.collect()
    assert timer.interval() == 2_000


def test_each_tenth_collection_is_one_of_an_older_generation() -> None:
    due = [generation_due(number) for number in range(1, 201)]
    assert [number for number, generation in enumerate(due, 1) if generation == 2] == [100, 200]
    assert due.count(1) == 18
    assert due[9] == 1
    assert due[:9] == [0] * 9
