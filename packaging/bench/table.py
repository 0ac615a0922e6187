"""What a benchmark gives back, and the one table that all of them are shown in.

A benchmark is a module `bench_*.py` beside this one with a function `measure() -> list[Row]`. It runs in a
process of its own; `amount` says how much of it is to be done.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

SIZE = os.environ.get("SAYWRITE_BENCH_SIZE", "full")
"""`full`: a measurement. `quick`: a look. `smoke`: does it run to its end? (tests/system/test_benchmarks.py)"""

QUICK = SIZE != "full"

MINUTES = "SAYWRITE_BENCH_MINUTES"
"""How long a benchmark that takes hours is to last, in place of its own time."""

T = TypeVar("T")


def amount(full: T, quick: T, smoke: T) -> T:
    """The repetitions, seconds or sizes of this run."""
    return {"full": full, "quick": quick, "smoke": smoke}[SIZE]


def minutes(full: float, quick: float) -> float:
    """The minutes of this run of a benchmark that takes hours."""
    return float(os.environ.get(MINUTES) or (quick if QUICK else full))


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number. `goal` is the most it may be (None: no goal); `runs` how often it was taken."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    runs: int = 1
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, name: str, values: Sequence[float], unit: str, goal: float | None = None) -> Row:
        """The median of several runs, with the lowest and the highest."""
        return cls(name, median(values), unit, goal, len(values), min(values), max(values))

    @property
    def met(self) -> bool:
        return self.goal is None or self.value <= self.goal


def number(value: float | None) -> str:
    """Three significant digits, more for whole large numbers: 0.0123, 4.56, 812, 100,000."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> list[str]:
    spread = "" if row.low is None else f"{number(row.low)} to {number(row.high)}"
    goal = "" if row.goal is None else f"≤ {number(row.goal)}"
    verdict = "" if row.goal is None else ("yes" if row.met else "NO")
    return [row.name, number(row.value), row.unit, goal, verdict, str(row.runs), spread]


def render(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, so that it can go into the README as it is."""
    head = ["what", "median", "unit", "goal", "met", "runs", "lowest to highest"]
    right = [False, True, False, True, False, True, False]
    lines = [head, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def text(line: list[str]) -> str:
        padded = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        )
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * (width - 1) + (":" if to_right else "-") for width, to_right in zip(widths, right, strict=True)]
    return "\n".join([text(head), text(rule), *map(text, lines[1:])])
