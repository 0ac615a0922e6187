"""Records one dictation: its sound in a journal, its text in the history.

`DictationRecord` lives on the dictation thread, where each method only submits; `RecordWriter` lives on the disk
thread. A full or unwritable disk is reported once; its sound stays in memory, `MEMORY_LIMIT` at most, and is written
when there is room again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.persistence.spans import Span
from saywrite.foundation.errors import HistoryError, JournalError, SaywriteError
from saywrite.foundation.events import BYTES_PER_SAMPLE, DiskRecovered, RecordClosed, Segment, Traffic
from saywrite.foundation.messages import message
from saywrite.storage.history.holdings import forget_empty
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import finish_recording

MEMORY_LIMIT = 30 * 60 * 16_000
"""Samples kept in memory while the disk refuses them: half an hour, 58 MB."""

BATCH = 16_000 // 10
"""Samples that are written at once: as many as a recognizer is fed at once. A kill costs these at most."""

RETRY_EVERY = 2 * 16_000
"""Samples of new sound between two attempts to write to a disk that refuses: two seconds."""


@dataclass(frozen=True, slots=True)
class SoundWritten:
    """Posted to the inbox: the journal of `dictation` holds the sound up to `length` samples."""

    dictation: str
    length: int


@dataclass(frozen=True, slots=True)
class DiskProblem:
    """Posted to the inbox: the disk refused something of `dictation`, which stays in memory meanwhile."""

    dictation: str
    error: SaywriteError


class RecordingSink(Protocol):
    """Where a session records: a `DictationRecord`, or a `FileRecord` on the command line."""

    on_disk: bool

    def append(self, pcm: bytes) -> None: ...
    def add_segment(self, segment: Segment) -> None: ...
    def remove_segments(self, numbers: tuple[int, ...]) -> None: ...
    def translate_segment(self, number: int, translation: str) -> None: ...
    def add_structured(self, results: Mapping[str, Any]) -> None: ...
    def set_traffic(self, traffic: Traffic) -> None: ...
    def add_gap(self, at: int, length: int, cause: str) -> None: ...
    def confirm(self, offset: int) -> None: ...
    def read(self, start: int, end: int) -> bytes: ...
    def close(
        self, heard: int, confirmed: int, complete: bool, *, waits: bool = False, missing: tuple[Span, ...] = ()
    ) -> None: ...


class DictationRecord:
    """Hands the sound and the results of a dictation to the disk thread. Dictation thread only."""

    def __init__(self, disk: DiskThread, writer: RecordWriter, *, new: bool) -> None:
        """`new`: begin a journal; otherwise reopen the one that a crash left, with its sound."""
        self.on_disk = new
        self._disk = disk
        self._writer = writer
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._first = True
        disk.submit(writer.open if new else writer.reopen)

    def append(self, pcm: bytes) -> None:
        """Record sound: the first block at once, later ones in tenths of a second (five microphone blocks)."""
        if not self.on_disk:
            return
        self._waiting.append(pcm)
        self._waiting_bytes += len(pcm)
        if self._first or self._waiting_bytes >= BATCH * BYTES_PER_SAMPLE:
            self._hand_over()

    def add_segment(self, segment: Segment) -> None:
        self._disk.submit(partial(self._writer.add_segment, segment))

    def remove_segments(self, numbers: tuple[int, ...]) -> None:
        self._disk.submit(partial(self._writer.remove_segments, numbers))

    def translate_segment(self, number: int, translation: str) -> None:
        self._disk.submit(partial(self._writer.translate_segment, number, translation))

    def add_structured(self, results: Mapping[str, Any]) -> None:
        self._disk.submit(partial(self._writer.add_structured, results))

    def set_traffic(self, traffic: Traffic) -> None:
        self._disk.submit(partial(self._writer.set_traffic, traffic))

    def add_gap(self, at: int, length: int, cause: str) -> None:
        self._disk.submit(partial(self._writer.add_gap, at, length, cause))

    def confirm(self, offset: int) -> None:
        self._disk.submit(partial(self._writer.confirm, offset))

    def read(self, start: int, end: int) -> bytes:
        """Return sound that is no longer in memory. Raises JournalError."""
        return self._writer.read(start, end)

    def _hand_over(self) -> None:
        if self._waiting:
            self._disk.submit(partial(self._writer.append, b"".join(self._waiting)))
            self._waiting, self._waiting_bytes, self._first = [], 0, False

    def close(
        self, heard: int, confirmed: int, complete: bool, *, waits: bool = False, missing: tuple[Span, ...] = ()
    ) -> None:
        self._hand_over()
        self._disk.submit(partial(self._writer.close, heard, confirmed, complete, waits=waits, missing=missing))


class RecordWriter:
    """Writes one dictation to the disk. Disk thread only, except for `read`, which the dictation thread calls."""

    def __init__(
        self,
        recordings: Path,
        header: Header,
        history: Callable[[], HistoryStore | None],
        disk: DiskThread,
        post: Callable[[object], None],
        earlier_segments: Iterable[int] = (),
    ) -> None:
        """`earlier_segments`: the numbers of the segments that are in the history already."""
        self._recordings = recordings
        self._header = header
        self._open_history = history
        self._history: HistoryStore | None = None
        self._disk = disk
        self._post = post
        # NB: assigned once, by the disk thread; the dictation thread reads it only after the first `SoundWritten`.
        self._journal: Journal | None = None
        self._unwritten = bytearray()
        self._retry_at = 0
        self._reported = False
        self._pending_rows: deque[Callable[[HistoryStore], None]] = deque()
        self._full = False
        self._continued = False
        self._segments = set(earlier_segments)
        self._structured = False

    def open(self) -> None:
        """Create the journal and the row of the history; what the disk refuses is tried again later."""
        self._begin_text()
        self._write()

    def reopen(self) -> None:
        """Reopen the journal that a crash left."""
        self._continued = True
        try:
            self._journal = Journal.reopen(self._recordings / self._header.dictation)
        except JournalError as error:
            self._report(error)
        self._begin_text()

    def append(self, pcm: bytes) -> None:
        """Write sound; keep it in memory while the disk refuses it, up to `MEMORY_LIMIT`."""
        if self._full:
            return
        self._unwritten += pcm
        unwritten = len(self._unwritten) // BYTES_PER_SAMPLE
        if unwritten > MEMORY_LIMIT:
            self._full = True
            self._report(
                JournalError(
                    message(
                        "The disk has refused the recording for half an hour. What came before is kept in memory; "
                        "what follows is not kept."
                    ),
                    message("Free some space, then stop the dictation."),
                )
            )
        if unwritten >= self._retry_at:
            self._write()

    def add_segment(self, segment: Segment) -> None:
        self._segments.add(segment.number)
        self._in_history(lambda store: store.add_segment(self._header.dictation, segment))

    def remove_segments(self, numbers: tuple[int, ...]) -> None:
        self._segments.difference_update(numbers)
        self._in_history(lambda store: store.remove_segments(self._header.dictation, numbers))

    def translate_segment(self, number: int, translation: str) -> None:
        self._in_history(lambda store: store.translate_segment(self._header.dictation, number, translation))

    def add_structured(self, results: Mapping[str, Any]) -> None:
        self._structured = True
        self._in_history(lambda store: store.add_structured(self._header.dictation, results))

    def set_traffic(self, traffic: Traffic) -> None:
        self._in_history(lambda store: store.set_traffic(traffic))

    def add_gap(self, at: int, length: int, cause: str) -> None:
        self._in_history(lambda store: store.add_gap(self._header.dictation, at, length, cause))
        if self._journal is not None:
            self._journal.add_gap(at, length, cause)
            self._save_metadata()

    def confirm(self, offset: int) -> None:
        """Note that all sound before `offset` has its text, once that text is in the history."""
        if self._journal is not None and self._text_saved:
            self._journal.confirm(offset, len(self._segments))
            self._save_metadata()

    def read(self, start: int, end: int) -> bytes:
        if self._journal is None:
            return b""
        return self._journal.read(start, end)

    def close(
        self, heard: int, confirmed: int, complete: bool, *, waits: bool = False, missing: tuple[Span, ...] = ()
    ) -> None:
        """Write what is left, mark the end, and post `RecordClosed`.

        `complete`: all text is there. `waits`: the text comes by itself as soon as there is a recognition model.
        `missing`: the stretches without text; none: everything behind `confirmed`.
        """
        if not self._continued:  # the sound of the others is on disk
            self._write()
        self._disk.keep_synced(self, None)
        self._in_history(lambda store: store.finish(self._header.dictation, heard, confirmed))
        saved = not self._unwritten and self._text_saved
        kept = self._journal.length if self._journal is not None else 0
        if self._journal is not None:
            if self._continued and confirmed < self._journal.length:
                complete = False
            if self._text_saved:
                self._journal.confirm(0, len(self._segments))
            try:
                self._journal.end(complete=complete and self._text_saved, waits=waits, missing=missing)
            except JournalError as error:
                self._report(error)
            self._journal.close()
        self._remove_empty(heard, pending=heard - confirmed)
        self._post(RecordClosed(self._header.dictation, saved, kept))

    def _remove_empty(self, heard: int, pending: int) -> None:
        """A press without sound leaves no recording, one without words no row in the history."""
        if heard == 0 and self._journal is not None:
            try:
                finish_recording(self._journal.folder, keep=False)
            except JournalError as error:
                self._report(error)
        if pending <= 0 and not self._segments and not self._structured and not self._continued:
            self._in_history(lambda store: forget_empty(store, self._header.dictation))

    def _write(self) -> None:
        try:
            if self._journal is None:
                self._journal = Journal.create(self._recordings, self._header)
                self._disk.keep_synced(self, self._journal.sync)
            before = self._journal.length
            try:
                if self._unwritten:
                    self._journal.append(bytes(self._unwritten))
            finally:
                del self._unwritten[: (self._journal.length - before) * BYTES_PER_SAMPLE]
            self._retry_at = 0
            self._recover()
            self._post(SoundWritten(self._header.dictation, self._journal.length))
        except JournalError as error:
            self._retry_at = len(self._unwritten) // BYTES_PER_SAMPLE + RETRY_EVERY
            self._report_once(error)

    def _save_metadata(self) -> None:
        try:
            if self._journal is not None:
                self._journal.save_metadata()
        except JournalError as error:
            self._report_once(error)

    def _begin_text(self) -> None:
        self._history = self._open_history()
        self._in_history(lambda store: store.begin(self._header))

    def _in_history(self, write: Callable[[HistoryStore], None]) -> None:
        """Write to the history, after all that could not be written before, so that a full disk costs no row."""
        if self._history is None:
            return
        self._pending_rows.append(write)
        try:
            while self._pending_rows:
                row = self._pending_rows.popleft()  # a row that is wrong in itself must not keep the others out
                try:
                    row(self._history)
                except HistoryError:
                    self._pending_rows.appendleft(row)
                    raise
            self._recover()
        except HistoryError as error:
            self._report_once(error)

    @property
    def _text_saved(self) -> bool:
        """Whether all text is in the history: only then sound counts as confirmed."""
        return self._history is not None and not self._pending_rows

    def _recover(self) -> None:
        """Report once that the disk has taken all that it refused."""
        if self._reported and not self._pending_rows and not self._unwritten:
            self._reported = False
            self._post(DiskRecovered(self._header.dictation))

    def _report_once(self, error: SaywriteError) -> None:
        """Report that the disk refuses something, until `_recover` says that it no longer does."""
        if not self._reported:
            self._reported = True
            self._report(error)

    def _report(self, error: SaywriteError) -> None:
        self._post(DiskProblem(self._header.dictation, error))
