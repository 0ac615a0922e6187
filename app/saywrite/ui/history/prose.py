"""The text of a past dictation in paragraphs, with the places of its times. Pure: no Qt, no clock.

The paragraphs are those of the transcript (`ui/transcript/paragraphs`). With translations each segment has two lines:
its text, and the translation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from saywrite.foundation.events import Segment, seconds
from saywrite.foundation.formatting import clock
from saywrite.storage.history.store import Dictated, Summary
from saywrite.text.spacing import gap
from saywrite.text.word_times import PARAGRAPH_END, Passage, make_passage
from saywrite.ui.history.dictation_list import local_time
from saywrite.ui.toolkit.document_text import clean
from saywrite.ui.transcript.paragraphs.grouping import LINE_EACH, Paragraphs
from saywrite.ui.transcript.rows import EMPTY_LINE, Row, RowKind, starts_paragraph

NOTHING = Passage("", (), (), ())


@dataclass(frozen=True, slots=True)
class Beginning:
    """A line that begins with a row. `character`: in the text. `spaced`: the line has a space above it."""

    row: Row
    character: int
    spaced: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """The text that is shown, and the lines of it that have a time.

    `passage` has the words of the sound; with translations it has only the shown text.
    """

    passage: Passage = NOTHING
    beginnings: tuple[Beginning, ...] = ()
    separators: tuple[tuple[int, str], ...] = ()
    """Each character where a line break separates two segments, and what separates them in another program."""

    def copied(self, first: int = 0, last: int | None = None) -> str:
        """The characters `first..last` (exclusive) for another program: an empty line separates paragraphs."""
        parts, end = [], len(self.passage.text) if last is None else last
        for at, separator in self.separators:
            if first <= at < end:
                parts += [self.passage.text[first:at], separator]
                first = at + 1
        return "".join((*parts, self.passage.text[first:end]))


def make_prose(dictated: Dictated, pause_s: float) -> Prose:
    """Put the text of a dictation into paragraphs, which a pause of `pause_s` separates.

    With 0 each segment is a paragraph.
    """
    name, language = dictated.summary.dictation, dictated.summary.language
    segments = [replace(each, text=text) for each in dictated.segments if (text := clean(each.text))]
    rows = [
        Row(RowKind.SEGMENT, name, each.number, each.start, each.end, each.text, each.raw, engine=each.engine)
        for each in segments
    ]
    if any(segment.translation for segment in segments):
        return _in_two_languages(segments, rows)
    paragraphs = Paragraphs()
    paragraphs.pause_s = pause_s
    paragraphs.languages[name] = language
    leads = paragraphs.leads(0, rows)[: len(rows)]
    for row, lead in zip(rows, leads, strict=True):
        row.lead = lead
    passage = make_passage(segments, language, [PARAGRAPH_END if lead is None else lead for lead in leads])
    return _with_beginnings(passage, rows, language, pause_s)


def time_of(summary: Summary, row: Row) -> str:
    """The time of day at which a row was spoken; for a file the position, counted from 0:00."""
    if summary.source != "microphone":
        return clock(seconds(row.start))
    return f"{local_time(summary.began) + timedelta(seconds=seconds(row.start)):%H:%M:%S}"


def _with_beginnings(passage: Passage, rows: list[Row], language: str, pause_s: float) -> Prose:
    """Find where the paragraphs begin: by a pause, or with a spoken line break."""
    beginnings, separators = [], []
    above: Row | None = None
    for row, (first, _last) in zip(rows, passage.bounds, strict=True):
        begins = row.lead is None
        if begins and above is not None:
            space = gap(above.text, row.text, language) if pause_s == LINE_EACH else EMPTY_LINE
            separators.append((first - 1, space))
        if begins or row.text.startswith("\n"):
            breaks = len(row.text) - len(row.text.lstrip("\n"))
            spaced = begins and above is not None and (pause_s != LINE_EACH or starts_paragraph(above, row))
            beginnings.append(Beginning(row, first + breaks, spaced))
        above = row
    return Prose(passage, tuple(beginnings), tuple(separators))


def _in_two_languages(segments: Iterable[Segment], rows: Iterable[Row]) -> Prose:
    lines: list[str] = []
    beginnings = []
    character = 0
    for segment, row in zip(segments, rows, strict=True):
        row.lead = None
        if segment.text.strip():
            beginnings.append(Beginning(row, character, spaced=bool(lines)))
        for line in (segment.text.strip(), segment.translation and f"\t{clean(segment.translation)}"):
            if line:
                lines.append(line)
                character += len(line) + 1
    return Prose(replace(NOTHING, text="\n".join(lines)), tuple(beginnings))
