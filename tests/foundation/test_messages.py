"""Texts that can be translated keep their template on their way to another process or to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saywrite.foundation.messages import Message, decoded, encoded, joined, message, message_count


def sent(text: str) -> str:
    return decoded(json.loads(json.dumps(encoded(text))))


@pytest.mark.parametrize(
    "text",
    [
        message("“{name}” is muted.", name="USB"),
        message("It took {seconds:.1f} s.", seconds=2.25),
        message_count("{n} file in {name}", "{n} files in {name}", 3, name="talks"),
        message_count("{n} file", "{n} files", 1),
        joined(" ", message("One."), "plain", message("{a} and {b}", a=message("in"), b=1)),
        message("braces {} are taken as they are"),
    ],
)
def test_a_text_comes_back_with_its_template(text: Message) -> None:
    back = sent(text)
    assert isinstance(back, Message)
    assert back == text
    assert (back.source, back.one, back.number) == (text.source, text.one, text.number)
    assert dict(back.params) == dict(text.params)
    inner = [value for value in text.params.values() if isinstance(value, Message)]
    assert [type(value) for value in back.params.values() if isinstance(value, Message)] == [Message] * len(inner)


def test_a_plain_text_stays_plain_and_other_values_become_words() -> None:
    assert type(sent("Damaged.")) is str
    back = sent(message("{path} is missing.", path=Path("/talks")))
    assert isinstance(back, Message)
    assert back.params == {"path": "/talks"}


@pytest.mark.parametrize("damaged", [None, 7, [], {}, {"text": 1}, {"text": "Words.", "source": None}])
def test_damaged_values_give_what_words_there_are(damaged: object) -> None:
    assert decoded(damaged) == ("Words." if isinstance(damaged, dict) and damaged.get("text") == "Words." else "")
