"""The commands that start this program: plain, as the recognizer's child process, with a window. Pure."""

from __future__ import annotations

import sys
from pathlib import Path

from saywrite.foundation.catalog import LOCAL


def program_command() -> tuple[str, ...]:
    """Return the command of this program."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "saywrite")


def worker_command(model: Path) -> tuple[str, ...]:
    """Return the command of the recognizer's child process with the model in this folder."""
    return (*program_command(), "--worker", LOCAL, "--model-folder", str(model))


def window_command(config: Path | None, data: Path | None) -> tuple[str, ...]:
    """Return the command that opens a window without a console. A folder of None is the default one."""
    folders: list[str] = []
    for name, folder in (("--config", config), ("--data", data)):
        folders += [name, str(folder.absolute())] if folder is not None else []
    if getattr(sys, "frozen", False):
        return (sys.executable, *folders)
    python = Path(sys.executable)
    windowed = python.with_name("pythonw.exe")
    return (str(windowed if windowed.exists() else python), "-m", "saywrite", *folders)
