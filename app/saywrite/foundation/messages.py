"""Texts for people that can be translated: English here, in the language of the window in `ui`. Pure.

A `Message` is the English text. It also has the template and the values that the text was made of, so that the window
can fill the translated template with the same values. Whatever treats it as a `str` (a log, the command line, JSON,
the history) has the English text. `packaging/translations.py` collects the templates from the source code, therefore
the template of a call is a literal.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # a command to the running window must start fast
    from collections.abc import Mapping
    from typing import Any, Self


class Message(str):
    """An English text with its template and values.

    `source`: the template; `params`: the values in it. A text with plural forms also has `number`, which decides the
    form, and `one`, the template for the number one.
    """

    __slots__ = ("number", "one", "params", "source")

    source: str
    params: Mapping[str, Any]
    one: str
    number: int | None

    def __new__(
        cls, text: str, source: str, params: Mapping[str, Any], one: str = "", number: int | None = None
    ) -> Self:
        made = super().__new__(cls, text)
        made.source, made.params, made.one, made.number = source, params, one, number
        return made

    def __reduce__(self) -> tuple[type[Message], tuple[Any, ...]]:
        return Message, (str(self), self.source, self.params, self.one, self.number)


def message(source: str, /, **params: Any) -> Message:
    """Fill the English template with values: `message("“{name}” is muted.", name=name)`.

    A field may have a format (`{seconds:.1f}`). A text without values is taken as it is, braces included. Raises
    KeyError for a field without a value.
    """
    return Message(source.format(**params) if params else source, source, params)


def filled(text: Message, /, **params: Any) -> Message:
    """Fill further values into the template of a text that was made without them."""
    return message(text.source, **{**text.params, **params})


_SEPARATORS = {str(each): each for each in (message(", "), message(": "), message("; "), message(". "))}
"""Those that are other signs in some languages: Japanese writes 、 for a comma."""


def joined(separator: str, /, *parts: str) -> Message:
    """Join the texts that are not empty; each is translated by itself, and so is punctuation between them."""
    named = {f"part_{number}": part for number, part in enumerate(filter(None, parts))}
    between = _SEPARATORS.get(separator)
    if between is None:
        return message(separator.join(f"{{{name}}}" for name in named), **named)
    return message("{between}".join(f"{{{name}}}" for name in named), **named, between=between)


def encoded(text: str) -> str | dict[str, Any]:
    """Return a text as values for JSON, with its template, so that another process can translate it."""
    if not isinstance(text, Message):
        return text
    params = {name: _encoded_value(value) for name, value in text.params.items()}
    made: dict[str, Any] = {"text": str(text), "source": text.source, "params": params}
    if text.number is not None:
        made |= {"one": text.one, "number": text.number}
    return made


def decoded(value: object) -> str:
    """Return the text that `encoded` made these values of; of anything else its words, or ""."""
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    text, source, params = value.get("text"), value.get("source"), value.get("params")
    if not (isinstance(text, str) and isinstance(source, str) and isinstance(params, dict)):
        return text if isinstance(text, str) else ""
    values = {str(name): decoded(each) if isinstance(each, dict) else each for name, each in params.items()}
    one, number = value.get("one", ""), value.get("number")
    return Message(text, source, values, str(one), number if isinstance(number, int) else None)


def _encoded_value(value: object) -> object:
    if isinstance(value, str):
        return encoded(value)
    return value if isinstance(value, int | float) else str(value)


def message_count(one: str, many: str, number: int, /, **params: Any) -> Message:
    """Fill the template for this number: `message_count("{n} file", "{n} files", 3)`.

    `{n}` is the number in the template. A language may have another count of plural forms than English.
    """
    params["n"] = number
    return Message((one if number == 1 else many).format(**params), many, params, one, number)
