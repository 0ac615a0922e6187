"""What the recognizer makes of one dictation: told to the front ends and kept in the history, as it comes.

Lives on the dictation thread. Offsets arrive as the recognizer counts them, from where this dictation's sound begins
(`base`), and leave as offsets in the dictation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from saywrite.dictation.persistence.recorder import RecordingSink
from saywrite.foundation.events import (
    Final,
    FrontEndEvent,
    PendingUtterances,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    Structured,
    Traffic,
    Translation,
)
from saywrite.text.transcript import Composition, Transcript

KEEP_TRAFFIC_EVERY_S = 10.0
"""Seconds between two notes of the traffic in the history: what a crash may leave uncounted."""


class ResultWriter:
    """`engine`: what finals are marked with that do not say it themselves, "" for the dictation's own engine."""

    def __init__(
        self,
        base: int,
        transcript: Transcript,
        record: RecordingSink,
        tell: Callable[[FrontEndEvent], None],
        engine: str = "",
        earlier_traffic: Iterable[Traffic] = (),
    ) -> None:
        self._base = base
        self._transcript = transcript
        self._record = record
        self._tell = tell
        self._engine = engine
        self._earlier = {traffic.host: traffic for traffic in earlier_traffic}
        self._traffic: dict[str, Traffic] = {}
        self._kept: dict[str, Traffic] = {}
        self._keep_due: float | None = None

    def change(self, base: int) -> None:
        """Another recognizer goes on from the offset `base`; what it sends counts from nothing again."""
        self._base = base
        self._earlier |= self._traffic

    def add_text(self, final: Final, rules: Composition) -> bool:
        """Take in a final; True when there is new text to read."""
        start, end = final.start + self._base, final.end + self._base
        change = self._transcript.add(final.text, start, end, rules, engine=final.engine or self._engine)
        if change.removed:
            self._record.remove_segments(change.removed)
            self._tell(SegmentsRemoved(final.dictation, change.removed))
        for segment in change.added:
            self._record.add_segment(segment)
            self._tell(SegmentAdded(final.dictation, segment))
        return bool(change.added)

    def translate(self, translation: Translation) -> None:
        """One for text that was taken back meanwhile is dropped."""
        for segment in self._transcript.translate(translation.end + self._base, translation.text).added:
            self._record.translate_segment(segment.number, segment.translation)
            self._tell(SegmentTranslated(translation.dictation, segment.number, segment.translation))

    def keep_structured(self, structured: Structured) -> None:
        self._record.add_structured(structured.results)
        self._tell(structured)

    def show_outstanding(self, outstanding: PendingUtterances) -> None:
        spans = tuple((start + self._base, end + self._base) for start, end in outstanding.utterances)
        self._tell(replace(outstanding, utterances=spans))

    def count(self, traffic: Traffic, now: float) -> None:
        """Tell the bytes of the whole dictation, those of an earlier attempt included. `now`: monotonic seconds."""
        if not traffic.host:
            return  # there is no connection yet
        before = self._earlier.get(traffic.host)
        if before is not None:
            traffic = replace(traffic, sent=traffic.sent + before.sent, received=traffic.received + before.received)
        self._traffic[traffic.host] = traffic
        self._tell(traffic)
        if self._keep_due is None:
            self._keep_due = now + KEEP_TRAFFIC_EVERY_S

    def wake(self, now: float) -> float | None:
        """Note the traffic when that is due; when to be called again, in monotonic seconds."""
        if self._keep_due is not None and now >= self._keep_due:
            self.close()
        return self._keep_due

    def close(self) -> None:
        """Note what is not in the history yet."""
        self._keep_due = None
        for host, traffic in self._traffic.items():
            if self._kept.get(host) != traffic:
                self._kept[host] = traffic
                self._record.set_traffic(traffic)
