"""Every benchmark runs to its end: one that raises fails here, with as little repetition as it can do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "packaging" / "bench"
IN_TESTS = {
    "bench_aiola_endurance": "tests.system.lab.aiola_endurance",
    "bench_bit_exact": "tests/system/test_bit_exact.py",
    "bench_handover": "tests.system.lab.handover",
}
"""Benchmarks that only repeat a system test for longer."""
NAMES = sorted({path.stem for path in BENCH.glob("bench_*.py")} - IN_TESTS.keys())
LIMIT_S = 200


def test_there_are_benchmarks() -> None:
    assert len(NAMES) >= 15


def test_a_benchmark_that_is_left_out_repeats_what_a_system_test_runs() -> None:
    for name, repeated in IN_TESTS.items():
        assert repeated in (BENCH / f"{name}.py").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_benchmark_runs_to_its_end(name: str, tmp_path: Path) -> None:
    result = tmp_path / "rows.json"
    done = subprocess.run(
        [sys.executable, str(BENCH), "--child", name, str(result)],
        env={**os.environ, "SAYWRITE_BENCH_SIZE": "smoke"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rows = json.loads(result.read_text("utf-8"))
    assert rows
    assert all(row["name"] and isinstance(row["value"], int | float) for row in rows)
