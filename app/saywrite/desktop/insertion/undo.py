"""The last insertion: how the next text continues it, and whether it can be undone. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.programs import called, is_terminal, undo_for
from saywrite.foundation.messages import message

KEPT = 300
"""Characters of the inserted text that the spacing of the next one may depend on."""

UNKNOWN_S = 30.0
"""Seconds in which a text continues the one before, where the desktop does not report the user's keys."""

UNDO_S = 120.0
"""Seconds after which the undo of that window would probably undo something else."""

UNSEEN_S = 60.0
"""Seconds in which a text that the program does not report can be undone; later, input is polled too seldom."""

CLICK_S = 0.3
"""Seconds before the request in which input counts as the click that chose the undo."""

STEPS_LIMIT = 5_000

_SPACES = {0xA0: " ", 0x202F: " "}
"""Programs replace a space by one that does not break a line, and the reverse."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class LastInsertion:
    """The last insertion. `before`: the end of the text before the cursor; `at`: monotonic seconds."""

    dictation: str
    target: TargetWindow
    means: PasteMethod
    text: str
    before: str
    at: float


def text_before_cursor(
    last: LastInsertion | None,
    target: TargetWindow | None,
    activity: UserActivity,
    now: float,
    *,
    same_dictation: bool = False,
) -> str:
    """The text before the cursor: what we inserted there, if the user has done nothing since; else "".

    `same_dictation`: the next text continues the last one however long ago that was.
    """
    if last is None or target is None or last.target.window != target.window or activity.acted:
        return ""
    return last.before if activity.known or same_dictation or now - last.at <= UNKNOWN_S else ""


def inserted(
    dictation: str, target: TargetWindow, means: PasteMethod, text: str, front: str, now: float
) -> LastInsertion:
    """The record of an insertion of `text` behind `front`."""
    return LastInsertion(dictation, target, means, text, (front + text)[-KEPT:], now)


def steps_back(text: str) -> int | None:
    """How many Backspaces delete `text`; None where programs differ.

    They differ for line breaks, joined emoji and combining marks.
    """
    if any(char in _JOINERS or unicodedata.combining(char) or ord(char) < 32 for char in text):
        return None
    if any(0x1F1E6 <= ord(char) <= 0x1F1FF or 0x1F3FB <= ord(char) <= 0x1F3FF for char in text):
        return None  # flags, skin tones
    return len(text) if len(text) <= STEPS_LIMIT else None


def is_before_cursor(text: str, seen: str) -> bool:
    """Whether an inserted text is before the cursor; `seen`: the end of what the program reports there."""
    text, seen = (each.replace("\r\n", "\n").translate(_SPACES) for each in (text, seen))
    return seen.endswith(text) or (len(seen) >= KEPT // 2 and text.endswith(seen))


def find_obstacle(last: LastInsertion, seen: str | None, activity: UserActivity, asked: float, *, ours: bool) -> str:
    """A sentence that says why the undo could change what the user wrote himself; "" where it cannot.

    `seen`: the end of the text before the cursor, None where it is not known. `asked`: when the user asked for the
    undo. `ours`: he did so in a window of this program. What a terminal reports is not used: it contains the output of
    programs, and line breaks where a line is full.
    """
    program = called(last.target.program)
    if seen is not None and not is_terminal(last.target.program):
        if is_before_cursor(last.text, seen):
            return ""
        return message(
            "The text in {program} was changed since then, or the cursor was moved, so nothing was undone.",
            program=program,
        )
    if not ours and _is_untouched(last, activity, asked):
        return ""
    return message(
        "{program} does not report whether you have typed there since, so nothing was undone.", program=program
    )


def _is_untouched(last: LastInsertion, activity: UserActivity, asked: float) -> bool:
    """Whether the user certainly did nothing between the insertion and the request for its undo."""
    first = activity.first_input()
    return activity.known and asked - last.at <= UNSEEN_S and (first is None or first >= asked - CLICK_S)


def plan_undo(last: LastInsertion | None, target: TargetWindow | None, now: float) -> tuple[Undo, int] | str:
    """The undo and the number of its steps, or a sentence that says why it is not safe."""
    if last is None:
        return message("There is nothing to undo.")
    if target is None or target.window != last.target.window:
        return message("Another window has the focus now.")
    if now - last.at > UNDO_S:
        return message("The last insertion was too long ago.")
    undo = undo_for(last.target.program, last.means)
    if undo is Undo.CTRL_Z:
        return undo, 1
    steps = steps_back(last.text)
    if steps is None:
        if is_terminal(last.target.program):
            return message("This text cannot safely be undone in a terminal.")
        return message("This text cannot safely be undone in this program.")
    return undo, steps
