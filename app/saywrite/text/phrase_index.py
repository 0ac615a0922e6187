"""Finds phrases in text: tokens that are compared without regard to case, and a dictionary of phrases. Pure.

The dictionary is keyed by the first word. A search takes the same time with five phrases as with five thousand, which a
regular expression of all phrases does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from saywrite.text.characters import APOSTROPHES, CharacterKind, is_cjk, kind
from saywrite.text.whole_words import Token, join_words

T = TypeVar("T")

_ASCII = re.compile(r"(\w+)|(\s+)|((?<=\w)-(?=\w))|.", re.DOTALL)
_ASCII_KINDS = (CharacterKind.SYMBOL, CharacterKind.WORD, CharacterKind.SPACE, CharacterKind.HYPHEN)
"""By the number of the group that matched; 0: none."""
_FIRST_SEPARATOR = 2
_HYPHENS = "-\u2010\u2011"
_CONTINUING = {
    CharacterKind.SPACE: (CharacterKind.SPACE,),
    CharacterKind.WORD: (CharacterKind.WORD, CharacterKind.MARK),
    CharacterKind.UNSPACED: (CharacterKind.MARK,),
    CharacterKind.SYMBOL: (CharacterKind.MARK,),
}
_DOTTED_I = "i\u0307"


def tokenize(text: str) -> list[Token]:
    """Split `text` into words, separators and symbols; a script without spaces into its letters.

    A word or number as people see it is one token: see `whole_words`.
    """
    if text.isascii():
        return join_words(text, _tokenize_ascii(text))
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        end, what = _token_end(text, at)
        fold = " " if what is CharacterKind.SPACE else _fold(text[at:end])
        tokens.append(Token("'" if fold in APOSTROPHES else fold, at, end, what))
        at = end
    return join_words(text, _with_separators(tokens))


@lru_cache(maxsize=32_768)
def key(text: str) -> tuple[str, ...]:
    """Return what `text` is compared by: equal keys are the same phrase. Outer white space does not count.

    Results are cached, because every edit of a keyword compiles the whole list again.
    """
    words = text.split()
    if "".join(words).isalpha() and text.isascii():
        folds = " ".join(words).lower().replace(" ", "\n \n").split("\n")
        return tuple(folds) if words else ()
    return tuple(token.fold for token in tokenize(text.strip()))


class PhraseIndex(Generic[T]):
    """Values by phrase; the longest phrase at a position has precedence."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, ...], T] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def put(self, phrase: tuple[str, ...], value: T) -> None:
        """Set the value of `phrase` (a `key()`, not empty)."""
        self._values[phrase] = value
        lengths = self._lengths.get(phrase[0])
        if lengths is None:
            self._lengths[phrase[0]] = (len(phrase),)
        elif len(phrase) not in lengths:
            self._lengths[phrase[0]] = tuple(sorted((*lengths, len(phrase)), reverse=True))

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[int, T] | None:
        """Find the longest phrase of whole words that begins at `at`: its number of tokens and its value."""
        lengths = self._lengths.get(tokens[at].fold)
        if lengths is None:
            return None
        folds = tuple([token.fold for token in tokens[at : at + lengths[0]]])
        for length in lengths:
            phrase = folds[:length]
            if len(phrase) == length and phrase in self._values and stands_alone(tokens, at, length):
                return length, self._values[phrase]
        return None


def stands_alone(tokens: Sequence[Token], at: int, length: int) -> bool:
    """Whether no word continues across the edges of a phrase.

    A phrase with a symbol at its edge must not touch a word ("c++" is not in "xc++"). A hyphen is a boundary except
    beside a single letter ("x-ray") and between digits ("2024-05-12").
    """
    first, last = tokens[at], tokens[at + length - 1]
    before = tokens[at - 1] if at else None
    after = tokens[at + length] if at + length < len(tokens) else None
    if before and first.kind is CharacterKind.SYMBOL and before.kind is CharacterKind.WORD:
        return False
    if after and last.kind is CharacterKind.SYMBOL and after.kind is CharacterKind.WORD:
        return False
    if (
        before
        and before.kind is CharacterKind.HYPHEN
        and _is_joined(first.fold, tokens[at - 2].fold[-1], first.fold[0])
    ):
        return False
    return not (
        after
        and after.kind is CharacterKind.HYPHEN
        and _is_joined(last.fold, tokens[at + length + 1].fold[0], last.fold[-1])
    )


def _is_joined(word: str, beyond: str, edge: str) -> bool:
    """Whether a hyphen joins `word`, with the character `edge` beside it, to the character `beyond`."""
    return (len(word) == 1 and word.isalnum()) or (beyond.isdigit() and edge.isdigit())


def _tokenize_ascii(text: str) -> list[Token]:
    tokens = []
    for found in _ASCII.finditer(text.lower()):
        group = found.lastindex or 0
        start, end = found.span()
        tokens.append(Token(" " if group >= _FIRST_SEPARATOR else found[0], start, end, _ASCII_KINDS[group]))
    return tokens


def _token_end(text: str, at: int) -> tuple[int, CharacterKind]:
    what = kind(text[at])
    if what is CharacterKind.MARK:
        what = CharacterKind.WORD
    within = _CONTINUING[what]
    end = at + 1
    while end < len(text) and kind(text[end]) in within:
        end += 1
    return end, what


def _with_separators(tokens: list[Token]) -> list[Token]:
    """Turn hyphens inside words into separators and remove spaces between Chinese or Japanese letters."""
    result = list(tokens)
    for at in range(len(tokens) - 2, 0, -1):
        before, token, after = tokens[at - 1 : at + 2]
        words = before.kind in (CharacterKind.WORD, CharacterKind.UNSPACED) and after.kind in (
            CharacterKind.WORD,
            CharacterKind.UNSPACED,
        )
        if not words:
            continue
        if token.fold in _HYPHENS:
            result[at] = token._replace(fold=" ", kind=CharacterKind.HYPHEN)
        elif token.kind is CharacterKind.SPACE and is_cjk(before.fold[0]) and is_cjk(after.fold[0]):
            del result[at]
    return result


def _fold(word: str) -> str:
    """Return the caseless, canonical form (Unicode 3.13, D145), in which "İ" is "i"."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", decomposed).replace(_DOTTED_I, "i"))
