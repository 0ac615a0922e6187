"""The sound of one dictation on its way to a worker, and the watch over a worker that should be answering.

Pure: offsets, blocks and times come in as values.
"""

from __future__ import annotations

from collections.abc import Iterator

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.speech.engine import Request

BLOCK_BYTES = SAMPLE_RATE // 10 * BYTES_PER_SAMPLE
"""Sound goes to a worker in blocks of 100 ms."""

GRACE_S = 1.0
"""Seconds of grace for a worker that looks hung: its answers may be waiting in our own inbox."""


class Feed:
    """One dictation: what it asked for, how far its sound has come, where a new worker has to begin.

    `sent` is what the worker has taken, `confirmed` what nothing is outstanding before. `complete` is set
    when no new sound will come; a worker that replaces another is still fed up to the same end.
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
        """A worker begins with this dictation, at `confirmed`."""
        self.session = session

    def take(self, pcm: bytes, end: int) -> None:
        """Sound up to `end`. Takes what continues the sound so far: after a rewind the caller may, for a
        moment,
        still feed what lies ahead, and then overlap."""
        start = end - len(pcm) // BYTES_PER_SAMPLE
        self._heard = max(self._heard, end)
        if start <= self._next < end:
            self._waiting += pcm[(self._next - start) * BYTES_PER_SAMPLE :]
            self._next = end

    def rewind(self) -> None:
        """The worker was lost: the next sound to take is that at `confirmed`."""
        self._next = self.sent = self.confirmed
        self._waiting.clear()
        self._asked_to_finish = False

    def blocks(self) -> Iterator[bytes]:
        """The blocks a worker should have now; the last one is short when the sound is complete."""
        while len(self._waiting) >= BLOCK_BYTES or (self._waiting and self._is_all_here()):
            yield bytes(self._waiting[:BLOCK_BYTES])
            del self._waiting[:BLOCK_BYTES]

    def must_finish(self) -> bool:
        """True once, when the worker has been given everything."""
        if self._asked_to_finish or not self._is_all_here() or self._waiting:
            return False
        self._asked_to_finish = True
        return True

    def confirm(self, to: int) -> bool:
        """Nothing is outstanding before `to`; whether that is news."""
        news = to > self.confirmed
        self.confirmed = max(self.confirmed, to)
        return news

    @property
    def outstanding(self) -> bool:
        """The worker owes an answer."""
        given = self._next - len(self._waiting) // BYTES_PER_SAMPLE
        return self._asked_to_finish or given > self.sent

    def _is_all_here(self) -> bool:
        return self.complete and self._next >= self._heard


class Watch:
    """Tells when a worker that owes an answer has been silent for too long."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._suspected: float | None = None

    def alive(self) -> None:
        """The worker has said something."""
        self._since = self._suspected = None

    def due(self, waiting: bool, patience_s: float, now: float) -> float | None:
        """When to look again; a time not after `now` means that the worker hangs; None: nothing to wait
        for.
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
