"""What a dictation through the service tells: each thing when it changes, and not more often than anybody can see."""

from __future__ import annotations

from saywrite.errors import RateLimited, ServiceError, ServiceUnreachable, TooManyDictations
from saywrite.events import ConnectionChanged, Outstanding, Progress, Traffic
from saywrite.speech.recognizer import Post

TELL_EVERY_S = 2.0
"""Seconds between two words about traffic, and about the round trip."""


class Report:
    """For one dictation; posts into the dictation's inbox."""

    def __init__(self, dictation: str, post: Post) -> None:
        self._dictation = dictation
        self._post = post
        self._progress: Progress | None = None
        self._outstanding: tuple[tuple[int, int], ...] = ()
        self._traffic: Traffic | None = None
        self._traffic_due = 0.0
        self._rtt_ms: float | None = None
        self._rtt_due = 0.0

    def progress(self, sent: int, confirmed: int) -> None:
        progress = Progress(self._dictation, sent, confirmed)
        if progress != self._progress:
            self._progress = progress
            self._post(progress)

    def outstanding(self, utterances: tuple[tuple[int, int], ...], *, is_open: bool) -> None:
        """`is_open`: the last one goes on; that it grows is no news."""
        shape = (*utterances[:-1], (utterances[-1][0], -1)) if is_open and utterances else utterances
        if shape != self._outstanding:
            self._outstanding = shape
            self._post(Outstanding(self._dictation, utterances))

    def traffic(self, host: str, sent: int, received: int, now: float, *, at_once: bool = False) -> None:
        traffic = Traffic(self._dictation, host, sent, received)
        if traffic != self._traffic and (at_once or now >= self._traffic_due):
            self._traffic, self._traffic_due = traffic, now + TELL_EVERY_S
            self._post(traffic)

    def connecting(self) -> None:
        self._post(ConnectionChanged(self._dictation, "connecting"))

    def connected(self) -> None:
        self._rtt_ms = None
        self._post(ConnectionChanged(self._dictation, "connected"))

    def round_trip(self, rtt_s: float | None, now: float) -> None:
        """Told with the first measurement, and when it has become another."""
        if rtt_s is None or now < self._rtt_due:
            return
        rtt_ms = round(rtt_s * 1000, 1)
        if self._rtt_ms is None or abs(rtt_ms - self._rtt_ms) > 0.3 * self._rtt_ms + 1:
            self._rtt_ms, self._rtt_due = rtt_ms, now + TELL_EVERY_S
            self._post(ConnectionChanged(self._dictation, "connected", rtt_ms=rtt_ms))

    def down(self, error: ServiceError, retry_in_s: float | None) -> None:
        """No connection, for this reason; the next attempt is in `retry_in_s`, None for none."""
        refused = retry_in_s is None or isinstance(error, TooManyDictations | RateLimited)
        lost = "lost" if isinstance(error, ServiceUnreachable) or not refused else "refused"
        wait = None if retry_in_s is None else round(retry_in_s, 2)
        reason = f"{error.what} {error.remedy}".strip() if retry_in_s is None else error.what
        self._post(ConnectionChanged(self._dictation, lost, reason=reason, retry_in_s=wait))

    def closed(self) -> None:
        self._post(ConnectionChanged(self._dictation, "closed"))
