"""What the dictation does at this moment, for those who ask from outside. The dictation thread writes, any reads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from saywrite.events import Failed, Finished, FrontEndEvent, Gauge, State, StateChanged, seconds


@dataclass(frozen=True, slots=True)
class Status:
    """`dictation`: the newest one that is not over, or that failed; "" when idle. `pending_s`: seconds of it without
    text so far; `heard_s`: seconds of it in the journal. `problem`: what ended it or kept it from beginning, and the
    remedy; () when nothing did.
    """

    state: State = State.IDLE
    dictation: str = ""
    heard_s: float = 0.0
    pending_s: float = 0.0
    problem: tuple[str, ...] = ()


class StatusBoard:
    """Keeps `now` up to date. Frozen and replaced as a whole, so a reader never sees half of a change."""

    def __init__(self) -> None:
        self.now = Status()

    def receive(self, event: FrontEndEvent) -> None:
        """One event of the dictation, before or after the front end has it."""
        match event:
            case StateChanged(state=State.IDLE):
                self.now = Status()
            case StateChanged(dictation=which, state=state) if which == self.now.dictation:
                self.now = replace(self.now, state=state)
            case StateChanged(dictation=which, state=state):
                self.now = Status(state, which)
            case Failed(dictation=which, fatal=True, what=what, remedy=remedy) if which in ("", self.now.dictation):
                self.now = replace(self.now, problem=(what, remedy))
            case Gauge(dictation=which) if which == self.now.dictation:
                self._measure(event.heard, event.heard - event.confirmed)
            case Finished(dictation=which) if which == self.now.dictation:
                self._measure(event.heard, event.pending)

    def _measure(self, heard: int, pending: int) -> None:
        self.now = replace(self.now, heard_s=round(seconds(heard), 2), pending_s=round(seconds(pending), 2))
