"""The loop behind `Dictation`: owns the state and every decision, one message at a time, on the dictation thread.

Takes queue up: the first one has the recogniser, the last one has the microphone. Usually they are the same; a press
while the last text is still being worked out gives the microphone to the next dictation at once.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from saywrite.audio.source import FromSource, Source
from saywrite.dictation.archive import Archive
from saywrite.dictation.backlog import Backlog
from saywrite.dictation.end_limits import UNREACHABLE, EndLimits
from saywrite.dictation.inbox import Inbox
from saywrite.dictation.recognition import AWAY_S
from saywrite.dictation.record import DiskTrouble, Recorded, Written
from saywrite.dictation.states import CAPTURING, move
from saywrite.dictation.take import Plan, Take
from saywrite.events import (
    ConnectionChanged,
    DevicesChanged,
    EngineChanged,
    Failed,
    Final,
    FrontEndEvent,
    ModelFailed,
    ModelProgress,
    ModelsChanged,
    ModelTried,
    Outstanding,
    Partial,
    Progress,
    RecognizerFinished,
    RecordClosed,
    Rewind,
    State,
    StateChanged,
    Structured,
    Traffic,
    Translation,
    UnfinishedFound,
)
from saywrite.settings.schema import Settings
from saywrite.speech.engines import LOCAL
from saywrite.speech.recognizer import Incoming, Recognizer
from saywrite.text.keywords import Keywords
from saywrite.text.transcript import Composition

log = logging.getLogger(__name__)

STUMBLE_S = 0.25
"""Seconds until the loop looks again at what was due when it stumbled."""

OUR_FAULT = (
    "Something went wrong inside Saywrite. What you said is kept in the recording.",
    "Start again; if it happens again, send the log (Help > Copy diagnostics).",
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root gives the loop. `clock`: monotonic seconds; `today`: aware local time."""

    inbox: Inbox
    recognizers: Mapping[str, Recognizer]
    archive: Archive
    clock: Callable[[], float]
    today: Callable[[], datetime]


class Keys(Protocol):
    """What else lives on this thread where there is a desktop: the keys and the insertion (`talk.Talk`)."""

    def handle(self, message: object) -> bool:
        """Take the message, if it is one of theirs; whether it was."""

    def hear(self, message: object) -> None:
        """A message of a microphone's own threads."""

    def wake(self, now: float) -> float | None: ...
    def follow(self) -> None: ...


class Loop:
    """The machine: messages in, events out through `tell`."""

    def __init__(
        self,
        parts: Parts,
        settings: Settings,
        keywords: Keywords,
        tell: Callable[[FrontEndEvent], None],
        backlog: Backlog,
    ) -> None:
        self.settings = settings
        self.backlog = backlog
        self.keywords = keywords
        self.state = State.IDLE
        self.takes: deque[Take] = deque()
        self.running = True
        self.keys: Keys | None = None
        self.kept_back: set[str] = set()
        """Cancelled dictations whose recording waits for the user to think again."""
        self.limits = EndLimits()
        self._stopped_at: float | None = None
        self._parts = parts
        self._tell = tell
        self._release_due: float | None = None

    @property
    def take(self) -> Take | None:
        """The newest dictation that is not over."""
        return self.takes[-1] if self.takes else None

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
                due = self._parts.clock() + STUMBLE_S
                self._blame(message)

    def handle(self, message: object) -> None:
        """Take one message out of the inbox."""
        match message:
            case FromSource():
                for take in self.takes:
                    take.source.receive(message.message)
                if self.keys is not None:
                    self.keys.hear(message.message)
            case Incoming(engine=engine, message=inner):
                self._parts.recognizers[engine].receive(inner)
            case Written(dictation=which, length=length):
                self._of(which, lambda take: take.written(length))
            case DiskTrouble(dictation=which, error=error):
                self._of(which, Take.excuse_the_disk)
                self._tell(Failed(which, error.what, error.remedy, about="disk"))
            case RecordClosed():
                self._tell(message)
                self._parts.archive.look_for_unfinished(except_for=self._not_offered)
                self._parts.archive.tidy(self.settings.keep_recordings_days)
            case EngineChanged(engine=engine, state=readiness):
                log.info("engine %s %s", engine, readiness)
                self._tell(message)
            case UnfinishedFound(items=items):
                self.backlog.find(items)
                self._tell(message)
            case DevicesChanged() | ModelsChanged() | ModelProgress() | ModelFailed() | ModelTried():
                self._tell(message)
            case Failed(dictation="") | ConnectionChanged(dictation=""):
                self._tell(message)
            case Partial() | Final() | Progress() | Rewind() | RecognizerFinished() | Failed() | ConnectionChanged():
                self._of(message.dictation, lambda take: take.hear(message))
            case Translation() | Structured() | Outstanding() | Traffic():
                self._of(message.dictation, lambda take: take.hear(message))
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
        due += [take.wake(now) for take in self.takes]
        due += [self._replace_the_absent(take, now) for take in self.takes]
        due += [self._limit_end(take, now) for take in self.takes]
        due += [self.keys.wake(now)] if self.keys is not None else []
        due += [self.backlog.advance(now, idle=not self.takes and self.state not in CAPTURING)]
        self._settle()
        if self._release_due is not None and now >= self._release_due:
            self._release_due = None
            for recognizer in self._parts.recognizers.values():
                recognizer.release()
        return min((at for at in (*due, self._release_due) if at is not None), default=None)

    def begin(self, plan: Plan, source: Source, record: Recorded) -> None:
        """Start a dictation: its source at once, its recogniser as soon as it is free."""
        if self.state in CAPTURING:
            return
        recognizer = self._parts.recognizers[plan.heard_by or plan.engine]
        take = Take(plan, source, recognizer, record, self.rules(plan), self._tell, self._parts.clock)
        self.takes.append(take)
        self._release_due = None
        self._to(State.STARTING, take.id)
        source.start(take)
        self._settle()

    def stop(self, limits: EndLimits | None = None) -> None:
        """End the newest dictation. `limits`: how long its text may take from now on."""
        if limits is not None:
            self.limits, self._stopped_at = limits, self._parts.clock()
        if self.take is not None and self.state in CAPTURING:
            self._to(State.FINISHING, self.take.id)
            self.take.source.stop(self._parts.clock())
            self._settle()

    def cancel(self, *, keep: bool = False) -> None:
        """Drop what is running, also while it is finishing. `keep`: its recording stays as it is, to go on with."""
        if self.take is not None:
            if self.state in CAPTURING:
                self._to(State.FINISHING, self.take.id)
            self.take.give_up(cancelled=True, keep=keep)
            self._settle()

    def set_automatic_aside(self) -> None:
        """A dictation begins: what nobody waits for is continued after it."""
        for take in self.takes:
            if take.plan.automatic:
                take.give_up()
        self._settle()

    def rules(self, plan: Plan) -> Composition:
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
        for take in self.takes:
            take.rules = self.rules(take.plan)

    def quit(self) -> None:
        """End the loop. What has no text yet stays in the journal."""
        for recognizer in self._parts.recognizers.values():
            recognizer.release()  # first: it kills a worker that hangs in the middle of an utterance
        for take in self.takes:
            take.give_up()
            take.close()
        self.takes.clear()
        self.running = False
        for recognizer in self._parts.recognizers.values():
            recognizer.close()

    @property
    def _not_offered(self) -> tuple[str, ...]:
        """Dictations on disk that are not left over."""
        return (*(take.id for take in self.takes), *self.kept_back)

    def _blame(self, message: object) -> None:
        """End the dictation that a bug of ours concerns; a wish that failed by itself ends none."""
        if self.takes and isinstance(message, Incoming):
            self.takes[0].fail(*OUR_FAULT)
        elif self.takes and (not callable(message) or self.state is State.STARTING):
            self.takes[-1].fail(*OUR_FAULT)
        else:
            self._tell(Failed("", *OUR_FAULT))
        try:
            self._settle()
        except Exception:
            log.exception("the dictation loop could not recover")

    def _of(self, dictation: str, act: Callable[[Take], None]) -> None:
        for take in self.takes:
            if dictation and dictation in take.recognition.names:
                act(take)

    def _settle(self) -> None:
        """Draw the conclusions: who has the recogniser, which state it is, what is over."""
        while self.takes:
            newest, head = self.takes[-1], self.takes[0]
            while (to := self._next_state(newest)) is not None:
                self._to(to, newest.id)
            if not head.engaged and not head.given_up:
                head.engage()
            head.leave_what_must_wait()
            if not head.over:
                return
            self.takes.popleft()
            head.close()
            if head.waits:
                self.backlog.set_aside(head.id)
            if not self.takes:
                if self.state is State.FINISHING:
                    self._to(State.IDLE, head.id)
                self._release_due = self._parts.clock() + 60 * self.settings.idle_unload_minutes

    def _replace_the_absent(self, take: Take, now: float) -> float | None:
        """Let the local recognizer stand in for a service that is away for long, where the user wishes so."""
        since, standing_in = take.recognition.offline_since, self._parts.recognizers.get(LOCAL)
        wished = self.settings.aiola_while_away == LOCAL and take.plan.engine != LOCAL and take.plan.request.live
        if since is None or not wished or standing_in is None or take.source_ended or not take.recognition.offline:
            return None
        if standing_in.waits:
            return None
        if now < since + AWAY_S:
            return since + AWAY_S
        log.info("%s: %s stands in for %s", take.id, LOCAL, take.plan.engine)
        take.stand_in(standing_in, LOCAL)
        return None

    def _limit_end(self, take: Take, now: float) -> float | None:
        """Give up what lasts longer than the front end allows; what has no text then stays in the journal."""
        if take.given_up:
            return None
        waits = take.source_ended or not take.plan.request.live
        due = self.limits.due(self._stopped_at, take.recognition.unconnected_since, waits)
        if due is None or now < due:
            return due
        log.info("%s: its end is not waited for any longer", take.id)
        if self._stopped_at is None:
            what, remedy = UNREACHABLE
            take.fail(what.format(seconds=self.limits.offline_s), remedy, "network")
        else:
            take.give_up()
        return None

    def _next_state(self, newest: Take) -> State | None:
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
