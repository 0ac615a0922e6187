"""How the program starts itself: from a checkout or a wheel by its Python, frozen by its own executable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from saywrite.foundation.program import program_command, window_command, worker_command


def test_installed_program_is_started_by_its_python() -> None:
    assert program_command() == (sys.executable, "-m", "saywrite")
    assert worker_command(Path("m")) == (*program_command(), "--worker", "local", "--model-folder", "m")


def test_frozen_program_is_started_by_its_executable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command() == (sys.executable,)
    assert worker_command(Path("m")) == (sys.executable, "--worker", "local", "--model-folder", "m")
    assert window_command(None, None) == (sys.executable,)


def test_window_opens_in_the_folders_of_this_run(tmp_path: Path) -> None:
    command = window_command(tmp_path, None)
    assert command[-2:] == ("--config", str(tmp_path))
    assert window_command(None, Path("d"))[-2:] == ("--data", str(Path("d").absolute()))
