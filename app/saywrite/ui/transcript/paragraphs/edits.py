"""Which row has which text after an edit of the user. Pure: no Qt, no clock.

Typing, input methods, pasting and assistive tools change a document in different ways, so the rows are read back from
what changed. An edit inside one row changes this row. An edit over several rows joins them in the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywrite.ui.toolkit.document_text import difference
from saywrite.ui.transcript.paragraphs.grouping import joined
from saywrite.ui.transcript.rows import Row

PARAGRAPH_END = "\u2029"
"""Stands between two paragraphs; the text of a row never contains it."""


@dataclass(frozen=True, slots=True)
class RowEdit:
    """`count` rows from `first` become `rows`, each with its text and its lead."""

    first: int
    count: int
    rows: tuple[tuple[Row, str, str | None], ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Characters of the old text, `[start, end)`, and what replaces them."""

    start: int
    end: int
    typed: str


def read_edit(before: Row | None, rows: Sequence[Row], after: Row | None, new: str, place: int) -> RowEdit | None:
    """Read an edit of the paragraphs with `rows`, which now read `new`; None when nothing changed.

    `before` and `after` are the rows beside them; `first` of the result is -1 when the edit includes `before`. `place`
    is the character at which the edit is known to begin, which decides between two readings of the same change.
    """
    change = _change(joined(rows, PARAGRAPH_END), new, place)
    if change is None:
        return None
    first, last, head, tail = _touched(rows, change)
    old = rows[first : last + 1]
    if PARAGRAPH_END in change.typed or not all(row.editable for row in old):
        before = rows[first - 1] if first else before
        after = rows[last + 1] if last + 1 < len(rows) else after
        return _over_paragraphs(first, before, old, after, _texts_of_user(old, head, change.typed, tail))
    if first < last and tail and not head + change.typed:
        kept, text = old[-1], tail
    else:
        kept, text = old[0], head + change.typed + tail
    return RowEdit(first, len(old), ((kept, text, old[0].lead),))


def _change(old: str, new: str, place: int) -> _Change | None:
    if old == new:
        return None
    start, end, new_end = difference(old, new)
    if start in (end, new_end):  # "aa" typed or removed inside "aaaa" fits in several places
        length = max(end - start, new_end - start)
        longer, shorter = (new, old) if len(new) > len(old) else (old, new)
        if longer[:place] + longer[place + length :] == shorter and 0 <= place <= len(shorter):
            removed = length if longer is old else 0
            return _Change(place, place + removed, "" if removed else new[place : place + length])
    return _Change(start, end, new[start:new_end])


def _touched(rows: Sequence[Row], change: _Change) -> tuple[int, int, str, str]:
    """The first and last row of a change, what remains of the first before it, and of the last behind it."""
    spans: list[tuple[int, int]] = []
    end = 0
    for index, row in enumerate(rows):
        lead = 0 if not index else len(PARAGRAPH_END if row.lead is None else row.lead)
        spans.append((end + lead, end + lead + len(row.text)))
        end = spans[-1][1]
    first = next(index for index, (_, end) in enumerate(spans) if end >= change.start)
    last = first
    if change.end > change.start:
        # Of two rows that meet where the removed text begins or ends, one loses nothing.
        if first + 1 < len(rows) and spans[first][1] == change.start == spans[first + 1][0]:
            first += 1
        last = max(first, *(index for index, (start, _) in enumerate(spans) if start <= change.end))
        if last > first and spans[last - 1][1] == change.end == spans[last][0]:
            last -= 1
    head = rows[first].text[: max(0, change.start - spans[first][0])]
    return first, last, head, rows[last].text[max(0, change.end - spans[last][0]) :]


def _over_paragraphs(first: int, before: Row | None, old: Sequence[Row], after: Row | None, new: list[str]) -> RowEdit:
    """An edit that touches a heading or a note, or after which the text has other paragraphs."""
    result = reconcile(before, old, after, new)
    kept = [row for row, _ in result]
    count = len(old) + (before in kept) + (after in kept)
    if before in kept:
        first -= 1
    beginning = before.lead if before is not None and before in kept else old[0].lead
    rows: list[tuple[Row, str, str | None]] = []
    for row, text in result:
        rows.append((row, text, None if rows or not row.editable else beginning))
    return RowEdit(first, count, tuple(rows))


def _texts_of_user(old: Sequence[Row], head: str, typed: str, tail: str) -> list[str]:
    """The paragraphs of the rows `old` after an edit, without the rest of a heading or note."""
    texts = ((head if old[0].editable else "") + typed + (tail if old[-1].editable else "")).split(PARAGRAPH_END)
    if not old[0].editable and len(texts) > 1 and not texts[0]:
        del texts[0]
    if not old[-1].editable and len(texts) > 1 and not texts[-1]:
        del texts[-1]
    return texts


def reconcile(before: Row | None, old: Sequence[Row], after: Row | None, new: Sequence[str]) -> list[tuple[Row, str]]:
    """Assign the paragraphs `new` to rows after an edit: the editable rows among `old` read so now.

    `before` and `after` are the rows beside the edit. Headings and gaps always remain, with their text. An editable
    row that is not in the result was deleted or joined with another. The result includes `before` or `after` where
    no other row can take the typed text. It contains every typed character if one of the rows is editable.
    """
    editable = [row for row in old if row.editable]
    if not editable:
        return _to_neighbor(before, old, after, "\n".join(filter(None, new)))
    texts = list(new)
    if len(texts) > len(editable):
        last = len(editable) - 1
        texts = [*texts[:last], "\n".join(texts[last:])]
    assigned = dict(zip(editable, texts, strict=False))
    return [(row, assigned[row] if row.editable else row.text) for row in old if not row.editable or row in assigned]


def _to_neighbor(before: Row | None, old: Sequence[Row], after: Row | None, loose: str) -> list[tuple[Row, str]]:
    kept = [(row, row.text) for row in old]
    if not loose:
        return kept
    if before is not None and before.editable:
        return [(before, f"{before.text}\n{loose}"), *kept]
    if after is not None and after.editable:
        return [*kept, (after, f"{loose}\n{after.text}" if after.text else loose)]
    return kept
