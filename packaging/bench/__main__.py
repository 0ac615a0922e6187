"""Runs the benchmarks, each in a fresh process, and prints one table.

    python3 packaging/dev.py bench [--quick] [--only NAME]… [--json FILE]
    python3 packaging/dev.py bench --faults [--quick] [--json FILE]      the fault matrix instead: an hour and a half
    python3 packaging/dev.py bench --endurance [--minutes N] [--json FILE]      one long dictation instead: two hours
    python3 packaging/dev.py bench --heavy-use [--minutes N] [--json FILE]      a person at the window instead

Exit code: 0 when all ran, 1 when one failed; a missed goal is shown, not punished, because machines differ.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from table import MINUTES, Row, render  # noqa: E402

LIMIT_S = 1800
LONG_LIMIT_S = 4 * 3600
"""A benchmark that takes longer than this is ended and counts as failed."""


def benchmarks(folder: Path, only: list[str]) -> list[str]:
    """Module names, by file name; `only` picks those whose name contains one of the given words."""
    names = sorted(path.stem for path in folder.glob("bench_*.py"))
    return [name for name in names if not only or any(word in name for word in only)]


def child(name: str, result: Path) -> None:
    """In the fresh process: measure, and leave the rows in `result`."""
    rows = importlib.import_module(name).measure()
    result.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def measured(name: str, quick: bool, limit_s: float) -> list[Row] | None:
    """The rows of one benchmark from a process of its own; None when it failed (its output says why)."""
    environment = dict(os.environ, SAYWRITE_BENCH_SIZE="quick" if quick else "full")
    with tempfile.TemporaryDirectory(prefix="saywrite-bench-") as folder:
        result = Path(folder) / "rows.json"
        command = [sys.executable, str(HERE), "--child", name, str(result)]
        try:
            done = subprocess.run(command, env=environment, stdout=sys.stderr, timeout=limit_s, check=False)
        except subprocess.TimeoutExpired:
            print(f"{name}: not done after {limit_s} s", file=sys.stderr)
            return None
        if done.returncode or not result.exists():
            print(f"{name}: failed (exit code {done.returncode})", file=sys.stderr)
            return None
        return [Row(**row) for row in json.loads(result.read_text(encoding="utf-8"))]


def machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "at": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
        return 0
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure Saywrite; medians of several runs.")
    parser.add_argument("--quick", action="store_true", help="few repetitions: a look, not a measurement")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="those whose name contains NAME")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to FILE")
    parser.add_argument("--faults", action="store_true", help="only the fault matrix of the stream, at full times")
    parser.add_argument("--endurance", action="store_true", help="only one long dictation with a fault every 30 s")
    parser.add_argument("--heavy-use", action="store_true", help="only a person who uses the window for long")
    parser.add_argument("--minutes", type=float, metavar="N", help="how long: 120, heavy use 100 if not given")
    options = parser.parse_args()
    if options.minutes is not None:
        os.environ[MINUTES] = str(options.minutes)
    chosen = [name for name in ("faults", "endurance", "heavy_use") if getattr(options, name)]
    names = chosen or benchmarks(HERE, options.only)
    limit_s = LONG_LIMIT_S if chosen else LIMIT_S
    if not names:
        parser.error("there is no such benchmark; there are: " + ", ".join(benchmarks(HERE, [])))
    rows: list[Row] = []
    failed: list[str] = []
    for position, name in enumerate(names, 1):
        print(f"[{position}/{len(names)}] {name}", file=sys.stderr, flush=True)
        found = measured(name, options.quick, limit_s)
        rows += found or []
        failed += [name] if found is None else []
    print(render(rows))
    about = machine()
    print("\nPython {python}, {system}, {cores} cores, {at}".format(**about))
    if options.json:
        text = json.dumps({"machine": about, "rows": [asdict(row) for row in rows], "failed": failed}, indent=1)
        options.json.write_text(text, encoding="utf-8")
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
