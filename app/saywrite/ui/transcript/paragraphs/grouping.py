"""Which rows stand in one paragraph, and where the text of each row is in it. Pure: no Qt, no clock.

Segments that follow one another without a long pause are one paragraph. The space between two of them belongs to
neither: it is the `lead` of the second row. A heading and a note about missing sound are a paragraph each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from saywrite.foundation.events import seconds
from saywrite.text.spacing import CONTEXT, ends_sentence, gap
from saywrite.ui.transcript.rows import Row, RowKind

LINE_EACH = 0.0
"""The length of the pause, in seconds, that makes each row a paragraph."""
LONG, LONGEST = 1_200, 3_000
"""Characters of a paragraph: a longer one ends with its next sentence, or at the end of its next row.

120 words to the minute are about 700 characters. Qt lays out a whole paragraph after each change in it.
"""


class Paragraphs:
    """The rows in order, in paragraphs. A row whose `lead` is None begins a paragraph.

    With a `pause_s` of `LINE_EACH` each row is a paragraph; else a pause of that length begins one.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.pause_s = LINE_EACH
        self.languages: dict[str, str] = {}
        """The language of each dictation."""
        self._firsts: list[int] = []
        """The index of the first row of each paragraph."""

    def __len__(self) -> int:
        """The number of paragraphs."""
        return len(self._firsts)

    def splice(self, index: int, count: int, rows: Sequence[Row]) -> None:
        """Replace `count` rows from `index` by rows whose leads are set."""
        low, high = bisect_left(self._firsts, index), bisect_left(self._firsts, index + count)
        firsts = [index + place for place, row in enumerate(rows) if row.lead is None]
        self.rows[index : index + count] = rows
        self._firsts[low:high] = firsts
        moved = len(rows) - count
        if moved:
            for place in range(low + len(firsts), len(self._firsts)):
                self._firsts[place] += moved

    def number(self, index: int) -> int:
        """The paragraph of a row."""
        return bisect_right(self._firsts, index) - 1

    def span(self, number: int) -> range:
        """The indexes of the rows in a paragraph."""
        end = self._firsts[number + 1] if number + 1 < len(self._firsts) else len(self.rows)
        return range(self._firsts[number], end)

    def rows_of(self, numbers: range) -> list[Row]:
        """The rows of consecutive paragraphs."""
        if not numbers:
            return []
        return self.rows[self._firsts[numbers.start] : self.span(numbers.stop - 1).stop]

    def sound_end(self, row: Row) -> int:
        """The sample at which the paragraph of `row` ends."""
        index = self.index(row)
        rows = [] if index is None else self.rows[index : self.span(self.number(index)).stop]
        return max((each.end for each in rows), default=row.end)

    def begin_below_fixed(self, index: int) -> None:
        """Begin a paragraph with row `index` if a heading or note is above it now."""
        if 0 < index < len(self.rows) and not self.rows[index - 1].editable:
            self.rows[index].lead = None
            self.splice(index, 1, [self.rows[index]])

    def text(self, number: int) -> str:
        """The text of a paragraph."""
        return joined(self.rows_of(range(number, number + 1)))

    def offset(self, index: int) -> int:
        """The number of characters before the text of a row in its paragraph."""
        before = self.rows[self._firsts[self.number(index)] : index]
        return sum(len(row.lead or "") + len(row.text) for row in before) + len(self.rows[index].lead or "")

    def places(self, number: int) -> Iterator[tuple[int, int, int]]:
        """Each row of a paragraph: its index, and the range of its text in the paragraph."""
        end = 0
        for index in self.span(number):
            row = self.rows[index]
            start = end + len(row.lead or "")
            end = start + len(row.text)
            yield index, start, end

    def row_at(self, number: int, character: int) -> tuple[int, int]:
        """The row at a character of a paragraph, and the character in it; where two rows meet, the second one."""
        found = (self.span(number).start, 0)
        for index, start, end in self.places(number):
            if start <= character:
                found = (index, min(character, end) - start)
        return found

    def index(self, row: Row) -> int | None:
        """The index of `row`, or None. Searched from the end, where most changes are."""
        for index in range(len(self.rows) - 1, -1, -1):
            if self.rows[index] is row:
                return index
        return None

    def place(self, row: Row) -> int:
        """The index at which a new row belongs: behind the rows of its dictation that were spoken before it."""
        index = len(self.rows)
        while index and self.rows[index - 1].dictation != row.dictation:
            index -= 1
        if not index:
            return len(self.rows)
        while index and _is_later(self.rows[index - 1], row):
            index -= 1
        return index

    def before(self, index: int) -> str:
        """The end of the paragraph before a row, as much as its lead depends on."""
        parts: list[str] = []
        length, first = 0, self._firsts[self.number(index - 1)] if index else 0
        while index > first and length < CONTEXT:
            index -= 1
            row = self.rows[index]
            parts += (row.text, row.lead or "")
            length += len(row.text)
        return "".join(reversed(parts))

    def lead(self, index: int, row: Row) -> str | None:
        """The lead that `row` would have before row `index`."""
        above = self.rows[index - 1] if index else None
        return self._lead(above, row, self.before(index), self._length_before(index))

    def leads(self, index: int, rows: Sequence[Row]) -> list[str | None]:
        """The leads of rows that are to be inserted, and of the row that is at `index` now."""
        above = self.rows[index - 1] if index else None
        before, length = self.before(index), self._length_before(index)
        leads: list[str | None] = []
        for row in (*rows, *self.rows[index : index + 1]):
            lead = self._lead(above, row, before, length)
            before, length = ("", 0) if lead is None else (before + lead, length)
            before, length = (before + row.text)[-CONTEXT:], length + len(row.text)
            leads.append(lead)
            above = row
        return leads

    def space_before(self, index: int) -> str:
        """The space that a row needs behind the text before it, where it does not begin a paragraph."""
        row = self.rows[index]
        return gap(self.before(index), row.text, self.languages.get(row.dictation, ""))

    def _length_before(self, index: int) -> int:
        first = self._firsts[self.number(index - 1)] if index else 0
        return sum(len(row.text) for row in self.rows[first:index])

    def _lead(self, above: Row | None, row: Row, before: str, length: int) -> str | None:
        """The space before `row` in the paragraph of the row above; None when it begins a paragraph.

        `before` is the end of that paragraph, and `length` the number of its characters.
        """
        if above is None or not continues(above, row, self.pause_s):
            return None
        language = self.languages.get(row.dictation, "")
        if length > LONGEST or (length > LONG and ends_sentence(before, language)):
            return None
        return gap(before, row.text, language)


def _is_later(other: Row, row: Row) -> bool:
    return (
        other.dictation == row.dictation
        and other.kind is not RowKind.HEADING
        and (other.start, other.number) > (row.start, row.number)
    )


def joined(rows: Iterable[Row], between: str = "") -> str:
    """The texts of rows with their leads; `between` separates paragraphs."""
    parts: list[str] = []
    for row in rows:
        parts += ((between if row.lead is None else row.lead) if parts else "", row.text)
    return "".join(parts)


def continues(above: Row, row: Row, pause_s: float) -> bool:
    """Whether `row` may stand in the paragraph of the row above.

    It may in the same dictation without a pause of `pause_s`. Text that begins with a line break (a spoken "new
    paragraph") brings its own distance, after a pause too.
    """
    if pause_s == LINE_EACH or not (above.editable and row.editable) or above.dictation != row.dictation:
        return False
    return row.text.startswith("\n") or seconds(row.start - above.end) < pause_s
