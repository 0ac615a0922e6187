"""Inserts text into other programs on macOS: the pasteboard, and keys as CGEvents. Needs the Accessibility permission.

Decisions only; the calls are behind `MacDesktop` (`appkit.py`). macOS does not report who reads the pasteboard, so the
outcome stays unknown, and the old contents are restored after seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from saywrite.desktop.insertion.base import KEYS_UP_S, FailureReason, InsertionResult, PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import PolledInput, UserActivity
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message

LOOK_S = 0.01
BACK_S = 1.0

BACKSPACE = 51
"""A virtual key code: the same on every layout, unlike those of letters."""

Items = tuple[Mapping[str, bytes], ...]
"""The pasteboard: each item's values by their uniform type identifiers."""


class MacDesktop(Protocol):
    """The parts of macOS that an insertion uses."""

    def trusted(self) -> bool:
        """Whether the user allowed Saywrite to press keys (Accessibility)."""

    def front(self) -> TargetWindow | None: ...

    def activate(self, window: int) -> bool: ...

    def modifiers_down(self) -> bool: ...

    def key_of(self, character: str) -> int | None:
        """The virtual key code that gives `character` while Command is held; None if it is unknown.

        In the active layout, or the last one with Latin letters where that has none.
        """

    def seconds_since_input(self) -> float:
        """Seconds since the last key or click of the user."""

    def read_all(self) -> tuple[Items, FailureReason]:
        """The contents, read within `READ_S` and `MOST_BYTES`; the reason if they are incomplete."""

    def put(self, items: Items) -> int:
        """Replace the contents of the pasteboard; its change count afterwards."""

    def put_text(self, text: str) -> int:
        """Put a text there that is marked as transient; the change count afterwards."""

    def change_count(self) -> int: ...

    def press(self, key: int, command: bool) -> None: ...

    def type(self, text: str) -> None: ...


class MacClipboard:
    """Implements `clipboard_paste.PasteBackend`."""

    def __init__(
        self,
        desktop: MacDesktop,
        activity: UserActivity,
        pause: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._desktop = desktop
        self._pause = pause
        self._clock = clock
        self._count = -1
        self.input = PolledInput(activity, desktop.seconds_since_input)

    def save(self, means: PasteMethod, kept: Items | None) -> tuple[Items, FailureReason]:
        return (kept, FailureReason.NONE) if kept is not None else self._desktop.read_all()

    def offer(self, text: str, means: PasteMethod, before: Items | None) -> bool:
        self._count = self._desktop.put_text(text)
        return True

    def keep(self) -> None:
        """Do nothing: the pasteboard has the text itself."""

    def is_ours(self) -> bool:
        return self._desktop.change_count() == self._count

    def wait_until_free(self) -> FailureReason:
        up = self.wait(lambda: not self._desktop.modifiers_down(), KEYS_UP_S)
        return FailureReason.NONE if up else FailureReason.KEYS_HELD

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        return self.press_with_command("v")

    def type(self, text: str, target: TargetWindow | None) -> bool:
        self._desktop.type(text)
        return True

    def sees_reads(self) -> bool:
        return False

    def last_read(self) -> float:
        return 0.0

    def is_unclear(self) -> bool:
        return True

    def is_busy(self) -> bool:
        return False

    def watch_user(self) -> None:
        self.input.start(self._clock())

    def restore(self, saved: Items) -> None:
        self._desktop.put(saved)

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        left = limit_s
        while not done():
            if left <= 0:
                return False
            self._pause(LOOK_S)
            left -= LOOK_S
        return True

    def press_with_command(self, character: str) -> bool:
        key = self._desktop.key_of(character)
        if key is not None:
            self._desktop.press(key, command=True)
        return key is not None


class MacBackend:
    """Implements `InsertionBackend`.

    `target.window` is the process id of the program, because macOS names no window without a permission.
    """

    name = "macOS"

    def __init__(
        self,
        desktop: MacDesktop,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desktop = desktop
        self.activity = UserActivity(known=True)
        self._clipboard = MacClipboard(desktop, self.activity, pause, clock)
        self._paste: ClipboardPaste[Items] = ClipboardPaste(self._clipboard, self.activity, clock)

    def focus(self) -> TargetWindow | None:
        return self._desktop.front()

    def fileno(self) -> int | None:
        return None

    def serve(self) -> None:
        """Do nothing: the pasteboard has the values themselves."""

    def wake(self, now: float) -> float | None:
        times = (self._clipboard.input.look(now), self._paste.wake(now))
        return min((each for each in times if each is not None), default=None)

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        """As `InsertionBackend.deliver`; raises InsertionUnavailable without the Accessibility permission."""
        if means is not PasteMethod.CLIPBOARD and not self._desktop.trusted():
            self._desktop.put_text(text)
            raise InsertionUnavailable(
                message("macOS does not let Saywrite insert text yet. The text is on the clipboard."),
                message("Allow Saywrite under System Settings > Privacy & Security > Accessibility."),
            )
        return self._paste.deliver(text, target, means, replace=replace)

    def activate_window(self, target: TargetWindow) -> bool:
        return self._desktop.activate(target.window) and self._clipboard.wait(lambda: self._is_front(target), BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if not self._desktop.trusted() or self._clipboard.wait_until_free() is not FailureReason.NONE:
            return False
        if undo is Undo.CTRL_Z:
            return self._clipboard.press_with_command("z")
        for _ in range(steps):
            self._desktop.press(BACKSPACE, command=False)
        return True

    def close(self) -> None:
        self._paste.restore_now()

    def _is_front(self, target: TargetWindow) -> bool:
        front = self._desktop.front()
        return front is not None and front.window == target.window
