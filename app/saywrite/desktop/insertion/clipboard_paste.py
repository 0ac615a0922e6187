"""Inserts a text by the clipboard: saves it, offers the text, presses keys, watches reads, restores.

A read is not yet a paste: busy programs read once to list the formats and again, up to seconds later, for the text
itself. So the clipboard is restored only after seconds without a read. Runs on the insertion thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from saywrite.desktop.insertion.base import (
    PATIENCE_S,
    FailureReason,
    InsertionResult,
    PasteMethod,
    Receipt,
    TargetWindow,
)
from saywrite.desktop.insertion.context.user_activity import UserActivity

log = logging.getLogger(__name__)

QUIET_S = 3.5
"""Seconds after the last read, or after the keys, until the clipboard is restored."""

QUIET_AFTER_INPUT_S = 2.0
"""The same once the user has pressed a key or clicked: they may want to paste the old contents."""

AT_MOST_S = 8.5
"""Seconds after the keys until the clipboard is restored even while programs still read it."""

LOOK_S = 0.25  # a program may read the clipboard while we sleep, which postpones the end

Saved = TypeVar("Saved")
"""The saved clipboard of a desktop: all formats of all selections that an insertion replaces."""


class PasteBackend(Protocol[Saved]):
    """One desktop's clipboard and keyboard."""

    def save(self, means: PasteMethod, kept: Saved | None) -> tuple[Saved, FailureReason]:
        """Read the contents of the clipboard within `READ_S`.

        `kept`: what was saved before the text that we offer now, if we do. The reason is CLIPBOARD_SLOW or
        CLIPBOARD_BIG when the contents could not be read completely.
        """

    def offer(self, text: str, means: PasteMethod, before: Saved | None) -> bool:
        """Put `text` on the clipboard; whether we own the clipboard now.

        Programs other than the target may get `before` instead.
        """

    def keep(self) -> None:
        """Leave the text on the clipboard, for pasting by hand."""

    def is_ours(self) -> bool:
        """Whether we have owned the clipboard since `offer`."""

    def wait_until_free(self) -> FailureReason:
        """Wait until no modifier is down and no program has grabbed the keyboard; the reason if that fails."""

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        """Press the keys that paste; from then on count the reads of the target. Whether they could be pressed."""

    def type(self, text: str, target: TargetWindow | None) -> bool:
        """Type the text; False where that is impossible."""

    def last_read(self) -> float:
        """When the target was last seen to read the text, in monotonic seconds; 0.0 if it was not."""

    def sees_reads(self) -> bool:
        """Whether a read by the target would be noticed; if not, the outcome stays unknown."""

    def is_unclear(self) -> bool:
        """Whether a program has read the text that may or may not be the target."""

    def is_busy(self) -> bool:
        """Whether a program is reading right now."""

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Answer other programs until `done()`; False if it is not done after `limit_s` seconds."""

    def watch_user(self) -> None:
        """Note the user's input in `activity` from now on."""

    def restore(self, saved: Saved) -> None:
        """Put the saved contents back on the clipboard."""


@dataclass(slots=True)
class _Pending(Generic[Saved]):
    """Contents that are still to be restored. `since`: when the keys were pressed."""

    saved: Saved
    since: float


class ClipboardPaste(Generic[Saved]):
    """The sequence of one insertion, and the contents that are still to be restored."""

    def __init__(
        self, backend: PasteBackend[Saved], activity: UserActivity, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backend = backend
        self._activity = activity
        self._clock = clock
        self._pending: _Pending[Saved] | None = None

    def deliver(self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool) -> InsertionResult:
        """As `InsertionBackend.deliver`."""
        if means is PasteMethod.CLIPBOARD:
            return self._leave(text, FailureReason.NONE)
        if means is PasteMethod.TYPE:
            delivery = self._type(text, target, FailureReason.NONE)
            return delivery if delivery.receipt is not Receipt.NOT_READ else self._leave(text, delivery.trouble)
        kept = self._pending.saved if self._pending is not None and self._backend.is_ours() else None
        saved, trouble = self._backend.save(means, kept)
        if trouble and not replace:
            log.info("insertion: %s", trouble.value)
            return self._type(text, target, trouble)
        self._pending = None
        if not self._backend.offer(text, means, None if trouble else saved):
            self._backend.restore(saved)
            return InsertionResult(Receipt.NOT_READ, trouble=FailureReason.CLIPBOARD_REFUSED)
        held = self._backend.wait_until_free()
        if held:
            return self._stay(held)
        if not self._backend.press(target, means):
            return self._stay(FailureReason.KEYS_REFUSED)
        if not trouble:
            self._pending = _Pending(saved, self._clock())
        self._watch_user()
        return self._see_who_reads()

    def wake(self, now: float) -> float | None:
        """Restore the clipboard when it is time; when to call again, None when nothing is to be restored."""
        pending = self._pending
        if pending is None:
            return None
        if not self._backend.is_ours():
            self._pending = None  # another program has put something newer on the clipboard
            return None
        due = self._due(pending)
        if now >= due or now >= pending.since + AT_MOST_S:
            self.restore_now()
            return None
        early = due - (QUIET_S - QUIET_AFTER_INPUT_S)
        return min(max(early, now + LOOK_S), due)

    def restore_now(self) -> None:
        """Restore the clipboard now, if we still own it."""
        pending, self._pending = self._pending, None
        if pending is not None and self._backend.is_ours():
            self._backend.restore(pending.saved)

    def _due(self, pending: _Pending[Saved]) -> float:
        last = self._clock() if self._backend.is_busy() else max(pending.since, self._backend.last_read())
        return last + (QUIET_AFTER_INPUT_S if self._activity.acted else QUIET_S)

    def _type(self, text: str, target: TargetWindow | None, trouble: FailureReason) -> InsertionResult:
        """Type the text. `trouble`: why it is not pasted."""
        held = self._backend.wait_until_free()
        if held:
            return InsertionResult(Receipt.NOT_READ, trouble=held)
        if not self._backend.type(text, target):
            return InsertionResult(Receipt.NOT_READ, trouble=trouble or FailureReason.KEYS_REFUSED)
        self._watch_user()
        return InsertionResult(Receipt.UNKNOWN, trouble=trouble)

    def _leave(self, text: str, trouble: FailureReason) -> InsertionResult:
        """Put the text on the clipboard and leave it there."""
        self._pending = None
        if not self._backend.offer(text, PasteMethod.CLIPBOARD, None):
            return InsertionResult(Receipt.NOT_READ, trouble=FailureReason.CLIPBOARD_REFUSED)
        return self._stay(trouble)

    def _stay(self, trouble: FailureReason) -> InsertionResult:
        """The outcome of a text that stays on the clipboard."""
        self._pending = None
        self._backend.keep()
        return InsertionResult(Receipt.NOT_READ, on_clipboard=True, trouble=trouble)

    def _see_who_reads(self) -> InsertionResult:
        backend = self._backend
        if backend.sees_reads():
            backend.wait(lambda: backend.last_read() > 0 or not backend.is_ours(), PATIENCE_S)
        if backend.last_read() > 0:
            return InsertionResult(Receipt.READ)
        if not backend.is_ours():
            # Perhaps with our text in it: programs that synchronize two clipboards do that.
            self._pending = None
            return InsertionResult(Receipt.UNKNOWN, trouble=FailureReason.CLIPBOARD_LOST)
        if backend.is_unclear() or not backend.sees_reads():
            return InsertionResult(Receipt.UNKNOWN)
        return self._stay(FailureReason.NONE)

    def _watch_user(self) -> None:
        self._activity.begin(self._clock())
        self._backend.watch_user()
