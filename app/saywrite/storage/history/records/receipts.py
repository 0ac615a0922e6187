"""Which program received the text of a dictation, and whether it arrived. Any thread.

Push-to-talk inserts a text into one program and may insert it again later; each attempt is one receipt.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from saywrite.foundation.messages import Message, filled, message
from saywrite.storage.history.store import HistoryStore, microseconds

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What is known about an insertion."""

    INSERTED = "inserted"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


_OUTCOMES: Mapping[Outcome, Message] = {
    Outcome.INSERTED: message("{program} received the text"),
    Outcome.UNCERTAIN: message("{program} was sent the text; no confirmation came"),
    Outcome.FAILED: message("{program} did not receive the text"),
}


@dataclass(frozen=True, slots=True)
class TextReceipt:
    """One insertion of a text. `program`: its name, "" when unknown. `at`: aware time."""

    program: str
    outcome: Outcome
    at: datetime


def keep_receipt(store: HistoryStore, dictation: str, receipt: TextReceipt) -> None:
    """Store a receipt. A missing dictation is no error. Raises HistoryError."""

    def keep(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO receipts (dictation, program, outcome, at) SELECT id, ?, ?, ? FROM dictations WHERE id = ?",
            (receipt.program, str(receipt.outcome), microseconds(receipt.at), dictation),
        )

    store.in_transaction(keep)


def receipts_of(store: HistoryStore, dictation: str) -> tuple[TextReceipt, ...]:
    """Return the receipts of a dictation, oldest first. Raises HistoryError."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT program, outcome, at FROM receipts WHERE dictation = ? ORDER BY at, id", (dictation,)
        )
        return tuple(_readable(rows))


def _readable(rows: Iterable[tuple[str, str, int]]) -> Iterator[TextReceipt]:
    """The readable receipts of these rows. SQLite does not detect damage within a page."""
    for program, outcome, at in rows:
        try:
            yield TextReceipt(program, Outcome(outcome), datetime.fromtimestamp(at / 1_000_000, UTC))
        except (ValueError, OverflowError, OSError):
            log.warning("a receipt of a text is damaged; it is left out")


def describe_receipt(receipt: TextReceipt) -> str:
    """Say in words where the text was inserted: "LibreOffice Writer received the text"."""
    return filled(_OUTCOMES[receipt.outcome], program=receipt.program or message("An unknown program"))
