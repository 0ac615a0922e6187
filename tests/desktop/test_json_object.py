"""`json_object` reads and writes what the `json` package of Python reads and writes."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from saywrite.desktop.remote_control.json_object import decode_object, encode_object

flat = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
nested = st.recursive(flat, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def as_json_reads_it(data: bytes) -> object:
    try:
        value = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@given(st.dictionaries(st.text(), nested))
def test_object_is_written_as_json_writes_it(values: dict[str, object]) -> None:
    assert encode_object(values) == json.dumps(values)


@given(nested, st.sampled_from(["", " ", "\n", "\t\r\n"]))
def test_object_is_read_as_json_reads_it(value: object, space: str) -> None:
    data = (space + json.dumps(value) + space).encode()
    assert repr(decode_object(data)) == repr(as_json_reads_it(data))


@given(st.binary() | st.text(alphabet='{}[]":,0123456789.eE+-tfnul \\\n').map(str.encode))
@example(b"")
@example(b"{} {}")
@example(b'{"a": 1} x')
@example(b'{"a": NaN, "b": -Infinity}')
@example(b'{"a": "\x01"}')
@example(b'{"a": "\\ud800"}')
@example(b"\xff\xfe{}")
@example(b"[" * 100_000)
def test_rubbish_is_judged_as_json_judges_it(data: bytes) -> None:
    assert repr(decode_object(data)) == repr(as_json_reads_it(data))
