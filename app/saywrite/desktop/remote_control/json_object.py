"""JSON objects, read and written without the `json` package. Pure.

The decoder of `json` loads `re` and `enum`, which takes 15 of the 60 ms that a command for the running window may
take. This module calls the C half of the package directly; CPython has it in every version that Saywrite runs on.
"""

from __future__ import annotations

from _json import encode_basestring_ascii, make_scanner

TYPE_CHECKING = False  # the name that type checkers know, without loading `typing`
if TYPE_CHECKING:
    from collections.abc import Mapping

_SPACE = " \t\n\r"


class _Options:
    """What the scanner reads from its argument: the defaults of `json.loads`."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float  # "NaN", "Infinity" and "-Infinity" are numbers to `float` too


_scan = make_scanner(_Options)  # type: ignore[arg-type]  # the stub names the class of json.decoder


def decode_object(data: bytes) -> dict[str, object] | None:
    """The object in `data`, as `json.loads` reads it; None if that is not exactly one object in UTF-8."""
    try:
        text = data.decode("utf-8", "surrogatepass").strip(_SPACE)
        value, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):  # StopIteration: no value begins there
        return None
    return value if isinstance(value, dict) and end == len(text) else None


def encode_object(values: Mapping[str, object]) -> str:
    """A flat object as one line of ASCII, in the form of `json.dumps`.

    The values are texts, numbers, booleans and None; `json` itself encodes any other value.
    """
    return "{" + ", ".join(f"{encode_basestring_ascii(name)}: {_encode(values[name])}" for name in values) + "}"


def _encode(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is int or (type(value) is float and value - value == 0):  # infinities and NaN have other names
        return repr(value)
    import json

    return json.dumps(value)
