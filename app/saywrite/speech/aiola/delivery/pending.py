"""The utterances of a dictation that have no text yet, in their order, and what is kept of texts. Pure.

Offsets are samples, times monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.timings import AckLog
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings

TRAIL = SAMPLE_RATE // 5
"""How far behind the last voice an utterance of ours ends (`audio.voice`, `trail_ms`)."""

SLACK = SAMPLE_RATE * 6 // 10
"""How much earlier than by our reckoning the service may close an utterance: its detector lets go of a voice up to
0.3 s before ours, and a pong tells of what was sent up to 0.3 s ago."""

DOUBTFUL = SAMPLE_RATE * 15 // 100
"""Samples of voice below which an utterance is more likely a click or a door."""

HURRIED_S = 0.75
"""How many seconds faster than it was spoken an utterance was sent when its times tell little."""

HOLD_S = 1.0
"""Seconds to wait behind the text of such an utterance for another: the service may have cut finer than we did."""


@dataclass(slots=True)
class Utterance:
    start: int
    end: int | None = None
    doubtful: bool = False
    closed_at: float | None = None
    """When the service had received what closes it, on this connection."""
    had: int = 0
    """The newest sound that a text for it can have come from."""

    def was_hurried(self, sending: AckLog | None) -> bool:
        """Its sound was sent so much faster than it was spoken that the order of events tells nothing."""
        if sending is None or self.end is None:
            return True
        begun, ended = sending.when(self.start), sending.when(self.end)
        if begun is None or ended is None:
            return True
        return (self.end - self.start) / SAMPLE_RATE - (ended - begun) > HURRIED_S


@dataclass(frozen=True, slots=True)
class ProvisionalAnswer:
    """An utterance whose answer may have been only that of its first part: it is not confirmed before `until`."""

    utterance: Utterance
    before: int
    until: float


@dataclass(frozen=True, slots=True)
class DeliveredTranscript:
    """A transcript that came, and up to where the sound may lie that it came from."""

    text: str
    start: int
    until: int
    latest: int
    """The newest sound the service had: what it came from cannot lie behind this."""


class PendingQueue:
    """The utterances without text. `answered`: everything before it has its text, or has none to get."""

    def __init__(self, voice: VoiceSettings) -> None:
        self.queue: list[Utterance] = []
        self.held: ProvisionalAnswer | None = None
        self.answered = 0
        self.ever = False
        """There was an utterance."""
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000

    @property
    def first(self) -> Utterance | None:
        return self.queue[0] if self.queue else None

    @property
    def is_open(self) -> bool:
        """The last of them goes on."""
        return bool(self.queue) and self.queue[-1].end is None

    def begin(self, at: int) -> None:
        self.ever = True
        self.queue.append(Utterance(at))

    def close(self, boundary: UtteranceBoundary) -> Utterance | None:
        """The open one ends; returns it, None when there is none."""
        if not self.is_open:
            return None
        last = self.queue[-1]
        last.end = boundary.at
        last.doubtful = boundary.voiced < DOUBTFUL
        return last

    def closing(self, utterance: Utterance) -> int:
        """The offset with which the service, as we reckon, knows that the utterance is over."""
        assert utterance.end is not None
        return max(utterance.end - TRAIL + self._silence, utterance.start)

    def is_over_by(self, utterance: Utterance, had: int) -> bool:
        """The service, having the sound up to `had`, may know that it is over."""
        return utterance.end is not None and had + SLACK >= self.closing(utterance)

    def was_answered_early(self, utterance: Utterance) -> bool:
        """A text came while it was open to us, and late enough to be that of its end."""
        return utterance.had > 0 and self.is_over_by(utterance, utterance.had)

    def note_closed(self, receipts: AckLog, all_received: float | None) -> None:
        """`all_received`: when the service had all sound, and silence behind it."""
        for utterance in self.queue:
            if utterance.end is None:
                break
            if utterance.closed_at is None:
                at = receipts.when(self.closing(utterance))
                utterance.closed_at = all_received if at is None else at

    def resolve(self, sending: AckLog | None, now: float) -> None:
        """The oldest has its text; where its times tell little, only for now. `sending`: what was sent when."""
        first = self.queue.pop(0)
        assert first.end is not None
        self.held = ProvisionalAnswer(first, self.answered, now + HOLD_S) if first.was_hurried(sending) else None
        self.answered = max(self.answered, first.end)

    def let_go(self, now: float) -> None:
        """What was held for long enough is not held any more."""
        if self.held is not None and now >= self.held.until:
            self.held = None

    def take_back(self) -> None:
        """The connection is lost: what was held waits again, and nothing is closed."""
        if self.held is not None:
            self.queue.insert(0, self.held.utterance)
            self.answered, self.held = self.held.before, None
        for utterance in self.queue:
            utterance.closed_at = None

    def until(self, latest: int, now: float, patience: float) -> int:
        """Up to where the sound may lie that a transcript coming now was made of, when the service has `latest`.

        The oldest utterance, and what touches it (the service may take them for one); everything the service can have
        closed when the oldest is overdue, since it may have had nothing to say to that one.
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
