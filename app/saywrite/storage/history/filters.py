"""Filters of the history: program, recognizer, language and length. Any thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from saywrite.foundation.events import SAMPLE_RATE

MINUTE = 60 * SAMPLE_RATE
"""In samples."""

LENGTHS: Mapping[str, tuple[int, int]] = {
    "short": (0, MINUTE // 6),
    "medium": (MINUTE // 6, MINUTE),
    "long": (MINUTE, 10 * MINUTE),
    "very long": (10 * MINUTE, 1 << 62),
}
"""Ranges of length in samples: up to 10 s, up to 1 min, up to 10 min, longer."""

FILES = "\0file"
"""The program of a filter that selects transcribed files. No program has this name."""

VISIBLE = "d.id NOT IN (SELECT dictation FROM trash)"
"""SQL: the dictation was not deleted."""


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which dictations to list; "" selects all. `program`: received the text. `length`: a key of `LENGTHS`."""

    program: str = ""
    engine: str = ""
    language: str = ""
    length: str = ""

    def __bool__(self) -> bool:
        return bool(self.program or self.engine or self.language or self.length)

    def where(self) -> tuple[str, dict[str, object]]:
        """Return the condition on `dictations d` as SQL, and its named parameters."""
        conditions, values = [VISIBLE], dict[str, object]()
        for name in ("engine", "language"):
            if wanted := getattr(self, name):
                conditions.append(f"d.{name} = :{name}")
                values[name] = wanted
        if self.program == FILES:
            conditions.append("d.source <> 'microphone'")
        elif self.program:
            conditions.append("d.id IN (SELECT dictation FROM receipts WHERE program = :program)")
            values["program"] = self.program
        if self.length:
            values["shortest"], values["longest"] = LENGTHS[self.length]
            conditions.append("d.heard > :shortest AND d.heard <= :longest")
        return " AND ".join(conditions), values


EVERYTHING = HistoryFilter()


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """The programs, recognizers and languages that occur in the history. `files`: some text is from a file."""

    programs: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    files: bool = False


def filter_choices(reading: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> FilterChoices:
    """Read what the history can be filtered by. `reading`: of a `HistoryStore`. Raises HistoryError."""
    with reading() as connection:

        def column(query: str) -> tuple[str, ...]:
            return tuple(value for (value,) in connection.execute(query) if value)

        return FilterChoices(
            column("SELECT DISTINCT program FROM receipts ORDER BY program COLLATE NOCASE"),
            column("SELECT DISTINCT engine FROM dictations ORDER BY engine"),
            column("SELECT DISTINCT language FROM dictations ORDER BY language"),
            bool(connection.execute("SELECT 1 FROM dictations WHERE source <> 'microphone' LIMIT 1").fetchone()),
        )
