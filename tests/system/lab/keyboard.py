"""Fingers for a display without a keyboard: keys go down and up through XTEST; the server repeats them as usual."""

from __future__ import annotations

import os
import subprocess

from tests.system.lab.desktop import LIMIT_S, Desktop
from Xlib import XK, X, display
from Xlib.ext import xtest


class Keyboard:
    """One connection of its own; `close()` lets go of what is still down."""

    def __init__(self, desktop: Desktop) -> None:
        self._env = {**os.environ, **desktop.env}
        self._display = display.Display(desktop.env["DISPLAY"])
        self._down: list[int] = []

    def down(self, name: str) -> None:
        """Press the key with this keysym, or with this code ("#191"); it stays down."""
        code = self._code(name)
        self._down.append(code)
        xtest.fake_input(self._display, X.KeyPress, code)
        self._display.sync()

    def up(self, name: str) -> None:
        code = self._code(name)
        self._down.remove(code)
        xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def bounce(self, name: str) -> None:
        """The key, which is down, comes up and goes down again in the same moment, as a worn contact does."""
        code = self._code(name)
        xtest.fake_input(self._display, X.KeyRelease, code)
        xtest.fake_input(self._display, X.KeyPress, code)
        self._display.sync()

    def strike(self, *names: str) -> None:
        """All down, all up again in the other order."""
        for name in names:
            self.down(name)
        for name in reversed(names):
            self.up(name)

    def locks(self) -> int:
        """The state of Caps Lock (2) and Num Lock (16), as events carry it."""
        return int(self._display.screen().root.query_pointer().mask) & 0xFF

    def repeats(self) -> bool:
        """Whether the server repeats a key that is held."""
        return bool(self._display.get_keyboard_control().global_auto_repeat)

    def layout(self, *arguments: str) -> None:
        """Change the layout as a person would: `setxkbmap`."""
        subprocess.run(["setxkbmap", *arguments], env=self._env, check=True, timeout=LIMIT_S)
        self._display.close()
        self._display = display.Display(self._env["DISPLAY"])

    def close(self) -> None:
        for code in self._down:
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()
        self._display.close()

    def abandon(self) -> None:
        """Leave the keys as they are, for a display that is about to die."""
        self._display.close()

    def _code(self, name: str) -> int:
        if name.startswith("#"):
            return int(name[1:])
        code = int(self._display.keysym_to_keycode(XK.string_to_keysym(name)))
        assert code, f"no key for {name}"
        return code
