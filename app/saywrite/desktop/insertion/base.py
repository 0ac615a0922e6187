"""The interface of every insertion backend, and the values that cross it.

A backend runs on the insertion thread; only `focus()` may be called on any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import joined, message

PATIENCE_S = 5.0
"""Seconds that a program has to read the text after the paste keys."""

KEYS_UP_S = 3.0
"""Seconds to wait until the user has released Ctrl, Alt, Shift and the other modifiers."""

GRAB_S = 1.0
"""Seconds to wait for a program that has grabbed the keyboard (a menu, a dialog)."""

READ_S = 0.5
"""Seconds that the text may wait until the contents of the clipboard are saved."""

MOST_BYTES = 64 * 1024 * 1024
"""Bytes of all formats of a clipboard together; a larger clipboard is not saved."""


PASSWORD_HINT = MappingProxyType({"x-kde-passwordManagerHint": b"secret"})
"""A format that keeps clipboard managers (Klipper, CopyQ, Clipman and others) from storing what comes with it."""


class Receipt(StrEnum):
    """What the backend saw after it had sent a text to another program."""

    READ = "read by the target"
    NOT_READ = "not read"
    UNKNOWN = "cannot tell"


class PasteMethod(StrEnum):
    """How a text is put into a program."""

    CTRL_V = "ctrl+v"
    CTRL_SHIFT_V = "ctrl+shift+v"
    SHIFT_INSERT = "shift+insert"
    TYPE = "type"
    CLIPBOARD = "clipboard"
    """Put it on the clipboard only; the user pastes it."""


class Undo(StrEnum):
    """How the last insertion is undone in a program."""

    CTRL_Z = "ctrl+z"
    BACKSPACE = "backspace"


class FailureReason(StrEnum):
    """Why a text was not inserted, or perhaps not."""

    NONE = ""
    KEYS_HELD = "keys held"
    KEYBOARD_TAKEN = "keyboard taken"
    """A menu, a dialog or the screen lock has grabbed the keyboard."""

    CLIPBOARD_LOST = "clipboard lost"
    CLIPBOARD_REFUSED = "clipboard refused"
    CLIPBOARD_SLOW = "clipboard slow"
    """The clipboard could not be read within `READ_S`, so it could not be restored either."""

    CLIPBOARD_BIG = "clipboard big"
    """The contents of the clipboard are larger than `MOST_BYTES`."""

    KEYS_REFUSED = "keys refused"


@dataclass(frozen=True, slots=True)
class TargetWindow:
    """A window that has the focus.

    `window`: its number, by which the backend finds it again. `program`: the name that its program uses (the class
    under X11, the app id under Wayland, the executable elsewhere). `own`: it belongs to Saywrite.
    """

    window: int
    program: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class InsertionResult:
    """What is known about a text that was sent.

    `on_clipboard`: the text is on the clipboard now, for pasting by hand. UNKNOWN with CLIPBOARD_SLOW or
    CLIPBOARD_BIG: the text was typed instead of pasted.
    """

    receipt: Receipt
    on_clipboard: bool = False
    trouble: FailureReason = FailureReason.NONE


class InsertionBackend(Protocol):
    """Inserts text on one desktop. Methods raise `InsertionUnavailable` when the desktop is gone."""

    name: str
    activity: UserActivity
    """Whether the user has pressed a key or clicked since the last insertion."""

    def focus(self) -> TargetWindow | None:
        """The window that has the focus, None where the desktop does not report it. Any thread; takes a few ms."""

    def fileno(self) -> int | None:
        """The descriptor that becomes readable when `serve()` has work; None for a backend without one."""

    def serve(self) -> None:
        """Answer the requests of other programs for the clipboard that we own. Does not wait."""

    def wake(self, now: float) -> float | None:
        """Do what is due at `now`, such as restoring the clipboard; when to call again (monotonic seconds)."""

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        """Send `text` to the window in front and wait for the outcome, at most `PATIENCE_S` after the keys.

        `wake()` restores the clipboard later. `replace`: continue although its contents cannot be saved.
        """

    def activate_window(self, target: TargetWindow) -> bool:
        """Give `target` the focus again; whether it has the focus now."""

    def take_back(self, undo: Undo, steps: int) -> bool:
        """Press the undo keys, or Backspace `steps` times; whether they could be pressed."""

    def close(self) -> None:
        """Restore the clipboard and disconnect; takes a second at most."""


LOOK_S = 0.04
"""Seconds for one look at the text before the cursor; an insertion does not wait longer for it."""

FRONT_WINDOW = message("the window in front")
"""The name of a program that the desktop does not name."""

IN_HISTORY = message("It is in the history and can be copied from there.")
ON_CLIPBOARD = message("The text is on the clipboard: paste it where you want it, or choose “Insert again”.")


def not_inserted(delivery: InsertionResult, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a delivery that failed in `program` (its name for people)."""
    what = {
        FailureReason.NONE: message("{program} did not read the text.", program=program)
        if program != FRONT_WINDOW
        else message("The window in front did not read the text."),
        FailureReason.KEYS_HELD: message("A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted."),
        FailureReason.KEYBOARD_TAKEN: (
            message("A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.")
        ),
        FailureReason.CLIPBOARD_LOST: message("Another program took the clipboard before the text was read."),
        FailureReason.CLIPBOARD_REFUSED: message("The clipboard could not be used, so the text was not inserted."),
        FailureReason.CLIPBOARD_SLOW: message(
            "What is on the clipboard comes too slowly from its program; it could not be saved, so the text was not "
            "inserted."
        ),
        FailureReason.CLIPBOARD_BIG: message(
            "What is on the clipboard is larger than 64 MB; it could not be saved, so the text was not inserted."
        ),
        FailureReason.KEYS_REFUSED: message(
            "The keys to insert the text could not be sent to {program}.", program=program
        ),
    }[delivery.trouble]
    if delivery.trouble in UNSAVED and not delivery.on_clipboard:
        return what, joined(" ", message("Choose “Insert again” to replace it with the text."), IN_HISTORY)
    return what, ON_CLIPBOARD if delivery.on_clipboard else joined(" ", message("Choose “Insert again”."), IN_HISTORY)


def uncertain(delivery: InsertionResult, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a text that was sent to `program` without a sign that it took it."""
    what = {
        FailureReason.CLIPBOARD_LOST: message(
            "Another program took the clipboard before it was certain that {program} had read the text.",
            program=program,
        ),
        FailureReason.CLIPBOARD_SLOW: (
            message(
                "What is on the clipboard comes too slowly from its program; it could not be saved, so it was left "
                "alone and the text typed into {program}.",
                program=program,
            )
        ),
        FailureReason.CLIPBOARD_BIG: (
            message(
                "What is on the clipboard is larger than 64 MB; it could not be saved, so it was left alone and the "
                "text typed into {program}.",
                program=program,
            )
        ),
    }.get(
        delivery.trouble,
        message("The text was sent to {program}, which does not tell whether it took it.", program=program),
    )
    return what, message("If it is not there, choose “Insert again”.")


def kept(why: str, on_clipboard: bool) -> tuple[str, str]:
    """`what` and `remedy` for a text that was not sent to a program, for the reason `why`."""
    return why, ON_CLIPBOARD if on_clipboard else IN_HISTORY


UNSAVED = (FailureReason.CLIPBOARD_SLOW, FailureReason.CLIPBOARD_BIG)

OWN_WINDOW = message("Saywrite itself had the focus, so the text was not inserted anywhere.")
ONLY_CLIPBOARD = message("The text is on the clipboard, as you chose.")
PASTE = message("Paste it where you want it.")
OUR_FAULT = message("Something went wrong while the text was being inserted.")


def moved(program: str) -> str:
    """The reason when another window has the focus and the user chose to keep the text then."""
    return message(
        "The focus is not in the window in which you began ({program}), so the text was not inserted.", program=program
    )


def gone(program: str) -> str:
    """The reason when the window of the key press cannot be activated again."""
    return message(
        "The window you began in ({program}) could not be brought back, so the text was not inserted.", program=program
    )


def unavailable(what: str) -> InsertionUnavailable:
    """The error that says `what` happened, with the remedy."""
    return InsertionUnavailable(what, message("The text is in the history and can be copied from there."))
