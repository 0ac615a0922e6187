"""Makes the document for an export from the rows of the transcript. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from saywrite.foundation.events import seconds
from saywrite.text.export import Document, TranscriptLine
from saywrite.ui.toolkit.translation import tr
from saywrite.ui.transcript.event_writer import TranscriptEventWriter
from saywrite.ui.transcript.rows import Row, RowKind


def document_of(
    rows: Iterable[Row], writer: TranscriptEventWriter, label: Callable[[str], str] = str, pause_s: float = 0.0
) -> Document | None:
    """The whole transcript with its times; None when there is no text.

    Of several dictations the earliest one gives date, engine and language, wherever its text stands.
    The times of all count from its start and include the pauses between dictations. `label` gives the name of an engine
    for people, `pause_s` the pause in seconds that begins a paragraph.
    """
    exported = [row for row in rows if row.kind is RowKind.GAP or (row.editable and row.text.strip())]
    known = [writer.dictation_info(dictation) for dictation in dict.fromkeys(row.dictation for row in exported)]
    dictations = [each for each in known if each is not None]
    if not dictations or not any(row.editable for row in exported):
        return None
    first = min(dictations, key=lambda each: each.started.began)
    began = first.started.began
    lines = []
    for row in exported:
        then = writer.clock(row) or began
        start = (then - began).total_seconds()
        gap = row.text if row.kind is RowKind.GAP else ""
        text, end = "" if gap else row.text, start + seconds(row.end - row.start)
        engine = label(row.engine) if row.engine else ""
        lines.append(TranscriptLine(start, end, then, text, row.raw, row.translation, gap, engine))
    return Document(
        title=tr("Dictation {date}", date=f"{began:%Y-%m-%d %H.%M}"),
        began=began,
        engine=first.engine,
        language=first.started.language,
        source=first.started.source,
        duration_s=max(line.end_s for line in lines),
        lines=tuple(lines),
        structured=tuple(results for each in dictations for results in each.structured),
        pause_s=pause_s,
    )


def has_times(document: Document) -> bool:
    """Whether every text has a start and an end, which subtitles need."""
    return all(line.end_s > line.start_s for line in document.lines if line.text)
