"""The commands that drive the running window: `saywrite start|stop|toggle|cancel|show|status|quit`. Main thread.

Users bind these commands to a key of their desktop, so each takes at most 60 ms, the start of Python included. This
module reads the usual forms of them itself; `cli/arguments.py` reads every other form. Neither argparse nor
platformdirs is loaded; `tests/test_command_line.py` lists the modules that must not be.
"""

from __future__ import annotations

import os
import sys

from saywrite.cli.ending.exit_codes import DONE, run_to_exit_code
from saywrite.cli.ending.interrupts import end_on_signals
from saywrite.desktop.remote_control.client import ask
from saywrite.desktop.remote_control.json_object import encode_object
from saywrite.desktop.remote_control.protocol import TEXT_LIMIT, VERBS

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from saywrite.desktop.remote_control.request import Answer

FLAGS, PLACES = ("--json",), ("--data", "--config")


def drive_at_once(arguments: Sequence[str]) -> int | None:
    """Carry out a plain command for the running window; its exit code, None for any other command line."""
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
                return None  # argparse reports the mistake
            data = value if name == "--data" else data
        elif word in VERBS and not verb:
            verb = word
        else:
            return None
    return (verb, as_json, data) if verb else None


def default_data_folder() -> str:
    """The same folder as `paths.default_paths().data`; on Linux found without loading platformdirs."""
    base = os.environ.get("XDG_DATA_HOME", "")
    if not sys.platform.startswith("linux") or (base and not base.startswith("/")):
        from saywrite.foundation.paths import default_paths

        return str(default_paths().data)
    return (base or os.path.expanduser("~/.local/share")) + "/saywrite"  # noqa: PTH111 - no pathlib


def drive(data: Path | str, verb: str, *, engine: str = "", language: str = "", as_json: bool = False) -> str:
    """Send the command to the window with this data folder; the text for standard output.

    Raises NotRunning and ControlRefused.
    """
    activation = os.environ.get("XDG_ACTIVATION_TOKEN", "") if verb == "show" else ""
    answer = ask(data, verb, engine=engine, language=language, activation=activation[:TEXT_LIMIT])
    if as_json:
        return encode_object(answer)
    return describe(answer) if verb == "status" else ""


def describe(status: Answer) -> str:
    """One line for people: "listening · local · en · 12.3 s heard, 0.8 s without text so far"."""
    parts = [status.get("state"), status.get("engine"), status.get("language")]
    if status.get("dictation"):
        parts.append(f"{status.get('heard_s')} s heard, {status.get('pending_s')} s without text so far")
    if status.get("problem"):
        parts.append(status.get("problem"))
    return " · ".join(str(part) for part in parts)
