"""The declaration of an option of the settings: type, default, bounds, texts and page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from saywrite.foundation.messages import Message, message

Value = str | int | bool

Page = Literal[
    "Dictation", "Push-to-talk", "Insertion", "Recognition", "Keywords", "aiOla", "Files and privacy", "Window"
]
"""The page of the settings window that shows an option."""

PAGES: tuple[Page, ...] = get_args(Page)

_TEXT_LIMIT = 4_096


@dataclass(frozen=True, slots=True)
class Option:
    """The declaration of one option.

    `choices`: value and label. `minimum`, `maximum`: of a number, inclusive. `unit`: of a number, in the singular, as
    people read it. `special`: numbers that mean something else than an amount, in words. `advanced`: shown on request.
    """

    name: str
    default: Value
    label: str
    help: str
    page: Page
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int = 0
    maximum: int = 0
    unit: str = ""
    special: tuple[tuple[int, str], ...] = ()
    advanced: bool = False

    @property
    def kind(self) -> type[str] | type[int] | type[bool]:
        return type(self.default)

    def problem(self, value: object) -> str:
        """Return why `value` is invalid, as the rest of a sentence ("must be …"), or ""."""
        if type(value) is not self.kind:  # a bool is an int to isinstance
            return {
                str: message("must be text in quotes"),
                int: message("must be a whole number"),
                bool: message("must be true or false"),
            }[self.kind]
        if self.choices and value not in dict(self.choices):
            names = ", ".join(f'"{choice}"' for choice, _ in self.choices)
            return message("must be one of {names}", names=names)
        if isinstance(value, str) and (len(value) > _TEXT_LIMIT or "\0" in value):
            return message("must be text of at most {limit} characters", limit=str(_TEXT_LIMIT))
        if self.kind is int and not self.minimum <= cast("int", value) <= self.maximum:
            return message(
                "must be between {minimum} and {maximum}", minimum=str(self.minimum), maximum=str(self.maximum)
            )
        return ""


declared: list[Mapping[str, Any]] = []
"""All declarations; a repeated name is found by their number."""


def _declare(default: Value, page: Page, label: str, help: str, **more: Any) -> Any:
    declared.append({"default": default, "page": page, "label": _text(label), "help": _text(help), **more})
    return field(default=default, metadata={"option": declared[-1]})


def _text(english: str) -> str:
    """Return a text of a declaration so that the window can translate it."""
    return english if isinstance(english, Message) or not english else message(english)


def choice(
    default: str, page: Page, choices: Mapping[str, str], label: str, help: str = "", *, advanced: bool = False
) -> Any:
    """Declare a text with a fixed list of values."""
    return _declare(
        default,
        page,
        label,
        help,
        choices=tuple((value, _text(words)) for value, words in choices.items()),
        advanced=advanced,
    )


def number(
    default: int,
    page: Page,
    minimum: int,
    maximum: int,
    label: str,
    help: str = "",
    *,
    unit: str,
    special: Mapping[int, str] | None = None,
    advanced: bool = False,
) -> Any:
    """Declare a whole number with its unit."""
    words = tuple((value, _text(words)) for value, words in (special or {}).items())
    bounds = {"minimum": minimum, "maximum": maximum}
    return _declare(default, page, label, help, **bounds, unit=unit, special=words, advanced=advanced)


def text(default: str, page: Page, label: str, help: str = "", *, advanced: bool = False) -> Any:
    """Declare a free text."""
    return _declare(default, page, label, help, advanced=advanced)


def switch(default: bool, page: Page, label: str, help: str = "", *, advanced: bool = False) -> Any:
    """Declare a switch."""
    return _declare(default, page, label, help, advanced=advanced)


def check(option: Option) -> None:
    """Check a declaration. Raises ValueError when it contradicts itself."""
    if not option.label:
        raise ValueError(f"{option.name} has no label")
    if option.page not in PAGES:
        raise ValueError(f"{option.name} is on no page")
    if problem := option.problem(option.default):
        raise ValueError(f"the default of {option.name} {problem}")
