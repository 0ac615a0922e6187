"""The pages of an Ogg file (RFC 3533): where its streams begin, and whether pages are missing.

Pure but for reading the file it is given; runs on the thread of its caller. FFmpeg passes over a page whose checksum is
wrong. The numbers of the pages tell that from a pause, in which the time goes on and the numbers have no gap.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 16
_JOINED_LATE = 100  # pages; a program that records a station begins with its headers and goes on where it is now
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class _Page:
    start: int
    end: int
    stream: int
    number: int
    timed: bool
    """Whether sound ends in it; headers have none."""
    begins: bool
    """Whether it is the first page of its stream."""
    ends: bool
    """Whether it is marked as the last page of its stream."""


def ogg_links(file: BinaryIO, size: int) -> list[tuple[int, int]]:
    """(start, end) in bytes of each stream of a chained Ogg file, without what was appended to it.

    FFmpeg stops where two of them differ.
    """
    starts: list[int] = []
    inside, end = False, size
    for page in _pages(file, checked=False):
        if page.begins and (inside or not starts):
            starts.append(page.start)
        inside, end = not page.begins, min(page.end, size)
    if not starts:  # its first page is missing
        return [(0, size)]
    return list(zip(starts, [*starts[1:], end], strict=True))


def find_ogg_damage(file: BinaryIO) -> tuple[bool, bool]:
    """(whether the file ends within a page, whether pages in the middle are missing or unreadable)."""
    due: dict[int, int] = {}
    heard: set[int] = set()
    missing, last = False, _Page(0, 0, 0, 0, False, False, False)
    for last in _pages(file, checked=True):
        gap = 0 if last.begins else last.number - due.get(last.stream, -1)
        missing = missing or not (gap == 0 or (gap > _JOINED_LATE and last.stream not in heard))
        due[last.stream] = last.number + 1 & 0xFFFF_FFFF
        if last.timed:
            heard.add(last.stream)
    file.seek(last.end)
    rest = file.read(_BLOCK * 2).rstrip(b"\0")  # a page has at most 65,307 bytes
    return b"OggS" in rest or (bool(rest) and not last.ends), missing


def _pages(file: BinaryIO, checked: bool) -> Iterator[_Page]:
    """Yield the pages; with `checked` those alone whose checksum is right."""
    at = 0
    while at >= 0:
        file.seek(at)
        head = file.read(27)
        if len(head) < 27:
            return
        table = file.read(head[26])
        length = 27 + len(table) + sum(table)
        intact = head[:4] == b"OggS" and len(table) == head[26]
        if not intact or (checked and not _is_intact(head + table + file.read(sum(table)), length)):
            at = _find_page(file, at + 1)
            continue
        stream, number = int.from_bytes(head[14:18], "little"), int.from_bytes(head[18:22], "little")
        timed = head[6:14] not in (bytes(8), b"\xff" * 8)
        yield _Page(at, at + length, stream, number, timed, bool(head[5] & 2), bool(head[5] & 4))
        at += length


def _find_page(file: BinaryIO, at: int) -> int:
    """Where the next page begins from `at` on; -1 where none does."""
    file.seek(at)
    while block := file.read(_BLOCK):
        if (place := block.find(b"OggS")) >= 0:
            return at + place
        at += max(1, len(block) - 3)
        file.seek(at)
        if len(block) < _BLOCK:
            return -1
    return -1


def _is_intact(page: bytes, length: int) -> bool:
    """Whether the checksum is right: CRC 32 with zlib's polynomial, the other bit order and no inversion."""
    blank = page[:22] + bytes(4) + page[26:]
    checksum = zlib.crc32(blank.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return len(page) == length and checksum.to_bytes(4, "little").translate(_REVERSED)[::-1] == page[22:26]
