"""A whole command line to the running window, from the start of its process to its end: the time behind a key."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rig
from table import Row, amount

RUNS = amount(100, 10, 1)


def measure() -> list[Row]:
    screen, sound = rig.lab("desktop"), rig.lab("sound")
    with (
        screen.desktop() as desktop,
        sound.sound_lab(("desk:48000:1",)) as air,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        environment = {**os.environ, **desktop.env, **air.env, "XDG_RUNTIME_DIR": str(runtime)}
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        with rig.window(folder, environment) as window:
            window.wait_for("engine local ready")
            environment = with_byte_code(environment, folder)
            python = timed([sys.executable, "-P", "-c", "pass"], environment)
            places = ["--config", str(folder / "config"), "--data", str(folder / "data")]
            status = timed([*SAYWRITE, "status", "--json", *places], environment)
            stop = timed([*SAYWRITE, "stop", *places], environment)
            subprocess.run([*SAYWRITE, "start", *places], env=environment, check=True)
            window.wait_for("state listening")
            listening = timed([*SAYWRITE, "status", "--json", *places], environment)
            uncached = timed([*SAYWRITE, "status", "--json", *places], without_byte_code(environment))
            answer = [1000 * one for one in answers(folder / "data")]
    return [
        Row.of("Python alone", python, "ms"),
        Row.of("saywrite status --json", status, "ms", 60),
        Row.of("saywrite stop (waits for the dictation to have taken it)", stop, "ms", 60),
        Row.of("saywrite status --json while it listens", listening, "ms", 60),
        Row.of("saywrite status --json without byte code (compiles its modules)", uncached, "ms", 60),
        Row.of("the window's answer alone", answer, "ms"),
    ]


SAYWRITE = [sys.executable, "-P", "-m", "saywrite"]


def with_byte_code(environment: dict[str, str], folder: Path) -> dict[str, str]:
    """As an installed program runs: the first call compiles the modules, later ones read `folder`/byte_code."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "byte_code")}


def without_byte_code(environment: dict[str, str]) -> dict[str, str]:
    """Python's own modules come from its byte code here too: only those of Saywrite are compiled by each call."""
    kept = {name: value for name, value in environment.items() if name != "PYTHONPYCACHEPREFIX"}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1"}


def timed(command: list[str], environment: dict[str, str]) -> list[float]:
    """Milliseconds from start to end, of `RUNS` runs; a few more before them warm the file cache."""
    taken = []
    for _ in range(RUNS + 3):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        taken.append(1000 * (time.perf_counter() - start))
    return taken[3:]


def answers(data: Path) -> list[float]:
    """Seconds for the question and the answer alone, in a process that has everything loaded."""
    from saywrite.desktop.remote_control.client import ask

    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        ask(data, "stop")
        taken.append(time.perf_counter() - start)
    return taken
