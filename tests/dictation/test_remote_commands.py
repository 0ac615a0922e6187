"""Plain commands for the running window, read without argparse: the same as with it, or left to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from saywrite.cli import arguments as cli
from saywrite.cli import remote_commands as driving
from saywrite.cli.ending.exit_codes import NO_INSTANCE
from saywrite.cli.remote_commands import default_data_folder, drive_at_once
from saywrite.desktop.remote_control.protocol import VERBS
from saywrite.foundation.paths import default_paths


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """What was carried out: data folder, verb, as JSON."""
    done: list[tuple[str, str, bool]] = []

    def drive(data: str, verb: str, *, as_json: bool) -> str:
        done.append((data, verb, as_json))
        return ""

    monkeypatch.setattr(driving, "drive", drive)
    monkeypatch.setattr(driving, "end_on_signals", lambda: None)
    return done


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "form",
    [
        "VERB",
        "VERB --json",
        "--data d VERB",
        "VERB --data d --json",
        "VERB --data=d",
        "--config c --data=d VERB --json",
    ],
)
def test_a_plain_command_means_what_argparse_makes_of_it(
    form: str, verb: str, driven: list[tuple[str, str, bool]]
) -> None:
    arguments = form.replace("VERB", verb).split()
    options = cli.parse(arguments)
    assert drive_at_once(arguments) == 0
    data = str(options.data) if options.data else default_data_folder()
    assert driven == [(data, options.command, options.as_json)]


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--json status",
        "status stop",
        "status --help",
        "start --engine aiola",
        "toggle --language de",
        "status --dat d",
        "status --data",
        "status --data=",
        "status --data --json",
        "listen",
        "transcribe status",
        "-v status",
        "stat",
    ],
)
def test_everything_else_is_left_to_argparse(arguments: str, driven: list[tuple[str, str, bool]]) -> None:
    assert drive_at_once(arguments.split()) is None
    assert driven == []


@pytest.mark.parametrize("value", [None, "", "  ", "/elsewhere", "~/data"])
def test_data_folder_is_the_one_that_the_window_uses(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("XDG_DATA_HOME")
    else:
        monkeypatch.setenv("XDG_DATA_HOME", value)
    assert Path(default_data_folder()) == default_paths().data


def test_a_plain_command_loads_few_modules() -> None:
    slow = {"argparse", "platformdirs", "pathlib", "threading", "logging", "dataclasses", "inspect", "saywrite.main"}
    code = (
        "import sys, saywrite.cli.remote_commands as d; code = d.drive_at_once(['status']);"
        f"print(sorted(set(sys.modules) & {slow!r}), len(sys.modules)); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False, env=ENV)
    names, _, count = done.stdout.strip().rpartition(" ")
    assert (done.returncode, names) == (NO_INSTANCE, "[]"), done.stderr
    assert int(count) < 90, "74 when this was written"


ENV = {"PYTHONPATH": str(Path(driving.__file__).parents[2]), "HOME": "/nonexistent"}
