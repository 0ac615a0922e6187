"""Tries keywords on past dictations: what each text was and would be, and what each keyword does. Pure.

Both texts are composed of what the recognizer sent, once with the present keywords and once with the tried ones, by the
rules of a running dictation. What the user corrected by hand is in neither of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from saywrite.text.keyword_sets.ordinary_words import is_ordinary
from saywrite.text.keyword_sets.word_differences import Span, compare
from saywrite.text.keywords import Keyword, Keywords
from saywrite.text.phrase_index import key
from saywrite.text.transcript import Composition, Transcript, normalize
from saywrite.text.word_times import Passage, make_passage

FREQUENT_SHARE = 0.1
"""A word that a keyword replaces in more than this share of the dictations is frequent …"""

FREQUENT_LEAST = 5
"""… if it does so in at least this many of them."""


@dataclass(frozen=True, slots=True)
class PastDictation:
    """What the recognizer sent for a dictation, in order. `commands`: carry out spoken punctuation.

    `heard_again`: the same for its recording, recognized with the tried keywords; None when it was not.
    """

    dictation: str
    began: datetime
    language: str
    commands: bool
    raw: tuple[str, ...]
    heard_again: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class KeywordHit:
    """A place in the tried text that a keyword has written. `spoken`: the key of the keyword."""

    spoken: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ComparedText:
    """The text of a dictation with both lists of keywords.

    `removed`, `added`: the different words of `before` and of `after`.
    """

    past: PastDictation
    before: str
    after: str
    removed: tuple[Span, ...]
    added: tuple[Span, ...]
    hits: tuple[KeywordHit, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after


class KeywordWarning(StrEnum):
    """Why the user should look at a keyword."""

    NEVER = "never"
    """Its spoken form is in none of the dictations."""
    ORDINARY = "ordinary"
    """Its spoken form consists of the commonest words of a language that was spoken."""
    FREQUENT = "frequent"
    """It is new, and replaces a word that is in many of the dictations by another word."""


@dataclass(frozen=True, slots=True)
class KeywordResult:
    """What a keyword did: `hits` in so many `dictations`."""

    keyword: Keyword
    hits: int
    dictations: int
    warnings: tuple[KeywordWarning, ...]


@dataclass(frozen=True, slots=True)
class TriedKeywords:
    """The result of a trial. `texts`: in the order given; `results`: by the key of the spoken form."""

    texts: tuple[ComparedText, ...]
    results: Mapping[tuple[str, ...], KeywordResult]

    @property
    def changed(self) -> int:
        return sum(text.changed for text in self.texts)

    @property
    def hits(self) -> int:
        return sum(result.hits for result in self.results.values())

    @property
    def warned(self) -> int:
        """The number of keywords with a warning."""
        return sum(bool(result.warnings) for result in self.results.values())


def try_keywords(past: Iterable[PastDictation], present: Keywords, tried: Keywords) -> TriedKeywords:
    """Compare the texts of past dictations with the present and with the tried keywords."""
    texts = tuple(compare_text(dictation, present, tried) for dictation in past)
    return TriedKeywords(texts, _results(texts, present, tried))


def compare_text(past: PastDictation, present: Keywords, tried: Keywords) -> ComparedText:
    """Compose the text of one dictation with both lists, and find the hits and the differences."""
    before = _compose(past, past.raw, present).text
    passage = _compose(past, _last_raw(past), tried)
    differences = compare(before, passage.text)
    return ComparedText(
        past, before, passage.text, differences.now, differences.tried, tuple(_find_hits(passage, tried))
    )


def _last_raw(past: PastDictation) -> tuple[str, ...]:
    """What the recognizer sent last: for the recording where it was recognized again."""
    return past.raw if past.heard_again is None else past.heard_again


def _compose(past: PastDictation, raw: Sequence[str], keywords: Keywords) -> Passage:
    transcript = Transcript(language=past.language)
    rules = Composition(keywords, past.language, past.commands)
    for number, final in enumerate(raw):
        transcript.add(final, number, number + 1, rules)
    return make_passage(transcript.segments, past.language)


def _find_hits(passage: Passage, keywords: Keywords) -> Iterable[KeywordHit]:
    """Find what keywords have written in a composed text.

    Composing may change capitals and spaces and carry out commands, so each written form is looked for behind the one
    before it; one that is not found (removed by a spoken command) is no hit.
    """
    for segment, (first, last) in zip(passage.segments, passage.bounds, strict=True):
        at, text = first, normalize(segment.raw)
        for found in keywords.replacements(text):
            written, phrase = found.written.strip(), text[found.start : found.end]
            if phrase == found.written and key(phrase) != key(found.keyword.spoken):
                continue  # the recognizer wrote the written form itself
            place = re.compile(re.escape(written), re.IGNORECASE).search(passage.text, at, last)
            if place is not None and written:
                at = place.end()
                yield KeywordHit(key(found.keyword.spoken), place.start(), at)


def _results(texts: Sequence[ComparedText], present: Keywords, tried: Keywords) -> dict[tuple[str, ...], KeywordResult]:
    hits = Counter(hit.spoken for text in texts for hit in text.hits)
    within = Counter(spoken for text in texts for spoken in {hit.spoken for hit in text.hits})
    written = Keywords(Keyword(keyword.written, keyword.written) for keyword in tried.entries)
    heard = (raw for text in texts for raw in _last_raw(text.past))
    already = {key(found.keyword.spoken) for raw in heard for found in written.replacements(normalize(raw))}
    languages = {text.past.language for text in texts}
    results = {}
    for keyword in tried.entries:
        spoken = key(keyword.spoken)
        is_written = key(keyword.written) in already
        is_new = keyword not in present.entries
        warnings = _warnings(keyword, within[spoken], is_written, is_new, languages, len(texts))
        results[spoken] = KeywordResult(keyword, hits[spoken], within[spoken], warnings)
    return results


def _warnings(
    keyword: Keyword, dictations: int, is_written: bool, is_new: bool, languages: Iterable[str], tried_on: int
) -> tuple[KeywordWarning, ...]:
    found = []
    is_other_word = len(key(keyword.spoken)) == 1 and key(keyword.spoken) != key(keyword.written)
    ordinary = any(is_ordinary(keyword.spoken, language) for language in languages)
    if tried_on and not dictations and not is_written:
        found.append(KeywordWarning.NEVER)
    if ordinary:
        found.append(KeywordWarning.ORDINARY)
    elif is_new and is_other_word and dictations >= FREQUENT_LEAST and dictations > FREQUENT_SHARE * tried_on:
        found.append(KeywordWarning.FREQUENT)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class MarkedExcerpt:
    """The parts of a text around its marks, joined by "…"; `marks` are positions in `text`."""

    text: str
    marks: tuple[Span, ...]


def cut_excerpt(text: str, marks: Sequence[Span], around: int = 60) -> MarkedExcerpt:
    """Keep `text` up to `around` characters before and behind each mark, and whole words.

    `marks` are in order. Without marks, the beginning of the text is kept.
    """
    spans: list[list[int]] = []
    for start, end in marks or [(0, 0)]:
        first, last = _back(text, max(0, start - around)), _forward(text, min(len(text), end + around))
        if spans and first <= spans[-1][1] + 3:
            spans[-1][1] = max(last, spans[-1][1])
        else:
            spans.append([first, last])
    parts: list[str] = []
    moved: list[Span] = []
    length = 0
    for number, (first, last) in enumerate(spans):
        lead = "… " if first and not number else " … " if number else ""
        shift = length + len(lead) - first
        moved += [(start + shift, end + shift) for start, end in marks if first <= start and end <= last]
        parts += (lead, text[first:last])
        length += len(lead) + last - first
    parts.append(" …" if spans[-1][1] < len(text) else "")
    return MarkedExcerpt("".join(parts), tuple(moved))


_LONGEST_WORD = 30
"""Characters by which an excerpt is extended at most to end between two words."""


def _back(text: str, at: int) -> int:
    space = text.rfind(" ", max(0, at - _LONGEST_WORD), at + 1)
    return space + 1 if space >= 0 and at else at


def _forward(text: str, at: int) -> int:
    space = text.find(" ", at, at + _LONGEST_WORD)
    return space if space >= 0 else at if at + _LONGEST_WORD < len(text) else len(text)
