"""The command line that drives the running window: what it prints and how it ends.

It stands behind a key of the user's desktop, so it is done within 60 ms, start of Python included: plain commands are
read here, and neither argparse nor platformdirs is loaded for them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from saywrite.cli.ending.exit_codes import DONE, run_to_exit_code
from saywrite.cli.ending.interrupts import end_on_signals
from saywrite.desktop.remote_control.client import ask
from saywrite.desktop.remote_control.protocol import TEXT_LIMIT, VERBS, Answer, ControlRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


FLAGS, PLACES = ("--json",), ("--data", "--config")


def drive_at_once(arguments: Sequence[str]) -> int | None:
    """Carry out a command for the running window; the exit code. None where it is not such a plain one."""
    plain = _plain(arguments)
    if plain is None:
        return None
    verb, as_json, data = plain

    def command() -> int:
        end_on_signals()
        said = drive(data or default_data_folder(), verb, as_json=as_json)
        if said:
            print(said)
        return DONE

    return run_to_exit_code(command)


def _plain(arguments: Sequence[str]) -> tuple[str, bool, str] | None:
    """The verb, whether JSON is wanted, and the data folder ("" for the usual one)."""
    verb, as_json, data = "", False, ""
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        name, given, value = word.partition("=")
        if word in FLAGS and verb:
            as_json = True
        elif name in PLACES and (given or rest):
            value = value if given else rest.pop(0)
            if not value or value.startswith("-"):
                return None  # argparse says what is wrong
            data = value if name == "--data" else data
        elif word in VERBS and not verb:
            verb = word
        else:
            return None
    return (verb, as_json, data) if verb else None


def default_data_folder() -> str:
    """`paths.default_paths().data`, under Linux without loading what finds the other folders."""
    base = os.environ.get("XDG_DATA_HOME", "")
    if not sys.platform.startswith("linux") or (base and not base.startswith("/")):
        from saywrite.foundation.paths import default_paths

        return str(default_paths().data)
    return (base or os.path.expanduser("~/.local/share")) + "/saywrite"  # noqa: PTH111 - no pathlib


def drive(data: Path | str, verb: str, *, engine: str = "", language: str = "", as_json: bool = False) -> str:
    """Send the command to the window with this data folder; what goes to standard output.

    Raises NotRunning and ControlRefused.
    """
    activation = os.environ.get("XDG_ACTIVATION_TOKEN", "") if verb == "show" else ""
    answer = ask(data, ControlRequest(verb, engine, language, activation[:TEXT_LIMIT]))
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
