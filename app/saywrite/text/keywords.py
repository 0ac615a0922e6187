"""Keywords: what is heard becomes what shall be written.

How a spoken form is found:

- whole words and numbers (`whole_words` says what they are), without regard to case and to the kind of apostrophe,
  the longest form first, from left to right;
- a space in the spoken form stands for any white space and for a hyphen inside a word: "k eight s" is found
  in "k-eight-s", and "e-mail" in "e mail": both sound the same;
- scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) have no word
  boundary;
- what was written is never looked at again, and a written form that stands in the text already is left alone,
  so that a service which knows the same keywords and a second pass here do no harm.

Compiled once, then only read: safe to share between threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from saywrite.text.phrase_index import PhraseIndex, key, tokenize


@dataclass(frozen=True, slots=True)
class Keyword:
    spoken: str
    written: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry. `line` counts from 1: the line of a file, or the place in the list."""

    line: int
    what: str


class RewrittenText(NamedTuple):
    """Text with keywords applied. `exact`: where in it written forms stand, to be left as they are."""

    text: str
    exact: tuple[tuple[int, int], ...]


class _Entry(NamedTuple):
    """What to write for a phrase. A phrase that is itself the written form of `spoken` is left alone."""

    written: str
    spoken: tuple[str, ...] = ()


class Keywords:
    """A compiled list of keywords. `problems` names the entries that have no effect."""

    def __init__(self, keywords: Iterable[Keyword] = ()) -> None:
        self._phrases: PhraseIndex[_Entry] = PhraseIndex()
        entries: dict[tuple[str, ...], tuple[int, Keyword]] = {}
        problems: list[Problem] = []
        for line, keyword in enumerate(keywords, 1):
            spoken = key(keyword.spoken)
            if not spoken:
                continue
            if not has_text(keyword.written):
                problems.append(Problem(line, f"“{keyword.spoken}” has no written form."))
                continue
            if spoken in entries:
                earlier, _ = entries.pop(spoken)
                problems.append(
                    Problem(earlier, f"“{keyword.spoken}” is listed again in line {line}: that one counts.")
                )
            entries[spoken] = (line, keyword)
        self.entries = tuple(keyword for _, keyword in entries.values())
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        self._compile(entries)

    def __len__(self) -> int:
        return len(self.entries)

    def as_map(self) -> dict[str, str]:
        """Spoken → written, as recognizers take it."""
        return {entry.spoken: entry.written for entry in self.entries}

    def apply(self, text: str) -> str:
        return self.rewrite(text).text

    def rewrite(self, text: str) -> RewrittenText:
        """Apply the keywords and say where in the result written forms stand."""
        if not self._phrases:
            return RewrittenText(text, ())
        tokens = tokenize(text)
        parts: list[str] = []
        exact: list[tuple[int, int]] = []
        at = done = length = 0
        while at < len(tokens):
            found = self._phrases.longest(tokens, at)
            if not found:
                at += 1
                continue
            count, entry = found
            start, end = tokens[at].start, tokens[at + count - 1].end
            written = _written(entry, text[start:end])
            parts += (text[done:start], written)
            length += start - done + len(written)
            exact.append((length - len(written), length))
            done = end
            at += count
        parts.append(text[done:])
        return RewrittenText("".join(parts), tuple(exact))

    def _compile(self, entries: dict[tuple[str, ...], tuple[int, Keyword]]) -> None:
        for spoken, (_, keyword) in entries.items():
            written = key(keyword.written)
            # A written form of one word needs no protection: nothing shorter can be found inside it.
            if len(written) > 1 and written != spoken:
                self._phrases.put(written, _Entry(keyword.written, spoken))
        for spoken, (_, keyword) in entries.items():
            self._phrases.put(spoken, _Entry(keyword.written))


def has_text(written: str) -> bool:
    """Whether a written form leaves something behind: a line break does, a space does not."""
    return bool(written.strip()) or "\n" in written


def _written(entry: _Entry, found: str) -> str:
    if not entry.spoken:
        return entry.written
    # "new york" → "New York City": all in lower case it was heard, "New York city" was written on purpose.
    heard = found == found.lower() and _contains(key(entry.written), entry.spoken)
    return entry.written if heard else found


def _contains(phrase: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(phrase[at : at + len(part)] == part for at in range(len(phrase) - len(part) + 1))
