"""A person's hand on the push-to-talk key, and their voice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.system.lab.keyboard import Keyboard
from tests.system.lab.window import Room, Window

CHORD = ("Control_L", "Alt_L", "space")
"""The key as it is set when nothing was chosen."""

MICROPHONE = "desk"


class Hand:
    """`speech`: the WAV files that can be said, by name. `close()` lets go of what is still down."""

    def __init__(self, desk: Room, saywrite: Window, speech: Mapping[str, Path]) -> None:
        self.fingers = Keyboard(desk.screen)
        self._desk = desk
        self._saywrite = saywrite
        self._speech = speech

    def press(self, *names: str) -> None:
        for name in names or CHORD:
            self.fingers.down(name)

    def release(self, *names: str) -> None:
        for name in reversed(names or CHORD):
            self.fingers.up(name)

    def say(self, what: str) -> None:
        """Speak to the end."""
        self._desk.sound.play(MICROPHONE, self._speech[what])

    def hold_and_say(self, what: str, *keys: str) -> None:
        """Press, speak when it listens, let go with the last word."""
        self.press(*keys)
        self._saywrite.wait_state("listening")
        self.say(what)
        self.release(*keys)

    def close(self) -> None:
        self.fingers.close()


def choose_undo(saywrite: Window) -> None:
    """The undo of an insertion, in the menu of the window, which is active."""
    saywrite.click(saywrite.wait_for("menu item", "^Dictation$"))
    saywrite.click(saywrite.wait_for("menu item", "^Undo the last insertion$"))
