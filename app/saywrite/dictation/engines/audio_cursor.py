"""The cursor between the sound of a dictation and its recognizer. Pure: it has no clock, no thread and no disk.

The recognizer is fed what is in the journal, never further ahead than its window; after a `Rewind` it is fed again.
All offsets here count in the journal; the recognizer counts from `base`, where its part of the sound begins.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from saywrite.dictation.persistence.spans import Span, silence_outside
from saywrite.foundation.errors import JournalError
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.foundation.messages import message
from saywrite.speech.engine import Events, Recognizer


class RecentAudio:
    """The newest part `[start, end)` of a recording. Blocks are kept as they came: appending copies nothing."""

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.end = start
        self._blocks: deque[bytes] = deque()

    def append(self, pcm: bytes) -> None:
        if pcm:
            self._blocks.append(pcm)
            self.end += len(pcm) // BYTES_PER_SAMPLE

    def trim(self, before: int) -> None:
        """Drop the blocks that end at or before the offset `before`."""
        while self._blocks and self.start + len(self._blocks[0]) // BYTES_PER_SAMPLE <= before:
            self.start += len(self._blocks.popleft()) // BYTES_PER_SAMPLE

    def read(self, start: int, end: int) -> bytes:
        """Return the PCM of `[start, end)` as far as it is here. Raises ValueError where it was trimmed."""
        if start >= min(end, self.end):
            return b""
        if start < self.start:
            raise ValueError(f"trimmed up to {self.start}, asked for {start}")
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


FEED = SAMPLE_RATE // 10
"""Samples in one call of `feed`: 100 ms."""

DISK_PATIENCE = SAMPLE_RATE // 2
"""Samples that the journal may lag until the recognizer is fed from memory instead.

Sound is on disk before it is anywhere else, unless the disk does not answer for half a second.
"""

AT_ONCE = 10 * SAMPLE_RATE
"""Samples fed in one go: the sound of a long outage must not delay everything else."""

DISK_GIVEN_UP = 30 * 60 * SAMPLE_RATE
"""Unwritten samples after which memory is freed without the disk: as many as the record keeps (`MEMORY_LIMIT`)."""

KEEP_BEHIND = 25 * SAMPLE_RATE
"""Samples kept before the confirmed offset: a recognizer may need them once more."""

KEEP_IN_MEMORY = 180 * SAMPLE_RATE
"""Samples kept in memory once they are on disk, at most; a recognizer further behind is fed from the journal."""


class AudioCursor:
    """Feeds one recognizer from one recording."""

    def __init__(
        self,
        recognizer: Recognizer,
        base: int,
        read_journal: Callable[[int, int], bytes],
        on_disk: bool,
        deliver: Callable[[Events], None],
    ) -> None:
        """`deliver` takes what the recognizer returns, without calling this cursor."""
        self.base = base
        self.sent = base
        self.confirmed = base
        self.sent_by_own = base
        """Samples that the recognizer with which the dictation began has taken, without those of its stand-ins."""
        self._recognizer = self._own = recognizer
        self._read_journal = read_journal
        self._on_disk = on_disk
        self._deliver = deliver
        self._tail = RecentAudio(base)
        self._written = base
        self._fed = base
        self._ended = False
        self._finish_asked = False
        self.wanted: tuple[Span, ...] = ()
        """The stretches to transcribe; the recognizer hears silence elsewhere. (): all of the sound."""
        self.has_more = False
        """The last `feed()` stopped because it had done enough, not because there was no more."""

    @property
    def heard(self) -> int:
        """The offset behind the newest sample."""
        return self._tail.end

    @property
    def room(self) -> int:
        """Samples that the recognizer can take beyond `heard`: a source that can wait gives no more."""
        return max(self.sent + self._recognizer.window - self.heard, 0)

    @property
    def unwritten(self) -> int:
        """Samples that are not on disk yet; 0 where the sound is not recorded."""
        return self.heard - self._written if self._on_disk else 0

    @property
    def is_done(self) -> bool:
        """Whether the sound has ended and all of it has its text."""
        return self._ended and self.confirmed == self.heard

    def append(self, pcm: bytes) -> None:
        self._tail.append(pcm)

    def end(self) -> None:
        """Note that no sound will be appended any more."""
        self._ended = True

    def written(self, offset: int) -> None:
        """Note that the journal on disk holds everything before `offset`."""
        self._written = max(self._written, offset)
        self._trim()

    def advance(self, sent: int, confirmed: int) -> bool:
        """Note a recognizer's `Progress`, in its own offsets; return whether `confirmed` has grown."""
        self._take_sent(max(self.sent, min(sent + self.base, self.heard)))
        before = self.confirmed
        self.confirmed = max(before, min(confirmed + self.base, self.heard))
        self._trim()
        return self.confirmed > before

    def confirm_all(self) -> None:
        """Note that the recognizer has finished in order: no text is outstanding."""
        self.sent = self.confirmed = self.heard

    def rewind(self, to: int) -> None:
        """Feed again from the recognizer's own offset `to`: its worker or its connection was replaced."""
        self._fed = max(min(to + self.base, self.heard), self.base)
        self._take_sent(self._fed)
        self._finish_asked = False

    def _take_sent(self, sent: int) -> None:
        if self._recognizer is self._own:
            self.sent_by_own += sent - self.sent
        self.sent = sent

    def change_recognizer(self, recognizer: Recognizer) -> None:
        """Continue with another recognizer from the confirmed offset."""
        self._recognizer = recognizer
        self.base = self._fed = self.sent = self.confirmed
        self._finish_asked = False

    def feed(self) -> None:
        """Give the recognizer what it may have now. Raises JournalError where old sound cannot be read back."""
        enough = self._fed + AT_ONCE
        behind_disk = self._on_disk and self.unwritten <= DISK_PATIENCE and not self._ended
        limit = min(self._written if behind_disk else self.heard, self.sent + self._recognizer.window)
        at_end = self._ended and limit == self.heard
        while self._fed < enough and (self._fed + FEED <= limit or (at_end and self._fed < limit)):
            end = min(self._fed + FEED, limit)
            pcm = silence_outside(self._read(self._fed, end), self._fed, self.wanted)
            self._fed = end
            self._deliver(self._recognizer.feed(pcm, end - self.base))
        self.has_more = self._fed >= enough
        if self._ended and self._fed == self.heard and not self._finish_asked:
            self._finish_asked = True
            self._deliver(self._recognizer.finish())

    def _read(self, start: int, end: int) -> bytes:
        if start >= self._tail.start:
            return self._tail.read(start, end)
        split = min(end, self._tail.start)
        old = self._read_journal(start, split)
        if len(old) != (split - start) * BYTES_PER_SAMPLE:
            # Less sound would shift every later offset, and its words would be missing without a notice.
            raise JournalError(
                message("Sound that has no text yet can no longer be read."),
                message("Transcribe the file again later."),
            )
        return old + self._tail.read(split, end)

    def _trim(self) -> None:
        unneeded = max(self.confirmed - KEEP_BEHIND, self.heard - KEEP_IN_MEMORY)
        disk_helps = self._on_disk and self.unwritten <= DISK_GIVEN_UP
        self._tail.trim(min(unneeded, self._written if disk_helps else self.sent))
