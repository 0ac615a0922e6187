"""Every public class, and every public function over 8 lines, has a docstring that can be read at a glance.

The first sentence of every docstring has at most 100 characters and ends in a period. A method of the window that
overrides one of Qt needs no docstring, because Qt documents it. To list the violations:

    python tests/structure/test_docstrings.py [PACKAGE...]     for example: foundation storage/history main.py
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"

WINDOW = "ui"
"""The package whose classes override methods of Qt."""

QT_MODULES = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets", "pyqtgraph")

FUNCTION_LINES = 8
"""A public function with more lines than this has a docstring; the docstring's own lines do not count."""

SENTENCE = 100
"""Characters of the first sentence of a docstring, its period included."""

# The first line of a paragraph, up to a period, question mark or colon that ends it or stands before a capital.
_SENTENCE_END = re.compile(r"[.?!](?=\s+[A-Z“\"`'(\[…]|\s*$)|:(?=\s*\Z)")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def first_sentence(docstring: str) -> str:
    """The first paragraph up to the end of its first sentence, on one line; the whole paragraph without an end."""
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    end = _SENTENCE_END.search(paragraph)
    return paragraph[: end.end()] if end else paragraph


def nodes(tree: ast.Module) -> Iterator[tuple[str, Documented, bool, ast.ClassDef | None]]:
    """Name, node, whether it is public, and its class, of a module with all its classes and functions.

    Functions and classes within a function are left out.
    """
    yield "", tree, True, None

    def walk(
        body: list[ast.stmt], prefix: str, public: bool, owner: ast.ClassDef | None
    ) -> Iterator[tuple[str, Documented, bool, ast.ClassDef | None]]:
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                is_public = public and not node.name.startswith("_")
                yield f"{prefix}{node.name}", node, is_public, owner
                if isinstance(node, ast.ClassDef):
                    yield from walk(node.body, f"{prefix}{node.name}.", is_public, node)

    yield from walk(tree.body, "", True, None)


def lines_of_code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring aside."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@cache
def qt_names(base: str) -> frozenset[str]:
    """What the class `base` of Qt or pyqtgraph defines or inherits; nothing for any other class."""
    for module in QT_MODULES:
        found = getattr(importlib.import_module(module), base, None)
        if isinstance(found, type):
            return frozenset(dir(found))
    return frozenset()


def is_qt_override(path: str, owner: ast.ClassDef | None, method: str) -> bool:
    """Whether a method of the window overrides one of a base of its class, which is a class of Qt or pyqtgraph."""
    if owner is None or not is_in(path, (WINDOW,)):
        return False
    return any(method in qt_names(ast.unparse(base).split(".")[-1]) for base in owner.bases)


def faults(path: str, text: str) -> list[str]:
    """What is wrong with the docstrings of a module, one line each."""
    found = []
    for name, node, is_public, owner in nodes(ast.parse(text)):
        line = 1 if isinstance(node, ast.Module) else node.lineno
        where = f"{path}:{line}: {name or 'module'}"
        docstring = ast.get_docstring(node)
        if docstring is None:
            is_long = isinstance(node, ast.Module | ast.ClassDef) or lines_of_code(node) > FUNCTION_LINES
            is_explained = name.endswith(".__init__") or is_qt_override(path, owner, name.split(".")[-1])
            if is_public and is_long and not is_explained:
                found.append(f"{where}: no docstring")
            continue
        sentence = first_sentence(docstring)
        if not sentence.endswith("."):
            found.append(f"{where}: no period behind the first sentence: {sentence[-40:]!r}")
        if len(sentence) > SENTENCE:
            found.append(f"{where}: first sentence of {len(sentence)} characters: {sentence[:40]!r}…")
    return found


def is_in(path: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of `packages` or inside one."""
    return any(path == package or path.startswith(f"{package.rstrip('/')}/") for package in packages)


def faults_in_the_app() -> list[str]:
    """The faults of all modules."""
    paths = sorted(APP.rglob("*.py"))
    assert len(paths) > 10
    return [
        line for path in paths for line in faults(path.relative_to(APP).as_posix(), path.read_text(encoding="utf-8"))
    ]


def test_docstrings_are_there_and_begin_with_a_short_sentence() -> None:
    found = faults_in_the_app()
    assert not found, "\n".join(found)


def test_faults_are_seen() -> None:
    good = '"""What it is for."""\n'
    assert faults("a.py", good) == []
    assert faults("a.py", "x = 1\n") == ["a.py:1: module: no docstring"]
    assert faults("a.py", good + "class A: ...\nclass _B: ...\n") == ["a.py:2: A: no docstring"]
    body = "    x = 1\n"
    assert faults("a.py", good + "def f():\n" + body * 7) == []
    assert faults("a.py", good + "def f():\n" + body * 8) == ["a.py:2: f: no docstring"]
    assert faults("a.py", good + "def _f():\n" + body * 8) == []
    assert faults("a.py", good + "class _A:\n    def f(self):\n" + f"    {body}" * 8) == []
    assert faults("a.py", '"""Words without an end"""\n') == [
        "a.py:1: module: no period behind the first sentence: 'Words without an end'"
    ]
    assert faults("a.py", '"""Words without an end\n\nA sentence."""\n') != []
    assert faults("a.py", f'"""{"x" * 99}."""\n') == []
    assert faults("a.py", f'"""{"x" * 100}."""\n') == [
        f"a.py:1: module: first sentence of 101 characters: '{'x' * 40}'…"
    ]
    assert faults("a.py", good + 'def _f():\n    """Says half"""\n') != [], "private docstrings are read, too"


def test_override_of_a_qt_method_needs_no_docstring() -> None:
    def listed(path: str, bases: str, name: str) -> list[str]:
        head = f'"""What it is for."""\nclass A{bases}:\n    """An A."""\n    def {name}(self):\n'
        return faults(path, head + "        x = 1\n" * 8)

    assert listed("ui/a.py", "(QWidget)", "paintEvent") == []
    assert listed("ui/a.py", "(Other, QAbstractTableModel)", "data") == []
    assert listed("ui/a.py", "(pg.GraphicsObject)", "paint") == []
    assert listed("ui/a.py", "(QWidget)", "paintRow") == ["ui/a.py:4: A.paintRow: no docstring"], "not a method of Qt"
    assert listed("ui/a.py", "(QWidget)", "data") == ["ui/a.py:4: A.data: no docstring"], "of another class of Qt"
    assert listed("ui/a.py", "", "paintEvent") == ["ui/a.py:4: A.paintEvent: no docstring"]
    assert listed("cli/a.py", "(QWidget)", "paintEvent") == ["cli/a.py:4: A.paintEvent: no docstring"]
    bad = '"""What it is for."""\nclass A(QWidget):\n    """An A."""\n    def paintEvent(self):\n        """Half"""\n'
    assert len(faults("ui/a.py", bad)) == 1, "a docstring that is there is read"


def test_first_sentence_ends_where_a_reader_sees_its_end() -> None:
    assert first_sentence("One. Two.") == "One."
    assert first_sentence("About `a.py` and 3.5 s. Two.") == "About `a.py` and 3.5 s."
    assert first_sentence("Over\ntwo lines. Two.") == "Over two lines."
    assert first_sentence("Such as e.g. this one. Two.") == "Such as e.g. this one."
    assert first_sentence("No end\n\nTwo.") == "No end"


def test_module_is_found_in_its_package() -> None:
    assert is_in("ui/app/frontend.py", ("ui",))
    assert is_in("main.py", ("main.py",))
    assert not is_in("uifoo/a.py", ("ui",))


if __name__ == "__main__":
    wanted = tuple(sys.argv[1:])
    listed = [line for line in faults_in_the_app() if not wanted or is_in(line.split(":")[0], wanted)]
    counts = Counter(line.split(": ")[2].split(" of ")[0] for line in listed)
    totals = [f"{number:5} {kind}" for kind, number in counts.items()]
    sys.stdout.write("\n".join([*listed, *totals, ""]))
    sys.exit(bool(listed))
