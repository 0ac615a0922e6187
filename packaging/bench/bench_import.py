"""How long a start takes before anything is done: the command line without Qt, and dev.py in front of it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from table import Row, amount

ROOT = Path(__file__).resolve().parents[2]
RUNS = amount(15, 3, 1)


def timed(command: list[str]) -> list[float]:
    """Seconds from start to end, of `RUNS` runs; one more before them warms the file cache."""
    taken = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return taken[1:]


def measure() -> list[Row]:
    python = [sys.executable, "-P"]
    loads = "import sys, saywrite.cli; sys.exit('PySide6' in sys.modules)"
    bare = timed([*python, "-c", "pass"])
    version = [*python, "-m", "saywrite", "--version"]
    through = [sys.executable, str(ROOT / "packaging/dev.py"), "run", "--version"]
    direct = timed(version)
    own = [one - Row.of("", direct, "s").value for one in timed(through)]
    return [
        Row.of("Python alone", bare, "s"),
        Row.of("import of the command line (no Qt)", timed([*python, "-c", loads]), "s"),
        Row.of("saywrite --version", direct, "s", 0.3),
        Row.of("added by a repeated dev.py run", own, "s", 0.5),
    ]
