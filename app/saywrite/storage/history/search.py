"""Searches words in the history with FTS5, or by comparing folded text. Any thread.

FTS5 has a query language of its own, so typed text is quoted. Its tokenizer reads text without spaces as one word:
queries in such scripts, and all queries where SQLite has no FTS5, compare folded text.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from saywrite.storage.history.filters import EVERYTHING, HistoryFilter
from saywrite.storage.history.schema import INDEX, has_index
from saywrite.text.characters import has_letter_or_digit
from saywrite.text.folding import ASCII_TWINS, fold, pattern

_TERM = re.compile(r'"([^"]*)"|(\S+)')

_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, kana and the Han characters: scripts written without spaces."""

_BEGIN, _END = "\x02", "\x03"

_TWIN = re.compile(f"[{ASCII_TWINS}]")

_SPECIAL = """CASE WHEN length(CAST(s.text AS BLOB)) = length(s.text)
    AND length(CAST(s.translation AS BLOB)) = length(s.translation) THEN 0 ELSE has_twin(s.text || s.translation) END"""
"""SQL: the segment has letters that the index distinguishes and a search does not. Plain ASCII is ruled out first."""

_AROUND = 40
"""Characters of a snippet before the first match, for snippets that FTS5 does not make."""

_FIELDS = "s.dictation, d.began, s.number, s.start, s.end"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A segment with the words. `matches`: their begin and end offsets in `snippet`."""

    dictation: str
    began: datetime
    number: int
    start: int
    end: int
    snippet: str
    matches: tuple[tuple[int, int], ...]


def find(
    connection: sqlite3.Connection, query: str, limit: int, only: HistoryFilter = EVERYTHING
) -> tuple[SearchHit, ...]:
    """Find the newest `limit` segments with every word of `query` in filtered dictations.

    The last word may be the beginning of a word, and quotation marks enclose a phrase. Case, accents and spellings such
    as "ß" and "ss" are equal: see `text/folding.py`. A query without letters and digits finds nothing. Raises
    sqlite3.Error.
    """
    terms = split_terms(query)
    folded = tuple(term for term in split_terms(fold(query)) if term)
    if not folded:
        return ()
    if not has_index(connection) or any(_NO_SPACES.search(term) for term in terms):
        return _find_folded(connection, folded, limit, only, "1")
    # The index distinguishes letters such as "ß" and the accents of Greek: rows with these are also compared folded.
    indexed = _find_words(connection, to_fts5(folded, query), limit, only)
    special = _find_folded(connection, folded, limit, only, _SPECIAL)
    every = {(found.dictation, found.number): found for found in (*indexed, *special)}
    newest = sorted(every.values(), key=lambda found: (-found.began.timestamp(), found.number))
    return tuple(newest[:limit])


def split_terms(query: str) -> tuple[str, ...]:
    """Split a query into words and phrases, each once, without those that have no letter or digit.

    Of equal ones the last stays, because the last one of a query may be the beginning of a word.
    """
    clean = query.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    terms = (" ".join((phrase or word).replace('"', " ").split()) for phrase, word in _TERM.findall(clean))
    return tuple(reversed(dict.fromkeys(reversed(tuple(filter(has_letter_or_digit, terms))))))


def to_fts5(terms: tuple[str, ...], query: str) -> str:
    """Quote all terms for FTS5; the last one is a prefix unless a space or quotation mark follows it."""
    prefix = "" if query[-1:] in ('"', " ") else "*"
    return " ".join(f'"{term}"' for term in terms) + prefix


def _find_words(connection: sqlite3.Connection, match: str, limit: int, only: HistoryFilter) -> tuple[SearchHit, ...]:
    where, values = only.where()
    rows = connection.execute(
        f"""SELECT {_FIELDS}, snippet({INDEX}, -1, :begin, :end, '…', 24)
            FROM {INDEX} JOIN segments s ON s.id = {INDEX}.rowid JOIN dictations d ON d.id = s.dictation
            WHERE {INDEX} MATCH :match AND {where} ORDER BY d.at DESC, s.number LIMIT :limit""",
        values | {"begin": _BEGIN, "end": _END, "match": match, "limit": limit},
    )
    return tuple(_found(row, *_unmark(row[5])) for row in rows)


def _find_folded(
    connection: sqlite3.Connection, terms: tuple[str, ...], limit: int, only: HistoryFilter, condition: str
) -> tuple[SearchHit, ...]:
    """Compare folded texts of the segments that fulfill a condition in SQL."""

    def has_terms(text: str) -> bool:  # one condition: SQLite refuses an expression with a condition for each word
        folded = fold(text)
        return all(term in folded for term in terms)

    connection.create_function("has_terms", 1, has_terms, deterministic=True)
    connection.create_function("has_twin", 1, _has_twin, deterministic=True)
    where, values = only.where()
    values |= {"limit": limit}
    every = "has_terms(s.text || ' ' || s.translation)"
    found = connection.execute(
        f"""SELECT {_FIELDS}, s.text, s.translation FROM segments s CROSS JOIN dictations d ON d.id = s.dictation
            WHERE s.id IN (SELECT s.id FROM segments s WHERE {condition} AND {every}) AND {where}
            ORDER BY d.at DESC, s.number LIMIT :limit""",
        values,
    )
    return tuple(_found(row, *_excerpt(_with_most(terms, row[5], row[6]), terms)) for row in found)


def _has_twin(text: str) -> bool:
    return _TWIN.search(text) is not None


def _found(row: tuple[str, str, int, int, int], snippet: str, matches: tuple[tuple[int, int], ...]) -> SearchHit:
    return SearchHit(row[0], datetime.fromisoformat(row[1]), row[2], row[3], row[4], snippet, matches)


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


def _with_most(terms: tuple[str, ...], *texts: str) -> str:
    def count(text: str) -> int:
        folded = fold(text)
        return sum(term in folded for term in terms)

    return max(texts, key=count)


def _excerpt(text: str, terms: tuple[str, ...]) -> tuple[str, tuple[tuple[int, int], ...]]:
    looked_for = [found for term in terms if (found := pattern(term)) is not None]
    places = sorted(place for term in looked_for for place in term.places(text))
    first = places[0][0] if places else 0
    cut = max(first - _AROUND, 0)
    end = min(cut + 4 * _AROUND, len(text))
    lead, tail = "…" if cut else "", "…" if end < len(text) else ""
    shift = len(lead) - cut
    inside = tuple((begin + shift, stop + shift) for begin, stop in places if stop <= end)
    return lead + text[cut:end] + tail, inside
