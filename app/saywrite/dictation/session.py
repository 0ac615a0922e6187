"""One dictation from start to end: takes the sound, feeds the recognizer, makes text of its results.

Dictation thread only. The sound is written to the journal first; the recognizer reads it from there with a cursor. A
recognizer that is slow, restarting or not connected yet therefore means a cursor that lags, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.engines.audio_cursor import AudioCursor
from saywrite.dictation.engines.failover import CARRIES_ON, EngineFailover
from saywrite.dictation.engines.listening_along import OFF, ListeningAlong
from saywrite.dictation.engines.results import ProgressWriter, ResultWriter
from saywrite.dictation.engines.substitution import REMEDY, SubstitutionPolicy
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.dictation.persistence.spans import Span
from saywrite.dictation.states import SESSION_TRANSITIONS, SessionSignal, SessionState
from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.errors import AudioError, JournalError
from saywrite.foundation.events import (
    ConnectionChanged,
    EngineChanged,
    Failed,
    Final,
    Finished,
    FrontEndEvent,
    Gap,
    Level,
    Partial,
    PendingUtterances,
    Progress,
    RecognizerFinished,
    Rewind,
    Segment,
    SegmentAdded,
    SourceChanged,
    Started,
    Structured,
    Traffic,
    Translation,
)
from saywrite.foundation.messages import joined
from saywrite.speech.engine import Events, Recognizer, RecognizerEvent, Request
from saywrite.text.transcript import Composition, Transcript

MICROPHONE = "microphone"
"""The source of a dictation that is not a file (`Started.source`, a contract)."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is fixed when a dictation starts.

    `base`: the offset that its sound begins at (0 unless it is continued). `begun_with`: the engine that a continued
    dictation was begun with. `heard_by`: the recognizer, where it is not the engine's usual one. `automatic`: it
    began without a command of the user, whose dictations have precedence. `listen_along`: see `ListeningAlong`.
    `patience_s`: seconds from the end of the sound after which what was heard on this computer is taken; 0: never.
    `marks_differences`: report the words that the two recognizers hear differently. `missing`: the stretches without
    text, where only these are transcribed.
    """

    request: Request
    engine: str
    source: str
    began: datetime
    base: int = 0
    begun_with: str = ""
    heard_by: str = ""
    automatic: bool = False
    listen_along: str = OFF
    patience_s: int = 0
    marks_differences: bool = False
    missing: tuple[Span, ...] = ()
    earlier: tuple[Segment, ...] = ()
    earlier_gaps: tuple[Gap, ...] = ()
    earlier_peaks: Envelope | None = None
    earlier_traffic: tuple[Traffic, ...] = ()


class DictationSession:
    """The sink of its source and the reader of its recognizer. The loop closes it when its state is `over`."""

    def __init__(
        self,
        plan: SessionPlan,
        source: Source,
        recognizer: Recognizer,
        local: Recognizer,
        record: RecordingSink,
        rules: Composition,
        emit: Callable[[FrontEndEvent], None],
        deliver: Callable[[Events], None],
        clock: Callable[[], float],
    ) -> None:
        """`local`: may listen along. `deliver` queues what recognizers return; it comes back through `receive`."""
        self.id = plan.request.dictation
        self.plan = plan
        self.state = SessionState.WAITING
        self.source = source
        self.recognition = EngineFailover(plan.request, recognizer, deliver)
        self.rules = rules
        self.transcript = Transcript(plan.earlier)
        self.envelope = plan.earlier_peaks or Envelope()
        self.latest = LatestLevel()
        self.opened_at: float | None = None
        self.failure: Failed | None = None
        self.cut: Callable[[Final], Final] = lambda final: final
        """Removes from a final what its speaker does not want to be written."""
        self._cancelled = self._revocable = False
        self._recognizer_complete = True
        self._substitution = SubstitutionPolicy(is_wanted=plan.request.take_local_words, patience_s=plan.patience_s)
        self._record = record
        self._emit = emit
        self._clock = clock
        self._began_at = clock()
        self._cursor = AudioCursor(recognizer, plan.base, record.read, record.on_disk, deliver)
        self._cursor.wanted = plan.missing
        mark = plan.engine if plan.begun_with not in ("", plan.engine) else ""
        self._results = ResultWriter(plan.base, self.transcript, record, emit, mark, plan.earlier_traffic)
        self._progress = ProgressWriter(self.id, self._cursor, record, emit)
        self.along = ListeningAlong(
            plan.request, plan.listen_along, local, record, deliver, emit, compares=plan.marks_differences
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which events of its recognizers may come."""
        return (*self.recognition.names, self.along.name)

    # The sink of the source.

    def opened(self, device: str, at: float) -> None:
        """Emit `Started`, and what earlier attempts at the dictation produced."""
        if self.opened_at is not None:
            return
        self.opened_at = at
        self._progress.begin()
        request = self.plan.request
        self._emit(Started(self.id, self.plan.engine, request.language, self.plan.source, at, self.plan.began))
        for segment in self.plan.earlier:
            self._emit(SegmentAdded(self.id, segment))
        for gap in self.plan.earlier_gaps:
            self._emit(gap)
        if self.plan.source == MICROPHONE:
            self._emit(SourceChanged(self.id, device))

    def sound(self, pcm: bytes, level: Level) -> None:
        self._cursor.append(pcm)
        self.along.append(pcm)
        self._record.append(pcm)
        self.latest.put(level)
        self.envelope.append(pcm)
        self.feed()

    def gap(self, length: int, cause: str) -> None:
        self._record.add_gap(self._cursor.heard, length, cause)
        self._emit(Gap(self.id, self._cursor.heard, length, cause))

    def source_changed(self, device: str, note: str) -> None:
        self._emit(SourceChanged(self.id, device, note))

    def failed(self, error: AudioError, fatal: bool) -> None:
        about = MICROPHONE if self.plan.source == MICROPHONE else "file"
        if fatal:
            self.fail(error.what, error.remedy, about)
        else:
            self._emit(Failed(self.id, error.what, error.remedy, about=about))

    def ended(self) -> None:
        self._change_state(SessionSignal.SOURCE_ENDED)
        self._substitution.end(self._clock())
        self._cursor.end()
        self.along.end()
        self.feed()

    # The recognizer.

    def start_engine(self) -> None:
        """Begin to feed the recognizer, which is free for this dictation now, unless that was done before."""
        if self.state in (SessionState.WAITING, SessionState.RECORDED):
            self._change_state(SessionSignal.RECOGNIZER_STARTED)
            self.recognition.begin()
            self.along.begin(self.recognition.recognizer, self._cursor.base)
            self.feed()

    def stand_in(self, *, for_good: bool = False) -> None:
        """Let the recognizer on this computer transcribe what has no text yet, and mark its text.

        `for_good`: the service does not take over again.
        """
        self.along.leave()
        self._change_recognizer(self.along.local)
        self.recognition.stand_in(self.along.local, for_good=for_good)
        self.feed()

    def _come_back(self) -> None:
        """Let the dictation's own recognizer continue after the text of the stand-in."""
        self.recognition.come_back()
        self._change_recognizer(self.recognition.recognizer)
        self.along.begin(self.recognition.recognizer, self._cursor.base)
        self.feed()

    def _change_recognizer(self, recognizer: Recognizer) -> None:
        self._cursor.wanted = self._results.behind(self._cursor.confirmed) or self.plan.missing
        self._cursor.change_recognizer(recognizer)
        self._results.change_recognizer(self._cursor.base)

    def receive(self, event: RecognizerEvent) -> None:
        """Take one event of a recognizer. Its offsets count from where its part of the sound begins."""
        if not isinstance(event, EngineChanged) and event.dictation == self.along.name:
            self.along.receive(event)
            return
        translated = self.recognition.translate_event(event)
        if self.recognition.is_to_return(event) and not self.state.source_ended:
            self._come_back()
            if isinstance(event, RecognizerFinished):
                return
        match translated:
            case Final() as final:
                self._receive_text(final)
            case Progress(sent=sent, confirmed=confirmed):
                if self._cursor.advance(sent, confirmed):
                    self.along.note_confirmed(self._cursor.confirmed)
                self._progress.note_confirmed()
                self.feed()
            case Rewind(to=to):
                self._cursor.rewind(to)
                self.feed()
            case Failed(about="account") as failed if self._can_stand_in:
                self.stand_in(for_good=True)
                self._emit(replace(failed, fatal=False, remedy=joined(" ", CARRIES_ON, failed.remedy)))
            case Failed(fatal=True) as failed:
                self.fail(failed.what, failed.remedy, failed.about)
            case RecognizerFinished(complete=complete):
                self._end_recognizer(complete)
            case ConnectionChanged() as changed:
                self.recognition.note(changed, self._clock())
                self._emit(changed)
            case (Partial() | Failed()) as shown:
                self.along.note_partial(shown)
                self._emit(shown)
            case _:
                self._receive_result(translated)

    def _receive_text(self, final: Final) -> None:
        added = self._results.add_text(self.cut(final), self.rules)
        if added:
            self._progress.note_text()
        self.along.note_final(final.start + self._cursor.base, final.end + self._cursor.base, added)

    def _receive_result(self, event: RecognizerEvent | None) -> None:
        """Take what comes besides text and progress."""
        match event:
            case Translation() as translation:
                self._results.translate(translation)
            case Structured() as structured:
                self._results.add_structured(structured)
            case PendingUtterances() as pending:
                self._results.show_pending(pending)
            case Traffic() as traffic:
                self._results.count_traffic(traffic, self._clock())

    def suppress_disk_warning(self) -> None:
        """Do not warn of a slow disk: the user knows already why it does not take the sound."""
        self._progress.suppress_disk_warning()

    def written(self, length: int) -> None:
        """Note that the journal on disk holds the sound up to `length`."""
        self._cursor.written(length)
        self.along.written(length)
        self._progress.note_written()
        self.feed()

    def feed(self) -> None:
        """Give the recognizer what it may have now, while it works for this dictation."""
        if self.state in (SessionState.RECOGNIZING, SessionState.FINISHING):
            try:
                self._cursor.feed()
            except JournalError as error:
                self.fail(error.what, error.remedy)
            self.along.feed()

    # Ending.

    def give_up(self) -> None:
        """End the capture and the recognition. What has no text yet stays in the journal for later."""
        self._change_state(SessionSignal.GIVEN_UP)
        if not self.state.source_ended:
            self.source.abort()
        if self.state.recognizer_runs:
            self.recognition.abort()

    def cancel(self, *, revocable: bool) -> None:
        """Give up, and drop what has no text. `revocable`: keep the recording as it is, to continue from."""
        self._cancelled = True
        self._revocable = self._revocable or revocable
        self.give_up()

    def fail(self, what: str, remedy: str, about: str = "") -> None:
        """Give up because of a problem, and report it. Only the first problem counts."""
        if self.failure is None:
            self.failure = Failed(self.id, what, remedy, fatal=True, about=about)
            self._emit(self.failure)
            self.give_up()

    def leave_to_missing_model(self) -> None:
        """Give up where only a recognition model is missing: the text comes by itself when there is one."""
        if self.state is SessionState.FINISHING and self.recognition.recognizer.waits:
            self.give_up()

    def close(self) -> bool:
        """Hand the record over to the disk, and emit how the dictation ended.

        Returns whether its missing text comes without the user, when that is possible.
        """
        cursor = self._cursor
        self.along.leave()
        self.recognition.end_stand_in()
        if self._recognizer_complete and not self.state.given_up:
            cursor.confirm_all()
        self._results.note_traffic()
        pending = 0 if self._cancelled else cursor.heard - cursor.confirmed
        self._record.confirm(cursor.confirmed)
        waits = pending > 0 and self._gets_its_text_by_itself
        complete = pending == 0 and not self._revocable
        missing = self._results.without_text(self.plan.missing, cursor) if pending else ()
        self._record.close(cursor.heard, cursor.confirmed, complete, waits=waits, missing=missing)
        self._progress.report()
        duration = self._clock() - self._began_at
        text = self.transcript.text()
        self._emit(Finished(self.id, cursor.heard, cursor.confirmed, pending, duration, text, self._cancelled))
        return waits

    def wake(self, now: float) -> float | None:
        """Do what is due; return when to be called again. Both are monotonic seconds."""
        due = [self.source.wake(now)]
        if self.state.recognizer_runs:
            self.source.allow(self._cursor.room)
        due += [self._progress.wake(now), self._results.wake(now)]
        due += [self._note_away(now), self._end_with_local_words(now)]
        self.feed()
        if self._cursor.has_more or self.along.has_more:
            due.append(now)
        return min((at for at in due if at is not None), default=None)

    def _note_away(self, now: float) -> float | None:
        """Tell the one who listens along whether the service is away; return when to be called again."""
        at = self.recognition.away_at
        self.along.note_away(at is not None and now >= at)
        return at if at is not None and now < at else None

    def _end_recognizer(self, complete: bool) -> None:
        """Note that the recognizer has ended. Local words may come for what the service left out."""
        self._recognizer_complete = complete
        is_own = self.state is SessionState.FINISHING and not self.recognition.stands_in
        if complete or not is_own or not self._substitution.end_service(listens=self.along.listens):
            self._change_state(SessionSignal.RECOGNIZER_FINISHED)

    def _end_with_local_words(self, now: float) -> float | None:
        """End with what this computer heard where the user wishes it; return when to be called again."""
        if self.state is not SessionState.FINISHING or self.recognition.stands_in:
            return None
        words = self.along.text.stretches() if self.along.finished else None
        decision = self._substitution.decide(now, words, listens=self.along.listens)
        for stretch in decision.stretches:
            start, end = stretch.start - self._cursor.base, stretch.end - self._cursor.base
            self._results.add_text(self.cut(Final(self.id, stretch.text, start, end, LOCAL)), self.rules)
        if decision.stretches:
            self._recognizer_complete = True
            self._cursor.confirm_all()
            self._emit(Failed(self.id, decision.reason, REMEDY))
            self.recognition.abort()
        if decision.stretches or decision.gives_up:
            self._change_state(SessionSignal.RECOGNIZER_FINISHED)
        return decision.due

    @property
    def can_change_recognizer(self) -> bool:
        """Whether the dictation's own recognizer works, so that another may stand in for it."""
        return self.state in (SessionState.RECOGNIZING, SessionState.FINISHING) and not self.recognition.stands_in

    @property
    def _can_stand_in(self) -> bool:
        return self.can_change_recognizer and self.along.can_take_over

    @property
    def _gets_its_text_by_itself(self) -> bool:
        """The model is missing, or a dictation of the user had precedence."""
        was_suspended = self.plan.automatic and self.state.given_up and self.failure is None
        return self.recognition.recognizer.waits or was_suspended

    def _change_state(self, signal: SessionSignal) -> None:
        self.state = SESSION_TRANSITIONS[self.state].get(signal, self.state)
