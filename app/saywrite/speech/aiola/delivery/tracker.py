"""Tracks which sound of a dictation has its text, which must be sent again, and what is complete. Pure.

The service gives texts without times: one transcript for each utterance that it finds, in their order. We detect the
utterances, too, and know from the pongs what the service had received when. From that follows:

- A transcript answers the oldest utterance without text. If the service cannot have the end of that one yet, it is the
  text of its first part.
- An utterance to which the service gives no text (a cough) counts as answered once later sound was answered and its own
  answer is long overdue on a working connection.
- After a lost connection everything from the first utterance without text is sent again; `overlap` removes repeated
  words, from texts only that may have come from that sound.

In doubt a word comes twice rather than not at all. Offsets are samples of the dictation, times monotonic seconds of the
caller. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.overlap import OverlapDeduplicator
from saywrite.speech.aiola.delivery.pending import PROVISIONAL_S, DeliveredTranscript, PendingQueue
from saywrite.speech.aiola.delivery.timings import AckLog, LatencyEstimator
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings

LEAD_IN = SAMPLE_RATE // 5
"""Samples before an utterance that are sent again with it; its start already lies 0.3 s before the voice."""

QUIET_S = 3.0
"""Seconds after which received sound, in which we detect no speech, is not expected to become text."""

EARLY = 0.7
"""The least time that an answer may take, as a share of the shortest delay so far."""

STUCK_S = 8.0
"""Seconds that an utterance waits for its text on a working connection before another connection is tried."""

ASK_S = 0.1
"""Seconds until the verdict can change when only a sign of life is missing."""

REMEMBERED = 8
"""Confirmed transcripts that are kept, for the case that their sound is sent again after all."""

RECHECK = 20 * SAMPLE_RATE
"""Samples that are sent again, at most, to find out whether the last utterance has no text or its answer was lost."""


class CompletionState(Enum):
    """The state of a dictation whose sound is complete."""

    WAIT = auto()
    COMPLETE = auto()
    INCOMPLETE = auto()
    ASK_AGAIN = auto()
    """No text came for the last utterance: reconnect and send it again, together with one that has its text."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A new text with its place in the sound."""

    text: str
    start: int
    end: int


class DeliveryTracker:
    """One dictation's delivery over any number of connections."""

    def __init__(self, voice: VoiceSettings) -> None:
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000
        self._pending = PendingQueue(voice)
        self._delivered: list[DeliveredTranscript] = []
        self._deduplicator = OverlapDeduplicator()
        self._latency = LatencyEstimator()
        self._received_log: AckLog | None = None
        self._sent_log: AckLog | None = None
        self._heard = 0
        self._settled = 0
        self._text_end = 0
        self.confirmed = 0
        """The offset before which no text is outstanding."""
        self._last_answer: float | None = None
        self._last_sign_of_life = 0.0
        """When the connection last proved to work: an answer that had not come by then was not merely delayed by it."""
        self._silence_received: float | None = None
        self._resume: int | None = None
        self._asked_again = False
        self._heard_again = False

    @property
    def outstanding(self) -> tuple[tuple[int, int], ...]:
        """The utterances without text, as (start, end); the last may still go on."""
        return tuple((u.start, self._heard if u.end is None else u.end) for u in self._pending.queue)

    @property
    def is_open(self) -> bool:
        """Whether the last outstanding utterance goes on."""
        return self._pending.is_open

    @property
    def patience_s(self) -> float:
        """Seconds to wait for an answer."""
        return self._latency.patience

    def listen(self, heard: int, settled: int, boundaries: Sequence[UtteranceBoundary]) -> None:
        """Our detector has processed the sound up to `heard`. It will report no more boundary before `settled`."""
        self._heard = max(self._heard, heard)
        for boundary in boundaries:
            if boundary.starts:
                self._pending.begin(boundary.at)
            else:
                self._close(boundary)
        self._settled = max(self._settled, settled)

    def connected(self, now: float) -> int:
        """A connection is open; returns the offset at which its sound begins."""
        start = self.confirmed if self._resume is None else self._resume
        self._received_log, self._sent_log = AckLog(start, now), AckLog(start, now)
        self._last_answer = self._silence_received = None
        self._last_sign_of_life = now
        return start

    def sent(self, offset: int, now: float) -> None:
        """The sound before `offset` has been sent."""
        if self._sent_log is not None:
            self._sent_log.note(offset, now)

    def received(self, offset: int, now: float) -> None:
        """The service has received the sound before `offset`; also a repeated report is a sign of life."""
        self._last_sign_of_life = now
        if self._received_log is not None:
            self._received_log.note(offset, now)
            self._pending.note_closed(self._received_log, self._silence_received)
            self._confirm(now)

    def silence_received(self, now: float) -> None:
        """The service has received all sound of the dictation and the silence that closes its last utterance."""
        if self._received_log is None or self._silence_received is not None:
            return
        self._silence_received = now
        self._received_log.note(self._heard + self._silence, now)
        self._pending.note_closed(self._received_log, now)

    def transcript(self, text: str, now: float) -> PlacedText | None:
        """Place a transcript and return its new text; None when all of it is a repetition."""
        received_log = self._received_log
        if received_log is None:
            return None
        fresh = self._deduplicator.strip(text).strip()
        self._last_answer = self._last_sign_of_life = now
        if self._resume is not None and not fresh:
            self._resume, self._heard_again = None, True
            return None
        until = self._pending.until(received_log.latest, now, self._latency.patience)
        start, end = self._place(received_log, now)
        start = max(start, self._text_end)
        end = max(min(end, self._heard), start + 1)
        self._confirm(now)
        if not fresh:
            return None
        self._delivered.append(DeliveredTranscript(fresh, start, max(until, end), received_log.latest))
        self._text_end = end
        return PlacedText(fresh, start, end)

    def lost(self) -> None:
        """The connection is lost: the next one sends all sound from `confirmed` on."""
        self._received_log = None
        self._pending.reopen()
        if self._resume is None:
            again = [transcript.text for transcript in self._delivered if transcript.until > self.confirmed]
        else:
            again = [transcript.text for transcript in self._delivered if transcript.latest > self._resume]
        self._deduplicator.expect(again)

    def ask_again(self) -> None:
        """Let the next connection begin with the last utterance that has its text."""
        self._asked_again = True
        if self._delivered and self._heard - self._delivered[-1].start <= RECHECK:
            self._resume = self._delivered[-1].start

    def review(self, now: float) -> float | None:
        """Draw the conclusions that the passed time allows; returns when to call again."""
        self._skip_unanswered(now)
        self._confirm(now)
        first, provisional = self._pending.first, self._pending.provisional
        due = [provisional.until] if provisional is not None else []
        if first is not None and first.closed_at is not None:
            due.append(first.closed_at + self._latency.patience)
        if self._received_log is not None and first is None and self.confirmed < self._heard:
            due.append(now + QUIET_S)
        return min((at for at in due if at > now), default=None)

    def stuck_since(self) -> float | None:
        """Since when an utterance has waited for its text on a working connection without any other text."""
        first = self._pending.first
        if first is None or first.closed_at is None or self._received_log is None:
            return None
        if self._last_answer is not None and self._last_answer >= first.closed_at:
            return None  # the service answers; this utterance is skipped once that is certain
        return first.closed_at

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """The state of the dictation once its sound is complete, and when to ask again if that is `WAIT`."""
        received = self._silence_received
        if received is None:
            return CompletionState.WAIT, now + QUIET_S
        self._skip_unanswered(now)
        first, provisional = self._pending.first, self._pending.provisional
        if first is None:
            due = received if self._pending.has_begun else received + self._latency.patience
            due = due if provisional is None else max(due, provisional.until)
            if self._last_sign_of_life < due:
                return CompletionState.WAIT, max(due, now + ASK_S)
            self.confirmed = self._heard
            return CompletionState.COMPLETE, now
        base = max(received, self._last_answer or 0.0)
        due = base + (self._latency.patience + 0.5 if self._latency.known else 2 * self._latency.patience)
        if self._last_sign_of_life < due:
            overdue = first.closed_at + self._latency.patience if first.closed_at is not None else due
            return CompletionState.WAIT, max(min(due, overdue), now + ASK_S)
        return self._judge_silence(), now

    def _close(self, boundary: UtteranceBoundary) -> None:
        utterance = self._pending.close(boundary)
        if utterance is None:
            return
        if utterance.received and self._delivered:
            self._delivered[-1] = replace(self._delivered[-1], until=min(self._delivered[-1].until, boundary.at))
        if utterance is self._pending.first and self._pending.was_answered_early(utterance):
            self._pending.resolve(self._sent_log, self._last_answer or 0.0)
        if self._received_log is not None:
            self._pending.note_closed(self._received_log, self._silence_received)

    def _place(self, received_log: AckLog, now: float) -> tuple[int, int]:
        """The place of a transcript: that of the oldest utterance, or of its first part."""
        reach = received_log.offset_at(now - EARLY * self._latency.least)
        pending, first = self._pending, self._pending.first
        if first is None:
            if pending.provisional is not None:
                pending.provisional = replace(pending.provisional, until=now + PROVISIONAL_S)
            return self._text_end, reach - self._silence
        if first.end is None or not pending.is_over_by(first, reach):
            first.received = max(first.received, reach)
            return first.start, reach - self._silence
        self._latency.learn([u.closed_at for u in pending.queue if u.closed_at is not None], now)
        pending.resolve(self._sent_log, now)
        return first.start, first.end

    def _skip_unanswered(self, now: float) -> None:
        """Resolve utterances that get no text: later sound was answered, and their own answer is overdue."""
        pending = self._pending
        pending.accept_provisional(now)
        while (first := pending.first) is not None:
            if first.closed_at is None or self._last_answer is None:
                return
            answered = self._last_answer >= first.closed_at or pending.was_answered_early(first)
            if not answered or self._last_sign_of_life < first.closed_at + self._latency.patience:
                return
            pending.resolve(self._sent_log, now - PROVISIONAL_S)
            pending.accept_provisional(now)

    def _confirm(self, now: float) -> None:
        pending = self._pending
        # The service may detect more speech than we do: other sound is confirmed only some time after its receipt.
        quiet_since = self._last_sign_of_life - max(QUIET_S, self._latency.patience)
        quiet = self._received_log.offset_at(quiet_since) if self._received_log else 0
        limit = self._settled if pending.first is None else pending.first.start
        to = max(pending.answered, min(quiet, limit - LEAD_IN))
        if pending.provisional is not None:
            to = min(to, max(pending.provisional.utterance.start - LEAD_IN, pending.provisional.before))
        self.confirmed = max(self.confirmed, min(to, self._heard))
        while len(self._delivered) > REMEMBERED and self._delivered[0].until <= self.confirmed:
            self._delivered.pop(0)

    def _judge_silence(self) -> CompletionState:
        """The state after the deadline, when a working connection has brought no text for some utterances."""
        queue = self._pending.queue
        answers = self._latency.known or self._last_answer is not None
        while answers and queue and queue[-1].doubtful:
            queue.pop()
        if not queue or self._heard_again:
            queue.clear()
            self.confirmed = self._heard
            return CompletionState.COMPLETE
        if not self._asked_again and self._delivered and answers:
            return CompletionState.ASK_AGAIN
        return CompletionState.INCOMPLETE
