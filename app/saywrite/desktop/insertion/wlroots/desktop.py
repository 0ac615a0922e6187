"""The way into other programs under wlroots and its like: data control, a keyboard of our own, `wtype` to type."""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Callable

from saywrite.desktop.insertion.way import PATIENCE_S, Delivery, Means, Target, Trouble, Undo
from saywrite.desktop.insertion.wlroots.clipboard import Clipboard, Contents, of_text
from saywrite.desktop.insertion.wlroots.keyboard import Keyboard
from saywrite.desktop.insertion.wlroots.toplevels import Toplevels
from saywrite.desktop.insertion.wlroots.wire import Wire
from saywrite.errors import InsertionUnavailable
from saywrite.events import Receipt

log = logging.getLogger(__name__)

QUIET_S = 0.2
WATCHERS_S = 0.03
"""So long programs that watch the clipboard have to read before the keys are sent."""

_PAUSE_MS = "30"
"""wtype's keyboard is new to the compositor: without a pause its first key is lost in half of the runs (measured)."""

_TYPING_S = 60.0
_BACK_S = 1.0
_LOOK_S = 0.02


class Wlroots:
    """Implements `way.Way`. Its keyboard has modifiers of its own, so fingers on Ctrl or Alt change nothing."""

    name = "Wayland data control"

    def __init__(self, display: str | None = None, own: str = "saywrite") -> None:
        """`own`: Saywrite's own app id."""
        self._wire = Wire(display)
        try:
            self._clipboard = Clipboard(self._wire)
            self._keyboard = Keyboard(self._wire, self._clipboard.seat)
            self._toplevels = Toplevels(self._wire, own)
        except InsertionUnavailable:
            self._wire.close()
            raise
        self._before: dict[str, Contents] = {}
        self._restore = False

    def focus(self) -> Target | None:
        return self._toplevels.front

    def fileno(self) -> int | None:
        return self._clipboard.fileno()

    def serve(self) -> None:
        self._clipboard.serve()

    def deliver(self, text: str, target: Target | None, means: Means) -> Delivery:
        self._restore = False
        if means is Means.TYPE:
            if self._type(text):
                return Delivery(Receipt.UNKNOWN)
            self._clipboard.own("clipboard", of_text(text))
            return Delivery(Receipt.NOT_READ, on_clipboard=True, trouble=Trouble.KEYS_REFUSED)
        selections = ("clipboard", "primary") if means is Means.SHIFT_INSERT else ("clipboard",)
        if means is not Means.CLIPBOARD:
            self._before = {each: self._clipboard.read(each) for each in selections}
        for selection in selections:
            self._clipboard.own(selection, of_text(text))
        if means is Means.CLIPBOARD:
            return Delivery(Receipt.NOT_READ, on_clipboard=True)
        self._serve_until(lambda: False, WATCHERS_S)
        self._clipboard.reads.clear()
        self._keyboard.press(means)
        self._serve_until(lambda: bool(self._clipboard.reads) or not self._clipboard.holds("clipboard"), PATIENCE_S)
        if self._clipboard.reads:
            self._restore = True
            return Delivery(Receipt.READ)
        if not self._clipboard.holds("clipboard"):
            self._restore = True
            return Delivery(Receipt.UNKNOWN, trouble=Trouble.CLIPBOARD_LOST)
        return Delivery(Receipt.NOT_READ, on_clipboard=True)

    def settle(self) -> None:
        if not self._restore:
            return
        end = time.monotonic() + QUIET_S
        self._serve_until(lambda: time.monotonic() > end and not self._clipboard.busy, PATIENCE_S)
        for selection, contents in self._before.items():
            if self._clipboard.holds(selection):
                self._clipboard.own(selection, contents)
        self._before.clear()

    def bring_back(self, target: Target) -> bool:
        if not self._toplevels.activate(target.window, self._clipboard.seat):
            return False
        return self._serve_until(lambda: self._is_front(target), _BACK_S)

    def take_back(self, undo: Undo, steps: int) -> bool:
        if undo is Undo.CTRL_Z:
            self._keyboard.press(undo)
        else:
            self._keyboard.backspace(steps)
        return True

    def close(self) -> None:
        self._clipboard.close()
        self._wire.close()

    def _is_front(self, target: Target) -> bool:
        front = self._toplevels.front
        return front is not None and front.window == target.window

    def _type(self, text: str) -> bool:
        """Run wtype, answering others meanwhile; whether it did its work. The text goes through its standard input:
        everybody may read a command line.
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
        if not self._serve_until(lambda: started.poll() is not None, _TYPING_S):
            started.kill()
            started.wait()
        return started.returncode == 0

    def _serve_until(self, done: Callable[[], bool], limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        while not done():
            if time.monotonic() > deadline:
                return False
            self._clipboard.serve(min(_LOOK_S, limit_s))
        return True
