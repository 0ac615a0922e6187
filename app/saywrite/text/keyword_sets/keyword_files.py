"""Reads and writes keyword lists as CSV and JSON: reports bad entries by line, keeps the good ones. Pure."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from saywrite.foundation.errors import KeywordsError
from saywrite.foundation.messages import message
from saywrite.text import characters
from saywrite.text.keywords import Keyword, has_text

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def escape_formula(cell: str) -> str:
    """Put an apostrophe before text that a spreadsheet would evaluate as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """Undo `escape_formula`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


_DELIMITERS = ",;\t"
_HEADER = ("spoken", "written")
_LONGEST_ROW = 100
"""Lines that a quoted cell may span, so that an unclosed quotation mark does not consume the whole file."""

_WHITE = " \t\r\n"

csv.field_size_limit(2**31 - 1)  # JSON has no limit either; the largest number that a C long holds everywhere


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry of a file. `line`: in the file, counted from 1."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Import:
    """The keywords of a file, and its entries that are none."""

    keywords: tuple[Keyword, ...]
    problems: tuple[Problem, ...] = ()


def read(name: str, data: bytes) -> Import:
    """Read the file called `name`: JSON by its suffix, else CSV. Raises KeywordsError."""
    text = decode(data)
    return read_json(text) if name.lower().endswith(".json") else read_csv(text)


def decode(data: bytes) -> str:
    """Decode UTF-8, UTF-16 with a byte order mark (Excel's "Unicode text") or Windows-1252 (Excel's CSV)."""
    try:
        return characters.decode(data)
    except UnicodeDecodeError:
        encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"
        return data.decode(encoding, errors="replace")


def read_csv(text: str) -> Import:
    """Read the columns `spoken` and `written`, in this order or in that of a header.

    Commas, semicolons or tabs separate them. Raises KeywordsError when the text has rows and none is a keyword.
    """
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    first = 0
    delimiter = ""
    if lines and (hint := lines[0].strip(" \r\n").strip('"').lower()).startswith("sep=") and len(hint) == 5:
        # Excel names the delimiter in this way.
        first, delimiter = 1, hint[-1]
    rows = list(_rows(lines, first, delimiter or _delimiter(lines)))
    columns = _header(rows[0][1]) if rows else None
    keywords: list[Keyword] = []
    problems: list[Problem] = []
    for line, cells in rows[1:] if columns else rows:
        outcome = _keyword(line, cells, columns)
        if isinstance(outcome, Keyword):
            keywords.append(outcome)
        else:
            problems.append(outcome)
    return _import(keywords, problems, "CSV")


def read_json(text: str) -> Import:
    """Read an object `{"spoken": "written"}` or a list of objects with `spoken` and `written`.

    Raises KeywordsError when the text is neither, or has entries and none is a keyword.
    """
    reader = _JsonReader(text.removeprefix("\ufeff"))
    keywords: list[Keyword] = []
    problems: list[Problem] = []
    for line, spoken, written in reader.entries():
        outcome = _checked(line, spoken, written)
        if isinstance(outcome, Keyword):
            keywords.append(outcome)
        else:
            problems.append(outcome)
    return _import(keywords, problems + reader.problems, "JSON")


def write_csv(keywords: Iterable[Keyword]) -> str:
    """Write CSV with a header and CRLF (RFC 4180); cells that look like formulas are escaped."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(_HEADER)
    writer.writerows((escape_formula(entry.spoken), escape_formula(entry.written)) for entry in keywords)
    return target.getvalue()


def write_json(keywords: Iterable[Keyword]) -> str:
    """Write an object, or a list of objects when a spoken form appears twice."""
    entries = tuple(keywords)
    content: object = {entry.spoken: entry.written for entry in entries}
    if len({entry.spoken for entry in entries}) < len(entries):
        content = [{"spoken": entry.spoken, "written": entry.written} for entry in entries]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _import(keywords: list[Keyword], problems: list[Problem], kind: str) -> Import:
    if problems and not keywords:
        line, what = problems[0].line, problems[0].what
        raise KeywordsError(
            message(
                "No keyword could be read from this {kind} file. Line {line}: {what}",
                kind=kind,
                line=str(line),
                what=what,
            ),
            message("Choose a file with one spoken and one written form in each entry."),
        )
    return Import(tuple(keywords), tuple(sorted(problems, key=lambda problem: problem.line)))


def _checked(line: int, spoken: object, written: object) -> Keyword | Problem:
    if not isinstance(spoken, str) or not isinstance(written, str):
        if not isinstance(spoken, str):
            return Problem(line, message("the spoken form is not a text."))
        return Problem(line, message("the written form is not a text."))
    if not spoken.strip():
        return Problem(line, message("the spoken form is empty."))
    if not has_text(written):
        return Problem(line, message("the written form is empty."))
    if any("\ud800" <= char <= "\udfff" for char in spoken + written):
        return Problem(line, message("it holds a broken character."))
    return Keyword(spoken.strip(), written if "\n" in written else written.strip())


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that splits the most of the first rows in two."""
    counts = Counter(
        {delimiter: sum(len(cells) == 2 for _, cells in _rows(lines[:200], 0, delimiter)) for delimiter in _DELIMITERS}
    )
    header = next((line.lower() for line in lines if line.strip()), "")
    for delimiter in _DELIMITERS:
        if set(_HEADER) <= {cell.strip(' "\r\n') for cell in header.split(delimiter)}:
            return delimiter
    return counts.most_common(1)[0][0]


def _rows(lines: Sequence[str], first: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with its line number; a row that is not valid CSV has no cells."""
    at = first
    while at < len(lines):
        if not lines[at].strip(_WHITE + delimiter):
            at += 1
            continue
        cells, count = _row(lines, at, delimiter)
        yield at + 1, cells
        at += count


def _row(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """Read the row that begins at a line: its cells and its number of lines."""
    longest = _LONGEST_ROW if '"' in lines[at] else 1
    for count in range(1, longest + 1):
        if at + count > len(lines):
            break
        try:
            row = next(csv.reader(["".join(lines[at : at + count])], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if "unexpected end" not in str(error):
                break
        else:
            return row, count
    return [], 1


def _header(cells: list[str]) -> tuple[int, int] | None:
    names = [cell.strip().lower() for cell in cells]
    return (names.index("spoken"), names.index("written")) if set(_HEADER) <= set(names) else None


def _keyword(line: int, cells: list[str], columns: tuple[int, int] | None) -> Keyword | Problem:
    if not cells:
        return Problem(line, message("the quotation marks do not match."))
    while columns is None and len(cells) > 2 and not cells[-1].strip():
        cells = cells[:-1]
    if columns is None and len(cells) > 2:
        return Problem(
            line,
            message("{cells} columns instead of 2; put quotation marks around text with a comma.", cells=len(cells)),
        )
    spoken, written = columns or (0, 1)
    if len(cells) <= max(spoken, written):
        return Problem(line, message("the written form is missing."))
    return _checked(line, unescape_formula(cells[spoken]), unescape_formula(cells[written]))


class _JsonReader:
    """Reads the top level entry by entry, so that each has its line and a damaged end loses no good entry."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._decoder = json.JSONDecoder()

    def entries(self) -> Iterator[tuple[int, object, object]]:
        opening = self._peek()
        if opening not in ("{", "["):
            raise KeywordsError(
                message("This is not a JSON file with keywords."),
                message('Choose one of the form {"spoken": "written"}, or a CSV file.'),
            )
        closing = "}" if opening == "{" else "]"
        self._at += 1
        try:
            while self._peek() != closing:
                yield self._entry(opening)
                if self._peek() not in (",", closing):
                    raise ValueError
                self._at += self._peek() == ","
            self._at += 1
            if self._peek():
                raise ValueError
        except (ValueError, RecursionError):
            self.problems.append(Problem(self._line_here(), message("not valid JSON from here on.")))

    def _entry(self, opening: str) -> tuple[int, object, object]:
        self._peek()
        line = self._line_here()
        value = self._value()
        if opening == "[":
            entry = value if isinstance(value, dict) else {}
            return line, entry.get("spoken"), entry.get("written")
        if not isinstance(value, str) or self._peek() != ":":
            raise ValueError
        self._at += 1
        return line, value, self._value()

    def _value(self) -> object:
        self._peek()
        value, self._at = self._decoder.raw_decode(self._text, self._at)
        return value

    def _peek(self) -> str:
        """Skip white space and return the next character, "" at the end."""
        while self._text[self._at : self._at + 1] in tuple(_WHITE):
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = max(self._counted, self._at)
        return self._line
