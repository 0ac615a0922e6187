"""Presents a part of a file as a file of its own, with some bytes replaced.

FFmpeg reads such a view where the lengths in a file's header are wrong. Used on the thread of the file's reader.
"""

from __future__ import annotations

import io
from typing import BinaryIO

Patches = tuple[tuple[int, bytes], ...]
"""Pairs of an offset in the file and the bytes that are read there instead of its own."""


class FileView(io.RawIOBase):
    """The bytes `start` to `end` of `file`, which stays the caller's, with `patches` applied."""

    def __init__(self, file: BinaryIO, start: int, end: int, patches: Patches = ()) -> None:
        self._file = file
        self._start = start
        self._end = end
        self._patches = patches
        self._at = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = max(self._start, base + offset)
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, or all that are left where these are fewer or `size` is negative."""
        left = max(0, self._end - self._at)
        self._file.seek(self._at)
        block = self._file.read(left if size < 0 else min(size, left))
        for offset, patch in self._patches:
            first, last = max(offset, self._at), min(offset + len(patch), self._at + len(block))
            if first < last:
                changed = bytearray(block)
                changed[first - self._at : last - self._at] = patch[first - offset : last - offset]
                block = bytes(changed)
        self._at += len(block)
        return block
