"""Joins tokens to the words and numbers that people see: "I'm", "1,000", "10:30", "example.com". Pure.

Word boundaries follow Unicode Standard Annex 29 (WB6, WB7, WB11, WB12), with three additions:

- **Apostrophes.** An apostrophe inside a word joins its sides ("don't", "o'clock", "aujourd'hui"), with two exceptions.
  Both are decided by closed lists, independent of the language: an elided article or pronoun before it ("l'API",
  "dell'API": the second part is a word by itself) and the English possessive behind it ("Postgres's"). French and
  Italian elide the word before, English contracts the word behind, so no word is in both lists. After a pronoun
  ("it's", "let's") and a single letter ("m's") 's is no possessive.
- **Numbers** include their sign, currency, per cent, fraction, time and thousands marks, and the space between groups
  of three digits.
- **Single letters** beside "/", "&", "+" and "#" belong to the word with that sign: "km/h", "R&D", "C++".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from saywrite.text.characters import APOSTROPHES, CharacterKind


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OPENING_QUOTES = "‘‚‹"
_ENCLITICS = frozenset(("s", "m", "re", "ve", "ll", "d", "t"))
_APHERESES = _ENCLITICS | {"em", "tis", "twas", "cause", "til", "n"}
_CONTRACTING = _words(
    """it he she that this there here what who where when how why let one somebody someone everybody everyone nobody
    anybody anyone something nothing everything"""
)
"""Words after which 's is "is", "has" or "us"."""
_ELIDED = _words(
    """l d j m t s n c ç qu jusqu lorsqu puisqu quoiqu quelqu v ch gl un all dall dell nell sull coll degl negl quell
    quest bell sant mezz tutt anch dov com cos senz grand buon nessun qualcun ciascun alcun pover"""
)
"""Words that French, Italian, Catalan and Portuguese elide before a vowel."""
_NUMBER_MARKS = frozenset(".,:/٫٬．，：–'")
_WORD_MARKS = frozenset(".@")
_BEFORE_NUMBER = frozenset("$€£¥₹#§№+-−±~")
_AFTER_NUMBER = frozenset("%‰°′″")
_GROUPS = re.compile(r"\d{1,3}(?: \d{3})*$")
_NOTEWORTHY = re.compile(rf"[\d{APOSTROPHES}+#]|[.@/&](?=\w)")
"""In every text with a word of several tokens. A full stop behind a word is not noteworthy."""


class Token(NamedTuple):
    """`text[start:end]` and the form it is compared by: white space and inner hyphens are one space."""

    fold: str
    start: int
    end: int
    kind: CharacterKind


def join_words(text: str, tokens: list[Token]) -> list[Token]:
    """Join the tokens of `text` that are one word or number."""
    if not _NOTEWORTHY.search(text):
        return tokens
    joiner = _Joiner(tokens)
    while joiner.at < len(tokens):
        joiner.step()
    return joiner.joined


class _Joiner:
    """One pass from left to right. `joined`: the result so far."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self.joined: list[Token] = []
        self.at = 0
        self._quoted = False

    def step(self) -> None:
        token = self._tokens[self.at]
        if token.kind is CharacterKind.SYMBOL:
            self._symbol(token)
        elif token.kind is CharacterKind.SPACE and self._groups_digits(token):
            self._join(3)
        else:
            self.joined.append(token)
            self.at += 1

    def _symbol(self, token: Token) -> None:
        before = self.joined[-1] if self.joined else None
        after = self._tokens[self.at + 1] if self.at + 1 < len(self._tokens) else None
        word_before = before if before and before.kind is CharacterKind.WORD else None
        word_after = after if after and after.kind is CharacterKind.WORD else None
        if token.fold == "'":
            self._apostrophe(word_before, word_after)
        elif word_before and word_after and _joins(word_before.fold, token.fold, word_after.fold):
            self._join(3)
        elif word_after and not word_before and token.fold in (".", *_BEFORE_NUMBER) and word_after.fold[0].isdigit():
            self._take(2)
        elif word_before and token.fold in _AFTER_NUMBER and word_before.fold[-1].isdigit():
            self._join(2)
        elif word_before and len(word_before.fold) == 1 and (length := self._sharp()):
            self._join(1 + length)
        else:
            self._quoted |= token.fold in _OPENING_QUOTES
            self._take(1)

    def _apostrophe(self, before: Token | None, after: Token | None) -> None:
        if before and after:
            self._inner_apostrophe(before, after)
        elif before:
            self._trailing_apostrophe(before)
        elif after:
            self._leading_apostrophe(after)
        else:
            self._take(1)

    def _inner_apostrophe(self, before: Token, after: Token) -> None:
        possessive = after.fold == "s" and len(before.fold) > 1 and before.fold not in _CONTRACTING
        if possessive and not before.fold[-1].isdigit():
            self._take(2, CharacterKind.MARK)
        elif before.fold in _ELIDED and after.fold not in _ENCLITICS:
            self._join(2, CharacterKind.MARK)
        else:
            self._join(3)

    def _trailing_apostrophe(self, before: Token) -> None:
        """Read an apostrophe that ends a quotation, makes a possessive ("Postgres'") or ends a word ("po'")."""
        if self._quoted:
            self._quoted = False
            self._take(1)
        elif before.fold in _ELIDED:
            self._join(2, CharacterKind.MARK)
        elif before.fold[-1] in "sxz" or before.fold[-1].isdigit():
            self._take(1)
        else:
            self._join(2)

    def _leading_apostrophe(self, after: Token) -> None:
        closing = self.at + 2 < len(self._tokens) and self._tokens[self.at + 2].fold == "'"
        if after.fold == "n" and closing and not self._quoted:
            self._take(3)
        elif after.fold in _APHERESES and not closing:
            self._take(2, CharacterKind.MARK)
        else:
            self._quoted = True
            self._take(1)

    def _groups_digits(self, space: Token) -> bool:
        """Whether the space separates groups of digits: "1 000"."""
        following = self._tokens[self.at + 1].fold if self.at + 1 < len(self._tokens) else ""
        if len(following) != 3 or not following.isdecimal() or not self.joined:
            return False
        before = self.joined[-1]
        single = space.end - space.start == 1
        return single and before.kind is CharacterKind.WORD and bool(_GROUPS.match(before.fold))

    def _sharp(self) -> int:
        """Count the tokens behind the letter in "C++", "C#" and "C++11"."""
        following = [token.fold for token in self._tokens[self.at : self.at + 2]]
        length = 1 if following[:1] == ["#"] else 2 if following == ["+", "+"] else 0
        behind = self.at + length
        if length and behind < len(self._tokens) and self._tokens[behind].kind is CharacterKind.WORD:
            return length + 1
        return length

    def _take(self, count: int, kind: CharacterKind | None = None) -> None:
        """Append the next tokens as one token."""
        taken = self._tokens[self.at : self.at + count]
        self.at += count
        fold = "".join(token.fold for token in taken)
        word = CharacterKind.WORD if count > 1 else taken[0].kind
        self.joined.append(Token(fold, taken[0].start, taken[-1].end, kind or word))

    def _join(self, count: int, kind: CharacterKind = CharacterKind.WORD) -> None:
        """Join the last token to the next ones, `count` in all."""
        first = self.joined.pop()
        self._take(count - 1)
        rest = self.joined.pop()
        self.joined.append(Token(first.fold + rest.fold, first.start, rest.end, kind))


def _joins(before: str, mark: str, after: str) -> bool:
    """Whether a mark between two words joins them to one."""
    if before[-1].isdigit() and after[0].isdigit() and mark in _NUMBER_MARKS:
        return True
    return mark in _WORD_MARKS or (mark in "/&" and (len(before) == 1 or len(after) == 1))
