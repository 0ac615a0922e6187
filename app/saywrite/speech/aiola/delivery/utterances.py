"""Decides by utterances and delays which sound has its text, where the words in it are not known. Pure.

The service gives texts without times, as a rule one for each utterance that it finds, in their order. We detect the
utterances, too, and know from the pongs what the service had received when. From that follows:

- A text answers the oldest utterance without text. If the service cannot have the end of that one yet, it is the text
  of its first part.
- An utterance without text is asked for once more, on another connection, once later sound was answered and its own
  answer is long overdue. Without text on that one too, a short noise counts as a cough, and anything longer stays
  without text.
- At the end, a text that may be that of a first part only is not taken for the whole answer before the usual delay has
  passed.
- After a lost connection everything from the first utterance without text is sent again; `overlap` removes repeated
  words, from texts only that may have come from that sound.

In doubt a word comes twice rather than not at all. Offsets are samples of the dictation, times monotonic seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.delivered import REMEMBERED, DeliveredTexts
from saywrite.speech.aiola.delivery.last_answer import EARLY, LastAnswer
from saywrite.speech.aiola.delivery.pending import (
    COUGH,
    PROVISIONAL_S,
    USUAL_PAUSE,
    CompletionState,
    PendingQueue,
    PlacedText,
    Utterance,
    least_length,
    spoken_letters,
    text_start,
    usual_length,
)
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.engine import UtteranceBoundary, VoiceSettings

LEAD_IN = SAMPLE_RATE // 5
"""Samples before an utterance that are sent again with it; its start already lies 0.3 s before the voice."""

QUIET_S = 3.0
"""Seconds after which received sound, in which we detect no speech, is not expected to become text."""

SLOWEST, FASTEST = 9, 24
"""Letters in a second of voice; a text with fewer or more is probably not that of its utterance."""

ASK_S = 0.1
"""Seconds until the verdict can change when only a sign of life is missing."""

FARTHEST = 60 * SAMPLE_RATE
"""Samples that are sent again, at most, when it is uncertain which utterance has no text."""

RECHECK = 20 * SAMPLE_RATE
"""Samples that are sent again, at most, to find out whether an utterance has no text or its answer was lost."""


class UtteranceTracker:
    """The utterances of one dictation over any number of connections."""

    def __init__(self, voice: VoiceSettings, log: ConnectionLog, latency: LatencyEstimator) -> None:
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000
        self.pending = PendingQueue(voice)
        self._log = log
        self._latency = latency
        self._delivered = DeliveredTexts()
        self._heard = self._settled = self._text_end = 0
        self.confirmed = 0
        """The offset before which no text is outstanding."""
        self.resume: int | None = None
        """Where the next connection begins in order to ask again; None: at `confirmed`."""
        self.holes: list[tuple[int, int]] = []
        """Utterances that the service was asked for twice and that have no text."""
        self._skipped: list[Utterance] = []
        self.ended: deque[Utterance] = deque(maxlen=REMEMBERED)
        """The newest utterances that have ended."""
        self._last = LastAnswer(self.pending, log, latency)
        self._unsure_from: int | None = None
        """The start of the utterance since which it is uncertain which text belongs to which utterance."""
        self._asking = False
        """Whether the present connection repeats sound in order to ask for what has no text."""
        self._answers_again = 0
        """The texts of this connection, if it asks."""
        self._to_answer = 0
        """The utterances in the sound that it repeats and behind it, without those that may be coughs."""
        self._sentences = self._texts = 0
        """Utterances that are too long for a cough, and texts that have come for the first time."""

    @property
    def has_skipped(self) -> bool:
        """Whether there are utterances without text that the service has to be asked for once more."""
        return bool(self._skipped)

    @property
    def unanswered(self) -> list[tuple[int, int]]:
        """Utterances that were passed over, as (start, end)."""
        return [*self.holes, *((each.start, each.end or each.start) for each in self._skipped)]

    @property
    def spoken(self) -> list[tuple[int, int]]:
        """The newest utterances that have ended, as (start, end)."""
        return [(each.start, each.end) for each in self.ended if each.end is not None]

    def listen(self, heard: int, settled: int, boundaries: Sequence[UtteranceBoundary]) -> None:
        """Our detector has processed the sound up to `heard`. It will report no more boundary before `settled`."""
        self._heard = max(self._heard, heard)
        for boundary in boundaries:
            if boundary.starts:
                self.pending.begin(boundary.at)
            else:
                self._close(boundary)
        self._settled = max(self._settled, settled)

    def note_received(self) -> None:
        """The log has grown."""
        self.pending.note_closed(self._log)
        self.confirm()

    def forget(self, before: int, answered_to: int) -> list[Utterance]:
        """Drop what ends before an offset; returns the utterances without text.

        Up to that offset the words are known. Texts cover the sound to `answered_to`.
        """
        gone = self.pending.forget(before)
        self.pending.answered = max(self.pending.answered, answered_to)
        self._text_end = max(self._text_end, answered_to)
        self._skipped = [each for each in self._skipped if (each.end or 0) > before]
        self.holes = [hole for hole in self.holes if hole[1] > before]
        self.confirm()
        return gone

    def transcript(self, text: str, now: float, hint: tuple[int, int] | None = None) -> PlacedText | None:
        """Place a text, at the service's `hint` if there is one; returns its new part, None for a repetition."""
        if self._log.received is None:
            return None
        fresh = self._delivered.fresh_part(text)
        latest = self._log.received.latest
        self._answers_again += 1
        if self._asking and not fresh:
            return None
        until = self.pending.next_text_reach(latest, now, self._latency.patience)
        start, end = self._place(now, spoken_letters(text))
        if hint is not None:
            start, end = hint
            self._answer_to(end, now)
        start = max(start, self._text_end)
        end = max(min(end, self._heard), start + 1)
        self.confirm()
        if not fresh:
            return None
        self._texts += 1
        placed = PlacedText(fresh, start, end)
        self._delivered.note(placed, max(until, end), latest)
        self._text_end = end
        return placed

    def note_delivered(self, placed: Sequence[PlacedText]) -> None:
        """Take note of texts that were placed by words: they may come again, too."""
        latest = self._log.received.latest if self._log.received is not None else self._heard
        self._texts += len(placed)
        for each in placed:
            self.pending.answer(each.start, each.end, spoken_letters(each.text))
            self._text_end = max(self._text_end, each.end)
            self._delivered.note(each, each.end, latest)

    def note_late(self, placed: PlacedText, until: int) -> None:
        """Take note of a text of an earlier connection, shown only now, whose sound lies before `until`."""
        self._texts += 1
        self._delivered.note(placed, until, until)

    def lost(self) -> None:
        """The connection is lost: the next one sends all sound from `confirmed` on."""
        self.pending.reopen()
        if self._skipped:
            self.pending.reinsert(self._skipped)
            self._skipped = []

    def connected(self, words_from: int, held: Sequence[tuple[str, int]]) -> int:
        """A connection is open; returns the offset at which its sound begins.

        `words_from`: where words without text begin. `held`: texts not shown yet, and the ends of their sound.
        """
        self._asking, self._answers_again = self.resume is not None, 0
        start = min(self.confirmed if self.resume is None else self.resume, words_from)
        is_sure = self.resume is None and self._unsure_from is None
        self._delivered.expect_from(start, held, is_sure=is_sure)
        self.resume = None
        return start

    def ask_again(self) -> None:
        """Let the next connection begin so early that all sound is sent again whose text may be missing.

        The last text before it comes again, too, if it is not far away: it shows that the service works.
        """
        waiting = [*self._skipped, *self.pending.queue]
        for utterance in waiting:
            utterance.asked = True
        starts = [each.start for each in waiting]
        if self._unsure_from is not None and self._heard - self._unsure_from <= FARTHEST:
            starts.append(self._unsure_from)
        first = min(starts, default=self._heard)
        before = self._delivered.last_start_between(self._heard - RECHECK, first)
        resume = max(min([first - LEAD_IN, *before]), 0)
        # From the middle of an utterance, its last words would come again without those that tell where they belong.
        self.resume = min([resume, *(start for start, end in self.spoken if start < resume < end)])
        self._to_answer = sum(each.voiced >= COUGH and each.start >= self.resume for each in self.ended)

    def review(self, now: float) -> float | None:
        """Draw the conclusions that the passed time allows; returns when to call again."""
        self._skip_unanswered(now)
        self.confirm()
        first, provisional = self.pending.first, self.pending.provisional
        due = [provisional.until] if provisional is not None else []
        if first is not None and first.closed_at is not None:
            due.append(first.closed_at + self._latency.patience)
        if self._log.received is not None and first is None and self.confirmed < self._heard:
            due.append(now + QUIET_S)
        return min((at for at in due if at > now), default=None)

    def stuck_since(self) -> float | None:
        """Since when an utterance has waited for its text on a working connection without any other text."""
        first, last_answer = self.pending.first, self._log.last_answer
        if first is None or first.closed_at is None or self._log.received is None:
            return None
        if last_answer is not None and last_answer >= first.closed_at:
            return None  # the service answers; this utterance is skipped once that is certain
        return first.closed_at

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """The state of the dictation once its sound is complete, and when to ask again if that is `WAIT`."""
        received, alive = self._log.silence_received, self._log.last_sign_of_life
        if received is None:
            return CompletionState.WAIT, now + QUIET_S
        self._skip_unanswered(now)
        first, provisional = self.pending.first, self.pending.provisional
        if first is None:
            due = self._last.until(received)
            due = due if provisional is None else max(due, provisional.until)
            if self._asking and not self._all_answered_again():
                due = max(due, received + self._latency.patience)
            if alive < due:
                return CompletionState.WAIT, max(due, now + ASK_S)
            if self._skipped:
                return CompletionState.ASK_AGAIN, now
            return self._judge_holes(), now
        base = max(received, self._log.last_answer or 0.0)
        due = base + (self._latency.patience + 0.5 if self._latency.known else 2 * self._latency.patience)
        if alive < due:
            overdue = first.closed_at + self._latency.patience if first.closed_at is not None else due
            return CompletionState.WAIT, max(min(due, overdue), now + ASK_S)
        return self._judge_silence(), now

    def confirm(self) -> None:
        """Move `confirmed` to the end of the sound for which no text is expected any more."""
        pending = self.pending
        # The service may detect more speech than we do: other sound is confirmed only some time after its receipt.
        quiet = self._log.offset_at(self._log.last_sign_of_life - max(QUIET_S, self._latency.patience))
        limit = self._settled if pending.first is None else pending.first.start
        to = max(pending.answered, min(quiet, limit - LEAD_IN))
        if pending.provisional is not None:
            to = min(to, max(pending.provisional.utterance.start - LEAD_IN, pending.provisional.before))
        without_text = [each.start for each in self._skipped] + [start for start, _end in self.holes]
        if without_text:
            to = min(to, min(without_text) - LEAD_IN)
        self.confirmed = max(self.confirmed, min(to, self._heard))
        self._delivered.drop_confirmed(self.confirmed)

    def _close(self, boundary: UtteranceBoundary) -> None:
        utterance = self.pending.close(boundary)
        if utterance is None:
            return
        self.ended.append(utterance)
        self._sentences += utterance.voiced >= COUGH
        self._to_answer += utterance.voiced >= COUGH
        if utterance.received and self._delivered:
            self._delivered.end_last(boundary.at)
        if utterance is self.pending.first and self.pending.was_answered_early(utterance):
            answered_at = self._log.last_answer or 0.0
            self._last.take(utterance, early=self._last.is_early(utterance, answered_at))
            self.pending.resolve(self._log.sent, answered_at)
        self.pending.note_closed(self._log)

    def _place(self, now: float, letters: float) -> tuple[int, int]:
        """The place of a text: that of the oldest utterance, or of its first part."""
        self._last.note_text(now)
        reach = self._log.offset_at(now - EARLY * self._latency.least)
        pending, first = self.pending, self.pending.first
        if first is None:
            if pending.provisional is not None:
                pending.provisional = replace(pending.provisional, until=now + PROVISIONAL_S)
            self._last.extend(letters)
            return self._text_end, min(self._text_end + usual_length(letters), reach - self._silence)
        first.letters += letters
        if first.may_continue():
            self._latency.estimate(self._log.time_of(first.start + least_length(first.letters)), now)
        is_over = pending.is_over_by(first, reach) or self._last.answers_whole(first, now)
        if first.end is None or not is_over:
            first.received = max(first.received, reach)
            begins = max(first.voice_start, self._text_end + USUAL_PAUSE)
            ends = min(begins + usual_length(letters), reach - self._silence)
            return text_start(begins, ends, letters, self._text_end), ends
        early = self._last.is_early(first, now)
        if first.received:
            self._last.cuts_finer = True
        else:
            closed = [each.closed_at for each in pending.queue if each.closed_at is not None]
            if self._latency.known or not (early or first.may_continue()):
                self._latency.observe(closed, now, shifted=self._unsure_from is not None)
            self._note_certainty(first, sum(at <= now for at in closed), letters)
        self._last.take(first, early=early)
        pending.resolve(self._log.sent, now)
        return first.start, first.end

    def _note_certainty(self, first: Utterance, closed: int, letters: float) -> None:
        """Note from when on it is uncertain which text belongs to which utterance. `closed`: those that wait.

        It is where the first may be a cough, or where the text does not have the length of what was spoken.
        """
        is_doubtful = first.voiced < COUGH or not SLOWEST < letters * SAMPLE_RATE / first.voiced < FASTEST
        if closed > 1 and is_doubtful and self._unsure_from is None:
            self._unsure_from = first.start
        elif len(self.pending.queue) == 1 and closed == 1 and not self._skipped:
            self._unsure_from = None

    def _answer_to(self, end: int, now: float) -> None:
        """Resolve the utterances that end before a place that the service has given."""
        while (first := self.pending.first) is not None and first.end is not None and first.end <= end + LEAD_IN:
            self._last.take(first, early=False)
            self.pending.resolve(self._log.sent, now - PROVISIONAL_S)

    def _skip_unanswered(self, now: float) -> None:
        """Skip utterances that get no text: later sound was answered, and their own answer is overdue."""
        pending = self.pending
        pending.accept_provisional(now)
        while (first := pending.first) is not None:
            last_answer = self._log.last_answer
            if first.closed_at is None or last_answer is None:
                return
            answered = last_answer >= first.closed_at or pending.was_answered_early(first)
            if not answered or self._log.last_sign_of_life < first.closed_at + self._latency.patience:
                return
            is_cough = first.asked and (first.voiced < COUGH or self._all_answered_again(first))
            if first.letters or first.doubtful or is_cough:
                pending.resolve(self._log.sent, now - PROVISIONAL_S)
                pending.accept_provisional(now)
            elif first.asked:
                assert first.end is not None
                self.holes.append((first.start, first.end))
                pending.queue.pop(0)
            else:
                self._skipped.append(pending.queue.pop(0))

    def _all_answered_again(self, last: Utterance | None = None) -> bool:
        """Whether a connection that asks again has brought as many texts as it has heard utterances.

        `last`: of what was said since the question, those up to this one count. With fewer texts, one is owed: a text
        that came after the patience was taken for that of the next utterance. With fewer than sentences in all, an
        earlier sentence has none: a later one took its place. A sentence may be as short as a cough is at most.
        """
        until = self._heard if last is None else max(last.start, self._log.replayed)
        behind = [each.voiced for each in self.ended if each.start > until]
        to_answer = self._to_answer - sum(voiced >= COUGH for voiced in behind)
        sentences = self._sentences - sum(voiced >= COUGH for voiced in behind)
        return self._asking and 0 < to_answer <= self._answers_again and sentences <= self._texts

    def _judge_holes(self) -> CompletionState:
        """The state once nothing waits. Texts that each went to the utterance before leave a false hole at the end."""
        if self._all_answered_again():
            self.holes = [hole for hole in self.holes if hole[0] < self._log.start]
        if self.holes:
            return CompletionState.INCOMPLETE
        self.confirmed = self._heard
        return CompletionState.COMPLETE

    def _judge_silence(self) -> CompletionState:
        """The state after the deadline, when a working connection has brought no text for some utterances."""
        queue = self.pending.queue
        answers = self._latency.known or self._log.last_answer is not None
        while answers and queue and queue[-1].doubtful:
            queue.pop()
        if self._all_answered_again():
            queue.clear()
            self._skipped.clear()
        if not queue and not self._skipped:
            return self._judge_holes()
        if answers and self._delivered and not all(each.asked for each in (*queue, *self._skipped)):
            return CompletionState.ASK_AGAIN
        if not answers:
            self._latency.note_unanswered()
        return CompletionState.INCOMPLETE
