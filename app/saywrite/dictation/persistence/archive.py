"""What is on disk of all dictations: records of running ones, unfinished ones, keeping and removing.

Methods are called on the dictation thread and only submit; the work is done on the disk thread, slow housekeeping
(encoding, purging) on a thread of its own. What comes of it is posted to the inbox.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from saywrite.audio.levels import Envelope, measure
from saywrite.audio.source import SoundSink
from saywrite.dictation.persistence.disk_thread import DiskThread
from saywrite.dictation.persistence.reconciliation import reconcile
from saywrite.dictation.persistence.recorder import DictationRecord, RecordWriter
from saywrite.foundation.errors import (
    AudioError,
    HistoryError,
    JournalDamaged,
    JournalError,
    JournalUnwritable,
    SaywriteError,
)
from saywrite.foundation.events import (
    SAMPLE_RATE,
    Failed,
    IncompleteRecording,
    IncompleteRecordingsFound,
    Segment,
    Traffic,
)
from saywrite.foundation.paths import Paths
from saywrite.storage.history.salvage import open_or_replace
from saywrite.storage.history.store import HistoryStore
from saywrite.storage.history.timings import Latency
from saywrite.storage.recordings.journal import Header, Journal
from saywrite.storage.recordings.library import Recording, export_wav, finish_recording, open_recording, purge, scan
from saywrite.storage.recordings.repair import restore_pcm

log = logging.getLogger(__name__)

READ_BLOCK = 10 * SAMPLE_RATE
"""Samples read at a time where a whole recording is read."""


@dataclass(frozen=True, slots=True)
class StoredDictation:
    """An unfinished dictation, open for reading: its sound, and the text and peaks of what is confirmed.
    `traffic`: what has left the computer for it already.
    """

    dictation: str
    began: datetime
    source: str
    confirmed: int
    segments: tuple[Segment, ...]
    recording: Recording
    peaks: Envelope
    traffic: tuple[Traffic, ...] = ()


class Archive:
    """The dictations of one user on one disk."""

    def __init__(
        self, paths: Paths, disk: DiskThread, post: Callable[[object], None], today: Callable[[], datetime]
    ) -> None:
        self._paths = paths
        self._disk = disk
        self._post = post
        self._today = today
        self._told: tuple[IncompleteRecording, ...] = ()  # NB: disk thread only
        # NB: assigned once by the disk thread, before any job that reads it there.
        self._history: HistoryStore | None = None

    def open(self) -> None:
        """Open the history and compare the recordings with it. A damaged history is replaced; without one (newer
        version, unwritable) dictation goes on. Both are told.
        """
        self._disk.submit(self._open)

    def record(self, header: Header) -> DictationRecord:
        """A journal and a row of the history for a new dictation."""
        writer = RecordWriter(self._paths.recordings, header, lambda: self._history, self._disk, self._post)
        return DictationRecord(self._disk, writer, new=True)

    def record_again(self, stored: StoredDictation) -> DictationRecord:
        """The record of a dictation that gets its missing text: its sound is there already."""
        header = stored.recording.metadata.header
        earlier = (segment.number for segment in stored.segments)
        writer = RecordWriter(self._paths.recordings, header, lambda: self._history, self._disk, self._post, earlier)
        return DictationRecord(self._disk, writer, new=False)

    def look_for_unfinished(self, except_for: tuple[str, ...]) -> None:
        """Post `IncompleteRecordingsFound` when what is found differs from the last time."""
        self._disk.submit(partial(self._look, except_for))

    def fetch(self, dictation: str, take: Callable[[StoredDictation], None]) -> None:
        """Open an unfinished dictation; `take` is called on the disk thread, or `Failed` is posted."""
        self._disk.submit(partial(self._report_errors, lambda: take(self._fetch(dictation))))

    def fetch_sound(self, dictation: str, start: int, end: int, take: Callable[[bytes], None]) -> None:
        """Read sound between two sample offsets; `take` is called on the disk thread, or `Failed` is posted."""

        def read() -> None:
            with open_recording(self._folder(dictation)) as recording:
                pcm = recording.read(start, end)
            take(pcm)

        self._disk.submit(partial(self._report_errors, read))

    def save_unfinished(self, dictation: str, target: Path) -> None:
        """Write the sound as WAV; the dictation stays offered until it is transcribed or discarded."""
        self._disk.submit(
            partial(self._report_errors, lambda: export_wav(self._folder(dictation), target, overwrite=True))
        )

    def discard_unfinished(self, dictation: str, except_for: tuple[str, ...] = (), *, with_text: bool = False) -> None:
        """Remove the recording for good; text it has already stays in the history, or goes too (`with_text`).
        `except_for`: what is not looked for among the unfinished.
        """

        def discard() -> None:
            if with_text and self._history is not None:
                self._history.delete(dictation)
            finish_recording(self._folder(dictation), keep=False)
            self._look(except_for)

        self._disk.submit(partial(self._report_errors, discard))

    def edit_segment(self, dictation: str, number: int, text: str) -> None:
        def edit() -> None:
            if self._history is not None:
                self._history.edit_segment(dictation, number, text)

        self._disk.submit(partial(self._report_errors, edit))

    def keep_latency(self, dictation: str, microphone: str, latency: Latency) -> None:
        """Note how long its steps took; a history that cannot be written is told of by what it holds first."""

        def keep() -> None:
            if self._history is not None:
                with contextlib.suppress(HistoryError):
                    self._history.keep_latency(dictation, microphone, latency)

        self._disk.submit(keep)

    def tidy(self, keep_days: int) -> None:
        """Encode what is complete, remove what is older than `keep_days` (0: at once, negative: never).

        Begins behind what was submitted: a recording whose text turns out to be lost is not complete any more.
        """
        self._disk.submit(
            lambda: threading.Thread(target=self._tidy, args=(keep_days,), name="tidy", daemon=True).start()
        )

    def close_history(self) -> None:
        """Let go of the database behind what was submitted."""

        def close() -> None:
            if self._history is not None:
                self._history.close()
                self._history = None

        self._disk.submit(close)

    def close(self, timeout: float) -> bool:
        """Wait for what was submitted, at most `timeout` seconds; False when the disk did not manage."""
        self.close_history()
        return self._disk.close(timeout)

    def _open(self) -> None:
        try:
            self._history, salvaged = open_or_replace(self._paths.history)
            if salvaged is not None:
                self._post(Failed("", salvaged.what, salvaged.remedy))
            reconcile(self._paths.recordings, self._history, self._today())
        except HistoryError as error:
            self._post(Failed("", error.what, error.remedy))

    def _look(self, except_for: tuple[str, ...]) -> None:
        found = scan(self._paths.recordings, except_for)
        if found != self._told:
            self._told = found
            self._post(IncompleteRecordingsFound(found))

    def _fetch(self, dictation: str) -> StoredDictation:
        restore_pcm(self._folder(dictation))
        recording = open_recording(self._folder(dictation))
        header, confirmed = recording.metadata.header, recording.metadata.confirmed
        segments: tuple[Segment, ...] = ()
        traffic: tuple[Traffic, ...] = ()
        if self._history is not None and (dictated := self._history.load(dictation)) is not None:
            segments, traffic = dictated.segments, dictated.traffic
        # A final is in the history a moment before the sidecar says so.
        confirmed = min(max([confirmed, *(segment.end for segment in segments)]), recording.length)
        peaks = Envelope.of(_blocks(recording, confirmed))
        return StoredDictation(dictation, header.began, header.source, confirmed, segments, recording, peaks, traffic)

    def _folder(self, dictation: str) -> Path:
        return self._paths.recordings / dictation

    def _report_errors(self, job: Callable[[], None]) -> None:
        try:
            job()
        except SaywriteError as error:
            self._post(Failed("", error.what, error.remedy))

    def _tidy(self, keep_days: int) -> None:
        try:
            if keep_days == 0:
                purge(self._paths.recordings, 0, self._today())
                return
            purge(self._paths.recordings, keep_days, self._today())
            encode_complete(self._paths.recordings)
        except SaywriteError as error:
            log.warning("recordings were not tidied: %s", error.what)
        except Exception:
            log.exception("tidying the recordings failed")


def _blocks(recording: Recording, end: int) -> Iterator[bytes]:
    """The sound before the offset `end`, a few seconds at a time."""
    for at in range(0, end, READ_BLOCK):
        yield recording.read(at, min(at + READ_BLOCK, end))


def encode_complete(recordings: Path) -> None:
    """Encode every complete recording that is still PCM. What cannot be encoded stays as it is, with a warning."""
    if not recordings.is_dir():
        return
    for folder in sorted(recordings.iterdir()):
        if (folder / "audio.pcm").exists() and Journal.is_complete(folder):
            try:
                finish_recording(folder, keep=True)
            except (JournalDamaged, JournalUnwritable) as error:
                log.warning("%s was not encoded: %s", folder.name, error.what)
            except JournalError:
                log.debug("%s is in use: it is encoded the next time", folder.name)


BLOCK = SAMPLE_RATE
"""Samples read at a time: one second. Reading is cheap; the recognizer sets the pace through `allow()`."""


class StoredSource:
    """Gives the sound from the confirmed offset on, as fast as the recognizer takes it."""

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
        """The recognizer has room for `samples` more."""
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
        """The user stops the work, not the speech: what was not read stays unfinished."""
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
