"""Tracks which sound of a dictation has its text, which must be sent again, and what is complete. Pure.

Where the recognizer on this computer has listened along, `WordTracker` decides by its words. In sound that it has not
settled, or without it, `UtteranceTracker` decides by the utterances of our detector and the delays of the service.
Offsets are samples of the dictation, times monotonic seconds of the caller. No I/O, no clock.
"""

from __future__ import annotations

from collections.abc import Sequence

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.aiola.delivery.pending import CompletionState, PlacedText, Utterance, spoken_letters
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator
from saywrite.speech.aiola.delivery.utterances import ASK_S, LEAD_IN, UtteranceTracker
from saywrite.speech.aiola.delivery.words.word_tracker import SETTLED_SLACK, WordTracker
from saywrite.speech.engine import LocalWords, UtteranceBoundary, VoiceSettings

STUCK_S = 8.0
"""Seconds that an utterance waits for its text on a working connection before another connection is tried."""

LAG = 20 * SAMPLE_RATE
"""Samples by which the local recognizer may lag behind the sound; beyond that its words do not tell places."""

SETTLE_S = 3.0
"""Seconds after the end of the sound in which the local recognizer may still bring words."""

SETTLE_LAG = 8 * SAMPLE_RATE
"""Samples by which it may lag behind the sound so that the end waits for its words."""

FULL_RATE = 12
"""Letters in a second of voice from which on a text is certainly that of the whole utterance."""


class DeliveryTracker:
    """One dictation's delivery over any number of connections.

    `latency`: what is known of the service from earlier dictations. `may_hold`: a text may wait for its place until
    the local recognizer has heard its sound. `take_local`: words that the service has no text for, also when it is
    asked again, are taken from the local recognizer.
    """

    def __init__(
        self,
        voice: VoiceSettings,
        latency: LatencyEstimator | None = None,
        *,
        may_hold: bool = True,
        take_local: bool = False,
    ) -> None:
        self._latency = latency if latency is not None else LatencyEstimator()
        self._silence = voice.min_silence_ms * SAMPLE_RATE // 1000
        self._log = ConnectionLog()
        self._utterances = UtteranceTracker(voice, self._log, self._latency)
        self._words = WordTracker(self._silence, self._log, self._latency)
        self._words.unheard.spoken = self._utterances.ended
        self._words.speech.spoken = self._spoken
        self._may_hold = may_hold
        self._take_local = take_local
        self._heard = 0
        self._has_local_ended = False
        """The local recognizer does not listen any more: nothing waits for its words."""
        self._ended_at: float | None = None
        self._confirmed = 0
        self._asked_in_the_end = False
        self._placed: list[PlacedText] = []
        self._text_end = 0

    @property
    def confirmed(self) -> int:
        """The offset before which no text is outstanding."""
        return self._confirmed

    @property
    def outstanding(self) -> tuple[tuple[int, int], ...]:
        """The speech without text, as (start, end); the last may still go on."""
        queue = self._utterances.pending.queue
        spoken = [(each.start, self._heard if each.end is None else each.end) for each in queue]
        if not self._words.settled:
            return tuple(sorted([*spoken, *self._utterances.unanswered]))
        settled = self._words.settled
        spoken = [(max(start, settled), end) for start, end in spoken if end > settled]
        unanswered = self._words.speech.unanswered(self._utterances.spoken)
        return tuple(sorted([*unanswered, *self._utterances.unanswered, *spoken, *self._words.unheard.spans]))

    @property
    def has_text_behind_the_first_gap(self) -> bool:
        """Whether there is text for sound behind the first stretch without one."""
        outstanding = self.outstanding
        return bool(outstanding) and self._text_end > outstanding[0][1]

    @property
    def is_open(self) -> bool:
        """Whether the last outstanding utterance goes on."""
        return self._utterances.pending.is_open

    @property
    def patience_s(self) -> float:
        """Seconds to wait for an answer."""
        return self._latency.patience

    def take_placed(self) -> list[PlacedText]:
        """The new texts since the last call, in the order in which they got their place."""
        placed = self._placed
        self._placed = []
        self._text_end = max((self._text_end, *(each.end for each in placed)))
        return placed

    def listen(self, heard: int, settled: int, boundaries: Sequence[UtteranceBoundary]) -> None:
        """Our detector has processed the sound up to `heard`. It will report no more boundary before `settled`."""
        self._heard = max(self._heard, heard)
        self._utterances.listen(heard, settled, boundaries)
        self._synchronize()

    def note_local_words(self, heard: LocalWords) -> None:
        """The recognizer on this computer has heard these words."""
        self._has_local_ended = heard.ended
        self._deliver(self._words.note(heard))
        self._synchronize()

    def connected(self, now: float) -> int:
        """A connection is open; returns the offset at which its sound begins."""
        start, first = self._heard, self._words.first_open()
        if first is not None:
            spans = self._words.speech.unanswered(self._utterances.spoken)
            begins = [begin for begin, end in spans if begin <= first.start < end]
            start = max(min([self._words.speech.phrase_start(first), *begins]) - LEAD_IN, 0)
        start = min([start, *(max(begin - LEAD_IN, 0) for begin, _end in self._words.unheard.spans)])
        held = [(text.text, text.reach[1]) for text in self._words.waiting if text.shown is None]
        start = self._utterances.connected(start, held)
        self._log.open(start, self._heard, now)
        return start

    def sent(self, offset: int, now: float) -> None:
        """The sound before `offset` has been sent."""
        self._log.note_sent(offset, now)

    def received(self, offset: int, now: float) -> None:
        """The service has received the sound before `offset`; also a repeated report is a sign of life."""
        self._log.note_received(offset, now)
        self._utterances.note_received()
        self._confirm()

    def silence_received(self, now: float) -> None:
        """The service has received all sound of the dictation and the silence that closes its last utterance."""
        self._log.note_silence(self._heard + self._silence, now)
        self._utterances.note_received()

    def transcript(self, text: str, now: float, hint_s: tuple[float, float] | None = None) -> None:
        """Place a text. `hint_s`: its place in the sound of this connection as the service gives it, in seconds."""
        text = text.strip()
        if self._log.received is None or not text:
            return
        self._log.note_answer(now)
        hint = self._hint(hint_s)
        if self._is_along():
            self._place_by_words(text, hint, now)
        else:
            self._release_held()
            if not self._answers_open_words(text, hint, now):
                self._place_by_utterances(text, hint, now)
        self._synchronize()

    def lost(self) -> None:
        """The connection is lost: the next one sends all sound without text again."""
        self._log.lose()
        self._utterances.lost()

    def ask_again(self, now: float) -> None:
        """Let the next connection begin with the first sound that has no text."""
        self._asked_in_the_end = self._heard_all
        self._words.ask(now)
        self._utterances.ask_again()

    def end(self, now: float) -> None:
        """The sound is complete."""
        self._ended_at = now if self._ended_at is None else self._ended_at

    def question_due(self, now: float) -> bool:
        """Whether the service has to be asked again while the dictation goes on."""
        return self._words.question_due(now) or (self._utterances.has_skipped and not self._is_along())

    def review(self, now: float) -> float | None:
        """Draw the conclusions that the passed time allows; returns when to call again."""
        self._deliver(self._words.review(now))
        if not self._heard_all:
            self._placed += self._words.give_up(now, take=self._take_local)
        if not self._is_along():
            self._release_held()
        due = [self._words.next_release(), self._words.overdue_stretches(now)[1]]
        if not self._words.holds_text:  # a text that waits may be that of an utterance that seems to have none
            due.append(self._utterances.review(now))
        self._synchronize()
        return min((at for at in due if at is not None and at > now), default=None)

    def stuck_since(self) -> float | None:
        """Since when sound has waited for its text on a working connection without any other text."""
        first, last_answer = self._words.first_open(), self._log.last_answer
        closed_at = self._words.closed_at(first) if first is not None else None
        if closed_at is not None and (last_answer is None or last_answer < closed_at):
            return closed_at
        return self._utterances.stuck_since()

    def verdict(self, now: float) -> tuple[CompletionState, float]:
        """The state of the dictation once its sound is complete, and when to ask again if that is `WAIT`."""
        if not self._words.listens:
            state, due = self._utterances.verdict(now)
            return self._complete(now) if state is CompletionState.COMPLETE else (state, due)
        if self._log.silence_received is None:
            return CompletionState.WAIT, now + ASK_S
        if not self._is_settled_to_the_end():
            is_due = self._is_along() and self._lag <= SETTLE_LAG and now < (self._ended_at or now) + SETTLE_S
            if is_due or self._words.holds_text:
                return CompletionState.WAIT, now + ASK_S
            state, due = self._utterances.verdict(now)
            if state is not CompletionState.COMPLETE:
                return state, due
            if not self._words.misses_text:
                return self._complete(now)  # the words that are still to come only tell the places of its texts
            self._deliver(self._words.resolve_waiting())
        return self._verdict_by_words(now)

    @property
    def _heard_all(self) -> bool:
        return self._ended_at is not None

    def _spoken(self) -> list[Utterance]:
        """The newest utterances, with the one that goes on."""
        return [*self._utterances.ended, *filter(None, [self._utterances.pending.going_on()])]

    def _verdict_by_words(self, now: float) -> tuple[CompletionState, float]:
        self._synchronize()
        speech = self._words.speech
        if self._words.holds_text:
            return CompletionState.WAIT, now + ASK_S
        if self._words.first_open() is not None:
            extra = 0.5 if self._latency.known else self._latency.patience
            late, due = self._words.overdue_stretches(now, extra)
            if due is not None:
                return CompletionState.WAIT, min(due, now + ASK_S)
            if not late:
                return CompletionState.WAIT, now + ASK_S
            answers = self._latency.known or self._log.last_answer is not None
            if answers and not self._asked_in_the_end and not all(stretch[0].asked for stretch in late):
                return CompletionState.ASK_AGAIN, now
            for stretch in late:
                for unit in stretch:
                    unit.asked = True
            self._placed += self._words.give_up(now, take=self._take_local, extra_s=extra)
        due = self._words.unheard_until(now)
        if due is not None:
            return CompletionState.WAIT, min(due, now + ASK_S)
        if self._words.unheard.has_sentence and not self._asked_in_the_end:
            return CompletionState.ASK_AGAIN, now
        if speech.first_unanswered() is not None or self._utterances.holes or self._words.unheard.has_sentence:
            return CompletionState.INCOMPLETE, now
        return self._complete(now)

    def _complete(self, now: float) -> tuple[CompletionState, float]:
        self._utterances.confirmed = self._confirmed = self._heard
        return CompletionState.COMPLETE, now

    def _is_along(self) -> bool:
        """Whether the words of the local recognizer tell the places of texts."""
        return self._words.listens and not self._has_local_ended and self._lag <= LAG

    @property
    def _lag(self) -> int:
        """The sound that the local recognizer has still to settle."""
        return self._heard - self._words.settled

    def _is_settled_to_the_end(self) -> bool:
        return self._words.settled >= self._heard - SETTLED_SLACK

    def _hint(self, hint_s: tuple[float, float] | None) -> tuple[int, int] | None:
        """The place in the dictation, where it lies in the sound that the service has."""
        if hint_s is None or self._log.received is None:
            return None
        start, end = (self._log.start + round(at * SAMPLE_RATE) for at in hint_s)
        in_bounds = self._log.start <= start < end <= self._log.received.latest + SAMPLE_RATE
        return (start, min(end, max(self._heard, start + 1))) if in_bounds else None

    def _place_by_words(self, text: str, hint: tuple[int, int] | None, now: float) -> None:
        waiting = self._words.make_text(text, hint, self._heard, now)
        if not self._words.holds_text and not self._words.has_ahead(waiting):
            found = self._words.place(waiting)
            if found is None and self._words.settled >= waiting.heard:
                found = self._words.place_unheard(waiting)
            if found is not None:
                self._deliver(found)
                return
            candidate = self._only_candidate(text, waiting.reach[1])
            if candidate is not None or not self._may_hold:
                self._place_by_utterances(text, hint, now, candidate)
                return
        self._words.wait(waiting)

    def _answers_open_words(self, text: str, hint: tuple[int, int] | None, now: float) -> bool:
        """Whether a text that came while the local recognizer lags is that of words that it heard long ago."""
        if self._words.first_open() is None:
            return False
        found = self._words.place(self._words.make_text(text, hint, self._heard, now))
        self._deliver(found or [])
        return found is not None

    def _only_candidate(self, text: str, reach: int) -> tuple[int, int] | None:
        """The place of the only utterance whose text this can be; None where its place is doubtful.

        It is doubtful while earlier speech has local words that are not known, and may bring more texts: the text may
        be one of these, and the utterance a noise.
        """
        if self._words.first_open() is not None or self._log.start < self._log.replayed - SAMPLE_RATE:
            return None
        candidates = [each for each in self._utterances.pending.queue if each.start < reach]
        if len(candidates) != 1:
            return None
        utterance, letters = candidates[0], spoken_letters(text)
        if self._words.may_lack_words_before(utterance):
            return None
        if utterance.may_continue(letters) or letters < FULL_RATE * utterance.voiced / SAMPLE_RATE:
            return None
        return utterance.voice

    def _place_by_utterances(
        self, text: str, hint: tuple[int, int] | None, now: float, guess: tuple[int, int] | None = None
    ) -> None:
        """Show a text at its place, or at the `guess`. The words that are still to come may lie elsewhere."""
        waiting = self._words.make_text(text, hint, self._heard, now)
        placed = self._utterances.transcript(text, now, hint or guess)
        if placed is not None:
            self._placed.append(placed)
            waiting.shown = placed
            self._words.wait(waiting)
            self._words.speech.forget()

    def _deliver(self, placed: list[PlacedText]) -> None:
        """Take texts that were placed by words. The utterances must know them, in case they decide later."""
        self._placed += placed
        self._utterances.note_delivered(placed)

    def _release_held(self) -> None:
        """Show the texts that wait for local words which do not come."""
        for text in [each for each in self._words.waiting if each.shown is None]:
            if text.connection == self._log.number and self._log.received is not None:
                self._words.waiting.remove(text)
                self._place_by_utterances(text.text, text.hint, text.at)
            else:
                shown = self._words.show(text)
                self._placed.append(shown)
                self._utterances.note_late(shown, text.reach[1])

    def _synchronize(self) -> None:
        """Leave to the words what they decide: the utterances before the settled offset."""
        settled = self._words.settled
        if self._heard_all and self._words.listens and self._is_settled_to_the_end():
            settled = self._heard
        if settled:
            self._words.note_utterances(
                self._utterances.forget(settled, min(self._words.speech.answered_to(), settled))
            )
        self._confirm()

    def _confirm(self) -> None:
        to = self._utterances.confirmed
        first = self._words.first_unanswered()
        if first is not None:
            to = min(to, max(first - LEAD_IN, 0))
        if self._is_along() and not (self._heard_all and self._is_settled_to_the_end()):
            to = min(to, self._words.settled)
        self._confirmed = max(self._confirmed, to)
