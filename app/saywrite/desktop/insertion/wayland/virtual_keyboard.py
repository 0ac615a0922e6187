"""A keyboard of our own at the compositor (virtual-keyboard): presses the chords that paste and undo.

It has a plain keymap of its own, so its letters are those of a US keyboard, whatever the user's layout is. It is kept
for all insertions: keys of a keyboard that has just appeared or is about to vanish are lost, and GTK takes no chord
from it (measured with wtype).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence

from saywrite.desktop.insertion.base import PasteMethod, Undo, unavailable
from saywrite.desktop.insertion.wayland.wire_protocol import Wire
from saywrite.foundation.messages import message

_KEYMAP = (
    'xkb_keymap { xkb_keycodes { include "evdev" }; xkb_types { include "complete" }; '
    'xkb_compat { include "complete" }; xkb_symbols { include "pc+us" }; };'
)
_TEXT_FORMAT = 1  # WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1
CTRL, SHIFT, ALT = 29, 42, 56
"""Key codes as in linux/input-event-codes.h."""

_BACKSPACE, _INSERT, _V, _Z = 14, 110, 47, 44
_MASKS = {SHIFT: 1, CTRL: 4, ALT: 8}
_CHORDS: dict[str, tuple[tuple[int, ...], int]] = {
    PasteMethod.CTRL_V: ((CTRL,), _V),
    PasteMethod.CTRL_SHIFT_V: ((CTRL, SHIFT), _V),
    PasteMethod.SHIFT_INSERT: ((SHIFT,), _INSERT),
    Undo.CTRL_Z: ((CTRL,), _Z),
}


class VirtualKeyboard:
    """Raises `InsertionUnavailable` where the compositor lets no program have one."""

    def __init__(self, wire: Wire, seat: int) -> None:
        self._wire = wire
        manager = wire.bind("zwp_virtual_keyboard_manager_v1", 1, lambda _opcode, _arguments: None)
        if not manager:
            raise unavailable(
                message("This compositor lets no program press keys, so text cannot be put into other programs.")
            )
        self._keyboard = wire.new(lambda _opcode, _arguments: None)
        wire.send(manager, 0, seat, self._keyboard)
        data = _KEYMAP.encode() + b"\0"
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            wire.send(self._keyboard, 0, _TEXT_FORMAT, len(data), fd=file.fileno())
            wire.roundtrip()

    def press(self, chord: PasteMethod | Undo) -> None:
        """Press and release a chord."""
        modifiers, key = _CHORDS[chord]
        self.keys(modifiers, key)

    def backspace(self, times: int) -> None:
        for _ in range(times):
            self.keys((), _BACKSPACE)

    def keys(self, modifiers: Sequence[int], key: int) -> None:
        """Press and release one key with modifiers, by key codes."""
        for code in modifiers:
            self._key(code, True)
        self._wire.send(self._keyboard, 2, sum(_MASKS[code] for code in modifiers), 0, 0, 0)
        self._key(key, True)
        self._key(key, False)
        for code in reversed(modifiers):
            self._key(code, False)
        self._wire.send(self._keyboard, 2, 0, 0, 0, 0)
        self._wire.roundtrip()

    def _key(self, code: int, down: bool) -> None:
        now = int(time.monotonic() * 1000) & 0xFFFF_FFFF
        self._wire.send(self._keyboard, 1, now, code, int(down))
