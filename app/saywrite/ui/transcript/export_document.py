"""The transcript as a document to export. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from saywrite.foundation.events import seconds
from saywrite.text.export import Document, TranscriptLine
from saywrite.ui.transcript.event_writer import TranscriptEventWriter
from saywrite.ui.transcript.rows import Row, RowKind


def document_of(
    rows: Iterable[Row], arrivals: TranscriptEventWriter, label: Callable[[str], str] = str
) -> Document | None:
    """Everything with its times; None when there is no text. Of several dictations the first gives date, engine and
    language, and the times of the others count from its start, pauses between them included. `label`: an engine's
    name for people.
    """
    dictation_info = [row for row in rows if row.kind is RowKind.GAP or (row.editable and row.text.strip())]
    first = next((known for row in dictation_info if (known := arrivals.dictation_info(row.dictation))), None)
    if first is None or not any(row.editable for row in dictation_info):
        return None
    began = first.started.began
    dictations = [
        arrivals.dictation_info(dictation) for dictation in dict.fromkeys(row.dictation for row in dictation_info)
    ]
    lines = []
    for row in dictation_info:
        then = arrivals.clock(row) or began
        start = (then - began).total_seconds()
        gap = row.text if row.kind is RowKind.GAP else ""
        text, end = "" if gap else row.text, start + seconds(row.end - row.start)
        engine = label(row.engine) if row.engine else ""
        lines.append(TranscriptLine(start, end, then, text, row.raw, row.translation, gap, engine))
    return Document(
        title=f"Dictation {began:%Y-%m-%d %H.%M}",
        began=began,
        engine=first.engine,
        language=first.started.language,
        source=first.started.source,
        duration_s=max(line.end_s for line in lines),
        lines=tuple(lines),
        structured=tuple(results for known in dictations if known for results in known.structured),
    )


def has_times(document: Document) -> bool:
    """Whether every text has a start and an end: subtitles need them, and none are invented."""
    return all(line.end_s > line.start_s for line in document.lines if line.text)
