"""Spoken punctuation and commands: "comma", "new paragraph", "scratch that".

When the name of a mark is a word and not a command:

- directly after a word that cannot end a sentence (an article or possessive; in Romance languages a
  preposition too), also with a usual adjective between: "a period", "the new line", "a long period";
- in a fixed expression: "period of time", "point de vue", "trial period";
- after the escape word: "literal comma" writes "comma";
- inside a keyword's written form.

Anything else is the command. Opening marks ("the open quote big one close quote") know no such exception.
"scratch that" is not a command in "to scratch that itch": after a word that needs it as its verb.

Punctuation which a recognizer puts around a command because the speaker paused there is swallowed: "Hello,
comma, how are you? Question mark." gives "Hello, how are you?". A full stop before a new line stays.

Japanese commands in katakana are only found with no other katakana around them ("コロン" is in "コロンビア").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from saywrite.text.characters import CharacterKind, is_katakana
from saywrite.text.phrase_index import PhraseIndex, Token, key, tokenize
from saywrite.text.spacing import TextPiece
from saywrite.text.spoken_punctuation.marks import PunctuationMark, Role, Table
from saywrite.text.spoken_punctuation.tables import TABLES

LANGUAGES = tuple(TABLES)
"""Languages with spoken commands."""

_SIGNS = ",.;:!?…，。、；：！？．"
_TRAILING = re.compile(rf"[\s{_SIGNS}]+$")
_TRAILING_PAUSE = re.compile(r"[\s,;:，、；：]+$")
_LEADING = re.compile(r"^\s*(?:[,.;:!?…]+(?=\s|$)|[，。、；：！？．]+)\s*")
_ENDED = re.compile(r"[.!?…。！？]$")
_LEADING_END = re.compile(r"^\s*([.!?。！？]+)(?=\s|$)")
_ASKED = ("?", "!", "？", "！")
_INITIALS = re.compile(r"(?:^|\s)(?:\w\.)+\w\.$")


@dataclass(frozen=True, slots=True)
class ScratchThat:
    """Take back what was said before."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A command at `text[start:end]`; `mark` is None for an escape word, which is only left out."""

    start: int
    end: int
    mark: PunctuationMark | None


def parse(text: str, language: str, exact: Sequence[tuple[int, int]] = ()) -> tuple[TextPiece | ScratchThat, ...]:
    """Cut a final into prose, marks and commands. Ranges in `exact` are taken literally.

    A language without spoken commands gives the whole text as one piece.
    """
    vocabulary = _vocabulary(language)
    found = vocabulary.find(text, exact) if vocabulary else []
    pieces: list[TextPiece | ScratchThat] = []
    prose = ""
    done = 0
    after: PunctuationMark | None = None
    ended = False
    for command in [*found, None]:
        prose += text[done : command.start if command else len(text)]
        done = command.end if command else len(text)
        if command and command.mark is None:
            continue
        before = command.mark if command else None
        pieces += _prose(prose, after, before, len(prose) - _behind_exact(command, exact), ended)
        if before:
            ended = bool(pieces and isinstance(last := pieces[-1], TextPiece) and _ENDED.search(last.text))
            pieces.append(_piece(before, pieces))
        prose, after = "", before
    return tuple(pieces)


class _Vocabulary:
    """The commands of one language, compiled."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._commands: PhraseIndex[PunctuationMark | None] = PhraseIndex()
        self._escapes = {key(word) for word in table.literal}
        for phrase, mark in table.marks.items():
            self._commands.put(key(phrase), mark)
        for phrase in table.prose:
            self._commands.put(key(phrase), None)

    def find(self, text: str, exact: Sequence[tuple[int, int]]) -> list[_Found]:
        tokens = tokenize(text)
        found: list[_Found] = []
        at = 0
        while at < len(tokens):
            escaped = self._escaped(tokens, at)
            if escaped:
                word, length = escaped
                found.append(_Found(tokens[at].start, tokens[at + word].start, None))
                at += word + length
                continue
            length, mark = self._commands.longest(tokens, at) or (1, None)
            start, end = tokens[at].start, tokens[at + length - 1].end
            if mark and not _overlaps(start, end, exact) and self._is_command(text, tokens, at, length, mark):
                mark = self._between_digits(tokens, at, length, mark)
                found.append(_Found(start, end, mark))
            at += length
        return found

    def _escaped(self, tokens: list[Token], at: int) -> tuple[int, int] | None:
        """Lengths of an escape word (with the space behind it) and of the command it makes a word of."""
        for word in self._escapes:
            behind = at + len(word)
            if tuple(token.fold for token in tokens[at:behind]) != word:
                continue
            if behind < len(tokens) and tokens[behind].kind is CharacterKind.SPACE:
                behind += 1
            command = self._commands.longest(tokens, behind) if behind < len(tokens) else None
            if command:
                return behind - at, command[0]
        return None

    def _is_command(self, text: str, tokens: list[Token], at: int, length: int, mark: PunctuationMark) -> bool:
        start, end = tokens[at].start, tokens[at + length - 1].end
        if mark.role is Role.SCRATCH_ALONE:
            return not (text[:start] + text[end:]).strip(_SIGNS + " ")
        if is_katakana(text[start]) and _katakana_around(text, start, end):
            return False
        before = _words_before(tokens, at)
        if mark.role is Role.SCRATCH:
            return before[-1:] == [] or before[-1] not in self._table.talk
        if mark.role is Role.OPENS or not before:
            return True
        articles = self._table.articles
        described = len(before) == 2 and before[1] in self._table.adjectives and before[0] in articles
        return not (before[-1] in articles or described)

    def _between_digits(self, tokens: list[Token], at: int, length: int, mark: PunctuationMark) -> PunctuationMark:
        """ "3 Komma 5" is a number."""
        behind = tokens[at + length : at + length + 2]
        before = _words_before(tokens, at)
        digits = len(behind) == 2 and before and before[-1].isdigit() and behind[1].fold.isdigit()
        return PunctuationMark(mark.text, Role.GLUES) if digits and mark.text in (self._table.decimal, ":") else mark


@lru_cache(maxsize=16)
def _vocabulary(language: str) -> _Vocabulary | None:
    table = TABLES.get(language)
    return _Vocabulary(table) if table else None


def _words_before(tokens: list[Token], at: int) -> list[str]:
    """The one or two words directly before the token at `at`, with nothing but space between."""
    words: list[str] = []
    for token in reversed(tokens[max(0, at - 4) : at]):
        if token.kind is CharacterKind.SPACE:
            continue
        if token.kind not in (CharacterKind.WORD, CharacterKind.UNSPACED) or len(words) == 2:
            break
        words.insert(0, token.fold)
    return words


def _overlaps(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in ranges)


def _katakana_around(text: str, start: int, end: int) -> bool:
    return any(is_katakana(char) for char in text[max(0, start - 1) : start] + text[end : end + 1])


def _behind_exact(command: _Found | None, exact: Sequence[tuple[int, int]]) -> int:
    """How many characters before `command` stand behind the last range in `exact`."""
    start = command.start if command else 0
    return start - max((end for _, end in exact if end <= start), default=0)


def _prose(
    prose: str, after: PunctuationMark | None, before: PunctuationMark | None, exact: int, ended: bool
) -> list[TextPiece | ScratchThat]:
    """What was said between two commands, without the punctuation a recognizer put there because of them.

    The first `exact` characters are not touched from behind. `ended`: a sentence ended before the mark `after`.
    """
    kept = ""
    if before:
        exact = max(exact, 0)
        prose = prose[:exact] + _without_trailing(prose[exact:], prose[:exact], before.role)
    if after:
        if after.role is Role.CLOSES and not ended and (stop := _LEADING_END.match(prose)):
            kept = stop[1]
        prose = _LEADING.sub("", prose)
    pieces: list[TextPiece | ScratchThat] = []
    if kept and not (before and not prose and before.role in (Role.ENDS, Role.BREAKS)):
        pieces.append(TextPiece(kept, left=True))
    if prose.strip():
        pieces.append(TextPiece(prose))
    return pieces


def _without_trailing(prose: str, exact: str, role: Role) -> str:
    if role is Role.OPENS:
        return prose
    if role in (Role.CLOSES, Role.BREAKS):
        return _TRAILING_PAUSE.sub("", prose)
    stripped = prose.rstrip()
    return stripped if _INITIALS.search(exact + stripped) else _TRAILING.sub("", stripped)


def _piece(mark: PunctuationMark, pieces: Sequence[TextPiece | ScratchThat]) -> TextPiece | ScratchThat:
    if mark.role in (Role.SCRATCH, Role.SCRATCH_ALONE):
        return ScratchThat()
    last = pieces[-1] if pieces else None
    if mark.text[0] in ".。" and isinstance(last, TextPiece) and last.text in _ASKED:
        # "¿Qué tal? punto y aparte": the sentence has its end already.
        return TextPiece(mark.text[1:])
    if mark.text in ("«", "»"):
        return TextPiece(mark.text)  # the characters tell: French puts a thin space inside
    left = mark.role in (Role.CLOSES, Role.GLUES)
    return TextPiece(mark.text, left=left, right=mark.role in (Role.OPENS, Role.GLUES))
