"""Walks through Saywrite with Orca and the keyboard alone, and writes what Orca says into artifacts/orca.txt.

Run `python -m tests.system.lab.orca_walk` in the checkout. Speech comes into a virtual microphone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import tests.conftest  # noqa: F401 - leaves the desktop of the person who runs it
from tests.system.lab.desktop import wait_for
from tests.system.lab.orca import Orca, orca
from tests.system.lab.window import ROOT, Room, Window, new_user, recordings, room

REPORT = ROOT / "artifacts" / "orca.txt"


class Walk:
    """Presses keys, and notes what is said after each."""

    def __init__(self, saywrite: Window, reader: Orca) -> None:
        self.lines: list[str] = []
        self._saywrite = saywrite
        self._reader = reader

    def begin(self, headline: str) -> None:
        self.lines += ["", f"## {headline}", ""]

    def press(self, *keys: str) -> None:
        self._saywrite.press(*keys)
        self.listen(" ".join(keys))

    def listen(self, cause: str) -> None:
        """Note what is said now; `cause` is why."""
        self.lines += [f"[{cause}]", *(f"    {line}" for line in self._reader.words())]

    def hold(self, keys: tuple[str, ...], room: Room, wav: Path) -> None:
        """Hold keys while a file is spoken into the microphone."""
        room.screen.xdotool("keydown", *keys)
        self._saywrite.wait_label("Listening. Speak now.")
        room.sound.play("desk", wav)
        room.screen.xdotool("keyup", *reversed(keys))
        self._saywrite.wait_label("^That took")
        self.listen(f"hold {'+'.join(keys)} and speak")


def first_run(walk: Walk, saywrite: Window, place: Room, wav: Path) -> None:
    walk.begin("First run: speak")
    saywrite.wait_label("Say something")
    walk.listen("start of the program")
    place.sound.play("desk", wav)
    walk.listen("speech into the microphone")
    for _ in range(3):
        walk.press("Tab")
    walk.begin("First run: who writes")
    walk.press("alt+n")
    for _ in range(6):
        walk.press("Tab")
    walk.begin("First run: hold the key")
    walk.press("alt+n")
    for _ in range(5):
        walk.press("Tab")
    walk.hold(("Control_L", "Alt_L", "space"), place, wav)
    walk.begin("First run: say a sentence")
    walk.press("alt+n")
    for _ in range(3):
        walk.press("Tab")
    walk.press("alt+d")


def main_window(walk: Walk, saywrite: Window, place: Room, wav: Path) -> None:
    walk.begin("The window")
    for _ in range(7):
        walk.press("Tab")
    walk.begin("A screen reader reads: finals")
    walk.press("ctrl+comma")
    walk.press("Tab")
    for _ in range(5):
        walk.press("Tab")
    walk.press("Down")
    walk.press("Escape")
    walk.begin("A dictation")
    walk.press("F9")
    wait_for(lambda: saywrite.title() == "● Saywrite", "it does not listen")
    place.sound.play("desk", wav)
    walk.listen("speech")
    walk.press("F9")
    wait_for(lambda: saywrite.title() == "Saywrite", "the dictation does not end")
    walk.listen("the end")
    walk.begin("A keyword")
    walk.press("ctrl+k")
    walk.press("Insert")
    place.screen.type("weather")
    walk.press("Return")
    place.screen.type("Wetter")
    walk.press("Return")
    for _ in range(2):
        walk.press("Tab")


def history(walk: Walk) -> None:
    walk.begin("History")
    walk.press("ctrl+h")
    for _ in range(10):
        walk.press("Tab")
    walk.press("Escape")


def main() -> int:
    folder = Path(tempfile.mkdtemp())
    speech = recordings(folder)
    with room(["desk:48000:1"]) as place, orca(place) as reader:
        reader.words()
        with new_user(place, folder / "home") as saywrite:
            walk = Walk(saywrite, reader)
            try:
                first_run(walk, saywrite, place, speech["weather"])
                main_window(walk, saywrite, place, speech["two_cities"])
                history(walk)
            finally:
                REPORT.parent.mkdir(exist_ok=True)
                REPORT.write_text("\n".join(walk.lines) + "\n")
                place.screen.shot(REPORT.with_suffix(".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
