"""Folders and classes are named after what they do; every module says what it is for; no test sleeps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"
TESTS = ROOT / "tests"

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "core", "common", "misc"}
FIXED_WAITS = {"time.sleep", "QTest.qWait", "qtbot.wait"}
EMPTY_CLASSES = re.compile(r"(Manager|Helper|Util|Utils)$")


def sources(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def empty_names(paths: list[str]) -> list[str]:
    """Paths in which a folder or module is named after nothing a user would name."""
    return [path for path in paths if EMPTY_NAMES & set(Path(path).with_suffix("").parts)]


def faults(source: str, name: str) -> list[str]:
    """A missing module docstring and classes named after no duty."""
    tree = ast.parse(source)
    found = [] if (ast.get_docstring(tree) or "").strip() else [f"{name}: no docstring says what it is for"]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and EMPTY_CLASSES.search(node.name):
            found.append(f"{name}: class {node.name}: name it after what it does")
    return found


def sleeps(source: str, name: str) -> list[str]:
    """Calls that wait for a fixed time: `time.sleep`, however imported, `QTest.qWait`, `qtbot.wait`.

    The pause between two looks at a condition, in a function called `wait_…`, is none of them.
    """
    tree = ast.parse(source)
    waits = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("wait_")]
    pauses = {id(inner) for wait in waits for inner in ast.walk(wait)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [node.lineno for alias in node.names if alias.name == "sleep"]
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in FIXED_WAITS and id(node) not in pauses:
            found.append(node.lineno)
    return [f"{name}:{line}: waits for a fixed time; wait for what should happen" for line in found]


def test_folders_and_modules_are_named_after_what_a_user_would_name() -> None:
    assert not empty_names([name for name, _source in sources(APP)])


def test_every_module_says_what_it_is_for_and_every_class_what_it_does() -> None:
    found = [line for name, source in sources(APP) for line in faults(source, name)]
    assert not found, "\n".join(found)


def test_every_test_module_says_what_it_specifies() -> None:
    found = [line for name, source in sources(TESTS) for line in faults(source, name)]
    assert not found, "\n".join(found)


def test_no_test_sleeps() -> None:
    found = [line for name, source in sources(TESTS) for line in sleeps(source, name)]
    assert not found, "\n".join(found)


def test_the_rules_see_what_they_forbid() -> None:
    assert empty_names(["app/saywrite/utils/x.py", "app/saywrite/core.py", "app/saywrite/text/score.py"]) == [
        "app/saywrite/utils/x.py",
        "app/saywrite/core.py",
    ]
    assert faults("x = 1\n", "a.py") == ["a.py: no docstring says what it is for"]
    assert faults('"""What."""\nclass AudioManager: ...\n', "a.py") == [
        "a.py: class AudioManager: name it after what it does"
    ]
    assert faults('"""What."""\nclass Manages: ...\n', "a.py") == []
    for line in ("import time\ntime.sleep(1)", "from time import sleep", "qtbot.wait(10)"):
        assert len(sleeps(line, "a.py")) == 1
    assert sleeps("def wait_for(c):\n    while not c():\n        time.sleep(0.1)", "a.py") == []
    assert sleeps("event.wait(10)\nqtbot.waitUntil(done)", "a.py") == []
