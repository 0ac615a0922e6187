"""What a selection holds: its formats as X11 names and types them, and which of them are worth keeping."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

NOT_DATA = frozenset(
    (
        "TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY",
        "CLIENT_WINDOW", "HOST_NAME", "LENGTH", "USER", "OWNER_OS", "CLASS", "NAME", "PROCESS", "TASK",
        "LIST_LENGTH", "CHARACTER_POSITION", "LINE_NUMBER", "COLUMN_NUMBER", "MODULE", "PROCEDURE", "PIXMAP",
        "BITMAP", "DRAWABLE", "COLORMAP", "FOREGROUND", "BACKGROUND", "WINDOW",
    )
)  # fmt: skip
"""Targets that answer questions, do something, or name things in the server: nothing to hand on later."""

_FIRST = ("UTF8_STRING", "text/plain;charset=utf-8", "image/png", "text/html", "text/uri-list", "STRING")

TEXT = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING", "COMPOUND_TEXT")
"""Whoever asks for one of these wants the text itself."""

SECRET = "x-kde-passwordManagerHint"
"""Clipboard managers that know it (Klipper, CopyQ, Clipman and others) keep nothing that offers it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One format's value as it stands in a window property: `width` is 8, 16 or 32 bits."""

    type: str
    width: int
    data: bytes | tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data) * self.width // 8


Contents = Mapping[str, Item]
"""Items by target name, in the owner's order."""


def worth_keeping(targets: list[str]) -> list[str]:
    """The targets that hold data, the ones people miss most first."""
    data = [name for name in dict.fromkeys(targets) if name not in NOT_DATA]
    return sorted(data, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def of_text(text: str) -> dict[str, Item]:
    """A text in every format programs ask for, marked as not to be remembered."""
    utf8 = text.encode("utf-8")
    contents = {
        "UTF8_STRING": Item("UTF8_STRING", 8, utf8),
        "text/plain;charset=utf-8": Item("text/plain;charset=utf-8", 8, utf8),
        "text/plain": Item("text/plain", 8, utf8),
        "TEXT": Item("UTF8_STRING", 8, utf8),
        SECRET: Item(SECRET, 8, b"secret"),
    }
    with suppress(UnicodeEncodeError):  # a program that knows only Latin-1 gets no answer rather than a wrong one
        contents["STRING"] = Item("STRING", 8, text.encode("latin-1"))
    return contents


def item(type_name: str, width: int, value: Any) -> Item:
    """From python-xlib's property value: bytes for 8 bits, else numbers."""
    return Item(type_name, width, bytes(value) if width == 8 else tuple(int(number) for number in value))
