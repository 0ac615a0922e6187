"""Decides when a dictation through the service is complete, and when its connection must be replaced. Pure.

The end of live speech waits for a limited time; a file waits for the service as long as it takes.
"""

from __future__ import annotations

from enum import Enum, auto

from saywrite.foundation.errors import ServiceError
from saywrite.speech.aiola.delivery.pending import CompletionState
from saywrite.speech.aiola.delivery.sender import AudioSender
from saywrite.speech.aiola.delivery.tracker import STUCK_S

OFFLINE_FINISH_S = 10.0
"""Seconds that the end of a dictation waits for a connection; sound without text then stays in the recording."""

MUTE_CONNECTIONS = 3
"""Connections in a row that take sound and answer nothing, after which a file is given up."""


class NextAction(Enum):
    """What the engine has to do now."""

    WAIT = auto()
    COMPLETE = auto()
    RECONNECT = auto()
    """Replace the connection: the service takes sound and does not answer."""
    ASK_AGAIN = auto()
    """Replace the connection, so that sound without text is sent once more."""
    UNREACHABLE = auto()
    """End with outstanding utterances: there is no connection."""
    UNANSWERED = auto()
    """End with outstanding utterances: the service does not answer."""


class CompletionPolicy:
    """The policy for one dictation. Times are monotonic seconds."""

    def __init__(self, delivery: AudioSender, now: float, *, was_up: bool = False) -> None:
        self.was_up = was_up
        self.halted: ServiceError | None = None
        """The error that trying again cannot cure."""
        self._delivery = delivery
        self._offline_since = now
        self._is_up = False
        self._confirmed = 0
        self._mute_connections = 0

    def note_connected(self) -> None:
        """A connection is open."""
        self._is_up = self.was_up = True
        self.halted = None

    def note_disconnected(self, now: float, halted: ServiceError | None) -> None:
        """The connection is lost, or could not be made. `halted`: the error that trying again cannot cure.

        After the end of the sound, a connection that has confirmed nothing does not extend the wait.
        """
        confirmed = self._delivery.session.confirmed
        if self._is_up and (confirmed > self._confirmed or not self._delivery.complete):
            self._offline_since = now
        self._is_up, self._confirmed, self.halted = False, confirmed, halted

    def renewed(self, now: float) -> None:
        """The cause of `halted` has changed."""
        if self.halted is not None:
            self.halted, self._offline_since = None, now

    def finishing(self, now: float) -> None:
        """The sound is complete: the wait for the end begins."""
        self._offline_since = max(self._offline_since, now)

    def answered(self) -> None:
        """A transcript has come."""
        self._mute_connections = 0

    def judge(self, now: float, *, is_up: bool) -> tuple[NextAction, float | None]:
        """The next action, and when to ask again if that is `WAIT`."""
        delivery = self._delivery
        if not is_up:
            if not (delivery.complete and delivery.request.live):
                return NextAction.WAIT, None
            due = self._offline_since + OFFLINE_FINISH_S
            return (NextAction.UNREACHABLE if self.halted is not None or now >= due else NextAction.WAIT), due
        if not delivery.complete:
            return self._judge_incomplete_sound(now)
        verdict, again = delivery.verdict(now)
        if verdict is CompletionState.ASK_AGAIN:
            delivery.session.ask_again(now)
        steps = {
            CompletionState.WAIT: NextAction.WAIT,
            CompletionState.COMPLETE: NextAction.COMPLETE,
            CompletionState.INCOMPLETE: NextAction.UNANSWERED,
            CompletionState.ASK_AGAIN: NextAction.ASK_AGAIN,
        }
        return steps[verdict], again

    def _judge_incomplete_sound(self, now: float) -> tuple[NextAction, float | None]:
        """Reconnect while the service takes sound and answers nothing, after waits that double."""
        session = self._delivery.session
        if session.question_due(now):
            session.ask_again(now)
            return NextAction.ASK_AGAIN, now
        since = session.stuck_since()
        if since is None:
            return NextAction.WAIT, None
        due = since + STUCK_S * 2.0 ** min(self._mute_connections, 3)
        if now < due:
            return NextAction.WAIT, due
        self._mute_connections += 1
        given_up = self._mute_connections >= MUTE_CONNECTIONS and not self._delivery.request.live
        return (NextAction.UNANSWERED if given_up else NextAction.RECONNECT), now
