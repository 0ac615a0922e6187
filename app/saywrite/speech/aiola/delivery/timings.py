"""What was sent and received when, and how long the service takes to answer. Pure: times are monotonic seconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence

from saywrite.foundation.events import SAMPLE_RATE

KEPT_S = 60.0
"""Seconds of entries that a log keeps; no answer is waited for longer."""

SAMPLES = 16
"""Answers that the estimate remembers."""

UNKNOWN_LONGEST_S = 1.5
"""Seconds that the longest answer is assumed to take before the first one; 0.3 s measured with a stand-in."""

SLOW_PATIENCE_S = 6.0
"""Seconds of patience with a service that did not answer the last dictation, while its delay is not known."""

SHIFTED = 3
"""Answers in a row that come equally soon after the latest utterance, from which on one has no text."""

SAME_S = 0.3
"""Seconds by which such delays differ at most."""

LEAST_LENGTH = 2 * SAMPLE_RATE
"""Samples of speech that every service takes at once."""

LONGEST_ESTIMATE_S = 10.0
"""Seconds above which the length of a text says nothing about its delay: other speech had no text."""

LEAST_PATIENCE_S = 3.0
"""Seconds that even a service which usually answers in tenths of a second may take once."""


class AckLog:
    """A growing log of (offset, time): from `time` on, the sound before `offset` was received, or sent."""

    def __init__(self, start: int, now: float) -> None:
        self._offsets = [start]
        self._times = [now]

    @property
    def latest(self) -> int:
        return self._offsets[-1]

    def note(self, offset: int, now: float) -> None:
        if offset > self._offsets[-1]:
            self._offsets.append(offset)
            self._times.append(now)
            if self._times[len(self._times) // 2] < now - KEPT_S:
                half = len(self._times) // 2
                del self._offsets[:half], self._times[:half]

    def offset_at(self, at: float) -> int:
        """The offset that the log had reached at the time `at`."""
        return self._offsets[max(bisect_right(self._times, at) - 1, 0)]

    def time_of(self, offset: int) -> float | None:
        """When the log reached `offset`; None while it has not."""
        index = bisect_left(self._offsets, offset)
        return self._times[index] if index < len(self._times) else None


class LatencyEstimator:
    """Estimates the seconds from the end of an utterance to its text, from the last answers.

    It belongs to the service, so it is kept from one dictation to the next.
    """

    def __init__(self) -> None:
        self._latencies: deque[float] = deque(maxlen=SAMPLES)
        self._doubtful: deque[float] = deque(maxlen=SHIFTED)
        self._to_latest: deque[float] = deque(maxlen=SHIFTED)
        self._rough = 0.0
        self._unanswered_s = 0.0
        self.longest_text = LEAST_LENGTH
        """Samples of the longest speech without a pause that it has answered with one text."""

    @property
    def known(self) -> bool:
        return bool(self._latencies)

    @property
    def least(self) -> float:
        return min(self._latencies, default=0.0)

    @property
    def longest(self) -> float:
        return max((*self._latencies, *self._doubtful), default=UNKNOWN_LONGEST_S)

    @property
    def patience(self) -> float:
        """How long to wait for an answer before its absence means something."""
        usual = max(self._latencies, default=UNKNOWN_LONGEST_S)
        unknown = 0.0 if self.known else max(self._rough + 1.0, self._unanswered_s)
        return max(2 * usual + 0.5, max(self._doubtful, default=0.0) + 1.0, unknown, LEAST_PATIENCE_S)

    def note_length(self, length: int) -> None:
        """Take note that one text has answered so many samples of speech without a pause."""
        self.longest_text = max(self.longest_text, length)

    def note_unanswered(self) -> None:
        """A dictation has ended without any answer: the service may be slower than the patience was long."""
        self._unanswered_s = SLOW_PATIENCE_S

    def estimate(self, spoken_at: float | None, now: float) -> None:
        """Note the delay of a text that may be that of the first part of an utterance only.

        `spoken_at`: when the service had the words of the text, as it follows from their length; None: not yet. The
        smallest delay counts until one is known exactly: a service that cuts finer than our detector may give several
        texts before it is clear which one is the last.
        """
        if spoken_at is not None:
            self._rough = min(self._rough or LONGEST_ESTIMATE_S, max(now - spoken_at, 0.0), LONGEST_ESTIMATE_S)

    def observe(self, closed: Sequence[float], now: float, *, shifted: bool = True) -> None:
        """Learn from an answer. `closed`: when each utterance without text was over for the service, oldest first.

        Only where one utterance waits, it is certain which one is answered. Where several wait, either the service is
        slow, or an utterance has no text (a cough) and each text since is taken for that of the one before. In the
        second case the delay since the latest utterance is short and always the same. That is also so for a slow
        service where the sentences are equally long, so it counts only with another sign of the second case: `shifted`.
        """
        if not closed:
            return
        over = [at for at in closed if at <= now] or [closed[0]]
        since_first, since_latest = max(now - closed[0], 0.0), max(now - over[-1], 0.0)
        if len(over) == 1:
            self._latencies.append(since_first)
            self._doubtful.clear()
            self._to_latest.clear()
            return
        if self.known and since_first > self.patience and since_latest <= 1.5 * max(self._latencies):
            return
        self._to_latest.append(since_latest)
        if shifted and len(self._to_latest) == SHIFTED and max(self._to_latest) - min(self._to_latest) < SAME_S:
            self._latencies.append(since_latest)
            self._doubtful.clear()
            return
        self._doubtful.append(since_first)


class ConnectionLog:
    """What the present connection has received and answered, and when. Offsets are samples of the dictation."""

    def __init__(self) -> None:
        self.number = -1
        self.received: AckLog | None = None
        """None while there is no connection."""
        self.sent: AckLog | None = None
        self.start = 0
        """The offset of the first sound on this connection."""
        self.replayed = 0
        """The end of the sound that was there when the connection opened."""
        self.last_answer: float | None = None
        self.last_sign_of_life = 0.0
        """When the connection last proved to work: an answer that had not come by then was not merely delayed by it."""
        self.silence_received: float | None = None
        """When it had received all sound of the dictation and the silence that closes the last utterance."""

    def open(self, start: int, heard: int, now: float) -> None:
        """A connection is open, and sound from `start` on follows; `heard` is there already."""
        self.number += 1
        self.received, self.sent = AckLog(start, now), AckLog(start, now)
        self.start, self.replayed = start, heard
        self.last_answer = self.silence_received = None
        self.last_sign_of_life = now

    def lose(self) -> None:
        """The connection is lost."""
        self.received = None

    def note_sent(self, offset: int, now: float) -> None:
        """The sound before `offset` has been sent."""
        if self.sent is not None:
            self.sent.note(offset, now)

    def note_received(self, offset: int, now: float) -> None:
        """The service has the sound before `offset`; also a repeated report is a sign of life."""
        self.last_sign_of_life = now
        if self.received is not None:
            self.received.note(offset, now)

    def note_silence(self, end: int, now: float) -> None:
        """The service has all sound, and silence up to the offset `end`."""
        if self.received is not None and self.silence_received is None:
            self.silence_received = now
            self.received.note(end, now)

    def note_answer(self, now: float) -> None:
        self.last_answer = self.last_sign_of_life = now

    def offset_at(self, at: float) -> int:
        """The offset that was received at the time `at`; 0 without a connection."""
        return self.received.offset_at(at) if self.received is not None else 0

    def time_of(self, offset: int) -> float | None:
        """When the sound before `offset` was received; with the final silence, all has been."""
        if self.received is None:
            return None
        at = self.received.time_of(offset)
        return self.silence_received if at is None else at
