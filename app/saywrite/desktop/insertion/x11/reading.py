"""Reading a selection that another program owns: every format, also the ones sent in pieces (INCR)."""

from __future__ import annotations

import time
from typing import Any

from Xlib import X
from Xlib.protocol.event import PropertyNotify, SelectionNotify

from saywrite.desktop.insertion.x11.connection import Connection
from saywrite.desktop.insertion.x11.contents import Contents, Item, item, worth_keeping

MOST_BYTES = 64 * 1024 * 1024
"""Of all formats together; what does not fit is not kept."""

ANSWER_S = 1.0
"""For one answer or one piece of it."""

ALL_S = 3.0
"""For the whole clipboard: the text must not wait longer for it."""


class Reader:
    """Asks the owner of a selection."""

    def __init__(self, connection: Connection) -> None:
        self._x = connection
        self._property = connection.atom("SAYWRITE_READ")
        self._incr = connection.atom("INCR")
        self._answer: int | None = None
        self._answered = 0
        self._pieces = 0

    def read(self, selection: str) -> Contents:
        """All formats worth keeping, of a bounded size, in a bounded time. Empty if nobody owns it."""
        if self._x.display.get_selection_owner(self._x.atom(selection)) == X.NONE:
            return {}
        deadline = time.monotonic() + ALL_S
        targets = self._convert(selection, "TARGETS", MOST_BYTES)
        if targets is None or targets.width != 32:
            # ancient owners answer to STRING only
            names = ["UTF8_STRING", "STRING"]
        else:
            names = [self._x.atom_name(int(atom)) for atom in targets.data if atom]
        found: dict[str, Item] = {}
        left = MOST_BYTES
        for name in worth_keeping(names):
            if time.monotonic() > deadline:
                break
            value = self._convert(selection, name, left)
            if value is not None:
                found[name] = value
                left -= value.size
        return found

    def _convert(self, selection: str, target: str, most: int) -> Item | None:
        """One format, or None: refused, too big, or no answer."""
        self._answer = None
        self._x.handlers.append(self._take)
        try:
            self._x.window.delete_property(self._property)
            self._x.window.convert_selection(
                self._x.atom(selection), self._x.atom(target), self._property, X.CurrentTime
            )
            wanted = self._x.atom(target)
            if not self._x.wait(lambda: self._answer is not None and self._answered == wanted, ANSWER_S):
                return None
            if self._answer == X.NONE:
                return None
            self._pieces = 0  # pieces count from when the property is deleted, which begins an INCR transfer
            reply = self._take_property()
            if reply is None:
                return None
            if reply.property_type == self._incr:
                return self._in_pieces(most)
            value = item(self._x.atom_name(reply.property_type), reply.format, reply.value)
            return value if value.size <= most else None
        finally:
            self._x.handlers.remove(self._take)

    def _in_pieces(self, most: int) -> Item | None:
        """The rest of an INCR transfer: each piece is a new value of the property, an empty one ends it. One that
        is too big is read to its end all the same, so that its owner is not left hanging.
        """
        pieces: list[Any] = []
        size, kind, width = 0, 0, 8
        deadline = time.monotonic() + ALL_S
        while time.monotonic() < deadline:
            if not self._x.wait(lambda: self._pieces > 0, ANSWER_S):
                return None
            self._pieces -= 1
            reply = self._take_property()
            if reply is None:
                continue
            if len(reply.value) == 0:
                data = b"".join(pieces) if width == 8 else tuple(number for piece in pieces for number in piece)
                return Item(self._x.atom_name(kind), width, data) if size <= most else None
            kind, width = reply.property_type, reply.format
            size += len(reply.value) * width // 8
            if size <= most:
                pieces.append(item("", width, reply.value).data)
        return None

    def _take_property(self) -> Any:
        reply = self._x.window.get_property(self._property, X.AnyPropertyType, 0, MOST_BYTES // 4, True)
        return None if reply is None or reply.property_type == X.NONE else reply

    def _take(self, event: Any) -> None:
        if isinstance(event, SelectionNotify) and event.requestor.id == self._x.window.id:
            self._answer, self._answered = event.property, event.target
        elif (
            isinstance(event, PropertyNotify)
            and event.window.id == self._x.window.id
            and event.atom == self._property
            and event.state == X.PropertyNewValue
        ):
            self._pieces += 1
