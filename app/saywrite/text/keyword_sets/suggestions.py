"""Suggests keywords from the corrections that the user made in texts. Pure.

A correction is a text as it was written and what the user made of it. Both are aligned word by word; where a few words
were replaced by a few others that look alike, the recognizer probably misheard them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from saywrite.text.keyword_sets.ordinary_words import is_ordinary
from saywrite.text.keyword_sets.word_differences import WORD
from saywrite.text.keywords import Keyword
from saywrite.text.phrase_index import key
from saywrite.text.spacing import ends_sentence

MOST_WORDS = 4
"""Words on each side of a pair; a Chinese or Japanese character counts as a word. More of them are a rewording."""

ALIKE = 0.4
"""The least similarity of the letters of both sides. "k eight s" and "Kubernetes" have 0.47."""

REPEATED = 2
"""A correction that was made so often counts, however different both sides are."""

LONGEST = 5_000
"""Characters of a text that is aligned; a longer one is skipped."""

_MARKS = ".,;:!?…\"'“”„‚‘’«»‹›()[]{}–—-、。，！？；：「」『』（）"
"""Punctuation at the edge of a word, which is no part of it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A text as it was written, and what the user made of it. `language`: of the dictation."""

    original: str
    edited: str
    language: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A keyword that would have made the same correction `count` times."""

    keyword: Keyword
    count: int


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def suggest(
    corrections: Iterable[Correction],
    present: Iterable[Keyword] = (),
    is_forgotten: Callable[[Keyword], bool] = lambda keyword: False,
) -> tuple[Suggestion, ...]:
    """Suggest keywords, the most frequent ones first, each spoken form once.

    Without those that the `present` keywords have already, and those that the user does not want to see again.
    """
    counts = Counter(pair for correction in corrections for pair in find_pairs(correction))
    taken = {key(keyword.spoken) for keyword in present}
    found: list[Suggestion] = []
    for keyword, count in counts.most_common():
        spoken = key(keyword.spoken)
        if spoken in taken or is_forgotten(keyword):
            continue
        if count >= REPEATED or _similarity(keyword) >= ALIKE:
            taken.add(spoken)
            found.append(Suggestion(keyword, count))
    return tuple(found)


def find_pairs(correction: Correction) -> tuple[Keyword, ...]:
    """Find what was written and what the user made of it, in the order of the text.

    Without ordinary words, changes of punctuation only, and capitals at the beginning of a sentence.
    """
    original, edited, language = correction.original, correction.edited, correction.language
    if max(len(original), len(edited)) > LONGEST:
        return ()
    left, right = _words(original), _words(edited)
    matcher = SequenceMatcher(None, [word.text for word in left], [word.text for word in right], autojunk=False)
    pairs = []
    for operation, start, end, begin, stop in matcher.get_opcodes():
        if operation != "replace" or max(end - start, stop - begin) > MOST_WORDS:
            continue
        spoken = original[left[start].start : left[end - 1].end]
        written = edited[right[begin].start : right[stop - 1].end]
        starts_sentence = ends_sentence(edited[: right[begin].start], language)
        if _is_misheard(spoken, written, language, starts_sentence):
            pairs.append(Keyword(spoken, written))
    return tuple(pairs)


def _words(text: str) -> list[_Word]:
    """The words of a text without the punctuation at their edges."""
    found = []
    for match in WORD.finditer(text):
        core = match[0].strip(_MARKS)
        if core:
            start = match.start() + match[0].index(core)
            found.append(_Word(core, start, start + len(core)))
    return found


def _is_misheard(spoken: str, written: str, language: str, starts_sentence: bool) -> bool:
    if not key(spoken) or "\n" in spoken + written or is_ordinary(spoken, language):
        return False
    if key(spoken) == key(written):
        return spoken != written and not starts_sentence
    return True


def _similarity(keyword: Keyword) -> float:
    """How alike both sides look, 0…1, by their letters without spaces and capitals."""
    spoken, written = ("".join(key(side)).replace(" ", "") for side in (keyword.spoken, keyword.written))
    return SequenceMatcher(None, spoken, written, autojunk=False).ratio()
