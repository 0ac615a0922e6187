"""Whether a thread of this process sleeps."""

from __future__ import annotations

import threading
from pathlib import Path

STATUS = "/proc/self/task/{}/status"


def context_switches(native_id: int | None) -> int:
    """How often the kernel has switched to or from a thread, by its own will or not (proc(5))."""
    lines = Path(STATUS.format(native_id)).read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if "ctxt_switches" in line)


def switches_in_a_second(thread: threading.Thread) -> int:
    """0 for a thread that sleeps."""
    before = context_switches(thread.native_id)
    threading.Event().wait(1.0)
    return context_switches(thread.native_id) - before
