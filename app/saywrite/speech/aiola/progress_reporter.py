"""Reports the progress of one dictation through the service.

The reports are events with offsets, awaited texts, traffic and the state of the connection; the engine that owns the
reporter returns them. Dictation thread only.
"""

from __future__ import annotations

from saywrite.foundation.errors import RateLimited, ServiceError, ServiceUnreachable, TooManyDictations
from saywrite.foundation.events import ConnectionChanged, PendingUtterances, Progress, Traffic
from saywrite.speech.engine import EventBuffer

REPORT_EVERY_S = 2.0
"""Seconds between two reports of the traffic, and of the round trip."""


class ProgressReporter:
    """Reports the progress of one dictation, where it differs from the last report, into `events`."""

    def __init__(self, dictation: str, events: EventBuffer) -> None:
        self._dictation = dictation
        self._events = events
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
            self._events.add(progress)

    def outstanding(self, utterances: tuple[tuple[int, int], ...], *, is_open: bool) -> None:
        """Report the utterances without text. `is_open`: the last one continues, and its growth is not reported."""
        shape = (*utterances[:-1], (utterances[-1][0], -1)) if is_open and utterances else utterances
        if shape != self._outstanding:
            self._outstanding = shape
            self._events.add(PendingUtterances(self._dictation, utterances))

    def traffic(self, host: str, sent: int, received: int, now: float, *, at_once: bool = False) -> None:
        traffic = Traffic(self._dictation, host, sent, received)
        if traffic != self._traffic and (at_once or now >= self._traffic_due):
            self._traffic, self._traffic_due = traffic, now + REPORT_EVERY_S
            self._events.add(traffic)

    def connecting(self) -> None:
        self._events.add(ConnectionChanged(self._dictation, "connecting"))

    def connected(self) -> None:
        self._rtt_ms = None
        self._events.add(ConnectionChanged(self._dictation, "connected"))

    def round_trip(self, rtt_s: float | None, now: float) -> None:
        """Report the first measurement, and later ones that differ by 30 % and 1 ms."""
        if rtt_s is None or now < self._rtt_due:
            return
        rtt_ms = round(rtt_s * 1000, 1)
        if self._rtt_ms is None or abs(rtt_ms - self._rtt_ms) > 0.3 * self._rtt_ms + 1:
            self._rtt_ms, self._rtt_due = rtt_ms, now + REPORT_EVERY_S
            self._events.add(ConnectionChanged(self._dictation, "connected", rtt_ms=rtt_ms))

    def down(self, error: ServiceError, retry_in_s: float | None) -> None:
        """Report that there is no connection and why; the next attempt is in `retry_in_s`, None for none."""
        refused = retry_in_s is None or isinstance(error, TooManyDictations | RateLimited)
        lost = "lost" if isinstance(error, ServiceUnreachable) or not refused else "refused"
        wait = None if retry_in_s is None else round(retry_in_s, 2)
        reason = f"{error.what} {error.remedy}".strip() if retry_in_s is None else error.what
        self._events.add(ConnectionChanged(self._dictation, lost, reason=reason, retry_in_s=wait))

    def closed(self) -> None:
        self._events.add(ConnectionChanged(self._dictation, "closed"))
