"""The utterances of a dictation that have no text yet, in their order. Pure.

Offsets are samples, times monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.timings import AckLog
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings

TRAIL = SAMPLE_RATE // 5
"""Samples from the last voice to the end of an utterance, as our detector places it (`trail_ms` of `audio`)."""

SLACK = SAMPLE_RATE * 6 // 10
"""Samples by which the service may close an utterance earlier than we estimate.

Its detector ends a voice up to 0.3 s before ours, and a pong reports what was sent up to 0.3 s ago.
"""

DOUBTFUL = SAMPLE_RATE * 15 // 100
"""Samples of voice below which an utterance is more likely a noise."""

HURRIED_S = 0.75
"""Seconds by which an utterance was sent faster than it was spoken, from which on its times say little."""

PROVISIONAL_S = 1.0
"""Seconds in which a second text may follow that of such an utterance: the service may segment more finely."""


@dataclass(slots=True)
class Utterance:
    """Speech that our detector has found. `end`: None while it goes on. `doubtful`: it may be a noise."""

    start: int
    end: int | None = None
    doubtful: bool = False
    closed_at: float | None = None
    """When the service had received the sound that closes it, on this connection."""
    received: int = 0
    """The newest sound that a text of its first part can have come from."""

    def was_hurried(self, sent: AckLog | None) -> bool:
        """Whether its sound was sent so much faster than it was spoken that the order of events says nothing."""
        if sent is None or self.end is None:
            return True
        begun, ended = sent.time_of(self.start), sent.time_of(self.end)
        if begun is None or ended is None:
            return True
        return (self.end - self.start) / SAMPLE_RATE - (ended - begun) > HURRIED_S


@dataclass(frozen=True, slots=True)
class ProvisionalAnswer:
    """An utterance whose text may have been that of its first part only.

    It is not confirmed before the time `until`. `before`: `PendingQueue.answered` as it was before the text.
    """

    utterance: Utterance
    before: int
    until: float


@dataclass(frozen=True, slots=True)
class DeliveredTranscript:
    """A transcript that has come. The sound of its text lies between `start` and `until`."""

    text: str
    start: int
    until: int
    latest: int
    """The newest sound that the service received when it came: its own sound cannot lie further on."""


class PendingQueue:
    """The utterances without text. `answered`: no text is due for the sound before this offset."""

    def __init__(self, voice: VoiceSettings) -> None:
        self.queue: list[Utterance] = []
        self.provisional: ProvisionalAnswer | None = None
        self.answered = 0
        self.has_begun = False
        """Whether there has been an utterance."""
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000

    @property
    def first(self) -> Utterance | None:
        return self.queue[0] if self.queue else None

    @property
    def is_open(self) -> bool:
        """Whether the last utterance goes on."""
        return bool(self.queue) and self.queue[-1].end is None

    def begin(self, at: int) -> None:
        """An utterance begins at the offset `at`."""
        self.has_begun = True
        self.queue.append(Utterance(at))

    def close(self, boundary: UtteranceBoundary) -> Utterance | None:
        """End the open utterance and return it; None when there is none."""
        if not self.is_open:
            return None
        last = self.queue[-1]
        last.end = boundary.at
        last.doubtful = boundary.voiced < DOUBTFUL
        return last

    def closing(self, utterance: Utterance) -> int:
        """The offset at which, as we estimate, the service knows that the utterance is over."""
        assert utterance.end is not None
        return max(utterance.end - TRAIL + self._silence, utterance.start)

    def is_over_by(self, utterance: Utterance, received: int) -> bool:
        """Whether the service may know that it is over, when it has the sound up to `received`."""
        return utterance.end is not None and received + SLACK >= self.closing(utterance)

    def was_answered_early(self, utterance: Utterance) -> bool:
        """Whether a text that came while the utterance was open to us may be that of its end."""
        return utterance.received > 0 and self.is_over_by(utterance, utterance.received)

    def note_closed(self, received_log: AckLog, all_received: float | None) -> None:
        """Note when the service could close each utterance.

        `all_received`: when it had received all sound and the final silence, None if it has not.
        """
        for utterance in self.queue:
            if utterance.end is None:
                break
            if utterance.closed_at is None:
                at = received_log.time_of(self.closing(utterance))
                utterance.closed_at = all_received if at is None else at

    def resolve(self, sent: AckLog | None, now: float) -> None:
        """The oldest utterance has its text; only provisionally where its times say little."""
        first = self.queue.pop(0)
        assert first.end is not None
        hurried = first.was_hurried(sent)
        self.provisional = ProvisionalAnswer(first, self.answered, now + PROVISIONAL_S) if hurried else None
        self.answered = max(self.answered, first.end)

    def accept_provisional(self, now: float) -> None:
        """Accept a provisional answer whose time is over."""
        if self.provisional is not None and now >= self.provisional.until:
            self.provisional = None

    def reopen(self) -> None:
        """The connection is lost: withdraw a provisional answer, and count no utterance as closed."""
        if self.provisional is not None:
            self.queue.insert(0, self.provisional.utterance)
            self.answered, self.provisional = self.provisional.before, None
        for utterance in self.queue:
            utterance.closed_at = None

    def until(self, latest: int, now: float, patience: float) -> int:
        """The offset up to which a transcript that comes now may reach. The service has the sound up to `latest`.

        It may reach over the oldest utterance and those that touch it, which the service may take for one. When the
        oldest is overdue, it may have no text, and the transcript may belong to any utterance that the service can have
        closed.
        """
        if not self.queue or self.queue[0].end is None:
            return latest
        first, *later = self.queue
        overdue = first.closed_at is not None and now > first.closed_at + patience
        until = self.queue[0].end
        for utterance in later:
            if utterance.end is None or not self.is_over_by(utterance, latest):
                break
            if overdue or utterance.start <= until:
                until = utterance.end
        return until
