"""One dictation from start to end: takes the sound, feeds the recognizer, makes text of its results.

Dictation thread only. The sound goes to the journal first; the recognizer reads it from there with a cursor. A
recognizer that is slow, restarting or not connected yet therefore means a cursor that lags, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.audio_cursor import AudioCursor
from saywrite.dictation.engine_failover import EngineFailover
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.dictation.results import ProgressWriter, ResultWriter
from saywrite.foundation.errors import AudioError, JournalError
from saywrite.foundation.events import (
    ConnectionChanged,
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
from saywrite.speech.engine import Events, Recognizer, RecognizerEvent, Request
from saywrite.text.transcript import Composition, Transcript

MICROPHONE = "microphone"
"""The source of a dictation that is not a file (`Started.source`, a contract)."""


class SessionState(Enum):
    """Where a dictation stands: its sound (open or ended), its recognizer (not begun, running, finished)."""

    WAITING = "sound open, the recognizer still works for an earlier dictation"
    RECORDED = "sound ended, the recognizer still works for an earlier dictation"
    RECOGNIZING = "sound open, recognizer running"
    FINISHING = "sound ended, recognizer running"
    RECORDING = "sound open, recognizer finished: the rest is only recorded"
    COMPLETE = "sound ended, recognizer finished"
    ABORTING = "given up: sound open, recognizer running"
    CLOSING_SOURCE = "given up: sound open, recognizer not begun or finished"
    CLOSING_RECOGNIZER = "given up: sound ended, recognizer running"
    ABANDONED = "given up: sound ended, recognizer not begun or finished"

    @property
    def source_ended(self) -> bool:
        return self in _SOURCE_ENDED

    @property
    def recognizer_runs(self) -> bool:
        return self in _RECOGNIZER_RUNS

    @property
    def given_up(self) -> bool:
        return self in _GIVEN_UP

    @property
    def over(self) -> bool:
        """No sound and no text can come any more."""
        return self in (SessionState.COMPLETE, SessionState.ABANDONED)


class SessionSignal(StrEnum):
    """What changes the state of a dictation."""

    SOURCE_ENDED = "source ended"
    RECOGNIZER_STARTED = "recognizer started"
    RECOGNIZER_FINISHED = "recognizer finished"
    GIVEN_UP = "given up"


_S = SessionState
_SOURCE_ENDED = frozenset({_S.RECORDED, _S.FINISHING, _S.COMPLETE, _S.CLOSING_RECOGNIZER, _S.ABANDONED})
_RECOGNIZER_RUNS = frozenset({_S.RECOGNIZING, _S.FINISHING, _S.ABORTING, _S.CLOSING_RECOGNIZER})
_GIVEN_UP = frozenset({_S.ABORTING, _S.CLOSING_SOURCE, _S.CLOSING_RECOGNIZER, _S.ABANDONED})

SESSION_TRANSITIONS: Mapping[SessionState, Mapping[SessionSignal, SessionState]] = {
    _S.WAITING: {
        SessionSignal.SOURCE_ENDED: _S.RECORDED,
        SessionSignal.RECOGNIZER_STARTED: _S.RECOGNIZING,
        SessionSignal.GIVEN_UP: _S.CLOSING_SOURCE,
    },
    _S.RECORDED: {
        SessionSignal.RECOGNIZER_STARTED: _S.FINISHING,
        SessionSignal.GIVEN_UP: _S.ABANDONED,
    },
    _S.RECOGNIZING: {
        SessionSignal.SOURCE_ENDED: _S.FINISHING,
        SessionSignal.RECOGNIZER_FINISHED: _S.RECORDING,
        SessionSignal.GIVEN_UP: _S.ABORTING,
    },
    _S.FINISHING: {
        SessionSignal.RECOGNIZER_FINISHED: _S.COMPLETE,
        SessionSignal.GIVEN_UP: _S.CLOSING_RECOGNIZER,
    },
    _S.RECORDING: {
        SessionSignal.SOURCE_ENDED: _S.COMPLETE,
        SessionSignal.GIVEN_UP: _S.CLOSING_SOURCE,
    },
    _S.COMPLETE: {SessionSignal.GIVEN_UP: _S.ABANDONED},
    _S.ABORTING: {
        SessionSignal.SOURCE_ENDED: _S.CLOSING_RECOGNIZER,
        SessionSignal.RECOGNIZER_FINISHED: _S.CLOSING_SOURCE,
    },
    _S.CLOSING_SOURCE: {SessionSignal.SOURCE_ENDED: _S.ABANDONED},
    _S.CLOSING_RECOGNIZER: {SessionSignal.RECOGNIZER_FINISHED: _S.ABANDONED},
    _S.ABANDONED: {},
}
"""A signal that a state does not list changes nothing: it is late, or repeated."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is fixed when a dictation starts.

    `base`: the offset that its sound begins at (0 unless it is continued). `begun_with`: the engine that a continued
    dictation was begun with. `heard_by`: the recognizer, where it is not the engine's usual one. `automatic`: nobody
    asked for it now, so a dictation that the user starts goes first.
    """

    request: Request
    engine: str
    source: str
    began: datetime
    base: int = 0
    begun_with: str = ""
    heard_by: str = ""
    automatic: bool = False
    earlier: tuple[Segment, ...] = ()
    earlier_gaps: tuple[Gap, ...] = ()
    earlier_peaks: Envelope | None = None
    earlier_traffic: tuple[Traffic, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionResult:
    """How a dictation ended. `continues_by_itself`: its missing text comes without the user, when that is possible."""

    finished: Finished
    continues_by_itself: bool


class DictationSession:
    """The sink of its source and the reader of its recognizer. The loop closes it when its state is `over`."""

    def __init__(
        self,
        plan: SessionPlan,
        source: Source,
        recognizer: Recognizer,
        record: RecordingSink,
        rules: Composition,
        emit: Callable[[FrontEndEvent], None],
        deliver: Callable[[Events], None],
        clock: Callable[[], float],
    ) -> None:
        """`deliver` queues what the recognizer returns; the events come back through `receive`."""
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
        self._cancelled = self._revocable = False
        self._recognizer_complete = True
        self._record = record
        self._emit = emit
        self._clock = clock
        self._began_at = clock()
        self._cursor = AudioCursor(recognizer, plan.base, record.read, record.on_disk, deliver)
        mark = plan.engine if plan.begun_with not in ("", plan.engine) else ""
        self._results = ResultWriter(plan.base, self.transcript, record, emit, mark, plan.earlier_traffic)
        self._progress = ProgressWriter(self.id, self._cursor, record, emit)

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
        self._cursor.end()
        self.feed()

    # The recognizer.

    def start_engine(self) -> None:
        """Begin to feed the recognizer, which is free for this dictation now, unless that was done before."""
        if self.state in (SessionState.WAITING, SessionState.RECORDED):
            self._change_state(SessionSignal.RECOGNIZER_STARTED)
            self.recognition.begin()
            self.feed()

    def stand_in(self, recognizer: Recognizer, engine: str) -> None:
        """Let another recognizer transcribe what has no text yet, and mark its text with `engine`."""
        self._cursor.change_recognizer(recognizer)
        self._results.change_recognizer(self._cursor.base)
        self.recognition.stand_in(recognizer, engine)
        self.feed()

    def receive(self, event: RecognizerEvent) -> None:
        """Take one event of a recognizer. Its offsets count from where its part of the sound begins."""
        translated = self.recognition.translate_event(event)
        if self.recognition.is_to_return(event) and not self.state.source_ended:
            self.recognition.come_back()
            self._cursor.change_recognizer(self.recognition.recognizer)
            self._results.change_recognizer(self._cursor.base)
            self.feed()
            if isinstance(event, RecognizerFinished):
                return
        match translated:
            case Final() as final:
                if self._results.add_text(final, self.rules):
                    self._progress.note_text()
            case Progress(sent=sent, confirmed=confirmed):
                self._cursor.advance(sent, confirmed)
                self._progress.note_confirmed()
                self.feed()
            case Rewind(to=to):
                self._cursor.rewind(to)
                self.feed()
            case Failed(fatal=True) as failed:
                self.fail(failed.what, failed.remedy, failed.about)
            case RecognizerFinished(complete=complete):
                self._recognizer_complete = complete
                self._change_state(SessionSignal.RECOGNIZER_FINISHED)
            case ConnectionChanged() as changed:
                self.recognition.note(changed, self._clock())
                self._emit(changed)
            case (Partial() | Failed()) as shown:
                self._emit(shown)
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
        """Take note that the journal on disk holds the sound up to `length`."""
        self._cursor.written(length)
        self._progress.note_written()
        self.feed()

    def feed(self) -> None:
        """Give the recognizer what it may have now, while it works for this dictation."""
        if self.state in (SessionState.RECOGNIZING, SessionState.FINISHING):
            try:
                self._cursor.feed()
            except JournalError as error:
                self.fail(error.what, error.remedy)

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

    def close(self) -> SessionResult:
        """Hand the record over to the disk, and emit how the dictation ended."""
        cursor = self._cursor
        self.recognition.end_stand_in()
        if self._recognizer_complete and not self.state.given_up:
            cursor.confirm_all()
        self._results.note_traffic()
        pending = 0 if self._cancelled else cursor.heard - cursor.confirmed
        self._record.confirm(cursor.confirmed)
        waits = pending > 0 and self._gets_its_text_by_itself
        complete = pending == 0 and not self._revocable
        self._record.close(cursor.heard, cursor.confirmed, complete, waits=waits)
        self._progress.report()
        duration = self._clock() - self._began_at
        text = self.transcript.text()
        finished = Finished(self.id, cursor.heard, cursor.confirmed, pending, duration, text, self._cancelled)
        self._emit(finished)
        return SessionResult(finished, waits)

    def wake(self, now: float) -> float | None:
        """Do what is due; return when to be called again. Both are monotonic seconds."""
        due = [self.source.wake(now)]
        if self.state.recognizer_runs:
            self.source.allow(self._cursor.room)
        due += [self._progress.wake(now), self._results.wake(now)]
        self.feed()
        if self._cursor.has_more:
            due.append(now)
        return min((at for at in due if at is not None), default=None)

    @property
    def _gets_its_text_by_itself(self) -> bool:
        """The model is missing, or a dictation of the user went first."""
        was_suspended = self.plan.automatic and self.state.given_up and self.failure is None
        return self.recognition.recognizer.waits or was_suspended

    def _change_state(self, signal: SessionSignal) -> None:
        self.state = SESSION_TRANSITIONS[self.state].get(signal, self.state)
