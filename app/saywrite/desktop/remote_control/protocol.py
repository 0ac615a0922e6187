"""What a command to the running window and its answer look like: one JSON object each, on one line. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from saywrite.foundation.errors import ControlRefused

VERBS = ("start", "stop", "toggle", "cancel", "show", "status", "quit")

LIMIT = 4_096
"""Bytes a command or an answer may have, its newline included."""

TEXT_LIMIT = 256
"""Characters that each value of a command may have."""

FORMAT = 1


class ControlRequest(NamedTuple):
    """One command. `engine`, `language`: of this one dictation, "" as the settings say. `activation`: the caller's
    right to bring a window to the front (XDG_ACTIVATION_TOKEN). `token`: proves who asks where the system cannot.
    """

    verb: str
    engine: str = ""
    language: str = ""
    activation: str = ""
    token: str = ""


Answer = Mapping[str, object]
"""The status as JSON values, or with the key "what" (and "remedy") why the command was not taken."""


def format_request(request: ControlRequest) -> bytes:
    given = {name: value for name, value in request._asdict().items() if value}
    return _line({"saywrite": FORMAT, **given})


def parse_request(line: bytes) -> ControlRequest:
    """The command in a line with or without its newline. Raises ControlRefused; the line's content is never in it."""
    values = _object(line)
    if values is None or values.get("saywrite") != FORMAT:
        raise ControlRefused("This is no command of Saywrite.", "Use the same version of Saywrite for both.")
    known: dict[str, str] = {}
    for name in (each for each in ControlRequest._fields if each in values):
        value = values[name]
        if not (isinstance(value, str) and len(value) <= TEXT_LIMIT and _is_text(value)):
            raise ControlRefused("A value of the command is not a short text.")
        known[name] = value
    if known.get("verb") not in VERBS:
        raise ControlRefused(
            "The running Saywrite does not know this command.", "Quit it and start it again: it may be an older one."
        )
    return ControlRequest(**known)


def format_answer(answer: Answer) -> bytes:
    return _line({"saywrite": FORMAT, **answer})


def refusal(error: ControlRefused) -> Answer:
    return {"what": error.what, "remedy": error.remedy}


def parse_answer(line: bytes) -> Answer:
    """What was answered. Raises ControlRefused when it says so, or when it is no answer."""
    values = _object(line)
    if values is None or values.pop("saywrite", None) != FORMAT:
        raise ControlRefused("The running Saywrite gave no answer that makes sense.", "Quit it and start it again.")
    if "what" in values:
        raise ControlRefused(str(values["what"]), str(values.get("remedy", "")))
    return values


def _is_text(value: str) -> bool:
    """JSON can spell half of a surrogate pair, which nothing that takes text can encode, and a zero."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def _object(line: bytes) -> dict[str, object] | None:
    if len(line) > LIMIT:
        return None
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _line(values: Mapping[str, object]) -> bytes:
    return json.dumps(values).encode("ascii") + b"\n"
