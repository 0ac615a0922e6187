"""The fault matrix of aiOla's stream at its full times: what is lost, what comes twice, how soon a fault is noticed.

`bench --faults [--quick]`. Not named bench_…: twenty runs of every row take about an hour and are not done by the way.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from rig import ROOT
from table import QUICK, Row

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.aiola_faults import BEYOND, ROWS, Result, run_all

RUNS = 3 if QUICK else 20
AT_ONCE = 8
FAILURES = ROOT / "artifacts" / "faults.json"
"""Every run that was not perfect, with all that is known of it."""


def measure() -> list[Row]:
    # The children of the pool are fresh interpreters: they have to find the program and the tests by themselves.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "app"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    found: dict[str, list[Result]] = {}
    for result in run_all([*ROWS, *BEYOND], range(1, RUNS + 1), quick=QUICK, at_once=AT_ONCE):
        found.setdefault(result.row, []).append(result)
        print(f"{'perfect' if result.perfect else 'NOT PERFECT'}: {result.row}, {result.seed}", file=sys.stderr)
    _keep([result for results in found.values() for result in results if not result.perfect])
    rows = [row for each in ROWS for row in _rows(each.name, found[each.name], each.noticed_s)]
    for each in BEYOND:
        rows += _rows(f"not promised: {each.name}", found[each.name], None, promised=False)
    return rows


def _rows(name: str, results: list[Result], noticed_s: float | None, *, promised: bool = True) -> list[Row]:
    words = sum(result.words for result in results)
    counts = {
        "lost": sum(len(result.count.lost) for result in results),
        "twice": sum(len(result.count.twice) for result in results),
        "out of order": sum(len(result.count.disordered) for result in results),
        "runs not perfect": sum(not result.perfect for result in results),
    }
    bad = {what: number for what, number in counts.items() if number}
    goal = 0.0 if promised else None
    rows = [Row(f"{name}: {what}", number, f"of {words:,} words", goal, len(results)) for what, number in bad.items()]
    rows = rows or [Row(f"{name}: lost, twice or out of order", 0, f"of {words:,} words", goal, len(results))]
    noticed = [result.noticed_s for result in results if result.noticed_s is not None]
    if noticed_s is not None and noticed:
        rows.append(Row.of(f"{name}: noticed after", noticed, "s", noticed_s))
    return rows


def _keep(failures: list[Result]) -> None:
    FAILURES.parent.mkdir(exist_ok=True)
    FAILURES.write_text(json.dumps([asdict(result) for result in failures], indent=1), encoding="utf-8")
