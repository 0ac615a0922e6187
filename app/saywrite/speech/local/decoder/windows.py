"""The length of the model's window, the start of the next one, and the place of each word. Pure.

Whisper was trained on windows of 30 s, but its encoder takes shorter ones at a fraction of the cost. With timestamp
tokens it still knows where the speech ends (without them it repeats itself: 24 % wrong words instead of 2.6 %).

These tokens place segments in steps of 20 ms. The words of a segment share its time in proportion to their characters,
which is cheap; the cross-attention of the model would be more exact. The words serve to place the texts of another
recognizer, where half a second suffices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywrite.speech.local.decoder.tokenizer import Tokenizer
from saywrite.speech.local.models import WindowPolicy
from saywrite.text.word_times import word_spans

LONGEST_S = 30.0  # the encoder has positions for no more
TOKENS_PER_SECOND = 9
TOKENS_MORE = 24
MOST_TOKENS = 224
"""Half of the decoder's 448 positions: the other half is for the prompt."""

LEAST_UNREAD_S = 1.0
"""Sound behind the text of the last window that is read again when the model expects speech in it. Where the model was
right to end, up to 0.5 s were left (100 utterances of synthetic voices)."""

LEAST_ADVANCE_S = 1.0
"""A window begins at least this far behind the one before it: a whole pass for less new sound costs too much time."""


@dataclass(frozen=True, slots=True)
class DecodedSegment:
    """Text tokens between two timestamps, in seconds of the window. `end` is None where the model did not set it."""

    start: float
    end: float | None
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The segments that the model wrote about one window.

    `next_s`: where the next window begins, in seconds of this one; None when everything was read.
    """

    segments: tuple[DecodedSegment, ...]
    next_s: float | None


def window_s(sound_s: float, long_window: bool, policy: WindowPolicy) -> float:
    """The length of the window for a sound of `sound_s` seconds, the silence behind it included.

    `policy`: of the model, from the catalog.
    """
    if long_window:
        return LONGEST_S
    return min(LONGEST_S, max(policy.min_s, sound_s + policy.pad_s))


def token_limit(sound_s: float) -> int:
    """The most tokens that a sound may have.

    Fast speech has 6 a second; the limit ends a loop in noise, which does not end by itself.
    """
    return min(MOST_TOKENS, int(sound_s * TOKENS_PER_SECOND) + TOKENS_MORE)


def read(tokens: Sequence[int], tokenizer: Tokenizer, sound_s: float, *, ended: bool, last: bool) -> Reading:
    """Split the tokens of one window into segments; the window holds `sound_s` seconds of sound.

    `ended`: the model ended by itself, not at the token limit. `last`: no sound follows this window. With both, all
    text counts, except segments that start behind the sound's end: those are invented in the padding. Otherwise
    what follows the last closed segment is read again in the next window, so that no word is cut in two; so is the
    rest of the last window when the model ended behind the start of another segment, in the middle of the speech.
    What is not read again counts, unless it ran into the limit: that is a loop.
    """
    segments = tuple(segment for segment in _segments(tokens, tokenizer) if segment.start < sound_s)
    closed = tuple(segment for segment in segments if segment.end is not None)
    whole_window = None if last else sound_s
    if not closed or (ended and last and not _ends_early(tokens, tokenizer, sound_s)):
        return Reading(segments, whole_window)
    end = closed[-1].end
    assert end is not None
    if LEAST_ADVANCE_S <= end < sound_s:
        return Reading(closed, end)
    return Reading(segments if ended else closed, whole_window)


def _ends_early(tokens: Sequence[int], tokenizer: Tokenizer, sound_s: float) -> bool:
    """Whether the model began another segment and ended there, with much sound behind it."""
    if len(tokens) < 2:
        return False
    before, end = tokenizer.seconds(tokens[-2]), tokenizer.seconds(tokens[-1])
    return before is not None and end is not None and sound_s - end >= LEAST_UNREAD_S


def _segments(tokens: Sequence[int], tokenizer: Tokenizer) -> list[DecodedSegment]:
    found: list[DecodedSegment] = []
    start, text = 0.0, list[int]()
    for token in tokens:
        at = tokenizer.seconds(token)
        if at is None:
            if token < tokenizer.end_of_text:
                text.append(token)
            continue
        if text:
            found.append(DecodedSegment(start, at, tuple(text)))
            text = []
        start = at
    if text:
        found.append(DecodedSegment(start, None, tuple(text)))
    return found


@dataclass(frozen=True, slots=True)
class WordTime:
    """A word with the marks beside it. `start_s`, `end_s`: seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float


def divide(text: str, start_s: float, end_s: float) -> list[WordTime]:
    """The words of a segment, which share the time between `start_s` and `end_s` by their characters."""
    words = [text[first:last] for first, last in word_spans(text)]
    total = sum(map(len, words))
    length_s = max(end_s - start_s, 0.0)
    timed: list[WordTime] = []
    before = 0
    for word in words:
        after = before + len(word)
        timed.append(WordTime(word, start_s + length_s * before / total, start_s + length_s * after / total))
        before = after
    return timed


def place_between(
    segments: Sequence[tuple[str, float, float | None]], offset_s: float, length_s: float
) -> tuple[WordTime, ...]:
    """The words of one window, from its segments (text, start, end or None).

    `offset_s`: where the window begins. `length_s`: of the sound in it, where a segment without an end ends.
    """
    return tuple(
        word
        for text, start, end in segments
        for word in divide(text, offset_s + start, offset_s + min(length_s if end is None else end, length_s))
    )
