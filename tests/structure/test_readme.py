"""README and CONTRIBUTING name commands, options, menus, settings and files that exist."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path

import pytest
from tests.packaging_modules import load_script

from saywrite.cli.arguments import build_parser
from saywrite.storage.settings.option import PAGES
from saywrite.storage.settings.schema import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app" / "saywrite"
MENUS = ("File", "Edit", "View", "Dictation", "Help")
BASES = (
    ".",
    "app/saywrite",
    "app/saywrite/speech",
    "app/saywrite/speech/aiola",
    "app/saywrite/speech/aiola/net",
    "app/saywrite/desktop/insertion",
)
"""Where the documents mean a file of which they name the end of the path."""


def document(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def running_text(text: str) -> str:
    """The text without line breaks and emphasis."""
    return re.sub(r"\s+", " ", text.replace("*", ""))


def plain(text: str) -> str:
    """A text of the window as people name it: without the mark of its key and the dots of a dialog."""
    return text.replace("&", "").removesuffix("…")


def texts_in(source: str) -> set[str]:
    """The texts that a module shows."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    first = (node.args[0] for node in calls if node.args and getattr(node.func, "id", "") in ("tr", "message"))
    return {plain(node.value) for node in first if isinstance(node, ast.Constant)}


def unknown_settings(text: str, pages: tuple[str, ...], labels: set[str]) -> list[str]:
    """The places "Settings → page → label" in `text` that do not exist."""
    wrong = []
    for place in re.findall(r"Settings → (?=(.{0,80}))", running_text(text)):
        page = next((page for page in pages if place.startswith(page)), None)
        rest = place.removeprefix(page or "").removeprefix(" → ")
        is_label = page is not None and place.startswith(f"{page} → ")
        if page is None or (is_label and not any(rest.startswith(label) for label in labels)):
            wrong.append(place)
    return wrong


def unknown_entries(text: str, entries: set[str]) -> list[str]:
    """The menu entries "Menu → entry" in `text` that do not exist."""
    places = re.findall(rf"\b(?:{'|'.join(MENUS)}) → (?=(.{{0,60}}))", running_text(text))
    return [place for place in places if not any(place.startswith(entry) for entry in entries)]


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """The commands and options that `--help` shows, also those of the commands."""
    found = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set(action.choices).union(*map(options_of, action.choices.values()))
        elif action.help != argparse.SUPPRESS:
            found |= set(action.option_strings)
    return found


def missing_files(text: str) -> list[str]:
    """The files and folders in back quotes that do not exist."""
    named = {each for each in re.findall(r"`([\w/.-]+)`", text) if "/" in each or each.endswith(".py")}
    produced = {each for each in named if each.startswith(("models/", "artifacts/", "dist/", "./"))}
    known = {path.name for path in APP.rglob("*.py")}
    return sorted(
        each
        for each in named - produced - {"c.py"}
        if each not in known
        and not any((ROOT / base / f"{each}{end}").exists() for base in BASES for end in ("", ".py"))
    )


def test_readme_names_settings_that_exist() -> None:
    labels = {option.label for option in OPTIONS.values()}
    labels |= {text for path in (APP / "ui" / "settings").rglob("*.py") for text in texts_in(path.read_text("utf-8"))}
    assert unknown_settings(document("README.md"), PAGES, labels) == []


def test_readme_names_menu_entries_that_exist() -> None:
    entries = texts_in((APP / "ui" / "main_window" / "actions.py").read_text("utf-8"))
    assert unknown_entries(document("README.md"), entries) == []


def test_readme_names_every_command_and_option() -> None:
    section = document("README.md").split("## Command line")[1].split("```")[1]
    named = set(re.findall(r"(?<![\w-])-{0,2}[a-z][\w-]*", section))
    shown = options_of(build_parser()) - {"-h", "--help", "--verbose", "--version"}
    assert shown - named == set()


def test_readme_names_commands_of_the_checkout_that_exist() -> None:
    help_text = str(load_script("dev").__doc__)
    for name in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`(?:… |(?:python3 )?(?:packaging/)?dev\.py )(\w+)", document(name)))
        assert named
        assert {each for each in named if f"dev.py {each} " not in help_text} == set()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_documents_name_files_that_exist(name: str) -> None:
    assert missing_files(document(name)) == []


def test_a_name_that_does_not_exist_is_seen() -> None:
    pages, labels = ("Window", "aiOla"), {"Theme"}
    text = "Settings → Window; Settings →\nWindow → Theme. *Settings → Colors* and Settings → aiOla → Magic: on"
    assert unknown_settings(text, pages, labels) == [
        "Colors and Settings → aiOla → Magic: on",
        "aiOla → Magic: on",
    ]
    assert unknown_settings("Settings → aiOla → Magic", pages, labels) == ["aiOla → Magic"]
    assert texts_in("x = tr('&Find…')\ny = message('Stop')\nz = other('No')") == {"Find", "Stop"}
    assert unknown_entries("Edit → Find, Help → Magic", {"Find"}) == ["Magic"]
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    commands.add_parser("go").add_argument("--far")
    parser.add_argument("--secret", help=argparse.SUPPRESS)
    assert options_of(parser) == {"-h", "--help", "go", "--far"}
    assert missing_files("`foundation/events.py`, `loop.py`, `nowhere.py`, `ui/nowhere`") == [
        "nowhere.py",
        "ui/nowhere",
    ]
