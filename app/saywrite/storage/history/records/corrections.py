"""What the user corrected in texts, for suggestions of keywords. Any thread.

Of a corrected segment the text before the first correction is kept, until the segment or its dictation is deleted. The
corrected text is that of the segment, so an undone correction suggests nothing. Nothing is kept unless the user has
switched the suggestions on: see the option `suggest_keywords`. All functions raise HistoryError.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from saywrite.storage.history.connection import changed_elsewhere
from saywrite.storage.history.filters import VISIBLE
from saywrite.storage.history.store import HistoryStore, clean
from saywrite.text.keywords import Keyword

if TYPE_CHECKING:
    from saywrite.text.keyword_sets.suggestions import Correction

NEWEST = 1_000
"""Corrections that are read at most."""

_HASH_BYTES = 16

_KEEP = """INSERT INTO originals (segment, text) SELECT id, text FROM segments WHERE dictation = ? AND number = ?
    ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class ClearedCorrections:
    """What was removed: dictation, number and original text of segments, and the forgotten suggestions."""

    originals: tuple[tuple[str, int, str], ...]
    forgotten: tuple[tuple[bytes], ...]


def keep_original(store: HistoryStore, dictation: str, number: int) -> None:
    """Keep the present text of a segment, unless an earlier one is kept already. Call it before the correction.

    A missing segment is no error.
    """

    store.in_transaction(lambda connection: connection.execute(_KEEP, (dictation, number)))


def correct_segments(
    store: HistoryStore, dictation: str, changes: Mapping[int, str], shown: Mapping[int, str], *, remembers: bool
) -> None:
    """Write the changed texts of segments, all or none.

    `remembers`: keep the texts before for suggestions. Raises HistoryError, also where the texts before are no longer
    the `shown` ones: another text, whose segments have other numbers, may have replaced them.
    """

    def correct(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT number, text FROM segments WHERE dictation = ?", (dictation,))
        there = dict(rows.fetchall())
        if any(number not in there or there[number] != shown.get(number) for number in changes):
            raise changed_elsewhere()
        for number, text in changes.items():
            if remembers:
                connection.execute(_KEEP, (dictation, number))
            connection.execute(
                "UPDATE segments SET text = ? WHERE dictation = ? AND number = ?", (clean(text), dictation, number)
            )

    store.in_transaction(correct)


def corrections(store: HistoryStore) -> tuple[Correction, ...]:
    """Return the corrections that still make a difference, the newest first."""
    from saywrite.text.keyword_sets.suggestions import Correction  # with the words of every language

    with store.reading() as connection:
        rows = connection.execute(
            f"""SELECT o.text, s.text, d.language FROM originals o
                JOIN segments s ON s.id = o.segment JOIN dictations d ON d.id = s.dictation
                WHERE o.text <> s.text AND {VISIBLE} ORDER BY d.at DESC, s.number LIMIT ?""",
            (NEWEST,),
        )
        return tuple(Correction(*row) for row in rows)


def forget_suggestion(store: HistoryStore, keyword: Keyword) -> None:
    """Never suggest this keyword again."""
    pair = _pair(keyword)
    store.in_transaction(
        lambda connection: connection.execute(
            "INSERT INTO forgotten_suggestions (pair) VALUES (?) ON CONFLICT DO NOTHING", (pair,)
        )
    )


def restore_suggestion(store: HistoryStore, keyword: Keyword) -> None:
    """Suggest this keyword again: undo `forget_suggestion`."""
    pair = _pair(keyword)
    store.in_transaction(
        lambda connection: connection.execute("DELETE FROM forgotten_suggestions WHERE pair = ?", (pair,))
    )


def find_forgotten(store: HistoryStore) -> Callable[[Keyword], bool]:
    """Return a function that says whether a keyword was forgotten, as of now."""
    with store.reading() as connection:
        pairs = frozenset(pair for (pair,) in connection.execute("SELECT pair FROM forgotten_suggestions"))
    return lambda keyword: _pair(keyword) in pairs


def has_corrections(store: HistoryStore) -> bool:
    """Whether there is something that `clear_corrections` would remove."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM originals) OR EXISTS (SELECT 1 FROM forgotten_suggestions)"
        ).fetchone()
        return bool(row[0])


def clear_corrections(store: HistoryStore) -> ClearedCorrections:
    """Remove every kept original and every forgotten suggestion; return them for `restore_corrections`."""

    def clear(connection: sqlite3.Connection) -> ClearedCorrections:
        # Not the ids of the segments: SQLite gives the id of a deleted row again.
        originals = tuple(
            connection.execute(
                "SELECT s.dictation, s.number, o.text FROM originals o JOIN segments s ON s.id = o.segment"
            )
        )
        forgotten = tuple(connection.execute("SELECT pair FROM forgotten_suggestions"))
        connection.execute("DELETE FROM originals")
        connection.execute("DELETE FROM forgotten_suggestions")
        return ClearedCorrections(originals, forgotten)

    return store.in_transaction(clear)


def restore_corrections(store: HistoryStore, cleared: ClearedCorrections) -> None:
    """Undo `clear_corrections`, but for segments that were deleted or corrected since."""

    def restore(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO originals (segment, text) SELECT id, ? FROM segments WHERE dictation = ? AND number = ?"
            " ON CONFLICT DO NOTHING",
            [(text, dictation, number) for dictation, number, text in cleared.originals],
        )
        connection.executemany(
            "INSERT INTO forgotten_suggestions (pair) VALUES (?) ON CONFLICT DO NOTHING", cleared.forgotten
        )

    store.in_transaction(restore)


def _pair(keyword: Keyword) -> bytes:
    import hashlib  # late: it loads OpenSSL, 4 MB, which most dictations do not need

    joined = f"{keyword.spoken}\0{keyword.written}".encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=_HASH_BYTES).digest()
