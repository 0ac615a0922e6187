"""Runs short jobs on pool threads: file writes, history queries, the keyring.

`run_task` is called on the GUI thread. Its `func` runs on a pool thread and must not use a widget; `done` and `failed`
are called on the GUI thread, unless their `owner` was deleted before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

log = logging.getLogger(__name__)

T = TypeVar("T")

_running_jobs: set[_Job] = set()
"""Keeps a job alive until its result was delivered. Used on the GUI thread only."""
_ordered = QThreadPool()
_ordered.setMaxThreadCount(1)


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
    job = _Job(func, done, failed, owner)
    _running_jobs.add(job)
    if alone:
        threading.Thread(target=_Call(job).run, name="task", daemon=True).start()
        return
    (_ordered if in_order else QThreadPool.globalInstance()).start(_Call(job))


def wait_for_tasks(limit_ms: int) -> bool:
    """Wait for running jobs at quit; False when one still runs after `limit_ms`."""
    return _ordered.waitForDone(limit_ms) and QThreadPool.globalInstance().waitForDone(limit_ms)


class _Job(QObject):
    """One job; it belongs to the GUI thread, so `ended` arrives there."""

    ended = Signal(object, object)

    def __init__(
        self,
        func: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        owner: QObject | None,
    ) -> None:
        super().__init__()
        self.func = func
        self._done = done
        self._failed = failed
        self._owner = owner
        self.ended.connect(self.deliver)

    @Slot(object, object)
    def deliver(self, result: object, error: Exception | None) -> None:
        """Call back with the result or the error, on the GUI thread."""
        _running_jobs.discard(self)
        if self._owner is not None and not shiboken6.isValid(self._owner):
            return
        if error is None:
            if self._done is not None:
                self._done(result)
        elif self._failed is not None:
            self._failed(error)
        else:
            log.error("a task failed", exc_info=error)


class _Call(QRunnable):
    def __init__(self, job: _Job) -> None:
        super().__init__()
        self._job = job

    def run(self) -> None:
        try:
            result = self._job.func()
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread; the GUI thread gets the error
            self._job.ended.emit(None, error)
        else:
            self._job.ended.emit(result, None)


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
