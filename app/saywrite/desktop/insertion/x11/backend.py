"""Insertion under X11: the clipboard, the paste keys, and which program reads. Insertion thread."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from saywrite.desktop.insertion.base import IN_HISTORY, FailureReason, InsertionResult, PasteMethod, TargetWindow, Undo
from saywrite.desktop.insertion.clipboard_paste import ClipboardPaste
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.x11.clipboard import Selections, X11Clipboard
from saywrite.desktop.insertion.x11.connection import GONE, X11Connection
from saywrite.desktop.insertion.x11.focus import Focus
from saywrite.desktop.insertion.x11.key_press import KeyPresser
from saywrite.desktop.insertion.x11.spare_keys import SpareKeys
from saywrite.desktop.insertion.x11.text_typing import TextTyper
from saywrite.foundation.errors import InsertionUnavailable
from saywrite.foundation.messages import message

log = logging.getLogger(__name__)

_SAVE_S = 1.0  # a clipboard manager that hangs must not delay the end of the program


class X11:
    """Implements `InsertionBackend`."""

    name = "X11"

    def __init__(self, display: str | None = None) -> None:
        self._focus = Focus(display)
        try:
            self._x = X11Connection(display)
        except InsertionUnavailable:
            self._focus.close()
            raise
        self.activity = UserActivity()
        self._spare = SpareKeys(self._x)
        self._keys = KeyPresser(self._x, self._spare)
        typist = TextTyper(self._x, self._keys, self._spare)
        self._clipboard = X11Clipboard(self._x, self._focus, self._keys, typist, self.activity)
        self._paste: ClipboardPaste[Selections] = ClipboardPaste(self._clipboard, self.activity)

    def focus(self) -> TargetWindow | None:
        return self._focus.current()

    def fileno(self) -> int | None:
        return self._x.fileno()

    def serve(self) -> None:
        with self._server():
            self._x.serve()

    def wake(self, now: float) -> float | None:
        with self._server():
            return self._paste.wake(now)

    def deliver(
        self, text: str, target: TargetWindow | None, means: PasteMethod, *, replace: bool = False
    ) -> InsertionResult:
        with self._server():
            return self._paste.deliver(text, target, means, replace=replace)

    def activate_window(self, target: TargetWindow) -> bool:
        with self._server():
            return self._focus.give(target)

    def take_back(self, undo: Undo, steps: int) -> bool:
        with self._server():
            if self._keys.wait_until_free() is not FailureReason.NONE:
                return False
            return self._keys.press(undo) if undo is Undo.CTRL_Z else self._keys.tap("BackSpace", steps)

    def close(self) -> None:
        """Restore the clipboard, hand a text that we still offer to a clipboard manager, and disconnect."""
        try:
            self._paste.restore_now()
            self._spare.close()
            if self._clipboard.is_ours():
                self._hand_over()
        except GONE:
            log.debug("the X server went first")
        self._x.close()
        self._focus.close()

    def _hand_over(self) -> None:
        manager = self._x.atom("CLIPBOARD_MANAGER")
        if self._x.display.get_selection_owner(manager) == 0:
            return
        answered: list[bool] = []

        def take(event: object) -> None:
            if getattr(event, "selection", 0) == manager and getattr(event, "target", 0) == save:
                answered.append(True)

        save = self._x.atom("SAVE_TARGETS")
        self._x.handlers.append(take)
        self._x.window.convert_selection(manager, save, self._x.atom("SAYWRITE_SAVED"), self._x.server_time())
        self._x.wait(lambda: bool(answered), _SAVE_S)

    @contextmanager
    def _server(self) -> Iterator[None]:
        try:
            yield
        except GONE as error:
            raise InsertionUnavailable(
                message("The connection to the X display was lost, so the text could not be put into another program."),
                IN_HISTORY,
            ) from error
