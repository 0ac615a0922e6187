"""The disk thread: writes everything in order, so that a stalled disk delays no other thread.

The dictation thread submits jobs; their results are posted to the inbox. Sound and text share one queue, so that a
final is in the history before the sidecar of the recording counts it as confirmed.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

SYNC_EVERY_S = 1.0
"""Seconds between two fdatasync calls while something is written (design 5: flushed at least every second)."""


class DiskThread:
    """A queue of jobs and the one thread that runs them. `sync` is called once a second while jobs keep coming."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._syncs: dict[object, Callable[[], None]] = {}  # NB: touched by the disk thread only
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` on the disk thread, after all jobs before it. Any thread; never blocks."""
        self._jobs.put(job)

    def keep_synced(self, key: object, sync: Callable[[], None] | None) -> None:
        """Call `sync` once a second from now on; None ends that. Disk thread only."""
        if sync is None:
            self._syncs.pop(key, None)
        else:
            self._syncs[key] = sync

    def close(self, timeout: float) -> bool:
        """Do what was submitted, then end; return whether that took less than `timeout` seconds."""
        self._jobs.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        due = time.monotonic() + SYNC_EVERY_S
        while True:
            try:
                wait = max(due - time.monotonic(), 0.0) if self._syncs else None
                job = self._jobs.get(timeout=wait)
                if job is None:
                    return
                self._do(job)
            except queue.Empty:
                pass
            now = time.monotonic()
            if now >= due:
                for sync in list(self._syncs.values()):
                    self._do(sync)
                due = now + SYNC_EVERY_S

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            log.exception("a job of the disk thread failed")
