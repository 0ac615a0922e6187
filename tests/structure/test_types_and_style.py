"""mypy --strict over the program, the scripts that set it up and the benchmarks, ruff over the whole tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool as a module from the checkout, with pyproject.toml's settings."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )


def test_the_program_and_its_benchmarks_are_typed_strictly() -> None:
    result = run("mypy")
    assert result.returncode == 0, result.stdout + result.stderr


def test_wrong_and_missing_types_are_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f(x):\n    return x\n\n\ny: int = 'text'\n")
    result = run("mypy", "--config-file", "pyproject.toml", str(wrong))
    assert result.returncode == 1
    assert "no-untyped-def" in result.stdout
    assert "assignment" in result.stdout


def test_the_tree_has_no_lint() -> None:
    result = run("ruff", "check", "--output-format", "concise", ".")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_tree_is_formatted() -> None:
    result = run("ruff", "format", "--check", ".")
    assert result.returncode == 0, result.stdout + result.stderr


def test_lint_and_bad_format_are_found() -> None:
    name = ("--stdin-filename", "app/saywrite/made_up.py", "-")
    found = run("ruff", "check", *name, text="import os\n\nprint('x')\n")
    assert found.returncode == 1
    assert "T201" in found.stdout
    assert run("ruff", "format", "--check", *name, text="x  =  1\n").returncode == 1
