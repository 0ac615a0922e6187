"""Whether the user has pressed a key or clicked since the last insertion, without our own keys. Pure.

The desktop reports only that there was some input and when (idle counters); which key it was is never known here.
Input at the time of our own hotkeys counts as theirs. Runs on the insertion thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

REACH_S = 0.7
"""Seconds before and after the event of a hotkey in which the keys of its combination move."""

JOINED_S = 0.2
"""Seconds between two inputs that count as one."""

_MOST = 32
_FOREVER = float("inf")


@dataclass(slots=True)
class _Span:
    """Monotonic seconds; `last` is infinite while a hotkey is down."""

    first: float
    last: float


class UserActivity:
    """The input since the last insertion. `known`: this desktop reports input; else `acted` stays False."""

    def __init__(self, *, known: bool = False) -> None:
        self.known = known
        self._since: float | None = None
        self._inputs: list[_Span] = []
        self._own: list[_Span] = []

    def begin(self, at: float) -> None:
        """A text was inserted at `at`: forget earlier input."""
        self._since = at
        self._inputs.clear()
        self._own = [span for span in self._own if span.last >= at - REACH_S]

    def note_input(self, at: float) -> None:
        """The user pressed a key or clicked at `at`. Call it in the order of time."""
        if self._since is None or at <= self._since:
            return
        if self._inputs and at - self._inputs[-1].last < JOINED_S:
            self._inputs[-1].last = max(at, self._inputs[-1].last)
        elif len(self._inputs) < _MOST:
            self._inputs.append(_Span(at, at))

    def note_own_key(self, at: float, *, down: bool) -> None:
        """One of our hotkeys went down (again while it is held: auto-repeat) or came up at `at`."""
        is_down = bool(self._own) and self._own[-1].last == _FOREVER
        if down and not is_down:
            self._own = [*self._own[-_MOST:], _Span(at, _FOREVER)]
        elif is_down and not down:
            self._own[-1].last = at

    def note_command(self, at: float) -> None:
        """A dictation began or ended at `at`, perhaps by a key that the desktop watches for us."""
        self._own = [_Span(at, at), *self._own[-_MOST:]]

    def first_input(self) -> float | None:
        """When the user first did something that was not one of our hotkeys; None if not yet known."""
        return next((span.first for span in self._inputs if not self._is_ours(span)), None)

    @property
    def acted(self) -> bool:
        """Whether the user did something that was not one of our hotkeys."""
        return self.first_input() is not None

    def is_settled(self, now: float) -> bool:
        """Whether further input makes no difference: the user acted, and no later hotkey can explain it."""
        first = self.first_input()
        return self._since is None or (first is not None and now - first > 2 * REACH_S)

    def _is_ours(self, span: _Span) -> bool:
        return any(own.first - REACH_S <= span.first and span.last <= own.last + REACH_S for own in self._own)


OWN_KEYS_S = 0.1
"""Seconds in which the keys that we press ourselves arrive; they count as input too."""

OFTEN_S, SELDOM_S = 0.5, 2.0
OFTEN_FOR_S = 60.0


class PolledInput:
    """Polls a system that only reports the time since the last input, until the user acts."""

    def __init__(self, activity: UserActivity, seconds_since_input: Callable[[], float]) -> None:
        self._activity = activity
        self._seconds_since_input = seconds_since_input
        self._since: float | None = None
        self._due = 0.0

    def start(self, now: float) -> None:
        """A text was inserted at `now`."""
        self._since, self._due = now, now + OFTEN_S

    def look(self, now: float) -> float | None:
        """Record new input; when to call again, None when further input makes no difference."""
        if self._since is None:
            return None
        if now < self._due:
            return self._due
        last = now - self._seconds_since_input()
        if last > self._since + OWN_KEYS_S:
            self._activity.note_input(last)
        if self._activity.is_settled(now):
            self._since = None
            return None
        self._due = now + (OFTEN_S if now - self._since < OFTEN_FOR_S else SELDOM_S)
        return self._due
