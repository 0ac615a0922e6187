"""The accessible tree of each window over AT-SPI, and where the focus is.

`AccessibleTree` reads windows with all their widgets, and follows the focus by the events that a screen reader gets.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection, unwrap_msg
from tests.system.lab.desktop import wait_for
from tests.system.lab.screen_reader import ROOT, Gone, ScreenReader

CHECKED, ENABLED, EXPANDABLE, EXPANDED, FOCUSABLE, FOCUSED, SHOWING, CHECKABLE = 4, 8, 9, 10, 11, 12, 25, 41
"""Numbers of states, from atspi-constants.h."""
REGISTRY = "org.a11y.atspi.Registry"
FOCUS_EVENT = "object:state-changed:focused"
LABELLED_BY = 2
"""The number of the relation of a control to the label beside it."""
MOST_ITEMS = 60
"""So many items of a list or cells of a table are read."""


@dataclass(frozen=True, slots=True)
class Node:
    """One widget. `above` holds the paths of the widgets around it, the window first."""

    path: str
    role: str
    name: str
    description: str
    states: int
    labelled: bool
    above: tuple[str, ...]

    def has(self, state: int) -> bool:
        return bool(self.states >> state & 1)

    def __str__(self) -> str:
        return f"{self.role} {self.name!r}" + (f" ({self.description})" if self.description else "")


class AccessibleTree:
    """Use `accessible_tree()`."""

    def __init__(self, reader: ScreenReader, connection: DBusConnection) -> None:
        self._reader = reader
        self._connection = connection
        self._signals: deque[Message] = deque()
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member="StateChanged")
        unwrap_msg(connection.send_and_get_reply(message_bus.AddMatch(rule)))
        self._filter = connection.filter(rule, queue=self._signals)
        register = new_method_call(
            DBusAddress("/org/a11y/atspi/registry", REGISTRY, REGISTRY), "RegisterEvent", "s", (FOCUS_EVENT,)
        )
        unwrap_msg(connection.send_and_get_reply(register))

    def windows(self) -> list[list[Node]]:
        """The nodes of every visible window, the window itself first."""
        found: list[list[Node]] = []
        for owner, path in self._reader.ask(REGISTRY, ROOT, "Accessible", "GetChildren"):
            try:
                tops = self._reader.ask(owner, path, "Accessible", "GetChildren")
            except Gone:
                continue
            for top in tops:
                nodes: list[Node] = []
                self._collect(*top, (), nodes)
                if nodes:
                    found.append(nodes)
        return found

    def window(self, title: str, limit_s: float = 10.0) -> list[Node]:
        """The nodes of the window with this title, once it is shown."""
        found: list[list[Node]] = []

        def is_shown() -> bool:
            found[:] = [nodes for nodes in self.windows() if nodes[0].name == title]
            return bool(found)

        wait_for(is_shown, f"no window “{title}”", limit_s)
        return found[0]

    def forget_focus(self) -> None:
        """Ignore the changes of the focus that have been reported so far."""
        while self.next_focus(0.0):
            pass

    def next_focus(self, limit_s: float) -> str:
        """The path of the widget that gets the focus next; "" when none does within the limit."""
        deadline = time.monotonic() + limit_s
        while True:
            try:
                left_s = max(0.0, deadline - time.monotonic())
                event = self._connection.recv_until_filtered(self._signals, timeout=left_s)
            except TimeoutError:
                return ""
            if event.body[0] == "focused" and event.body[1]:
                return str(event.header.fields[HeaderFields.path])

    def _collect(self, owner: str, path: str, above: tuple[str, ...], found: list[Node]) -> None:
        ask, get = self._reader.ask, self._reader.get
        try:
            low, high = ask(owner, path, "Accessible", "GetState")
            states = low | high << 32
            if not states >> SHOWING & 1:
                return
            role = ask(owner, path, "Accessible", "GetRoleName")
            name, description = (str(get(owner, path, "Accessible", word)) for word in ("Name", "Description"))
            relations = ask(owner, path, "Accessible", "GetRelationSet") if role == "combo box" else ()
            labelled = any(kind == LABELLED_BY for kind, _ in relations)
            found.append(Node(path, role, name, description, states, labelled, above))
            children = ask(owner, path, "Accessible", "GetChildren")[:MOST_ITEMS]
        except Gone:
            return
        for child in children:
            self._collect(*child, (*above, path), found)


@contextmanager
def accessible_tree(reader: ScreenReader) -> Iterator[AccessibleTree]:
    """The tree, read over a connection of its own; start the program afterward, so that it reports the focus."""
    with open_dbus_connection(reader.env["AT_SPI_BUS_ADDRESS"]) as connection:
        yield AccessibleTree(reader, connection)
