"""Reading a selection that another program owns: every format, also the ones sent in pieces (INCR).

A transfer that takes too long is given up, but its pieces are still taken, because many owners serve no other program
before its end. Insertion thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.protocol.event import PropertyNotify, SelectionNotify

from saywrite.desktop.insertion.base import MOST_BYTES, PASSWORD_HINT, READ_S, FailureReason
from saywrite.desktop.insertion.x11.connection import X11Connection

NOT_DATA = frozenset(
    (
        "TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY",
        "CLIENT_WINDOW", "HOST_NAME", "LENGTH", "USER", "OWNER_OS", "CLASS", "NAME", "PROCESS", "TASK",
        "LIST_LENGTH", "CHARACTER_POSITION", "LINE_NUMBER", "COLUMN_NUMBER", "MODULE", "PROCEDURE", "PIXMAP",
        "BITMAP", "DRAWABLE", "COLORMAP", "FOREGROUND", "BACKGROUND", "WINDOW",
    )
)  # fmt: skip
"""Targets that answer questions, do something, or name things in the server: nothing that could be offered later."""

_FIRST = ("UTF8_STRING", "text/plain;charset=utf-8", "image/png", "text/html", "text/uri-list", "STRING")

TEXT = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING", "COMPOUND_TEXT")
"""The formats of the text itself."""


@dataclass(frozen=True, slots=True)
class ClipboardItem:
    """One format's value as it stands in a window property: `width` is 8, 16 or 32 bits."""

    type: str
    width: int
    data: bytes | tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data) * self.width // 8


Contents = Mapping[str, ClipboardItem]
"""Items by target name, in the owner's order."""


def worth_keeping(targets: list[str]) -> list[str]:
    """The targets that hold data, the most important ones for the user first."""
    data = [name for name in dict.fromkeys(targets) if name not in NOT_DATA]
    return sorted(data, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def of_text(text: str) -> dict[str, ClipboardItem]:
    """A text in every format that programs ask for, with the password hint."""
    utf8 = text.encode("utf-8")
    contents = {
        "UTF8_STRING": ClipboardItem("UTF8_STRING", 8, utf8),
        "text/plain;charset=utf-8": ClipboardItem("text/plain;charset=utf-8", 8, utf8),
        "text/plain": ClipboardItem("text/plain", 8, utf8),
        "TEXT": ClipboardItem("UTF8_STRING", 8, utf8),
        **{name: ClipboardItem(name, 8, value) for name, value in PASSWORD_HINT.items()},
    }
    with suppress(UnicodeEncodeError):  # a program that knows only Latin-1 gets no answer rather than a wrong one
        contents["STRING"] = ClipboardItem("STRING", 8, text.encode("latin-1"))
    return contents


def item(type_name: str, width: int, value: Any) -> ClipboardItem:
    """From python-xlib's property value: bytes for 8 bits, else numbers."""
    return ClipboardItem(type_name, width, bytes(value) if width == 8 else tuple(int(number) for number in value))


class _Unreadable(Exception):
    """A format could not be read: its owner is slow, or it is too large."""

    def __init__(self, trouble: FailureReason) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class SelectionReader:
    """Asks the owner of a selection."""

    def __init__(self, connection: X11Connection) -> None:
        self._x = connection
        self._number = 0
        self._property = 0
        self._incr = connection.atom("INCR")
        self._target = 0
        self._answer: int | None = None
        self._pieces = 0
        self._deadline = 0.0
        self._given_up: set[int] = set()
        connection.handlers.append(self._drain)

    def read(self, selection: str, limit_s: float = READ_S) -> tuple[Contents, FailureReason]:
        """All formats that can be restored; empty without an owner, or if its owner has none.

        With CLIPBOARD_SLOW or CLIPBOARD_BIG the contents are incomplete: they took too long or are too large.
        """
        if self._x.display.get_selection_owner(self._x.atom(selection)) == X.NONE:
            return {}, FailureReason.NONE
        self._deadline = time.monotonic() + limit_s
        found: dict[str, ClipboardItem] = {}
        left = MOST_BYTES
        try:
            targets = self._convert(selection, "TARGETS", MOST_BYTES)
            if targets is None or targets.width != 32:
                # ancient owners answer to STRING only
                names = ["UTF8_STRING", "STRING"]
            else:
                names = [self._x.atom_name(int(atom)) for atom in targets.data if atom]
            for name in worth_keeping(names):
                value = self._convert(selection, name, left)
                if value is not None:
                    found[name] = value
                    left -= value.size
        except _Unreadable as error:
            return found, error.trouble
        return found, FailureReason.NONE

    def _convert(self, selection: str, target: str, most: int) -> ClipboardItem | None:
        """One format, or None where it is refused. Raises `_Unreadable`."""
        # Each request has a property of its own, so that a late answer is not taken for that of the next request.
        self._number = (self._number + 1) % 64
        self._property = self._x.atom(f"SAYWRITE_READ_{self._number}")
        self._given_up.discard(self._property)
        self._answer, self._target = None, self._x.atom(target)
        self._x.handlers.append(self._take)
        try:
            self._x.window.delete_property(self._property)
            self._x.window.convert_selection(self._x.atom(selection), self._target, self._property, X.CurrentTime)
            self._wait(lambda: self._answer is not None)
            if self._answer == X.NONE:
                return None
            self._pieces = 0  # pieces count from when the property is deleted, which begins an INCR transfer
            reply = self._take_property()
            if reply is None:
                return None
            if reply.property_type == self._incr:
                if len(reply.value) and int(reply.value[0]) > most:  # a lower bound of the size
                    raise _Unreadable(FailureReason.CLIPBOARD_BIG)
                return self._in_pieces(most)
            value = item(self._x.atom_name(reply.property_type), reply.format, reply.value)
            if value.size > most:
                raise _Unreadable(FailureReason.CLIPBOARD_BIG)
            return value
        except _Unreadable:
            self._given_up.add(self._property)
            self._x.window.delete_property(self._property)
            raise
        finally:
            self._x.handlers.remove(self._take)

    def _wait(self, done: Callable[[], bool]) -> None:
        left = self._deadline - time.monotonic()
        if left < 0 or not self._x.wait(done, left):
            raise _Unreadable(FailureReason.CLIPBOARD_SLOW)

    def _in_pieces(self, most: int) -> ClipboardItem:
        """The rest of an INCR transfer: each piece is a new value of the property, an empty one ends it."""
        pieces: list[Any] = []
        size, kind, width = 0, 0, 8
        while True:
            self._wait(lambda: self._pieces > 0)
            self._pieces -= 1
            reply = self._take_property()
            if reply is None:
                continue
            if len(reply.value) == 0:
                data = b"".join(pieces) if width == 8 else tuple(number for piece in pieces for number in piece)
                return ClipboardItem(self._x.atom_name(kind), width, data)
            kind, width = reply.property_type, reply.format
            size += len(reply.value) * width // 8
            if size > most:
                raise _Unreadable(FailureReason.CLIPBOARD_BIG)
            pieces.append(item("", width, reply.value).data)

    def _take_property(self) -> Any:
        reply = self._x.window.get_property(self._property, X.AnyPropertyType, 0, MOST_BYTES // 4, True)
        return None if reply is None or reply.property_type == X.NONE else reply

    def _take(self, event: Any) -> None:
        if isinstance(event, SelectionNotify) and event.requestor.id == self._x.window.id:
            if event.target == self._target and event.property in (X.NONE, self._property):
                self._answer = event.property
        elif (
            isinstance(event, PropertyNotify)
            and event.window.id == self._x.window.id
            and event.atom == self._property
            and event.state == X.PropertyNewValue
        ):
            self._pieces += 1

    def _drain(self, event: Any) -> None:
        """Delete the pieces of an abandoned transfer; each deletion requests the next, an empty one ends it."""
        if isinstance(event, SelectionNotify) and event.requestor.id == self._x.window.id:
            place = event.property
        elif isinstance(event, PropertyNotify) and event.state == X.PropertyNewValue:
            place = event.atom
        else:
            return
        if place in self._given_up:
            reply = self._x.window.get_property(place, X.AnyPropertyType, 0, 0)
            if reply is not None and reply.property_type not in (X.NONE, self._incr) and reply.bytes_after == 0:
                self._given_up.discard(place)
            self._x.window.delete_property(place)
