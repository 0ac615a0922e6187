"""The ledger: how much speech stayed on this computer and how much was sent to which host, by month. Any thread.

Dictations are counted from their own rows. When one is deleted, a trigger of the database adds its numbers to the sums
of its month (table `ledger`), so that a month stays complete and it does not show which dictation was deleted. Files
that the command line transcribes have no row and are added to the same sums.

A dictation of which any part was sent to a host counts with its whole length for that host; one that used two hosts
counts for both, and a host to which no byte went has no part in it. Its month is the month in which it began, by local
time.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from saywrite.foundation.events import Traffic, seconds
from saywrite.storage.history.store import HistoryStore, clean

THIS_COMPUTER = ""
"""The host of a dictation that did not leave this computer."""

SCHEMA_VERSION = 1
"""Of the JSON export. Increased when a field is removed or changes its meaning."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The traffic with one host: in a month, or for one dictation.

    `month`: "2026-11". `host`: `THIS_COMPUTER` where nothing left it. `heard`: samples. `sent`, `received`: bytes.
    `dictation`, `began`: of an entry for one dictation; "" and None for sums.
    """

    month: str
    engine: str
    host: str
    dictations: int
    heard: int
    sent: int
    received: int
    dictation: str = ""
    began: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sums by month, host and engine, newest month first, and the entries that they consist of."""

    months: tuple[LedgerEntry, ...] = ()
    entries: tuple[LedgerEntry, ...] = field(default=(), repr=False)


_DICTATIONS = """
    SELECT substr(d.began, 1, 7) AS month, coalesce(nullif(t.engine, ''), d.engine) AS engine,
        coalesce(t.host, '') AS host, 1 AS dictations, d.heard AS heard, coalesce(t.sent, 0) AS sent,
        coalesce(t.received, 0) AS received, d.id AS dictation, d.began AS began
    FROM dictations d LEFT JOIN traffic t ON t.dictation = d.id AND t.sent > 0
    WHERE d.heard > 0 OR t.host IS NOT NULL
    UNION ALL SELECT month, engine, host, dictations, heard, sent, received, '', '' FROM ledger"""

_MONTHS = f"""
    SELECT month, engine, host, sum(dictations), sum(heard), sum(sent), sum(received), '', '' FROM ({_DICTATIONS})
    GROUP BY month, engine, host ORDER BY month DESC, host, engine"""


def read_ledger(store: HistoryStore) -> Ledger:
    """Read the whole ledger; both parts are of one moment. Raises HistoryError."""
    with store.reading() as connection:
        connection.execute("BEGIN")
        months = tuple(_entry(row) for row in connection.execute(_MONTHS))
        entries = connection.execute(f"{_DICTATIONS} ORDER BY month DESC, began DESC, dictation, host, engine")
        return Ledger(months, tuple(_entry(row) for row in entries))


def count_file(store: HistoryStore, began: datetime, engine: str, heard: int, traffic: Iterable[Traffic] = ()) -> None:
    """Count a transcribed file that has no row in the history. `heard`: samples. Raises HistoryError."""
    sent = tuple(each for each in traffic if each.sent) or (Traffic("", THIS_COMPUTER, 0, 0),)
    month = f"{began:%Y-%m}"
    rows = [(month, engine, clean(each.host), 1, heard, each.sent, each.received) for each in sent]
    store.in_transaction(lambda connection: connection.executemany(_ADD, rows))


_ADD = """
    INSERT INTO ledger (month, engine, host, dictations, heard, sent, received) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (month, engine, host) DO UPDATE SET dictations = dictations + excluded.dictations,
        heard = heard + excluded.heard, sent = sent + excluded.sent, received = received + excluded.received"""
"""Adds to the sums of a month."""


def add_traffic(store: HistoryStore, traffic: Traffic, engine: str, now: datetime) -> None:
    """Add bytes to those of a dictation, which is transcribed again. Raises HistoryError.

    Those of one that was deleted meanwhile are added to the sums of the month of `now`.
    """

    def add(connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT 1 FROM dictations WHERE id = ?", (traffic.dictation,)).fetchone() is None:
            host = clean(traffic.host)
            connection.execute(_ADD, (f"{now:%Y-%m}", engine, host, 0, 0, traffic.sent, traffic.received))
            return
        connection.execute(
            "INSERT INTO traffic (dictation, host, sent, received, engine)"
            " SELECT id, ?, ?, ?, ? FROM dictations WHERE id = ?"
            " ON CONFLICT (dictation, host) DO UPDATE SET sent = sent + excluded.sent,"
            " received = received + excluded.received",
            (clean(traffic.host), traffic.sent, traffic.received, engine, traffic.dictation),
        )

    store.in_transaction(add)


def as_csv(ledger: Ledger) -> str:
    """The entries as CSV: a line for each dictation and host, and for each sum of the others."""
    out = io.StringIO()
    names = ("month", "host", "engine", "dictations", "seconds", "bytes_sent", "bytes_received", "dictation", "began")
    rows = csv.DictWriter(out, names, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(_fields(entry) for entry in ledger.entries)
    return out.getvalue()


def as_json(ledger: Ledger) -> str:
    """The sums of the months and their entries as a JSON object."""
    document = {
        "schema": SCHEMA_VERSION,
        "months": [
            {name: value for name, value in _json_fields(entry).items() if name not in ("dictation", "began")}
            for entry in ledger.months
        ],
        "entries": [_json_fields(entry) for entry in ledger.entries],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _json_fields(entry: LedgerEntry) -> dict[str, Any]:
    """`here`: nothing left this computer."""
    return {**_fields(entry), "here": entry.host == THIS_COMPUTER}


def _fields(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "month": entry.month,
        "host": entry.host or "this computer",
        "engine": entry.engine,
        "dictations": entry.dictations,
        "seconds": round(seconds(entry.heard), 1),
        "bytes_sent": entry.sent,
        "bytes_received": entry.received,
        "dictation": entry.dictation,
        "began": entry.began.isoformat() if entry.began else "",
    }


def _entry(row: tuple[str, str, str, int, int, int, int, str, str]) -> LedgerEntry:
    began = row[8]
    return LedgerEntry(*row[:8], datetime.fromisoformat(began) if began else None)
