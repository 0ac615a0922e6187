"""Opening sound and video files: everything FFmpeg decodes, and raw 16 kHz PCM.

Runs on the thread of the file's reader. Every bad file has its own reason and remedy. What can be decoded of a
damaged file is given first; then the error is raised.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from saywrite.audio.files.media_file import TOLERANCE_S, MediaFile, Report, Undecodable
from saywrite.foundation.errors import AudioFileError
from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.foundation.files import os_error_reason
from saywrite.foundation.messages import filled, message
from saywrite.foundation.paths import display_path

RAW = (".pcm", ".raw")
"""Suffixes of files without a header: read as 16 kHz mono s16le unless a header is found."""

_HEADERS = (
    b"RIFF",
    b"RIFX",
    b"RF64",
    b"BW64",
    b"fLaC",
    b"OggS",
    b"FORM",
    b".snd",
    b"caff",
    b"ID3",
    b"#!AMR",
    b"\x1a\x45\xdf\xa3",
)
_CONVERT = message("Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac")
_COPY = message("Record or copy it again.")
_UNDECODABLE = {
    "format": (message("“{name}” is not a sound file that can be decoded here."), _CONVERT),
    "sound": (message("“{name}” holds no sound."), message("Choose a file with a sound track.")),
    "codec": (
        message("“{name}” has sound of a kind that cannot be decoded here, or that is protected against copying."),
        _CONVERT,
    ),
    "unfinished": (
        message("“{name}” breaks off: its end, without which nothing of it can be decoded, is missing."),
        _COPY,
    ),
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A file by its header. `frames` and `seconds` are None where the header has no length."""

    rate: int
    channels: int
    frames: int | None
    seconds: float | None
    format: str


class Decodable(Protocol):
    """A file that is open and can be decoded once. `about`: what its header says."""

    about: AudioFile

    def blocks(self, block_s: float) -> Iterator[bytes]:
        """Yield 16 kHz mono s16le, about `block_s` seconds at a time.

        Raises AudioFileError behind the last block of a damaged file.
        """


@contextmanager
def opened(path: Path) -> Iterator[Decodable]:
    """Open a file to decode it. Raises AudioFileError."""
    name = display_path(path.name)
    try:
        if path.is_dir():
            raise AudioFileError(message("“{name}” is a folder.", name=name), message("Name the sound files in it."))
        size = path.stat().st_size
        if not path.is_file():  # a pipe would block here until another process writes into it
            raise AudioFileError(
                message("“{name}” is not a file.", name=name), message("Save the sound to a file first.")
            )
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise describe(path, error) from error
    except ValueError as error:  # a zero within the name
        raise describe(path, FileNotFoundError()) from error
    if size == 0:
        raise AudioFileError(message("“{name}” is empty (0 bytes).", name=name), _COPY)
    if path.suffix.lower() in RAW and not head.startswith(_HEADERS):
        if size < BYTES_PER_SAMPLE:
            raise AudioFileError(message("“{name}” holds no sound.", name=name), _COPY)
        yield _RawFile(path, size)
        return
    file = _open_media(path)
    try:
        yield _EncodedFile(path, file)
    finally:
        file.close()


def describe(path: Path, error: Exception) -> AudioFileError:
    """Translate any error of reading a file into an error for the user."""
    name = display_path(path.name)
    if isinstance(error, FileNotFoundError):
        return AudioFileError(message("There is no file “{name}”.", name=name), message("Check its name and folder."))
    if isinstance(error, PermissionError):
        return AudioFileError(
            message("“{name}” may not be read.", name=name), message("Ask for read permission, or copy the file.")
        )
    if isinstance(error, OSError):
        return AudioFileError(
            message("“{name}” cannot be read: {reason}.", name=name, reason=os_error_reason(error)),
            message("Check the disk it is on."),
        )
    log.warning("decoding failed", exc_info=error)
    return AudioFileError(message("“{name}” cannot be decoded.", name=name), _CONVERT)


def _open_media(path: Path) -> MediaFile:
    try:
        return MediaFile(path)
    except Undecodable as error:
        what, remedy = _UNDECODABLE[str(error)]
        raise AudioFileError(filled(what, name=display_path(path.name)), remedy) from error
    except ImportError as error:
        raise AudioFileError(
            message("The library that decodes sound files (PyAV) is missing or damaged."),
            message("Install Saywrite again."),
        ) from error
    except Exception as error:  # PyAV raises errors of many types for damaged files
        raise describe(path, error) from error


class _RawFile:
    def __init__(self, path: Path, size: int) -> None:
        frames = size // BYTES_PER_SAMPLE
        self.about = AudioFile(SAMPLE_RATE, 1, frames, frames / SAMPLE_RATE, "raw 16 kHz PCM")
        self._path = path

    def blocks(self, block_s: float) -> Iterator[bytes]:
        size = int(block_s * SAMPLE_RATE) * BYTES_PER_SAMPLE
        try:
            with self._path.open("rb") as file:
                while block := file.read(size):
                    yield block[: len(block) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE]
        except OSError as error:
            raise describe(self._path, error) from error


class _EncodedFile:
    def __init__(self, path: Path, file: MediaFile) -> None:
        self._path = path
        self._file = file
        seconds = file.seconds
        frames = None if seconds is None else round(seconds * file.rate)
        self.about = AudioFile(file.rate, file.channels, frames, seconds, file.format)

    def blocks(self, block_s: float) -> Iterator[bytes]:
        try:
            yield from self._file.blocks(block_s)
        except Exception as error:  # PyAV raises errors of many types for damaged files
            raise describe(self._path, error) from error
        if problem := judge(display_path(self._path.name), self._file.report):
            raise problem


def judge(name: str, report: Report) -> AudioFileError | None:
    """What is wrong with a file that was decoded as far as possible; None for a whole one. `name` is shown."""
    length, promised = report.decoded_s, report.promised_s
    if length == 0 and (report.broken or promised or report.skipped_s):
        return AudioFileError(message("“{name}” is damaged: nothing of it can be decoded.", name=name), _COPY)
    if length == 0:
        return AudioFileError(message("“{name}” has a header but holds no sound.", name=name), _COPY)
    if report.broken:
        names = {"name": name, "seconds": length, "whole": promised}
        return AudioFileError(
            message("“{name}” breaks off: {seconds:.1f} s of {whole:.1f} s could be read.", **names)
            if promised and length < promised
            else message("“{name}” breaks off: {seconds:.1f} s could be read.", **names),
            message("If more is expected, copy the file again."),
        )
    if report.skipped_s > TOLERANCE_S:
        return AudioFileError(
            message(
                "“{name}” is damaged: {seconds:.1f} s of it could not be decoded.",
                name=name,
                seconds=report.skipped_s,
            ),
            message("If these are missed, copy the file again."),
        )
    return None
