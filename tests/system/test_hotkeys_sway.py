"""The lines we offer for Sway, in a real Sway: it takes them, and holding the key starts once and stops once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.lab.desktop import wait_for
from tests.system.lab.sway import Sway, sway

from saywrite.desktop.hotkeys.key_combination import KeyCombination, Modifier, parse
from saywrite.desktop.hotkeys.key_names import KEYS
from saywrite.desktop.hotkeys.manual_binding import DesktopKind, instructions


@pytest.fixture
def compositor() -> Iterator[Sway]:
    with sway() as made:
        yield made


def test_sway_knows_every_key_and_modifier_we_can_name(compositor: Sway) -> None:
    """And so does XKB, which the portal and Hyprland take the same names from."""
    lines = []
    for key in KEYS:
        for modifiers in (frozenset[Modifier](), frozenset(Modifier)):
            lines += instructions(DesktopKind.SWAY, KeyCombination(key, modifiers)).lines
    assert compositor.complaints(lines) == ""
    assert "Unknown key" in compositor.complaints(["bindsym --no-repeat Ctrl+Wormhole exec true"])


@pytest.mark.parametrize(
    ("chord", "keys"),
    [
        ("F9", ["-P", "F9", "-s", "900", "-p", "F9"]),
        ("Ctrl+Alt+F9", ["-M", "ctrl", "-M", "alt", "-P", "F9", "-s", "900", "-p", "F9", "-m", "alt", "-m", "ctrl"]),
        ("Ctrl+Alt+F9", ["-M", "ctrl", "-M", "alt", "-P", "F9", "-s", "900", "-m", "ctrl", "-m", "alt", "-p", "F9"]),
        ("Super+Space", ["-M", "logo", "-P", "space", "-s", "900", "-p", "space", "-m", "logo"]),
    ],
)
def test_a_held_key_starts_once_and_stops_once_whatever_comes_up_first(
    compositor: Sway, chord: str, keys: list[str]
) -> None:
    said = compositor.folder / "said"
    lines = instructions(DesktopKind.SWAY, parse(chord), command=f"{_echo(compositor.folder, said)}").lines
    with compositor.running(list(lines)):
        compositor.wtype(*keys)
        wait_for(lambda: said.exists() and "stop" in said.read_text(), "no stop was said")
        assert said.read_text().split() == ["start", "stop"]


def _echo(folder: Path, said: Path) -> str:
    """A command in place of ours that writes down what it was asked for."""
    script = folder / "saywrite"
    script.write_text(f'#!/bin/sh\necho "$1" >> {said}\n')
    script.chmod(0o755)
    return str(script)
