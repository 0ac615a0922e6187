"""Where and what was inserted last: how the next text continues it, and whether it can still be taken back. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from saywrite.desktop.insertion.base import PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.programs import is_terminal, undo_for

KEPT = 300
"""Characters of the inserted text that may matter to the next one."""

UNKNOWN_S = 30.0
"""Where the desktop does not tell of the user's keys, a text continues the one before it for so long."""

UNDO_S = 120.0
"""After so long people have done other things in that window, and its undo would take those back."""

STEPS_LIMIT = 5_000

_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


@dataclass(frozen=True, slots=True)
class LastInsertion:
    """The last insertion. `before` is the end of what now stands in front of the cursor; `at`: monotonic seconds."""

    dictation: str
    target: TargetWindow
    means: PasteMethod
    text: str
    before: str
    at: float


def before(last: LastInsertion | None, target: TargetWindow | None, activity: UserActivity, now: float) -> str:
    """What stands before the cursor as far as we know: what we put there, if the user has done nothing since."""
    if last is None or target is None or last.target.window != target.window or activity.acted:
        return ""
    return last.before if activity.known or now - last.at <= UNKNOWN_S else ""


def inserted(
    dictation: str, target: TargetWindow, means: PasteMethod, text: str, front: str, now: float
) -> LastInsertion:
    """What to remember after `text` went in behind `front`."""
    return LastInsertion(dictation, target, means, text, (front + text)[-KEPT:], now)


def steps_back(text: str) -> int | None:
    """How often Backspace takes `text` back, or None where programs disagree: lines, joined emoji, combining marks."""
    if any(char in _JOINERS or unicodedata.combining(char) or ord(char) < 32 for char in text):
        return None
    if any(0x1F1E6 <= ord(char) <= 0x1F1FF or 0x1F3FB <= ord(char) <= 0x1F3FF for char in text):
        return None  # flags, skin tones
    return len(text) if len(text) <= STEPS_LIMIT else None


def plan_undo(last: LastInsertion | None, target: TargetWindow | None, now: float) -> tuple[Undo, int] | str:
    """The undo and the number of steps, or why it is not safe, as a sentence."""
    if last is None:
        return "There is nothing to take back."
    if target is None or target.window != last.target.window:
        return "Another window has the focus now."
    if now - last.at > UNDO_S:
        return "The last insertion was too long ago."
    undo = undo_for(last.target.program, last.means)
    if undo is Undo.CTRL_Z:
        return undo, 1
    steps = steps_back(last.text)
    if steps is None:
        where = "a terminal" if is_terminal(last.target.program) else "this program"
        return f"This text cannot safely be taken back in {where}."
    return undo, steps
