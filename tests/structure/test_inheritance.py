"""Inheritance is not used to cut one class in two: a base class is used on its own or has several subclasses."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"


def _name(node: ast.expr) -> str:
    """The last part of a base class or a called function: `pg.PlotWidget` and `Generic[T]` → PlotWidget, Generic."""
    return ast.unparse(node).split("[")[0].rsplit(".", 1)[-1]


def _exceptions(bases: dict[str, list[str]]) -> set[str]:
    """Classes that derive from an exception: a subclass narrows what `except` catches, so one is enough."""
    found = {name for name, parents in bases.items() if any(each.endswith(("Error", "Exception")) for each in parents)}
    while more := {name for name, parents in bases.items() if set(parents) & found} - found:
        found |= more
    return found


def halved_classes(sources: dict[str, str]) -> list[str]:
    """Base classes with exactly one subclass that nothing else uses, one line each.

    Protocols are no base classes in this sense: other classes have their methods without naming them.
    """
    bases: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    used: Counter[str] = Counter()
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = [_name(base) for base in node.bases]
                places[node.name] = f"{path}:{node.lineno}"
            elif isinstance(node, ast.Call):
                used[_name(node.func)] += 1
    subclasses = Counter(parent for parents in bases.values() for parent in parents)
    exempt = _exceptions(bases) | {name for name, parents in bases.items() if "Protocol" in parents}
    return [
        f"{places[name]}: class {name} has one subclass and is never created on its own: make one class of both"
        for name in bases
        if subclasses[name] == 1 and not used[name] and name not in exempt
    ]


def test_no_class_is_cut_in_two() -> None:
    sources = {str(path.relative_to(APP)): path.read_text(encoding="utf-8") for path in sorted(APP.rglob("*.py"))}
    assert not halved_classes(sources)


def test_rule_sees_what_it_forbids() -> None:
    half, whole = "class Half: ...\n", "class Whole(Half): ...\n"
    assert halved_classes({"a.py": half, "b.py": whole}) == [
        "a.py:1: class Half has one subclass and is never created on its own: make one class of both"
    ]
    assert halved_classes({"a.py": half + whole + "class Other(Half): ...\n"}) == []
    assert halved_classes({"a.py": half + whole + "Half()\n"}) == []
    assert halved_classes({"a.py": "class Half(Protocol): ...\n" + whole}) == []
    assert halved_classes({"a.py": "class Half(OSError): ...\n" + whole}) == []
