"""The dictations on disk: records of running and unfinished ones, encoding and removal.

Methods are called on the dictation thread and only submit; the disk thread does the work, and a thread of its own the
slow housekeeping (encoding, purging). Results are posted to the inbox.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from saywrite.audio.levels import Envelope, measure
from saywrite.audio.source import SoundSink
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.persistence.reconciliation import reconcile
from saywrite.dictation.persistence.recorder import DictationRecord, RecordWriter
from saywrite.dictation.persistence.spans import Span, clip, subtract
from saywrite.foundation.errors import (
    AudioError,
    HistoryError,
    JournalError,
    SaywriteError,
)
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    IncompleteRecording,
    IncompleteRecordingsFound,
    Inserted,
    InsertionUncertain,
    NotInserted,
    Segment,
    StoredTextChanged,
    Traffic,
)
from saywrite.foundation.paths import Paths
from saywrite.storage.history.records.corrections import keep_original
from saywrite.storage.history.records.receipts import Outcome, TextReceipt, keep_receipt
from saywrite.storage.history.records.trash import empty_trash
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.history.timings import Latency
from saywrite.storage.recordings.journal import Header
from saywrite.storage.recordings.library import (
    Recording,
    encode_complete,
    export_wav,
    finish_recording,
    open_recording,
    purge,
    remove_forgotten_copies,
    scan,
)
from saywrite.storage.recordings.repair import restore_pcm

log = logging.getLogger(__name__)

READ_BLOCK = 10 * SAMPLE_RATE
"""Samples per read where a whole recording is read."""

_OUTCOMES: dict[type, Outcome] = {
    Inserted: Outcome.INSERTED,
    InsertionUncertain: Outcome.UNCERTAIN,
    NotInserted: Outcome.FAILED,
}


@dataclass(frozen=True, slots=True)
class StoredDictation:
    """An unfinished dictation, open for reading: its sound, and text and peaks of the confirmed part.

    `missing`: the stretches without text, in order; `confirmed` is where the first one begins. `traffic`: what its
    earlier attempts sent and received.
    """

    dictation: str
    began: datetime
    source: str
    confirmed: int
    segments: tuple[Segment, ...]
    recording: Recording
    peaks: Envelope
    traffic: tuple[Traffic, ...] = ()
    missing: tuple[Span, ...] = ()


class Archive:
    """The dictations of one user on one disk."""

    def __init__(
        self, paths: Paths, disk: DiskThread, post: Callable[[object], None], today: Callable[[], datetime]
    ) -> None:
        self._paths = paths
        self._disk = disk
        self._post = post
        self._today = today
        self.not_offered: Callable[[], tuple[str, ...]] = tuple
        """Dictations on disk that do not count as unfinished; set by the loop, called on the dictation thread."""
        self._held: set[str] = set()  # dictations whose recordings are not removed by their age: dictation thread only
        self._reported: tuple[IncompleteRecording, ...] = ()  # NB: disk thread only
        self._purged = threading.Event()
        self._purged.set()
        # NB: assigned once by the disk thread, before any job that reads it there.
        self._history: HistoryStore | None = None

    def open(self) -> None:
        """Open the history and compare the recordings with it.

        A damaged history is replaced. Where there is none (newer version, unwritable folder), dictation works without.
        Both are reported.
        """
        self._disk.submit(self._open)

    def record(self, header: Header) -> DictationRecord:
        """Begin a journal and a row of the history for a new dictation."""
        writer = RecordWriter(self._paths.recordings, header, lambda: self._history, self._disk, self._post)
        return DictationRecord(self._disk, writer, new=True)

    def resume(self, stored: StoredDictation, language: str) -> DictationRecord:
        """Continue the record of a dictation that gets its missing text, in `language`: its sound is on disk."""
        header = replace(stored.recording.metadata.header, language=language)
        earlier = (segment.number for segment in stored.segments)
        writer = RecordWriter(self._paths.recordings, header, lambda: self._history, self._disk, self._post, earlier)
        return DictationRecord(self._disk, writer, new=False)

    def look_for_unfinished(self) -> None:
        """Post `IncompleteRecordingsFound` when what is found differs from the last time."""
        self._disk.submit(partial(self._look, self.not_offered()))

    def fetch(
        self,
        dictation: str,
        take: Callable[[StoredDictation], None],
        refuse: Callable[[SaywriteError], None] | None = None,
    ) -> None:
        """Open an unfinished dictation; `take` or `refuse` is called on the disk thread.

        Without `refuse`, a failure is posted as `Failed`.
        """
        self._disk.submit(partial(self._report_errors, lambda: take(self._fetch(dictation)), refuse))

    def fetch_sound(
        self, dictation: str, start: int, end: int, take: Callable[[bytes], None], refuse: Callable[[], None]
    ) -> None:
        """Read sound between two sample offsets; one of both is called on the disk thread.

        `refuse`: the recording was removed or cannot be read, and `Failed` was posted.
        """

        def read() -> None:
            with open_recording(self._folder(dictation)) as recording:
                pcm = recording.read(start, end)
            take(pcm)

        def report(error: SaywriteError) -> None:
            self._post(Failed("", error.what, error.remedy))
            refuse()

        self._disk.submit(partial(self._report_errors, read, report))

    def save_unfinished(self, dictation: str, target: Path) -> None:
        """Write the sound as WAV; the dictation stays offered until it is transcribed or discarded."""
        self._disk.submit(
            partial(self._report_errors, lambda: export_wav(self._folder(dictation), target, overwrite=True))
        )

    def discard_unfinished(self, dictation: str, *, with_text: bool = False) -> None:
        """Remove a recording; `with_text`: its text in the history, too."""
        not_offered = self.not_offered()

        def discard() -> None:
            if with_text and self._history is not None:
                self._history.delete(dictation)
            finish_recording(self._folder(dictation), keep=False)
            self._look(not_offered)

        self._disk.submit(partial(self._report_errors, discard))

    def edit_segment(self, dictation: str, number: int, text: str, *, keep_text: bool = False) -> None:
        """Replace the text of one segment in the history. `keep_text`: keep the text before it for suggestions."""

        def edit() -> None:
            if self._history is not None:
                if keep_text:
                    keep_original(self._history, dictation, number)
                self._history.edit_segment(dictation, number, text)
                self._post(StoredTextChanged(dictation))

        self._disk.submit(partial(self._report_errors, edit))

    def keep_latency(self, dictation: str, microphone: str, latency: Latency) -> None:
        """Store how long the steps of a dictation took. A failure is not reported: its text reports the same one."""

        def keep() -> None:
            if self._history is not None:
                with contextlib.suppress(HistoryError):
                    self._history.keep_latency(dictation, microphone, latency)

        self._disk.submit(keep)

    def keep_receipt(self, event: Inserted | InsertionUncertain | NotInserted) -> None:
        """Store which program received a text. A failure is not reported: the text itself was stored."""
        outcome = _OUTCOMES[type(event)]

        def keep() -> None:
            if self._history is not None:
                with contextlib.suppress(HistoryError):
                    keep_receipt(self._history, event.dictation, TextReceipt(event.program, outcome, self._today()))

        self._disk.submit(keep)

    def write_ledger(self, write: Callable[[HistoryStore], None]) -> None:
        """Count in the ledger what has no record. A failure is logged: the text does not depend on it."""

        def count() -> None:
            if self._history is not None:
                try:
                    write(self._history)
                except HistoryError as error:
                    log.warning("the ledger was not written: %s", type(error).__name__)

        self._disk.submit(count)

    def hold(self, dictation: str) -> None:
        """Keep a recording at any age, until `release` or the next start."""
        self._held.add(dictation)

    def release(self, dictation: str) -> bool:
        """Let a recording be removed by its age again; False if it was not held."""
        if dictation not in self._held:
            return False
        self._held.remove(dictation)
        return True

    def tidy(self, keep_days: int) -> None:
        """Encode complete recordings, and remove those older than `keep_days` (0: at once, negative: never).

        Begins after all that was submitted, because that may find that the text of a recording is lost.
        """
        args = keep_days, frozenset(self._held)
        self._purged.clear()
        self._disk.submit(lambda: threading.Thread(target=self._tidy, args=args, name="tidy", daemon=True).start())

    def close_history(self) -> None:
        """Close the database, after all that was submitted."""

        def close() -> None:
            if self._history is not None:
                self._history.close()
                self._history = None

        self._disk.submit(close)

    def close(self, timeout: float) -> bool:
        """Do what was submitted, remove what is not kept, and end; return whether it was in time.

        `timeout`: seconds for each of the two. Sound that is not encoded by then is encoded after the next start.
        """
        self.close_history()
        return self._disk.close(timeout) and self._purged.wait(timeout)

    def _open(self) -> None:
        try:
            self._history, salvaged = open_or_replace(self._paths.history)
            if salvaged is not None:
                self._post(Failed("", salvaged.what, salvaged.remedy))
            empty_trash(self._history, self._today())
            reconcile(self._paths.recordings, self._history, self._today())
        except HistoryError as error:
            self._post(Failed("", error.what, error.remedy))

    def _look(self, not_offered: tuple[str, ...]) -> None:
        found = scan(self._paths.recordings, not_offered)
        if found != self._reported:
            self._reported = found
            self._post(IncompleteRecordingsFound(found))

    def _fetch(self, dictation: str) -> StoredDictation:
        restore_pcm(self._folder(dictation))
        recording = open_recording(self._folder(dictation))
        try:
            return self._stored(dictation, recording)
        except BaseException:
            recording.close()
            raise

    def _stored(self, dictation: str, recording: Recording) -> StoredDictation:
        metadata, length = recording.metadata, recording.length
        header = metadata.header
        segments: tuple[Segment, ...] = ()
        traffic: tuple[Traffic, ...] = ()
        if self._history is not None and (dictated := self._history.load(dictation)) is not None:
            segments, traffic = dictated.segments, dictated.traffic
        # A final is in the history a moment before the sidecar says so, and a service may leave out a stretch.
        wanted = clip(metadata.missing or [(0, length)], metadata.confirmed, length)
        missing = subtract(wanted, ((segment.start, segment.end) for segment in segments))
        confirmed = missing[0][0] if missing else length
        peaks = Envelope.of(_blocks(recording, confirmed))
        return StoredDictation(
            dictation, header.began, header.source, confirmed, segments, recording, peaks, traffic, missing
        )

    def _folder(self, dictation: str) -> Path:
        return self._paths.recordings / dictation

    def _report_errors(self, job: Callable[[], None], refuse: Callable[[SaywriteError], None] | None = None) -> None:
        try:
            job()
        except SaywriteError as error:
            if refuse is not None:
                refuse(error)
            else:
                self._post(Failed("", error.what, error.remedy))

    def _tidy(self, keep_days: int, held: frozenset[str] = frozenset()) -> None:
        try:
            remove_forgotten_copies(datetime.now(UTC))  # files have the times of the system's clock
            purge(self._paths.recordings, keep_days, self._today(), held)
            self._purged.set()
            if keep_days != 0:
                encode_complete(self._paths.recordings)
        except SaywriteError as error:
            log.warning("recordings were not tidied: %s", error.what)
        except Exception:
            log.exception("tidying the recordings failed")
        finally:
            self._purged.set()


def _blocks(recording: Recording, end: int) -> Iterator[bytes]:
    """Yield the sound before the offset `end`, a few seconds at a time."""
    for at in range(0, end, READ_BLOCK):
        yield recording.read(at, min(at + READ_BLOCK, end))


BLOCK = SAMPLE_RATE
"""Samples per read: one second. Reading is cheap; the recognizer sets the pace through `allow()`."""


class StoredSource:
    """The source of a stored dictation: its sound from the confirmed offset on, at the recognizer's pace."""

    def __init__(self, stored: StoredDictation, clock: Callable[[], float]) -> None:
        self._stored = stored
        self._clock = clock
        self._at = stored.confirmed
        self._sink: SoundSink | None = None
        self._ended = False

    def start(self, sink: SoundSink) -> None:
        self._sink = sink
        sink.opened("", self._clock())

    def allow(self, samples: int) -> None:
        """Give as much sound as the recognizer has room for, in samples."""
        sink, recording = self._sink, self._stored.recording
        while sink is not None and not self._ended and samples > 0:
            try:
                pcm = recording.read(self._at, min(self._at + BLOCK, recording.length))
            except JournalError as error:
                self.abort()
                sink.failed(AudioError(error.what, error.remedy), fatal=True)
                return
            if not pcm:
                self.abort()
                return
            self._at += len(pcm) // 2
            samples -= len(pcm) // 2
            sink.sound(pcm, measure(pcm, self._clock()))

    def stop(self, now: float) -> None:
        """End at once: the user stops the transcription, and what was not read stays unfinished."""
        self.abort()

    def abort(self) -> None:
        if not self._ended:
            self._ended = True
            self._stored.recording.close()
            if self._sink is not None:
                self._sink.ended()

    def receive(self, message: object) -> None:
        pass

    def wake(self, now: float) -> float | None:
        return None
