"""How every desktop inserts by its clipboard: save, offer the text, press the keys, see who reads, give back later.

A read is not yet a paste: busy programs read once to see what there is and again, up to seconds later, for the text
itself. So the clipboard goes back only after seconds in which nobody read. Insertion worker.
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
"""So long after the last read, or after the keys, the clipboard goes back."""

QUIET_AFTER_INPUT_S = 2.0
"""The same once the user has pressed a key or clicked: they may want to paste what was there."""

AT_MOST_S = 8.5
"""After the keys the clipboard goes back even while somebody goes on reading."""

LOOK_S = 0.25

Saved = TypeVar("Saved")
"""What a desktop keeps of a clipboard: all formats of all selections that an insertion touches."""


class PasteBackend(Protocol[Saved]):
    """One desktop's clipboard and keyboard."""

    def save(self, means: PasteMethod, kept: Saved | None) -> tuple[Saved, FailureReason]:
        """What is on the clipboard now, read in `READ_S`; `kept` is what lay under the text that we offer now, if we
        do. CLIPBOARD_SLOW or CLIPBOARD_BIG when it could not be read whole.
        """

    def offer(self, text: str, means: PasteMethod, before: Saved | None) -> bool:
        """Put `text` on the clipboard; programs that have no part in the insertion may be given `before`. Whether the
        clipboard is ours now.
        """

    def keep(self) -> None:
        """The text stays on the clipboard for pasting by hand."""

    def is_ours(self) -> bool:
        """Whether nobody has taken the clipboard since `offer`."""

    def wait_until_free(self) -> FailureReason:
        """Until no modifier is down and no program holds the keyboard; why not, if it does not come to that."""

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        """Press the keys that paste and look for reads from then on."""

    def type(self, text: str, target: TargetWindow | None) -> bool:
        """Type it; False where that cannot be done."""

    def last_read(self) -> float:
        """When the target read the text last, monotonic seconds; 0.0 if it has not, as far as can be seen."""

    def sees_reads(self) -> bool:
        """Whether a read of the target would be noticed from here on; else nobody can tell what became of the text."""

    def is_unclear(self) -> bool:
        """Somebody read, and nobody can say whether it was the target."""

    def is_busy(self) -> bool:
        """A program is in the middle of reading."""

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Answer other programs until `done()`; whether it came to that in `limit_s` seconds."""

    def watch_user(self) -> None:
        """Note the user's input in `activity` from now on."""

    def restore(self, saved: Saved) -> None:
        """Put back what was there."""


@dataclass(slots=True)
class _Pending(Generic[Saved]):
    """What is to be given back. `since`: when the keys were pressed."""

    saved: Saved
    since: float


class ClipboardPaste(Generic[Saved]):
    """The sequence, and the clipboard that is still to be given back."""

    def __init__(
        self, backend: PasteBackend[Saved], activity: UserActivity, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backend = backend
        self._activity = activity
        self._clock = clock
        self._pending: _Pending[Saved] | None = None

    def deliver(self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool) -> InsertionResult:
        """As `way.Way.deliver`."""
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
        """Give the clipboard back when it is time; when to be called next, None if nothing is to be given back."""
        pending = self._pending
        if pending is None:
            return None
        if not self._backend.is_ours():
            self._pending = None  # somebody copied something: that is newer
            return None
        due = self._due(pending)
        if now >= due or now >= pending.since + AT_MOST_S:
            self.give_back()
            return None
        early = due - (QUIET_S - QUIET_AFTER_INPUT_S)
        return min(max(early, now + LOOK_S), due)

    def give_back(self) -> None:
        """Now, if it is still ours."""
        pending, self._pending = self._pending, None
        if pending is not None and self._backend.is_ours():
            self._backend.restore(pending.saved)

    def _due(self, pending: _Pending[Saved]) -> float:
        last = self._clock() if self._backend.is_busy() else max(pending.since, self._backend.last_read())
        return last + (QUIET_AFTER_INPUT_S if self._activity.acted else QUIET_S)

    def _type(self, text: str, target: TargetWindow | None, trouble: FailureReason) -> InsertionResult:
        """`trouble`: why it is not pasted."""
        held = self._backend.wait_until_free()
        if held:
            return InsertionResult(Receipt.NOT_READ, trouble=held)
        if not self._backend.type(text, target):
            return InsertionResult(Receipt.NOT_READ, trouble=trouble or FailureReason.KEYS_REFUSED)
        self._watch_user()
        return InsertionResult(Receipt.UNKNOWN, trouble=trouble)

    def _leave(self, text: str, trouble: FailureReason) -> InsertionResult:
        """Only put it on the clipboard."""
        self._pending = None
        if not self._backend.offer(text, PasteMethod.CLIPBOARD, None):
            return InsertionResult(Receipt.NOT_READ, trouble=FailureReason.CLIPBOARD_REFUSED)
        return self._stay(trouble)

    def _stay(self, trouble: FailureReason) -> InsertionResult:
        """The text is on the clipboard and stays there."""
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
            # Perhaps with our text in it: programs that keep two clipboards in step do that.
            self._pending = None
            return InsertionResult(Receipt.UNKNOWN, trouble=FailureReason.CLIPBOARD_LOST)
        if backend.is_unclear() or not backend.sees_reads():
            return InsertionResult(Receipt.UNKNOWN)
        return self._stay(FailureReason.NONE)

    def _watch_user(self) -> None:
        self._activity.begin(self._clock())
        self._backend.watch_user()
