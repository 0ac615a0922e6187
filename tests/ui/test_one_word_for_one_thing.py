"""User texts have one word for one thing: “recognizer”, never “engine”, and “undo”, never “take back”."""

from __future__ import annotations

import ast
import re
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app" / "saywrite"
FOLDERS = ("ui", "cli", "desktop", "dictation", "speech", "storage")
OTHER_WORDS = re.compile(r"(?<!--)\b(speech engine|engines?|tak(e|es|en|ing) (\w+ ){0,3}back)\b", re.IGNORECASE)
SYNONYMS = "ui/settings/search.py"
"""Words that a user may type to find an option; they are not shown."""


def is_sentence(text: str) -> bool:
    """Whether a string is for people: it begins with a capital letter, as names and SQL in lower case do not."""
    return bool(re.match(r"&?[A-Z“](?![A-Z])", text)) and " " in text.strip()


def other_words(text: str) -> list[str]:
    """Strings for people in a module that have another word, docstrings aside."""
    tree = ast.parse(text)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        f"{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose
        and is_sentence(node.value.replace("&", ""))
        and OTHER_WORDS.search(node.value.replace("&", ""))
    ]


def test_user_texts_say_recognizer_and_undo() -> None:
    found = [
        f"{path.relative_to(APP)}:{line}"
        for folder in FOLDERS
        for path in sorted((APP / folder).rglob("*.py"))
        if str(path.relative_to(APP)) != SYNONYMS
        for line in other_words(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_another_word_would_be_found() -> None:
    assert other_words('x = "Choose the aiOla engine."\n')
    assert other_words('x = "Take &back the last insertion"\n')
    assert other_words('x = "Use --engine local."\n') == []
    assert other_words('"""The Engine of this."""\nx = "engine %s"\n') == []
