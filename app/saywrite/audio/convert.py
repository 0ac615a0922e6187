"""From any device or file to the one format behind it: 16 kHz mono s16le.

Pure, one stream per `Converter`. numpy and soxr are imported when the first converter is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from saywrite.events import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Converter:
    """Converts one stream of interleaved s16le sound, `channels` at `rate`, to 16 kHz mono s16le.

    The output depends on the sound alone, not on how it is cut into blocks, and over a whole stream (with
    `flush()`) its length is `input · 16,000 / rate` ± 1 samples. The resampler holds back about 30 ms until
    `flush()`. Sound that is 16 kHz mono already passes through bit for bit.

    Downmix: the mean of the channels, as usual, over those that have had a signal. A channel of exact zeros
    from the beginning (the unused input of an interface, the silent speakers of a surround recording) does
    not count, so it costs no level; it counts from its first other sample on.
    """

    def __init__(self, rate: int, channels: int) -> None:
        if rate <= 0 or channels <= 0:
            raise ValueError(f"no such sound: {channels} channels at {rate} Hz")
        self.rate = rate
        self.channels = channels
        self._tail = b""
        self._alive = [False] * channels
        self._stream: Any = None
        if rate != SAMPLE_RATE:
            import soxr

            # Float inside: soxr dithers 16-bit output, which would make it depend on the cutting into blocks.
            self._stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")

    def convert(self, raw: bytes) -> bytes:
        """The next part of the stream, of any length; a frame cut in two is completed by the next call."""
        whole = self._whole_frames(raw)
        if self.channels == 1 and self._stream is None:
            return whole
        mono = self._mono(whole)
        return _to_pcm(mono if self._stream is None else self._stream.resample_chunk(mono))

    def flush(self) -> bytes:
        """The end of the stream: what the resampler held back. The converter is then ready for a new
        stream.
        """
        self._tail = b""
        self._alive = [False] * self.channels
        if self._stream is None:
            return b""
        import numpy as np

        rest = self._stream.resample_chunk(np.zeros(0, np.float32), last=True)
        self._stream.clear()
        return _to_pcm(rest)

    def _whole_frames(self, raw: bytes) -> bytes:
        size = 2 * self.channels
        if self._tail:
            raw = self._tail + raw
        cut = len(raw) - len(raw) % size
        self._tail = raw[cut:]
        return raw if cut == len(raw) else raw[:cut]

    def _mono(self, raw: bytes) -> npt.NDArray[np.float32]:
        import numpy as np

        samples = np.frombuffer(raw, dtype="<i2")
        if self.channels == 1:
            return samples.astype(np.float32)
        frames = samples.reshape(-1, self.channels)
        # Sums of 16-bit samples are exact in 32-bit floats for up to 256 channels.
        mono: npt.NDArray[np.float32] = frames.sum(axis=1, dtype=np.float32)
        mono /= self.channels if all(self._alive) else np.maximum(1, self._count_alive(frames))
        return mono

    def _count_alive(self, frames: npt.NDArray[np.int16]) -> npt.NDArray[np.int32]:
        """For each frame the number of channels that have had a signal up to it."""
        import numpy as np

        count = np.full(len(frames), sum(self._alive), dtype=np.int32)
        for channel, alive in enumerate(self._alive):
            if not alive and len(first := np.flatnonzero(frames[:, channel])):
                self._alive[channel] = True
                count[first[0] :] += 1
        return count


def _to_pcm(samples: npt.NDArray[np.float32]) -> bytes:
    import numpy as np

    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()
