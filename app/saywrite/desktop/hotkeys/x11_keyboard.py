"""Chords in the terms of an X server's present keyboard: key codes and modifier masks. The hotkey thread only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from Xlib import XK, X

from saywrite.desktop.hotkeys.chords import Chord, Modifier
from saywrite.desktop.hotkeys.key_table import KEYS, Key
from saywrite.desktop.hotkeys.media_keys import MEDIA_KEYSYMS

_SYMBOLS = {
    Modifier.CTRL: ("Control_L", "Control_R"),
    Modifier.SHIFT: ("Shift_L", "Shift_R"),
    Modifier.ALT: ("Alt_L", "Alt_R", "Meta_L"),
    Modifier.SUPER: ("Super_L", "Super_R"),
}
_LOCKS = ("Num_Lock", "Scroll_Lock")
_ALL = 0xFF  # the eight modifiers; above them stand the mouse buttons and the keyboard group

for _group in ("xkb", "korean"):  # ISO_Level3_Shift and Hangul are among them
    XK.load_keysym_group(_group)

_EVDEV_UP = 111
"""The code of the arrow up under evdev; elsewhere it is another key."""


@dataclass(frozen=True, slots=True)
class Grip:
    """One key code with exactly these modifiers held, whatever the locks (Caps, Num, Scroll) are. `button`: the code is
    a mouse button's.
    """

    code: int
    mask: int
    button: bool = False


class Keyboard:
    """The server's keyboard as it was when this was made; a new one is needed after a `MappingNotify`."""

    def __init__(self, display: Any) -> None:
        """`display`: an `Xlib.display.Display` whose keyboard mapping is fresh."""
        self._display = display
        self._rows: list[list[int]] = [list(row) for row in display.get_modifier_mapping()]
        locks = {X.LockMask, *(self._mask_of((name,)) for name in _LOCKS)} - {0}
        self._ignored: int = sum(locks)
        self.variants = tuple(
            sum(some) for count in range(len(locks) + 1) for some in combinations(sorted(locks), count)
        )
        """What may be locked in addition: each grab has to be made with every one of these."""

    def grips(self, chord: Chord) -> tuple[Grip, ...]:
        """Where the chord lies: none when the keyboard has no such key or modifier, several when it has two."""
        mask = 0
        for modifier in chord.modifiers:
            bit = self._mask_of(_SYMBOLS[modifier])
            if not bit:
                return ()
            mask |= bit
        key = KEYS[chord.key]
        if key.button:
            return (Grip(key.button, mask, button=True),)
        return tuple(Grip(code, mask) for code in self._codes(key))

    def mask(self, state: int) -> int:
        """The modifiers that are held in the `state` of an event, without the locks."""
        return int(state) & _ALL & ~self._ignored

    def _codes(self, key: Key) -> list[int]:
        """Where the key lies: in its place under evdev if it carries one of its symbols there (or none), else at the
        keys that carry its symbol.
        """
        if key.code and self._is_evdev():
            there = self._display.keycode_to_keysym(key.code, 0)
            if there in (X.NoSymbol, *map(keysym_number, (key.keysym, *key.also))) or key.keysym == "less":
                return [key.code]
        for name in (key.keysym, *key.also):
            if codes := self._carrying(name):
                return codes
        return []

    def _carrying(self, name: str) -> list[int]:
        """The keys that carry the symbol at its lowest level (of several layouts, the first that has it)."""
        symbol = keysym_number(name)
        found = list(self._display.keysym_to_keycodes(symbol)) if symbol else []
        lowest = min((index for _code, index in found), default=0)
        return sorted({code for code, index in found if index == lowest})

    def _is_evdev(self) -> bool:
        return bool(self._display.keycode_to_keysym(_EVDEV_UP, 0) == XK.XK_Up)

    def _mask_of(self, names: tuple[str, ...]) -> int:
        """The modifier bit that a key with one of these symbols sets, or 0."""
        for name in names:
            codes = {code for code, _index in self._display.keysym_to_keycodes(XK.string_to_keysym(name))}
            for row, members in enumerate(self._rows):
                if codes & (set(members) - {0}):
                    return 1 << row
        return 0


def keysym_number(name: str) -> int:
    """0 for a name that X11 does not know."""
    return MEDIA_KEYSYMS.get(name) or int(XK.string_to_keysym(name))
