"""The clipboard and the keys of an X server for `clipboard_paste.py`. Insertion thread.

The server names the program that reads. Once the target has read the text, other programs get the earlier contents,
and so does the target when the user's own keys made it ask. So they see the old clipboard while a busy target still
reads ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from Xlib import X

from saywrite.desktop.insertion.base import FailureReason, PasteMethod, TargetWindow
from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.x11.connection import X11Connection
from saywrite.desktop.insertion.x11.focus import Focus
from saywrite.desktop.insertion.x11.input_watch import InputWatch
from saywrite.desktop.insertion.x11.key_press import KeyPresser
from saywrite.desktop.insertion.x11.selection_owner import SelectionOwner
from saywrite.desktop.insertion.x11.selection_reader import Contents, SelectionReader, of_text
from saywrite.desktop.insertion.x11.text_typing import TextTyper

Selections = Mapping[str, Contents]
"""The contents of each selection, by its name."""


class X11Clipboard:
    """The `PasteBackend` of X11."""

    def __init__(
        self, connection: X11Connection, focus: Focus, keys: KeyPresser, typist: TextTyper, activity: UserActivity
    ) -> None:
        self._x = connection
        self._focus = focus
        self._keys = keys
        self._typist = typist
        self._activity = activity
        self._offers = SelectionOwner(connection)
        self._offers.wants_before = self._wants_before
        self._reader = SelectionReader(connection)
        self._input = InputWatch(connection, activity)
        self._target: TargetWindow | None = None
        self._read_at = 0.0
        self._others = False

    def save(self, means: PasteMethod, kept: Selections | None) -> tuple[Selections, FailureReason]:
        """Read the clipboard, and for Shift+Insert the primary selection too."""
        saved = {name: each for name, each in (kept or {}).items() if self._offers.held(name) is not None}
        for name in ("CLIPBOARD", "PRIMARY") if means is PasteMethod.SHIFT_INSERT else ("CLIPBOARD",):
            held = self._offers.held(name)  # our own contents are known, and we cannot ask ourselves
            if name in saved:
                continue
            if held is not None:
                saved[name] = held
                continue
            saved[name], trouble = self._reader.read(name)
            if trouble:
                return saved, trouble
        return saved, FailureReason.NONE

    def offer(self, text: str, means: PasteMethod, before: Selections | None) -> bool:
        self._read_at, self._others, self._target = 0.0, False, None
        names = ("CLIPBOARD", "PRIMARY") if means is PasteMethod.SHIFT_INSERT else ("CLIPBOARD",)
        contents = of_text(text)
        owned = [self._offers.own(name, contents, None if before is None else before[name]) for name in names]
        return all(owned)

    def keep(self) -> None:
        """Serve the selection as long as Saywrite runs; a clipboard manager takes it over at the end."""
        self._target = None

    def is_ours(self) -> bool:
        return self._offers.held("CLIPBOARD") is not None

    def wait_until_free(self) -> FailureReason:
        return self._keys.wait_until_free()

    def press(self, target: TargetWindow | None, means: PasteMethod) -> bool:
        self._x.serve()
        self._offers.reads.clear()  # only clipboard managers can have read so far
        self._target = target
        return self._keys.press(means)

    def type(self, text: str, target: TargetWindow | None) -> bool:
        return self._typist.type(text, target.window if target else 0)

    def sees_reads(self) -> bool:
        return True

    def last_read(self) -> float:
        """The last read by the target itself; clipboard managers read too and do not count."""
        while self._offers.reads:
            read = self._offers.reads.pop(0)
            if self._target is not None and self._is_target(read.requestor):
                self._read_at = read.at
            else:
                self._others = True
        return self._read_at

    def is_unclear(self) -> bool:
        return self._others and self._target is None

    def is_busy(self) -> bool:
        return self._offers.busy

    def wait(self, done: Callable[[], bool], limit_s: float) -> bool:
        return self._x.wait(done, limit_s)

    def watch_user(self) -> None:
        self._input.start()

    def restore(self, saved: Selections) -> None:
        """Offer the saved contents again, on each selection that we still own."""
        self._target = None
        for name, contents in saved.items():
            if self._offers.held(name) is None:
                continue  # another program has put something newer there
            if contents:
                self._offers.own(name, contents)
            else:
                self._offers.give_up(name)
        self._x.serve()

    def _is_target(self, requestor: int) -> bool:
        return self._target is not None and self._focus.same_program(requestor, self._target.window)

    def _wants_before(self, requestor: int, at: int) -> bool:
        """Whether a request gets the earlier contents. `at`: the time of the event behind it, 0 if unknown."""
        if not self.last_read() or self._target is None:
            return False
        if not self._is_target(requestor):
            return True
        first = self._activity.first_input()
        return at != X.CurrentTime and first is not None and self._x.monotonic(at, time.monotonic()) >= first
