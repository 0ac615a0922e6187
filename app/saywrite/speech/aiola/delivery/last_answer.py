"""Judges whether the newest text may be only a part of what is owed, where the words are not known. Pure.

A service may cut an utterance at its own maximum, send a text in several messages, or answer out of order. Then another
text is owed although each utterance has one. Offsets are samples of the dictation, times monotonic seconds.
"""

from __future__ import annotations

from saywrite.speech.aiola.delivery.pending import PendingQueue, Utterance
from saywrite.speech.aiola.delivery.timings import ConnectionLog, LatencyEstimator

EARLY = 0.7
"""The least time that an answer may take, as a share of the shortest delay so far."""

EARLY_S = 0.05
"""Seconds by which an answer is sooner than the shortest delay so far, from which on it is early in any case."""

PARTS_S = 0.15
"""Seconds at most between two messages of one text."""


class LastAnswer:
    """The newest utterance that has a text, and until when it may get another one."""

    def __init__(self, pending: PendingQueue, log: ConnectionLog, latency: LatencyEstimator) -> None:
        self._pending, self._log, self._latency = pending, log, latency
        self.cuts_finer = False
        """Whether the service has sent several texts for what is one utterance to our detector."""
        self._utterance: Utterance | None = None
        self._was_early = False
        self._text_at: float | None = None
        self._comes_in_parts = False
        """Whether two texts have come at nearly the same time."""

    def note_text(self, now: float) -> None:
        """A text has come."""
        if self._text_at is not None and now - self._text_at <= PARTS_S:
            self._comes_in_parts = True
        self._text_at = now

    def take(self, utterance: Utterance, *, early: bool) -> None:
        """The utterance has its text. `early`: it came too early to be the whole one."""
        self._utterance, self._was_early = utterance, early

    def extend(self, letters: float) -> None:
        """The utterance has got another text with so many letters."""
        if self._utterance is not None:
            self._utterance.letters += letters
            self.cuts_finer = True

    def is_early(self, utterance: Utterance, at: float) -> bool:
        """Whether a text that came at the time `at` came too early to be the whole text of an utterance.

        It came before the service had the sound that closes it, or sooner than the service has ever answered.
        """
        closing = self._pending.closing(utterance)
        closed_at = self._log.time_of(closing)
        if closed_at is None or closed_at > at:
            closed_at = self._log.sent.time_of(closing) if self._log.sent is not None else None
        if closed_at is None or closed_at > at:
            return True
        least = self._latency.least
        return at - closed_at < max(EARLY * least, least - EARLY_S)

    def answers_whole(self, utterance: Utterance, now: float) -> bool:
        """Whether a text that comes now is that of the whole utterance, although it comes sooner than usual.

        The service has the sound that closes the utterance, and the text has its length. A service that answers out of
        order may be quick once.
        """
        closed_at = utterance.closed_at
        return closed_at is not None and closed_at <= now and not utterance.received and utterance.has_full_text

    def until(self, received: float) -> float:
        """Until when another text may come. `received`: when the service had all the sound."""
        last, latency = self._utterance, self._latency
        if not self._pending.has_begun:
            return received + latency.patience
        if last is None or last.end is None:
            return received
        closed_at = last.closed_at if last.closed_at is not None else received
        answered_at = self._log.last_answer or 0.0
        if self.cuts_finer:
            return max(closed_at, answered_at) + latency.patience
        if last.may_continue() or self._was_early:
            return closed_at + (1.25 * latency.longest + 0.1 if latency.known else latency.patience)
        if self._comes_in_parts or not last.has_full_text:
            return max(received, answered_at + PARTS_S)
        return received
