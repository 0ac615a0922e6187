"""Rows as prose: what Copy, the clipboard and the words in the window's text are made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saywrite.text.spacing import join
from saywrite.ui.transcript_rows import Row

BETWEEN_DICTATIONS = "\n\n"


def join_rows(rows: Iterable[Row], languages: Mapping[str, str]) -> str:
    """The text of all rows: finals joined into prose, an empty line between two dictations. `languages` has the
    language of each dictation."""
    return join_parts(((row, 0, len(row.text)) for row in rows), languages)


def join_parts(parts: Iterable[tuple[Row, int, int]], languages: Mapping[str, str]) -> str:
    """Like `join_rows`, of each row only the characters from … to."""
    dictations: list[tuple[str, list[str]]] = []
    for row, first, last in parts:
        text = row.text[first:last]
        if not row.editable or not text:
            continue
        if not dictations or dictations[-1][0] != row.dictation:
            dictations.append((row.dictation, []))
        dictations[-1][1].append(text)
    return BETWEEN_DICTATIONS.join(join(texts, languages.get(dictation, "")) for dictation, texts in dictations)
