"""Converts the frames of a decoded file, with the silence between them, to 16 kHz mono.

Pure; used on the thread of the file's reader. numpy is imported when a file is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from saywrite.audio.resampling import Converter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Frames = npt.NDArray[np.int16] | npt.NDArray[np.float32]

_SILENCE = 1 << 16  # samples at a time: hours of silence would not fit into memory


def convert(placed: Iterator[tuple[float, Any]]) -> Iterator[tuple[float, bytes]]:
    """Yield (seconds of the file, 16 kHz mono s16le).

    `placed`: (seconds of silence before the frame, the frame).
    """
    converter: Converter | None = None
    for silence_s, frame in placed:
        frames, rate = frames_of(frame), frame.sample_rate
        limited = frames.dtype.kind == "f" and _is_float(frame)
        if converter is None or (converter.rate, converter.channels) != (rate, frames.shape[1]):
            if converter is not None:  # joined files of different formats
                yield 0.0, converter.flush()
            converter = Converter(rate, frames.shape[1], limited=limited)
        for part in _silence(round(silence_s * rate), frames):
            yield len(part) / rate, converter.convert_frames(part)
        yield len(frames) / rate, converter.convert_frames(frames)
    if converter is not None:
        yield 0.0, converter.flush()


def frames_of(frame: Any) -> Frames:
    """(samples × channels) of a decoded frame: int16, or float32 in the same unit. What is no number becomes 0."""
    import numpy as np

    channels = frame.layout.nb_channels
    samples = np.asarray(frame.to_ndarray())
    shaped = samples.T if frame.format.is_planar else samples.reshape(-1, channels)
    if samples.dtype == np.int16:
        return np.ascontiguousarray(shaped, np.int16)
    if samples.dtype == np.uint8:
        return np.asarray((shaped.astype(np.int16) - 128) * 256, np.int16)
    if samples.dtype == np.int32:
        return np.asarray(shaped / 65_536, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = shaped.astype(np.float32) * np.float32(32_768)
    usable = np.isfinite(numbers)
    return numbers if usable.all() else np.where(usable, numbers, np.float32(0))


def _silence(samples: int, like: Frames) -> Iterator[Frames]:
    import numpy as np

    for at in range(0, samples, _SILENCE):
        yield np.zeros((min(_SILENCE, samples - at), like.shape[1]), like.dtype)


def _is_float(frame: Any) -> bool:
    return str(frame.format.name).startswith(("flt", "dbl"))
