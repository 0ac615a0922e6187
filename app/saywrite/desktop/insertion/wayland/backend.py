"""Insertion under wlroots and similar compositors: data control, a virtual keyboard, `wtype` to type.

Runs on the insertion thread. The protocol does not name the program that reads the clipboard, so any program that reads
after the paste keys counts as the target.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping

from saywrite.desktop.insertion.base import FailureReason, InsertionResult, PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.wayland.data_control import Clipboard, Contents, of_text
from saywrite.desktop.insertion.wayland.idle import IdleWatch
from saywrite.desktop.insertion.wayland.toplevels import Toplevels
from saywrite.desktop.insertion.wayland.virtual_keyboard import VirtualKeyboard
from saywrite.desktop.insertion.wayland.wire_protocol import Wire
from saywrite.foundation.errors import InsertionUnavailable

log = logging.getLogger(__name__)

WATCHERS_S = 0.03
"""Seconds in which programs that watch the clipboard can read before the keys are sent."""

_PAUSE_MS = "30"
"""wtype's keyboard is new to the compositor: without a pause its first key is lost in half of the runs (measured)."""

_TYPING_S = 60.0  # a long text into a slow program; then wtype is ended
_BACK_S = 1.0
_LOOK_S = 0.02

Selections = Mapping[str, Contents]


class Wlroots:
    """Implements `InsertionBackend` and `PasteBackend`.

    Its keyboard has modifiers of its own, so Ctrl and Alt of the user's keyboard change nothing.
    """

    name = "Wayland data control"

    def __init__(self, display: str | None = None, own: str = "saywrite") -> None:
        """`own`: Saywrite's own app id."""
        self.activity = UserActivity()
        self._wire = Wire(display)
        try:
            self._clipboard = Clipboard(self._wire)
            self._keyboard = VirtualKeyboard(self._wire, self._clipboard.seat)
            self._toplevels = Toplevels(self._wire, own)
            self._idle = IdleWatch(self._wire, self._clipboard.seat, self.activity)
        except InsertionUnavailable:
            self._wire.close()
            raise
        self._paste: ClipboardPaste[Selections] = ClipboardPaste(self, self.activity)

    def focus(self) -> TargetWindow | None:
        return self._toplevels.front

    def fileno(self) -> int | None:
        return self._clipboard.fileno()

    def serve(self) -> None:
        self._clipboard.serve()

    def wake(self, now: float) -> float | None:
        return self._paste.wake(now)

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        return self._paste.deliver(text, target, means, replace=replace)

    # What the sequence of an insertion needs

    def save(self, means: PasteMethod, kept: Selections | None) -> tuple[Selections, FailureReason]:
        saved = {name: each for name, each in (kept or {}).items() if self._clipboard.holds(name)}
        for name in _selections(means):
            if name not in saved:
                saved[name], trouble = self._clipboard.read(name)
                if trouble:
                    return saved, trouble
        return saved, FailureReason.NONE

    def offer(self, text: str, means: PasteMethod, before: Selections | None) -> bool:
        for name in _selections(means):
            self._clipboard.own(name, of_text(text))
        return True

    def keep(self) -> None:
        """Do nothing: the text is served as long as Saywrite runs."""

    def is_ours(self) -> bool:
        return self._clipboard.holds("clipboard")

    def wait_until_free(self) -> FailureReason:
        return FailureReason.NONE

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        self.wait(lambda: False, WATCHERS_S)
        self._clipboard.reads.clear()
        self._keyboard.press(means)
        return True

    def sees_reads(self) -> bool:
        return True

    def last_read(self) -> float:
        return max(self._clipboard.reads, default=0.0)

    def is_unclear(self) -> bool:
        return False

    def is_busy(self) -> bool:
        return self._clipboard.busy

    def watch_user(self) -> None:
        self._idle.start()

    def restore(self, saved: Selections) -> None:
        for selection, contents in saved.items():
            if self._clipboard.holds(selection):
                self._clipboard.own(selection, contents)

    def activate_window(self, target: TargetWindow) -> bool:
        if not self._toplevels.activate(target.window, self._clipboard.seat):
            return False
        return self.wait(lambda: self._is_front(target), _BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if undo is Undo.CTRL_Z:
            self._keyboard.press(undo)
        else:
            self._keyboard.backspace(steps)
        return True

    def close(self) -> None:
        try:
            self._paste.restore_now()
        except InsertionUnavailable:
            log.debug("the compositor went first")
        self._clipboard.close()
        self._wire.close()

    def _is_front(self, target: TargetWindow) -> bool:
        front = self._toplevels.front
        return front is not None and front.window == target.window

    def type(self, text: str, target: TargetWindow | None) -> bool:
        """Type with wtype, and answer other programs meanwhile; whether wtype succeeded.

        wtype gets the text on its standard input, because every user can read a command line.
        """
        program = shutil.which("wtype")
        if program is None:
            log.info("wtype is not installed")
            return False
        started = subprocess.Popen(
            [program, "-s", _PAUSE_MS, "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert started.stdin is not None
        try:
            with started.stdin as pipe:
                pipe.write(text.encode("utf-8"))
        except OSError:
            log.info("wtype does not read its text")
        if not self.wait(lambda: started.poll() is not None, _TYPING_S):
            started.kill()
            started.wait()
        return started.returncode == 0

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                return False
            self._clipboard.serve(min(_LOOK_S, limit_s))
        return True


def _selections(means: PasteMethod) -> tuple[str, ...]:
    return ("clipboard", "primary") if means is PasteMethod.SHIFT_INSERT else ("clipboard",)
