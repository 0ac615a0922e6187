"""Whether a media file is whole by its own structure.

Pure but for reading the file it is given; runs on the thread of its caller. FFmpeg reads what is there and rarely
reports that more should follow. So the structure is checked: boxes (MP4, MOV), elements (Matroska, WebM), pages (Ogg),
frames (MP3, AAC) and chunks (AVI, AIFF, CAF) contain their own lengths, and a file that was cut ends within one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import BinaryIO

from saywrite.audio.files.frame_chain import FRAMED, has_frame_holes
from saywrite.audio.files.ogg_pages import find_ogg_damage

_MAX_PARTS = 10_000_000  # sizes in a damaged file must not make the search endless

_CLUSTER, _SEGMENT = 0x1F43B675, 0x18538067  # Matroska element ids
_OUTERMOST = (_SEGMENT, 0x1A45DFA3, 0xEC)  # the header of the file, and padding
_TAGS = (8, 9, 18)  # FLV: sound, picture, script
_CHUNKS = (b"RIFF", b"FORM", b"data")  # those that hold sound
_BLOCK = 1 << 16
_PACKETS = 1 << 10  # of a transport stream, at a time
_PACK, _END_OF_STREAM = 0xBA, 0xB9  # MPEG-PS: the last byte of the code that begins a part
_PACKS_APART = 63_000  # of a clock of 90 kHz: the standard allows 0.7 s


@dataclass(frozen=True, slots=True)
class Damage:
    """What the structure of a file shows. `cut`: it ends in the middle of a part; `holes`: a part within is missing."""

    cut: bool = False
    holes: bool = False


def find_damage(file: BinaryIO, format_name: str, track: int) -> Damage:
    """Follow the parts of a file to its end; no damage for formats that are not known here.

    `format_name`: FFmpeg's name of the container; `track`: its number of the track, which a transport stream needs.
    """
    size = file.seek(0, os.SEEK_END)
    if "matroska" in format_name:
        return _follow_elements(file, size)
    if format_name == "ogg":
        return Damage(*find_ogg_damage(file))
    if format_name == "flv":
        return _follow_tags(file, size)
    if format_name == "mpegts":
        return _follow_packets(file, size, track)
    if format_name == "mpeg":
        return Damage(holes=_has_pack_holes(file))
    if format_name in FRAMED:
        return Damage(holes=has_frame_holes(file, format_name))
    if format_name == "avi":
        return Damage(_ends_in_chunk(file, size, format_name), _has_avi_holes(file, size))
    return Damage(_is_cut(file, size, format_name))


def _is_cut(file: BinaryIO, size: int, format_name: str) -> bool:
    if "mov" in format_name:
        return _ends_in_box(file, size)
    if format_name in ("aiff", "caf"):
        return _ends_in_chunk(file, size, format_name)
    if format_name == "w64":  # its whole length, 64 bits behind a GUID
        file.seek(16)
        length = int.from_bytes(file.read(8), "little")
        return size < length < 1 << 62
    return False


def _ends_in_box(file: BinaryIO, size: int) -> bool:
    """ISO 14496-12: 32-bit length and type; a length of 1 has 64 bits behind the type, 0 is up to the end.

    Only of a file of fragments: the list of contents of any other file has its length. Other boxes are junk behind it.
    """
    at, fragments = 0, False
    for _ in range(_MAX_PARTS):
        file.seek(at)
        head = file.read(16)
        name, length, smallest = head[4:8], int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, smallest = int.from_bytes(head[8:16], "big"), 16
        if length < smallest or len(head) < smallest:
            return False  # the end, or something that was appended
        fragments = fragments or name in (b"moof", b"styp", b"sidx")
        at += length
        if at > size:
            return fragments and name in (b"moof", b"mdat", b"styp", b"sidx")
    return False


def _follow_elements(file: BinaryIO, size: int) -> Damage:
    """Matroska: elements follow each other, also within Clusters, up to the end of the Segment.

    The Segment of a live stream has no length: it ends with the file, or with zeros behind it.
    """
    at, inside = 0, False
    end: int | None = None
    for _ in range(_MAX_PARTS):
        if inside and end is not None and at >= end:
            if at > end:
                return Damage(holes=True)
            inside = False
        if at >= size:
            return Damage(cut=at > size)
        file.seek(at)
        element = _read_element(file.read(12))
        if not inside and (element is None or element[0] not in _OUTERMOST):
            return Damage()  # something that was appended
        if element is None:
            return Damage(cut=size - at < 12, holes=end is not None or not _is_blank(file, at))
        name, head, length = element
        if name == _SEGMENT:
            inside, end = True, None if length is None else at + head + length
            if end is not None and end > size:
                return Damage(cut=True)
        at += head if name in (_SEGMENT, _CLUSTER) or length is None else head + length
    return Damage()


def _follow_tags(file: BinaryIO, size: int) -> Damage:
    """FLV: tags with a type, a length of 24 bits and a stream number of 0, each followed by 4 bytes."""
    file.seek(5)
    at = int.from_bytes(file.read(4), "big") + 4
    for _ in range(_MAX_PARTS):
        if at >= size:
            return Damage()
        file.seek(at)
        head = file.read(11)
        if len(head) < 11:
            return Damage(cut=True)
        if head[0] & 0x1F not in _TAGS or any(head[8:]):
            return Damage(holes=not _is_blank(file, at))
        at += 11 + int.from_bytes(head[1:4], "big")
        if at > size:
            return Damage(cut=True)
        at += 4
    return Damage()


def _has_avi_holes(file: BinaryIO, size: int) -> bool:
    """AVI: in a list `movi` chunks follow each other, named "01wb" by track and kind.

    Lists `rec ` group them.
    """
    at, end = 0, 0
    for _ in range(_MAX_PARTS):
        file.seek(at)
        head = file.read(12)
        if len(head) < 12:
            return False
        name, length = head[:4], int.from_bytes(head[4:8], "little")
        if name == b"LIST" and head[8:] == b"movi":
            end = at + 8 + length if length else size
        if name == b"RIFF" or (name == b"LIST" and head[8:] in (b"movi", b"rec ")):
            at += 12
            continue
        if not all(0x20 <= byte < 0x7F for byte in name):
            return at < min(end, size) and not _is_blank(file, at)
        at += 8 + length + length % 2
    return False


def _follow_packets(file: BinaryIO, size: int, track: int) -> Damage:
    """MPEG-TS: packets of 188 bytes, on Blu-ray discs 192, counted from 0 to 15 for each track."""
    import numpy as np

    file.seek(0)
    length, skip = (188, 0) if file.read(1) == b"G" else (192, 4)
    file.seek(0)
    holes, foreign, last = False, False, np.zeros(0, np.uint8)
    while block := file.read(length * _PACKETS):
        packets = np.frombuffer(block[: len(block) // length * length], np.uint8).reshape(-1, length)[:, skip:]
        in_step = packets[:, 0] == 0x47
        pids = (packets[:, 1] & 0x1F).astype(int) << 8 | packets[:, 2]
        ours = packets[in_step & (pids == track) & (packets[:, 3] & 0x10 > 0)]
        numbers = np.concatenate([last, ours[:, 3] & 0x0F])
        holes = holes or bool((np.diff(numbers) & 0x0F > 1).any())
        last = numbers[-1:]
        if in_step.any():
            final = int(np.flatnonzero(in_step)[-1])
            holes, foreign = holes or foreign or not in_step[:final].all(), False
        foreign = foreign or not in_step[-1:].all()
    return Damage(cut=size % length != 0, holes=holes)


def _has_pack_holes(file: BinaryIO) -> bool:
    """MPEG-PS: packs, each with its clock, and packets with their lengths follow each other."""
    at = 0
    clock: int | None = None
    for _ in range(_MAX_PARTS):
        file.seek(at)
        head = file.read(14)
        if len(head) < 14:
            return False
        code = head[3]
        if head[:3] != b"\0\0\1" or code < _END_OF_STREAM:
            return at > 0 and not _is_blank(file, at)
        if code == _PACK:
            before, (clock, length) = clock, _read_pack(head)
            if before is not None and clock - before > _PACKS_APART:
                return True
            at += length
        elif code == _END_OF_STREAM:
            at, clock = at + 4, None
        else:
            at += 6 + int.from_bytes(head[4:6], "big")
    return False


def _read_pack(head: bytes) -> tuple[int, int]:
    """(clock, length). MPEG-2 has one more field of the clock, and bytes to fill up (ISO 13818-1, 2.5.3.3)."""
    bits, second = int.from_bytes(head[4:9], "big"), head[4] & 0xC0 == 0x40
    if second:
        bits >>= 2
    clock = (bits >> 33 & 7) << 30 | (bits >> 17 & 0x7FFF) << 15 | bits >> 1 & 0x7FFF
    return clock, 14 + (head[13] & 7) if second else 12


def _is_blank(file: BinaryIO, at: int) -> bool:
    """Whether nothing but zeros follows."""
    file.seek(at)
    while block := file.read(_BLOCK):
        if block.count(0) < len(block):
            return False
    return True


def _read_element(head: bytes) -> tuple[int, int, int | None] | None:
    """(id, bytes of id and length, length); the length is None where it is unknown. RFC 8794, section 4."""
    if not head or not head[0]:
        return None
    id_size = 9 - head[0].bit_length()
    if len(head) <= id_size or id_size > 4 or not head[id_size]:
        return None
    length_size = 9 - head[id_size].bit_length()
    field = head[id_size : id_size + length_size]
    if len(field) < length_size:
        return None
    ones = (1 << 7 * length_size) - 1
    length = int.from_bytes(field, "big") & ones
    return int.from_bytes(head[:id_size], "big"), id_size + length_size, None if length == ones else length


def _ends_in_chunk(file: BinaryIO, size: int, format_name: str) -> bool:
    """The outermost chunks: AVI has 32-bit lengths, little endian, AIFF big endian, CAF 64 bits."""
    at = 8 if format_name == "caf" else 0
    field = 8 if format_name == "caf" else 4
    file.seek(at)
    while (head := file.read(4 + field)) and len(head) == 4 + field:
        length = int.from_bytes(head[4:], "little" if format_name == "avi" else "big")
        if length in (0, (1 << 8 * field) - 1):
            return False  # a placeholder: the chunk lasts up to the end of the file
        if at and head[:4] not in _CHUNKS and at + 4 + field + length > size:
            return False  # something that was appended
        at += 4 + field + length
        if at > size + 1:
            return True
        at += length % 2 if format_name != "caf" else 0
        file.seek(at)
    return False
