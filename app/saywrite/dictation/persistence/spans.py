"""Which stretches of a recording have no text. Pure; spans are (start, end) in samples, in order, without overlap.

A service may leave a sentence without text and bring those behind it. The stretch is then transcribed later, in its
place: the recognizer hears silence where the sound has its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from saywrite.foundation.events import BYTES_PER_SAMPLE, SAMPLE_RATE

Span = tuple[int, int]

UNBOUNDED = 1 << 62
"""The end of a stretch that grows."""

SHORT = SAMPLE_RATE
"""Samples before a text that are no stretch without text: a pause, and the first sound of a word."""


def subtract(spans: Iterable[Span], covered: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of `spans` that lie outside of all `covered` ones.

    A part before a covered one that is shorter than `SHORT` is left out.
    """
    left = list(spans)
    for start, end in sorted(covered):
        parts: list[Span] = []
        for first, last in left:
            if end <= first or start >= last:
                parts.append((first, last))
                continue
            if start - first >= SHORT:
                parts.append((first, start))
            if last > end:
                parts.append((end, last))
        left = parts
    return tuple(left)


def clip(spans: Iterable[Span], start: int, end: int) -> tuple[Span, ...]:
    """The parts of `spans` between two offsets."""
    parts = ((max(first, start), min(last, end)) for first, last in spans)
    return tuple((first, last) for first, last in parts if first < last)


def without_text(
    wanted: Sequence[Span], confirmed: int, heard: int, outstanding: Iterable[Span], texts: Iterable[Span]
) -> tuple[Span, ...]:
    """The stretches that have no text when a recognizer ends.

    `wanted`: those that it was given. `confirmed`: all sound before has its text. `outstanding`: the speech without
    text, as the recognizer says. `texts`: the stretches of its texts; behind the last of them everything is missing.
    """
    last = max([confirmed, *(end for _start, end in texts)])
    gaps = clip(outstanding, confirmed, last)
    return tuple(part for span in wanted for part in (*clip(gaps, *span), *clip([span], last, heard)))


def silence_outside(pcm: bytes, start: int, spans: Sequence[Span]) -> bytes:
    """The sound from the offset `start` on, with silence outside of the spans. No spans: the sound as it is."""
    if not spans:
        return pcm
    end = start + len(pcm) // BYTES_PER_SAMPLE
    kept = bytearray(len(pcm))
    for first, last in clip(spans, start, end):
        part = slice((first - start) * BYTES_PER_SAMPLE, (last - start) * BYTES_PER_SAMPLE)
        kept[part] = pcm[part]
    return bytes(kept)
