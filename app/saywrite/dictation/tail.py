"""The latest sound of a dictation in memory, addressed by sample offset. Pure.

The recogniser is fed from here, so that a stalled disk stalls nothing else; what was trimmed is read from the
journal.
"""

from __future__ import annotations

from collections import deque

from saywrite.events import BYTES_PER_SAMPLE


class Tail:
    """A window `[start, end)` over an endless recording. Blocks are kept as they came: appending copies nothing."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.end = start
        self._blocks: deque[bytes] = deque()

    def append(self, pcm: bytes) -> None:
        if pcm:
            self._blocks.append(pcm)
            self.end += len(pcm) // BYTES_PER_SAMPLE

    def trim(self, before: int) -> None:
        """Forget whole blocks that end at or before the offset `before`."""
        while self._blocks and self.start + len(self._blocks[0]) // BYTES_PER_SAMPLE <= before:
            self.start += len(self._blocks.popleft()) // BYTES_PER_SAMPLE

    def read(self, start: int, end: int) -> bytes:
        """PCM of `[start, end)`, as far as it is here. Raises ValueError when `start` was trimmed already."""
        if start < self.start:
            raise ValueError(f"trimmed up to {self.start}, asked for {start}")
        if start >= min(end, self.end):
            return b""
        # Feeding reads near the end; walk from there rather than over a long backlog.
        parts: list[bytes] = []
        at = self.end
        for block in reversed(self._blocks):
            at -= len(block) // BYTES_PER_SAMPLE
            if at < end:
                first = max(start - at, 0) * BYTES_PER_SAMPLE
                last = (end - at) * BYTES_PER_SAMPLE
                parts.append(block[first:last])
            if at <= start:
                break
        return b"".join(reversed(parts))
