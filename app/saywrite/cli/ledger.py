"""`saywrite ledger` on the terminal: where the speech of each month went, and how much of it. Main thread.

The history is read once and not changed. A deleted dictation stays in the sums of its month.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

from saywrite.cli.ending.exit_codes import DONE, FAILED
from saywrite.foundation.errors import HistoryError
from saywrite.foundation.events import seconds
from saywrite.foundation.files import is_missing
from saywrite.foundation.formatting import length, size
from saywrite.storage.history.ledger import Ledger, LedgerEntry, as_json, read_ledger
from saywrite.storage.history.store import HistoryStore

NOTHING = "Nothing was dictated yet."
HERE = "this computer"


def print_ledger(history: Path, as_json_text: bool) -> int:
    """Print the ledger of a history, as lines or as the JSON of the window's export; the exit code."""
    try:
        ledger = _read(history)
    except HistoryError as error:
        if as_json_text:
            print(json.dumps({"problem": error.what, "remedy": error.remedy}, ensure_ascii=False))
        print(f"saywrite: {error}", file=sys.stderr)
        return FAILED
    if as_json_text:
        print(as_json(ledger), end="")
    else:
        print("\n".join(lines(ledger)))
    return DONE


def lines(ledger: Ledger) -> Iterator[str]:
    """The months, the newest first. Below each is a line for each host and recognizer."""
    if not ledger.months:
        yield NOTHING
        return
    rows = {month: [_cells(entry) for entry in entries] for month, entries in _by_month(ledger)}
    widths = [max(len(row[column]) for found in rows.values() for row in found) for column in range(4)]
    for month, found in rows.items():
        yield month
        for where, engine, speech, dictations, traffic in found:
            named = f"  {where:<{widths[0]}}  {engine:<{widths[1]}}"
            yield f"{named}  {speech:>{widths[2]}}  {dictations:>{widths[3]}}  {traffic}"


def _read(history: Path) -> Ledger:
    """Read the ledger. A history that does not exist is not made. Raises HistoryError."""
    if is_missing(history):
        return Ledger()
    with closing(HistoryStore(history)) as store:
        return read_ledger(store)


def _by_month(ledger: Ledger) -> Iterator[tuple[str, Iterator[LedgerEntry]]]:
    return groupby(ledger.months, key=lambda entry: entry.month)


def _cells(entry: LedgerEntry) -> tuple[str, str, str, str, str]:
    """Where, by which recognizer, how much speech, in how many dictations, and what left this computer."""
    traffic = f"{size(entry.sent)} sent, {size(entry.received)} received" if entry.host else "nothing left it"
    dictations = f"{entry.dictations:,} dictation{'s' * (entry.dictations != 1)}"
    return entry.host or HERE, entry.engine, length(seconds(entry.heard)), dictations, traffic
