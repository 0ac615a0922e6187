"""The X keyboard extension, as far as python-xlib lacks it: key map, active group, AccessX. Any one thread at a time.

Source of the wire formats: "The X Keyboard Extension: Protocol Specification", appendix D.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.protocol import rq

NAME = "XKEYBOARD"
CORE_KEYBOARD = 0x0100  # XkbUseCoreKbd
STICKY_KEYS = 1 << 3
"""In the enabled controls: a modifier that is pressed and released alone holds for the next key."""

_TYPES_AND_SYMBOLS = 0b11  # XkbKeyTypesMask and XkbKeySymsMask
_HEADER = 40


class _UseExtension(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card16("major"), rq.Card16("minor"))
    _reply = rq.Struct(
        rq.ReplyCode(), rq.Card8("supported"), rq.Card16("sequence_number"), rq.ReplyLength(), rq.Pad(24)
    )


class _GetState(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(4), rq.RequestLength(), rq.Card16("device"), rq.Pad(2))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("mods"),
        rq.Card8("base_mods"),
        rq.Card8("latched_mods"),
        rq.Card8("locked_mods"),
        rq.Card8("group"),
        rq.Card8("locked_group"),
        rq.Pad(18),
    )


class _GetControls(rq.ReplyRequest):
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(6), rq.RequestLength(), rq.Card16("device"), rq.Pad(2))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(48),
        rq.Card32("enabled"),
        rq.Pad(32),
    )


class _GetMap(rq.ReplyRequest):
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(8), rq.RequestLength(), rq.Card16("device"), rq.Card16("full"), rq.Pad(20)
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("device"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(7),
        rq.Card8("types"),
        rq.Pad(1),
        rq.Card8("first_key"),
        rq.Pad(2),
        rq.Card8("keys"),
        rq.Pad(19),
        rq.Binary("rest", pad=0),
    )


@dataclass(frozen=True, slots=True)
class ShiftLevel:
    """One symbol of a key, and the modifiers (as in core events) that choose it: 0 for none, 1 for Shift."""

    keysym: int
    modifiers: int


KeyMap = Mapping[int, tuple[ShiftLevel, ...]]
"""The levels of every key code in one group."""


class Xkb:
    """Asks the server at each call, because any program may have changed the layout meanwhile."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._parsed: tuple[tuple[bytes, int, int, int, int], KeyMap] | None = None
        found = display.query_extension(NAME)
        self.available = found is not None
        """Without the extension there is one group, and what a key gives comes from the core protocol's table."""
        if found is not None:
            display.display.set_extension_major(NAME, found.major_opcode)
            self._major = int(found.major_opcode)
            _UseExtension(display=display.display, opcode=self._major, major=1, minor=0)

    @property
    def group(self) -> int:
        """The active group, from 0."""
        return int(self._ask(_GetState).group) if self.available else 0

    @property
    def sticky_keys(self) -> bool:
        return self.available and bool(self._ask(_GetControls).enabled & STICKY_KEYS)

    def key_map(self) -> KeyMap:
        """Every key in the active group."""
        if not self.available:
            return self._core_map()
        reply = self._ask(_GetMap, full=_TYPES_AND_SYMBOLS)
        asked = bytes(reply.rest), int(reply.types), int(reply.first_key), int(reply.keys), self.group
        if self._parsed is None or self._parsed[0] != asked:  # parsing takes longer than asking
            self._parsed = asked, parse_map(*asked)
        return self._parsed[1]

    def _core_map(self) -> KeyMap:
        info = self._display.display.info
        first, last = info.min_keycode, info.max_keycode
        rows = self._display.get_keyboard_mapping(first, last - first + 1)
        return {first + at: tuple(ShiftLevel(int(row[n]), n) for n in (0, 1)) for at, row in enumerate(rows)}

    def _ask(self, request: Any, **more: int) -> Any:
        return request(display=self._display.display, opcode=self._major, device=CORE_KEYBOARD, **more)


def parse_map(data: bytes, types: int, first_key: int, keys: int, group: int) -> KeyMap:
    """`data`: the key types and the symbols of a GetMap reply. Raises `struct.error` where it is cut off."""
    at = 0
    choosers: list[dict[int, int]] = []
    for _ in range(types):
        entries, preserve = struct.unpack_from("=5xBBx", data, at)
        at += 8
        by_level = {0: 0}
        for number in range(entries):
            active, mask, level = struct.unpack_from("=BBB", data, at + 8 * number)
            if active and (level not in by_level or mask < by_level[level]):
                by_level[level] = mask
        choosers.append(by_level)
        at += entries * (12 if preserve else 8)
    found: dict[int, tuple[ShiftLevel, ...]] = {}
    for code in range(first_key, first_key + keys):
        *kinds, groups, width, count = struct.unpack_from("=4BBBH", data, at)
        symbols = struct.unpack_from(f"={count}I", data, at + 8)
        at += 8 + 4 * count
        there = effective_group(group, groups)
        if there is None:
            found[code] = ()
            continue
        row, chooser = symbols[there * width : (there + 1) * width], choosers[kinds[there]]
        found[code] = tuple(
            ShiftLevel(keysym, chooser[level])
            for level, keysym in enumerate(row)
            if level in chooser and keysym != X.NoSymbol
        )
    return found


def effective_group(group: int, info: int) -> int | None:
    """The active group of a key; None if it has none. `info`: the number of its groups and the rule beyond it."""
    count = info & 0x0F
    if count == 0 or group < count:
        return group if count else None
    if info & 0x80:
        redirected = info >> 4 & 0x03
        return redirected if redirected < count else 0
    return count - 1 if info & 0x40 else group % count
