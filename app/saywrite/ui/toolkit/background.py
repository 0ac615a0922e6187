"""Runs short jobs on pool threads: file writes, history queries, the keyring.

`run_task` is called on the GUI thread. Its `func` runs on a pool thread and must not use a widget; `done` and `failed`
are called on the GUI thread, unless their `owner` was deleted before.

A pool thread keeps no reference to `done`, `failed` or `owner`, and gives up `func` before the GUI thread does. What
they refer to may be a widget, and PySide deletes a `QObject` on the thread that gives up its last reference.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

log = logging.getLogger(__name__)

T = TypeVar("T")

_ordered = QThreadPool()
_ordered.setMaxThreadCount(1)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class _Job:
    """What the GUI thread knows of one job until its end."""

    func: Callable[[], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[Exception], None] | None
    owner: QObject | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: Any = None
    error: Exception | None = None


_jobs: dict[int, _Job] = {}
"""The running jobs by their numbers. Used on the GUI thread only."""
_outcomes: dict[int, _Outcome] = {}
"""A pool thread puts one in, the GUI thread takes it out."""


def run_task(
    func: Callable[[], T],
    done: Callable[[T], None] | None = None,
    failed: Callable[[Exception], None] | None = None,
    *,
    owner: QObject | None = None,
    in_order: bool = False,
    alone: bool = False,
) -> None:
    """Run `func` on a pool thread.

    Jobs that are `in_order` run one after the other, for example writes of one file. A job that may wait for the user
    or the network runs `alone`, on a thread for which the end of the program does not wait.
    """
    number = next(_numbers)
    _jobs[number] = _Job(func, done, failed, owner)
    call = _Call(number, func, _deliveries().ended.emit)
    if alone:
        threading.Thread(target=call.run, name="task", daemon=True).start()
        return
    (_ordered if in_order else QThreadPool.globalInstance()).start(call)


def wait_for_tasks(limit_ms: int) -> bool:
    """Wait for running jobs at quit; False when one still runs after `limit_ms`."""
    return _ordered.waitForDone(limit_ms) and QThreadPool.globalInstance().waitForDone(limit_ms)


@cache
def _deliveries() -> _Deliveries:
    return _Deliveries()


class _Deliveries(QObject):
    """Belongs to the GUI thread, so that the ends of jobs arrive there; it is never deleted."""

    ended = Signal(int)
    """The number of a job whose outcome is there."""

    def __init__(self) -> None:
        super().__init__()
        self.ended.connect(self.deliver)

    @Slot(int)
    def deliver(self, number: int) -> None:
        """Call back with the result or the error of a job, on the GUI thread."""
        job, outcome = _jobs.pop(number), _outcomes.pop(number)
        if job.owner is not None and not shiboken6.isValid(job.owner):
            return
        if outcome.error is None:
            if job.done is not None:
                job.done(outcome.result)
        elif job.failed is not None:
            job.failed(outcome.error)
        else:
            log.error("a task failed", exc_info=outcome.error)


class _Call(QRunnable):
    """Runs a function on a pool thread; `ended` takes the job's number then."""

    def __init__(self, number: int, func: Callable[[], Any], ended: Callable[[int], object]) -> None:
        super().__init__()
        self._number = number
        self._func: Callable[[], Any] | None = func
        self._ended = ended

    def run(self) -> None:
        self._put_outcome()
        self._func = None
        self._ended(self._number)

    def _put_outcome(self) -> None:
        """A function of its own: its locals, which a traceback keeps, are gone when the GUI thread takes over."""
        assert self._func is not None
        try:
            _outcomes[self._number] = _Outcome(self._func())
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread; the GUI thread gets the error
            _outcomes[self._number] = _Outcome(error=error)


class MainThread(QObject):
    """Runs jobs on the GUI thread, on which it is created."""

    _job_posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._job_posted.connect(self._run)

    def do(self, job: Callable[[], None]) -> None:
        """Run a job on the GUI thread: at once when called there, soon when called on another thread."""
        self._job_posted.emit(job)

    @Slot(object)
    def _run(self, job: Callable[[], None]) -> None:
        job()
