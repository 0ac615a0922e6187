"""The recognizer that uses aiOla's streaming service. Runs on the dictation thread.

`connection` keeps the connection, `delivery` tracks what the service has received and confirmed. A dictation can begin
without a connection and continues when one is lost: sound that was not confirmed is sent again. After a dictation the
connection is kept for a while, so that the next dictation need not wait for one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from saywrite.foundation.catalog import AIOLA, AIOLA_CAPABILITIES, language
from saywrite.foundation.errors import (
    RateLimited,
    ServiceFailed,
    ServiceUnreachable,
    TokenExpired,
)
from saywrite.foundation.events import (
    SAMPLE_RATE,
    ConnectionChanged,
    EngineChanged,
    EngineState,
    Failed,
    RecognizerFinished,
    Rewind,
)
from saywrite.foundation.messages import message
from saywrite.speech.aiola.account import Account
from saywrite.speech.aiola.connection import SessionClosed, SessionOpened, service_connection
from saywrite.speech.aiola.delivery.completion import CompletionPolicy, NextAction
from saywrite.speech.aiola.delivery.flow_control import REPLAY, FlowControl, PongRecord, RateLimiter
from saywrite.speech.aiola.delivery.sender import AudioSender, text_of
from saywrite.speech.aiola.delivery.timings import LatencyEstimator
from saywrite.speech.aiola.net.command_queue import EventReceived, Ponged
from saywrite.speech.aiola.net.error_mapping import DICTATING, from_payload
from saywrite.speech.aiola.net.stream_request import StreamConfig
from saywrite.speech.aiola.progress_reporter import (
    ProgressReporter,
    events_of,
    finals_of,
    is_interim,
    outstanding_at_the_end,
    readiness,
)
from saywrite.speech.aiola.token_provider import TokenProvider
from saywrite.speech.aiola.warm_up import WarmedUp, prepare
from saywrite.speech.engine import EventBuffer, Events, Incoming, LocalWords, MakeSegmenter, Post, Request
from saywrite.speech.network.network import Network

log = logging.getLogger(__name__)

ASLEEP_S = 10.0
"""The computer was asleep when wall clock and monotonic clock differ by so many more seconds than before."""

WINDOW = 7 * SAMPLE_RATE
UNBOUNDED = 1 << 40
"""Samples that may be fed beyond what the service has received."""

QUIT_S = 1.0
"""Seconds the end of the program waits for the session to be closed."""

ASKING = ServiceFailed(message("aiOla has no text for some words."), message("The sound is sent again."))
SILENT = ServiceFailed(message("aiOla receives the sound but does not answer."), message("A new connection is tried."))
DEAD = ServiceUnreachable(message("The connection to aiOla no longer answers."), message("A new connection is tried."))
ASLEEP = ServiceUnreachable(message("The computer was asleep."), message("The connection is made anew."))


@dataclass(frozen=True, slots=True)
class NetworkChanged:
    """An address or a route was added or removed, so that another attempt may succeed now."""


class AiolaRecognizer:
    """Implements `engine.Recognizer` with the streaming service.

    `find_account` runs on worker threads and may block. `watch_network` takes a function, which it calls on any thread
    when the network has changed. `linger_s` returns the seconds for which a connection is kept after a dictation.
    `wall` is a clock that also counts while the computer sleeps.
    """

    capabilities = AIOLA_CAPABILITIES
    waits = False

    def __init__(
        self,
        post: Post,
        find_account: Callable[[], Account],
        make_segmenter: MakeSegmenter,
        network: Network,
        *,
        watch_network: Callable[[Callable[[], None]], None] = lambda changed: None,
        linger_s: Callable[[], float] = lambda: 30.0,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        def incoming(message: object) -> None:
            post(Incoming(AIOLA, message))

        self._events = EventBuffer()
        self._incoming = incoming
        self._find_account = find_account
        self._make_segmenter = make_segmenter
        self._network = network
        self._watch_network = watch_network
        self._linger_s = linger_s
        self._clock = clock
        self._wall = wall
        self._grants = TokenProvider(incoming, find_account, network, wall)
        self._connection = service_connection(self._grants, incoming, network, clock)
        self._skew = wall() - clock()
        self._flow: FlowControl | None = None
        self._pongs = PongRecord()
        self._pace = RateLimiter(REPLAY, clock())
        self._latency = LatencyEstimator()
        self._delivery: AudioSender | None = None
        self._report = ProgressReporter("", self._events)
        self._completion: CompletionPolicy | None = None
        self._linger_until: float | None = None

    @property
    def window(self) -> int:
        """Samples that may be fed: those in flight (`flow_control.LARGEST`), and a second that waits.

        While somebody speaks and there is no connection, there is no limit, because the utterances of all sound are
        found at once, so that the outstanding ones can be shown.
        """
        waiting = self._delivery is not None and self._delivery.request.live and not self._connection.up
        return UNBOUNDED if waiting else WINDOW

    def prepare(self) -> Events:
        prepare(self._incoming, self._find_account, self._network)
        return ()

    def start(self, request: Request) -> Events:
        """Begin a dictation, and connect if there is no connection yet."""
        if self._delivery is not None:
            raise RuntimeError("the last dictation has not ended")
        now = self._clock()
        self._delivery = AudioSender(request, self._make_segmenter, self._latency)
        self._report = ProgressReporter(request.dictation, self._events)
        self._completion = CompletionPolicy(self._delivery, now)
        self._linger_until = None
        self._connection.count_anew()
        into = language(request.translate_to).wire if request.translate_to else ""
        if self._connection.open(
            StreamConfig(language(request.language).wire, request.voice, into, request.keywords),
            now,
            is_awaited=request.live,
        ):
            if self._flow is not None:
                self._flow.begin_anew()
            self._begin(now)
        else:
            self._flow = None
            self._report.connecting()
        return self._events.take()

    def feed(self, pcm: bytes, end: int) -> Events:
        if self._delivery is not None:
            self._delivery.take(pcm, end)
            self._send(self._clock())
        return self._events.take()

    def set_keywords(self, keywords: Mapping[str, str]) -> None:
        self._connection.set_keywords(keywords)

    def note_local_words(self, heard: LocalWords) -> Events:
        if self._delivery is not None:
            self._delivery.session.note_local_words(heard)
            self._send(self._clock())
        return self._events.take()

    def stand_by(self) -> Events:
        if self._delivery is not None and self._completion is not None:
            # A connection that has carried sound cannot be used for the dictation when it begins anew.
            has_sent = self._connection.up and self._delivery.has_sent
            self._delivery = AudioSender(self._delivery.request, self._make_segmenter, self._latency)
            self._delivery.has_sent = has_sent
            self._completion = CompletionPolicy(self._delivery, self._clock(), was_up=self._completion.was_up)
        return self._events.take()

    def finish(self) -> Events:
        if self._delivery is not None and self._completion is not None:
            now = self._clock()
            if not self._delivery.complete:
                self._completion.finishing(now)
            self._delivery.finish(now)
            self._send(now)
        return self._events.take()

    def abort(self) -> Events:
        self._abort()
        return self._events.take()

    def renew(self) -> Events:
        """A connection that is open stays for its dictation; the next one uses the new account."""
        self._grants.forget(revoke=True)
        if self._completion is None:
            self._hang_up()
        elif not self._connection.up:
            self._completion.renewed(self._clock())
            self._connection.try_again(self._clock())
        self.prepare()
        return self._events.take()

    def receive(self, message: object) -> Events:
        if isinstance(message, NetworkChanged):
            self._connection.retry_now(self._clock())
        elif isinstance(message, WarmedUp):
            self._events.add(readiness(message))
        else:
            self._receive_from_connection(message, self._clock())
        return self._events.take()

    def wake(self, now: float) -> tuple[Events, float | None]:
        due = self._wake(now)
        return self._events.take(), due

    def release(self) -> Events:
        self._abort()
        self._hang_up()
        self._grants.forget(revoke=True)
        self._events.add(EngineChanged(AIOLA, EngineState.UNLOADED))
        return self._events.take()

    def close(self) -> None:
        self.release()
        self._grants.close(QUIT_S)

    def _abort(self) -> None:
        if self._delivery is not None:
            self._end(complete=False)

    def _receive_from_connection(self, message: object, now: float) -> None:
        outcome = self._connection.receive(message, now)
        if isinstance(outcome, SessionOpened):
            self._flow, self._pace = FlowControl(now, outcome.silence_limit_s, self._pongs), RateLimiter(REPLAY, now)
            self._begin(now)
        elif isinstance(outcome, SessionClosed):
            self._lose(outcome, now)
        elif self._flow is not None and outcome is not None:
            ponged = isinstance(outcome, Ponged)
            marks = self._flow.ponged(outcome.number, now) if isinstance(outcome, Ponged) else self._flow.heard(now)
            if self._delivery is not None:
                self._delivery.received(marks, now)
                if isinstance(outcome, EventReceived):
                    self._hear(self._delivery, outcome, now)
                elif ponged:
                    self._report.round_trip(self._flow.rtt_s, now)
        self._send(now)

    def _wake(self, now: float) -> float | None:
        """Act on missing signs of life, missing answers and a sleep of the computer; return the next due time."""
        skew = self._wall() - self._clock()
        asleep, self._skew = abs(skew - self._skew) > ASLEEP_S, skew
        if asleep and self._connection.up:
            self._lose(self._connection.drop(ASLEEP, now, at_once=True), now)
        elif asleep:
            self._connection.retry_now(now)
        if self._flow is not None and self._connection.up and now >= self._flow.dead_at():
            self._lose(self._connection.drop(DEAD, now, at_once=True), now)
        down, due = self._connection.wake(now)
        if down is not None:
            self._lose(down, now)
        dues = [due, self._flow.dead_at() if self._flow is not None else None]
        if self._delivery is not None and self._completion is not None:
            if self._flow is not None:
                self._delivery.received(self._flow.assume(now), now)
                if not self._flow.answers_pings:
                    self._delivery.session.received(self._delivery.acknowledged, now)
                dues.append(self._flow.assume_due())
            dues.append(self._delivery.session.review(now))
            self._send(now)
            dues.append(self._judge(self._delivery, self._completion, now))
            if self._delivery is not None:
                dues.append(self._delivery.paced_until(self._pace, now))
                dues.append(self._delivery.probe_due(self._flow) if self._flow is not None else None)
        elif self._linger_until is not None:
            if now >= self._linger_until:
                self._hang_up()
            dues.append(self._linger_until)
        return min((at for at in dues if at is not None), default=None)

    def _begin(self, now: float) -> None:
        """Send the dictation over a connection that was opened."""
        delivery = self._delivery
        if delivery is None or self._completion is None:
            self._hang_up()
            return
        self._completion.note_connected()
        self._report.connected()
        if delivery.begin(now):
            self._events.add(Rewind(delivery.request.dictation, delivery.next))
        self._send(now)

    def _lose(self, down: SessionClosed, now: float) -> None:
        """Take note that the connection was lost or could not be made, and report it."""
        self._flow = None
        delivery, completion, error = self._delivery, self._completion, down.error
        if delivery is None or completion is None:
            self._hang_up()
            return
        self._watch_network(lambda: self._incoming(NetworkChanged()))
        delivery.lose()
        completion.note_disconnected(now, error if down.retry_in_s is None else None)
        self._report.down(error, down.retry_in_s)
        if down.retry_in_s is None:
            # Another attempt cannot help. A live dictation continues: its sound is in the recording.
            fatal = not (delivery.request.live and completion.was_up)
            self._events.add(Failed(delivery.request.dictation, error.what, error.remedy, fatal=fatal, about="account"))
            if fatal or delivery.complete:
                self._end(complete=False)

    def _hear(self, delivery: AudioSender, event: EventReceived, now: float) -> None:
        """Handle an event of the service."""
        if event.name != "error":
            text = text_of(event.payload, "transcript") if event.name == "transcript" else ""
            if text.strip() and not is_interim(event.payload) and self._completion is not None:
                self._completion.answered()
                self._connection.reset_backoff()
            self._events.add(*events_of(delivery, event, now))
            return
        error = from_payload(event.payload, self._connection.host, DICTATING)
        if isinstance(error, RateLimited):
            self._pace.slower()
        elif isinstance(error, ServiceFailed):
            log.info("the service reports an error")  # the stream goes on; a text that does not come is noticed
        else:
            self._lose(self._connection.drop(error, now, at_once=isinstance(error, TokenExpired)), now)

    def _send(self, now: float) -> None:
        """Send the sound that may be sent now, and report the progress."""
        delivery, link, flow = self._delivery, self._connection.link, self._flow
        if delivery is None:
            return
        if link is not None and flow is not None:
            delivery.send(link, flow, self._pace, now)
        session = delivery.session
        self._events.add(*finals_of(delivery))
        self._report.progress(delivery.acknowledged, session.confirmed)
        self._report.outstanding(session.outstanding, is_open=session.is_open)
        self._report.traffic(self._connection.host, *self._connection.traffic, now)

    def _judge(self, delivery: AudioSender, completion: CompletionPolicy, now: float) -> float | None:
        """Carry out the next action of the completion policy; when to ask it again."""
        step, due = completion.judge(now, is_up=self._connection.up)
        if step is NextAction.COMPLETE:
            self._end(complete=True)
        elif step in (NextAction.RECONNECT, NextAction.ASK_AGAIN):
            error = ASKING if step is NextAction.ASK_AGAIN else SILENT
            self._lose(self._connection.drop(error, now, at_once=True), now)
        elif step is not NextAction.WAIT:
            self._events.add(*finals_of(delivery), outstanding_at_the_end(delivery, step))
            self._end(complete=False)
        return due

    def _end(self, *, complete: bool) -> None:
        delivery, now = self._delivery, self._clock()
        assert delivery is not None
        self._events.add(*finals_of(delivery))
        self._report.progress(delivery.acknowledged, delivery.session.confirmed)
        self._report.outstanding(() if complete else delivery.session.outstanding, is_open=False)
        self._report.traffic(self._connection.host, *self._connection.traffic, now, at_once=True)
        self._delivery = self._completion = None
        self._events.add(RecognizerFinished(delivery.request.dictation, complete=complete))
        linger_s = self._linger_s()
        # A connection that has carried no sound of this dictation brings no late text that the next one would take. It
        # stays for one that begins at once, whatever the settings say.
        if self._connection.up and (not delivery.has_sent or (complete and linger_s > 0)):
            self._linger_until = now + linger_s
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        """Close the connection; events that it still brings are ignored."""
        self._linger_until = self._flow = None
        if self._connection.wanted is not None:
            self._connection.close()
            self._events.add(ConnectionChanged("", "closed"))
