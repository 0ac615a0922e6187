"""Downloads one file from a source, resumes where an earlier attempt ended, and checks every byte.

The bytes arrive in `<name>.part`. Only a part with the size and SHA-256 of the catalog becomes `<name>`. Everything
runs on the thread that calls `Transfer.fetch`; `StopTransfer.request` may be called on any other.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from saywrite.foundation.errors import ModelUnwritable
from saywrite.foundation.files import os_error_message, sync_file
from saywrite.foundation.formatting import megabytes
from saywrite.foundation.messages import joined, message
from saywrite.speech.local.models import ModelFile

RESERVE = 50_000_000
"""Bytes that a download leaves free on the disk: 26 minutes of recording."""

_LOOK_AT_DISK_EVERY = 8_000_000
_RETRY_AFTER_S = (0.0, 1.0, 2.0, 4.0, 8.0)
_HASH_STEP = 1_048_576


class SourceError(Exception):
    """A source does not give the file. `reason`: the end of a sentence for the user; `remedy`: a sentence or "".

    `transient`: the same source may give the rest of it in a moment.
    """

    def __init__(self, reason: str, remedy: str = "", *, transient: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.transient = transient


class TransferStopped(Exception):
    """The transfer was asked to stop. What has arrived is kept."""


class StopTransfer:
    """A request to end, made on another thread. It also ends a read that waits for the network."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = threading.Event()
        self._interrupt: Callable[[], None] | None = None

    @property
    def requested(self) -> bool:
        return self._requested.is_set()

    def request(self) -> None:
        with self._lock:
            self._requested.set()
            interrupt = self._interrupt
        if interrupt is not None:
            interrupt()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """A request calls `interrupt` from now to the end of the block.

        Raises TransferStopped if one was made before.
        """
        with self._lock:
            self._interrupt = interrupt
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._interrupt = None

    def check(self) -> None:
        """Raises TransferStopped after a request."""
        if self.requested:
            raise TransferStopped

    def wait(self, seconds: float) -> None:
        """Wait that long. Raises TransferStopped at a request."""
        if self._requested.wait(seconds):
            raise TransferStopped


@dataclass(frozen=True, slots=True)
class Stream:
    """The bytes of a file from the offset `start` on. A source that cannot resume starts at 0, whatever was asked."""

    start: int
    chunks: Iterator[bytes]


OpenStream = Callable[[int], AbstractContextManager[Stream]]
"""Opens a file at an offset. The opening and the chunks raise SourceError."""

Progress = Callable[[int], None]
"""Takes the number of bytes of a file that are on disk."""


class Transfer:
    """Writes files into `folder`. Raises TransferStopped, SourceError, ModelUnwritable."""

    def __init__(self, folder: Path, stop: StopTransfer) -> None:
        self._folder = folder
        self._stop = stop

    def fetch(self, file: ModelFile, open_stream: OpenStream, progress: Progress) -> None:
        """Bring `file` into the folder; does nothing when it is already there with the right hash."""
        target, part = self._folder / file.name, self._folder / f"{file.name}.part"
        try:
            if target.exists() and not is_file(target, file, self._stop):
                target.unlink()
            while not target.exists():
                resumed = _size(part) > 0
                self._fill(part, file, open_stream, progress)
                if is_file(part, file, self._stop):
                    part.replace(target)
                    break
                part.unlink(missing_ok=True)
                if not resumed:  # a resumed part may have been damaged before, so it is downloaded once more
                    raise SourceError(message("it sends other bytes than the published ones"))
        except OSError as error:
            raise unwritable(self._folder, error) from error
        progress(file.size)

    def _fill(self, part: Path, file: ModelFile, open_stream: OpenStream, progress: Progress) -> None:
        """Bring the part to its full size, with as many connections as that takes.

        A source that has delivered nothing yet has one attempt, one that has delivered something a few in a row.
        """
        given, failures = False, 0
        while (before := _size(part)) != file.size:
            if before > file.size:
                part.unlink()
            try:
                self._append(part, file, open_stream, progress)
                failure = SourceError(message("the connection was cut"), transient=True)
            except SourceError as error:
                self._stop.check()  # an interrupted read looks like an error of the source
                failure = error
            after = _size(part)
            if after == file.size:
                return
            failures = 0 if after > before else failures + 1
            given = given or after > before
            if not failure.transient or not given or failures >= len(_RETRY_AFTER_S):
                raise failure
            self._stop.wait(_RETRY_AFTER_S[failures])

    def _append(self, part: Path, file: ModelFile, open_stream: OpenStream, progress: Progress) -> None:
        self._stop.check()
        with part.open("ab") as out, open_stream(out.tell()) as stream:
            if stream.start != out.tell():
                out.truncate(0)
                out.seek(0)
            done, looked_at = out.tell(), -_LOOK_AT_DISK_EVERY
            for chunk in stream.chunks:
                self._stop.check()
                if done + len(chunk) > file.size:
                    raise SourceError(message("it sends more bytes than the file has"))
                if done - looked_at >= _LOOK_AT_DISK_EVERY:
                    require_space(self._folder, 0)
                    looked_at = done
                out.write(chunk)
                done += len(chunk)
                progress(done)
            sync_file(out)


def is_file(path: Path, file: ModelFile, stop: StopTransfer) -> bool:
    """Whether `path` has the size and the SHA-256 of `file`. Reads all of it. Raises OSError, TransferStopped."""
    return _size(path) == file.size and hash_file(path, stop) == file.sha256


def hash_file(path: Path, stop: StopTransfer) -> str:
    """SHA-256 in hexadecimal digits. Raises OSError, TransferStopped."""
    import hashlib  # late: it loads OpenSSL, 4 MB, which only downloads need

    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_HASH_STEP):
            stop.check()
            digest.update(block)
    return digest.hexdigest()


def require_space(folder: Path, needed: int) -> None:
    """Raises ModelUnwritable when the disk has not `needed` bytes and the reserve for recordings."""
    free = shutil.disk_usage(folder).free
    if free < needed + RESERVE:
        raise ModelUnwritable(
            message(
                "There is not enough space for the model: {needed} are needed, {free} are free.",
                needed=megabytes(needed + RESERVE),
                free=megabytes(free),
            ),
            message("Free some space on this disk, then download the model again: it goes on where it was."),
        )


def unwritable(folder: Path, error: OSError) -> ModelUnwritable:
    """Explain a write that the system refused."""
    refused = os_error_message(error, folder)
    return ModelUnwritable(
        message("The model cannot be saved: {reason}.", reason=refused.reason),
        joined(" ", refused.remedy, message("Then download the model again.")),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
