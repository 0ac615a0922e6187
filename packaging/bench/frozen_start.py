"""The frozen program beside the checkout, in one run: start, memory at rest, size. They are started in turn.

    .venv/bin/python packaging/bench/frozen_start.py [build/frozen/saywrite/saywrite]

No `bench_*.py`: it needs the folder of `dev.py package --folder`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import rig
from table import Row, amount, render

STARTS = amount(11, 3, 1)
SLOWER = 1.15
"""The frozen program may take this much of the checkout's time."""


def measure(frozen: Path) -> list[Row]:
    """The rows of both programs; those of the frozen one have the checkout's as their goal."""
    programs: dict[str, Sequence[str]] = {
        "checkout": (sys.executable, "-m", "saywrite"),
        "frozen": (str(frozen),),
    }
    painted: dict[str, list[float]] = {name: [] for name in programs}
    memory: dict[str, list[float]] = {name: [] for name in programs}
    with rig.lab("desktop").desktop() as screen, tempfile.TemporaryDirectory() as folder:
        for number in range(STARTS + 1):
            for name, program in programs.items():
                with rig.window(Path(folder) / f"{name}{number}", screen.env, program) as window:
                    seconds = window.wait_for("window painted") - window.began
                    window.wait_for("engine local ready")
                    if number:  # the first start fills the cache of the disk
                        painted[name].append(seconds)
                        memory[name].append(rig.memory_mb(window.process.pid))
    rows = [Row.of(f"process start to window painted, {name}", painted[name], "s") for name in programs]
    rows += [Row.of(f"memory of the window's process at rest, {name}", memory[name], "MB") for name in programs]
    start, at_rest = rows[0].value * SLOWER, rows[2].value
    rows[1] = Row.of(rows[1].name, painted["frozen"], "s", start)
    rows[3] = Row.of(rows[3].name, memory["frozen"], "MB", at_rest)
    return [*rows, Row("size of the frozen folder, with the model", _size_mb(frozen.parent), "MB", 480)]


def _size_mb(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file() and not each.is_symlink()) / 1e6


if __name__ == "__main__":
    given = sys.argv[1:] or [str(rig.ROOT / "build/frozen/saywrite/saywrite")]
    print(render(measure(Path(given[0]).resolve())))
