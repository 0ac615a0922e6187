"""Text in the form in which Qt's text documents hold it, and its positions there. Pure: no Qt.

A text document ends a paragraph at every line feed and counts positions in UTF-16 code units.
"""

from __future__ import annotations

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
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, len(old) - tail, len(new) - tail
