"""The disk thread: does the dictation's writing in order, so that a stalled disk stalls nothing else.

The dictation thread submits; what came of it is posted to the inbox. Audio and finals share one queue, which keeps a
sidecar's "confirmed" behind the finals it speaks of.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

SYNC_EVERY_S = 1.0
"""Seconds between two fdatasync calls while something is being written (design 5: flushed at least every second)."""


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
        """Call `sync` once a second from now on, or no longer (None). Disk thread only."""
        if sync is None:
            self._syncs.pop(key, None)
        else:
            self._syncs[key] = sync

    def close(self, timeout: float) -> bool:
        """Finish what was submitted; False when the disk did not manage within `timeout` seconds."""
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
