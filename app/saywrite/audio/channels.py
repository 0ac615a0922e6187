"""Mixes the channels of one stream to mono, weighted by what each channel carries.

Pure; runs on the thread of its caller (the dictation thread for a microphone, the reader's thread for a file).
The plain mean fails on sound that people record every day: two channels in opposite phase cancel each other, and a
voice on one input of an interface loses 18 dB among seven unused inputs. So the stream is cut into hops of 20 ms,
and each hop has a weight for each channel:

- A channel counts by how far it rises above its own noise floor, so that an input with steady hum or hiss does not
  count, however loud it is. Until something has risen above its floor the channels count by their level.
- Channels in opposite phase to each other get opposite signs.
- The absolute weights add up to 1: equal channels keep their level, and a voice on a single channel keeps its own.
- Weights change linearly within a hop, so that a change makes no click, and they stay as they are in pauses.

Levels and phases are judged on a band-pass of the sound around 500 Hz: offset and hum take no part in the choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

HOPS_PER_SECOND = 50
"""A choice holds for 20 ms: long enough for a level, short enough not to fade the first sound of a word."""

_WEIGHT_POWER = 0.75  # of the energy: 1 would drop the softer of two speakers, 0.5 keeps too much crosstalk
_FLOOR_HOPS = 40  # the noise floor is the least level of the last 0.8 to 1.6 s: speech has a gap in that time
_ABOVE_FLOOR = 4.0  # energy over the floor (6 dB) that counts as a signal; noise varies by less
_DECAY = 0.83  # a hop: 40 dB a second; a second speaker takes over within 0.1 to 0.2 s
_PHASE_DECAY = 0.96  # a hop: phases are averaged over 0.5 s of signal
_OPPOSITE, _SAME = -0.3, 0.3  # correlation at which a channel is inverted, and turned back


class ChannelMixer:
    """Mixes `channels` interleaved channels at `rate` Hz. The output depends on the sound, not on its blocks.

    `mix()` holds back up to one hop until the next call; `flush()` gives it.
    """

    def __init__(self, rate: int, channels: int) -> None:
        import numpy as np

        self.channels = channels
        self._hop = max(1, rate // HOPS_PER_SECOND)
        self._lag = max(1, rate // 1000)
        self._choice = _Choice(channels)
        self._weights = np.full(channels, 1 / channels, np.float32)
        self._begun = False
        self._rest = np.zeros((0, channels), np.float32)
        self._history = np.zeros((2 * self._lag, channels), np.float32)

    def mix(self, frames: Floats) -> Floats:
        """The mono sound of the next `frames` (frames × channels), in the same unit."""
        import numpy as np

        if len(self._rest):
            frames = np.concatenate([self._rest, frames])
        whole = len(frames) - len(frames) % self._hop
        self._rest = frames[whole:].copy()
        return self._mix_hops(frames[:whole], self._hop)

    def flush(self) -> Floats:
        """The sound held back at the end of the stream."""
        rest, self._rest = self._rest, self._rest[:0]
        return self._mix_hops(rest, len(rest))

    def _mix_hops(self, frames: Floats, hop: int) -> Floats:
        import numpy as np

        if not len(frames):
            return np.zeros(0, np.float32)
        energies, products = self._measure(frames, hop)
        weights = np.empty((len(energies) + 1, self.channels), np.float32)
        weights[0] = self._weights
        for number, energy in enumerate(energies):
            weights[number + 1] = self._choice.weigh(energy, products[number])
        if not self._begun:
            self._begun = True
            weights[0] = weights[1]
        self._weights = weights[-1]
        return _apply(frames, weights, hop)

    def _measure(self, frames: Floats, hop: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The energy of each channel in each hop, and the products of all pairs of channels.

        Both are those of the sound behind a band-pass, which is a difference over 1 ms, taken twice: 12 dB at 500 Hz,
        −20 dB at 50 Hz, nothing at 0 Hz.
        """
        import numpy as np

        lag = self._lag
        sound = np.concatenate([self._history, frames])
        self._history = sound[len(sound) - 2 * lag :].copy()
        band = (sound[2 * lag :] - 2 * sound[lag:-lag] + sound[: -2 * lag]).astype(np.float64)
        hops = band.reshape(-1, hop, self.channels)
        products = np.matmul(hops.transpose(0, 2, 1), hops) / hop
        return np.diagonal(products, axis1=1, axis2=2), products


class _Choice:
    """The weights of the channels, hop by hop, from their energies and products."""

    def __init__(self, channels: int) -> None:
        import numpy as np

        self._floor = _NoiseFloor(channels)
        self._signal = np.zeros(channels)
        self._level = np.zeros(channels)
        self._products = np.zeros((channels, channels))
        self._signs = np.ones(channels)
        self._risen = False
        self._weights = np.full(channels, 1 / channels)

    def weigh(self, energy: npt.NDArray[np.float64], products: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        import numpy as np

        above = np.where(energy > _ABOVE_FLOOR * self._floor.follow(energy), energy, 0.0)
        if above.any():
            self._risen = True
            self._signal = np.maximum(self._signal * _DECAY, above)
        elif self._risen:
            return self._weights
        self._level = np.maximum(self._level * _DECAY, energy)
        strength = self._signal if self._risen else self._level
        if not strength.any():
            return self._weights
        self._products = self._products * _PHASE_DECAY + products
        shares = (strength / strength.max()) ** _WEIGHT_POWER
        self._align(int(np.argmax(strength)), shares)
        self._weights = self._signs * shares / shares.sum()
        return self._weights

    def _align(self, loudest: int, shares: npt.NDArray[np.float64]) -> None:
        """Give channels that are in opposite phase to each other opposite signs."""
        import numpy as np

        powers = np.sqrt(np.diagonal(self._products) * self._products[loudest, loudest])
        likeness = self._products[loudest] / np.maximum(powers, 1e-9)
        signs = self._signs * self._signs[loudest]
        signs[likeness < _OPPOSITE] = -1.0
        signs[likeness > _SAME] = 1.0
        # The loudest channel changes all the time. Only the signs' relation matters: no sign is turned without need.
        self._signs = signs if (signs * self._signs) @ shares >= 0 else -signs


class _NoiseFloor:
    """The least energy of each channel in the last one to two spans of `_FLOOR_HOPS`."""

    def __init__(self, channels: int) -> None:
        import numpy as np

        self._before = np.full(channels, np.inf)
        self._now = np.full(channels, np.inf)
        self._hops = 0

    def follow(self, energy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        import numpy as np

        if self._hops == _FLOOR_HOPS:
            self._before, self._now, self._hops = self._now, np.full(len(energy), np.inf), 0
        self._hops += 1
        self._now = np.minimum(self._now, energy)
        floor: npt.NDArray[np.float64] = np.minimum(self._before, self._now)
        return floor


def _apply(frames: Floats, weights: Floats, hop: int) -> Floats:
    """Each hop of `frames` times its weights, which run linearly from one row of `weights` to the next."""
    import numpy as np

    mono = np.zeros(len(frames), np.float32)
    for channel in range(frames.shape[1]):
        before, after = weights[:-1, channel], weights[1:, channel]
        sound = frames[:, channel].reshape(-1, hop)
        if np.array_equal(before, after):
            mono += (sound * after[:, None]).reshape(-1)
            continue
        ramp = np.arange(1, hop + 1, dtype=np.float32) / np.float32(hop)
        mono += (sound * (before[:, None] + (after - before)[:, None] * ramp)).reshape(-1)
    return mono
