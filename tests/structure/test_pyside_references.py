"""PySide6 keeps its hands off Python's references.

PySide6 6.12.0 drops one reference to None per call that returns nothing, and one to True per emitted signal,
on Python 3.10 and 3.11; after some thousand calls the process aborts (`none_dealloc`). pyproject.toml
excludes it there. From 3.12 on the two are immortal and the count stands still by itself.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

CALLS = 1000
TOLERANCE = CALLS // 10
"""Other threads and caches move the count a little; the bug moves it by one per call."""


def lost(value: object, action: Callable[[], object]) -> int:
    """How many references to `value` `CALLS` calls of `action` took away."""
    action()
    before = sys.getrefcount(value)
    for _ in range(CALLS):
        action()
    return before - sys.getrefcount(value)


class Sender(QObject):
    sent = Signal(bool)


def test_a_call_that_returns_nothing_takes_no_reference_of_none() -> None:
    thing = QObject()
    assert lost(None, lambda: thing.setObjectName("name")) < TOLERANCE


def test_an_emitted_signal_takes_no_reference_of_true() -> None:
    sender = Sender()
    seen: list[bool] = []
    sender.sent.connect(seen.append)
    assert lost(True, lambda: (sender.sent.emit(True), seen.clear())) < TOLERANCE


def test_taken_references_are_noticed() -> None:
    value = object()
    held = [value] * (CALLS + 1)
    pointer = ctypes.py_object(value)
    try:
        assert lost(value, lambda: ctypes.pythonapi.Py_DecRef(pointer)) == CALLS
    finally:
        for _ in held:
            ctypes.pythonapi.Py_IncRef(pointer)
