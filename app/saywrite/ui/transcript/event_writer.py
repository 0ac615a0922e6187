"""Writes the events of a dictation into the document as rows, each in its place. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject

from saywrite.foundation.catalog import LOCAL
from saywrite.foundation.events import (
    Gap,
    Segment,
    SegmentAdded,
    SegmentsRemoved,
    SegmentTranslated,
    Started,
    Structured,
    seconds,
)
from saywrite.foundation.formatting import clock, full_date, missing
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.toolkit.translation import follow_language, tr
from saywrite.ui.transcript.document import DocumentSnapshot, TranscriptDocument
from saywrite.ui.transcript.live.provisional_rows import show_as_segment
from saywrite.ui.transcript.rows import Row, RowKind


@dataclass(frozen=True, slots=True)
class DictationInfo:
    """What is known of a dictation.

    `engine` is its name for people; `structured` are the results of the service besides the text.
    """

    started: Started
    engine: str
    structured: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CorrectedText:
    """Texts of segments, by their numbers, that the user has corrected in another window and saved."""

    dictation: str
    changes: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ReplacedText:
    """Another text that a dictation has in the history. `engine` recognized it, and `label` is its name."""

    dictation: str
    engine: str
    label: str
    language: str
    segments: tuple[Segment, ...]


def note_of_engine(engine: str, own: str, engine_label: Callable[[str], str]) -> str:
    """A remark about a text of another recognizer than that of the dictation, whose name is `own`."""
    if engine == LOCAL:
        return tr("Recognized on this computer while {recognizer} was away", recognizer=own)
    return tr("Recognized by {other} while {recognizer} was away", other=engine_label(engine), recognizer=own)


class TranscriptEventWriter(QObject):
    """Writes events into the document.

    The heading of a dictation is added with its first row, so that a dictation without text adds nothing.
    """

    def __init__(self, document: TranscriptDocument) -> None:
        super().__init__(document)
        self._document = document
        self._dictations: dict[str, DictationInfo] = {}
        self._headed: dict[str, None] = {}
        """The dictations with a heading, in the order in which these were added."""
        self._rows: dict[tuple[str, int], Row] = {}
        self._gaps: dict[Row, Gap] = {}
        follow_language(self._write_fixed)

    def begin(self, started: Started, engine: str) -> None:
        """Note a dictation that begins or is continued; `engine` is its name for people."""
        known = self._dictations.get(started.dictation)
        structured = known.structured if known is not None else []
        self._dictations[started.dictation] = DictationInfo(started, engine or started.engine, structured)
        self._document.languages[started.dictation] = started.language

    def add(self, event: SegmentAdded, provisional: Row | None = None) -> None:
        """Add a final, or change the row of a known number.

        A row that the user has edited keeps its text. `provisional`: the row that becomes the final's.
        """
        segment = event.segment
        key = (event.dictation, segment.number)
        known = self._rows.get(key)
        if known is not None and self._document.index(known) is not None:
            if not known.edited:
                self._document.rewrite(known, clean(segment.text))
            return
        if not segment.text:
            return
        if known is not None:
            self._document.remove_for_good([known])  # it was cleared; put back, it would repeat the new row
        text = clean(segment.text)
        row = provisional or Row(RowKind.SEGMENT, event.dictation, segment.number, segment.start, segment.end, text)
        row.raw, row.translation, row.engine = segment.raw, clean(segment.translation), segment.engine
        self._rows[key] = row
        if provisional is None:
            self.put(row)
        else:
            row.kind, row.number, row.start, row.end = RowKind.SEGMENT, segment.number, segment.start, segment.end
            show_as_segment(self._document, row, text)

    def change(self, event: CorrectedText | ReplacedText) -> None:
        """Show what another window has stored in the history."""
        if isinstance(event, ReplacedText):
            self._replace(event)
        else:
            self._correct(event)

    def _replace(self, event: ReplacedText) -> None:
        """Show the other text instead of the shown one; undo does not bring that back.

        Of a dictation whose first rows were cleared, only the rest is shown. A transcript without rows of it stays.
        """
        known = self._dictations.get(event.dictation)
        shown = [row for row in self._document.rows if row.dictation == event.dictation and row.editable]
        if known is None or not {row.number for row in shown} - {segment.number for segment in event.segments}:
            return
        first = min(row.start for row in shown)
        cleared = any(row.dictation == event.dictation and row.start < first for row in self._rows.values())
        for key in [key for key in self._rows if key[0] == event.dictation]:
            del self._rows[key]
        self._document.remove_for_good(shown)
        started = replace(known.started, engine=event.engine, language=event.language)
        self._dictations[event.dictation] = replace(known, started=started, engine=event.label)
        self._document.languages[event.dictation] = event.language
        for segment in event.segments:
            if not cleared or segment.end > first:
                self.add(SegmentAdded(event.dictation, segment))
        self._write_fixed()

    def _correct(self, event: CorrectedText) -> None:
        """Show what the user corrected in another window; no event replaces it."""
        for number, text in event.changes.items():
            row = self._rows.get((event.dictation, number))
            if row is not None and text:
                row.edited = True
                self._document.rewrite(row, clean(text))
            elif row is not None:
                self._document.remove_for_good([row])

    def translate(self, event: SegmentTranslated) -> bool:
        """Give a row its translation; False when there is no such segment. A row that was cleared gets it, too."""
        row = self._rows.get((event.dictation, event.number))
        if row is None:
            return False
        row.translation = clean(event.text)
        return True

    def row(self, dictation: str, number: int) -> Row | None:
        """The row of a segment, or None."""
        return self._rows.get((dictation, number))

    def note_of(self, row: Row, engine_label: Callable[[str], str]) -> str:
        """A remark about the recognizer of a row, where it is not the dictation's own; "" for most rows."""
        known = self._dictations.get(row.dictation) if row.engine else None
        if known is None:
            return ""
        if row.kind is RowKind.PROVISIONAL:
            return tr(
                "This computer heard this; the text of {recognizer} will replace it unless you edit it",
                recognizer=known.engine,
            )
        return note_of_engine(row.engine, known.engine, engine_label)

    def keep_structured(self, event: Structured) -> None:
        """Keep structured results of the service for an export."""
        known = self._dictations.get(event.dictation)
        if known is not None:
            known.structured.append(event.results)

    def add_gap(self, gap: Gap) -> None:
        """Add a note where sound is missing, once; it has no length in the recording."""
        same = [row for row, known in self._gaps.items() if known == gap]
        if any(self._document.index(row) is not None for row in same):
            return  # the dictation is continued
        self._document.remove_for_good(same)
        row = Row(RowKind.GAP, gap.dictation, -1, gap.at, gap.at, clean(tr(missing(gap))))
        self._gaps[row] = gap
        self.put(row)

    def remove(self, event: SegmentsRemoved) -> None:
        """Remove the rows of segments that the user took back by voice."""
        keys = [(event.dictation, number) for number in event.numbers]
        self._document.remove_for_good([row for key in keys if (row := self._rows.pop(key, None))])

    def heading_to_come(self, dictation: str) -> str:
        """The heading that the first row of `dictation` will bring; "" when it is there already.

        It includes the empty line above it.
        """
        if dictation not in self._dictations or dictation in self._headed:
            return ""
        return self._heading_row(dictation).text

    def dictation_info(self, dictation: str) -> DictationInfo | None:
        """What is known of a dictation, or None."""
        return self._dictations.get(dictation)

    def clock(self, row: Row) -> datetime | None:
        """The local time at which the first word of `row` was spoken."""
        known = self._dictations.get(row.dictation)
        return known.started.began + timedelta(seconds=seconds(row.start)) if known else None

    def time_of(self, row: Row) -> str:
        """The time of day at which `row` was spoken; for a file the position, counted from 0:00."""
        known, then = self._dictations.get(row.dictation), self.clock(row)
        if known is not None and known.started.source != "microphone":
            return clock(seconds(row.start))
        return f"{then:%H:%M:%S}" if then else ""

    def forget_headings(self) -> dict[str, None]:
        """Forget the headings of an emptied transcript: dictations that continue get new ones.

        Returns an argument for `put_back()`.
        """
        headed, self._headed = self._headed, {}
        return headed

    def put_back(self, snapshot: DocumentSnapshot, headed: dict[str, None]) -> None:
        """Put rows with these headings before newer ones, without the headings written again since."""
        repeated = headed.keys() & self._headed.keys()
        self._document.remove(
            [row for row in self._document.rows if row.kind is RowKind.HEADING and row.dictation in repeated]
        )
        self._headed = headed | self._headed
        self._document.put_back(snapshot)
        self._write_fixed()

    def put(self, row: Row) -> None:
        """Write a row into its place, below the heading of its dictation."""
        rows = [row]
        if row.dictation not in self._headed:
            rows.insert(0, self._heading_row(row.dictation))
            self._headed[row.dictation] = None
        self._document.insert(self._document.place(row), rows)

    def _write_fixed(self) -> None:
        """Write headings and notes in the language that the program has now, and for the rows above them."""
        above = ""
        for index, row in enumerate(self._document.rows):
            if row.kind is RowKind.HEADING:
                space = "\n" if index else ""
                self._document.rewrite(row, space + self._heading(row.dictation, above))
                above = row.dictation
            elif row in self._gaps:
                self._document.rewrite(row, clean(tr(missing(self._gaps[row]))))

    def _heading_row(self, dictation: str) -> Row:
        space = "\n" if self._document.rows else ""
        return Row(RowKind.HEADING, dictation, -1, -1, -1, space + self._heading(dictation, self._last_headed()))

    def _last_headed(self) -> str:
        return next(reversed(self._headed), "")

    def _heading(self, dictation: str, above: str) -> str:
        """The day, the time and the recognizer; the day and the recognizer only where `above` has others.

        `above` is the dictation whose heading is above this one; "" if none is.
        """
        known = self._dictations.get(dictation)
        if known is None:
            return tr("Dictation")
        started, before = known.started, self._dictations.get(above)
        began = started.began
        parts = [f"{began:%H:%M}"]
        if before is None or before.started.began.date() != began.date():
            parts.insert(0, tr(full_date(began.date())))
        if before is None or before.engine != known.engine:
            parts.append(tr(known.engine))
        if started.source != "microphone":
            parts.append(started.source.replace("\\", "/").rsplit("/", 1)[-1])
        return " · ".join(clean(part).replace("\n", " ") for part in parts if part)
