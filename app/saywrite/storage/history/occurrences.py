"""Finds the segments that have the words of a query, and those by which a dictation is found. Any thread.

A dictation is shown as prose, so its words count together, whichever of its segments has them; a phrase may begin in
one segment and end in a later one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from saywrite.storage.history.schema import INDEX
from saywrite.text.folding import ASCII_TWINS, fold

Place = tuple[int, int]
"""A segment: its number in the dictation, and its id."""

NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Burmese, Khmer, kana and the Han characters: scripts written without spaces."""

RARE = 50
"""A term in so few segments bounds the search for the others: a pasted text may have thousands of them."""

LETTERS = 12
"""So many letters of a term in a script without spaces select the dictations that are read for it."""

_ALL_IDS = (0, 1 << 62)
_WORD = re.compile(r"[^\W_]+")
_TWIN = re.compile(f"[{ASCII_TWINS}]")
_HAS_TWIN = """CASE WHEN length(CAST(s.text AS BLOB)) = length(s.text)
    AND length(CAST(s.translation AS BLOB)) = length(s.translation) THEN 0 ELSE has_twin(s.text || s.translation) END"""
"""SQL: the segment has letters that the index distinguishes and a search does not. Plain ASCII is ruled out first."""


@dataclass(frozen=True, slots=True)
class Term:
    """A folded word or phrase of a query, and the ids of the segments that have all of it.

    `words`: of a phrase, which may end in another segment, the ids of the segments with each of its words.
    """

    text: str
    segments: AbstractSet[int]
    words: tuple[AbstractSet[int], ...] = ()

    @property
    def rarest(self) -> AbstractSet[int]:
        """Segments of which every dictation with this term has at least one."""
        return min(self.words, key=len, default=self.segments)


def find_in_index(connection: sqlite3.Connection, terms: Sequence[str], *, prefix: bool) -> list[Term]:
    """Find the segments with each folded term. `prefix`: the last one may be the beginning of a word.

    The index distinguishes letters such as "ß" and the accents of Greek, so segments with these are compared folded.
    """
    connection.create_function("has_twin", 1, lambda text: _TWIN.search(text) is not None, deterministic=True)
    twins = _folded(connection, _HAS_TWIN)
    found = list[Term]()
    bounds = _ALL_IDS
    for term in sorted(terms, key=len, reverse=True):  # a long one is rare
        words = _WORD.findall(term) if " " in term else []
        whole, *parts = (
            _ask_index(connection, match, bounds) | _containing(text, twins)
            for text, match in (
                (term, quoted(term, prefix=prefix and term == terms[-1])),
                *((word, quoted(word)) for word in words),
            )
        )
        found.append(Term(term, whole, tuple(parts)))
        if not found[-1].rarest:
            break
        if len(found[-1].rarest) <= RARE and bounds == _ALL_IDS:
            bounds = _bounds(connection, found[-1].rarest)
    return found


def find_by_comparing(connection: sqlite3.Connection, terms: Sequence[str]) -> list[Term]:
    """Find the same without the index: a term may also be a part of a word."""
    segments = _folded(connection, "1")
    found = list[Term]()
    for term in terms:
        words = _rare_letters(term) if NO_SPACES.search(term) else _WORD.findall(term) if " " in term else ()
        parts = tuple(_containing(word, segments) for word in words)
        found.append(Term(term, _containing(term, segments), parts))
    return found


def _rare_letters(term: str) -> list[str]:
    """Letters that every dictation with this term has; Han characters, which are rarer than kana, first."""
    return sorted(set("".join(term.split())), reverse=True)[:LETTERS]


def best_places(
    connection: sqlite3.Connection, terms: Sequence[Term], dictation: str, segments: Sequence[Place]
) -> list[Place]:
    """Return the segments that have all terms, or else the first one of those that have the most.

    Empty when the dictation lacks a term.
    """
    each = list[set[Place]]()
    for term in terms:
        places = {place for place in segments if place[1] in term.segments}
        if not places and term.words and all(any(id_ in word for _, id_ in segments) for word in term.words):
            places = _across(connection, term.text, dictation)
        if not places:
            return []
        each.append(places)
    if whole := set.intersection(*each):
        return sorted(whole)
    return [min(set.union(*each), key=lambda place: (-sum(place in places for places in each), place))]


def quoted(term: str, *, prefix: bool = False) -> str:
    """A term for FTS5, which has a query language of its own."""
    return f'"{term}"' + "*" * prefix


def _ask_index(connection: sqlite3.Connection, match: str, bounds: tuple[int, int]) -> set[int]:
    query = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH ? AND rowid BETWEEN ? AND ?"
    return {segment for (segment,) in connection.execute(query, (match, *bounds))}


def _bounds(connection: sqlite3.Connection, segments: AbstractSet[int]) -> tuple[int, int]:
    """The lowest and the highest id in the dictations of these segments."""
    marks = ", ".join("?" * len(segments))
    lowest, highest = connection.execute(
        f"""SELECT min(id), max(id) FROM segments
            WHERE dictation IN (SELECT dictation FROM segments WHERE id IN ({marks}))""",
        tuple(segments),
    ).fetchone()
    return lowest, highest


def _folded(connection: sqlite3.Connection, condition: str) -> list[tuple[int, str]]:
    """Read the ids and the folded texts of the segments that fulfill a condition in SQL."""
    rows = connection.execute(f"SELECT s.id, s.text || ' ' || s.translation FROM segments s WHERE {condition}")
    return [(segment, fold(text)) for segment, text in rows]


def _containing(term: str, segments: Sequence[tuple[int, str]]) -> set[int]:
    return {segment for segment, text in segments if term in text}


def _across(connection: sqlite3.Connection, term: str, dictation: str) -> set[Place]:
    """Find the segment in which a term begins that goes on in the next ones."""
    between, expression = _pattern(term)
    rows = list(_in_order(connection, dictation, between))
    found = expression.search(between.join(text for _, text in rows))
    at = found.start() if found is not None else -1
    for place, text in rows:
        if 0 <= at < len(text):
            return {place}
        at -= len(text) + len(between)
    return set()


@lru_cache(maxsize=8)
def _pattern(term: str) -> tuple[str, re.Pattern[str]]:
    """What separates two segments, and the term in a text of all of them. A pasted term may be long."""
    if NO_SPACES.search(term):
        return "", re.compile(re.escape("".join(term.split())))
    return " ", re.compile(r"\b" + r"[\W_]+".join(_WORD.findall(term)) + r"\b")


def _in_order(connection: sqlite3.Connection, dictation: str, space: str) -> Iterator[tuple[Place, str]]:
    rows = connection.execute(
        "SELECT number, id, text FROM segments WHERE dictation = ? ORDER BY start, number", (dictation,)
    )
    return (((number, segment), space.join(fold(text).split())) for number, segment, text in rows)
