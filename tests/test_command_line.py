"""The command line is a contract: names, options, exit codes (design 9)."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from saywrite import __version__
from saywrite.cli import arguments as cli
from saywrite.cli.ending.exit_codes import DONE, FAILED, NO_INSTANCE, USAGE, run_to_exit_code
from saywrite.desktop.desktop_thread import DesktopThread
from saywrite.desktop.remote_control.server import ControlServer
from saywrite.desktop.single_instance import claim
from saywrite.storage.settings.schema import Settings


def test_without_a_command_the_window_opens() -> None:
    assert cli.parse([]) == cli.Options(command="window")


@pytest.mark.parametrize(("command", "engine"), [("window", "local"), ("listen", "aiola"), ("transcribe", "aiola")])
def test_window_dictates_here_where_nothing_may_leave_and_a_command_is_refused(command: str, engine: str) -> None:
    settings = cli.with_options(Settings(stay_offline=True), cli.Options(command, engine="aiola", language="de"))
    assert (settings.engine, settings.language) == (engine, "de")


def test_listen_takes_every_option_of_the_contract() -> None:
    arguments = "listen --engine local --language pt --keywords k.csv --device Headset --format srt --output o.srt"
    options = cli.parse(
        [
            *arguments.split(),
            "--model",
            "whisper-small",
            "--events",
            "--config",
            "c",
            "--data",
            "d",
            "-v",
            "--seconds",
            "2.5",
        ]
    )
    assert options == cli.Options(
        command="listen",
        engine="local",
        model="whisper-small",
        language="pt",
        keywords=Path("k.csv"),
        device="Headset",
        format="srt",
        output=Path("o.srt"),
        events=True,
        config=Path("c"),
        data=Path("d"),
        verbose=True,
        seconds=2.5,
    )


@pytest.mark.parametrize("command", ["listen", "start", "toggle", ""])
def test_former_name_of_the_local_engine_is_still_accepted(command: str) -> None:
    assert cli.parse([*command.split(), "--engine", "builtin"]).engine == "local"


def test_command_line_settings_and_engines_know_the_same_names() -> None:
    from saywrite.foundation.catalog import ENGINES, FORMER_NAMES
    from saywrite.storage.settings.schema import FORMER_VALUES, OPTIONS

    assert tuple(engine.name for engine in ENGINES) == cli.ENGINE_NAMES == tuple(dict(OPTIONS["engine"].choices))
    assert cli.FORMER_NAMES == FORMER_NAMES == {"builtin": "local"}
    assert {old: new for (name, old), new in FORMER_VALUES.items() if name == "engine"} == FORMER_NAMES


def test_transcribe_takes_several_files() -> None:
    options = cli.parse(["transcribe", "a.wav", "b.mp3", "--realtime"])
    assert options.files == (Path("a.wav"), Path("b.mp3"))
    assert options.realtime


def test_places_may_stand_before_or_behind_the_command() -> None:
    assert cli.parse(["--data", "d", "devices", "--json"]) == cli.parse(["devices", "--json", "--data", "d"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], cli.Options(command="models", action="list")),
        (["--json"], cli.Options(command="models", action="list", as_json=True)),
        (["download"], cli.Options(command="models", action="download")),
        (
            ["download", "whisper-small", "--from", "https://models.example.com"],
            cli.Options(
                command="models",
                action="download",
                model="whisper-small",
                model_source="https://models.example.com",
            ),
        ),
        (["remove", "whisper-base"], cli.Options(command="models", action="remove", model="whisper-base")),
        (["verify", "--json"], cli.Options(command="models", action="verify", as_json=True)),
    ],
)
def test_models_are_listed_downloaded_removed_and_verified(arguments: list[str], expected: cli.Options) -> None:
    assert cli.parse(["models", *arguments]) == expected


@pytest.mark.parametrize("verb", ["start", "stop", "toggle", "cancel", "show", "status", "quit"])
def test_the_running_window_is_driven_by_verbs(verb: str) -> None:
    assert cli.parse([verb, "--json", "--data", "d"]) == cli.Options(command=verb, as_json=True, data=Path("d"))
    assert cli.parse(["--data", "d", verb]) == cli.Options(command=verb, data=Path("d"))


def test_a_second_key_may_start_with_another_engine_and_language() -> None:
    for verb in ("start", "toggle"):
        options = cli.parse([verb, "--engine", "aiola", "--language", "de"])
        assert options == cli.Options(command=verb, engine="aiola", language="de")


@pytest.mark.parametrize(
    "arguments",
    [
        ["sing"],
        ["listen", "--language", "xx"],
        ["listen", "--engine", "magic"],
        ["listen", "--format", "docx"],
        ["listen", "--seconds", "-1"],
        ["listen", "--seconds", "nan"],
        ["listen", "--seconds", "soon"],
        ["transcribe"],
        ["devices", "--loud"],
        ["start", "--language", "xx"],
        ["start", "--engine", "magic"],
        ["stop", "--language", "en"],
        ["status", "now"],
        ["models", "fetch"],
        ["models", "download", "whisper-huge"],
        ["listen", "--model", "whisper-huge"],
    ],
)
def test_wrong_usage_exits_with_2_and_the_reason(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        cli.parse(arguments)
    assert exit.value.code == USAGE
    assert "usage: saywrite" in capsys.readouterr().err


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "saywrite", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_version_and_help_go_to_standard_output() -> None:
    version, installed = run("--version").stdout.splitlines()
    assert version == f"saywrite {__version__}"
    assert re.fullmatch(r"(commit [0-9a-f]{12}, )?checkout, with.*", installed)
    done = run("--help")
    assert done.returncode == 0
    assert "transcribe" in done.stdout
    assert "130 interrupted" in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only on Linux there can be no display")
def test_without_a_display_the_window_names_the_terminal_commands(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path), QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == FAILED
    assert "saywrite listen" in done.stderr
    assert "saywrite transcribe" in done.stderr


@pytest.mark.parametrize("arguments", [["status"], ["start", "--json"], ["show"], ["quit"]])
def test_command_without_a_running_window_exits_with_3_and_the_reason(arguments: list[str], tmp_path: Path) -> None:
    done = run(*arguments, "--data", str(tmp_path / "data"))
    assert done.returncode == NO_INSTANCE
    assert done.stdout == ""
    assert done.stderr == "saywrite: Saywrite is not running. Start it with: saywrite\n"
    assert not (tmp_path / "data").exists()


SLOW = (
    "PySide6", "argparse", "asyncio", "collections", "contextlib", "dataclasses", "enum", "functools", "inspect",
    "jeepney", "json", "logging", "numpy", "pathlib", "platformdirs", "re", "saywrite.cli.arguments",
    "saywrite.foundation.errors", "saywrite.foundation.events", "saywrite.main", "selectors", "signal", "socket",
    "sounddevice", "struct", "tempfile", "threading", "tomlkit", "typing",
)  # fmt: skip
"""Modules that a command for the running window does not import: it takes at most 60 ms, Python's start included."""

WITHOUT_SITE = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "app")}
"""For `python -S`: what the files of site-packages import at the start is no part of the command."""

OWN_MODULES = 14
"""The most modules of Saywrite that such a command imports, packages not counted."""


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Path]:
    """The data folder of something that answers commands as a window does."""
    instance = claim(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert instance.server_socket is not None
    thread = DesktopThread()
    server = ControlServer(instance.server_socket, lambda _request: {"state": "idle", "engine": "local"}, thread)
    server.start()
    yield tmp_path
    server.stop()
    thread.close()
    instance.release()


@pytest.mark.parametrize("arguments", [["status", "--json"], ["status"], ["stop"]])
def test_command_for_the_running_window_imports_nothing_slow(arguments: list[str], answering: Path) -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from saywrite.cli.remote_commands import drive_at_once\n"
        f"code = drive_at_once({[*arguments, '--data', str(answering)]!r})\n"
        "print(*sorted(set(sys.modules) - before), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=WITHOUT_SITE, capture_output=True, text=True, check=False
    )
    assert done.returncode == DONE, done.stderr
    imported = done.stderr.split()
    assert not set(imported) & set(SLOW)
    own = [name for name in imported if name.startswith("saywrite.")]
    modules = [name for name in own if not any(other.startswith(f"{name}.") for other in own)]
    assert 0 < len(modules) <= OWN_MODULES == 14


def test_import_that_is_too_slow_is_seen() -> None:
    code = "import sys; before = set(sys.modules)\nimport json\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & set(SLOW) >= {"json", "re", "enum"}


def test_the_command_line_loads_neither_qt_nor_sound_nor_an_engine() -> None:
    code = (
        "import sys, saywrite.main; saywrite.main.cli.parse(['listen']);"
        "sys.exit(any(m in sys.modules for m in ('PySide6', 'sounddevice', 'numpy', 'ctranslate2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_failure_that_is_not_of_standard_output_is_not_called_one(capsys: pytest.CaptureFixture[str]) -> None:
    def command(number: int) -> int:
        raise OSError(number, os.strerror(number))

    with pytest.raises(OSError, match="Too many open files"):
        run_to_exit_code(lambda: command(errno.EMFILE))
    assert run_to_exit_code(lambda: command(errno.EPIPE)) == FAILED
    assert capsys.readouterr().err == "saywrite: Standard output was closed by the program that read it.\n"
