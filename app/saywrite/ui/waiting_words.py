"""Speech that has no text yet, in words: a line for each utterance, or one that sums up when there are many. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from saywrite.events import seconds
from saywrite.ui.wording import clock, count, length

LINES = 3
"""More utterances than these are summed up."""


def waiting_lines(utterances: Sequence[tuple[int, int]]) -> list[str]:
    """`utterances`: (start, end) in samples, in order."""
    if len(utterances) <= LINES:
        return [f"… {clock(seconds(start))} waiting for text, {_whole(end - start)}" for start, end in utterances]
    spoken = sum(end - start for start, end in utterances)
    first = clock(seconds(utterances[0][0]))
    return [f"… {count(len(utterances), 'utterance')} since {first} waiting for text, {_whole(spoken)}"]


def _whole(samples: int) -> str:
    """In whole seconds, so that what is still being said does not flicker."""
    return length(float(max(1, round(seconds(samples)))))
