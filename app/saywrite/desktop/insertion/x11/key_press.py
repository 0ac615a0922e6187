"""Presses keys through XTEST in the active group: chords, Backspace, characters. Insertion thread.

The server is queried at each use: the layout, the group and Sticky Keys may have changed since the last one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from Xlib import XK, X
from Xlib.ext import xtest

from saywrite.desktop.insertion.base import GRAB_S, KEYS_UP_S, FailureReason, PasteMethod, Undo
from saywrite.desktop.insertion.x11.connection import X11Connection
from saywrite.desktop.insertion.x11.spare_keys import SpareKeys, Stroke
from saywrite.desktop.insertion.x11.xkb import KeyMap, Xkb

_LOOK_S = 0.01
_CHORDS: dict[str, tuple[tuple[str, ...], str]] = {
    PasteMethod.CTRL_V: (("Control_L",), "v"),
    PasteMethod.CTRL_SHIFT_V: (("Control_L", "Shift_L"), "v"),
    PasteMethod.SHIFT_INSERT: (("Shift_L",), "Insert"),
    Undo.CTRL_Z: (("Control_L",), "z"),
}


class KeyPresser:
    """The keyboard of the display."""

    def __init__(self, connection: X11Connection, spare: SpareKeys) -> None:
        self._x = connection
        self._spare = spare
        self._xkb = Xkb(connection.display)
        self._grabs = connection.root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly)

    def held(self) -> bool:
        """Whether a modifier is physically down."""
        modifiers = {code for row in self._x.display.get_modifier_mapping() for code in row if code}
        bits = self._x.display.query_keymap()
        return any(bits[code // 8] & (1 << code % 8) for code in modifiers)

    def wait_until_free(self) -> FailureReason:
        """Wait until no modifier is down and the keyboard is free; the reason if that fails."""
        began = time.monotonic()
        while (held := self.held()) or self.taken:
            if time.monotonic() - began > (KEYS_UP_S if held else GRAB_S):
                return FailureReason.KEYS_HELD if held else FailureReason.KEYBOARD_TAKEN
            self._x.wait(lambda: False, _LOOK_S)
        return FailureReason.NONE

    @property
    def taken(self) -> bool:
        """Whether another program has grabbed the keyboard: a menu, a password dialog, a screen lock.

        The server refuses a grab for this reason before it looks at the window, and ours is never visible: so
        asking grabs nothing and no program notices.
        """
        status = self._grabs.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        if status == X.GrabSuccess:
            self._x.display.ungrab_keyboard(X.CurrentTime)
        return bool(status == X.AlreadyGrabbed)

    def press(self, chord: PasteMethod | Undo) -> bool:
        """Press and release a key combination; False if the keyboard has no keys for it.

        To paste with a layout that lacks the Latin letter, Shift+Insert is pressed, which every program with Ctrl+V
        knows; for other combinations the letter is bound to a free key.
        """
        modifiers, key = _CHORDS[chord]
        key_map = self._xkb.key_map()
        code = find_code(key_map, key)
        if not code and chord is PasteMethod.CTRL_V:
            return self.press(PasteMethod.SHIFT_INSERT)
        if not code and len(key) == 1 and self._spare.room():
            code = self._spare.bind(key)[key].code
        codes = [find_code(key_map, name) for name in modifiers]
        if not code or not all(codes):
            return False
        self._key_combination(codes, code, sticky=self._xkb.sticky_keys)
        self._x.display.sync()
        return True

    def tap(self, name: str, times: int = 1) -> bool:
        """Press one key `times` times; False if the keyboard does not have it."""
        code = find_code(self._xkb.key_map(), name)
        for _ in range(times if code else 0):
            self._key_combination((), code, sticky=False)
        self._x.display.sync()
        return bool(code)

    def strike(self, strokes: Iterable[Stroke], shift: int, *, sticky: bool) -> None:
        """Press these keys one after the other."""
        for stroke in strokes:
            self._key_combination((shift,) if stroke.shifted else (), stroke.code, sticky=sticky)
        self._x.display.sync()

    def key_map(self) -> KeyMap:
        """The symbols that every key has now."""
        return self._xkb.key_map()

    @property
    def sticky(self) -> bool:
        """Whether Sticky Keys are on. Modifiers are then tapped: holding one with a key would turn them off."""
        return self._xkb.sticky_keys

    @property
    def caps_lock(self) -> bool:
        return bool(self._x.root.query_pointer().mask & X.LockMask)

    def _key_combination(self, modifiers: Sequence[int], code: int, *, sticky: bool) -> None:
        for modifier in modifiers:
            self._fake(X.KeyPress, modifier)
            if sticky:
                self._fake(X.KeyRelease, modifier)
        self._fake(X.KeyPress, code)
        self._fake(X.KeyRelease, code)
        if not sticky:
            for modifier in reversed(modifiers):
                self._fake(X.KeyRelease, modifier)

    def _fake(self, kind: int, code: int) -> None:
        xtest.fake_input(self._x.display, kind, code)


def find_code(key_map: KeyMap, name: str) -> int:
    """The key code that gives this keysym without modifiers, or 0."""
    keysym = XK.string_to_keysym(name)
    return next((code for code, levels in key_map.items() if levels and levels[0].keysym == keysym), 0)


def ascii_strokes(key_map: KeyMap) -> dict[str, Stroke]:
    """The plain ASCII characters that the layout has, alone or with Shift."""
    found: dict[str, Stroke] = {}
    for code, levels in sorted(key_map.items()):
        for level in levels:
            if 0x20 <= level.keysym <= 0x7E and level.modifiers in (0, X.ShiftMask):
                found.setdefault(chr(level.keysym), Stroke(code, shifted=level.modifiers == X.ShiftMask))
    return found
