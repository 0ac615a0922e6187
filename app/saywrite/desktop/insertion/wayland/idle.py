"""Notes the user's input by the idle notifications of the compositor. Insertion thread.

They report any input, movements of the mouse too. Sources: ext-idle-notify-v1, and KDE's idle protocol, which wlroots
had before its version 0.16.
"""

from __future__ import annotations

import time

from saywrite.desktop.insertion.context.user_activity import UserActivity
from saywrite.desktop.insertion.wayland.wire_protocol import Arguments, Wire

_IDLE_MS = 10
"""Milliseconds without input after which the next input is reported."""

_RESUMED = 1
_NOTIFIERS = {"ext_idle_notifier_v1": (1, 0), "org_kde_kwin_idle": (0, 0)}
"""By interface: the opcode that makes a notification, and the one that destroys it."""


class IdleWatch:
    """Notes the user's input in `activity` while it is wanted there."""

    def __init__(self, wire: Wire, seat: int, activity: UserActivity) -> None:
        self._wire = wire
        self._seat = seat
        self._activity = activity
        self._notification = 0
        self._notifier, self._make, self._destroy = 0, 0, 0
        for name, (make, destroy) in _NOTIFIERS.items():
            self._notifier = wire.bind(name, 1, lambda _opcode, _arguments: None)
            if self._notifier:
                self._make, self._destroy, self._kde = make, destroy, name.startswith("org_kde")
                break
        activity.known = bool(self._notifier)

    def start(self) -> None:
        """Note the input from now on until the activity is settled."""
        self.stop()
        if self._notifier:
            made = self._wire.new(self._take)
            arguments = (made, self._seat, _IDLE_MS) if self._kde else (made, _IDLE_MS, self._seat)
            self._wire.send(self._notifier, self._make, *arguments)
            self._notification = made

    def stop(self) -> None:
        notification, self._notification = self._notification, 0
        if notification:
            self._wire.send(notification, self._destroy)
            self._wire.forget(notification)

    def _take(self, opcode: int, arguments: Arguments) -> None:
        if opcode == _RESUMED and self._notification:
            now = time.monotonic()
            self._activity.note_input(now)
            if self._activity.is_settled(now):
                self.stop()
