"""Short jobs off the GUI thread: file writes, history queries, the keyring.

`run_task` is called on the GUI thread; `func` runs on a pool thread and must not touch a widget; `done` and `failed`
are called back on the GUI thread, unless their `owner` is gone by then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot


class MainThread(QObject):
    _wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wanted.connect(self._run)

    def do(self, job: Callable[[], None]) -> None:
        """Run it on the GUI thread soon; at once, if that is where this is called. Any thread."""
        self._wanted.emit(job)

    @Slot(object)
    def _run(self, job: Callable[[], None]) -> None:
        job()


log = logging.getLogger(__name__)

T = TypeVar("T")

_under_way: set[_Job] = set()
"""NB: touched on the GUI thread only; keeps a job alive until its result was delivered."""
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
    """Run `func` elsewhere. Jobs that are `in_order` run one after the other: writes of the same file. A job that may
    wait for a person or for a network runs `alone`, on a thread that the end of the program does not wait for.
    """
    job = _Job(func, done, failed, owner)
    _under_way.add(job)
    if alone:
        threading.Thread(target=_Call(job).run, name="errand", daemon=True).start()
        return
    (_ordered if in_order else QThreadPool.globalInstance()).start(_Call(job))


def wait_for_tasks(limit_ms: int) -> bool:
    """At quit: wait for what is under way. False when something is still running after `limit_ms`."""
    return _ordered.waitForDone(limit_ms) and QThreadPool.globalInstance().waitForDone(limit_ms)


class _Job(QObject):
    """One job and its way back; lives on the GUI thread, so `ended` arrives there."""

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
        _under_way.discard(self)
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
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread; told to the GUI thread
            self._job.ended.emit(None, error)
        else:
            self._job.ended.emit(result, None)
