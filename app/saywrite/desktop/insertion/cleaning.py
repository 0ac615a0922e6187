"""What must not reach another program with a text: control sequences anywhere, line breaks in terminals. Pure.

A terminal without bracketed paste runs what stands before a line break, and whether it has bracketed paste cannot be
seen from outside.
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?")
"""Escape sequences (ECMA-48, 5.4), among them the end of a bracketed paste."""

_LINE_BREAK = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_BREAKS = re.compile(r"[ \t\n]*[\t\n][ \t\n]*")


def clean(text: str, *, one_line: bool) -> str:
    """`text` without control characters; with `one_line`, a space for every run of line breaks and tabs."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", _SEQUENCE.sub("", text)))
    return _BREAKS.sub(" ", text) if one_line else text
