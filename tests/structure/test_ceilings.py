"""Small modules with one purpose: a file 400 lines, a function 40, a class 25 public methods, the main window 15.

A function's docstring does not count. Raise a ceiling only in `RAISED`, with its reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"

FILE_LINES = 400
FUNCTION_LINES = 40
CLASS_METHODS = 25
OF_CLASS = {"MainWindow": 15}

RAISED: dict[str, tuple[int, str]] = {
    "foundation/events.py": (657, "the vocabulary of all layers, on one page so that it can be read as a whole"),
    "main.py": (410, "the composition root: every front end is built on one page"),
    "dictation/api.py:Dictation": (45, "a facade: one line for each command of the user, no logic to cut out"),
}
"""What is over its ceiling for a good reason: "folder/module.py", or with ":name", → (new ceiling, why)."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def length(function: Function) -> int:
    """Lines from `def` to the end, the docstring aside."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def over_ceiling(source: str, name: str, raised: dict[str, tuple[int, str]] = RAISED) -> list[str]:
    """What in a module is too big, one line each."""
    found = [(name, len(source.splitlines()), FILE_LINES, "lines")]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            found.append((f"{name}:{node.name}", length(node), FUNCTION_LINES, "lines"))
        elif isinstance(node, ast.ClassDef):
            methods = sum(isinstance(each, Function) and not each.name.startswith("_") for each in node.body)
            found.append((f"{name}:{node.name}", methods, OF_CLASS.get(node.name, CLASS_METHODS), "methods"))
    return [
        f"{where}: {size} {unit}, the ceiling is {raised.get(where, (ceiling,))[0]}"
        for where, size, ceiling, unit in found
        if size > raised.get(where, (ceiling,))[0]
    ]


def test_nothing_in_the_program_is_over_its_ceiling() -> None:
    paths = sorted(APP.rglob("*.py"))
    assert len(paths) > 10
    big = [
        line for path in paths for line in over_ceiling(path.read_text(encoding="utf-8"), str(path.relative_to(APP)))
    ]
    assert not big, "\n".join(big)


def test_a_raised_ceiling_has_a_reason_and_is_still_needed() -> None:
    for where, (_ceiling, reason) in RAISED.items():
        path = APP / where.split(":")[0]
        assert len(reason) > 20, where
        bare = over_ceiling(path.read_text(encoding="utf-8"), where.split(":")[0], raised={})
        assert any(line.startswith(where + ":") for line in bare), f"{where} is small enough by now"


def a_class(name: str, methods: int) -> str:
    return f"class {name}:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(methods))


def a_function(lines: int, docstring: int = 0) -> str:
    text = '    """\n' + "    words\n" * (docstring - 2) + '    """\n' if docstring else ""
    return "def f():\n" + text + "    x = 1\n" * (lines - 1)


def test_the_ceilings_hold_exactly() -> None:
    assert over_ceiling("x = 1\n" * 400, "a.py") == []
    assert over_ceiling("x = 1\n" * 401, "a.py") == ["a.py: 401 lines, the ceiling is 400"]
    assert over_ceiling(a_function(40), "a.py") == []
    assert over_ceiling(a_function(41), "a.py") == ["a.py:f: 41 lines, the ceiling is 40"]
    assert over_ceiling(a_function(40, docstring=30), "a.py") == []
    assert over_ceiling(a_class("Any", 25), "a.py") == []
    assert over_ceiling(a_class("Any", 26), "a.py") == ["a.py:Any: 26 methods, the ceiling is 25"]
    assert over_ceiling(a_class("MainWindow", 16), "a.py") == ["a.py:MainWindow: 16 methods, the ceiling is 15"]
    assert over_ceiling("x = 1\n" * 401, "a.py", {"a.py": (450, "a reason")}) == []
