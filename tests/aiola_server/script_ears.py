"""How the service understands a `SpokenScript`: it finds each received block in the script's sound.

Sound that arrives as it was written is found exactly, wherever a replay begins and whatever is missing in between.
Sound that was resampled or made louder on its way (a virtual microphone) is found by correlation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from tests.aiola_server.segmenter import SpeechSegment
from tests.aiola_server.spoken import SpokenScript

BLOCK = 800
"""Samples that are looked for at a time: 50 ms."""
LEAST = 80
"""Samples of a rest that are enough to be found: the noise floor makes 5 ms of sound unique."""
_EVERY = 4
"""Samples that become one for the correlation."""
_ALIKE = 0.5
"""Least correlation of the same sound after resampling; two sentences have less than 0.2."""

Stretch = tuple[int, int]


class ScriptEars:
    """Knows one script. Looks at sound only, so it serves any number of streams."""

    def __init__(self, script: SpokenScript) -> None:
        self._script = script
        self._coarse = _coarse(script.pcm)

    async def __call__(self, segment: SpeechSegment) -> str:
        """The words whose nucleus is in the segment; "" for sound without words."""
        stretches = self.heard(segment.spoken)
        words = self._script.words
        return " ".join(word.text for word in words if any(a <= word.nucleus < b for a, b in stretches))

    def heard(self, pcm: bytes) -> list[Stretch]:
        """The stretches of the script's sound (first sample, sample behind the last) that `pcm` consists of."""
        found: list[Stretch] = []
        for at in range(0, len(pcm), BLOCK * 2):
            block = pcm[at : at + BLOCK * 2]
            if found and self._script.pcm.startswith(block, found[-1][1] * 2):
                found[-1] = found[-1][0], found[-1][1] + len(block) // 2
            elif (place := self._place(block)) is not None:
                found.append((place, place + len(block) // 2))
        covered = sum(end - start for start, end in found)
        return found if covered * 4 > len(pcm) // 2 else self._correlated(pcm)

    def _place(self, block: bytes) -> int | None:
        """Where this sound begins in the script, in samples."""
        if len(block) < LEAST * 2:
            return None
        at = self._script.pcm.find(block)
        while at > 0 and at % 2:
            at = self._script.pcm.find(block, at + 1)
        return None if at < 0 else at // 2

    def _correlated(self, pcm: bytes) -> list[Stretch]:
        piece, whole = _coarse(pcm), self._coarse
        if not 200 <= len(piece) <= len(whole):
            return []
        size = 1 << (len(whole) + len(piece)).bit_length()
        product = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(piece, size))
        alike = np.fft.irfft(product, size)[: len(whole) - len(piece) + 1]
        power = np.cumsum(np.concatenate([[0.0], whole**2]))
        local = np.sqrt(np.maximum(power[len(piece) :] - power[: -len(piece)], 1e-9))
        alike = alike / local / max(float(np.linalg.norm(piece)), 1e-9)
        best = int(alike.argmax())
        if alike[best] < _ALIKE:
            return []
        return [(best * _EVERY, best * _EVERY + len(pcm) // 2)]


def _coarse(pcm: bytes) -> npt.NDArray[np.float64]:
    samples = np.frombuffer(pcm[: len(pcm) // (2 * _EVERY) * 2 * _EVERY], "<i2").astype(np.float64) / 32768
    coarse: npt.NDArray[np.float64] = samples.reshape(-1, _EVERY).mean(axis=1)
    return coarse
