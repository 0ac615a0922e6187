"""The loop of the dictation thread: handles each message and decides what each dictation does.

Dictations queue up: the first one has the recognizer, the last one has the microphone. Usually they are the same one;
a press while the last text is still being worked out gives the microphone to the next dictation at once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from saywrite.audio.source import FromSource, Source
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.models.backlog import Backlog
from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.recorder import DiskProblem, RecordingSink, SoundWritten
from saywrite.dictation.session import DictationSession, SessionPlan
from saywrite.dictation.states import CAPTURING, move
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.end_limits import UNREACHABLE, EndLimits
from saywrite.foundation.events import (
    ConnectionChanged,
    DevicesChanged,
    DiskRecovered,
    EngineChanged,
    Failed,
    FrontEndEvent,
    IncompleteRecordingsFound,
    LanguageHeard,
    ModelEvent,
    PlaybackChanged,
    RecordClosed,
    State,
    StateChanged,
    StoredTextChanged,
)
from saywrite.foundation.messages import filled, message
from saywrite.speech.engine import Events, Incoming, Recognizer, RecognizerEvent
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keywords
from saywrite.text.transcript import Composition, carries_out_commands

log = logging.getLogger(__name__)

ERROR_RETRY_S = 0.25
"""Seconds after an unexpected exception until the loop does again what is due."""

INTERNAL_ERROR = (
    message("Something went wrong inside Saywrite. What you said is kept in the recording."),
    message("Start again; if it happens again, send the log (Help > Copy diagnostics)."),
)

FOR_FRONT_ENDS = DevicesChanged | DiskRecovered | Failed | PlaybackChanged | ModelEvent | StoredTextChanged
"""Messages that are only passed on."""


class CurrentSettings:
    """The settings in force. Only the dictation thread replaces `now`, as a whole; any thread may read it."""

    def __init__(self, settings: Settings) -> None:
        self.now = settings


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root gives the loop. `clock`: monotonic seconds; `today`: aware local time."""

    inbox: Inbox
    recognizers: Mapping[str, Recognizer]
    archive: Archive
    clock: Callable[[], float]
    today: Callable[[], datetime]


class Loop:
    """Owns the dictations and their state. `emit` takes every event for the front end.

    Whatever else lives on the dictation thread adds its methods to `message_handlers`, `timers` and `observers`.
    """

    def __init__(
        self,
        services: Services,
        settings: CurrentSettings,
        keywords: Keywords,
        emit: Callable[[FrontEndEvent], None],
        backlog: Backlog,
    ) -> None:
        self.backlog = backlog
        self.keywords = keywords
        self.state = State.IDLE
        self.sessions: deque[DictationSession] = deque()
        self.running = True
        self.pending_cancellations: set[str] = set()
        """Cancelled dictations that the user can still take back: they are not offered as unfinished."""
        self.reserved: set[str] = set()
        """Recordings of queued files: the queue transcribes them, so that they are not offered as unfinished."""
        self.limits = EndLimits()
        self.message_handlers: list[Callable[[object], bool]] = []
        """Take sound, events of recognizers, and what no dictation takes; each returns whether it is only its own."""
        self.timers: list[Callable[[float], float | None]] = []
        """Do what is due at a monotonic time; each returns when to be called next."""
        self.observers: list[Callable[[FrontEndEvent], None]] = [emit]
        """Get every event of a dictation; the front end is the first."""
        self._settings = settings
        self._stopped_at: float | None = None
        self._services = services
        services.archive.not_offered = self._not_offered
        self._release_due: float | None = None
        self._events: deque[RecognizerEvent] = deque()
        self._handling: object = None  # the message or event that is handled, or was the last one

    @property
    def settings(self) -> Settings:
        return self._settings.now

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings.now = settings

    @property
    def session(self) -> DictationSession | None:
        """The newest dictation that has not ended."""
        return self.sessions[-1] if self.sessions else None

    def run(self) -> None:
        """Handle messages until `quit()`. While nothing is due, the thread sleeps."""
        due: float | None = self._services.clock()  # the recognizers may have returned events already
        while self.running:
            now = self._services.clock()
            message = self._services.inbox.take(None if due is None else max(due - now, 0.0))
            try:
                if message is not None:
                    self.handle(message)
                if self.running:  # after `quit()` everything is closed, and a timer could open it again
                    due = self.wake(self._services.clock())
            except Exception:
                # The outermost edge of the dictation thread: the sound so far is in the journal.
                log.exception("the dictation loop failed")
                self._fail_session()
                due = self._services.clock() + (0 if self._events else ERROR_RETRY_S)

    def handle(self, message: object) -> None:
        """Handle one message of the inbox, and the events that the recognizers return because of it."""
        self._handling = message
        self._dispatch(message)
        self._update()
        self._handle_events()

    def deliver(self, events: Events) -> None:
        """Queue what a recognizer returned; it is handled once the present message is."""
        self._events += events

    def _handle_events(self) -> None:
        """Handle the queued events in order, also those that they lead to. After `quit()` they are dropped."""
        while self._events and self.running:
            event = self._handling = self._events.popleft()
            match event:
                case EngineChanged(engine=engine, state=state):
                    log.info("engine %s %s", engine, state)
                    self._emit(event)
                case ConnectionChanged(dictation="") | Failed(dictation="") | LanguageHeard():
                    self._emit(event)
                case _ if any(handler(event) for handler in self.message_handlers):
                    pass
                case _:
                    self._for_session(event.dictation, partial(DictationSession.receive, event=event))
            self._update()

    def _dispatch(self, posted: object) -> None:
        match posted:
            case FromSource():
                for session in self.sessions:
                    session.source.receive(posted.message)
                for handler in self.message_handlers:
                    handler(posted)
            case Incoming(engine=engine, message=inner):
                self.deliver(self._services.recognizers[engine].receive(inner))
            case SoundWritten(dictation=dictation, length=length):
                self._for_session(dictation, lambda session: session.written(length))
            case DiskProblem(dictation=dictation, error=error):
                self._for_session(dictation, DictationSession.suppress_disk_warning)
                self._emit(Failed(dictation, error.what, error.remedy, about="disk"))
            case RecordClosed():
                self._emit(posted)
                self._services.archive.look_for_unfinished()
                self._services.archive.tidy(self.settings.keep_recordings_days)
            case IncompleteRecordingsFound(items=items):
                self.backlog.find(items)
                self._emit(posted)
            case _ if isinstance(posted, FOR_FRONT_ENDS):
                self._emit(posted)
            case _ if any(handler(posted) for handler in self.message_handlers):
                pass
            case _ if callable(posted):
                posted()
            case _:
                raise TypeError(f"nobody takes {type(posted).__name__}")

    def wake(self, now: float) -> float | None:
        """Do what is due at `now`; return when to be called again (monotonic seconds)."""
        self._handle_events()
        due = self._wake(now)
        if not self._events:
            return due
        self._handle_events()
        return now  # after the messages that wait in the inbox

    def _wake(self, now: float) -> float | None:
        due: list[float | None] = []
        for recognizer in self._services.recognizers.values():
            events, at = recognizer.wake(now)
            self.deliver(events)
            due.append(at)
        due += [session.wake(now) for session in self.sessions]
        due += [self._start_stand_in(session, now) for session in self.sessions]
        due += [self._limit_end(session, now) for session in self.sessions]
        due += [timer(now) for timer in self.timers]
        due += [self.backlog.advance(now, idle=not self.sessions and self.state not in CAPTURING)]
        self._update()
        if self._release_due is not None and now >= self._release_due:
            self._release_due = None
            for recognizer in self._services.recognizers.values():
                self.deliver(recognizer.release())
        return min((at for at in (*due, self._release_due) if at is not None), default=None)

    def begin(self, plan: SessionPlan, source: Source, record: RecordingSink) -> None:
        """Start a dictation: its source at once, its recognizer as soon as it is free."""
        if self.state in CAPTURING:
            return
        recognizers = self._services.recognizers
        recognizer, local = recognizers[plan.heard_by or plan.engine], recognizers[LOCAL]
        session = DictationSession(
            plan, source, recognizer, local, record, self.rules(plan), self._emit, self.deliver, self._services.clock
        )
        self.sessions.append(session)
        self._release_due = None
        self._change_state(State.STARTING, session.id)
        source.start(session)
        self._update()

    def stop(self, limits: EndLimits | None = None) -> None:
        """End the newest dictation. `limits`: how long its text may take from now on."""
        if limits is not None:
            self.limits, self._stopped_at = limits, self._services.clock()
        if self.session is not None and self.state in CAPTURING:
            self._change_state(State.FINISHING, self.session.id)
            self.session.source.stop(self._services.clock())
            self._update()

    def cancel(self, *, revocable: bool = False) -> None:
        """Drop the newest dictation, also one that is finishing. `revocable`: keep its recording as it is."""
        if self.session is not None:
            if self.state in CAPTURING:
                self._change_state(State.FINISHING, self.session.id)
            self.session.cancel(revocable=revocable)
            self._update()

    def give_up(self, dictation: str) -> None:
        """End a dictation; what has no text yet stays in its recording."""
        self._for_session(dictation, DictationSession.give_up)
        self._update()

    def suspend_automatic(self) -> None:
        """Make room for a dictation of the user: a transcription that began by itself is continued after it."""
        for session in self.sessions:
            if session.plan.automatic:
                session.give_up()
        self._update()

    def rules(self, plan: SessionPlan) -> Composition:
        """How finals become text under the present settings."""
        punctuates = self._services.recognizers[plan.engine].capabilities.punctuation
        return Composition(
            keywords=self.keywords,
            language=plan.request.language,
            commands=carries_out_commands(self.settings.spoken_punctuation, punctuates),
        )

    def renew_rules(self) -> None:
        """Apply changed settings or keywords to every final from now on."""
        for session in self.sessions:
            session.rules = self.rules(session.plan)

    def quit(self) -> None:
        """End the loop. What has no text yet stays in the journal."""
        for recognizer in self._services.recognizers.values():
            recognizer.release()  # first: it kills a worker that hangs in the middle of an utterance
        for session in self.sessions:
            session.give_up()
            session.close()
        self.sessions.clear()
        self.running = False
        for recognizer in self._services.recognizers.values():
            recognizer.close()

    def _not_offered(self) -> tuple[str, ...]:
        """Dictations on disk that are not unfinished ones: they run, or were cancelled a moment ago."""
        return (*(session.id for session in self.sessions), *self.pending_cancellations, *self.reserved)

    def _emit(self, event: FrontEndEvent) -> None:
        for observer in self.observers:
            observer(event)

    def _fail_session(self) -> None:
        """End the dictation that an exception concerns. A command that failed by itself ends none."""
        if self.sessions and isinstance(self._handling, Incoming | RecognizerEvent):
            self.sessions[0].fail(*INTERNAL_ERROR)
        elif self.sessions and (not callable(self._handling) or self.state is State.STARTING):
            self.sessions[-1].fail(*INTERNAL_ERROR)
        else:
            self._emit(Failed("", *INTERNAL_ERROR))
        try:
            self._update()
        except Exception:
            log.exception("the dictation loop could not recover")

    def _for_session(self, dictation: str, act: Callable[[DictationSession], None]) -> None:
        for session in self.sessions:
            if dictation and dictation in session.names:
                act(session)

    def _update(self) -> None:
        """Bring state, recognizer and queue of dictations into line with what has happened."""
        while self.sessions:
            newest, head = self.sessions[-1], self.sessions[0]
            while (to := self._next_state(newest)) is not None:
                self._change_state(to, newest.id)
            head.start_engine()
            head.leave_to_missing_model()
            if not head.state.over:
                return
            self.sessions.popleft()
            if head.close():  # its text comes without the user
                self.backlog.set_aside(head.id)
            if not self.sessions:
                if self.state is State.FINISHING:
                    self._change_state(State.IDLE, head.id)
                self.schedule_release()

    def schedule_release(self) -> None:
        """Free the memory of the recognizers when they were idle for as long as the settings say."""
        self._release_due = self._services.clock() + 60 * self.settings.idle_unload_minutes

    def _start_stand_in(self, session: DictationSession, now: float) -> float | None:
        """Let the local recognizer replace a service that is away, where the settings say so."""
        due = session.recognition.stand_in_at
        wanted = self.settings.aiola_while_away == LOCAL and session.plan.engine != LOCAL and session.plan.request.live
        able = session.can_change_recognizer and not session.along.local.waits
        if due is None or not wanted or not able:
            return None
        if now < due:
            return due
        log.info("%s: %s stands in for %s", session.id, LOCAL, session.plan.engine)
        session.stand_in()
        return None

    def _limit_end(self, session: DictationSession, now: float) -> float | None:
        """Give up what lasts longer than the front end allows; what has no text then stays in the journal."""
        if session.state.given_up:
            return None
        waits = session.state.source_ended or not session.plan.request.live
        due = self.limits.due(self._stopped_at, session.recognition.unconnected_since, waits)
        if due is None or now < due:
            return due
        log.info("%s: the limit for its end has passed", session.id)
        if self._stopped_at is None:
            what, remedy = UNREACHABLE
            session.fail(filled(what, seconds=self.limits.offline_s), remedy, "network")
        else:
            session.give_up()
        return None

    def _next_state(self, newest: DictationSession) -> State | None:
        """Where to go from here, as the newest dictation stands; None to stay."""
        if newest.failure is not None:
            return State.FAILED if self.state is not State.FAILED else None
        if self.state is State.STARTING and newest.opened_at is not None:
            return State.LISTENING
        if self.state in CAPTURING and (newest.state.source_ended or newest.plan.automatic):
            return State.FINISHING
        if self.state is State.LISTENING and newest.recognition.offline:
            return State.RECONNECTING
        if self.state is State.RECONNECTING and not newest.recognition.offline:
            return State.LISTENING
        return None

    def _change_state(self, state: State, dictation: str) -> None:
        self.state = move(self.state, state)
        log.info("%s: state %s", dictation, state)
        self._emit(StateChanged(dictation, state))
