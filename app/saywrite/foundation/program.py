"""How this program starts itself: as a command, as the child process of the recognizer, with a window. Pure."""

from __future__ import annotations

import sys
from pathlib import Path

from saywrite.foundation.catalog import LOCAL


def program_command() -> tuple[str, ...]:
    """How to start ourselves."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "saywrite")


def worker_command(model: Path) -> tuple[str, ...]:
    """How to start ourselves as the recognizer's child process, with the model in this folder."""
    return (*program_command(), "--worker", LOCAL, "--model-folder", str(model))


def window_command(config: Path | None, data: Path | None) -> tuple[str, ...]:
    """How to start ourselves with a window, in the folders of this run (None: the usual) and without a console."""
    folders: list[str] = []
    for name, folder in (("--config", config), ("--data", data)):
        folders += [name, str(folder.absolute())] if folder is not None else []
    if getattr(sys, "frozen", False):
        return (sys.executable, *folders)
    python = Path(sys.executable)
    windowed = python.with_name("pythonw.exe")
    return (str(windowed if windowed.exists() else python), "-m", "saywrite", *folders)
