"""Finds a phrase that Whisper wrote less often or more often than it was said in one utterance. Pure.

In windows shorter than 30 s the model takes an exact repetition for one slow phrase: of 60 pairs of equal sentences
with a pause between them it wrote 14 once, as one segment from the first word to the last. Different sentences were
all written (60 of 60). Such a text is too short for the speech in the sound, which can be divided at a pause.

About a short phrase with exact silence around it (a noise gate) the model writes "Good morning. Good morning." Such a
text is too long for the speech in the sound.
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

MOST_BYTES_OF_REPEATS = 24.0
"""For each second of voice. Short phrases of synthetic voices have up to 22, and 25 and more when written twice."""

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
    voiced = _voiced(samples)
    if not text or not voiced.any() or _bytes_per_second(text, voiced) > MOST_BYTES_PER_SECOND:
        return None
    share = np.cumsum(voiced) / voiced.sum()
    pauses = [
        (abs(float(share[first]) - 0.5), (first + last) // 2)
        for first, last in _runs(~voiced)
        if last - first >= LEAST_PAUSE and LEAST_SHARE <= share[first] <= 1 - LEAST_SHARE
    ]
    return min(pauses)[1] * LEVEL_FRAME if pauses else None


def is_hurried(samples: Floats, text: str) -> bool:
    """Whether `text` is one phrase several times, and too long for the voice in the sound."""
    words = words_of(text)
    once = next((n for n in range(1, len(words) // 2 + 1) if words[:n] * (len(words) // n) == words), 0)
    return once > 0 and _bytes_per_second(text, _voiced(samples)) > MOST_BYTES_OF_REPEATS


def repeats(text: str, phrase: str) -> bool:
    """Whether `text` is `phrase`, once or several times, as far as the model hears the same twice."""
    words, once = words_of(text), words_of(phrase)
    if not once or not words or len(words) % len(once):
        return False
    return all(
        SequenceMatcher(None, words[at : at + len(once)], once, autojunk=False).ratio() >= LEAST_SIMILARITY
        for at in range(0, len(words), len(once))
    )


def _voiced(samples: Floats) -> npt.NDArray[np.bool_]:
    """Which frames of `LEVEL_FRAME` are as loud as speech."""
    frames = samples[: len(samples) // LEVEL_FRAME * LEVEL_FRAME].reshape(-1, LEVEL_FRAME)
    least = 10 ** ((speech_level(samples) - BELOW_SPEECH_DB) / 10)
    loud: npt.NDArray[np.bool_] = (frames**2).mean(axis=1) > least
    return loud


def _bytes_per_second(text: str, voiced: npt.NDArray[np.bool_]) -> float:
    """UTF-8 of the text for each second of voice."""
    frames = max(1, int(voiced.sum()))
    return len(text.encode("utf-8")) * SAMPLE_RATE / (LEVEL_FRAME * frames)


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The first place and the place behind the last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
