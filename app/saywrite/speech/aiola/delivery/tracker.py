"""Delivery: which of a dictation's sound has its text, which must be sent (again), and when all is said. Pure.

The service gives texts without times: one transcript for each stretch of speech it finds, in their order. We find the
utterances too (`audio.voice`), and know from the pongs what the service had received when. From that:

- A transcript answers the oldest utterance without text. If the service cannot have heard that one's end yet, it is the
  text of its first part.
- What the service passed over in silence (a cough) counts as answered once later sound was answered and its own answer
  is long overdue on a sound line.
- After a lost line everything from the first utterance without text is sent again; `overlap` takes out the words that
  come twice, looking only at texts that may have come from that sound.

When in doubt a word comes twice rather than not at all. Offsets are samples of the dictation, times monotonic seconds
given by the caller. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.overlap import OverlapDeduplicator
from saywrite.speech.aiola.delivery.pending import HOLD_S, DeliveredTranscript, PendingQueue
from saywrite.speech.aiola.delivery.timings import AckLog, LatencyEstimator
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings

LEAD_IN = SAMPLE_RATE // 5
"""Samples before an utterance that are sent again with it; its own start lies 0.3 s before the voice already."""

QUIET_S = 3.0
"""Seconds after which sound without speech of ours, received by the service, is not expected to become text."""

EARLY = 0.7
"""The share of the shortest delay seen that an answer may take at the least."""

STUCK_S = 8.0
"""Seconds an utterance waits for its text on a line that is otherwise well before another line is tried."""

ASK_S = 0.1
"""Seconds until the verdict is worth asking for again when only a sign of life is lacking."""

REMEMBERED = 8
"""Transcripts that are kept although their sound is not sent again, for the case that it is after all."""

RECHECK = 20 * SAMPLE_RATE
"""Samples that are sent again at most to find out whether the service had nothing to say or did not answer."""


class CompletionState(Enum):
    """Whether a dictation whose sound is complete is over."""

    WAIT = auto()
    COMPLETE = auto()
    INCOMPLETE = auto()
    ASK_AGAIN = auto()
    """Nothing came for the last utterance: connect anew, so that it is heard again beside one that has text."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A transcript with its place in the sound."""

    text: str
    start: int
    end: int


class DeliveryTracker:
    """One dictation's delivery over any number of connections."""

    def __init__(self, voice: VoiceSettings) -> None:
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000
        self._waiting = PendingQueue(voice)
        self._told: list[DeliveredTranscript] = []
        self._repeats = OverlapDeduplicator()
        self._delays = LatencyEstimator()
        self._receipts: AckLog | None = None
        self._sending: AckLog | None = None
        self._heard = 0
        self._settled = 0
        self._text_end = 0
        self.confirmed = 0
        """Nothing is outstanding before this."""
        self._last_answer: float | None = None
        self._alive = 0.0
        """The line has proved to be well at this time: what has not come by then was not only late."""
        self._silence_received: float | None = None
        self._resume: int | None = None
        self._asked_again = False
        self._heard_again = False

    # What is known.

    @property
    def outstanding(self) -> tuple[tuple[int, int], ...]:
        """Utterances without text: (start, end); the last may still be open."""
        return tuple((u.start, self._heard if u.end is None else u.end) for u in self._waiting.queue)

    @property
    def is_open(self) -> bool:
        """The last of them goes on."""
        return self._waiting.is_open

    @property
    def patience_s(self) -> float:
        """How long an answer is waited for."""
        return self._delays.patience

    # What happens.

    def listen(self, heard: int, settled: int, boundaries: Sequence[UtteranceBoundary]) -> None:
        """Our own detector has heard the sound up to `heard`; no boundary will come before `settled`."""
        self._heard = max(self._heard, heard)
        for boundary in boundaries:
            if boundary.starts:
                self._waiting.begin(boundary.at)
            else:
                self._close(boundary)
        self._settled = max(self._settled, settled)

    def connected(self, now: float) -> int:
        """A connection is there; the offset its sound begins at."""
        start = self.confirmed if self._resume is None else self._resume
        self._receipts, self._sending = AckLog(start, now), AckLog(start, now)
        self._last_answer = self._silence_received = None
        self._alive = now
        return start

    def sent(self, offset: int, now: float) -> None:
        """The sound before `offset` is on its way."""
        if self._sending is not None:
            self._sending.note(offset, now)

    def received(self, offset: int, now: float) -> None:
        """The service has the sound before `offset`; also when that is no news, it is a sign of life."""
        self._alive = now
        if self._receipts is not None:
            self._receipts.note(offset, now)
            self._waiting.note_closed(self._receipts, self._silence_received)
            self._confirm(now)

    def silence_received(self, now: float) -> None:
        """The service has all sound of the dictation, and the silence behind it that closes the last utterance."""
        if self._receipts is None or self._silence_received is not None:
            return
        self._silence_received = now
        self._receipts.note(self._heard + self._silence, now)
        self._waiting.note_closed(self._receipts, now)

    def transcript(self, text: str, now: float) -> PlacedText | None:
        """A transcript came; what of it is new, None when nothing is."""
        receipts = self._receipts
        if receipts is None:
            return None
        fresh = self._repeats.strip(text).strip()
        self._last_answer = self._alive = now
        if self._resume is not None and not fresh:
            self._resume, self._heard_again = None, True
            return None
        until = self._waiting.until(receipts.latest, now, self._delays.patience)
        start, end = self._place(receipts, now)
        start = max(start, self._text_end)
        end = max(min(end, self._heard), start + 1)
        self._confirm(now)
        if not fresh:
            return None
        self._told.append(DeliveredTranscript(fresh, start, max(until, end), receipts.latest))
        self._text_end = end
        return PlacedText(fresh, start, end)

    def lost(self) -> None:
        """The connection is gone: all without text will be sent again on the next one, from `confirmed` on."""
        self._receipts = None
        self._waiting.take_back()
        if self._resume is None:
            again = [told.text for told in self._told if told.until > self.confirmed]
        else:
            again = [told.text for told in self._told if told.latest > self._resume]
        self._repeats.expect(again)

    def ask_again(self) -> None:
        """Go back so far that the last utterance with text is heard again too."""
        self._asked_again = True
        if self._told and self._heard - self._told[-1].start <= RECHECK:
            self._resume = self._told[-1].start

    def review(self, now: float) -> float | None:
        """Draw the conclusions that time allows; when to look again."""
        self._pass_over(now)
        self._confirm(now)
        first, held = self._waiting.first, self._waiting.held
        due = [held.until] if held is not None else []
        if first is not None and first.closed_at is not None:
            due.append(first.closed_at + self._delays.patience)
        if self._receipts is not None and first is None and self.confirmed < self._heard:
            due.append(now + QUIET_S)
        return min((at for at in due if at > now), default=None)

    def stuck_since(self) -> float | None:
        """Since when an utterance waits for a text although the line is well and nothing else came."""
        first = self._waiting.first
        if first is None or first.closed_at is None or self._receipts is None:
            return None
        if self._last_answer is not None and self._last_answer >= first.closed_at:
            return None  # it answers; this one is passed over once that is certain
        return first.closed_at

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """Whether the dictation is over, its sound being complete, and when to ask again if not."""
        received = self._silence_received
        if received is None:
            return CompletionState.WAIT, now + QUIET_S
        self._pass_over(now)
        first, held = self._waiting.first, self._waiting.held
        if first is None:
            due = received if self._waiting.ever else received + self._delays.patience
            due = due if held is None else max(due, held.until)
            if self._alive < due:
                return CompletionState.WAIT, max(due, now + ASK_S)
            self.confirmed = self._heard
            return CompletionState.COMPLETE, now
        base = max(received, self._last_answer or 0.0)
        due = base + (self._delays.patience + 0.5 if self._delays.known else 2 * self._delays.patience)
        if self._alive < due:
            overdue = first.closed_at + self._delays.patience if first.closed_at is not None else due
            return CompletionState.WAIT, max(min(due, overdue), now + ASK_S)
        return self._judge_silence(), now

    # How.

    def _close(self, boundary: UtteranceBoundary) -> None:
        utterance = self._waiting.close(boundary)
        if utterance is None:
            return
        if utterance.had and self._told:
            self._told[-1] = replace(self._told[-1], until=min(self._told[-1].until, boundary.at))
        if utterance is self._waiting.first and self._waiting.was_answered_early(utterance):
            self._waiting.resolve(self._sending, self._last_answer or 0.0)
        if self._receipts is not None:
            self._waiting.note_closed(self._receipts, self._silence_received)

    def _place(self, receipts: AckLog, now: float) -> tuple[int, int]:
        """Where a transcript belongs: it answers the oldest utterance, or is the text of that one's first part."""
        reach = receipts.had(now - EARLY * self._delays.least)
        waiting, first = self._waiting, self._waiting.first
        if first is None:
            if waiting.held is not None:
                waiting.held = replace(waiting.held, until=now + HOLD_S)
            return self._text_end, reach - self._silence
        if first.end is None or not waiting.is_over_by(first, reach):
            first.had = max(first.had, reach)
            return first.start, reach - self._silence
        self._delays.learn([u.closed_at for u in waiting.queue if u.closed_at is not None], now)
        waiting.resolve(self._sending, now)
        return first.start, first.end

    def _pass_over(self, now: float) -> None:
        """Utterances the service had nothing to say to: later sound was answered, their own answer is overdue."""
        waiting = self._waiting
        waiting.let_go(now)
        while (first := waiting.first) is not None:
            if first.closed_at is None or self._last_answer is None:
                return
            answered = self._last_answer >= first.closed_at or waiting.was_answered_early(first)
            if not answered or self._alive < first.closed_at + self._delays.patience:
                return
            waiting.resolve(self._sending, now - HOLD_S)
            waiting.let_go(now)

    def _confirm(self, now: float) -> None:
        waiting = self._waiting
        # Sound without speech of ours counts once the service had it for long enough: it may hear more than we do.
        quiet = self._receipts.had(self._alive - max(QUIET_S, self._delays.patience)) if self._receipts else 0
        limit = self._settled if waiting.first is None else waiting.first.start
        to = max(waiting.answered, min(quiet, limit - LEAD_IN))
        if waiting.held is not None:
            to = min(to, max(waiting.held.utterance.start - LEAD_IN, waiting.held.before))
        self.confirmed = max(self.confirmed, min(to, self._heard))
        while len(self._told) > REMEMBERED and self._told[0].until <= self.confirmed:
            self._told.pop(0)

    def _judge_silence(self) -> CompletionState:
        """The deadline has passed on a line that is well, and utterances are still without text."""
        queue = self._waiting.queue
        answers = self._delays.known or self._last_answer is not None
        while answers and queue and queue[-1].doubtful:
            queue.pop()
        if not queue or self._heard_again:
            queue.clear()
            self.confirmed = self._heard
            return CompletionState.COMPLETE
        if not self._asked_again and self._told and answers:
            return CompletionState.ASK_AGAIN
        return CompletionState.INCOMPLETE
