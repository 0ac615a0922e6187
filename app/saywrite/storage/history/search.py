"""Searches words in the history with FTS5, or by comparing folded text. Any thread.

The tokenizer of FTS5 reads text without spaces as one word: queries in such scripts, and all queries where SQLite has
no FTS5, compare folded text.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from saywrite.storage.history.filters import EVERYTHING, HistoryFilter
from saywrite.storage.history.occurrences import (
    NO_SPACES,
    Place,
    Term,
    best_places,
    find_by_comparing,
    find_in_index,
    quoted,
)
from saywrite.storage.history.schema import INDEX, has_index
from saywrite.text.characters import has_letter_or_digit
from saywrite.text.folding import fold, pattern

_TERM = re.compile(r'"([^"]*)"|(\S+)')

_BEGIN, _END = "\x02", "\x03"

FEW = 5_000
"""A word in more segments is frequent: the newest dictations are looked through until the hits are enough."""
BATCH = 200
"""Dictations that are looked through at a time."""

_AROUND = 40
"""Characters of a snippet before the first match, for snippets that FTS5 does not make."""

Cursor = tuple[int, str, int]
"""The last hit of a page: when its dictation began, in Unix microseconds, its dictation and its number."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A segment with words of a query. `matches`: their begin and end offsets in `snippet`."""

    dictation: str
    began: datetime
    number: int
    start: int
    snippet: str
    matches: tuple[tuple[int, int], ...]


def find(
    connection: sqlite3.Connection,
    query: str,
    limit: int,
    only: HistoryFilter = EVERYTHING,
    before: Cursor | None = None,
) -> tuple[SearchHit, ...]:
    """Find the newest `limit` segments in filtered dictations that have every word of `query`.

    Where no segment has all of them, the dictation is found by one that has the most. The last word may be the
    beginning of a word, and quotation marks enclose a phrase. Case, accents and spellings such as "ß" and "ss" are
    equal: see `text/folding.py`. A query without letters and digits finds nothing. Raises sqlite3.Error.
    """
    terms = split_terms(query)
    folded = tuple(term for term in split_terms(fold(query)) if term)
    if not folded:
        return ()
    connection.execute("BEGIN")  # all queries read one snapshot
    if not has_index(connection) or any(NO_SPACES.search(term) for term in terms):
        segments = _newest(connection, find_by_comparing(connection, folded), limit, only, before)
        return tuple(_read(connection, segments, folded, {}))
    prefix = query[-1:] not in ('"', " ")
    segments = _newest(connection, find_in_index(connection, folded, prefix=prefix), limit, only, before)
    marked = _mark_words(connection, folded, segments, prefix=prefix)
    return tuple(_read(connection, segments, folded, marked))


def split_terms(query: str) -> tuple[str, ...]:
    """Split a query into words and phrases, each once, without those that have no letter or digit.

    Of equal ones the last stays, because the last one of a query may be the beginning of a word.
    """
    clean = query.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    terms = (" ".join((phrase or word).replace('"', " ").split()) for phrase, word in _TERM.findall(clean))
    return tuple(reversed(dict.fromkeys(reversed(tuple(filter(has_letter_or_digit, terms))))))


def _newest(
    connection: sqlite3.Connection, terms: Sequence[Term], limit: int, only: HistoryFilter, before: Cursor | None
) -> list[int]:
    """The ids of the segments to show, in the order of the list."""
    chosen = list[int]()
    rarest = min((term.rarest for term in terms), key=len)
    if not rarest:
        return chosen
    for batch in _batches(connection, rarest, only, before):
        segments: dict[str, list[Place]] = {dictation: [] for dictation in batch}
        for dictation, number, segment in connection.execute(
            "SELECT dictation, number, id FROM segments WHERE dictation IN (SELECT value FROM json_each(?))",
            (json.dumps(batch),),
        ):
            segments[dictation].append((number, segment))
        for dictation, places in segments.items():
            best = best_places(connection, terms, dictation, places)
            shown = before[2] if before is not None and dictation == before[1] else None
            chosen += [segment for number, segment in best if shown is None or number > shown]
            if len(chosen) >= limit:
                return chosen[:limit]
    return chosen


def _batches(
    connection: sqlite3.Connection, rarest: Set[int], only: HistoryFilter, before: Cursor | None
) -> Iterator[list[str]]:
    """Yield the filtered dictations, newest first; where these segments are few, only their dictations."""
    where, values = only.where()
    if before is not None:
        where += " AND (d.at, d.id) <= (:at, :id)"
        values |= {"at": before[0], "id": before[1]}
    if len(rarest) <= FEW:
        where += """ AND d.id IN (SELECT dictation FROM segments
            WHERE id IN (SELECT value FROM json_each(:rarest)))"""
        values["rarest"] = json.dumps(list(rarest))
    rows = connection.execute(f"SELECT d.id FROM dictations d WHERE {where} ORDER BY d.at DESC, d.id DESC", values)
    while batch := [dictation for (dictation,) in rows.fetchmany(BATCH)]:
        yield batch


def _mark_words(
    connection: sqlite3.Connection, terms: Sequence[str], segments: Sequence[int], *, prefix: bool
) -> dict[int, str]:
    """Let FTS5 make the snippets of the segments that have a word as the index knows it."""
    if not segments:
        return {}
    # Without the "+" FTS5 would look up each id by itself, and collect the words that a prefix begins each time.
    match = " OR ".join(quoted(term, prefix=prefix and term == terms[-1]) for term in terms)
    return dict(
        connection.execute(
            f"""SELECT rowid, snippet({INDEX}, -1, ?, ?, '…', 24) FROM {INDEX}
                WHERE {INDEX} MATCH ? AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))""",
            (_BEGIN, _END, match, min(segments), max(segments), json.dumps(segments)),
        )
    )


def _read(
    connection: sqlite3.Connection, segments: Sequence[int], terms: Sequence[str], marked: dict[int, str]
) -> Iterator[SearchHit]:
    """Read segments in the given order, with their marked snippets or else with excerpts."""
    rows = connection.execute(
        """SELECT s.dictation, d.began, s.number, s.start, s.id, s.text, s.translation
            FROM json_each(?) chosen CROSS JOIN segments s ON s.id = chosen.value
            JOIN dictations d ON d.id = s.dictation ORDER BY chosen.key""",
        (json.dumps(segments),),
    )
    for dictation, began, number, start, segment, text, translation in rows:
        if segment in marked:
            snippet = _unmark(marked[segment])
        else:
            snippet = _excerpt(_with_most(terms, text, translation), terms)
            if not snippet[1]:  # a phrase goes on in the next segments
                snippet = _excerpt(_text_from(connection, dictation, (start, number), terms), terms)
        yield SearchHit(dictation, datetime.fromisoformat(began), number, start, *snippet)


def _text_from(connection: sqlite3.Connection, dictation: str, first: tuple[int, int], terms: Sequence[str]) -> str:
    """The text from the segment with this start and number on, as far as an excerpt needs it."""
    texts = connection.execute(
        """SELECT text FROM segments WHERE dictation = ? AND (start, number) >= (?, ?)
            ORDER BY start, number LIMIT 20""",
        (dictation, *first),
    )
    space = "" if any(map(NO_SPACES.search, terms)) else " "
    return space.join(text.strip() for (text,) in texts)


def _unmark(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    text, matches, begin = "", [], 0
    for part in re.split(f"([{_BEGIN}{_END}])", marked):
        if part == _BEGIN:
            begin = len(text)
        elif part == _END:
            matches.append((begin, len(text)))
        else:
            text += part
    return text, tuple(matches)


def _with_most(terms: Sequence[str], *texts: str) -> str:
    def count(text: str) -> int:
        folded = fold(text)
        return sum(term in folded for term in terms)

    return max(texts, key=count)


def _excerpt(text: str, terms: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    looked_for = [found for term in terms if (found := pattern(term, marks=True)) is not None]
    places = sorted(place for term in looked_for for place in term.places(text))
    first = places[0][0] if places else 0
    cut = max(first - _AROUND, 0)
    end = min(cut + 4 * _AROUND, len(text))
    lead, tail = "…" if cut else "", "…" if end < len(text) else ""
    shift = len(lead) - cut
    inside = tuple((begin + shift, stop + shift) for begin, stop in places if stop <= end)
    return lead + text[cut:end] + tail, inside
