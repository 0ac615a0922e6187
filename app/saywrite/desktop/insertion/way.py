"""The interface behind which every way of inserting hides, and the values that cross it.

A way lives on the insertion worker; only `focus()` may be called from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from saywrite.desktop.insertion.user_activity import UserActivity

PATIENCE_S = 5.0
"""How long a program may take to read the text; measured from the paste keys."""

KEYS_UP_S = 3.0
"""How long to wait for the fingers to leave Ctrl, Alt, Shift and the like."""

GRAB_S = 1.0
"""How long to wait for a program that takes every key (a menu, a dialog) to let go of them."""

READ_S = 0.5
"""How long the text may wait for the clipboard's contents to be saved."""

MOST_BYTES = 64 * 1024 * 1024
"""Of all formats of a clipboard together; a larger one is not saved."""


class Receipt(StrEnum):
    """What was seen of a text that went to another program."""

    READ = "read by the target"
    NOT_READ = "not read"
    UNKNOWN = "cannot tell"


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
    KEYBOARD_TAKEN = "keyboard taken"
    """A menu, a dialog or the screen lock gets every key."""

    CLIPBOARD_LOST = "clipboard lost"
    CLIPBOARD_REFUSED = "clipboard refused"
    CLIPBOARD_SLOW = "clipboard slow"
    """What is on the clipboard could not be read in `READ_S`, so it could not be put back either."""

    CLIPBOARD_BIG = "clipboard big"
    """What is on the clipboard is larger than `MOST_BYTES`."""

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
    """What is known of a text that was sent. `on_clipboard`: it is there now, for pasting by hand. UNKNOWN with
    CLIPBOARD_SLOW or CLIPBOARD_BIG: it was typed instead of pasted.
    """

    receipt: Receipt
    on_clipboard: bool = False
    trouble: Trouble = Trouble.NONE


class Way(Protocol):
    """One way into other programs. Methods raise `InsertionUnavailable` when the desktop is gone."""

    name: str
    activity: UserActivity
    """Whether the user has pressed a key or clicked since the last insertion."""

    def focus(self) -> Target | None:
        """The window that has the focus now, if that can be known. Any thread; a few ms at most."""

    def fileno(self) -> int | None:
        """What becomes readable when `serve()` has something to do; None if that never happens."""

    def serve(self) -> None:
        """Answer what other programs asked meanwhile (the clipboard we hold); does not wait."""

    def wake(self, now: float) -> float | None:
        """Do what is due at the monotonic time `now`, such as giving back the clipboard; when to be called next."""

    def deliver(self, text: str, target: Target | None, means: Means, *, replace: bool = False) -> Delivery:
        """Send `text` to the window in front; returns as soon as its fate is known, `PATIENCE_S` at most after the
        keys. The clipboard is given back later, by `wake()`. `replace`: go on though its contents cannot be saved.
        """

    def bring_back(self, target: Target) -> bool:
        """Give `target` the focus again; whether it has it."""

    def take_back(self, undo: Undo, steps: int) -> bool:
        """Press the undo keys, or Backspace `steps` times; whether they could be pressed."""

    def close(self) -> None:
        """Leave the desktop as it was, as far as possible; at most a second."""
