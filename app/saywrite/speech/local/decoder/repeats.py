"""Finds a phrase that was said twice in one utterance and that Whisper may have written once. Pure.

In windows shorter than 30 s the model takes an exact repetition for one slow phrase: of 60 pairs of equal sentences
with a pause between them it wrote 14 once, as one segment from the first word to the last. Different sentences were
all written (60 of 60). Such a text is too short for the speech in the sound, which can be divided at a pause.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from saywrite.foundation.events import SAMPLE_RATE
from saywrite.speech.local.decoder.conditioning import LEVEL_FRAME, Floats, speech_level
from saywrite.speech.local.decoder.guards import words_of

MOST_BYTES_PER_SECOND = 14.0
"""UTF-8 of the text for each second of voice. Human readers have 17 and more; half of that is a phrase written once."""

BELOW_SPEECH_DB = 25.0
"""A frame that is so much quieter than speech is a pause."""

LEAST_PAUSE = 10
"""Frames of 20 ms."""

LEAST_SHARE = 0.25
"""Of the voice, on each side of the pause."""

LEAST_SIMILARITY = 0.8
"""Of a phrase that is said again: the model may hear "opens" for "opened"."""


def pause_in(samples: Floats, text: str) -> int | None:
    """The sample at which to divide a sound that has too much voice for `text`.

    It is the middle of the pause that is nearest to half of the voice. None when the text is long enough, or when there
    is no such pause.
    """
    frames = samples[: len(samples) // LEVEL_FRAME * LEVEL_FRAME].reshape(-1, LEVEL_FRAME)
    power = (frames**2).mean(axis=1)
    voiced = power > 10 ** ((speech_level(samples) - BELOW_SPEECH_DB) / 10)
    voice_s = float(voiced.sum()) * LEVEL_FRAME / SAMPLE_RATE
    if not text or voice_s == 0 or len(text.encode("utf-8")) / voice_s > MOST_BYTES_PER_SECOND:
        return None
    share = np.cumsum(voiced) / voiced.sum()
    pauses = [
        (abs(float(share[first]) - 0.5), (first + last) // 2)
        for first, last in _runs(~voiced)
        if last - first >= LEAST_PAUSE and LEAST_SHARE <= share[first] <= 1 - LEAST_SHARE
    ]
    return min(pauses)[1] * LEVEL_FRAME if pauses else None


def repeats(text: str, phrase: str) -> bool:
    """Whether `text` is `phrase`, once or several times, as far as the model hears the same twice."""
    words, once = words_of(text), words_of(phrase)
    if not once or not words or len(words) % len(once):
        return False
    return all(
        SequenceMatcher(None, words[at : at + len(once)], once, autojunk=False).ratio() >= LEAST_SIMILARITY
        for at in range(0, len(words), len(once))
    )


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The first place and the place behind the last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
