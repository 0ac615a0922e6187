"""Opening and decoding sound files: WAV, FLAC, OGG, MP3 and the others libsndfile knows, and raw 16 kHz PCM.

Every bad file has its own reason and remedy. What can be decoded of a damaged file is given first; then the
error is raised.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from saywrite.audio.convert import Converter
from saywrite.errors import AudioFileError
from saywrite.events import BYTES_PER_SAMPLE, SAMPLE_RATE
from saywrite.paths import display_path

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

RAW = (".pcm", ".raw")
"""Names of files without a header: taken for what is used here, 16 kHz mono s16le."""

_CONVERT = "Convert it to WAV, FLAC, OGG or MP3, for example: ffmpeg -i FILE sound.flac"
_COPY = "Record or copy it again."
_INTEGER = ("PCM_", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610", "G72", "NMS_ADPCM", "DWVW", "DPCM", "ALAC")
_MPEG_TOLERANCE = 0.05
_PLACEHOLDERS = (0, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x7FFF_F000, 0xFFFF_F000)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AudioFile:
    """A file by its header. `frames` and `seconds` are None where the header does not tell."""

    rate: int
    channels: int
    frames: int | None
    seconds: float | None
    format: str


class Decodable(Protocol):
    about: AudioFile

    def blocks(self, block_s: float) -> Iterator[bytes]:
        """16 kHz mono s16le, about `block_s` seconds at a time. Raises AudioFileError where the file breaks
        off.
        """


@contextmanager
def opened(path: Path) -> Iterator[Decodable]:
    """The file, ready to be decoded. Raises AudioFileError."""
    try:
        if path.is_dir():
            raise AudioFileError(f"“{display_path(path.name)}” is a folder.", "Name the sound files in it.")
        size = path.stat().st_size
        if not path.is_file():  # a pipe would block here until somebody writes into it
            raise AudioFileError(f"“{display_path(path.name)}” is not a file.", "Save the sound to a file first.")
        path.open("rb").close()
    except OSError as error:
        raise describe(path, error) from error
    if size == 0:
        raise AudioFileError(f"“{display_path(path.name)}” is empty (0 bytes).", _COPY)
    if path.suffix.lower() in RAW:
        yield _RawFile(path, size)
        return
    file = _open_encoded(path)
    try:
        yield _EncodedFile(path, file)
    finally:
        file.close()


def describe(path: Path, error: Exception) -> AudioFileError:
    """Any error met with a file, in words."""
    name = f"“{display_path(path.name)}”"
    if isinstance(error, FileNotFoundError):
        return AudioFileError(f"There is no file {name}.", "Check its name and folder.")
    if isinstance(error, PermissionError):
        return AudioFileError(f"{name} may not be read.", "Ask for read permission, or copy the file.")
    if isinstance(error, OSError):
        return AudioFileError(f"{name} cannot be read: {error.strerror or error}.", "Check the disk it is on.")
    log.warning("decoding failed", exc_info=error)
    return AudioFileError(f"{name} cannot be decoded.", _CONVERT)


def _open_encoded(path: Path) -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise AudioFileError(
            "The library that decodes sound files (libsndfile) is missing.",
            "Install Saywrite again, or on Linux the package libsndfile1.",
        ) from error
    try:
        # Bytes: soundfile cannot encode a name that is not UTF-8.
        file = soundfile.SoundFile(os.fsencode(path) if sys.platform != "win32" else str(path))
    except soundfile.SoundFileError as error:
        what = f"“{display_path(path.name)}” is not a sound file that can be decoded here."
        raise AudioFileError(what, _CONVERT) from error
    # After each block soundfile seeks to where it already is, which garbles the next 0.1 s of an MP3 (measured).
    file.seekable = lambda: False
    return file


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
    def __init__(self, path: Path, file: Any) -> None:
        self._path = path
        self._file = file
        self._promised = _promised_frames(path, file)
        frames = self._promised or None
        seconds = frames / file.samplerate if frames else None
        self.about = AudioFile(file.samplerate, file.channels, frames, seconds, file.format)

    def blocks(self, block_s: float) -> Iterator[bytes]:
        converter = Converter(self._file.samplerate, self._file.channels)
        frames, broken = 0, False
        samples = self._buffer(max(1, int(block_s * self._file.samplerate)))
        try:
            while got := self._read_into(samples):
                frames += got
                if pcm := converter.convert(_as_pcm(samples[: got * self._file.channels])):
                    yield pcm
        except RuntimeError:  # soundfile's errors, from the middle of the file
            log.info("the file breaks off", exc_info=True)
            broken = True
        if rest := converter.flush():
            yield rest
        self._judge(frames, broken)

    def _buffer(self, frames: int) -> npt.NDArray[Any]:
        import numpy as np

        # Encoders with float samples may exceed full scale: read as int16 those would be cut wrongly or wrap.
        kind = np.int16 if self._file.subtype.startswith(_INTEGER) else np.float32
        return np.empty(frames * self._file.channels, kind)

    def _read_into(self, samples: npt.NDArray[Any]) -> int:
        """Frames read. Unlike `read()` it does not believe the header, which is wrong where a file breaks off."""
        kind = "int16" if samples.dtype.kind == "i" else "float32"
        return int(self._file.buffer_read_into(samples, dtype=kind))

    def _judge(self, frames: int, broken: bool) -> None:
        """Raise what is wrong with a file that has given all it has."""
        name = f"“{display_path(self._path.name)}”"
        length = f"{frames / self._file.samplerate:.1f} s"
        tolerance = _MPEG_TOLERANCE if self._file.subtype.startswith("MPEG") else 0.0
        promised = self._promised
        if frames == 0 and (broken or promised):
            raise AudioFileError(f"{name} is damaged: nothing of it can be decoded.", _COPY)
        if frames == 0:
            raise AudioFileError(f"{name} has a header but holds no sound.", _COPY)
        if broken or (promised and frames < promised * (1 - tolerance)):
            of = f" of {promised / self._file.samplerate:.1f} s" if promised and frames < promised else ""
            raise AudioFileError(
                f"{name} breaks off: {length}{of} could be read.", "If more is expected, copy the file again."
            )


def _promised_frames(path: Path, file: Any) -> int:
    """Frames by the header; 0 where it does not tell. libsndfile corrects a WAV's to what is there."""
    if file.format not in ("WAV", "WAVEX"):
        return int(file.frames) if file.frames < 1 << 62 else 0
    with path.open("rb") as stream:
        return max(int(file.frames), _frames_of_wav(stream.read(1 << 16)))


def _frames_of_wav(head: bytes) -> int:
    """The frames a RIFF header promises in its data chunk; 0 for a streaming recorder's placeholder."""
    at, frame = 12, 0
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 22 <= len(head):
            frame = int.from_bytes(head[at + 20 : at + 22], "little")
        if name == b"data":
            return size // frame if frame > 0 and size not in _PLACEHOLDERS else 0
        at += 8 + size + size % 2
    return 0


def _as_pcm(samples: npt.NDArray[np.int16] | npt.NDArray[np.float32]) -> bytes:
    import numpy as np

    if samples.dtype == np.int16:
        return samples.astype("<i2").tobytes()
    return np.clip(np.rint(samples * 32_768), -32_768, 32_767).astype("<i2").tobytes()
