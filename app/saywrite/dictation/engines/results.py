"""Writes the text and the progress of one dictation to front ends, history and recording.

Dictation thread only. Offsets arrive as the recognizer counts them, from where this dictation's sound begins (`base`),
and leave as offsets in the dictation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from saywrite.dictation.engines.audio_cursor import AudioCursor
from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.dictation.persistence.spans import UNBOUNDED, Span, subtract, without_text
from saywrite.foundation.events import (
    SAMPLE_RATE,
    DiskRecovered,
    Failed,
    Final,
    FrontEndEvent,
    PendingUtterances,
    ProgressChanged,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    Structured,
    Traffic,
    Translation,
)
from saywrite.foundation.messages import message
from saywrite.text.transcript import Composition, Transcript

KEEP_TRAFFIC_EVERY_S = 10.0
"""Seconds between two notes of the traffic in the history: what a crash may leave uncounted."""

REPORT_EVERY_S = 0.25
"""Seconds between two reports of the progress."""

CONFIRM_EVERY = 5 * SAMPLE_RATE
"""Samples without new text after which the confirmed offset is noted in the recording again."""

SLOW_DISK = 3 * SAMPLE_RATE
"""Samples that may wait for the disk before the user is warned."""

SLOW_DISK_WORDS = (
    message("The disk is not keeping up: the newest sound is only in memory yet."),
    message("Keep Saywrite open; close what else keeps the disk busy."),
)


class ResultWriter:
    """Writes the results of the recognizer into the transcript and the record, and emits them.

    `engine`: the mark of finals that carry none themselves; "" for the dictation's own engine.
    """

    def __init__(
        self,
        base: int,
        transcript: Transcript,
        record: RecordingSink,
        emit: Callable[[FrontEndEvent], None],
        engine: str = "",
        earlier_traffic: Iterable[Traffic] = (),
    ) -> None:
        self._base = base
        self._transcript = transcript
        self._record = record
        self._emit = emit
        self._engine = engine
        self._earlier = {traffic.host: traffic for traffic in earlier_traffic}
        self._traffic: dict[str, Traffic] = {}
        self._noted: dict[str, Traffic] = {}
        self._note_due: float | None = None
        self._outstanding: tuple[Span, ...] = ()
        self._texts: list[Span] = []

    def change_recognizer(self, base: int) -> None:
        """Continue with another recognizer from the offset `base`; it counts its traffic from zero."""
        self._base = base
        self._earlier |= self._traffic
        self._outstanding = ()

    def without_text(self, wanted: tuple[Span, ...], cursor: AudioCursor) -> tuple[Span, ...]:
        """The stretches without text when the dictation ends; none: everything behind the confirmed offset.

        `wanted`: the stretches to transcribe, none for all of the sound.
        """
        confirmed, heard = cursor.confirmed, cursor.heard
        end = max([heard, *(last for _first, last in wanted)])  # the user may stop it before all of the sound was read
        found = without_text(wanted or ((0, heard),), confirmed, end, self._outstanding, self._texts)
        return () if found == ((confirmed, heard),) else found

    def behind(self, confirmed: int) -> tuple[Span, ...]:
        """The stretches without text that another recognizer transcribes from `confirmed` on; none: all of it."""
        if not any(end > confirmed for _start, end in self._texts):
            return ()
        return subtract([(confirmed, UNBOUNDED)], self._texts)

    def add_text(self, final: Final, rules: Composition) -> tuple[Segment, ...]:
        """Add a final to the transcript; return the segments with new text to read."""
        start, end = final.start + self._base, final.end + self._base
        self._texts.append((start, end))
        change = self._transcript.add(final.text, start, end, rules, engine=final.engine or self._engine)
        if change.removed:
            self._record.remove_segments(change.removed)
            self._emit(SegmentsRemoved(final.dictation, change.removed))
        for segment in change.added:
            self._record.add_segment(segment)
            self._emit(SegmentAdded(final.dictation, segment))
        return change.added

    def translate(self, translation: Translation) -> None:
        """Add a translation to its text; drop it where the text was removed meanwhile."""
        for segment in self._transcript.translate(translation.end + self._base, translation.text).added:
            self._record.translate_segment(segment.number, segment.translation)
            self._emit(SegmentTranslated(translation.dictation, segment.number, segment.translation))

    def add_structured(self, structured: Structured) -> None:
        self._record.add_structured(structured.results)
        self._emit(structured)

    def show_pending(self, pending: PendingUtterances) -> None:
        spans = tuple((start + self._base, end + self._base) for start, end in pending.utterances)
        self._outstanding = spans
        self._emit(replace(pending, utterances=spans))

    def count_traffic(self, traffic: Traffic, now: float) -> None:
        """Emit the bytes of the whole dictation, an earlier attempt included. `now`: monotonic seconds."""
        if not traffic.host or not traffic.sent:
            return  # nothing has left this computer yet
        before = self._earlier.get(traffic.host)
        if before is not None:
            traffic = replace(traffic, sent=traffic.sent + before.sent, received=traffic.received + before.received)
        self._traffic[traffic.host] = traffic
        self._emit(traffic)
        if self._note_due is None:
            self._note_due = now + KEEP_TRAFFIC_EVERY_S

    def wake(self, now: float) -> float | None:
        """Note the traffic when that is due; return when to be called again, in monotonic seconds."""
        if self._note_due is not None and now >= self._note_due:
            self.note_traffic()
        return self._note_due

    def note_traffic(self) -> None:
        """Write the traffic that is not in the history yet."""
        self._note_due = None
        for host, traffic in self._traffic.items():
            if self._noted.get(host) != traffic:
                self._noted[host] = traffic
                self._record.set_traffic(traffic)


class ProgressWriter:
    """Emits how far a dictation is, warns of a slow disk, and notes in the recording what is confirmed."""

    def __init__(
        self, dictation: str, cursor: AudioCursor, record: RecordingSink, emit: Callable[[FrontEndEvent], None]
    ) -> None:
        self._dictation = dictation
        self._cursor = cursor
        self._record = record
        self._emit = emit
        self._begun = self._has_new_text = False
        self._noted = cursor.base
        self._due = 0.0
        self._reported: ProgressChanged | None = None
        self._warned = self._warning_suppressed = False

    def begin(self) -> None:
        """Report from now on: the source is open."""
        self._begun = True

    def note_text(self) -> None:
        """Note that text came: the next confirmed offset goes into the recording at once."""
        self._has_new_text = True

    def note_confirmed(self) -> None:
        """Write the confirmed offset into the recording: at once after new text, else every `CONFIRM_EVERY`.

        A file is replaced and synced, which costs the disk 10 ms; a crash costs that much silence recognized again.
        """
        confirmed = self._cursor.confirmed
        if confirmed > self._noted and (self._has_new_text or confirmed - self._noted >= CONFIRM_EVERY):
            self._noted, self._has_new_text = confirmed, False
            self._record.confirm(confirmed)

    def suppress_disk_warning(self) -> None:
        """Note that the user knows already why the disk does not take the sound."""
        self._warning_suppressed = True

    def note_written(self) -> None:
        """Withdraw the warning when the disk has caught up."""
        self._warning_suppressed = False
        if self._warned and self._cursor.unwritten <= SLOW_DISK:
            self._warned = False
            self._emit(DiskRecovered(self._dictation))

    def wake(self, now: float) -> float:
        """Report when that is due; return when to be called again. Both are monotonic seconds."""
        if now >= self._due:
            self.report()
            self._due = now + REPORT_EVERY_S
        return self._due

    def report(self) -> None:
        """Emit the progress if it has changed, and warn of a disk that is too slow."""
        if not self._begun:
            return
        cursor = self._cursor
        progress = ProgressChanged(self._dictation, cursor.heard, cursor.sent_by_own, cursor.confirmed)
        if progress != self._reported:
            self._reported = progress
            self._emit(progress)
        if self._cursor.unwritten > SLOW_DISK and not self._warned and not self._warning_suppressed:
            self._warned = True
            self._emit(Failed(self._dictation, *SLOW_DISK_WORDS, about="disk"))
