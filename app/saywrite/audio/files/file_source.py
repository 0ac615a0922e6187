"""Decodes a sound file as the source of a dictation, at the recognizer's pace or in real time.

`FileSource` is used on the dictation thread. Its reader thread decodes a few blocks ahead and waits until
they are taken, so a file of any length needs the same memory. PyAV is imported when a file is opened.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from saywrite.audio.files.decoder import AudioFile, describe, opened
from saywrite.audio.levels import measure
from saywrite.audio.source import FromSource, Post, SoundSink
from saywrite.foundation.errors import AudioFileError
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.foundation.paths import display_path

AHEAD = 8
"""Blocks that are decoded ahead at most."""

_BLOCK_S = 0.25
_REALTIME_BLOCK_S = 0.1


def probe(path: Path) -> AudioFile:
    """What the header of a file says. Raises AudioFileError, with a reason for each kind of bad file."""
    with opened(path) as file:
        return file.about


@dataclass(frozen=True, slots=True)
class _Opened:
    reader: _Reader
    about: AudioFile


@dataclass(frozen=True, slots=True)
class _Decoded:
    reader: _Reader
    pcm: bytes


@dataclass(frozen=True, slots=True)
class _ReaderEnded:
    """The reader has ended. `problem`: what is wrong with the file; None for a whole one."""

    reader: _Reader
    problem: AudioFileError | None


class FileSource:
    """Implements `source.Source` for one file and one start.

    Without `realtime` it delivers no more than `allow(samples)` has allowed. In real time it delivers each block when
    its last sample would have been spoken, as a microphone does, and ignores `allow()`.
    """

    def __init__(
        self,
        post: Post,
        path: Path,
        *,
        realtime: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.about: AudioFile | None = None
        self.position = 0
        self._post = post
        self._path = path
        self._realtime = realtime
        self._clock = clock
        self._sink: SoundSink | None = None
        self._reader: _Reader | None = None
        self._blocks: deque[bytes] = deque()
        self._over: _ReaderEnded | None = None
        self._began = 0.0
        self._room = 0

    @property
    def total(self) -> int | None:
        """Samples at 16 kHz in the whole file by its header; `position` counts those that were delivered."""
        return None if self.about is None or self.about.seconds is None else int(self.about.seconds * SAMPLE_RATE)

    def start(self, sink: SoundSink) -> None:
        self._sink = sink
        block_s = _REALTIME_BLOCK_S if self._realtime else _BLOCK_S
        self._reader = _Reader(self._post, self._path, block_s)
        self._reader.start()

    def allow(self, samples: int) -> None:
        """Allow `samples` more, instead of what was allowed before."""
        self._room = samples
        self._give(self._clock())

    def stop(self, now: float) -> None:
        """Deliver what is due by `now`, and leave out the rest of the file."""
        if self._realtime:
            self._give(now)
        self._end()

    def abort(self) -> None:
        self._end()

    def receive(self, message: object) -> None:
        """Take a message of the reader thread; one of an earlier reader is ignored."""
        if self._reader is None or getattr(message, "reader", None) is not self._reader or self._sink is None:
            return
        if isinstance(message, _Opened):
            self.about = message.about
            self._began = self._clock()
            self._sink.opened(display_path(self._path), self._began)
        elif isinstance(message, _Decoded):
            self._blocks.append(message.pcm)
            self._give(self._clock())
        elif isinstance(message, _ReaderEnded):
            self._over = message
            self._give(self._clock())

    def wake(self, now: float) -> float | None:
        self._give(now)
        return self._due() if self._realtime and self._blocks else None

    def _due(self) -> float:
        """When the last sample of the next block would have been spoken."""
        return self._began + (self.position + len(self._blocks[0]) // BYTES_PER_SAMPLE) / SAMPLE_RATE

    def _give(self, now: float) -> None:
        while self._blocks and (self._due() <= now if self._realtime else self._room > 0):
            pcm = self._blocks.popleft()
            if self._reader is not None:
                self._reader.taken()
            self._room -= len(pcm) // BYTES_PER_SAMPLE
            self.position += len(pcm) // BYTES_PER_SAMPLE
            if self._sink is not None:
                self._sink.sound(pcm, measure(pcm, now))
        if self._over is not None and not self._blocks:
            self._finish(self._over)

    def _finish(self, over: _ReaderEnded) -> None:
        if self._sink is not None and over.problem is not None:
            self._sink.failed(over.problem, fatal=self.position == 0)
        self._end()

    def _end(self) -> None:
        sink, self._sink = self._sink, None
        self._over = None
        self._blocks.clear()
        if self._reader is not None:
            self._reader.leave()
            self._reader = None
        if sink is not None:
            sink.ended()


class _Reader(threading.Thread):
    """Decodes one file, at most `AHEAD` blocks ahead of `taken()`."""

    def __init__(self, post: Post, path: Path, block_s: float) -> None:
        super().__init__(name="file-reader", daemon=True)
        self._post = post
        self._path = path
        self._block_s = block_s
        self._credit = threading.Semaphore(AHEAD)
        # Set once by the dictation thread and only read here.
        self._left = False

    def taken(self) -> None:
        self._credit.release()

    def leave(self) -> None:
        self._left = True
        self._credit.release()

    def run(self) -> None:
        problem: AudioFileError | None = None
        try:
            with opened(self._path) as file:
                self._post(FromSource(_Opened(self, file.about)))
                for pcm in file.blocks(self._block_s):
                    self._credit.acquire()
                    if self._left:
                        return
                    self._post(FromSource(_Decoded(self, pcm)))
        except AudioFileError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread
            problem = describe(self._path, error)
        self._post(FromSource(_ReaderEnded(self, problem)))
