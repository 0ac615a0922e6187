"""Insertion on Windows: a clipboard with delayed rendering, which shows reads, and `SendInput`.

Decisions only; the calls are behind `WindowsDesktop` (`winapi.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from saywrite.desktop.insertion.base import KEYS_UP_S, FailureReason, InsertionResult, PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import PolledInput, UserActivity

BACK_S = 1.0
LOOK_S = 0.01

PUMP_S = 0.05
"""Seconds between two answers to Windows' messages while other programs may wait for a promised text."""

CTRL, SHIFT, ALT, LEFT_WIN, RIGHT_WIN = 0x11, 0x10, 0x12, 0x5B, 0x5C
INSERT, BACKSPACE, RETURN, TAB, V, Z = 0x2D, 0x08, 0x0D, 0x09, 0x56, 0x5A
MODIFIERS = (CTRL, SHIFT, ALT, LEFT_WIN, RIGHT_WIN)

_CHORDS: Mapping[str, tuple[int, ...]] = {
    PasteMethod.CTRL_V: (CTRL, V),
    PasteMethod.CTRL_SHIFT_V: (CTRL, SHIFT, V),
    PasteMethod.SHIFT_INSERT: (SHIFT, INSERT),
    Undo.CTRL_Z: (CTRL, Z),
}


class WindowsDesktop(Protocol):
    """The parts of Windows that an insertion uses. Insertion thread; `front` on any thread."""

    def front(self) -> TargetWindow | None: ...

    def activate(self, window: int) -> bool: ...

    def elevated(self, window: int) -> bool:
        """Whether the window belongs to a program with more rights, which drops our keys silently."""

    def down(self, key: int) -> bool: ...

    def read_all(self) -> tuple[Mapping[int, bytes], FailureReason]:
        """The formats that are plain memory, within `READ_S` and `MOST_BYTES`; the reason if some are missing."""

    def promise_text(self, text: str, asked: Callable[[], None]) -> bool:
        """Own the clipboard, and render `text` when a program reads it; clipboard histories leave it out."""

    def put(self, contents: Mapping[int, bytes]) -> bool:
        """Own the clipboard with these formats, rendered at once; with none it is empty. False: it cannot be opened."""

    def ours(self) -> bool:
        """Whether no other program has owned the clipboard since `promise_text`.

        A program that reads the promised text changes the clipboard, but not its owner.
        """

    def keep_text(self) -> None:
        """Render the promised text now, so that the clipboard has it without Saywrite."""

    def pump(self, limit_s: float) -> None:
        """Answer Windows' messages for `limit_s` seconds at most."""

    def seconds_since_input(self) -> float:
        """Seconds since the last input of any kind, including our own."""

    def press(self, keys: tuple[int, ...]) -> bool: ...

    def type(self, text: str) -> bool: ...


class WindowsClipboard:
    """Implements `clipboard_paste.PasteBackend`."""

    def __init__(self, desktop: WindowsDesktop, activity: UserActivity, clock: Callable[[], float]) -> None:
        self._desktop = desktop
        self._clock = clock
        self._reads: list[float] = []
        self._fetched_early = False
        self.input = PolledInput(activity, desktop.seconds_since_input)

    def save(self, means: PasteMethod, kept: Mapping[int, bytes] | None) -> tuple[Mapping[int, bytes], FailureReason]:
        return (kept, FailureReason.NONE) if kept is not None else self._desktop.read_all()

    def offer(self, text: str, means: PasteMethod, before: Mapping[int, bytes] | None) -> bool:
        self._reads.clear()
        self._fetched_early = False
        return self._desktop.promise_text(text, lambda: self._reads.append(self._clock()))

    def keep(self) -> None:
        self._desktop.keep_text()

    def is_ours(self) -> bool:
        return self._desktop.ours()

    def wait_until_free(self) -> FailureReason:
        up = self.wait(lambda: not any(self._desktop.down(key) for key in MODIFIERS), KEYS_UP_S)
        return FailureReason.NONE if up else FailureReason.KEYS_HELD

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        self._desktop.pump(LOOK_S)
        # A clipboard history has fetched it already: Windows does not ask us a second time.
        self._fetched_early = bool(self._reads)
        self._reads.clear()
        return not self._refused(target) and self._desktop.press(_CHORDS[means])

    def type(self, text: str, target: TargetWindow | None) -> bool:
        return not self._refused(target) and self._desktop.type(text)

    def sees_reads(self) -> bool:
        return not self._fetched_early

    def last_read(self) -> float:
        return max(self._reads, default=0.0)

    def is_unclear(self) -> bool:
        return False

    def is_busy(self) -> bool:
        return False

    def watch_user(self) -> None:
        self.input.start(self._clock())

    def restore(self, saved: Mapping[int, bytes]) -> None:
        self._desktop.put(saved)

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        end = self._clock() + limit_s
        while not done():
            if self._clock() > end:
                return False
            self._desktop.pump(LOOK_S)
        return True

    def _refused(self, target: TargetWindow | None) -> bool:
        return target is not None and self._desktop.elevated(target.window)


class WindowsBackend:
    """Implements `InsertionBackend`."""

    name = "Windows"

    def __init__(self, desktop: WindowsDesktop, clock: Callable[[], float] = time.monotonic) -> None:
        self._desktop = desktop
        self.activity = UserActivity(known=True)
        self._clipboard = WindowsClipboard(desktop, self.activity, clock)
        self._paste: ClipboardPaste[Mapping[int, bytes]] = ClipboardPaste(self._clipboard, self.activity, clock)

    def focus(self) -> TargetWindow | None:
        return self._desktop.front()

    def fileno(self) -> int | None:
        return None

    def serve(self) -> None:
        """Do nothing: `wake()` answers Windows' messages."""

    def wake(self, now: float) -> float | None:
        self._desktop.pump(0)
        look = self._clipboard.input.look(now)
        due = self._paste.wake(now)
        times = [] if due is None else [due, now + PUMP_S]
        return min([*times, *([] if look is None else [look])], default=None)

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        return self._paste.deliver(text, target, means, replace=replace)

    def activate_window(self, target: TargetWindow) -> bool:
        return self._desktop.activate(target.window) and self._clipboard.wait(lambda: self._is_front(target), BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if self._clipboard.wait_until_free() is not FailureReason.NONE:
            return False
        if undo is Undo.CTRL_Z:
            return self._desktop.press(_CHORDS[undo])
        return all(self._desktop.press((BACKSPACE,)) for _ in range(steps))

    def close(self) -> None:
        self._paste.restore_now()
        self._desktop.keep_text()

    def _is_front(self, target: TargetWindow) -> bool:
        front = self._desktop.front()
        return front is not None and front.window == target.window
