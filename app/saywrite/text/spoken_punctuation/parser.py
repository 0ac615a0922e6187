"""Splits a final into prose, marks and commands: "comma", "new paragraph", "scratch that". Pure.

The name of a mark is a word instead of a command

- in a context of the language's table (`contexts.py`): behind an article, possessive or preposition, in a compound
  noun, before a verb whose subject it is;
- in a fixed expression: "period of time", "point de vue";
- between number words, as the decimal mark ("drei Komma fünf"); between digits the sign is written ("3,5");
- as an opening mark behind an article, unless a closing mark follows;
- behind the escape word: "literal comma" writes "comma";
- inside a keyword's written form or a spoken address (`addresses.py`).

Everywhere else it is a command. "scratch that" removes words, so in doubt it is prose: before a possible object, behind
a verb that needs it, and at the start of a final whose next word does not begin a correction.

A recognizer adds punctuation where the speaker pauses for a command. It is removed: "Hello, comma, how are you?
Question mark." becomes "Hello, how are you?". A full stop before a new line stays.

Japanese commands in katakana are found only without other katakana beside them ("コロン" is part of "コロンビア").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from saywrite.text.characters import CharacterKind, is_katakana
from saywrite.text.phrase_index import PhraseIndex, key, tokenize
from saywrite.text.spacing import TextPiece
from saywrite.text.spoken_punctuation.addresses import AddressWriter
from saywrite.text.spoken_punctuation.contexts import Contexts, Neighborhood, neighborhood
from saywrite.text.spoken_punctuation.marks import Mark, Role, Table
from saywrite.text.spoken_punctuation.tables import TABLES
from saywrite.text.whole_words import Token

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
    """Remove the text before this command."""


@dataclass(frozen=True, slots=True)
class _FoundCommand:
    """A command at `text[start:end]`. `mark` is None for an escape word, which is left out."""

    start: int
    end: int
    mark: Mark | None


def parse(text: str, language: str, exact: Sequence[tuple[int, int]] = ()) -> tuple[TextPiece | ScratchThat, ...]:
    """Split a final into prose, marks and commands, and write its addresses.

    Ranges in `exact` are literal text. Without spoken commands for the language the text is one piece.
    """
    vocabulary = _vocabulary(language)
    found: list[_FoundCommand] = []
    if vocabulary:
        text, exact = vocabulary.addresses.write(text, exact)
        found = vocabulary.find(text, exact)
    pieces: list[TextPiece | ScratchThat] = []
    prose = ""
    done = 0
    after: Mark | None = None
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
    """The compiled commands of one language."""

    def __init__(self, table: Table) -> None:
        self.addresses = AddressWriter(table)
        self._table = table
        self._contexts = Contexts(table.contexts, table.classes)
        self._articles = frozenset(table.classes.get("det", "").split())
        self._commands: PhraseIndex[Mark | None] = PhraseIndex()
        self._points: PhraseIndex[str] = PhraseIndex()
        self._escapes = {key(word) for word in table.literal}
        for phrase, mark in table.marks.items():
            self._commands.put(key(phrase), mark)
        for phrase in table.prose:
            self._commands.put(key(phrase), None)
        for phrase, sign in table.numbers.points.items():
            self._points.put(key(phrase), sign)

    def find(self, text: str, exact: Sequence[tuple[int, int]]) -> list[_FoundCommand]:
        tokens = tokenize(text)
        found: list[_FoundCommand] = []
        at = 0
        while at < len(tokens):
            escaped = self._escaped(tokens, at)
            if escaped and not _overlaps(tokens[at].start, tokens[at].end, exact):
                word, length = escaped
                found.append(_FoundCommand(tokens[at].start, tokens[at + word].start, None))
                at += word + length
                continue
            length, mark = self._command(text, tokens, at)
            start, end = tokens[at].start, tokens[at + length - 1].end
            if mark and not _overlaps(start, end, exact):
                found.append(_FoundCommand(start, end, mark))
            at += length
        return found

    def _escaped(self, tokens: list[Token], at: int) -> tuple[int, int] | None:
        """Return the number of tokens of an escape word, its space included, and of the command behind it."""
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

    def _command(self, text: str, tokens: list[Token], at: int) -> tuple[int, Mark | None]:
        """Return the number of tokens to advance and the mark that they write, if any."""
        point = self._points.longest(tokens, at)
        if point and (sign := self._sign_in_number(tokens, at, *point)):
            return point[0], Mark(sign, Role.NO_SPACE)
        length, mark = self._commands.longest(tokens, at) or (1, None)
        if mark and self._is_command(text, tokens, at, length, mark):
            return length, mark
        return length, None

    def _sign_in_number(self, tokens: list[Token], at: int, length: int, sign: str) -> str:
        """Return the sign between digits: "3 Komma 5". It is "" in a list ("1 Komma 2 Komma 3") and elsewhere."""
        around = neighborhood(tokens, at, length)
        if not (around.before and around.behind and around.before[0][-1].isdigit() and around.behind[0][0].isdigit()):
            return ""
        return "" if sign == "," and self._is_list(tokens, at, length, str.isdigit) else sign

    def _is_decimal_word(self, tokens: list[Token], at: int, length: int, around: Neighborhood) -> bool:
        """Whether a name is a decimal mark between number words or digits ("drei Komma fünf") and in no list."""
        rules = self._table.numbers
        phrase = tuple(token.fold for token in tokens[at : at + length])
        if not any(phrase == key(word) for word in rules.decimals) or not (around.before and around.behind):
            return False
        return (
            self._is_number(around.before[0])
            and self._is_number(around.behind[0])
            and not self._is_list(tokens, at, length, self._is_number)
        )

    def _is_number(self, word: str) -> bool:
        return word[0].isdigit() or word in self._table.numbers.words

    @staticmethod
    def _is_list(tokens: list[Token], at: int, length: int, is_number: Callable[[str], bool]) -> bool:
        """Whether the same name also stands between the next or the previous two numbers."""
        if length != 1:
            return False
        around = neighborhood(tokens, at, length)
        return any(
            len(side) > 2 and side[1] == tokens[at].fold and is_number(side[2])
            for side in (around.before, around.behind)
        )

    def _is_command(self, text: str, tokens: list[Token], at: int, length: int, mark: Mark) -> bool:
        start, end = tokens[at].start, tokens[at + length - 1].end
        if mark.role is Role.SCRATCH_ALONE:
            return not (text[:start] + text[end:]).strip(_SIGNS + " ")
        if is_katakana(text[start]) and _katakana_around(text, start, end):
            return False
        around = neighborhood(tokens, at, length)
        if mark.role is Role.SCRATCH:
            return self._is_scratch_command(tokens, at + length, around)
        opens = mark.role is Role.OPENS
        if opens and around.before[:1] and around.before[0] in self._articles:
            return self._closes_later(tokens, at + length)
        phrase = tuple(token.fold for token in tokens[at : at + length])
        if not opens and _touches(text, start, end, self._table):
            return False
        if phrase[0] in self._table.numbers.decimals and self._is_list(tokens, at, length, self._is_number):
            return True  # "um vírgula dois vírgula três": this article is a number
        return not (
            self._contexts.make_prose(phrase, around, opens=opens) or self._is_decimal_word(tokens, at, length, around)
        )

    def _is_scratch_command(self, tokens: list[Token], behind: int, around: Neighborhood) -> bool:
        rules = self._table.scratch
        if around.before and around.before[0].rsplit("'", maxsplit=1)[-1] in rules.verbs_before:
            return False
        if not around.behind:
            return True
        word = next(at for at in range(behind, len(tokens)) if tokens[at].kind is not CharacterKind.SPACE)
        _, following = self._commands.longest(tokens, word) or (0, None)
        if following:
            return following.role in (Role.SCRATCH, Role.BREAKS)  # "streich das Komma" names a mark
        if around.behind[0] in rules.objects:
            return False
        return bool(around.before) or self._is_number(around.behind[0]) or around.behind[0] in rules.restarts

    def _closes_later(self, tokens: list[Token], at: int) -> bool:
        found = (self._commands.longest(tokens, place) for place in range(at, len(tokens)))
        return any(command and command[1] and command[1].role is Role.CLOSES for command in found)


@lru_cache(maxsize=16)
def _vocabulary(language: str) -> _Vocabulary | None:
    table = TABLES.get(language)
    return _Vocabulary(table) if table else None


def _touches(text: str, start: int, end: int, table: Table) -> bool:
    """Whether letters beside a name, in a script without spaces, make it a word."""
    return text[:start].rstrip().endswith(table.before) or text[end:].lstrip().startswith(table.behind)


def _overlaps(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in ranges)


def _katakana_around(text: str, start: int, end: int) -> bool:
    return any(is_katakana(char) for char in text[max(0, start - 1) : start] + text[end : end + 1])


def _behind_exact(command: _FoundCommand | None, exact: Sequence[tuple[int, int]]) -> int:
    """Return the number of characters between the last range in `exact` and `command`."""
    start = command.start if command else 0
    return start - max((end for _, end in exact if end <= start), default=0)


def _prose(
    prose: str, after: Mark | None, before: Mark | None, exact: int, ended: bool
) -> list[TextPiece | ScratchThat]:
    """Return the prose between two commands without the punctuation that the recognizer added for them.

    Its first `exact` characters keep their punctuation. `ended`: a sentence ended before the mark `after`.
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


def _piece(mark: Mark, pieces: Sequence[TextPiece | ScratchThat]) -> TextPiece | ScratchThat:
    if mark.role in (Role.SCRATCH, Role.SCRATCH_ALONE):
        return ScratchThat()
    last = pieces[-1] if pieces else None
    if mark.text[0] in ".。" and isinstance(last, TextPiece) and last.text in _ASKED:
        # "¿Qué tal? punto y aparte": the sentence has a mark at its end already.
        return TextPiece(mark.text[1:])
    if mark.text in ("«", "»"):
        return TextPiece(mark.text)  # in French a thin space stands inside
    left = mark.role in (Role.CLOSES, Role.NO_SPACE)
    return TextPiece(mark.text, left=left, right=mark.role in (Role.OPENS, Role.NO_SPACE))
