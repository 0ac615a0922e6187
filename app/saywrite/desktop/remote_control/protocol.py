"""The wire format of the remote control: one JSON object on one line in each direction. Pure.

Every command for the running window loads this module, and such a command takes at most 60 ms. So it holds what the
client needs only, and imports the exceptions when one is raised; the server's half is in `request.py`.
"""

from __future__ import annotations

from saywrite.desktop.remote_control.json_object import decode_object, encode_object
from saywrite.foundation.messages import message

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Mapping


VERBS = ("start", "stop", "toggle", "cancel", "show", "status", "quit")

LIMIT = 4_096
"""Bytes that a command or an answer may have, its newline included."""

TEXT_LIMIT = 256
"""Characters that each value of a command may have."""

FORMAT = 1


def format_request(values: Mapping[str, str]) -> bytes:
    """The line for a command. `values`: fields of `ControlRequest` by name; empty ones are left out."""
    return format_line({name: value for name, value in values.items() if value})


def parse_answer(line: bytes) -> Mapping[str, object]:
    """The status in an answer.

    Raises ControlRefused when the window refuses the command, and when the line is no answer.
    """
    values = parse_line(line)
    is_answer = values is not None and values.pop("saywrite", None) == FORMAT
    if values is not None and is_answer and "what" not in values:
        return values
    from saywrite.foundation.errors import ControlRefused

    if values is None or not is_answer:
        raise ControlRefused(
            message("The running Saywrite gave no answer that makes sense."), message("Quit it and start it again.")
        )
    raise ControlRefused(str(values["what"]), str(values.get("remedy", "")))


def format_line(values: Mapping[str, object]) -> bytes:
    """One line of the protocol, its newline included."""
    return encode_object({"saywrite": FORMAT, **values}).encode("ascii") + b"\n"


def parse_line(line: bytes) -> dict[str, object] | None:
    """The object in a line of the protocol; None if the line is too long or holds no JSON object."""
    return decode_object(line) if len(line) <= LIMIT else None
