"""Rules that the accessible tree of each window has to keep; pure functions that return a line for each violation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tests.system.lab.accessible_tree import CHECKABLE, ENABLED, EXPANDABLE, FOCUSABLE, Node

WINDOWS = frozenset({"frame", "dialog", "alert", "file chooser"})
BUTTONS = frozenset({"push button", "toggle button", "button menu", "check box", "radio button"})
CONTAINERS = frozenset({"list", "table", "tree", "tree table", "page tab list"})
CONTROLS = BUTTONS | CONTAINERS | {"combo box", "text", "password text", "spin box", "slider", "chart", "link"}
"""Roles from which a person learns what can be done with a control."""
PARTS = frozenset({"list item", "table cell", "cell", "tree item", "page tab", "column header", "menu item"})
"""Parts of a container: the container has the place in the order of Tab."""
READABLE = frozenset({"label"})
"""Text that can be selected; it need not be in the order of Tab."""


def _is_tab_widget(node: Node, nodes: Iterable[Node]) -> bool:
    """Whether it is the frame around tabs, which passes the focus on to them."""
    return node.role == "filler" and any(
        other.role == "page tab list" and other.above[-1:] == (node.path,) for other in nodes
    )


def controls(nodes: Sequence[Node]) -> list[Node]:
    """What a person operates in a window, without the window itself and the parts of lists and tables."""
    return [
        node
        for node in nodes[1:]
        if (node.has(FOCUSABLE) or node.role in BUTTONS)
        and node.role not in PARTS | READABLE
        and not _is_tab_widget(node, nodes)
    ]


def violations(nodes: Sequence[Node]) -> list[str]:
    """What is wrong with names, roles and states in a window; its nodes with the window first."""
    window, operated = nodes[0], controls(nodes)
    found = [] if window.role in WINDOWS else [f"the window is no window: {window}"]
    if not window.name:
        found.append("the window has no title")
    for node in operated:
        if node.role not in CONTROLS:
            found.append(f"the role does not say what it is: {node}")
        if not node.name:
            found.append(f"no name: {node}")
        if node.role == "combo box" and not (node.labelled or node.description):
            found.append(f"only its value is known: {node}")
        if node.role == "combo box" and not node.has(EXPANDABLE):
            found.append(f"it does not say that it opens: {node}")
        if node.role in ("check box", "radio button") and not node.has(CHECKABLE):
            found.append(f"it does not say that it can be checked: {node}")
    found += [f"no name: {node}" for node in nodes if node.role in ("list item", "page tab") and not node.name]
    same = Counter((node.role, node.name, node.description if node.role == "combo box" else "") for node in operated)
    found += [f"{number} controls are called {role} {name!r}" for (role, name, _), number in same.items() if number > 1]
    return found


def unreached(nodes: Sequence[Node], stops: Iterable[str]) -> list[str]:
    """Enabled controls that Tab does not reach. `stops`: the paths that had the focus, one after the other."""
    above = {node.path: node.above for node in nodes}
    reached = {path for stop in stops for path in (stop, *above.get(stop, ()))}
    one_of_group = any(node.role == "radio button" and node.path in reached for node in nodes)
    return [
        str(node)
        for node in controls(nodes)
        if node.has(ENABLED) and node.has(FOCUSABLE) and node.path not in reached
        if not (node.role == "radio button" and one_of_group)
    ]


def out_of_order(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """Which names of `order` come too late or never, when Tab goes in a circle through `names`."""
    if not order:
        return []
    if order[0] not in names:
        return [f"Tab does not reach {order[0]!r}"]
    begin = names.index(order[0])
    circle = [*names[begin:], *names[:begin]]
    places = [circle.index(name) if name in circle else -1 for name in order]
    pairs = zip(pairwise(order), pairwise(places), strict=True)
    return [f"Tab has {late!r} before {early!r}" for (early, late), (first, second) in pairs if second < first]
