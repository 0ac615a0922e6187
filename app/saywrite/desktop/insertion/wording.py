"""What people are told when a text did not get where it should: what happened, and the remedy. Pure."""

from __future__ import annotations

from saywrite.desktop.insertion.way import Delivery, Trouble

IN_HISTORY = "It is in the history and can be copied from there."
ON_CLIPBOARD = "The text is on the clipboard: paste it where you want it, or choose “Insert again”."


def not_inserted(delivery: Delivery, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a delivery that failed in `program` (its name for people)."""
    what = {
        Trouble.NONE: f"{_start(program)} did not read the text.",
        Trouble.KEYS_HELD: "A key such as Ctrl, Alt or Shift stayed down, so the text was not inserted.",
        Trouble.KEYBOARD_TAKEN: "A menu, a dialog or the screen lock holds the keyboard, so the text was not inserted.",
        Trouble.CLIPBOARD_LOST: "Another program took the clipboard before the text was read.",
        Trouble.CLIPBOARD_REFUSED: "The clipboard could not be used, so the text was not inserted.",
        Trouble.CLIPBOARD_SLOW: f"{_SLOW} could not be saved, so the text was not inserted.",
        Trouble.CLIPBOARD_BIG: f"{_BIG} could not be saved, so the text was not inserted.",
        Trouble.KEYS_REFUSED: f"The keys to insert the text could not be sent to {program}.",
    }[delivery.trouble]
    if delivery.trouble in UNSAVED and not delivery.on_clipboard:
        return what, f"Choose “Insert again” to replace it with the text. {IN_HISTORY}"
    return what, ON_CLIPBOARD if delivery.on_clipboard else f"Choose “Insert again”. {IN_HISTORY}"


def uncertain(delivery: Delivery, program: str) -> tuple[str, str]:
    """`what` and `remedy` for a text that was sent to `program` without a sign that it took it."""
    what = {
        Trouble.CLIPBOARD_LOST: f"Another program took the clipboard before {program} was seen to read the text.",
        Trouble.CLIPBOARD_SLOW: f"{_SLOW} could not be saved, so it was left alone and the text typed into {program}.",
        Trouble.CLIPBOARD_BIG: f"{_BIG} could not be saved, so it was left alone and the text typed into {program}.",
    }.get(delivery.trouble, f"The text was sent to {program}, which does not tell whether it took it.")
    return what, "If it is not there, choose “Insert again”."


def kept(why: str, on_clipboard: bool) -> tuple[str, str]:
    return why, ON_CLIPBOARD if on_clipboard else IN_HISTORY


UNSAVED = (Trouble.CLIPBOARD_SLOW, Trouble.CLIPBOARD_BIG)
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
