"""Writes spoken addresses: "john at sign example period com" becomes "john@example.com". Pure.

An address is a series of single words separated by names of marks: a host ("example dot com"), an e-mail address or a
file name ("index dot html"). Its last word must be a known ending: in "I wrote to example period then …" the period
ends a sentence. Hosts and e-mail addresses are written in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from saywrite.text.characters import CharacterKind
from saywrite.text.phrase_index import PhraseIndex, key, tokenize
from saywrite.text.spoken_punctuation.marks import FILE_ENDINGS, Table
from saywrite.text.whole_words import Token

_SIGNS = {"@": "@", "-": "-", "_": "_", "–": "-"}
_STOP = "stop"
"""The joiner of a dot that was spoken with the name of the full stop."""

_SECOND_LEVEL = frozenset(["com", "co", "org", "gov", "edu", "ac", "net"])

_MOST_PARTS = 12
_PART = re.compile(r"[\w.]+")


class _Part(NamedTuple):
    """A word of an address and its joiner to the word before: ".", "@", "-", "_" or `_STOP`."""

    joiner: str
    token: Token


class AddressWriter:
    """The compiled rules of one language."""

    def __init__(self, table: Table) -> None:
        self._rules = table.addresses
        self._joiners: PhraseIndex[str] = PhraseIndex()
        for phrase, mark in table.marks.items():
            if mark.text in _SIGNS:
                self._joiners.put(key(phrase), _SIGNS[mark.text])
        for phrase in table.addresses.stops:
            self._joiners.put(key(phrase), _STOP)
        for phrase in table.addresses.dots:
            self._joiners.put(key(phrase), ".")

    def write(self, text: str, exact: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
        """Return `text` with its addresses written, and the ranges of `exact` and of the addresses in it."""
        tokens = tokenize(text)
        result = ""
        done = at = 0
        found: list[_FoundAddress] = []
        while at < len(tokens):
            parts = self._address(tokens, at, exact)
            if not parts:
                at += 1
                continue
            start, end = parts[0].token.start, parts[-1].token.end
            result += text[done:start]
            written = _written(text, parts, exact)
            found.append(_FoundAddress(start, end, len(result), len(result) + len(written)))
            result += written
            done = end
            at = tokens.index(parts[-1].token, at) + 1
        result += text[done:]
        return result, _ranges(exact, found)

    def _address(self, tokens: Sequence[Token], at: int, exact: Sequence[tuple[int, int]]) -> list[_Part]:
        """Return the longest address that begins at a token; empty when there is none."""
        parts = self._row(tokens, at, exact)
        if len(parts) < 2 or parts[0].token.fold in self._rules.never:
            return []
        mails = [place for place, part in enumerate(parts) if part.joiner == "@"]
        if len(mails) > 1:
            return []
        first = mails[0] if mails else 0
        if self._rules.dots and any(part.joiner == _STOP for part in parts[1:first]):
            return []  # "thanks period john at sign …": the sentence ended
        for last in range(len(parts) - 1, first, -1):
            if self._ends(parts, first, last) and not self._goes_on(tokens, parts[last].token):
                return parts[: last + 1]
        return []

    def _row(self, tokens: Sequence[Token], at: int, exact: Sequence[tuple[int, int]]) -> list[_Part]:
        """Return the words with their joiners from a token on; the first word has no joiner.

        A name inside a range of `exact` is a word: the user wrote it out in a keyword.
        """
        parts: list[_Part] = []
        joiner = ""
        while at < len(tokens) and _is_part(tokens[at]) and len(parts) < _MOST_PARTS:
            parts.append(_Part(joiner, tokens[at]))
            at = _behind_space(tokens, at + 1)
            found = self._joiners.longest(tokens, at) if at < len(tokens) else None
            if not found:
                break
            start, end = tokens[at].start, tokens[at + found[0] - 1].end
            if any(first < end and start < last for first, last in exact):
                break
            at, joiner = _behind_space(tokens, at + found[0]), found[1]
        return parts

    def _ends(self, parts: Sequence[_Part], first: int, last: int) -> bool:
        """Whether an address can end with the part `last`; its host begins with the part `first`."""
        joiner, word = parts[last].joiner, parts[last].token.fold
        if joiner not in (".", _STOP) or any(part.joiner == "_" for part in parts[first + 1 : last + 1]):
            return False
        sure = joiner == "." or first > 0 or parts[0].token.fold == "www"
        doubtful = [part for place, part in enumerate(parts[1:last], 1) if part.joiner == _STOP]
        if parts[last - 1].token.fold in _SECOND_LEVEL and doubtful:
            sure = sure or last > 1
            doubtful = doubtful[:-1]
        if doubtful and first == 0 and parts[0].token.fold != "www":
            return False  # "it works period example period com"
        return word in self._rules.domains or (sure and word in self._rules.more_domains)

    def _goes_on(self, tokens: Sequence[Token], last: Token) -> bool:
        at = _behind_space(tokens, tokens.index(last) + 1)
        return at < len(tokens) and tokens[at].fold in self._rules.compounds


def _is_part(token: Token) -> bool:
    return token.kind is CharacterKind.WORD and bool(_PART.fullmatch(token.fold))


def _behind_space(tokens: Sequence[Token], at: int) -> int:
    return at + 1 if at < len(tokens) and tokens[at].kind is CharacterKind.SPACE else at


def _written(text: str, parts: Sequence[_Part], exact: Sequence[tuple[int, int]]) -> str:
    """Write an address. File names and the written forms of keywords keep their capitals."""
    keeps_case = parts[-1].token.fold in FILE_ENDINGS and not any(part.joiner == "@" for part in parts)
    result = ""
    for joiner, token in parts:
        word = text[token.start : token.end]
        mine = any(first <= token.start and token.end <= last for first, last in exact)
        result += ("." if joiner == _STOP else joiner) + (word if mine or keeps_case else word.lower())
    return result


class _FoundAddress(NamedTuple):
    """An address at `text[start:end]` that is written at `new_start:new_end`."""

    start: int
    end: int
    new_start: int
    new_end: int


def _ranges(exact: Sequence[tuple[int, int]], found: Sequence[_FoundAddress]) -> tuple[tuple[int, int], ...]:
    """Return the ranges of the addresses, and of `exact` outside them, in the new text."""
    ranges = [(address.new_start, address.new_end) for address in found]
    for first, last in exact:
        if any(address.start < last and first < address.end for address in found):
            continue
        shift = max(((at.end, at.new_end - at.end) for at in found if at.end <= first), default=(0, 0))[1]
        ranges.append((first + shift, last + shift))
    return tuple(sorted(ranges))
