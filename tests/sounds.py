"""Reading and writing sound files for tests, with PyAV and the standard library."""

from __future__ import annotations

import struct
import tempfile
import wave
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt

DATA = Path(__file__).resolve().parent / "data"
"""The speech recordings: weather, two_sentences, two_cities."""

RATE = 16_000


def read_samples(path: Path | BinaryIO) -> tuple[npt.NDArray[Any], int]:
    """(samples × channels as decoded, rate)."""
    with av.open(path, "r") as container:
        frames = list(container.decode(audio=0))
        channels = frames[0].layout.nb_channels
        parts = [f.to_ndarray().T if f.format.is_planar else f.to_ndarray().reshape(-1, channels) for f in frames]
        return np.concatenate(parts), frames[0].sample_rate


def speech(name: str) -> npt.NDArray[np.int16]:
    """A recording of `DATA`: 16 kHz, mono."""
    samples, rate = read_samples(DATA / f"{name}.flac")
    assert (rate, samples.dtype) == (RATE, np.dtype(np.int16))
    return samples[:, 0]


def write_wav(path: Path, samples: npt.ArrayLike, rate: int = RATE) -> Path:
    """int16 samples (× channels), or floats, as a WAV file."""
    sound = np.asarray(samples)
    sound = sound.reshape(len(sound), -1)
    path.write_bytes(wav(sound, rate))
    return path


def wav(sound: npt.NDArray[Any], rate: int = RATE, code: int | None = None) -> bytes:
    """The bytes of a WAV file of (samples × channels) of any sample type; `code`: the format tag of `fmt `."""
    raw = np.ascontiguousarray(sound).tobytes()
    tag = code or (3 if sound.dtype.kind == "f" else 1)
    size, channels = sound.dtype.itemsize, sound.shape[1]
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * size * channels, size * channels, 8 * size)
    return chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", form) + chunk(b"data", raw))


def chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)


def frames_of(path: Path) -> int:
    """Frames of a WAV file by its header."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes()


def encode(sound: npt.NDArray[np.int16], rate: int, container: str, codec: str | None = None, **options: str) -> bytes:
    """(samples × channels) as a file of FFmpeg's format `container`, for example "flac", "ogg" with "libopus"."""
    return encode_tracks([sound], rate, container, codec, **options)


def encode_tracks(
    tracks: list[npt.NDArray[np.int16]], rate: int, container: str, codec: str | None = None, **options: str
) -> bytes:
    """Several sounds as the tracks of one file."""
    with tempfile.TemporaryDirectory() as folder:  # some formats are written in two passes, by name
        path = Path(folder) / "sound"
        _encode(path, tracks, rate, container, codec, options)
        return path.read_bytes()


def _encode(
    path: Path,
    tracks: list[npt.NDArray[np.int16]],
    rate: int,
    container: str,
    codec: str | None,
    options: dict[str, str],
) -> None:
    with av.open(path, "w", format=container, options=options) as output:
        streams = []
        for sound in tracks:
            layout = {1: "mono", 2: "stereo", 8: "7.1"}[sound.shape[1]]
            kind: Any = codec or {"ogg": "libopus", "mp3": "libmp3lame"}.get(container, output.default_audio_codec)
            stream = output.add_stream(kind, rate=rate, layout=layout)
            stream.bit_rate = 64_000 if codec != "amr_nb" else 12_200
            stream.options = {"strict": "experimental"} if codec == "vorbis" else {}
            streams.append(stream)
        for stream, sound in zip(streams, tracks, strict=True):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound).reshape(1, -1), format="s16", layout=stream.layout.name
            )
            frame.sample_rate = rate
            for at in (frame, None):
                output.mux(stream.encode(at))
