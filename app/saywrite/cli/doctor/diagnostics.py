"""The text for a bug report: versions, system, checks, the end of the log. No dictated words, no keys."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping

from saywrite import __version__
from saywrite.cli.doctor.examination import examine
from saywrite.foundation.paths import Paths
from saywrite.foundation.program import installation

LOG_LINES = 100

LIBRARIES = ("PySide6-Essentials", "pyqtgraph", "sounddevice", "numpy", "soxr", "av", "ctranslate2", "keyring")


def describe_system(paths: Paths, environ: Mapping[str, str]) -> str:
    """The text for a bug report. Lists the devices, which takes seconds: do not call it on the GUI thread."""
    session = environ.get("XDG_SESSION_TYPE") or environ.get("XDG_CURRENT_DESKTOP") or "unknown"
    lines = [
        f"Saywrite {__version__}, Python {platform.python_version()}, {platform.platform()}, session {session}",
        ", ".join(_version(name) for name in LIBRARIES),
        f"installed as {installation()}",
        "",
        *(check.as_line() for check in examine(paths, environ, network=False)),
        "",
        *_last_log_lines(paths),
    ]
    return "\n".join(lines) + "\n"


def _version(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{name} –"


def _last_log_lines(paths: Paths) -> list[str]:
    try:
        return paths.log.read_text("utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        return ["(no log)"]
