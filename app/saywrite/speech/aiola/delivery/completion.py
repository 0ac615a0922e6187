"""How a dictation through the service goes: when it is over, and when its connection is of no use. Pure.

Somebody who speaks is not kept waiting at the end; a file waits for the service as long as it takes.
"""

from __future__ import annotations

from enum import Enum, auto

from saywrite.foundation.errors import ServiceError
from saywrite.speech.aiola.delivery.sender import AudioSender
from saywrite.speech.aiola.delivery.tracker import STUCK_S, CompletionState

OFFLINE_FINISH_S = 10.0
"""Seconds the end of a dictation waits for a connection; what has no text then stays in the recording."""

MUTE_CONNECTIONS = 3
"""Connections in a row that take sound and answer nothing before a file is given up."""


class NextAction(Enum):
    """What is to be done now."""

    WAIT = auto()
    COMPLETE = auto()
    RECONNECT = auto()
    UNREACHABLE = auto()
    """End, without the text of what is outstanding: there is no connection."""
    UNANSWERED = auto()
    """End, without the text of what is outstanding: the service does not answer."""


class CompletionPolicy:
    """Of one dictation. Times are monotonic seconds."""

    def __init__(self, delivery: AudioSender, now: float) -> None:
        self.was_up = False
        self.halted: ServiceError | None = None
        """Why trying again cannot help."""
        self._delivery = delivery
        self._offline_since = now
        self._up = False
        self._confirmed = 0
        self._mute = 0

    def up(self) -> None:
        self._up = self.was_up = True
        self.halted = None

    def down(self, now: float, halted: ServiceError | None) -> None:
        """No connection. At the end of a dictation one that brought nothing is none: the end is not put off by it."""
        confirmed = self._delivery.session.confirmed
        if self._up and (confirmed > self._confirmed or not self._delivery.complete):
            self._offline_since = now
        self._up, self._confirmed, self.halted = False, confirmed, halted

    def renewed(self, now: float) -> None:
        """What made trying useless has changed."""
        if self.halted is not None:
            self.halted, self._offline_since = None, now

    def finishing(self, now: float) -> None:
        """All sound is here: from now on the end is waited for."""
        self._offline_since = max(self._offline_since, now)

    def answered(self) -> None:
        self._mute = 0

    def judge(self, now: float, *, is_up: bool) -> tuple[NextAction, float | None]:
        """What to do now, and when to ask again if that is to wait."""
        delivery = self._delivery
        if not is_up:
            if not (delivery.complete and delivery.request.live):
                return NextAction.WAIT, None
            due = self._offline_since + OFFLINE_FINISH_S
            return (NextAction.UNREACHABLE if self.halted is not None or now >= due else NextAction.WAIT), due
        if not delivery.complete:
            return self._mid_way(now)
        verdict, again = delivery.verdict(now)
        if verdict is CompletionState.ASK_AGAIN:
            delivery.session.ask_again()
        steps = {
            CompletionState.WAIT: NextAction.WAIT,
            CompletionState.COMPLETE: NextAction.COMPLETE,
            CompletionState.INCOMPLETE: NextAction.UNANSWERED,
            CompletionState.ASK_AGAIN: NextAction.RECONNECT,
        }
        return steps[verdict], again

    def _mid_way(self, now: float) -> tuple[NextAction, float | None]:
        """A service that takes sound and answers nothing: perhaps another connection helps, ever less often."""
        since = self._delivery.session.stuck_since()
        if since is None:
            return NextAction.WAIT, None
        due = since + STUCK_S * 2.0 ** min(self._mute, 3)
        if now < due:
            return NextAction.WAIT, due
        self._mute += 1
        given_up = self._mute >= MUTE_CONNECTIONS and not self._delivery.request.live
        return (NextAction.UNANSWERED if given_up else NextAction.RECONNECT), now
