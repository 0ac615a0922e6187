"""The text before the cursor, as programs report it to assistive technology (AT-SPI). Insertion thread.

Used only where an accessibility bus is already running, for `LOOK_S` unless the caller has more time. Source: the D-Bus
interfaces of at-spi2-core 2.46 (org.a11y.atspi.Accessible, Collection, Text).
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from jeepney import DBusAddress, MessageFlag, MessageType, Properties, new_method_call
from jeepney.io.blocking import open_dbus_connection

from saywrite.desktop.dbus import UNREADABLE
from saywrite.desktop.insertion.base import LOOK_S, TargetWindow

log = logging.getLogger(__name__)

AGAIN_S = 30.0
"""Seconds until a missing bus is looked for again."""

CONTEXT = 300  # characters: the sentence before the cursor, without copying a whole document
_MOST = 250
"""Objects of a window to search, where the program cannot search them itself."""

_ROOT = "/org/a11y/atspi/accessible/root"
_REGISTRY = "org.a11y.atspi.Registry"
_ACTIVE, _FOCUSED = 1, 12  # bits of AtspiStateType
_PASSWORD_TEXT = 40  # ATSPI_ROLE_PASSWORD_TEXT
_OBJECT = "\ufffc"
"""AT-SPI's character for an object inside the text, such as an image."""

_ANY, _ALL = 2, 1
_CANONICAL = 1  # ATSPI_Collection_SORT_ORDER_CANONICAL
_EXPECTED = (OSError, RuntimeError, StopIteration, *UNREADABLE)
"""What jeepney raises for a missing or vanished bus, and what malformed answers cause."""

Place = tuple[str, str]
"""A program's name on the bus and the path of one of its objects."""


class _Silent(Exception):
    """There was no answer in time."""


class AccessibleText:
    """Asks the program in front over AT-SPI."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._connection: Any = None
        self._tried = float("-inf")
        self._focused: tuple[int, Place] | None = None
        self._deadline = 0.0

    def look(self, target: TargetWindow | None, limit_s: float = LOOK_S) -> str | None:
        """The text before the cursor of `target`; None where it is not reported within `limit_s` seconds."""
        self._deadline = time.monotonic() + limit_s
        if not self._connect():
            return None
        try:
            place = self._find(target)
            return None if place is None else self._before(place)
        except _Silent:
            return None
        except _EXPECTED as error:
            log.info("the accessibility bus went away: %s", type(error).__name__)
            self.close()
            return None

    def close(self) -> None:
        connection, self._connection, self._focused = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.close()

    def _connect(self) -> bool:
        now = time.monotonic()
        if self._connection is None and now - self._tried > AGAIN_S:
            self._tried = now
            with contextlib.suppress(*_EXPECTED):
                address = self._environ.get("AT_SPI_BUS_ADDRESS") or self._address()
                if address:
                    self._connection = open_dbus_connection(address)
        return self._connection is not None

    def _address(self) -> str:
        """Where the session's accessibility bus is; it is not started for this."""
        launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        question = new_method_call(launcher, "GetAddress")
        question.header.flags |= MessageFlag.no_auto_start
        with open_dbus_connection("SESSION") as session:
            reply = session.send_and_get_reply(question, timeout=LOOK_S)
        return str(reply.body[0]) if reply.header.message_type is MessageType.method_return else ""

    def _find(self, target: TargetWindow | None) -> Place | None:
        """The object with the focus in the active window; the one of last time if it still has it."""
        window = target.window if target is not None else 0
        if self._focused is not None and self._focused[0] == window:
            with contextlib.suppress(_Silent):
                if self._has(self._focused[1], _FOCUSED):
                    return self._focused[1]
        self._focused = None
        foreign = target is not None and not target.own
        for program in self._children((_REGISTRY, _ROOT)):
            with contextlib.suppress(_Silent):
                for top in self._children(program):
                    if not self._has(top, _ACTIVE) or (foreign and self._is_this_process(top)):
                        continue  # our own window reports late that it lost the focus, and may show the same text
                    if (found := self._focus_in(top)) is not None:
                        self._focused = window, found
                        return found
            self._left_s()  # raises when time is up
        return None

    def _is_this_process(self, place: Place) -> bool:
        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        return bool(self._answer(new_method_call(bus, "GetConnectionUnixProcessID", "s", (place[0],))) == os.getpid())

    def _focus_in(self, top: Place) -> Place | None:
        rule: tuple[Any, ...] = ([1 << _FOCUSED, 0], _ALL, {}, _ANY, [], _ANY, [], _ANY, False)
        with contextlib.suppress(_Silent):
            reply = self._ask(top, "Collection", "GetMatches", "(aiia{ss}iaiiasib)uib", rule, _CANONICAL, 1, True)
            if reply:
                return str(reply[0][0]), str(reply[0][1])
        # Qt answers, and finds nothing
        return next((place for place in self._walk(top) if self._has(place, _FOCUSED)), None)

    def _walk(self, top: Place) -> Iterator[Place]:
        waiting = [top]
        for _ in range(_MOST):
            if not waiting:
                return
            place = waiting.pop(0)
            yield place
            with contextlib.suppress(_Silent):
                waiting += self._children(place)
            self._left_s()

    def _before(self, place: Place) -> str | None:
        """The text before the cursor, or before the selection that a text would replace."""
        if self._ask(place, "Accessible", "GetRole") == _PASSWORD_TEXT:
            return None
        address = DBusAddress(place[1], place[0], "org.a11y.atspi.Text")
        caret = int(self._answer(Properties(address).get("CaretOffset"))[1])
        if caret < 0:
            return None
        with contextlib.suppress(_Silent):
            if int(self._ask(place, "Text", "GetNSelections")) == 1:
                caret = min(caret, *map(int, self._ask(place, "Text", "GetSelection", "i", 0)))
        if caret == 0:
            return ""
        text = str(self._ask(place, "Text", "GetText", "ii", max(0, caret - CONTEXT), caret))
        return None if not text or text.endswith(_OBJECT) else text

    def _children(self, place: Place) -> list[Place]:
        return [(str(name), str(path)) for name, path in self._ask(place, "Accessible", "GetChildren")]

    def _has(self, place: Place, state: int) -> bool:
        low, high = self._ask(place, "Accessible", "GetState")
        return bool((low | high << 32) >> state & 1)

    def _ask(self, place: Place, interface: str, method: str, signature: str = "", *body: object) -> Any:
        address = DBusAddress(place[1], place[0], f"org.a11y.atspi.{interface}")
        return self._answer(new_method_call(address, method, signature or None, body))

    def _answer(self, question: Any) -> Any:
        try:
            reply = self._connection.send_and_get_reply(question, timeout=self._left_s())
        except TimeoutError as error:
            raise _Silent from error
        if reply.header.message_type is MessageType.error:
            raise _Silent
        return reply.body[0] if len(reply.body) == 1 else reply.body

    def _left_s(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _Silent
        return left
