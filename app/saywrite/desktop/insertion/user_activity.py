"""Whether the user has pressed a key or clicked since the last insertion, without our own keys. Pure.

The desktop tells only that there was some input and when (idle counters); which key it was is never known here. Input
around the presses of our own hotkeys is theirs. Insertion worker.
"""

from __future__ import annotations

from dataclasses import dataclass

REACH_S = 0.7
"""A chord is entered this long before its hotkey is heard, and left this long after it."""

JOINED_S = 0.2
"""Inputs that follow one another this fast are one."""

_MOST = 32


@dataclass(slots=True)
class _Span:
    """Monotonic seconds; `last` is infinite while a hotkey is down."""

    first: float
    last: float


class UserActivity:
    """`known`: this desktop tells of input at all; otherwise `acted` stays False."""

    def __init__(self, *, known: bool = False) -> None:
        self.known = known
        self._since: float | None = None
        self._inputs: list[_Span] = []
        self._own: list[_Span] = []

    def begin(self, at: float) -> None:
        """A text went in at `at`: what was before does not matter any more."""
        self._since = at
        self._inputs.clear()
        self._own = [span for span in self._own if span.last >= at - REACH_S]

    def note_input(self, at: float) -> None:
        """There was input of the user at `at`; in the order of time."""
        if self._since is None or at <= self._since:
            return
        if self._inputs and at - self._inputs[-1].last < JOINED_S:
            self._inputs[-1].last = at
        elif len(self._inputs) < _MOST:
            self._inputs.append(_Span(at, at))

    def note_own_key(self, at: float, *, down: bool) -> None:
        """One of our hotkeys went down or came up, or a command began or ended a dictation, at `at`."""
        if down and not (self._own and self._own[-1].last == float("inf")):
            self._own = [*self._own[-_MOST:], _Span(at, float("inf"))]
        elif not down and self._own and self._own[-1].last == float("inf"):
            self._own[-1].last = at
        elif not down:
            self._own = [*self._own[-_MOST:], _Span(at, at)]

    def first_input(self) -> float | None:
        """When the user did something of their own first, as far as it is known by now."""
        return next((span.first for span in self._inputs if not self._is_ours(span)), None)

    @property
    def acted(self) -> bool:
        """The user did something that was not about our own keys."""
        return self.first_input() is not None

    def is_settled(self, now: float) -> bool:
        """Nothing more has to be noted: the user acted, and no hotkey can explain it any more."""
        first = self.first_input()
        return self._since is None or (first is not None and now - first > 2 * REACH_S)

    def _is_ours(self, span: _Span) -> bool:
        return any(own.first - REACH_S <= span.first and span.last <= own.last + REACH_S for own in self._own)
