"""The record of a file that the command line transcribes: only the ledger counts it.

The file itself is the recording. Dictation thread; the disk thread writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from saywrite.dictation.persistence.spans import Span
from saywrite.foundation.events import Segment, Traffic
from saywrite.storage.history.ledger import add_traffic, count_file
from saywrite.storage.history.store import HistoryStore

WriteLedger = Callable[[Callable[[HistoryStore], None]], None]
"""Runs a job with the history on the disk thread; nothing happens without a history."""


class FileRecord:
    """Keeps no sound and no text."""

    on_disk = False

    def __init__(self, began: datetime, engine: str, write: WriteLedger, again: str = "") -> None:
        """`again`: the dictation of the history whose recording the file is; traffic counts for it."""
        self._began = began
        self._engine = engine
        self._write = write
        self._again = again
        self._traffic: dict[str, Traffic] = {}

    def set_traffic(self, traffic: Traffic) -> None:
        before = self._traffic.get(traffic.host, Traffic("", traffic.host, 0, 0))
        self._traffic[traffic.host] = traffic
        if self._again:
            sent, received = traffic.sent - before.sent, traffic.received - before.received
            new = replace(traffic, dictation=self._again, sent=sent, received=received)
            self._write(partial(add_traffic, traffic=new, engine=self._engine, now=self._began))

    def close(
        self, heard: int, confirmed: int, complete: bool, *, waits: bool = False, missing: tuple[Span, ...] = ()
    ) -> None:
        if not self._again and (heard or self._traffic):
            sent = tuple(self._traffic.values())
            self._write(partial(count_file, began=self._began, engine=self._engine, heard=heard, traffic=sent))

    # What the ledger does not count.

    def append(self, pcm: bytes) -> None:
        pass

    def add_segment(self, segment: Segment) -> None:
        pass

    def remove_segments(self, numbers: tuple[int, ...]) -> None:
        pass

    def translate_segment(self, number: int, translation: str) -> None:
        pass

    def add_structured(self, results: Mapping[str, Any]) -> None:
        pass

    def add_gap(self, at: int, length: int, cause: str) -> None:
        pass

    def confirm(self, offset: int) -> None:
        pass

    def read(self, start: int, end: int) -> bytes:
        return b""
