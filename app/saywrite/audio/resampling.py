"""Converts the sound of any device or file to 16 kHz mono s16le.

Pure, one stream per `Converter`; runs on the thread of its caller. numpy and soxr are imported when the first
converter is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saywrite.audio.channels import ChannelMixer
from saywrite.audio.limiter import Limiter
from saywrite.foundation.events import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Frames = npt.NDArray[np.int16] | npt.NDArray[np.float32]


class Converter:
    """Converts one stream of `channels` interleaved channels at `rate` Hz to 16 kHz mono s16le.

    The output depends on the sound alone, not on how it is cut into blocks, and over a whole stream (with
    `flush()`) its length is `input · 16,000 / rate` ± 1 samples. Up to 20 ms (several channels) and 30 ms (other
    rates) are held back until `flush()`. Integer sound that is 16 kHz mono already passes through bit for bit.

    `limited`: the samples are floats, which may exceed full scale; they are then scaled down instead of clipped.
    """

    def __init__(self, rate: int, channels: int, *, limited: bool = False) -> None:
        if rate <= 0 or channels <= 0:
            raise ValueError(f"no such sound: {channels} channels at {rate} Hz")
        self.rate = rate
        self.channels = channels
        self._limited = limited
        self._tail = b""
        self._stream: Any = None
        if rate != SAMPLE_RATE:
            import soxr

            # Float inside: soxr dithers 16-bit output, which would make it depend on the cutting into blocks.
            self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        self._begin()

    def _begin(self) -> None:
        self._tail = b""
        self._mixer = ChannelMixer(self.rate, self.channels) if self.channels > 1 else None
        self._limiter = Limiter() if self._limited else None

    def convert(self, raw: bytes) -> bytes:
        """The next part of an s16le stream, of any length; a frame cut in two is completed by the next call."""
        import numpy as np

        whole = self._whole_frames(raw)
        if self.channels == 1 and self._stream is None:
            return whole
        return self.convert_frames(np.frombuffer(whole, dtype="<i2").reshape(-1, self.channels))

    def convert_frames(self, frames: Frames) -> bytes:
        """The next `frames` (frames × channels): int16, or float32 in the same unit (full scale is 32,768)."""
        import numpy as np

        if self.channels == 1 and self._stream is None and frames.dtype == np.int16:
            return frames.astype("<i2").tobytes()
        if self._mixer:
            mono = self._mixer.mix(frames.astype(np.float32))
        else:
            mono = frames.reshape(-1).astype(np.float32)
        if self._stream is not None:
            mono = self._stream.resample_chunk(np.ascontiguousarray(mono))
        return _to_pcm(self._limiter.limit(mono) if self._limiter else mono)

    def flush(self) -> bytes:
        """The end of the stream: what was held back. The converter is then ready for a new stream."""
        import numpy as np

        mono = self._mixer.flush() if self._mixer else np.zeros(0, np.float32)
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=True)
            self._stream.clear()
        if self._limiter:
            mono = np.concatenate([self._limiter.limit(mono), self._limiter.flush()])
        self._begin()
        return _to_pcm(mono)

    def _whole_frames(self, raw: bytes) -> bytes:
        size = 2 * self.channels
        if self._tail:
            raw = self._tail + raw
        cut = len(raw) - len(raw) % size
        self._tail = raw[cut:]
        return raw if cut == len(raw) else raw[:cut]


def _to_pcm(samples: npt.NDArray[np.float32]) -> bytes:
    import numpy as np

    if not len(samples):
        return b""
    rounded = np.rint(samples)  # in place from here on: this runs 50 times per second
    np.minimum(rounded, 32_767, out=rounded)
    np.maximum(rounded, -32_768, out=rounded)
    return rounded.astype("<i2").tobytes()
