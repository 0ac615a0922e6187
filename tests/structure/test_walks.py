"""The four walks in CONTRIBUTING.md lead through modules that exist, and each step of them can be seen in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.packaging_modules import load_script

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"
MEASURES = load_script("measure_structure")

LIMITS = {
    "Audio block → painted word": 20,
    "Socket → window": 15,
    "Hotkey → inserted text": 22,
    "Keyword edit": 9,
}

POSTS = {"inbox": {"post", "_post", "tell", "_post_command"}, "emit": {"emit", "_emit"}}
"""The names under which a module calls what was given to it for each kind of step."""


@dataclass(frozen=True)
class Step:
    """A module of a walk: how the walk comes to it, and which modules it asks. `by`: "" at the start of a part."""

    module: str
    by: str
    asks: tuple[str, ...]


@dataclass(frozen=True)
class Walk:
    """One item of the list. `count`: the number of modules that the text promises."""

    name: str
    count: int
    steps: tuple[Step, ...]


_ITEM = re.compile(r"^\d\. \*\*(.+?)\*\* \((\d+) modules[^)]*\): (.+?)\.$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"(→|⇢ (?:`([\w/]+)\.py`|(\w+)) ⇢|; back:)?\s*`([\w/]+)`(?: \(([^)]*)\))?")


def walks(text: str) -> list[Walk]:
    """The walks of a text in the notation that it explains itself."""
    found = []
    for name, count, path in _ITEM.findall(text):
        words = " ".join(path.split())
        steps = [
            Step(module, connection or kind or arrow.strip("; "), tuple(re.findall(r"`([\w/]+)`", asks)))
            for arrow, connection, kind, module, asks in _STEP.findall(words)
        ]
        assert not _STEP.sub("", words).strip(), f"{name}: cannot read {_STEP.sub('', words)!r}"
        found.append(Walk(name, int(count), tuple(steps)))
    return found


class Code:
    """What can be seen in the source of the modules, by their path without `.py`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {path.removesuffix(".py"): text for path, text in texts.items()}
        known = {MEASURES.module_name(path) for path in texts}
        self._imports = {path.removesuffix(".py"): MEASURES.imports(text, known) for path, text in texts.items()}

    def objections(self, walk: Walk) -> list[str]:
        """What is wrong with a walk."""
        names = [name for step in walk.steps for name in (step.module, *step.asks)]
        missing = [f"{name} does not exist" for name in names if name not in self._texts]
        if missing:
            return missing
        wrong = []
        for before, step in pairwise(walk.steps):
            if step.by != "back:" and not self._leads(before.module, step.by, step.module):
                wrong.append(f"{before.module} does not lead to {step.module} by {step.by}")
        for step in walk.steps:
            wrong += [
                f"{step.module} does not know {each}" for each in step.asks if not self._joined(step.module, each)
            ]
        return wrong

    def _leads(self, before: str, by: str, after: str) -> bool:
        if by == "→":
            return self._joined(before, after)
        if by in POSTS:
            return bool(POSTS[by] & set(self._calls(before)))
        if by == "signal":
            return "Signal" in self._calls(before) and "Slot" in self._calls(after)
        if by == "protocol":
            return any(
                methods <= has for methods in self._classes(before, protocols=True) for has in self._classes(after)
            )
        return by in self._texts and self._joined(before, by) and self._joined(by, after)

    def _joined(self, one: str, other: str) -> bool:
        """Whether one of two modules imports the other."""
        first, second = MEASURES.module_name(f"{one}.py"), MEASURES.module_name(f"{other}.py")
        return second in self._imports[one] or first in self._imports[other]

    def _calls(self, module: str) -> list[str]:
        """The last parts of the names that a module calls."""
        calls = (node.func for node in ast.walk(ast.parse(self._texts[module])) if isinstance(node, ast.Call))
        return [call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls]

    def _classes(self, module: str, *, protocols: bool = False) -> list[set[str]]:
        """The public methods of each class, or of each protocol."""
        classes = [node for node in ast.parse(self._texts[module]).body if isinstance(node, ast.ClassDef)]
        chosen = [node for node in classes if not protocols or any("Protocol" in ast.unparse(b) for b in node.bases)]
        return [
            {each.name for each in node.body if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")}
            for node in chosen
        ]


def count(steps: Sequence[Step]) -> int:
    return len({step.module for step in steps})


def test_every_step_of_the_four_walks_can_be_seen_in_the_code() -> None:
    found = walks((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert [walk.name for walk in found] == list(LIMITS)
    code = Code(MEASURES.sources(APP))
    assert [objection for walk in found for objection in code.objections(walk)] == []


def test_walks_are_as_short_as_promised() -> None:
    assert list(LIMITS.values()) == [20, 15, 22, 9]
    for walk in walks((ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        assert count(walk.steps) == walk.count <= LIMITS[walk.name], walk.name


def test_step_that_is_not_in_the_code_is_seen() -> None:
    texts = {
        "a.py": "from saywrite.b import B\npost(1)\nclass P(Protocol):\n    def go(self): ...\n",
        "b.py": "from saywrite.c import C\nclass B:\n    def go(self): ...\n",
        "c.py": "changed = Signal(int)\n",
        "d.py": "@Slot(int)\ndef f(): ...\n",
    }
    code = Code(texts)

    def objections(path: str) -> list[str]:
        (walk,) = walks(f"1. **Walk** (2 modules): {path}.\n")
        return code.objections(walk)

    assert objections("`a` → `b` (`c`) ⇢ protocol ⇢ `a`") == ["b does not lead to a by protocol"]
    assert objections("`a` ⇢ inbox ⇢ `d`; back: `c` ⇢ signal ⇢ `d`") == []
    assert objections("`a` ⇢ protocol ⇢ `b`") == []
    assert objections("`a` ⇢ `b.py` ⇢ `c`") == []
    assert objections("`a` → `c`") == ["a does not lead to c by →"]
    assert objections("`b` ⇢ inbox ⇢ `c`") == ["b does not lead to c by inbox"]
    assert objections("`a` ⇢ emit ⇢ `c`") == ["a does not lead to c by emit"]
    assert objections("`d` ⇢ signal ⇢ `c`") == ["d does not lead to c by signal"]
    assert objections("`a` ⇢ `d.py` ⇢ `b`") == ["a does not lead to b by d"]
    assert objections("`a` (`d`) → `b`") == ["a does not know d"]
    assert objections("`a` → `e`") == ["e does not exist"]
    assert count(walks("1. **Walk** (2 modules): `a` → `b` → `a`.\n")[0].steps) == 2
