"""Pressing keys through XTEST: the chord that pastes, Backspace, and looking which keys fingers hold down."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from Xlib import XK, X
from Xlib.ext import xtest

from saywrite.desktop.insertion.way import Means, Undo
from saywrite.desktop.insertion.x11.connection import Connection

_LOOK_S = 0.01
_CHORDS: dict[str, tuple[tuple[str, ...], str]] = {
    Means.CTRL_V: (("Control_L",), "v"),
    Means.CTRL_SHIFT_V: (("Control_L", "Shift_L"), "v"),
    Means.SHIFT_INSERT: (("Shift_L",), "Insert"),
    Undo.CTRL_Z: (("Control_L",), "z"),
}


class Keys:
    """The keyboard of the display. Key codes are looked up at each use: the layout may have changed."""

    def __init__(self, connection: Connection) -> None:
        self._x = connection

    def held(self) -> bool:
        """Whether a modifier is physically down."""
        modifiers = {code for row in self._x.display.get_modifier_mapping() for code in row if code}
        bits = self._x.display.query_keymap()
        return any(bits[code // 8] & (1 << code % 8) for code in modifiers)

    def wait_until_up(self, limit_s: float) -> bool:
        """Answer others until no modifier is down any more; whether it came to that."""
        deadline = time.monotonic() + limit_s
        while self.held():
            if time.monotonic() > deadline:
                return False
            self._x.wait(lambda: False, _LOOK_S)
        return True

    def press(self, chord: Means | Undo) -> bool:
        """Press and release a chord. A layout without the Latin letter gets Shift+Insert to paste, which every
        program takes that takes Ctrl+V; False if the keyboard cannot do it at all.
        """
        modifiers, key = _CHORDS[chord]
        codes = self._codes((*modifiers, key))
        if codes is None and chord in (Means.CTRL_V, Means.CTRL_SHIFT_V):
            return self.press(Means.SHIFT_INSERT)
        if codes is None:
            return False
        for code in codes:
            self.fake(X.KeyPress, code)
        for code in reversed(codes):
            self.fake(X.KeyRelease, code)
        self._x.display.sync()
        return True

    def tap(self, name: str, times: int = 1) -> bool:
        """Press one key so many times."""
        codes = self._codes((name,))
        if codes is None:
            return False
        for _ in range(times):
            self.fake(X.KeyPress, codes[0])
            self.fake(X.KeyRelease, codes[0])
        self._x.display.sync()
        return True

    def code(self, name: str) -> int:
        """The key code that gives this keysym without modifiers, or 0."""
        keysym = XK.string_to_keysym(name)
        for code, index in sorted(self._x.display.keysym_to_keycodes(keysym), key=lambda pair: pair[1]):
            if index in (0, 2):  # unshifted, in the first or the second layout
                return int(code)
        return 0

    @property
    def caps_lock(self) -> bool:
        return bool(self._x.root.query_pointer().mask & X.LockMask)

    def fake(self, kind: int, code: int) -> None:
        xtest.fake_input(self._x.display, kind, code)

    def _codes(self, names: Iterable[str]) -> Sequence[int] | None:
        codes = [self.code(name) for name in names]
        return codes if all(codes) else None
