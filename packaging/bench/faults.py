"""The fault matrix of aiOla's stream at its full times: what is lost, what comes twice, how soon a fault is noticed.

Behind it the ways in which a service may answer, with and without a local model: words lost, lost silently and written
twice, the delay of the end beyond the service, and the error of the time stamps.

`bench --faults [--quick]`. Its name does not begin with bench_, because it takes 90 minutes: other runs leave it out.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from rig import ROOT
from table import QUICK, Row

sys.path.insert(0, str(ROOT))  # the tests' package

from tests.system.lab.aiola_answers import ROWS as ANSWER_ROWS
from tests.system.lab.aiola_answers import AnswerResult, run_answers
from tests.system.lab.aiola_faults import BEYOND, ROWS, Result, run_all

RUNS = 3 if QUICK else 20
AT_ONCE = 8
ANSWER_RUNS = 1 if QUICK else 3
MODELS_AT_ONCE = 1
"""Dictations side by side whose local recognizers decode: two make each other late, also on two cores."""
END_S = 1.0
"""Seconds from the service's last answer to the end of a dictation, at most."""
PLACE_S = 0.5
"""Seconds by which a time stamp may be off."""
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
    return rows + _answer_rows(listens_along=False) + _answer_rows(listens_along=True)


def _answer_rows(*, listens_along: bool) -> list[Row]:
    """What became of the words through every way in which a service may answer."""
    found: dict[str, list[AnswerResult]] = {}
    at_once = MODELS_AT_ONCE if listens_along else AT_ONCE
    for result in run_answers(ANSWER_ROWS, range(1, ANSWER_RUNS + 1), listens_along=listens_along, at_once=at_once):
        found.setdefault(result.row, []).append(result)
        print(result, file=sys.stderr)
    how = "listening along" if listens_along else "no local model"
    end_s, place_s = (END_S, PLACE_S) if listens_along else (None, None)  # promised with local words only
    rows = []
    for name, results in found.items():
        runs, words = len(results), sum(result.words for result in results)
        label = f"{how}, {name}"
        rows += [
            Row(f"{label}: lost", sum(len(result.lost) for result in results), f"of {words:,} words", None, runs),
            Row(f"{label}: lost silently", sum(result.silent for result in results), "words", 0, runs),
            Row(f"{label}: twice", sum(len(result.twice) for result in results), "words", 0, runs),
            Row.of(f"{label}: end beyond the service", [result.end_s for result in results], "s", end_s),
            Row.of(f"{label}: time stamps off by", [result.place_s for result in results], "s", place_s),
        ]
        problems = sum(bool(result.problem) for result in results)
        rows += [Row(f"{label}: runs without an end", problems, "", 0, runs)] if problems else []
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
