#!/usr/bin/env python3
"""Collects the texts of the program into `resources/translations/saywrite_<language>.ts`, and compiles these files.

    python3 packaging/translations.py            bring the .ts files up to date with the source code
    python3 packaging/translations.py compile    make the .qm files that the program loads

A text is the first literal of a call of `message`, `tr` or `translated`, and the first two of `message_count` and
`tr_count`; the labels and helps of `storage/settings/schema.py`, and what `resources/licenses/components.toml` says
about the parts, are texts too. The entries are sorted and have no line numbers, so that two branches rarely conflict.
Translations stay, texts that no longer exist are removed.
Compiling needs PySide6's `lrelease`. Standard library only.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app/saywrite"
FOLDER = ROOT / "resources/translations"
CONTEXT = "Saywrite"

PLURALS = {"de": 2, "fr": 2, "es": 2, "pt": 2, "it": 2, "zh": 1, "ja": 1}
"""The languages to translate into, and how many plural forms Qt has for each."""

LOCALES = {"de": "de_DE", "fr": "fr_FR", "es": "es_ES", "pt": "pt_BR", "it": "it_IT", "zh": "zh_CN", "ja": "ja_JP"}

SINGLE, COUNTED = ("message", "tr"), ("message_count", "tr_count")
SCHEMA = "storage/settings/schema.py"
COMPONENTS = ROOT / "resources/licenses/components.toml"
_DECLARATIONS = ("choice", "number", "text", "switch")


class Text(NamedTuple):
    """A text of the program. `one` is its singular, "" for a text without plural forms."""

    source: str
    one: str = ""


class ExtractionError(Exception):
    """A call whose text is no literal."""


def texts_of(code: str, name: str) -> Iterator[Text]:
    """Find the texts of a module. Raises ExtractionError for a call whose template is an f-string."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in SINGLE and isinstance(node.func, ast.Name):
                yield from (Text(each) for each in _literals(node.args[0], name))
            elif called in COUNTED:
                one, many = (list(_literals(each, name)) for each in node.args[:2])
                yield from (Text(plural, single) for single, plural in zip(one, many, strict=True))
    if name == SCHEMA:
        yield from _declared(tree)


def _literals(node: ast.expr, name: str) -> Iterator[str]:
    """The literals that an argument can be; a name or a call is a text from elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, name)
        yield from _literals(node.orelse, name)
    elif isinstance(node, ast.JoinedStr | ast.BinOp):
        raise ExtractionError(f"{name}:{node.lineno}: the text must be a literal with {{fields}}")


def _declared(tree: ast.Module) -> Iterator[Text]:
    """The labels, helps and choices of the settings: all texts but the default, and the values of the tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _DECLARATIONS:
            for each in [*node.args[1:], *(pair.value for pair in node.keywords if pair.arg == "special")]:
                yield from _plain(each)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            yield from _plain(node.value)


def _plain(node: ast.expr) -> Iterator[Text]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield Text(node.value)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _plain(value)


def program_texts() -> list[Text]:
    """All texts of the program, sorted, each once."""
    found: dict[str, Text] = {}
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP).as_posix()
        for text in texts_of(path.read_text(encoding="utf-8"), name):
            if text.source and (text.source not in found or text.one):
                found[text.source] = text
    for part in tomllib.loads(COMPONENTS.read_text(encoding="utf-8"))["component"]:
        found[part["about"]] = Text(part["about"])
    return [found[source] for source in sorted(found, key=lambda each: (each.casefold(), each))]


def read_ts(path: Path) -> dict[str, tuple[str, ...]]:
    """The finished and unfinished translations of a file by their source; one without a text is left out."""
    if not path.exists():
        return {}
    known: dict[str, tuple[str, ...]] = {}
    for entry in ET.parse(path).getroot().iter("message"):
        translation = entry.find("translation")
        source = entry.findtext("source") or ""
        if translation is None:
            continue
        forms = tuple(each.text or "" for each in translation.findall("numerusform")) or (translation.text or "",)
        if all(forms):
            known[source] = forms
    return known


def write_ts(path: Path, language: str, texts: list[Text]) -> int:
    """Write a file with these texts and the translations it has; returns how many are not translated."""
    known, missing = read_ts(path), 0
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines += [f'<TS version="2.1" language="{LOCALES[language]}" sourcelanguage="en_US">', "<context>"]
    lines += [f"    <name>{CONTEXT}</name>"]
    for text in texts:
        wanted = PLURALS[language] if text.one else 1
        forms = known.get(text.source, ())
        done = len(forms) == wanted
        missing += not done
        lines += ['    <message numerus="yes">' if text.one else "    <message>"]
        lines += [f"        <source>{escape(text.source)}</source>"]
        if text.one:
            lines += [f"        <extracomment>Singular: {escape(text.one)}</extracomment>"]
        lines += _translation(forms if done else ("",) * wanted, done=done, counted=bool(text.one))
        lines += ["    </message>"]
    lines += ["</context>", "</TS>", ""]
    new = path.with_suffix(".new")
    new.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    new.replace(path)
    return missing


def _translation(forms: tuple[str, ...], *, done: bool, counted: bool) -> list[str]:
    state = "" if done else ' type="unfinished"'
    if not counted:
        return [f"        <translation{state}>{escape(forms[0])}</translation>"]
    inner = [f"            <numerusform>{escape(form)}</numerusform>" for form in forms]
    return [f"        <translation{state}>", *inner, "        </translation>"]


def update() -> None:
    """Bring all files of translations up to date, and print what is left to translate."""
    texts = program_texts()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in PLURALS:
        missing = write_ts(FOLDER / f"saywrite_{language}.ts", language, texts)
        print(f"{language}: {len(texts) - missing} of {len(texts)} texts translated")


def compile_all(lrelease: Path, folder: Path = FOLDER) -> None:
    """Make the .qm of each .ts that is newer. Raises OSError or CalledProcessError when that fails."""
    for source in sorted(folder.glob("saywrite_*.ts")):
        made = source.with_suffix(".qm")
        if made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
            continue
        new = made.with_suffix(f".{os.getpid()}")
        command = [str(lrelease), "-silent", str(source), "-qm", str(new)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        new.replace(made)


def find_lrelease() -> Path:
    """PySide6's compiler of translations, from the packages of the Python that runs this."""
    import PySide6

    name = "lrelease.exe" if sys.platform == "win32" else "lrelease"
    folder = Path(PySide6.__file__).parent
    return next(path for path in (folder / name, folder / "Qt/libexec" / name) if path.exists())


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all(find_lrelease())
    else:
        update()
