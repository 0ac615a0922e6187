"""The transcript of a dictation: turns finals into segments of prose.

A final passes through normalization, keywords, spoken commands, capitals and spacing. One thread at a time owns it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from saywrite.foundation.events import Segment
from saywrite.text.keywords import Keywords
from saywrite.text.spacing import CONTEXT, TextPiece, compose, gap, join
from saywrite.text.spoken_punctuation import parser

_SPACES = re.compile(r"[\s\x85\ufeff]+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]"
)
"""Control characters (C0, C1), overrides and isolates of the text direction, annotation anchors, noncharacters.

Direction marks (U+200E, U+200F) and joiners (U+200C, U+200D) belong to the text and stay.
"""
_NO_BREAK = ("\u00a0", "\u202f")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Composition:
    """The rules for a final. `language`: a code of the catalog; `commands`: carry out spoken punctuation."""

    keywords: Keywords
    language: str
    commands: bool


def carries_out_commands(spoken_punctuation: str, punctuates: bool) -> bool:
    """Whether spoken punctuation is carried out under a setting. `punctuates`: the recognizer sets it itself."""
    return spoken_punctuation == "on" or (spoken_punctuation == "auto" and not punctuates)


@dataclass(frozen=True, slots=True)
class Change:
    """Segments that are new or have a new text, and the numbers of removed ones."""

    added: tuple[Segment, ...] = ()
    removed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    segment: Segment
    language: str


class Transcript:
    """The segments in the order of their sound. Their numbers count the arrivals from 1 on and are not reused.

    Adding at the end takes the same time at any length. Edits and removals search from the end.
    """

    def __init__(self, segments: Iterable[Segment] = (), language: str = "") -> None:
        """Begin with the `segments` of the history, in the order of their sound."""
        self._rows = [_Row(segment, language) for segment in segments]
        self._next = max((row.segment.number for row in self._rows), default=0) + 1

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(row.segment for row in self._rows)

    def text(self) -> str:
        """Return the whole text as the window shows it."""
        languages = {row.language for row in self._rows}
        if len(languages) <= 1:
            return join((row.segment.text for row in self._rows), *languages)
        return _join_rows(self._rows)

    def add(self, raw: str, start: int, end: int, rules: Composition, engine: str = "") -> Change:
        """Add a final for the sound between two sample offsets, in its place. `engine`: see `events.Segment`.

        A spoken "scratch that" removes the text before it in this final or, where there is none, the segment before. A
        final of commands or spaces only adds no segment.
        """
        removed: list[int] = []
        said: list[TextPiece] = []
        place = self._place(start)
        for piece in _pieces(normalize(raw), rules):
            if isinstance(piece, TextPiece):
                said.append(piece)
            elif said:
                said.clear()
            elif place:
                place -= 1
                removed.append(self._rows.pop(place).segment.number)
        text = _row_text(compose(self._segments_before(place), said, rules.language, capitals=True))
        if not text:
            return Change(removed=tuple(removed))
        segment = Segment(self._next, text, raw, start, end, engine=engine)
        self._next += 1
        self._rows.insert(place, _Row(segment, rules.language))
        return Change((segment,), tuple(removed))

    def edit(self, number: int, text: str) -> Change:
        """Replace the text of a segment by what the user typed; a blank text removes it. Raises KeyError."""
        text = _row_text(_plain(text))
        if not text:
            return self.remove(number)
        at = self._find(number)
        row = self._rows[at]
        self._rows[at] = replace(row, segment=replace(row.segment, text=text))
        return Change((self._rows[at].segment,))

    def translate(self, end: int, text: str) -> Change:
        """Set the translation of the segment whose sound ends at the sample offset `end`.

        Without such a segment (it was removed, or the final added none) nothing changes.
        """
        for at in range(len(self._rows) - 1, -1, -1):
            row = self._rows[at]
            if row.segment.end == end:
                self._rows[at] = replace(row, segment=replace(row.segment, translation=normalize(text)))
                return Change((self._rows[at].segment,))
        return Change()

    def remove(self, number: int) -> Change:
        """Remove a segment. Raises KeyError."""
        del self._rows[self._find(number)]
        return Change(removed=(number,))

    def _find(self, number: int) -> int:
        for at in range(len(self._rows) - 1, -1, -1):
            if self._rows[at].segment.number == number:
                return at
        raise KeyError(number)

    def _place(self, start: int) -> int:
        """The index of a row whose sound begins at the offset `start`."""
        place = len(self._rows)
        while place and self._rows[place - 1].segment.start > start:
            place -= 1
        return place

    def _segments_before(self, place: int) -> str:
        """Return the end of the text before an index, as much as can influence the segment there."""
        length = 0
        first = place
        while first and length < CONTEXT:
            first -= 1
            length += len(self._rows[first].segment.text)
        return _join_rows(self._rows[first:place])


def normalize(raw: str) -> str:
    """Return NFC text with single spaces, without invisible characters and surrogates.

    No-break spaces, joiners and direction marks stay.
    """
    text = _INVISIBLE.sub("", raw)
    text = _SPACES.sub(lambda found: found[0] if found[0] in _NO_BREAK else " ", _plain(text))
    return text.strip()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text))


def _pieces(text: str, rules: Composition) -> Sequence[TextPiece | parser.ScratchThat]:
    text, exact = rules.keywords.rewrite(text)
    if rules.commands:
        return parser.parse(text, rules.language, exact)
    return (TextPiece(text),)


def _row_text(text: str) -> str:
    """Remove the space before a row's text; line breaks at its edges stay."""
    return text.strip(" \t\r\f\v\u00a0\u202f\u3000")


def _join_rows(rows: Sequence[_Row]) -> str:
    parts: list[str] = []
    before = ""
    for row in rows:
        space = gap(before, row.segment.text, row.language)
        parts += (space, row.segment.text)
        before = (before + space + row.segment.text)[-CONTEXT:]
    return "".join(parts)
