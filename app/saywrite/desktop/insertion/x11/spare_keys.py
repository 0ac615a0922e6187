"""Key codes that the layout leaves free, bound to characters it lacks. Bindings hold in every group. Insertion worker.

Every change makes all programs read the keyboard anew (window managers take a tenth of a second), so bindings stay
until `close()`, and a change touches as few requests as possible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from Xlib import X

from saywrite.desktop.insertion.x11.connection import X11Connection

Table = Mapping[int, Sequence[int]]
"""The core protocol's keysyms of every key code."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key, with or without Shift."""

    code: int
    shifted: bool = False


class SpareKeys:
    """Two characters for each free key code: without Shift and with it."""

    def __init__(self, connection: X11Connection) -> None:
        self._x = connection
        self._bound: dict[tuple[str, str], int] = {}
        self._free: list[int] = []

    def room(self) -> int:
        """How many characters can be bound at once. Looks at the keyboard anew: call it before `bind`."""
        table = self._table()
        self._bound = {
            pair: code for pair, code in self._bound.items() if tuple(table[code][:2]) == tuple(map(keysym, pair))
        }
        self._free = [code for code, row in table.items() if not any(row) or code in self._bound.values()]
        return 2 * len(self._free)

    def bind(self, characters: Sequence[str]) -> dict[str, Stroke]:
        """Bind at most `room()` characters and return their strokes; earlier ones keep theirs if possible."""
        wanted = list(dict.fromkeys(characters))
        pairs = {pair: code for pair, code in self._bound.items() if set(pair) & set(wanted)}
        missing = [char for char in wanted if not any(char in pair for pair in pairs)]
        free = [code for code in self._free if code not in pairs.values()]
        if len(missing) > 2 * len(free):
            pairs, missing, free = {}, wanted, list(self._free)
        changes: dict[int, tuple[int, int]] = {}
        for at, code in zip(range(0, len(missing), 2), free, strict=False):
            pair = (missing[at], missing[min(at + 1, len(missing) - 1)])
            changes[code] = (keysym(pair[0]), keysym(pair[1]))
            self._bound = {each: other for each, other in self._bound.items() if other != code} | {pair: code}
            pairs[pair] = code
        self._change(changes)
        return {char: Stroke(code, pair[0] != char) for pair, code in pairs.items() for char in pair}

    def close(self) -> None:
        """Free the key codes again."""
        self._change(dict.fromkeys(self._bound.values(), (X.NoSymbol, X.NoSymbol)))
        self._bound.clear()

    def _table(self) -> Table:
        info = self._x.display.display.info
        first, last = info.min_keycode, info.max_keycode
        return {first + at: row for at, row in enumerate(self._x.display.get_keyboard_mapping(first, last - first + 1))}

    def _change(self, changes: Mapping[int, tuple[int, int]]) -> None:
        """Keys between two changed ones are written again as they are, where they have only one meaning."""
        if not changes:
            return
        table = self._table()
        for run in runs(sorted(changes), lambda code: len(set(table[code]) - {X.NoSymbol}) <= 1):
            rows = [changes.get(code) or (table[code][0], table[code][0]) for code in run]
            self._x.display.change_keyboard_mapping(run.start, rows)
        self._x.display.sync()


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
