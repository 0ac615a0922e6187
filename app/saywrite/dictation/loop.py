"""The loop behind `Dictation`: owns the state and every decision, one message at a time, on the dictation thread.

Takes queue up: the first one has the recognizer, the last one has the microphone. Usually they are the same; a press
while the last text is still being worked out gives the microphone to the next dictation at once.
"""

from __future__ import annotations

import logging
import queue
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from saywrite.audio.source import FromSource, Source
from saywrite.dictation.engine_failover import AWAY_S
from saywrite.dictation.models.backlog import Backlog
from saywrite.dictation.persistence.archive import Archive
from saywrite.dictation.persistence.recorder import DiskProblem, RecordingSink, SoundWritten
from saywrite.dictation.session import DictationSession, SessionPlan
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.end_limits import UNREACHABLE, EndLimits
from saywrite.foundation.events import (
    ConnectionChanged,
    DevicesChanged,
    DiskRecovered,
    EngineChanged,
    Failed,
    Final,
    FrontEndEvent,
    IncompleteRecordingsFound,
    ModelFailed,
    ModelProgress,
    ModelsChanged,
    ModelTried,
    Partial,
    PendingUtterances,
    Progress,
    RecognizerFinished,
    RecordClosed,
    Rewind,
    State,
    StateChanged,
    Structured,
    Traffic,
    Translation,
)
from saywrite.speech.engine import Incoming, Recognizer
from saywrite.storage.settings.schema import Settings
from saywrite.text.keywords import Keywords
from saywrite.text.transcript import Composition

Action = Callable[[], None]


class Inbox:
    """Messages and actions in the order they came. `post` is safe on every thread and never blocks."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    def post(self, message: object) -> None:
        """Put one value behind all others. A callable is run on the dictation thread."""
        self._queue.put(message)

    def take(self, timeout: float | None) -> object | None:
        """The next message, or None when `timeout` seconds passed without one."""
        try:
            return self._queue.get(timeout=timeout)
        except queue.Empty:
            return None


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.IDLE: frozenset({State.STARTING, State.FAILED}),
    State.STARTING: frozenset({State.LISTENING, State.FINISHING, State.FAILED}),
    State.LISTENING: frozenset({State.RECONNECTING, State.FINISHING, State.FAILED}),
    State.RECONNECTING: frozenset({State.LISTENING, State.FINISHING, State.FAILED}),
    # A press while the last text is still being worked out starts the next dictation at once (promise 3).
    State.FINISHING: frozenset({State.IDLE, State.STARTING, State.FAILED}),
    State.FAILED: frozenset({State.STARTING, State.IDLE}),
}

CAPTURING = frozenset({State.STARTING, State.LISTENING, State.RECONNECTING})
"""The states in which a source is running; `stop` and `cancel` mean something here."""


class UnlistedTransition(AssertionError):
    """A bug of ours, never of the user's."""


def move(now: State, to: State) -> State:
    """The new state; raises UnlistedTransition when the table does not know the move."""
    if to not in TRANSITIONS[now]:
        raise UnlistedTransition(f"{now} -> {to}")
    return to


log = logging.getLogger(__name__)

ERROR_RETRY_S = 0.25
"""Seconds until the loop looks again at what was due when it stumbled."""

INTERNAL_ERROR = (
    "Something went wrong inside Saywrite. What you said is kept in the recording.",
    "Start again; if it happens again, send the log (Help > Copy diagnostics).",
)


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root gives the loop. `clock`: monotonic seconds; `today`: aware local time."""

    inbox: Inbox
    recognizers: Mapping[str, Recognizer]
    archive: Archive
    clock: Callable[[], float]
    today: Callable[[], datetime]


class PushToTalkPort(Protocol):
    """What else lives on this thread where there is a desktop: the keys and the insertion (`talk.Talk`)."""

    def handle(self, message: object) -> bool:
        """Take the message, if it is one of theirs; whether it was."""

    def hear(self, message: object) -> None:
        """A message of a microphone's own threads."""

    def wake(self, now: float) -> float | None: ...
    def follow(self) -> None: ...

    def open(self) -> None:
        """Grab the keys and find the way into other programs."""

    def close(self) -> None:
        """Release the keys."""

    def apply(self, settings: Settings) -> None: ...
    def receive(self, event: FrontEndEvent) -> None: ...

    def expect(self) -> None:
        """The dictation that has just begun goes into the program in front."""

    def forget_cancelled(self) -> None:
        """Nothing that was cancelled can be taken back any more."""

    def undo(self, *, cancel: bool) -> None:
        """Cancel the running dictation, or restore the one cancelled last."""

    def insert_again(self) -> None:
        """Insert the last text once more."""

    def undo_insertion(self) -> None:
        """Take the last insertion back."""


class Loop:
    """The machine: messages in, events out through `tell`."""

    def __init__(
        self,
        parts: Services,
        settings: Settings,
        keywords: Keywords,
        tell: Callable[[FrontEndEvent], None],
        backlog: Backlog,
    ) -> None:
        self.settings = settings
        self.backlog = backlog
        self.keywords = keywords
        self.state = State.IDLE
        self.sessions: deque[DictationSession] = deque()
        self.running = True
        self.keys: PushToTalkPort | None = None
        self.pending_cancellations: set[str] = set()
        """Cancelled dictations whose recording waits for the user to think again."""
        self.limits = EndLimits()
        self._stopped_at: float | None = None
        self._parts = parts
        self._tell = tell
        self._release_due: float | None = None

    @property
    def session(self) -> DictationSession | None:
        """The newest dictation that is not over."""
        return self.sessions[-1] if self.sessions else None

    def run(self) -> None:
        """Take messages until `quit()`; sleeps without waking while nothing is due."""
        due: float | None = None
        while self.running:
            now = self._parts.clock()
            message = self._parts.inbox.take(None if due is None else max(due - now, 0.0))
            try:
                if message is not None:
                    self.handle(message)
                due = self.wake(self._parts.clock())
            except Exception:
                # The outermost edge of the dictation thread: whatever it was, the sound so far is in the journal.
                log.exception("the dictation loop stumbled")
                due = self._parts.clock() + ERROR_RETRY_S
                self._fail_session(message)

    def handle(self, message: object) -> None:
        """Take one message out of the inbox."""
        match message:
            case FromSource():
                for session in self.sessions:
                    session.source.receive(message.message)
                if self.keys is not None:
                    self.keys.hear(message.message)
            case Incoming(engine=engine, message=inner):
                self._parts.recognizers[engine].receive(inner)
            case SoundWritten(dictation=which, length=length):
                self._of(which, lambda session: session.written(length))
            case DiskProblem(dictation=which, error=error):
                self._of(which, DictationSession.suppress_disk_warning)
                self._tell(Failed(which, error.what, error.remedy, about="disk"))
            case RecordClosed():
                self._tell(message)
                self._parts.archive.look_for_unfinished(except_for=self._not_offered)
                self._parts.archive.tidy(self.settings.keep_recordings_days)
            case EngineChanged(engine=engine, state=readiness):
                log.info("engine %s %s", engine, readiness)
                self._tell(message)
            case IncompleteRecordingsFound(items=items):
                self.backlog.find(items)
                self._tell(message)
            case DevicesChanged() | DiskRecovered() | ModelsChanged() | ModelProgress() | ModelFailed() | ModelTried():
                self._tell(message)
            case Failed(dictation="") | ConnectionChanged(dictation=""):
                self._tell(message)
            case Partial() | Final() | Progress() | Rewind() | RecognizerFinished() | Failed() | ConnectionChanged():
                self._of(message.dictation, lambda session: session.hear(message))
            case Translation() | Structured() | PendingUtterances() | Traffic():
                self._of(message.dictation, lambda session: session.hear(message))
            case _ if self.keys is not None and self.keys.handle(message):
                pass
            case _ if callable(message):
                message()
            case _:
                raise TypeError(f"nobody takes {type(message).__name__}")
        self._settle()

    def wake(self, now: float) -> float | None:
        """Do what is due at `now`; when to be called again."""
        due = [recognizer.wake(now) for recognizer in self._parts.recognizers.values()]
        due += [session.wake(now) for session in self.sessions]
        due += [self._start_stand_in(session, now) for session in self.sessions]
        due += [self._limit_end(session, now) for session in self.sessions]
        due += [self.keys.wake(now)] if self.keys is not None else []
        due += [self.backlog.advance(now, idle=not self.sessions and self.state not in CAPTURING)]
        self._settle()
        if self._release_due is not None and now >= self._release_due:
            self._release_due = None
            for recognizer in self._parts.recognizers.values():
                recognizer.release()
        return min((at for at in (*due, self._release_due) if at is not None), default=None)

    def begin(self, plan: SessionPlan, source: Source, record: RecordingSink) -> None:
        """Start a dictation: its source at once, its recognizer as soon as it is free."""
        if self.state in CAPTURING:
            return
        recognizer = self._parts.recognizers[plan.heard_by or plan.engine]
        session = DictationSession(plan, source, recognizer, record, self.rules(plan), self._tell, self._parts.clock)
        self.sessions.append(session)
        self._release_due = None
        self._to(State.STARTING, session.id)
        source.start(session)
        self._settle()

    def stop(self, limits: EndLimits | None = None) -> None:
        """End the newest dictation. `limits`: how long its text may take from now on."""
        if limits is not None:
            self.limits, self._stopped_at = limits, self._parts.clock()
        if self.session is not None and self.state in CAPTURING:
            self._to(State.FINISHING, self.session.id)
            self.session.source.stop(self._parts.clock())
            self._settle()

    def cancel(self, *, keep: bool = False) -> None:
        """Drop what is running, also while it is finishing. `keep`: its recording stays as it is, to go on with."""
        if self.session is not None:
            if self.state in CAPTURING:
                self._to(State.FINISHING, self.session.id)
            self.session.give_up(cancelled=True, keep=keep)
            self._settle()

    def set_automatic_aside(self) -> None:
        """A dictation begins: what nobody waits for is continued after it."""
        for session in self.sessions:
            if session.plan.automatic:
                session.give_up()
        self._settle()

    def rules(self, plan: SessionPlan) -> Composition:
        """How finals become text under the present settings."""
        punctuates = self._parts.recognizers[plan.engine].capabilities.punctuation
        spoken = self.settings.spoken_punctuation
        return Composition(
            keywords=self.keywords,
            language=plan.request.language,
            commands=spoken == "on" or (spoken == "auto" and not punctuates),
            capitals=True,
        )

    def renew_rules(self) -> None:
        """Settings or keywords changed: they hold for every final from now on."""
        for session in self.sessions:
            session.rules = self.rules(session.plan)

    def quit(self) -> None:
        """End the loop. What has no text yet stays in the journal."""
        for recognizer in self._parts.recognizers.values():
            recognizer.release()  # first: it kills a worker that hangs in the middle of an utterance
        for session in self.sessions:
            session.give_up()
            session.close()
        self.sessions.clear()
        self.running = False
        for recognizer in self._parts.recognizers.values():
            recognizer.close()

    @property
    def _not_offered(self) -> tuple[str, ...]:
        """Dictations on disk that are not left over."""
        return (*(session.id for session in self.sessions), *self.pending_cancellations)

    def _fail_session(self, message: object) -> None:
        """End the dictation that a bug of ours concerns; a wish that failed by itself ends none."""
        if self.sessions and isinstance(message, Incoming):
            self.sessions[0].fail(*INTERNAL_ERROR)
        elif self.sessions and (not callable(message) or self.state is State.STARTING):
            self.sessions[-1].fail(*INTERNAL_ERROR)
        else:
            self._tell(Failed("", *INTERNAL_ERROR))
        try:
            self._settle()
        except Exception:
            log.exception("the dictation loop could not recover")

    def _of(self, dictation: str, act: Callable[[DictationSession], None]) -> None:
        for session in self.sessions:
            if dictation and dictation in session.recognition.names:
                act(session)

    def _settle(self) -> None:
        """Draw the conclusions: who has the recognizer, which state it is, what is over."""
        while self.sessions:
            newest, head = self.sessions[-1], self.sessions[0]
            while (to := self._next_state(newest)) is not None:
                self._to(to, newest.id)
            if not head.engine_started and not head.given_up:
                head.start_engine()
            head.leave_what_must_wait()
            if not head.over:
                return
            self.sessions.popleft()
            head.close()
            if head.waits:
                self.backlog.set_aside(head.id)
            if not self.sessions:
                if self.state is State.FINISHING:
                    self._to(State.IDLE, head.id)
                self._release_due = self._parts.clock() + 60 * self.settings.idle_unload_minutes

    def _start_stand_in(self, session: DictationSession, now: float) -> float | None:
        """Let the local recognizer stand in for a service that is away for long, where the user wishes so."""
        since, has_stand_in = session.recognition.offline_since, self._parts.recognizers.get(LOCAL)
        wished = self.settings.aiola_while_away == LOCAL and session.plan.engine != LOCAL and session.plan.request.live
        if (
            since is None
            or not wished
            or has_stand_in is None
            or session.source_ended
            or not session.recognition.offline
        ):
            return None
        if has_stand_in.waits:
            return None
        if now < since + AWAY_S:
            return since + AWAY_S
        log.info("%s: %s stands in for %s", session.id, LOCAL, session.plan.engine)
        session.stand_in(has_stand_in, LOCAL)
        return None

    def _limit_end(self, session: DictationSession, now: float) -> float | None:
        """Give up what lasts longer than the front end allows; what has no text then stays in the journal."""
        if session.given_up:
            return None
        waits = session.source_ended or not session.plan.request.live
        due = self.limits.due(self._stopped_at, session.recognition.unconnected_since, waits)
        if due is None or now < due:
            return due
        log.info("%s: its end is not waited for any longer", session.id)
        if self._stopped_at is None:
            what, remedy = UNREACHABLE
            session.fail(what.format(seconds=self.limits.offline_s), remedy, "network")
        else:
            session.give_up()
        return None

    def _next_state(self, newest: DictationSession) -> State | None:
        """Where to go from here, as the newest dictation stands; None to stay."""
        if newest.failure is not None:
            return State.FAILED if self.state is not State.FAILED else None
        if self.state is State.STARTING and newest.opened_at is not None:
            return State.LISTENING
        if self.state in CAPTURING and (newest.source_ended or newest.plan.automatic):
            return State.FINISHING
        if self.state is State.LISTENING and newest.recognition.offline:
            return State.RECONNECTING
        if self.state is State.RECONNECTING and not newest.recognition.offline:
            return State.LISTENING
        return None

    def _to(self, state: State, dictation: str) -> None:
        self.state = move(self.state, state)
        log.info("%s: state %s", dictation, state)
        self._tell(StateChanged(dictation, state))
        if self.keys is not None:
            self.keys.follow()
