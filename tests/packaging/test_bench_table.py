"""The benchmark runner: finds, runs each in a fresh process, shows one table, and goes on when one fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "packaging" / "bench"

GOOD = """
import os
from table import QUICK, Row
def measure():
    return [
        Row.of("median of three", [3.0, 1.0, 2.0], "ms", goal=2.5),
        Row("process", float(os.getpid()), "pid"),
        Row("quick", float(QUICK), "", goal=0.5),
    ]
"""


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A runner with benchmarks of its own."""
    folder = tmp_path / "bench"
    folder.mkdir()
    for name in ("__main__.py", "table.py"):
        shutil.copy(BENCH / name, folder)
    (folder / "bench_good.py").write_text(GOOD)
    return folder


def run(bench: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(bench), *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_each_runs_in_a_fresh_process_and_all_share_one_table(bench: Path, tmp_path: Path) -> None:
    shutil.copy(bench / "bench_good.py", bench / "bench_other.py")
    result = run(bench, "--json", str(tmp_path / "rows.json"))
    assert result.returncode == 0, result.stderr
    lines = [line.split("|")[1:-1] for line in result.stdout.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    assert cells[0] == ["what", "median", "unit", "goal", "met", "runs", "lowest to highest"]
    assert cells[2] == ["median of three", "2", "ms", "≤ 2.5", "yes", "3", "1 to 3"]
    rows = json.loads((tmp_path / "rows.json").read_text())["rows"]
    assert len({row["value"] for row in rows if row["name"] == "process"}) == 2


def test_quick_reaches_the_benchmarks_and_a_missed_goal_shows(bench: Path) -> None:
    assert "| NO " not in run(bench).stdout
    assert "| NO " in run(bench, "--quick").stdout


def test_a_failed_benchmark_is_named_and_the_others_are_shown(bench: Path) -> None:
    (bench / "bench_bad.py").write_text("def measure():\n    raise RuntimeError('no microphone')\n")
    result = run(bench)
    assert result.returncode == 1
    assert "median of three" in result.stdout
    assert "no microphone" in result.stderr
    assert "failed: bench_bad" in result.stderr


def test_one_can_be_chosen_and_a_wrong_name_says_which_there_are(bench: Path) -> None:
    (bench / "bench_bad.py").write_text("def measure():\n    raise RuntimeError\n")
    assert run(bench, "--only", "good").returncode == 0
    result = run(bench, "--only", "nonsense")
    assert result.returncode == 2
    assert "bench_bad, bench_good" in result.stderr
