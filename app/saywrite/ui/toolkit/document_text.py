"""Text in the form in which Qt's text documents hold it, and its positions there. Pure: no Qt.

A text document ends a paragraph at every line feed and counts positions in UTF-16 code units.
"""

from __future__ import annotations

from collections.abc import Callable

LINE_SEPARATOR = "\u2028"
_BREAKS = {ord("\r"): "\n", ord("\v"): "\n", ord("\f"): "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
# Code points that Qt reserves inside a text document (frame borders, inline objects), and NUL.
_RESERVED = dict.fromkeys((0xFDD0, 0xFDD1, 0xFFFC, 0x0000))
_CLEAN = _BREAKS | _RESERVED


def clean(text: str) -> str:
    """`text` with "\\n" for every kind of line break, without the characters that Qt reserves."""
    return text.replace("\r\n", "\n").translate(_CLEAN)


def as_paragraph(text: str) -> str:
    """`text` as one paragraph: its line breaks become line separators, which do not end a paragraph."""
    return text.replace("\n", LINE_SEPARATOR)


def utf16_length(text: str) -> int:
    """The length of `text` in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_at_utf16(text: str, position: int) -> int:
    """The index in `text` that corresponds to a position in UTF-16 code units."""
    if text.isascii():
        return position
    return len(text.encode("utf-16-le", "surrogatepass")[: position * 2].decode("utf-16-le", "ignore"))


def difference(old: str, new: str) -> tuple[int, int, int]:
    """The part in which two texts differ, as (start, end in `old`, end in `new`)."""
    limit = min(len(old), len(new))
    head = _longest(limit, lambda first, last: old[first:last] == new[first:last])
    ends = len(old), len(new)
    tail = _longest(
        limit - head, lambda first, last: old[ends[0] - last : ends[0] - first] == new[ends[1] - last : ends[1] - first]
    )
    return head, len(old) - tail, len(new) - tail


def _longest(limit: int, equal: Callable[[int, int], bool]) -> int:
    """The largest number up to `limit` below which all is `equal`.

    Compares ever larger pieces, then halves the one that differs.
    """
    done, piece = 0, 16
    while done < limit and equal(done, last := min(done + piece, limit)):
        done, piece = last, 2 * piece
    last = min(done + piece, limit)
    while done < last:
        middle = (done + last + 1) // 2
        if equal(done, middle):
            done = middle
        else:
            last = middle - 1
    return done
