"""Writes and reads the FLAC files of kept recordings: 16 kHz mono, 16 bits.

One thread at a time uses a file, but not the dictation's or the window's thread. PyAV is imported at the first use.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

_DAMAGED = "the FLAC file is damaged"
_STEP_BACK = 10 * SAMPLE_RATE  # a seek may land behind its target; FLAC blocks are shorter than this


def write_flac(blocks: Iterable[bytes], file: BinaryIO) -> None:
    """Encode s16le mono sound into `file`. Raises OSError; the file is then incomplete."""
    import av
    import numpy as np

    av.logging.set_level(None)
    try:
        with av.open(file, "w", format="flac") as container:
            stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono", format="s16")
            written = 0
            for pcm in blocks:
                samples = np.frombuffer(pcm, "<i2").astype(np.int16)[None]
                frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
                frame.sample_rate, frame.pts = SAMPLE_RATE, written
                written += samples.shape[1]
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except av.error.FFmpegError as error:
        raise OSError(0, "the FLAC file could not be written, the disk may be full") from error
    file.flush()


class FlacReader:
    """Reads samples of a FLAC file at any offset. `length`: in samples. Raises OSError."""

    def __init__(self, path: Path) -> None:
        import av

        av.logging.set_level(None)
        self._errors = av.error.FFmpegError
        self._file = path.open("rb")
        try:
            self._container: Any = av.open(self._file, format="flac")
            self._stream = self._container.streams.audio[0]
            form = self._stream.codec_context
            form.options = {"err_detect": "crccheck+explode"}  # else damage to the first or last block is not noticed
            if (form.sample_rate, form.channels) != (SAMPLE_RATE, 1):
                raise ValueError("another kind of sound")
        except (av.error.FFmpegError, IndexError, ValueError) as error:
            self._file.close()
            raise OSError(0, "not a FLAC file of a recording") from error
        self.length = _samples(self._stream.duration or 0, self._stream.time_base)
        self._frames = self._decode()
        self._at = 0
        self._block = b""  # decoded from sample `_at` on

    def read(self, start: int, end: int) -> bytes:
        """Read the samples `start..end`, fewer at the end of the file. Reading on from the last end is fast."""
        start, end = min(start, self.length), min(end, self.length)
        parts: list[bytes] = []
        try:
            if not self._at <= start <= self._at + len(self._block) // BYTES_PER_SAMPLE:
                self._seek(start)
            while start < end:
                part = self._block[(start - self._at) * BYTES_PER_SAMPLE : (end - self._at) * BYTES_PER_SAMPLE]
                parts.append(part)
                start += len(part) // BYTES_PER_SAMPLE
                if start < end and not self._advance():
                    break
                if start < end and self._at != start:
                    raise OSError(0, _DAMAGED)
        except self._errors as error:
            raise OSError(0, _DAMAGED) from error
        return b"".join(parts)

    def close(self) -> None:
        self._container.close()
        self._file.close()

    def _seek(self, sample: int) -> None:
        """Decode the block that contains `sample`; behind the last sample go to the end."""
        for target in (sample, max(0, sample - _STEP_BACK), 0):
            if self._try_seek(target) and self._at <= sample:
                break
        else:
            raise OSError(0, _DAMAGED)
        while sample >= self._at + len(self._block) // BYTES_PER_SAMPLE and self._advance():
            pass

    def _try_seek(self, sample: int) -> bool:
        """Decode the block at `sample`. FFmpeg's binary search fails for some samples near the end (measured)."""
        try:
            self._container.seek(int(sample / (SAMPLE_RATE * (self._stream.time_base or 1))), stream=self._stream)
        except self._errors:
            return False
        self._stream.codec_context.flush_buffers()
        self._frames = self._decode()
        return self._advance()

    def _advance(self) -> bool:
        """Decode the next block; False at the end of the file."""
        frame = next(self._frames, None)
        if frame is None:
            self._at += len(self._block) // BYTES_PER_SAMPLE
            self._block = b""
            return False
        if frame.pts is None:  # the frame follows a damaged one
            raise OSError(0, _DAMAGED)
        self._at = _samples(frame.pts, frame.time_base)
        self._block = frame.to_ndarray().astype("<i2").tobytes()
        return True

    def _decode(self) -> Any:
        return self._container.decode(self._stream)


def _samples(time: int, time_base: Fraction | None) -> int:
    return round(time * (time_base or Fraction(1, SAMPLE_RATE)) * SAMPLE_RATE)
