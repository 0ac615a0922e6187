"""The sound of one dictation that a worker has yet to get, and the detection of a worker that hangs.

Pure: offsets, blocks and times are arguments.
"""

from __future__ import annotations

from collections.abc import Iterator

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.speech.engine import Request

BLOCK_BYTES = SAMPLE_RATE // 10 * BYTES_PER_SAMPLE
"""Sound goes to a worker in blocks of 100 ms."""

GRACE_S = 1.0
"""Seconds that a worker which seems to hang has longer: its answers may be waiting in our own inbox."""


class Feed:
    """One dictation: its request, the sound for the worker, and the offset at which a new worker begins.

    `sent`: the end of the sound that the worker has processed. `confirmed`: everything before it has its text.
    `complete`: no new sound will come; a worker that replaces another gets the sound up to the same end. Offsets in
    samples.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.session = 0
        self.sent = 0
        self.confirmed = 0
        self.complete = False
        self._next = 0
        self._heard = 0
        self._waiting = bytearray()
        self._asked_to_finish = False

    def begin(self, session: int) -> None:
        """A worker starts with this dictation at `confirmed`, as its session number `session`."""
        self.session = session

    def take(self, pcm: bytes, end: int) -> None:
        """Add sound that ends at `end`, as far as it continues the sound so far.

        After a rewind the caller may still feed sound from further ahead, and then sound that overlaps.
        """
        start = end - len(pcm) // BYTES_PER_SAMPLE
        self._heard = max(self._heard, end)
        if start <= self._next < end:
            self._waiting += pcm[(self._next - start) * BYTES_PER_SAMPLE :]
            self._next = end

    def rewind(self) -> None:
        """The worker was lost: the next sound to add begins at `confirmed`."""
        self._next = self.sent = self.confirmed
        self._waiting.clear()
        self._asked_to_finish = False

    def blocks(self) -> Iterator[bytes]:
        """Yield and remove the blocks that can be sent now; the last one is short when the sound is complete."""
        while len(self._waiting) >= BLOCK_BYTES or (self._waiting and self._is_all_here()):
            yield bytes(self._waiting[:BLOCK_BYTES])
            del self._waiting[:BLOCK_BYTES]

    def must_finish(self) -> bool:
        """True exactly once: when all blocks of the complete sound have been taken out."""
        if self._asked_to_finish or not self._is_all_here() or self._waiting:
            return False
        self._asked_to_finish = True
        return True

    def confirm(self, to: int) -> bool:
        """Everything before `to` has its text. Returns whether that is further than before."""
        advances = to > self.confirmed
        self.confirmed = max(self.confirmed, to)
        return advances

    @property
    def outstanding(self) -> bool:
        """Whether the worker has been sent something that it has not answered."""
        given = self._next - len(self._waiting) // BYTES_PER_SAMPLE
        return self._asked_to_finish or given > self.sent

    def _is_all_here(self) -> bool:
        return self.complete and self._next >= self._heard


class Watch:
    """Decides when a worker that should answer has been silent for too long."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._suspected: float | None = None

    def alive(self) -> None:
        """The worker has sent a message."""
        self._since = self._suspected = None

    def due(self, waiting: bool, patience_s: float, now: float) -> float | None:
        """The time at which to ask again; a time up to `now` means that the worker hangs. None: nothing is awaited.

        `waiting`: an answer is awaited. `patience_s`: seconds of silence that are allowed.
        """
        if not waiting:
            self.alive()
            return None
        if self._since is None:
            self._since = now
        if now < self._since + patience_s:
            return self._since + patience_s
        if self._suspected is None:
            self._suspected = now
        return self._suspected + GRACE_S
