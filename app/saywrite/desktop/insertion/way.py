"""The interface behind which every way of inserting hides, and the values that cross it.

A way lives on the insertion worker; only `focus()` may be called from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from saywrite.events import Receipt

PATIENCE_S = 5.0
"""How long a program may take to read the text; measured from the paste keys."""

KEYS_UP_S = 3.0
"""How long to wait for the fingers to leave Ctrl, Alt, Shift and the like."""


class Means(StrEnum):
    """How a program wants its text."""

    CTRL_V = "ctrl+v"
    CTRL_SHIFT_V = "ctrl+shift+v"
    SHIFT_INSERT = "shift+insert"
    TYPE = "type"
    CLIPBOARD = "clipboard"
    """Only put it on the clipboard."""


class Undo(StrEnum):
    """How a program takes the last insertion back."""

    CTRL_Z = "ctrl+z"
    BACKSPACE = "backspace"


class Trouble(StrEnum):
    """Why a delivery did not happen, or may not have."""

    NONE = ""
    KEYS_HELD = "keys held"
    CLIPBOARD_LOST = "clipboard lost"
    CLIPBOARD_REFUSED = "clipboard refused"
    KEYS_REFUSED = "keys refused"


@dataclass(frozen=True, slots=True)
class Target:
    """The window that has the focus. `window` finds it again; `program` is the program's own name for itself (its
    class under X11, its app id under Wayland, its executable elsewhere). `own`: it is one of Saywrite's.
    """

    window: int
    program: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a text that was sent. `on_clipboard`: it is there now, for pasting by hand."""

    receipt: Receipt
    on_clipboard: bool = False
    trouble: Trouble = Trouble.NONE


class Way(Protocol):
    """One way into other programs. Methods raise `InsertionUnavailable` when the desktop is gone."""

    name: str

    def focus(self) -> Target | None:
        """The window that has the focus now, if that can be known. Any thread; a few ms at most."""

    def fileno(self) -> int | None:
        """What becomes readable when `serve()` has something to do; None if that never happens."""

    def serve(self) -> None:
        """Answer what other programs asked meanwhile (the clipboard we hold); does not wait."""

    def deliver(self, text: str, target: Target | None, means: Means) -> Delivery:
        """Send `text` to the window in front; returns as soon as its fate is known, `PATIENCE_S` at most after the
        keys.
        """

    def settle(self) -> None:
        """Behind `deliver()`: let the program finish reading, then give back the clipboard as it was, if the text
        was read and the clipboard is still ours.
        """

    def bring_back(self, target: Target) -> bool:
        """Give `target` the focus again; whether it has it."""

    def take_back(self, undo: Undo, steps: int) -> bool:
        """Press the undo keys, or Backspace `steps` times; whether they could be pressed."""

    def close(self) -> None:
        """Leave the desktop as it was, as far as possible; at most a second."""
