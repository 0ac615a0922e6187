"""A command and its answer are one JSON object on one line; anything else is refused and never repeated."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saywrite.desktop.remote_control.protocol import LIMIT, TEXT_LIMIT, VERBS, format_line, format_request, parse_answer
from saywrite.desktop.remote_control.request import ControlRequest, parse_request, refusal
from saywrite.foundation.errors import ControlRefused

values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=TEXT_LIMIT // 2)
requests = st.builds(ControlRequest, st.sampled_from(VERBS), values, values, values, values)


@given(requests)
def test_what_is_asked_is_what_is_understood(request: ControlRequest) -> None:
    line = format_request(request._asdict())
    assert line.count(b"\n") == 1
    assert parse_request(line) == parse_request(line.rstrip()) == request


@pytest.mark.parametrize("value", ["\ud800", "a\udfffb", "\0", "en\0"])
@pytest.mark.parametrize("name", ["verb", "engine", "language", "activation", "token"])
def test_what_no_system_takes_as_text_is_refused(name: str, value: str) -> None:
    line = json.dumps({"saywrite": 1, "verb": "start"} | {name: value}).encode("ascii")
    with pytest.raises(ControlRefused):
        parse_request(line)


@given(st.dictionaries(st.text(max_size=10), st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)))
def test_an_answer_comes_as_it_was_given(values: dict[str, object]) -> None:
    answer = {f"_{name}": value for name, value in values.items()}
    assert parse_answer(format_line(answer)) == answer


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
objects = st.fixed_dictionaries(
    {},
    optional={
        "saywrite": st.just(1) | json_values,
        "verb": st.sampled_from(VERBS) | json_values,
        "engine": json_values,
        "token": json_values,
        "what": json_values,
    },
)


@given(
    st.binary(max_size=200)
    | json_values.map(lambda v: json.dumps(v).encode())
    | objects.map(lambda v: json.dumps(v).encode())
)
@example(b"")
@example(b"\xff\xfe")
@example(b"[" * LIMIT)
@example(b'{"saywrite": 1}')
@example(b"GET / HTTP/1.1\r")
def test_rubbish_is_understood_or_refused_and_nothing_else(line: bytes) -> None:
    for parse in (parse_request, parse_answer):
        with suppress(ControlRefused):
            parse(line)


def line_of(**values: object) -> bytes:
    return json.dumps({"saywrite": 1, **values}).encode()


@pytest.mark.parametrize(
    "line",
    [
        line_of(verb="sing"),
        line_of(verb=["start"]),
        line_of(verb="start", engine=7),
        line_of(verb="start", language="x" * (TEXT_LIMIT + 1)),
        line_of(verb="start", saywrite=2),
        line_of(verb="start") + b" " * LIMIT,
        b"start",
    ],
)
def test_a_command_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(ControlRefused):
        parse_request(line)


def test_what_a_newer_version_adds_is_passed_over() -> None:
    assert parse_request(line_of(verb="show", workspace=3)) == ControlRequest("show")


def test_a_refusal_travels_with_its_remedy() -> None:
    line = format_line(refusal(ControlRefused("It is too late.", "Come tomorrow.")))
    with pytest.raises(ControlRefused, match=r"^It is too late\. Come tomorrow\.$"):
        parse_answer(line)


def test_nothing_of_a_refused_command_is_in_the_refusal() -> None:
    with pytest.raises(ControlRefused) as refused:
        parse_request(line_of(verb="canary-7261", token="canary-7261"))
    assert "canary" not in str(refused.value)
