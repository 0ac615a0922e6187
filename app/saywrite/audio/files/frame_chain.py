"""Frames of MP3, MP2, AAC (ADTS), AC-3 and E-AC-3: their lengths, and whether some are missing.

Pure but for reading the file it is given; runs on the thread of its caller. A file of nothing but frames has no list of
contents, and FFmpeg passes over what is no frame. But each frame has its own length, and the next one begins right
behind it: behind a hole no frame begins where one is due. What lies there may also be a tag, where files were joined.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

FRAMED = ("mp3", "aac", "ac3", "eac3")
"""FFmpeg's names of these containers."""

_HEAD = 7  # bytes of a frame that have its length
_LINKED = 3  # frames that follow each other: bytes that look like the head of one are anywhere
_BLOCK = 1 << 16
_MOST_PADDING = 1 << 13  # zeros between joined files; longer ones are a hole in a copy

_BITRATES = {  # kbit/s by (MPEG 1, layer); index 0 is "free"
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}  # by version bits

_AC3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_AC3_SAMPLES = 1_536

LengthOf = Callable[[bytes], int]


def frame_length(head: bytes) -> int:
    """Bytes of the MPEG audio or ADTS frame that begins with `head`, by its header; 0 where that is none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    if head[1] & 0xF6 == 0xF0:  # ADTS (ISO 13818-7): 13 bits of length
        return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    bits = _BITRATES[version == 3, layer][bitrate] * 1000
    hertz = _RATES[version][rate]
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding


def mp3_length(file: BinaryIO) -> float | None:
    """Seconds of an MP3 file by the Xing, Info or VBRI header in its first frame; None without one.

    For joined files it is the length of the first, so that more may follow. Silence that the encoder added counts.
    """
    file.seek(0)
    head = file.read(10)
    file.seek(_id3_length(head))
    frame = file.read(256)
    if not frame_length(frame):
        return None
    for mark, skip in ((b"Xing", 8), (b"Info", 8), (b"VBRI", 14)):
        if (place := frame.find(mark)) > 0:
            if mark != b"VBRI" and not frame[place + 7] & 1:
                return None
            count = int.from_bytes(frame[place + skip : place + skip + 4], "big")
            version = frame[1] >> 3 & 3
            return count * (1_152 if version == 3 else 576) / _RATES[version][frame[2] >> 2 & 3]
    return None


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
    if length := _id3_length(head):
        return length
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


def _id3_length(head: bytes) -> int:
    """The length of the ID3v2 tag that begins with `head`; 0 where that is none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + footer + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


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
