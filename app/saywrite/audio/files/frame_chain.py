"""Whether frames are missing in a file of nothing but frames: MP3, MP2, AAC (ADTS), AC-3, E-AC-3.

Pure but for reading the file it is given; runs on the thread of its caller. Such a file has no list of contents, and
FFmpeg passes over what is no frame. But each frame has its own length, and the next one begins right behind it: behind
a hole no frame begins where one is due. What lies there may also be a tag, where files were joined.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

from saywrite.audio.files.file_ends import frame_length

FRAMED = ("mp3", "aac", "ac3", "eac3")
"""FFmpeg's names of these containers."""

_HEAD = 7  # bytes of a frame that have its length
_LINKED = 3  # frames that follow each other: bytes that look like the head of one are anywhere
_BLOCK = 1 << 16
_MOST_PADDING = 1 << 13  # zeros between joined files; longer ones are a hole in a copy

_AC3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_AC3_SAMPLES = 1_536

LengthOf = Callable[[bytes], int]


def has_frame_holes(file: BinaryIO, format_name: str) -> bool:
    """Whether something that is no frame, no tag and no padding lies between frames."""
    size = file.seek(0, os.SEEK_END)
    length_of, mark = (_ac3_length, b"\x0b\x77") if "ac3" in format_name else (frame_length, b"\xff")
    at = _find_frame(file, size, 0, length_of, mark)  # before it lies a tag, or the rest of a frame
    while 0 <= at <= size - _HEAD:
        file.seek(at)
        head = file.read(_HEAD)
        step = length_of(head) or _tag_length(file, at) or _padding_length(file, at)
        if not step:
            return _find_frame(file, size, at, length_of, mark) >= 0  # without one it was appended
        at += step
    return False


def _find_frame(file: BinaryIO, size: int, at: int, length_of: LengthOf, mark: bytes) -> int:
    """Where the next frames begin from `at` on; -1 where none do."""
    while at <= size - _HEAD:
        file.seek(at)
        block = file.read(_BLOCK)
        place = block.find(mark)
        while place >= 0:
            if _is_linked(file, size, at + place, length_of):
                return at + place
            place = block.find(mark, place + 1)
        at += max(1, len(block) - len(mark) + 1)
    return -1


def _is_linked(file: BinaryIO, size: int, at: int, length_of: LengthOf) -> bool:
    for _ in range(_LINKED):
        file.seek(at)
        length = length_of(file.read(_HEAD))
        if not length:
            return False
        at += length
        if at >= size:
            return at == size
    return True


def _tag_length(file: BinaryIO, at: int) -> int:
    """The length of the tag at `at`: ID3v2, ID3v1, APE or Lyrics3; 0 where there is none."""
    file.seek(at)
    head = file.read(32)
    if head[:3] == b"ID3" and len(head) > 10:
        footer = 10 if head[5] & 0x10 else 0
        return 10 + footer + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    if head[:3] == b"TAG":
        return 227 if head[3:4] == b"+" else 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        is_header = head[23] & 0x20
        return 32 + (int.from_bytes(head[12:16], "little") if is_header else 0)
    if head[:11] == b"LYRICSBEGIN":
        file.seek(at)
        end = file.read(_BLOCK).find(b"LYRICS200")
        return end + 9 if end > 0 else 0
    return 0


def _padding_length(file: BinaryIO, at: int) -> int:
    """The number of zeros at `at`; 0 where there are more than padding has."""
    file.seek(at)
    block = file.read(_MOST_PADDING + 1)
    zeros = len(block) - len(block.lstrip(b"\0"))
    return zeros if zeros <= _MOST_PADDING else 0


def _ac3_length(head: bytes) -> int:
    """Bytes of the AC-3 or E-AC-3 frame that begins with `head` (ETSI TS 102 366); 0 where that is none."""
    if len(head) < _HEAD or head[:2] != b"\x0b\x77":
        return 0
    if head[5] >> 3 > 10:  # E-AC-3: 11 bits, in words
        return (((head[2] & 7) << 8 | head[3]) + 1) * 2
    rate, code = head[4] >> 6, head[4] & 0x3F
    if rate == 3 or code >= 2 * len(_AC3_KBITS):
        return 0
    hertz = (48_000, 44_100, 32_000)[rate]
    words = _AC3_KBITS[code // 2] * 1_000 * _AC3_SAMPLES // (16 * hertz)
    return 2 * (words + (code % 2 if rate == 1 else 0))
