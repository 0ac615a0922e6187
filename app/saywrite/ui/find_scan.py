"""Finding words in the transcript, a slice at a time, so that 100,000 rows do not stop the window. GUI thread."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from saywrite.ui.transcript_rows import Row

SLICE = 4000
"""Rows searched before the window gets its turn; some 4 ms."""


def pattern(words: str, *, case: bool) -> re.Pattern[str] | None:
    """What to look for: the words literally, any white space between them. None when there is nothing to find."""
    parts = words.split()
    if not parts:
        return None
    return re.compile(r"\s+".join(re.escape(part) for part in parts), 0 if case else re.IGNORECASE)


class FindScan(QObject):
    """All places of a pattern, in order. `progressed` tells that there are more, or that the scan is done."""

    progressed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pattern: re.Pattern[str] | None = None
        self._rows: list[Row] = []
        self._next = 0
        self._row_of = array("I")
        self._at = array("I")
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._scan_slice)

    def start(self, rows: list[Row], looked_for: re.Pattern[str] | None) -> None:
        """Search `rows` (the live list; a change of it is a reason to start again)."""
        self.pattern, self._rows, self._next = looked_for, rows, 0
        self._row_of, self._at = array("I"), array("I")
        self._scan_slice()

    @property
    def done(self) -> bool:
        return self.pattern is None or self._next >= len(self._rows)

    def __len__(self) -> int:
        return len(self._at)

    def place(self, number: int) -> tuple[int, int, int]:
        """Row index, first and last character (exclusive) of a found place. Raises IndexError."""
        row, at = self._row_of[number], self._at[number]
        found = self.pattern.match(self._rows[row].text, at) if self.pattern else None
        return row, at, found.end() if found else at

    def first_from(self, row: int, character: int) -> int:
        """The number of the first place at or behind a character of a row; `len()` when there is none."""
        number = bisect_left(self._row_of, row)
        while number < len(self) and self._row_of[number] == row and self._at[number] < character:
            number += 1
        return number

    def number_of(self, row: int, character: int) -> int | None:
        """The number of the place that begins exactly there."""
        number = self.first_from(row, character)
        here = number < len(self) and (self._row_of[number], self._at[number]) == (row, character)
        return number if here else None

    def places_in(self, row: int) -> Iterator[tuple[int, int]]:
        """First and last character (exclusive) of each place in one row, whether scanned yet or not."""
        if self.pattern is not None and row < len(self._rows) and self._rows[row].editable:
            for found in self.pattern.finditer(self._rows[row].text):
                yield found.start(), found.end()

    @Slot()
    def _scan_slice(self) -> None:
        if self.pattern is None:
            self._timer.stop()
            self.progressed.emit()
            return
        end = min(len(self._rows), self._next + SLICE)
        for index in range(self._next, end):
            row = self._rows[index]
            if row.editable:
                for found in self.pattern.finditer(row.text):
                    self._row_of.append(index)
                    self._at.append(found.start())
        self._next = end
        if self.done:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
        self.progressed.emit()
