"""The way into other programs on Windows: clipboard with delayed rendering, so that a read is seen, and `SendInput`.

Decisions only; the calls are behind `WindowsDesktop` (`winapi.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from saywrite.desktop.insertion.way import KEYS_UP_S, PATIENCE_S, Delivery, Means, Target, Trouble, Undo
from saywrite.events import Receipt

QUIET_S = 0.2
BACK_S = 1.0
LOOK_S = 0.01

CTRL, SHIFT, ALT, LEFT_WIN, RIGHT_WIN = 0x11, 0x10, 0x12, 0x5B, 0x5C
INSERT, BACKSPACE, RETURN, TAB, V, Z = 0x2D, 0x08, 0x0D, 0x09, 0x56, 0x5A
MODIFIERS = (CTRL, SHIFT, ALT, LEFT_WIN, RIGHT_WIN)

_CHORDS: Mapping[str, tuple[int, ...]] = {
    Means.CTRL_V: (CTRL, V),
    Means.CTRL_SHIFT_V: (CTRL, SHIFT, V),
    Means.SHIFT_INSERT: (SHIFT, INSERT),
    Undo.CTRL_Z: (CTRL, Z),
}


class WindowsDesktop(Protocol):
    """What we need of Windows, on the insertion worker (`front` on any thread)."""

    def front(self) -> Target | None: ...

    def activate(self, window: int) -> bool: ...

    def elevated(self, window: int) -> bool:
        """Whether the window belongs to a program with more rights, which drops our keys silently."""

    def down(self, key: int) -> bool: ...

    def read_all(self) -> Mapping[int, bytes]:
        """The clipboard's formats that are plain memory, of a bounded size."""

    def promise_text(self, text: str, asked: Callable[[], None]) -> bool:
        """Own the clipboard with `text`, handed over when a program asks; marked as not for histories."""

    def put(self, contents: Mapping[int, bytes]) -> bool:
        """Own the clipboard with these formats, all of them there at once; not at all if there are none."""

    def ours(self) -> bool:
        """Whether nobody has changed the clipboard since `promise_text`."""

    def keep_text(self) -> None:
        """Hand the promised text over for good, so that it needs us no more."""

    def pump(self, limit_s: float) -> None:
        """Answer what Windows asks, for so long at most."""

    def press(self, keys: tuple[int, ...]) -> bool: ...

    def type(self, text: str) -> bool: ...


class Windows:
    """Implements `way.Way`."""

    name = "Windows"

    def __init__(self, desktop: WindowsDesktop) -> None:
        self._desktop = desktop
        self._before: Mapping[int, bytes] = {}
        self._reads: list[float] = []
        self._restore = False

    def focus(self) -> Target | None:
        return self._desktop.front()

    def fileno(self) -> int | None:
        return None

    def serve(self) -> None:
        """Nothing is promised between two insertions."""

    def deliver(self, text: str, target: Target | None, means: Means) -> Delivery:
        self._restore = False
        self._reads.clear()
        if means is Means.TYPE:
            if not self._keys_up():
                return self._leave(text, Trouble.KEYS_HELD)
            if self._refused(target) or not self._desktop.type(text):
                return self._leave(text, Trouble.KEYS_REFUSED)
            return Delivery(Receipt.UNKNOWN)
        if means is Means.CLIPBOARD:
            return self._leave(text, Trouble.NONE)
        self._before = self._desktop.read_all()
        if not self._desktop.promise_text(text, lambda: self._reads.append(time.monotonic())):
            return Delivery(Receipt.NOT_READ, trouble=Trouble.CLIPBOARD_REFUSED)
        if not self._keys_up():
            return self._stay(Trouble.KEYS_HELD)
        self._desktop.pump(LOOK_S)
        before_the_keys = bool(self._reads)
        if self._refused(target) or not self._desktop.press(_CHORDS[means]):
            return self._stay(Trouble.KEYS_REFUSED)
        if before_the_keys:
            # A clipboard history has fetched it already: Windows asks nobody a second time.
            self._restore = True
            return Delivery(Receipt.UNKNOWN)
        self._wait(lambda: bool(self._reads) or not self._desktop.ours(), PATIENCE_S)
        if self._reads:
            self._restore = True
            return Delivery(Receipt.READ)
        if not self._desktop.ours():
            return Delivery(Receipt.UNKNOWN, trouble=Trouble.CLIPBOARD_LOST)
        return self._stay(Trouble.NONE)

    def settle(self) -> None:
        if self._restore:
            self._wait(lambda: False, QUIET_S)
            if self._desktop.ours():
                self._desktop.put(self._before)

    def bring_back(self, target: Target) -> bool:
        return self._desktop.activate(target.window) and self._wait(lambda: self._is_front(target), BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if not self._keys_up():
            return False
        if undo is Undo.CTRL_Z:
            return self._desktop.press(_CHORDS[undo])
        return all(self._desktop.press((BACKSPACE,)) for _ in range(steps))

    def close(self) -> None:
        self._desktop.keep_text()

    def _leave(self, text: str, trouble: Trouble) -> Delivery:
        """Only put it on the clipboard."""
        if not self._desktop.promise_text(text, lambda: None):
            return Delivery(Receipt.NOT_READ, trouble=Trouble.CLIPBOARD_REFUSED)
        return self._stay(trouble)

    def _stay(self, trouble: Trouble) -> Delivery:
        self._desktop.keep_text()
        return Delivery(Receipt.NOT_READ, on_clipboard=True, trouble=trouble)

    def _refused(self, target: Target | None) -> bool:
        return target is not None and self._desktop.elevated(target.window)

    def _is_front(self, target: Target) -> bool:
        front = self._desktop.front()
        return front is not None and front.window == target.window

    def _keys_up(self) -> bool:
        return self._wait(lambda: not any(self._desktop.down(key) for key in MODIFIERS), KEYS_UP_S)

    def _wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        end = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > end:
                return False
            self._desktop.pump(LOOK_S)
        return True
