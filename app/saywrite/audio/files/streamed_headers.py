"""Corrects the lengths of AIFF and AU files whose header was never finished, for FFmpeg.

Pure but for reading the file it is given; runs on the thread of its caller. A recorder that was killed, or that writes
into a pipe, leaves lengths of 0 or placeholders. WAV has a module of its own, `wav_header.py`.
"""

from __future__ import annotations

from typing import BinaryIO

from saywrite.audio.files.file_view import FileView, Patches

_MAX_CHUNKS = 1_000
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
