"""What the window makes of a command: its parser, and the answer it sends back. Pure.

The client does not load this module: `typing` alone costs a tenth of the time that a command may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from saywrite.desktop.remote_control.protocol import FORMAT, TEXT_LIMIT, VERBS, parse_line
from saywrite.foundation.errors import ControlRefused
from saywrite.foundation.messages import message


class ControlRequest(NamedTuple):
    """One command to the running window.

    `engine`, `language`: of this one dictation, "" for those of the settings. `activation`: the right of the caller
    to bring a window to the front (XDG_ACTIVATION_TOKEN). `token`: proves the user where the system does not report it.
    """

    verb: str
    engine: str = ""
    language: str = ""
    activation: str = ""
    token: str = ""


Answer = Mapping[str, object]
"""The status as JSON values; or the key "what" (and "remedy") with the reason why the command was refused."""


def parse_request(line: bytes) -> ControlRequest:
    """The command in a line with or without its newline.

    Raises ControlRefused, whose text never repeats the content of the line.
    """
    values = parse_line(line)
    if values is None or values.get("saywrite") != FORMAT:
        raise ControlRefused(
            message("This is not a Saywrite command."), message("Use the same version of Saywrite for both.")
        )
    known: dict[str, str] = {}
    for name in (each for each in ControlRequest._fields if each in values):
        value = values[name]
        if not (isinstance(value, str) and len(value) <= TEXT_LIMIT and _is_text(value)):
            raise ControlRefused(message("A value of the command is not a short text."))
        known[name] = value
    if known.get("verb") not in VERBS:
        raise ControlRefused(
            message("The running Saywrite does not know this command."),
            message("Quit it and start it again: it may be an older one."),
        )
    return ControlRequest(**known)


def refusal(error: ControlRefused) -> Answer:
    """The answer with the reason why a command was refused."""
    return {"what": error.what, "remedy": error.remedy}


def _is_text(value: str) -> bool:
    """Whether every encoder takes the value: JSON can spell half of a surrogate pair, and a zero."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in value
