"""Scales float sound that exceeds full scale, instead of clipping it.

Pure; runs on the thread of the file's reader. Files with float samples may exceed full scale: a mix that was not
scaled, or integers written as floats (full scale 32,768 instead of 1). A clipped voice is hard to recognize, a scaled
one is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

CEILING = 32_767.0
"""The largest sample of the output, in the unit of 16-bit samples."""

HOP = 4_000
"""Samples that are looked ahead: 0.25 s at 16 kHz."""

_STRAY = 8  # samples of a hop that may lie far above all others without setting its gain: a damaged file has such
_FAR = 2.0  # 6 dB


class Limiter:
    """Lowers the gain, a hop ahead, to what the loudest sound so far allows; it never raises it again.

    Raising it in pauses would lift the noise to the level of the voice. The gain changes linearly over a hop. What
    never exceeds full scale is given unchanged. Stray samples far above all others are clipped. The output depends
    on the sound, not on its blocks.
    """

    def __init__(self) -> None:
        import numpy as np

        self._waiting = np.zeros(0, np.float32)
        self._gain = 1.0
        self._begun = False

    def limit(self, sound: Floats) -> Floats:
        """The next sound; the last one to two hops of it are held back until the next call or `flush()`."""
        import numpy as np

        self._waiting = np.concatenate([self._waiting, sound])
        hops = len(self._waiting) // HOP - 1
        if hops < 1:
            return self._waiting[:0]
        given = [self._lower(n * HOP) for n in range(hops)]
        self._waiting = self._waiting[hops * HOP :]
        return np.concatenate(given)

    def flush(self) -> Floats:
        """The sound held back at the end of the stream, which is over then."""
        import numpy as np

        given = [self._lower(at) for at in range(0, len(self._waiting), HOP)]
        return np.concatenate(given) if given else self._waiting

    def _lower(self, at: int) -> Floats:
        import numpy as np

        hop = self._waiting[at : at + HOP]
        allowed = min(_gain(hop), _gain(self._waiting[at + HOP : at + 2 * HOP]))
        before = self._gain if self._begun else min(self._gain, allowed)
        self._begun = True
        self._gain = min(before, allowed)
        if before == 1.0 and self._gain == 1.0:
            return hop
        return hop * np.linspace(before, self._gain, len(hop), dtype=np.float32)


def _gain(hop: Floats) -> float:
    """The gain with which `hop` stays below full scale, 1 at most."""
    import numpy as np

    if not len(hop):
        return 1.0
    peak = float(np.abs(hop).max())
    if peak <= CEILING:
        return 1.0
    if len(hop) > 2 * _STRAY:
        usual = float(np.partition(np.abs(hop), -_STRAY - 1)[-_STRAY - 1])
        if peak > _FAR * max(usual, CEILING):
            peak = usual
    return CEILING / max(peak, CEILING)
