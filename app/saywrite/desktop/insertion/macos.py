"""The way into other programs on macOS: the pasteboard, and keys as CGEvents. Needs the Accessibility permission.

Decisions only; the calls are behind `MacDesktop` (`appkit.py`). Nobody tells who reads the pasteboard, so the receipt
is "cannot tell" and the old contents come back after a pause.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from saywrite.desktop.insertion.way import KEYS_UP_S, Delivery, Means, Target, Trouble, Undo
from saywrite.errors import InsertionUnavailable
from saywrite.events import Receipt

READ_S = 0.6
"""Programs have so long to read: others settled on 0.45 s after complaints about less."""

LOOK_S = 0.01
BACK_S = 1.0

V, Z, BACKSPACE = 9, 6, 51
"""Virtual key codes of an ANSI keyboard."""

Items = tuple[Mapping[str, bytes], ...]
"""The pasteboard: each item's values by their uniform type identifiers."""


class MacDesktop(Protocol):
    """What we need of macOS."""

    def trusted(self) -> bool:
        """Whether the user allowed Saywrite to press keys (Accessibility)."""

    def front(self) -> Target | None: ...

    def activate(self, window: int) -> bool: ...

    def modifiers_down(self) -> bool: ...

    def read_all(self) -> Items: ...

    def put(self, items: Items) -> int:
        """Replace what is on the pasteboard; its change count afterwards."""

    def put_text(self, text: str) -> int:
        """The same with a text that is marked as transient."""

    def change_count(self) -> int: ...

    def press(self, key: int, command: bool) -> None: ...

    def type(self, text: str) -> None: ...


class MacOS:
    """Implements `way.Way`. `target.window` is the program's process id: macOS tells no window without a permission."""

    name = "macOS"

    def __init__(self, desktop: MacDesktop, pause: Callable[[float], None] = time.sleep) -> None:
        self._desktop = desktop
        self._pause = pause
        self._before: Items = ()
        self._count = 0
        self._restore = False

    def focus(self) -> Target | None:
        return self._desktop.front()

    def fileno(self) -> int | None:
        return None

    def serve(self) -> None:
        """The pasteboard has the values themselves."""

    def deliver(self, text: str, target: Target | None, means: Means) -> Delivery:
        self._restore = False
        if means is Means.CLIPBOARD or not self._desktop.trusted():
            self._desktop.put_text(text)
            if means is not Means.CLIPBOARD:
                raise InsertionUnavailable(
                    "macOS does not let Saywrite insert text yet. The text is on the clipboard.",
                    "Allow Saywrite under System Settings > Privacy & Security > Accessibility.",
                )
            return Delivery(Receipt.NOT_READ, on_clipboard=True)
        if means is not Means.TYPE:
            self._before = self._desktop.read_all()
            self._count = self._desktop.put_text(text)
        if not self._wait(lambda: not self._desktop.modifiers_down(), KEYS_UP_S):
            self._desktop.put_text(text)
            return Delivery(Receipt.NOT_READ, on_clipboard=True, trouble=Trouble.KEYS_HELD)
        if means is Means.TYPE:
            self._desktop.type(text)
        else:
            self._desktop.press(V, command=True)
            self._restore = True
        return Delivery(Receipt.UNKNOWN)

    def settle(self) -> None:
        if self._restore:
            self._pause(READ_S)
            if self._desktop.change_count() == self._count:
                self._desktop.put(self._before)

    def bring_back(self, target: Target) -> bool:
        return self._desktop.activate(target.window) and self._wait(lambda: self._is_front(target), BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if not self._desktop.trusted() or not self._wait(lambda: not self._desktop.modifiers_down(), KEYS_UP_S):
            return False
        for _ in range(steps if undo is Undo.BACKSPACE else 1):
            self._desktop.press(BACKSPACE if undo is Undo.BACKSPACE else Z, command=undo is Undo.CTRL_Z)
        return True

    def close(self) -> None:
        """Nothing is held."""

    def _is_front(self, target: Target) -> bool:
        front = self._desktop.front()
        return front is not None and front.window == target.window

    def _wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        left = limit_s
        while not done():
            if left <= 0:
                return False
            self._pause(LOOK_S)
            left -= LOOK_S
        return True
