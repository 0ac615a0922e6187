"""Time that this process took, for bounds far below what a busy machine lets a ready thread wait for a core.

Linux tells for each thread how long it was ready to run and had no core (`/proc/<pid>/task/<tid>/schedstat`, second
number, nanoseconds; Documentation/scheduler/sched-stats). Elsewhere nothing is taken off.
"""

from __future__ import annotations

import time
from pathlib import Path

THREADS = Path("/proc/self/task")


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._waited = _waits()
        self._began = time.monotonic()

    def seconds(self) -> float:
        """The time since, less what this process' threads waited for a core meanwhile."""
        passed = time.monotonic() - self._began
        waited = sum(waited - self._waited.get(thread, 0.0) for thread, waited in _waits().items())
        return passed - min(waited, passed)


def _waits() -> dict[str, float]:
    """Seconds that each thread has waited for a core so far."""
    found = {}
    for path in THREADS.glob("*/schedstat"):
        try:
            found[path.parent.name] = int(path.read_text().split()[1]) / 1e9
        except OSError:  # the thread has just ended
            continue
    return found
