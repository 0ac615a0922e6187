"""The way into other programs under X11: clipboard, paste keys, and the sight of who reads."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from saywrite.desktop.insertion.way import KEYS_UP_S, PATIENCE_S, Delivery, Means, Target, Trouble, Undo
from saywrite.desktop.insertion.x11.connection import GONE, Connection
from saywrite.desktop.insertion.x11.contents import Contents, of_text
from saywrite.desktop.insertion.x11.focus import Focus
from saywrite.desktop.insertion.x11.keys import Keys
from saywrite.desktop.insertion.x11.offering import Offers
from saywrite.desktop.insertion.x11.reading import Reader
from saywrite.desktop.insertion.x11.typing import Typist
from saywrite.errors import InsertionUnavailable
from saywrite.events import Receipt

log = logging.getLogger(__name__)

QUIET_S = 0.2
"""Programs may read twice (once for the type, once for the text); the clipboard comes back this long after the last."""

_SAVE_S = 1.0
_LOOK_S = 0.02


class X11:
    """Implements `way.Way`."""

    name = "X11"

    def __init__(self, display: str | None = None) -> None:
        self._focus = Focus(display)
        try:
            self._x = Connection(display)
        except InsertionUnavailable:
            self._focus.close()
            raise
        self._keys = Keys(self._x)
        self._offers = Offers(self._x)
        self._reader = Reader(self._x)
        self._typist = Typist(self._x, self._keys)
        self._before: dict[str, Contents] = {}
        self._restore = False
        self._target: Target | None = None
        self._read_at = 0.0
        self._others = False

    def focus(self) -> Target | None:
        return self._focus.current()

    def fileno(self) -> int | None:
        return self._x.fileno()

    def serve(self) -> None:
        with self._server():
            self._x.serve()

    def deliver(self, text: str, target: Target | None, means: Means) -> Delivery:
        with self._server():
            self._restore = False
            if means is Means.TYPE:
                return self._type(text, target)
            return self._paste(text, target, means)

    def settle(self) -> None:
        with self._server():
            if not self._restore:
                return
            self._wait_until_quiet()
            for selection, contents in self._before.items():
                self._give_back(selection, contents)
            self._before.clear()
            self._x.serve()

    def bring_back(self, target: Target) -> bool:
        with self._server():
            return self._focus.give(target)

    def take_back(self, undo: Undo, steps: int) -> bool:
        with self._server():
            if not self._keys.wait_until_up(KEYS_UP_S):
                return False
            return self._keys.press(undo) if undo is Undo.CTRL_Z else self._keys.tap("BackSpace", steps)

    def close(self) -> None:
        """A clipboard manager, if there is one, takes over what we still offer."""
        try:
            self._typist.close()
            if self._offers.held("CLIPBOARD"):
                self._hand_over()
        except GONE:
            log.debug("the X server went first")
        self._x.close()
        self._focus.close()

    def _type(self, text: str, target: Target | None) -> Delivery:
        if not self._keys.wait_until_up(KEYS_UP_S):
            return self._leave(text, Trouble.KEYS_HELD)
        if not self._typist.type(text, target.window if target else 0):
            return self._leave(text, Trouble.KEYS_REFUSED)
        return Delivery(Receipt.UNKNOWN)

    def _leave(self, text: str, trouble: Trouble) -> Delivery:
        """What cannot be put in stays on the clipboard."""
        return Delivery(Receipt.NOT_READ, self._offers.own("CLIPBOARD", of_text(text)), trouble)

    def _paste(self, text: str, target: Target | None, means: Means) -> Delivery:
        selections = ("CLIPBOARD", "PRIMARY") if means is Means.SHIFT_INSERT else ("CLIPBOARD",)
        contents = of_text(text)
        if means is not Means.CLIPBOARD:
            self._before = {each: self._contents(each) for each in selections}
        owned = [self._offers.own(selection, contents) for selection in selections]
        if not all(owned):
            self._restore = True
            return Delivery(Receipt.NOT_READ, trouble=Trouble.CLIPBOARD_REFUSED)
        if means is Means.CLIPBOARD:
            return Delivery(Receipt.NOT_READ, on_clipboard=True)
        if not self._keys.wait_until_up(KEYS_UP_S):
            return Delivery(Receipt.NOT_READ, on_clipboard=True, trouble=Trouble.KEYS_HELD)
        self._x.serve()
        self._offers.reads.clear()  # so far only programs that watch the clipboard can have looked
        if not self._keys.press(means):
            return Delivery(Receipt.NOT_READ, on_clipboard=True, trouble=Trouble.KEYS_REFUSED)
        return self._watch(target)

    def _watch(self, target: Target | None) -> Delivery:
        """Serve until the target has the text, or patience is over."""
        self._target, self._read_at, self._others = target, 0.0, False
        self._x.wait(lambda: self._read() or self._offers.held("CLIPBOARD") is None, PATIENCE_S)
        if self._read():
            self._restore = True
            return Delivery(Receipt.READ)
        if self._offers.held("CLIPBOARD") is None:
            # Somebody took the clipboard over, perhaps with our text in it (programs that keep two in step do).
            self._restore = True
            return Delivery(Receipt.UNKNOWN, trouble=Trouble.CLIPBOARD_LOST)
        unclear = self._others and target is None
        return Delivery(Receipt.UNKNOWN if unclear else Receipt.NOT_READ, on_clipboard=True)

    def _read(self) -> bool:
        """Whether the target itself has read. Programs that watch the clipboard read too, and mean nothing."""
        while self._offers.reads:
            read = self._offers.reads.pop(0)
            if self._target is not None and self._focus.same_program(read.requestor, self._target.window):
                self._read_at = read.at
            else:
                self._others = True
        return self._read_at > 0

    def _wait_until_quiet(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while (now := time.monotonic()) < deadline:
            self._read()
            left = self._read_at + QUIET_S - now
            if left <= 0 and not self._offers.busy:
                return
            self._x.wait(lambda: False, max(left, _LOOK_S))

    def _contents(self, selection: str) -> Contents:
        """What is there now; we cannot ask ourselves, and need not."""
        held = self._offers.held(selection)
        return held if held is not None else self._reader.read(selection)

    def _give_back(self, selection: str, contents: Contents) -> None:
        if self._offers.held(selection) is None:
            return  # somebody copied something meanwhile: that is newer
        if contents:
            self._offers.own(selection, contents)
        else:
            self._offers.give_up(selection)

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
                "The connection to the X display was lost, so the text could not be put into another program.",
                "It is in the history and can be copied from there.",
            ) from error
