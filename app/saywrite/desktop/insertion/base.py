"""The interface behind which every way of inserting hides, and the values that cross it.

A way lives on the insertion worker; only `focus()` may be called from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from saywrite.desktop.insertion.context.user_activity import UserActivity

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


class PasteMethod(StrEnum):
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


class FailureReason(StrEnum):
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
class TargetWindow:
    """The window that has the focus. `window` finds it again; `program` is the program's own name for itself (its
    class under X11, its app id under Wayland, its executable elsewhere). `own`: it is one of Saywrite's.
    """

    window: int
    program: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class InsertionResult:
    """What is known of a text that was sent. `on_clipboard`: it is there now, for pasting by hand. UNKNOWN with
    CLIPBOARD_SLOW or CLIPBOARD_BIG: it was typed instead of pasted.
    """

    receipt: Receipt
    on_clipboard: bool = False
    trouble: FailureReason = FailureReason.NONE


class InsertionBackend(Protocol):
    """One way into other programs. Methods raise `InsertionUnavailable` when the desktop is gone."""

    name: str
    activity: UserActivity
    """Whether the user has pressed a key or clicked since the last insertion."""

    def focus(self) -> TargetWindow | None:
        """The window that has the focus now, if that can be known. Any thread; a few ms at most."""

    def fileno(self) -> int | None:
        """What becomes readable when `serve()` has something to do; None if that never happens."""

    def serve(self) -> None:
        """Answer what other programs asked meanwhile (the clipboard we hold); does not wait."""

    def wake(self, now: float) -> float | None:
        """Do what is due at the monotonic time `now`, such as giving back the clipboard; when to be called next."""

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        """Send `text` to the window in front; returns as soon as its fate is known, `PATIENCE_S` at most after the
        keys. The clipboard is given back later, by `wake()`. `replace`: go on though its contents cannot be saved.
        """

    def activate_window(self, target: TargetWindow) -> bool:
        """Give `target` the focus again; whether it has it."""

    def take_back(self, undo: Undo, steps: int) -> bool:
        """Press the undo keys, or Backspace `steps` times; whether they could be pressed."""

    def close(self) -> None:
        """Leave the desktop as it was, as far as possible; at most a second."""


IN_HISTORY = "It is in the history and can be copied from there."
ON_CLIPBOARD = "The text is on the clipboard: paste it where you want it, or choose “Insert again”."


def not_inserted(delivery: InsertionResult, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a delivery that failed in `program` (its name for people)."""
    what = {
        FailureReason.NONE: f"{_start(program)} did not read the text.",
        FailureReason.KEYS_HELD: "A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.",
        FailureReason.KEYBOARD_TAKEN: (
            "A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted."
        ),
        FailureReason.CLIPBOARD_LOST: "Another program took the clipboard before the text was read.",
        FailureReason.CLIPBOARD_REFUSED: "The clipboard could not be used, so the text was not inserted.",
        FailureReason.CLIPBOARD_SLOW: f"{_SLOW} could not be saved, so the text was not inserted.",
        FailureReason.CLIPBOARD_BIG: f"{_BIG} could not be saved, so the text was not inserted.",
        FailureReason.KEYS_REFUSED: f"The keys to insert the text could not be sent to {program}.",
    }[delivery.trouble]
    if delivery.trouble in UNSAVED and not delivery.on_clipboard:
        return what, f"Choose “Insert again” to replace it with the text. {IN_HISTORY}"
    return what, ON_CLIPBOARD if delivery.on_clipboard else f"Choose “Insert again”. {IN_HISTORY}"


def uncertain(delivery: InsertionResult, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a text that was sent to `program` without a sign that it took it."""
    what = {
        FailureReason.CLIPBOARD_LOST: f"Another program took the clipboard before {program} was seen to read the text.",
        FailureReason.CLIPBOARD_SLOW: (
            f"{_SLOW} could not be saved, so it was left alone and the text typed into {program}."
        ),
        FailureReason.CLIPBOARD_BIG: (
            f"{_BIG} could not be saved, so it was left alone and the text typed into {program}."
        ),
    }.get(delivery.trouble, f"The text was sent to {program}, which does not tell whether it took it.")
    return what, "If it is not there, choose “Insert again”."


def kept(why: str, on_clipboard: bool) -> tuple[str, str]:
    return why, ON_CLIPBOARD if on_clipboard else IN_HISTORY


UNSAVED = (FailureReason.CLIPBOARD_SLOW, FailureReason.CLIPBOARD_BIG)
_SLOW = "What is on the clipboard comes too slowly from its program; it"
_BIG = "What is on the clipboard is larger than 64 MB; it"

OWN_WINDOW = "Saywrite itself had the focus, so the text was not inserted anywhere."
ONLY_CLIPBOARD = "The text is on the clipboard, as you chose."
PASTE = "Paste it where you want it."
OUR_FAULT = "Something went wrong while the text was being inserted."


def moved(program: str) -> str:
    """The user chose to keep the text when the focus moved."""
    return f"Another window had the focus than when you began ({program}), so the text was not inserted."


def gone(program: str) -> str:
    return f"The window you began in ({program}) could not be brought back, so the text was not inserted."


def _start(program: str) -> str:
    return program[:1].upper() + program[1:]
