"""The command line that drives the running window: what it prints and how it ends. Loads nothing it does not need."""

from __future__ import annotations

import json
import os
from pathlib import Path

from saywrite.desktop.control_client import ask
from saywrite.desktop.control_message import TEXT_LIMIT, Answer, Request


def drive(data: Path, verb: str, *, engine: str = "", language: str = "", as_json: bool = False) -> str:
    """Send the command to the window with this data folder; what goes to standard output.

    Raises NotRunning and ControlRefused.
    """
    activation = os.environ.get("XDG_ACTIVATION_TOKEN", "") if verb == "show" else ""
    answer = ask(data, Request(verb, engine, language, activation[:TEXT_LIMIT]))
    if as_json:
        return json.dumps(answer)
    return describe(answer) if verb == "status" else ""


def describe(status: Answer) -> str:
    """One line for people: "listening · local · en · 12.3 s heard, 0.8 s without text so far"."""
    parts = [status.get("state"), status.get("engine"), status.get("language")]
    if status.get("dictation"):
        parts.append(f"{status.get('heard_s')} s heard, {status.get('pending_s')} s without text so far")
    if status.get("problem"):
        parts.append(status.get("problem"))
    return " · ".join(str(part) for part in parts)
