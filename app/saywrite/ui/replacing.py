"""Writing one thing instead of another everywhere in the transcript. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrases import key
from saywrite.ui.transcript_rows import Row


def replaced(rows: Iterable[Row], keyword: Keyword) -> tuple[list[tuple[Row, str]], int]:
    """The rows in which `keyword` changes something, with their new texts, and the number of places."""
    spoken = key(keyword.spoken)
    keywords = Keywords((keyword,))
    edits: list[tuple[Row, str]] = []
    places = 0
    if not spoken or not len(keywords):
        return edits, places
    for row in rows:
        if not row.editable or spoken[0] not in row.text.casefold():
            continue
        rewritten = keywords.rewrite(row.text)
        if rewritten.text != row.text:
            edits.append((row, rewritten.text))
            places += len(rewritten.exact)
    return edits, places
