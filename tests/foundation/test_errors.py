"""The tree that the module's text draws is the one of the classes."""

from __future__ import annotations

from collections.abc import Iterator

from saywrite.foundation import errors
from saywrite.foundation.errors import SaywriteError


def drawn() -> Iterator[tuple[int, str]]:
    """Depth and name of each line of the tree."""
    for line in (errors.__doc__ or "").splitlines():
        if "SaywriteError" in line or "── " in line:
            name = line.lstrip(" │├└─")
            yield (len(line) - len(name)) // 4 - 1, name


def declared(kind: type[SaywriteError] = SaywriteError, depth: int = 0) -> Iterator[tuple[int, str]]:
    yield depth, kind.__name__
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from declared(below, depth + 1)


def test_the_tree_in_the_text_names_every_error_below_its_parent() -> None:
    assert sorted(drawn()) == sorted(declared())
    assert _parents(drawn()) == _parents(declared())


def _parents(tree: Iterator[tuple[int, str]]) -> dict[str, str]:
    path: list[str] = []
    parents = {}
    for depth, name in tree:
        path = [*path[:depth], name]
        parents[name] = path[depth - 1] if depth else ""
    return parents
