"""Every function of a C library has the types of its arguments and of its result declared where it is used.

Without them ctypes passes and returns C's `int`: a handle or a pointer loses its upper 32 bits, and a byte has whatever
the register holds above it. Windows and macOS show that on the real system only, so the source is read here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"

LOADERS = {"CDLL", "WinDLL"}
SHARED = {"windll", "cdll", "oledll"}
"""What is declared for a function of these objects holds in every module, and another one may declare it otherwise."""

FOREIGN = re.compile(r"[A-Z]+[a-z]\w*[A-Z]\w*|(objc|sel|pa|dispatch)_\w+")
"""Names of functions of Windows, of Apple's frameworks and of the C libraries that Saywrite loads."""

TABLE = "_Functions"
"""The annotation of a table by name, whose values are the result's type and the arguments' types."""

BOTH = {"argtypes", "restype"}


def undeclared(source: str) -> set[str]:
    """The foreign functions that a module uses without the types, and the shared loaders that it takes them from."""
    tree = ast.parse(source)
    words = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    words |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    if not words & (LOADERS | SHARED):
        return set()
    declared = _declared(tree)
    return {name for name in _functions_in(tree) if declared.get(name, set()) != BOTH} | (words & SHARED)


def _functions_in(tree: ast.AST) -> Iterator[str]:
    """The foreign functions that are named as attributes or asked for with `getattr(CDLL(…), "name")`."""
    modules = {"ctypes", "wintypes"} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and FOREIGN.fullmatch(node.attr) and not node.attr.endswith("Error"):
            if not (isinstance(node.value, ast.Name) and node.value.id in modules) and node.attr not in LOADERS:
                yield node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and "DLL(" in ast.unparse(node.args[0]):
            assert isinstance(node.args[1], ast.Constant), ast.unparse(node)
            yield str(node.args[1].value)


def _declared(tree: ast.AST) -> dict[str, set[str]]:
    """By function, what is declared: directly, through a local name of the function, or in a table."""
    declared: dict[str, set[str]] = {}
    local: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in _targets(node):
                if isinstance(target, ast.Name):
                    local.setdefault(target.id, []).extend(_functions_in(node.value))
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == TABLE:
            assert isinstance(node.value, ast.Dict)
            declared |= {str(key.value): BOTH for key in node.value.keys if isinstance(key, ast.Constant)}
    for node in ast.walk(tree):
        for target in _targets(node) if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Attribute) and target.attr in BOTH:
                of = target.value
                for name in local.get(of.id, []) if isinstance(of, ast.Name) else [getattr(of, "attr", "")]:
                    declared.setdefault(name, set()).add(target.attr)
    return declared


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[ast.expr]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


def test_every_foreign_function_has_its_types_declared() -> None:
    found = {
        f"{path.relative_to(APP)}: {name}"
        for path in APP.rglob("*.py")
        for name in undeclared(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_undeclared_function_and_shared_loader_are_found() -> None:
    whole = "user = ctypes.WinDLL('user32')\nuser.IsWindow.restype, user.IsWindow.argtypes = BOOL, (HWND,)\n"
    assert undeclared(whole + "user.IsWindow(w)") == set()
    assert undeclared(whole + "user.GetFocus()") == {"GetFocus"}
    assert undeclared("user = ctypes.CDLL('u')\nuser.IsWindow.restype = BOOL\nuser.IsWindow(1)") == {"IsWindow"}
    assert undeclared("ctypes.windll.user32.IsWindow(w)") == {"windll", "IsWindow"}
    assert undeclared("ask = getattr(ctypes.CDLL(None), 'mallopt', None)\nask.restype = INT\nask(1)") == {"mallopt"}
    named = "ask = getattr(ctypes, 'WinDLL')('k').GetTime\nask.restype, ask.argtypes = INT, ()\n"
    assert undeclared(named + "ask()") == set()
    table = "_USER: _Functions = {'GetFocus': (HWND, ())}\nuser = load(ctypes.WinDLL('user32'), _USER)\n"
    assert undeclared(table + "user.GetFocus()\nuser.SetFocus(w)") == {"SetFocus"}
    assert undeclared("thread.SimpleThing()") == set()
