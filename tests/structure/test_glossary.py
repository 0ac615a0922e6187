"""The language of the code: modules, classes and functions are named in the field's terms, without metaphors."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"

BANNED = {
    *("desk", "talk", "wish", "wishes", "course", "told", "residence", "summons", "chord", "chimes", "handover"),
    *("errand", "standing", "surroundings", "feeder", "typist", "grip", "door", "bell", "pen", "dialing"),
    *("arrivals", "faces", "sidecar", "stumble", "blame"),
}
"""Words that named things by metaphor, as a verb or as a participle."""

MODULES_ONLY = {"take", "way", "ways", "place", "places", "tail"}
"""Words that a function may use in their plain sense, but that no module and no class is named after."""


BRITISH = (
    "recognis",
    "catalogue",
    "licence",
    "behaviour",
    "colour",
    "favour",
    "neighbour",
    "centred",
    "analyse",
)


def words(name: str) -> list[str]:
    """`PushToTalk`, `push_to_talk` → push, to, talk."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def is_banned(name: str, banned: set[str]) -> bool:
    """Whether a name holds a banned word. `push to talk` is the field's own term."""
    plain = re.sub(r"push_?to_?talk", "", name, flags=re.IGNORECASE)
    return any(word in banned for word in words(plain))


def faults(path: str, text: str) -> list[str]:
    strict = BANNED | MODULES_ONLY
    found = [f"{path}: the module's name" for part in Path(path).with_suffix("").parts if is_banned(part, strict)]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and is_banned(node.name, strict):
            found.append(f"{path}:{node.lineno}: class {node.name}")
        elif isinstance(node, ast.FunctionDef) and is_banned(node.name, BANNED):
            found.append(f"{path}:{node.lineno}: {node.name}()")
    return found


def test_names_use_the_terms_of_the_field() -> None:
    found = [
        fault
        for path in sorted(APP.rglob("*.py"))
        for fault in faults(str(path.relative_to(APP)), path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def british(text: str) -> set[str]:
    """The words of the text that are not spelled as in America."""
    return {word for word in BRITISH if re.search(rf"(?<![a-z]){word}", text, re.IGNORECASE)}


def test_words_are_spelled_as_in_america() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {', '.join(sorted(words))}"
        for folder in (ROOT, *(ROOT / name for name in ("app", "tests", "packaging", "resources")))
        for path in sorted(folder.glob("*") if folder == ROOT else folder.rglob("*"))
        if path.suffix in (".py", ".md", ".toml") and path != Path(__file__)
        if (words := british(path.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)


def test_glossary_sees_what_it_forbids() -> None:
    assert faults("dictation/desk.py", "") == ["dictation/desk.py: the module's name"]
    assert faults("a.py", "class Talk: ...\n") == ["a.py:1: class Talk"]
    assert faults("a.py", "class PushToTalkController: ...\ndef push_to_talk(): ...\n") == []
    assert faults("a.py", "def ring_bell(): ...\n") == ["a.py:1: ring_bell()"]
    assert faults("a.py", "def take(): ...\n") == []
    assert faults("a.py", "class Take: ...\n") == ["a.py:1: class Take"]
    assert british("The Licence of a recognised word, and its color.") == {"licence", "recognis"}
