"""Keywords: replaces the spoken form of a word by its written form. Pure.

A spoken form is found by these rules:

- It matches whole words and numbers (see `whole_words`). Case and the kind of apostrophe do not count. The longest form
  has precedence, from left to right.
- A space in it matches any white space and a hyphen inside a word: "k eight s" matches "k-eight-s", and "e-mail"
  matches "e mail", because they sound the same.
- Scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) have no word boundary.
- Replaced text is not searched again. A written form that the text contains already is not changed: a service that
  applies the same keywords, or a second pass here, gives the same text.

A compiled list is only read, so threads may share it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from saywrite.text.phrase_index import PhraseIndex, key, tokenize


@dataclass(frozen=True, slots=True)
class Keyword:
    """A spoken form and what is written for it."""

    spoken: str
    written: str


class RewrittenText(NamedTuple):
    """Text with keywords applied. `exact`: ranges of written forms, which nothing else may change."""

    text: str
    exact: tuple[tuple[int, int], ...]


class FoundPhrase(NamedTuple):
    """A phrase that a keyword was found for: `text[start:end]`, and what is written for it."""

    keyword: Keyword
    start: int
    end: int
    written: str


class _Entry(NamedTuple):
    """What to write for a phrase. With `spoken`, the phrase is itself the written form of `spoken`."""

    keyword: Keyword
    spoken: tuple[str, ...] = ()


class Keywords:
    """A compiled list of keywords."""

    def __init__(self, keywords: Iterable[Keyword] = ()) -> None:
        self._phrases: PhraseIndex[_Entry] = PhraseIndex()
        entries: dict[tuple[str, ...], Keyword] = {}
        for keyword in keywords:
            spoken = key(keyword.spoken)
            if spoken and has_text(keyword.written):
                entries.pop(spoken, None)  # of two with the same spoken form the later one counts
                entries[spoken] = keyword
        self.entries = tuple(entries.values())
        self._compile(entries)

    def __len__(self) -> int:
        return len(self.entries)

    def rewrite(self, text: str) -> RewrittenText:
        """Apply the keywords and return the ranges of written forms in the result."""
        parts: list[str] = []
        exact: list[tuple[int, int]] = []
        done = length = 0
        for found in self.replacements(text):
            parts += (text[done : found.start], found.written)
            length += found.start - done + len(found.written)
            exact.append((length - len(found.written), length))
            done = found.end
        parts.append(text[done:])
        return RewrittenText("".join(parts), tuple(exact))

    def replacements(self, text: str) -> Iterator[FoundPhrase]:
        """Find the phrases that keywords replace, from left to right.

        A written form of several words that the text contains already is found too, mostly with itself as `written`.
        """
        tokens = tokenize(text) if self._phrases else []
        at = 0
        while at < len(tokens):
            found = self._phrases.longest(tokens, at)
            if not found:
                at += 1
                continue
            count, entry = found
            start, end = tokens[at].start, tokens[at + count - 1].end
            yield FoundPhrase(entry.keyword, start, end, _written(entry, text[start:end]))
            at += count

    def _compile(self, entries: dict[tuple[str, ...], Keyword]) -> None:
        for spoken, keyword in entries.items():
            written = key(keyword.written)
            # A written form of one word needs no protection: no shorter phrase is found inside it.
            if len(written) > 1 and written != spoken:
                self._phrases.put(written, _Entry(keyword, spoken))
        for spoken, keyword in entries.items():
            self._phrases.put(spoken, _Entry(keyword))


def has_text(written: str) -> bool:
    """Whether a written form is more than spaces; a line break is."""
    return bool(written.strip()) or "\n" in written


def _written(entry: _Entry, found: str) -> str:
    written = entry.keyword.written
    if not entry.spoken:
        return written
    # "new york" → "New York City": text in lower case is the recognizer's, "New York city" was written on purpose.
    heard = found == found.lower() and _contains(key(written), entry.spoken)
    return written if heard else found


def _contains(phrase: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(phrase[at : at + len(part)] == part for at in range(len(phrase) - len(part) + 1))
