"""Typing a text through XTEST: characters are bound to key codes that the layout leaves free.

A program translates a key when it gets to it, with the bindings of that moment. So a code is bound anew only when
the program has shown that it is done with the keys so far: it answers `_NET_WM_PING` in the order of its events.
Programs that do not know the ping get a pause instead.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from Xlib import X
from Xlib.protocol.event import ClientMessage

from saywrite.desktop.insertion.x11.connection import Connection
from saywrite.desktop.insertion.x11.keys import Keys

_NAMED = {"\n": "Return", "\t": "Tab"}
_BURST = 40
"""Keys between two pauses, so that a slow program's queue does not grow without bound."""

_PAUSE_S = 0.004
_UNKNOWN_S = 0.4
"""Without a ping: the pause before a code is bound anew."""

_PING_S = 5.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key, with or without Shift."""

    code: int
    shifted: bool = False


NOWHERE = Stroke(0)


class Typist:
    """Types into the window that has the focus."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._x = connection
        self._keys = keys
        self._answered = False
        self._bound: dict[tuple[str, str], int] = {}

    def type(self, text: str, window: int) -> bool:
        """Whether all of it could be sent. `window`: the top-level window that has the focus, 0 if not known."""
        table = self._table()
        shift = self._keys.code("Shift_L")
        self._bound = {
            pair: code for pair, code in self._bound.items() if tuple(table[code][:2]) == tuple(map(keysym, pair))
        }
        spare = [code for code, row in table.items() if not any(row) or code in self._bound.values()]
        present = self._present(table)
        if not spare or not shift or any(present[char] == NOWHERE for char in _NAMED if char in text):
            return False
        caps = self._keys.caps_lock
        if caps:
            self._keys.tap("Caps_Lock")
        try:
            for part in batches(text, 2 * len(spare), present):
                self._send(part, present | self._bind(part, spare, present), shift)
                self._wait_until_done(window)
        finally:
            if caps:
                self._keys.tap("Caps_Lock")
        return True

    def close(self) -> None:
        """Free the key codes that were bound. Not earlier: every change makes all programs read the keyboard anew, and
        the next text will want the same characters.
        """
        self._change(dict.fromkeys(self._bound.values(), (X.NoSymbol, X.NoSymbol)))
        self._bound.clear()

    def _table(self) -> dict[int, Sequence[int]]:
        """What every key code means: the first two of each row without and with Shift."""
        info = self._x.display.display.info
        first, last = info.min_keycode, info.max_keycode
        return {first + at: row for at, row in enumerate(self._x.display.get_keyboard_mapping(first, last - first + 1))}

    def _present(self, table: Mapping[int, Sequence[int]]) -> dict[str, Stroke]:
        """The characters that the layout itself has. Only plain ASCII, and only while the first layout is in force:
        what other keys give depends on more than the table.
        """
        found = {char: Stroke(self._keys.code(name)) for char, name in _NAMED.items()}
        for code, row in table.items():
            for shifted in (False, True):
                # letters may stand there once, for both
                char = chr(row[shifted]) if 0x20 <= row[shifted] <= 0x7E else ""
                if char and char not in found and row[0] != row[1]:
                    found[char] = Stroke(code, shifted)
        return found

    def _bind(self, part: str, spare: Sequence[int], present: Mapping[str, Stroke]) -> dict[str, Stroke]:
        """Bind the characters of `part` that the layout lacks, two to a key code; the ones bound before keep theirs."""
        wanted = [char for char in dict.fromkeys(part) if char not in present]
        pairs = {pair: code for pair, code in self._bound.items() if set(pair) & set(wanted)}
        missing = [char for char in wanted if not any(char in pair for pair in pairs)]
        free = [code for code in spare if code not in pairs.values()]
        if len(missing) > 2 * len(free):
            pairs, missing, free = {}, wanted, list(spare)
        changes: dict[int, tuple[int, int]] = {}
        for at, code in zip(range(0, len(missing), 2), free, strict=False):
            pair = (missing[at], missing[min(at + 1, len(missing) - 1)])
            changes[code] = (keysym(pair[0]), keysym(pair[1]))
            self._bound = {each: other for each, other in self._bound.items() if other != code} | {pair: code}
            pairs[pair] = code
        self._change(changes)
        return {char: Stroke(code, pair[0] != char) for pair, code in pairs.items() for char in pair}

    def _change(self, changes: Mapping[int, tuple[int, int]]) -> None:
        """Bind key codes in as few requests as can be: window managers take a tenth of a second to digest one. So keys
        between two changed ones are written again as they are, where they have but one meaning.
        """
        table = self._table()
        for run in runs(sorted(changes), lambda code: len(set(table[code]) - {X.NoSymbol}) <= 1):
            rows = [changes.get(code) or (table[code][0], table[code][0]) for code in run]
            self._x.display.change_keyboard_mapping(run.start, rows)
        self._x.display.sync()

    def _send(self, part: str, strokes: Mapping[str, Stroke], shift: int) -> None:
        for start in range(0, len(part), _BURST):
            for char in part[start : start + _BURST]:
                stroke = strokes[char]
                if stroke.shifted:
                    self._keys.fake(X.KeyPress, shift)
                self._keys.fake(X.KeyPress, stroke.code)
                self._keys.fake(X.KeyRelease, stroke.code)
                if stroke.shifted:
                    self._keys.fake(X.KeyRelease, shift)
            self._x.display.sync()
            self._x.wait(lambda: False, _PAUSE_S)

    def _wait_until_done(self, window: int) -> None:
        """Until the program has taken the keys sent so far, as far as that can be known."""
        if not window or not self._knows_ping(window):
            self._x.wait(lambda: False, _UNKNOWN_S)
            return
        self._answered = False
        target = self._x.display.create_resource_object("window", window)
        self._x.handlers.append(self._take)
        # Qt answers with the one mask, GTK with the other.
        self._x.root.change_attributes(event_mask=X.SubstructureNotifyMask | X.StructureNotifyMask)
        try:
            ping = self._x.atom("_NET_WM_PING")
            data = (32, [ping, self._x.server_time(), window, 0, 0])
            target.send_event(ClientMessage(window=target, client_type=self._x.atom("WM_PROTOCOLS"), data=data))
            self._x.wait(lambda: self._answered, _PING_S)
        finally:
            self._x.root.change_attributes(event_mask=X.NoEventMask)
            self._x.handlers.remove(self._take)

    def _knows_ping(self, window: int) -> bool:
        target = self._x.display.create_resource_object("window", window)
        protocols = target.get_full_property(self._x.atom("WM_PROTOCOLS"), X.AnyPropertyType)
        return protocols is not None and self._x.atom("_NET_WM_PING") in protocols.value

    def _take(self, event: Any) -> None:
        if isinstance(event, ClientMessage) and event.client_type == self._x.atom("WM_PROTOCOLS"):
            self._answered = self._answered or event.data[1][0] == self._x.atom("_NET_WM_PING")


def keysym(char: str) -> int:
    """Latin-1 has its own keysyms; everything else is its code point with a mark."""
    point = ord(char)
    return point if 0x20 <= point <= 0x7E or 0xA0 <= point <= 0xFF else 0x0100_0000 | point


def runs(codes: Sequence[int], plain: Callable[[int], bool]) -> Iterator[range]:
    """The key codes as stretches that hold nothing else but `plain` ones."""
    start = 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or not all(plain(code) for code in range(codes[at - 1] + 1, codes[at])):
            yield range(codes[start], codes[at - 1] + 1)
            start = at


def batches(text: str, room: int, present: Container[str] = ()) -> Iterator[str]:
    """The text in stretches of at most `room` different characters that are not `present` already."""
    start, seen = 0, set[str]()
    for at, char in enumerate(text):
        if char in present or char in seen:
            continue
        if len(seen) == room:
            yield text[start:at]
            start, seen = at, set()
        seen.add(char)
    if start < len(text):
        yield text[start:]
