"""Changes of a display's keyboard through the X keyboard extension, as a layout switcher and the settings make them."""

from __future__ import annotations

from typing import Any

from Xlib.protocol import rq

from saywrite.desktop.insertion.x11.xkb import CORE_KEYBOARD, NAME, STICKY_KEYS, Xkb


class _LatchLockState(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(5),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Card8("affect_mod_locks"),
        rq.Card8("mod_locks"),
        rq.Card8("lock_group"),
        rq.Card8("group_lock"),
        rq.Pad(6),
    )


class _SetControls(rq.Request):
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(7),
        rq.RequestLength(),
        rq.Card16("device"),
        rq.Pad(18),
        rq.Card32("affect_enabled"),
        rq.Card32("enabled"),
        rq.Pad(68),
    )


class ChangingXkb(Xkb):
    """The extension of a display, with the two requests that the program never sends."""

    def __init__(self, display: Any) -> None:
        super().__init__(display)
        self._to = {"display": display.display, "opcode": display.query_extension(NAME).major_opcode}
        self._sync = display.sync

    def lock_group(self, group: int) -> None:
        """Make a group the active one until it is changed again."""
        _LatchLockState(
            **self._to, device=CORE_KEYBOARD, affect_mod_locks=0, mod_locks=0, lock_group=1, group_lock=group
        )
        self._sync()

    def set_sticky_keys(self, on: bool) -> None:
        _SetControls(**self._to, device=CORE_KEYBOARD, affect_enabled=STICKY_KEYS, enabled=STICKY_KEYS if on else 0)
        self._sync()
