"""One dictation from press to end: takes the sound in, feeds the recognizer, makes text of what comes back.

Lives on the dictation thread. The sound goes to the journal first; the recognizer reads behind it with a cursor, so a
recognizer that is slow, restarting or not connected yet means a cursor that lags and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from saywrite.audio.levels import Envelope, LatestLevel
from saywrite.audio.source import Source
from saywrite.dictation.audio_cursor import AudioCursor
from saywrite.dictation.engine_failover import EngineFailover
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.dictation.results import ResultWriter
from saywrite.foundation.errors import AudioError, JournalError
from saywrite.foundation.events import (
    SAMPLE_RATE,
    ConnectionChanged,
    DiskRecovered,
    Failed,
    Final,
    Finished,
    FrontEndEvent,
    Gap,
    Level,
    Partial,
    PendingUtterances,
    Progress,
    ProgressChanged,
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
from saywrite.speech.engine import Recognizer, Request
from saywrite.text.transcript import Composition, Transcript

MICROPHONE = "microphone"
"""The source of a dictation that is not a file (`Started.source`, a contract)."""

GAUGE_EVERY_S = 0.25

CONFIRM_EVERY = 5 * SAMPLE_RATE

SLOW_DISK = 3 * SAMPLE_RATE
"""Samples that may wait for the disk before the user is told."""

SLOW_DISK_WORDS = (
    "The disk is not keeping up: the newest sound is only in memory yet.",
    "Keep Saywrite open; close what else keeps the disk busy.",
)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What is fixed when a dictation starts. `base`: the offset its sound begins at (0 unless it is continued).
    `begun_with`: the engine a dictation that is continued was begun with. `heard_by`: the recognizer, where it is not
    the engine's usual one. `automatic`: nobody asked for it now, so a dictation that is started goes first.
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


class DictationSession:
    """The sink of its source and the reader of its recognizer. `over` is called once, when nothing more will come."""

    def __init__(
        self,
        plan: SessionPlan,
        source: Source,
        recognizer: Recognizer,
        record: RecordingSink,
        rules: Composition,
        tell: Callable[[FrontEndEvent], None],
        clock: Callable[[], float],
    ) -> None:
        self.id = plan.request.dictation
        self.plan = plan
        self.source = source
        self.recognition = EngineFailover(plan.request, recognizer)
        self.rules = rules
        self.transcript = Transcript(plan.earlier)
        self.envelope = plan.earlier_peaks or Envelope()
        self.latest = LatestLevel()
        self.opened_at: float | None = None
        self.source_ended = False
        self.engine_started = False
        self.recognizer_finished = False
        self.complete = True
        self.failure: Failed | None = None
        self.cancelled = False
        self.waits = False
        """Closed without all its text, which comes by itself when the recognizer has its model."""
        self._kept = False
        self.given_up = False
        self._record = record
        self._tell = tell
        self._clock = clock
        self._began_at = clock()
        self._feeder = AudioCursor(recognizer, plan.base, record.read, record.on_disk)
        mark = plan.engine if plan.begun_with not in ("", plan.engine) else ""
        self._findings = ResultWriter(plan.base, self.transcript, record, tell, mark, plan.earlier_traffic)
        self._slow_disk_told = self._disk_warning_suppressed = self._text_since = False
        self._noted = plan.base
        self._gauge_due = 0.0
        self._gauge_told: ProgressChanged | None = None

    @property
    def over(self) -> bool:
        """No sound and no text will come any more."""
        return self.source_ended and (self.recognizer_finished or (self.given_up and not self.engine_started))

    # The sink of the source.

    def opened(self, device: str, at: float) -> None:
        if self.opened_at is not None:
            return
        self.opened_at = at
        request = self.plan.request
        self._tell(Started(self.id, self.plan.engine, request.language, self.plan.source, at, self.plan.began))
        for segment in self.plan.earlier:
            self._tell(SegmentAdded(self.id, segment))
        for gap in self.plan.earlier_gaps:
            self._tell(gap)
        if self.plan.source == MICROPHONE:
            self._tell(SourceChanged(self.id, device))

    def sound(self, pcm: bytes, level: Level) -> None:
        self._feeder.append(pcm)
        self._record.append(pcm)
        self.latest.put(level)
        self.envelope.append(pcm)
        self.feed()

    def gap(self, length: int, cause: str) -> None:
        self._record.add_gap(self._feeder.heard, length, cause)
        self._tell(Gap(self.id, self._feeder.heard, length, cause))

    def source_changed(self, device: str, note: str) -> None:
        self._tell(SourceChanged(self.id, device, note))

    def failed(self, error: AudioError, fatal: bool) -> None:
        about = MICROPHONE if self.plan.source == MICROPHONE else "file"
        if fatal:
            self.fail(error.what, error.remedy, about)
        else:
            self._tell(Failed(self.id, error.what, error.remedy, about=about))

    def ended(self) -> None:
        self.source_ended = True
        self._feeder.end()
        self.feed()

    # The recognizer's side.

    def start_engine(self) -> None:
        """The recognizer is free for this dictation: begin to feed it."""
        self.engine_started = True
        self.recognition.begin()
        self.feed()

    def stand_in(self, recognizer: Recognizer, engine: str) -> None:
        """The engine has been away for long: what has no text yet is heard by this one, and marked as such."""
        self._feeder.change(recognizer)
        self._findings.change(self._feeder.base)
        self.recognition.stand_in(recognizer, engine)
        self.feed()

    def hear(self, event: object) -> None:
        """Take one event of a recognizer. Its offsets count from where its part of the sound begins."""
        concern = self.recognition.translate_event(event)
        if self.recognition.is_to_return(event) and not self.source_ended:
            self.recognition.come_back()
            self._feeder.change(self.recognition.recognizer)
            self._findings.change(self._feeder.base)
            self.feed()
            if isinstance(event, RecognizerFinished):
                return
        match concern:
            case Final() as final:
                self._text_since = self._findings.add_text(final, self.rules) or self._text_since
            case Progress(sent=sent, confirmed=confirmed):
                self._feeder.advance(sent, confirmed)
                self._note_confirmed()
                self.feed()
            case Rewind(to=to):
                self._feeder.rewind(to)
                self.feed()
            case Failed(fatal=True) as failed:
                self.fail(failed.what, failed.remedy, failed.about)
            case RecognizerFinished(complete=complete):
                self.recognizer_finished, self.complete = True, complete
            case ConnectionChanged() as changed:
                self.recognition.note(changed, self._clock())
                self._tell(changed)
            case (Partial() | Failed()) as told:
                self._tell(told)
            case Translation() as translation:
                self._findings.translate(translation)
            case Structured() as structured:
                self._findings.keep_structured(structured)
            case PendingUtterances() as outstanding:
                self._findings.show_outstanding(outstanding)
            case Traffic() as traffic:
                self._findings.count(traffic, self._clock())

    def suppress_disk_warning(self) -> None:
        """The user has been told already why the disk does not take the sound."""
        self._disk_warning_suppressed = True

    def written(self, length: int) -> None:
        """The journal on disk holds the sound up to `length`."""
        self._feeder.written(length)
        self._disk_warning_suppressed = False
        if self._slow_disk_told and self._feeder.unwritten <= SLOW_DISK:
            self._slow_disk_told = False
            self._tell(DiskRecovered(self.id))
        self.feed()

    def feed(self) -> None:
        if not self.engine_started or self.recognizer_finished or self.given_up:
            return
        try:
            self._feeder.feed()
        except JournalError as error:
            self.fail(error.what, error.remedy)

    # Ending.

    def give_up(self, *, cancelled: bool = False, keep: bool = False) -> None:
        """No more sound, no more recognition. `cancelled`: nor does the user want the text that is missing, unless
        it is to be kept (`keep`) all the same; otherwise it stays in the journal for later.
        """
        self.given_up = True
        self.cancelled = self.cancelled or cancelled
        self._kept = self._kept or keep
        if not self.source_ended:
            self.source.abort()
        if self.engine_started and not self.recognizer_finished:
            self.recognition.abort()

    def fail(self, what: str, remedy: str, about: str = "") -> None:
        """It cannot go on. What was said so far stays in the journal."""
        if self.failure is None:
            self.failure = Failed(self.id, what, remedy, fatal=True, about=about)
            self._tell(self.failure)
            self.give_up()

    def leave_what_must_wait(self) -> None:
        """End it where its recognizer waits for a model: the sound is in the journal, the text comes with the model."""
        is_owed = self.source_ended and self.engine_started and not self.given_up and not self.recognizer_finished
        if is_owed and self.recognition.recognizer.waits:
            self.give_up()

    def close(self) -> Finished:
        """Hand the record over to the disk and say how it ended."""
        feeder = self._feeder
        self.recognition.let_go()
        if self.complete and not self.given_up:
            feeder.confirm_all()
        self._findings.close()
        pending = 0 if self.cancelled else feeder.heard - feeder.confirmed
        self._record.confirm(feeder.confirmed)
        self.waits = pending > 0 and not self.cancelled and self._gets_its_text_by_itself
        complete = pending == 0 and not self._kept
        self._record.close(feeder.heard, feeder.confirmed, complete, waits=self.waits)
        self._tell_gauge()
        duration = self._clock() - self._began_at
        text = self.transcript.text()
        finished = Finished(self.id, feeder.heard, feeder.confirmed, pending, duration, text, self.cancelled)
        self._tell(finished)
        return finished

    def wake(self, now: float) -> float | None:
        """Do what is due; when to be called again, in monotonic seconds."""
        due = [self.source.wake(now)]
        if self.engine_started and not self.recognizer_finished:
            self.source.allow(self._feeder.room)
        if now >= self._gauge_due:
            self._tell_gauge()
            self._gauge_due = now + GAUGE_EVERY_S
        due += (self._gauge_due, self._findings.wake(now))
        self.feed()
        if self._feeder.has_more:
            due.append(now)
        return min((at for at in due if at is not None), default=None)

    @property
    def _gets_its_text_by_itself(self) -> bool:
        """The model is missing, or something else went first."""
        set_aside = self.plan.automatic and self.given_up and self.failure is None
        return self.recognition.recognizer.waits or set_aside

    def _note_confirmed(self) -> None:
        """Into the sidecar (a file replaced and synced, 10 ms of the disk's time): at once behind a final, else
        every `CONFIRM_EVERY`; what a crash costs is that much silence recognized again.
        """
        confirmed = self._feeder.confirmed
        if confirmed > self._noted and (self._text_since or confirmed - self._noted >= CONFIRM_EVERY):
            self._noted, self._text_since = confirmed, False
            self._record.confirm(confirmed)

    def _tell_gauge(self) -> None:
        if self.opened_at is None:
            return
        gauge = ProgressChanged(self.id, self._feeder.heard, self._feeder.sent, self._feeder.confirmed)
        if gauge != self._gauge_told:
            self._gauge_told = gauge
            self._tell(gauge)
        known = self._slow_disk_told or self._disk_warning_suppressed
        if self._feeder.unwritten > SLOW_DISK and not known:
            self._slow_disk_told = True
            self._tell(Failed(self.id, *SLOW_DISK_WORDS, about="disk"))
