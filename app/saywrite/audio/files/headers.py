"""Finds the sound in files whose headers are wrong or were never finished: WAV, AIFF and AU.

Pure but for reading the file it is given; runs on the thread of its caller. Headers of WAV are wrong in four ways: a
recorder that was killed never wrote the length; a program that writes into a pipe puts a placeholder; a length of
more than 4 GiB wraps around; and a copy that broke off is shorter than its header says. The first three lose no sound
and are no error; only the last one is. In AIFF and AU the lengths of the first two are corrected for FFmpeg.

The formats: RIFF chunks (https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html), 64-bit lengths in the
`ds64` chunk of RF64 and BW64 (EBU Tech 3306).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from saywrite.audio.files.file_view import FileView, Patches

Order = Literal["big", "little"]

_MAX_CHUNKS = 1_000  # a file with more is garbage
_GIB = 1 << 30
_WRAP = 1 << 32
_ALL_ONES = 0xFFFF_FFFF
_UNKNOWN_REST_S = 0.05  # bytes behind the data that are less than this are padding, not sound
_TRAILERS = (
    *(b"LIST", b"id3 ", b"ID3 ", b"bext", b"iXML", b"cue ", b"smpl", b"inst", b"fact", b"PEAK", b"JUNK", b"junk"),
    *(b"PAD ", b"FLLR", b"axml", b"chna", b"acid", b"afsp", b"cart", b"_PMX", b"note", b"labl", b"plst", b"umid"),
    *(b"minf", b"elm1", b"regn", b"levl", b"DISP", b"strc", b"MD5 ", b"ubxt", b"SNDM", b"LGWV"),
)


@dataclass(frozen=True, slots=True)
class WavData:
    """The data chunk. Offsets and lengths are in bytes.

    `length`: of the sound in the file. `promised`: the length in the header, where the file is shorter; else None.
    `field`: where the header has the length (`field_size` bytes); `written`: the value there.
    """

    start: int
    length: int
    promised: int | None
    field: int
    field_size: int
    written: int
    big_endian: bool


def is_wav(head: bytes) -> bool:
    return head[:4] in (b"RIFF", b"RF64", b"BW64", b"RIFX") and head[8:12] == b"WAVE"


def find_wav_data(file: BinaryIO, size: int) -> WavData | None:
    """The data chunk of a WAV file of `size` bytes; None where there is none."""
    file.seek(0)
    head = file.read(12)
    order: Order = "big" if head[:4] == b"RIFX" else "little"
    riff_size = int.from_bytes(head[4:8], order)
    at, byte_rate, long_field = 12, 0, 0
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        header = file.read(8)
        if len(header) < 8:
            return None
        name, length = header[:4], int.from_bytes(header[4:], order)
        if name == b"fmt ":
            byte_rate = _byte_rate(file.read(16), order)
        elif name == b"ds64":
            long_field = at + 16
            riff_size = int.from_bytes(file.read(8), "little")
        elif name == b"data":
            field, field_size, written = at + 4, 4, length
            if long_field and length in (_ALL_ONES, 0):
                file.seek(long_field)
                field, field_size, written = long_field, 8, int.from_bytes(file.read(8), "little")
            start = at + 8
            found, promised = _judge(file, size, start, written, riff_size, byte_rate)
            return WavData(start, found, promised, field, field_size, written, order == "big")
        at += 8 + length + length % 2
    return None


def _byte_rate(fmt: bytes, order: Order) -> int:
    if len(fmt) < 16:
        return 0
    rate, block = int.from_bytes(fmt[4:8], order), int.from_bytes(fmt[12:14], order)
    said = int.from_bytes(fmt[8:12], order)
    pcm = int.from_bytes(fmt[:2], order) in (1, 3, 0xFFFE)
    return rate * block if pcm or not said else said


def _judge(
    file: BinaryIO, size: int, start: int, written: int, riff_size: int, byte_rate: int
) -> tuple[int, int | None]:
    """(bytes of sound, bytes promised where there are fewer)."""
    there = max(0, size - start)
    if written > there:
        placeholder = is_placeholder(written, there, riff_size, start)
        return there, None if placeholder else written
    rest = there - written
    if rest <= 1 or _is_chunks(file, start + written + written % 2, size):
        return written, None
    if written and rest < _UNKNOWN_REST_S * byte_rate:
        return written, None
    if rest >= _WRAP:
        return written + rest // _WRAP * _WRAP, None
    return there, None


def is_placeholder(written: int, there: int, riff_size: int, start: int) -> bool:
    """Whether a length larger than the file was never counted by the program that wrote it.

    Where the header tells a length of the whole file that has no room for sound, it was never finished. From 256 MB on,
    a round number was not counted, and from 1 GB on, a file that holds less than a tenth of its promise is taken for a
    stream too.
    """
    if riff_size + 8 <= start or riff_size == _ALL_ONES:
        return True  # the length of the whole file was never counted either
    if written < _GIB // 4:
        return False
    binary = min(written % (_GIB // 4), -written % (_GIB // 4)) <= 1 << 16
    decimal = min(written % 10**8, -written % 10**8) <= 1 << 12
    return binary or decimal or (written >= 10**9 and there < written // 10)


def _is_chunks(file: BinaryIO, at: int, size: int) -> bool:
    """Whether what follows the data is a known chunk, or a chain of chunks up to the end of the file."""
    for number in range(_MAX_CHUNKS):
        if 0 <= size - at <= 1:
            return number > 0
        file.seek(at)
        header = file.read(8)
        if header[:3] == b"TAG" and size - at == 128:  # ID3v1
            return True
        if len(header) < 8 or not header[:4].isascii() or not header[:4].decode().isprintable():
            return False
        if header[:4] in _TRAILERS:
            return True
        length = int.from_bytes(header[4:], "little")
        at += 8 + length + length % 2
        if at > size + 1:
            return False
    return False


def repaired(file: BinaryIO, data: WavData) -> FileView:
    """The file as it would be with a true length in its header; `file` stays the caller's."""
    # All ones mean "up to the end" to FFmpeg; a length that fits is given as it is.
    length = min(data.length, (1 << 8 * data.field_size) - 1)
    patch = length.to_bytes(data.field_size, "big" if data.big_endian else "little")
    return FileView(file, 0, data.start + data.length, ((data.field, patch),))


_UNKNOWN = (0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)


def repair_streamed(file: BinaryIO, size: int) -> FileView | None:
    """A view of an AIFF or AU file with correct lengths; None if they are correct, or for other formats."""
    file.seek(0)
    head = file.read(12)
    patches: Patches = ()
    if head[:4] == b".snd" and head[8:12] == bytes(4):
        patches = ((8, b"\xff" * 4),)
    elif head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        patches = _aiff_patches(file, size)
    return FileView(file, 0, size, patches) if patches else None


def _aiff_patches(file: BinaryIO, size: int) -> Patches:
    """The corrections of an AIFF file whose lengths are unknown; none for another.

    `SSND` holds the sound behind 8 bytes of its own, `COMM` the channels, the frames and the bits of a sample.
    """
    at, common, frame, frames = 12, 0, 0, 0
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(16)
        if len(head) < 16:
            return ()
        name, length = head[:4], int.from_bytes(head[4:8], "big")
        if name == b"COMM":
            common, frames = at + 10, int.from_bytes(head[10:14], "big")
            frame = int.from_bytes(head[8:10], "big") * -(-int.from_bytes(head[14:16], "big") // 8)
        if name == b"SSND":
            if not common or not frame or (length not in _UNKNOWN and frames not in _UNKNOWN):
                return ()
            there = size - at - 8
            counted = min((there - 8) // frame, 0xFFFF_FFFF)
            return (
                (4, (size - 8).to_bytes(4, "big")),
                (common, counted.to_bytes(4, "big")),
                (at + 4, there.to_bytes(4, "big")),
            )
        at += 8 + length + length % 2
    return ()
