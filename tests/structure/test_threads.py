"""The README's table of threads has every thread that the code starts, and no other."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"

KINDS = 10
"""Kinds of thread that live as long as the window or a recording: the rows of the table."""


def table(readme: str) -> dict[str, set[str]]:
    """The names in the log of each kind of thread in the README's table."""
    rows = re.findall(r"^\| ([^|]+) \| (`[^|]+`) \| [^|]+ \| [^|]+ \|$", readme, re.MULTILINE)
    return {kind: set(re.findall("`([^`]+)`", names)) for kind, names in rows}


def brief(readme: str) -> set[str]:
    """The names of the threads that end by themselves: the paragraph below the table."""
    paragraph = readme.split("\nWork that ends by itself")[1].split("\n\n")[0]
    return set(re.findall("`([^`]+)`", paragraph.replace("\n", " ")))


def names_in(source: str) -> set[str]:
    """The names of the threads that a module starts; a number becomes "N", a word that varies "…"."""
    found = set()
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        given = {each.arg: each.value for each in call.keywords}
        if "daemon" in given:
            found.add(_written(given["name"]) if "name" in given else "a thread without a name")
        elif isinstance(call.func, ast.Name) and call.func.id == "SelectorThread":
            found.add(_written(call.args[0]))
    return found


def _written(name: ast.expr) -> str:
    if isinstance(name, ast.Constant):
        return str(name.value)
    if isinstance(name, ast.Name):
        return name.id
    assert isinstance(name, ast.JoinedStr), ast.dump(name)
    parts = [part.value if isinstance(part, ast.Constant) else ast.unparse(part) for part in name.values]
    return "".join("N" if "number" in str(part) else "…" if "{" in str(part) else str(part) for part in parts)


def test_readme_names_every_thread_that_the_code_starts() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = table(readme)
    assert len(rows) == KINDS == 10
    started = {name for path in APP.rglob("*.py") for name in names_in(path.read_text("utf-8"))}
    # By other means: Qt's thread, the main thread, the listener of the log, and names that are constants.
    started = (started - {"name", "NAME"}) | {"MainThread", "dictation", "log", "desktop"}
    assert started == set().union(*rows.values()) | brief(readme)


def test_thread_that_the_readme_does_not_name_is_seen() -> None:
    source = (
        "Thread(target=f, name='one', daemon=True)\n"
        "super().__init__(name=f'two-{self.number}', daemon=True)\n"
        "SelectorThread('three', run)\n"
        "Thread(target=f, name=f'four-{number}_{name}', daemon=True)\n"
        "Thread(target=f, daemon=True)\n"
    )
    assert names_in(source) == {"one", "two-N", "three", "four-N_…", "a thread without a name"}
    readme = "| a | `x`, `y-N` | does | never |\n\nWork that ends by itself: `z`,\n`w\nN`.\n\n`no`"
    assert table(readme) == {"a": {"x", "y-N"}}
    assert brief(readme) == {"z", "w N"}
