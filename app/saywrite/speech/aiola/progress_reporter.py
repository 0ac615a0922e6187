"""Makes the events of one dictation through the service: progress, texts, and why some are missing.

Progress is reported as offsets, awaited texts, traffic and the state of the connection; the engine returns the events.
Dictation thread only.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from saywrite.foundation.catalog import AIOLA, LOCAL
from saywrite.foundation.errors import RateLimited, ServiceError, ServiceUnreachable, TooManyDictations
from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    EngineState,
    Failed,
    Final,
    Partial,
    PendingUtterances,
    Progress,
    Structured,
    Traffic,
    Translation,
    seconds,
)
from saywrite.foundation.messages import joined, message
from saywrite.speech.aiola.delivery.completion import NextAction
from saywrite.speech.aiola.delivery.sender import AudioSender, text_of
from saywrite.speech.aiola.net.command_queue import EventReceived
from saywrite.speech.aiola.warm_up import WarmedUp
from saywrite.speech.engine import EventBuffer, Events

REPORT_EVERY_S = 2.0
"""Seconds between two reports of the traffic, and of the round trip."""

LONGEST_S = 86_400.0
"""The latest second of a connection that a transcript may name; a greater number has another unit."""


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
        if not at_once and now < self._traffic_due:
            return
        traffic = Traffic(self._dictation, host, sent, received)
        if traffic != self._traffic:
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
        reason = joined(" ", error.what, error.remedy) if retry_in_s is None else error.what
        self._events.add(ConnectionChanged(self._dictation, lost, reason=reason, retry_in_s=wait))

    def closed(self) -> None:
        self._events.add(ConnectionChanged(self._dictation, "closed"))


def events_of(delivery: AudioSender, event: EventReceived, now: float) -> Events:
    """The events of the dictation for an answer of the service."""
    dictation, payload = delivery.request.dictation, event.payload
    if event.name == "transcript":
        text = text_of(payload, "transcript")
        if is_interim(payload):
            return (Partial(dictation, text.strip()),) if text.strip() else ()
        delivery.transcript(text, now, place_of(payload))
        return finals_of(delivery)
    if event.name == "translation":
        end = delivery.untranslated.popleft() if delivery.untranslated else None
        return (Translation(dictation, text_of(payload, "translation"), end),) if end is not None else ()
    if event.name == "structured" and isinstance(payload, Mapping):
        results = payload.get("results", payload)
        return (Structured(dictation, _without_bytes(dict(results))),) if isinstance(results, Mapping) else ()
    return ()


def _without_bytes(value: Any) -> Any:
    """`value` as JSON can hold it: binary attachments as base64."""
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {key: _without_bytes(item) for key, item in value.items()}
    return [_without_bytes(item) for item in value] if isinstance(value, list) else value


def finals_of(delivery: AudioSender) -> Events:
    """The finals for the texts that have got their place."""
    return tuple(
        Final(delivery.request.dictation, text.text, text.start, text.end, LOCAL if text.local else "")
        for text in delivery.take_placed()
    )


def is_interim(payload: object) -> bool:
    """Whether a transcript is preliminary.

    The SDK of aiOla (0.4.0) knows none, and a payload without `is_final` is final.
    """
    return isinstance(payload, Mapping) and payload.get("is_final") is False


def place_of(payload: object) -> tuple[float, float] | None:
    """The place of a transcript in seconds of its connection's sound; None where it has none."""
    if not isinstance(payload, Mapping):
        return None
    start, end = payload.get("start"), payload.get("end")
    if isinstance(start, bool) or isinstance(end, bool):
        return None
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        return None
    return (float(start), float(end)) if 0 <= start < end < LONGEST_S else None


def outstanding_at_the_end(delivery: AudioSender, step: NextAction) -> Failed:
    """Why a part of a dictation has no text at its end, and what becomes of it."""
    unreachable = step is NextAction.UNREACHABLE
    why = message("aiOla could not be reached") if unreachable else message("aiOla did not answer in time")
    session, live = delivery.session, delivery.request.live
    to_the_end = delivery.heard - session.confirmed
    missing = sum(end - start for start, end in session.outstanding)
    remedy = message("Transcribe the file again later.")
    if live:
        remedy = message("These seconds are kept: transcribe them from the window once aiOla answers again.")
    what = message("The last {seconds:.0f} s have no text yet: {why}.", seconds=seconds(max(to_the_end, 0)), why=why)
    if missing and session.has_text_behind_the_first_gap:
        what = message(
            "{seconds:.0f} s of the dictation have no text: {why}.", seconds=max(seconds(missing), 1), why=why
        )
    return Failed(delivery.request.dictation, what, remedy, fatal=not live, about="network")


def readiness(prepared: WarmedUp) -> EngineChanged:
    """Whether there is an account to dictate with."""
    problem = prepared.problem
    if problem is None:
        return EngineChanged(AIOLA, EngineState.READY)
    return EngineChanged(AIOLA, EngineState.UNAVAILABLE, problem.what, problem.remedy)
